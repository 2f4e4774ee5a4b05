// The example of the README.
// README: begin
import init, { Devices, Room } from "moim";

await init();
const room = new Room({ url: "wss://example.org/ws" });
room.addEventListener("trackadded", ({ detail: { track } }) => {
  track.attach(document.querySelector("video")!);
});
await room.publish(await new Devices().camera());
await room.join({ room: "tea", name: "Ana" });
room.sendChat("Hello!");
// README: end
export {};
