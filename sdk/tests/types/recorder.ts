// Record for hours without filling the memory, or a minute as one file. Checked by `tsc --strict`; nothing here runs.
import init, { Devices, type MoimError, Recorder, type RecorderOptions, type RecorderState, type Recording } from "moim";

await init();
const { camera, microphone } = { camera: await new Devices().camera(), microphone: await new Devices().microphone() };

// One file with a duration, which can be seeked.
const options: RecorderOptions = {
  mimeTypes: ["video/mp4", "video/webm;codecs=vp9,opus", "video/webm"],
  videoBitsPerSecond: 2_500_000,
  audioBitrateMode: "variable",
  keyFrameIntervalMs: 2000,
};
const recorder = Recorder.start([camera, microphone], options);
recorder.pause();
recorder.resume();
const state: RecorderState = recorder.state;
const recording: Recording = await recorder.stop();
const early: MoimError | undefined = recording.endedEarly;
const file = new File([recording.blob], recording.fileName("call"), { type: recording.mimeType });

// In chunks, to a file on disk.
const picker = globalThis as unknown as { showSaveFilePicker(): Promise<FileSystemFileHandle> };
const writable = await (await picker.showSaveFilePicker()).createWritable();
const long = Recorder.start([camera], { keep: false, timesliceMs: 5000 });
for await (const chunk of long.chunks()) await writable.write(chunk);
await writable.close();

const supported: boolean = Recorder.isTypeSupported("video/webm;codecs=av1");

// @ts-expect-error Unknown option.
Recorder.start([camera], { mimeType: "video/webm" });
// @ts-expect-error A track is needed, not a stream.
Recorder.start([new MediaStream()]);

export { early, file, state, supported };
