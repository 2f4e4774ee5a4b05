// The example of the npm package's README.
// README: begin
import init, { Room, type PublicationId } from "moim";

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

  // Camera and microphone, with one prompt for both, and a preview of the camera.
  const [camera] = await Promise.all([room.setCameraEnabled(true), room.setMicrophoneEnabled(true)]);
  camera?.attach(element<HTMLVideoElement>("preview"));
  await room.join({ room: "tea", name });

  element("mute").onclick = () => room.setMicrophoneEnabled(!room.microphoneEnabled);
  element("share").onclick = () => room.setScreenShareEnabled(!room.screenShareEnabled);

  // Chat: the promise resolves when everyone has received the line.
  room.addEventListener("chatreceived", ({ detail: { participantId, text } }) => write(participantId, text));
  element<HTMLInputElement>("line").onchange = async ({ target }) => {
    const { value } = target as HTMLInputElement;
    await room.sendChat(value);
    write(name, value);
  };

  element("leave").onclick = () => room.leave(); // the devices are free again
}

function write(from: string, text: string): void {
  element("chat").append(`${from}: ${text}\n`);
}

call("Ana").catch((error) => write(error.code, error.message));
// README: end
