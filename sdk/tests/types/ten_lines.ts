// The example of the README.
// README: begin
import init, { Devices, Room } from "moim";

await init();
const room = new Room({ url: "ws://127.0.0.1:8080/ws" });
room.addEventListener("trackadded", ({ detail: { track } }) => {
  document.querySelector("#others")!.append(track.attach());
});
const devices = new Devices();
const [camera, microphone] = [await devices.camera(), await devices.microphone()];
const preview = document.querySelector<HTMLVideoElement>("video#preview")!; // <video id="preview" autoplay muted playsinline>
preview.srcObject = new MediaStream([camera.mediaStreamTrack]);
await room.publish(camera);
const microphoneId = await room.publish(microphone);
await room.join({ room: "tea", name: "Ana" });

const onClick = (button: string, action: () => unknown) => document.querySelector(button)!.addEventListener("click", action);
onClick("#mute", () => room.setMuted(microphoneId, true));
onClick("#leave", async () => {
  await room.leave();
  [camera, microphone].forEach((track) => track.stop());
});
// README: end
export {};
