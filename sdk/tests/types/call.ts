// The example of the npm package's README.
// README: begin
import init, { Room, type LocalTrack, type MoimError, type PublicationId } from "moim";

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
  const preview = (camera?: LocalTrack) => camera?.attach(element<HTMLVideoElement>("preview"));
  const [camera] = await Promise.all([room.setCameraEnabled(true), room.setMicrophoneEnabled(true)]);
  preview(camera);
  await room.join({ room: "tea", name });

  onClick("camera", async () => preview(await room.setCameraEnabled(!room.cameraEnabled))); // a new track, or none
  onClick("mute", () => room.setMicrophoneEnabled(!room.microphoneEnabled));
  onClick("share", () => room.setScreenShareEnabled(!room.screenShareEnabled));
  onClick("leave", () => room.leave()); // the devices are free again

  // Chat: the promise resolves when everyone has received the line.
  room.addEventListener("chatreceived", ({ detail: { participantId, text } }) => write(participantId, text));
  const line = element<HTMLInputElement>("line");
  line.onchange = async () => {
    const text = line.value;
    line.value = "";
    try {
      await room.sendChat(text);
      write(name, text);
    } catch (error) {
      line.value = text;
      show(error as MoimError);
    }
  };
}

function onClick(id: string, action: () => Promise<unknown>): void {
  element(id).onclick = () => action().catch(show);
}

function write(from: string, text: string): void {
  element("chat").append(`${from}: ${text}\n`);
}

/** Such as ERR_MEDIA_NOT_ALLOWED when the user closes the dialog of a screen share. */
function show({ code, message }: MoimError): void {
  write(code, message);
}

call("Ana").catch(show);
// README: end
