// The example of the npm package's README.
// README: begin
import init, { Devices, Room, type PublicationId } from "moim";

const element = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;

async function call(name: string): Promise<void> {
  await init();
  const room = new Room({ url: "wss://example.org/ws" });

  // What others publish: one element for each track.
  const media = new Map<PublicationId, HTMLMediaElement>();
  room.addEventListener("trackadded", ({ detail: { track } }) => {
    const player = document.createElement(track.kind);
    media.set(track.publicationId, player);
    element("others").append(player);
    track.attach(player);
  });
  room.addEventListener("trackremoved", ({ detail: { publicationId } }) => {
    media.get(publicationId)?.remove();
    media.delete(publicationId);
  });

  // Camera and microphone, and a preview of the camera.
  const devices = new Devices();
  const [camera, microphone] = [await devices.camera(), await devices.microphone()];
  element<HTMLVideoElement>("preview").srcObject = new MediaStream([camera.mediaStreamTrack]);
  await room.publish(camera);
  const microphoneId = await room.publish(microphone);
  await room.join({ room: "tea", name });

  let muted = false;
  element("mute").onclick = async () => {
    muted = !muted;
    await room.setMuted(microphoneId, muted);
  };

  // Chat: the promise resolves when everyone has received the line.
  room.addEventListener("chatreceived", ({ detail: { participantId, text } }) => write(participantId, text));
  element<HTMLInputElement>("line").onchange = async ({ target }) => {
    const { value } = target as HTMLInputElement;
    await room.sendChat(value);
    write(name, value);
  };

  element("leave").onclick = async () => {
    await room.leave();
    [camera, microphone].forEach((track) => track.stop()); // their devices are free again
  };
}

function write(from: string, text: string): void {
  element("chat").append(`${from}: ${text}\n`);
}

call("Ana").catch((error) => write(error.code, error.message));
// README: end
