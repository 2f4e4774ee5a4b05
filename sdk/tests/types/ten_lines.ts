// The example of the README.
// README: begin
import init, { Room } from "moim";

await init();
const room = new Room({ url: "ws://127.0.0.1:8080/ws" });
room.addEventListener("trackadded", ({ detail: { track } }) => {
  document.querySelector("#others")!.append(track.attach());
});
const [camera] = await Promise.all([room.setCameraEnabled(true), room.setMicrophoneEnabled(true)]); // one prompt for both
if (camera) document.querySelector("#preview")!.append(camera.attach());
await room.join({ room: "tea", name: "Ana" });

const onClick = (button: string, action: () => Promise<unknown>) =>
  document.querySelector(button)!.addEventListener("click", () => action().catch(({ message }) => alert(message)));
onClick("#mute", () => room.setMicrophoneEnabled(!room.microphoneEnabled));
onClick("#share", () => room.setScreenShareEnabled(!room.screenShareEnabled));
onClick("#leave", () => room.leave());
// README: end
export {};
