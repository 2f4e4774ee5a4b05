// Cameras, microphones and displays without a room. Checked by `tsc --strict`; nothing here runs.
import init, {
  CaptureController,
  Devices,
  LocalTrack,
  captureDisplay,
  setSinkId,
  type DeviceChange,
  type MoimError,
  type PermissionState,
  type Refusal,
  type TrackCapabilities,
  type TrackConstraints,
  type TrackEvent,
} from "moim";

await init();
const devices = new Devices();
const video = document.querySelector("video")!;

// An ideal resolution: 1280 by 720 pixels if the camera supports it.
const camera = await devices.camera();
video.srcObject = new MediaStream([camera.mediaStreamTrack]);

// Exact constraints, which are changed while the camera runs.
const wanted: TrackConstraints = {
  width: { min: 640, ideal: 1920 },
  frameRate: { max: 24 },
  facingMode: "user",
  echoCancellation: { ideal: "remote-only" },
  pan: true,
  advanced: [{ torch: true }, { pointsOfInterest: [{ x: 0.5, y: 0.5 }] }],
};
const precise = await devices.camera({ frameRate: null, constraints: wanted });
const could: TrackCapabilities = precise.capabilities();
if (could.zoom?.max !== undefined) await precise.applyConstraints({ ...wanted, zoom: could.zoom.max });
const width: number | undefined = precise.settings().width;
precise.contentHint = "detail";

// Who denied it, and a message for the user.
const advice: Record<Refusal, string> = {
  user: "Click the camera in the address bar.",
  policy: "Ask the developer of this page.",
  system: "Look into the system's settings.",
  unknown: "Click the camera in the address bar.",
};
await devices.microphone().catch((error: MoimError) => advice[error.refusedBy ?? "unknown"]);

// The permission, before prompting.
const permission = await devices.permission("camera");
for await (const state of permission.changes()) {
  const known: PermissionState = state;
  if (known === "granted") break;
}

// When the headset is unplugged, switch to the next microphone.
const { microphone } = await devices.cameraAndMicrophone({}, { constraints: { voiceIsolation: true } });
for await (const next of devices.takeOver(microphone)) {
  const track: LocalTrack = next;
  video.srcObject = new MediaStream([track.mediaStreamTrack]);
}

// Plays through the speaker that was plugged in last.
for await (const change of devices.changes()) {
  const { added }: DeviceChange = change;
  const speaker = added.find((device) => device.kind === "audiooutput");
  if (speaker) await setSinkId(video, speaker.deviceId);
}
await setSinkId(video, (await devices.selectAudioOutput()).deviceId);

// Shares a window and its audio until the user presses the browser's stop button.
const shared = await captureDisplay({
  audio: true,
  videoConstraints: { displaySurface: "window", cursor: "motion" },
  audioConstraints: { suppressLocalAudioPlayback: true },
  selfBrowserSurface: "exclude",
  surfaceSwitching: "include",
});
shared.video.addEventListener("ended", () => shared.audio?.stop());
for await (const event of shared.video.events()) {
  const name: TrackEvent = event;
  if (name === "configurationchange") console.log(shared.video.settings().displaySurface);
}

// Chromium can control the shared tab.
const controller = new CaptureController();
controller.setFocusBehavior("focus-captured-surface");
const tab = await controller.captureDisplay({ preferCurrentTab: true, monitorTypeSurfaces: "exclude" });
await tab.video.cropTo(document.querySelector("main"));
await tab.video.cropTo(null);
const session: string | undefined = tab.video.captureHandle?.handle;
await controller.forwardWheel(video, { signal: AbortSignal.timeout(1000) });
const zoom: number | undefined = controller.zoomLevel;

// What must not compile.
// @ts-expect-error
await devices.camera({ constraints: { widht: 640 } });
// @ts-expect-error
await devices.camera({ constraints: { width: { exactly: 640 } } });
// @ts-expect-error
await devices.camera({ constraints: { facingMode: "front" } });
// @ts-expect-error
await devices.camera({ constraints: { advanced: [{ advanced: [] }] } });
// @ts-expect-error
await captureDisplay({ systemAudio: "maybe" });
// @ts-expect-error
camera.addEventListener("stopped", () => undefined);
// @ts-expect-error
await devices.permission("geolocation");
// @ts-expect-error
camera.contentHint = "film";

void [width, zoom, session, camera.clone(), camera.frameStats().deliveredFrames, camera.muted];
