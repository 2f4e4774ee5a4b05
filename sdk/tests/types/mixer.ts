// Record a whole room as one file. Checked by `tsc --strict`; nothing here runs.
import init, { type Layout, type LocalTrack, Mixer, type MixerSource, Recorder, Room } from "moim";

await init();
const room = new Room();
const mixer = new Mixer({ width: 1920, height: 1080, frameRate: 30, fit: "contain" });
const sources = new Map<string, MixerSource>();
room.addEventListener("trackadded", ({ detail: { participantId, track } }) => {
  sources.set(track.publicationId, mixer.add([track], { label: participantId }));
});
room.addEventListener("trackremoved", ({ detail: { publicationId } }) => sources.get(publicationId)?.remove());

const recorder = Recorder.start([mixer.videoTrack, mixer.audioTrack]);
for (const source of sources.values()) {
  source.setGain(0.5);
  source.setLabel("Ana");
  const layouts: Layout[] = [
    { type: "grid" },
    { type: "spotlight", source: source.id },
    { type: "pictureInPicture" },
    { type: "custom", rectangles: [{ x: 0, y: 0, width: 0.5, height: 1 }] },
  ];
  for (const layout of layouts) mixer.setLayout(layout);
  const heard: LocalTrack = mixer.audioTrackWithout(source);
  heard.stop();
}
await recorder.stop();
mixer.close();

// @ts-expect-error Unknown layout.
mixer.setLayout({ type: "circle" });
