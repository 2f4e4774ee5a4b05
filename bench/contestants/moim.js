import init, { Room } from "/moim/moim.js";

export const load = () => init();

export function join({ url, room: name, first, stream }) {
  const room = new Room({ url });
  const call = {};
  call.remoteTrack = new Promise((resolve) => room.addEventListener("trackadded", ({ detail: { track } }) => resolve(track.mediaStreamTrack)));
  call.open = new Promise((resolve) => room.addEventListener("connectionstatechange", () => isConnected(room) && resolve()));
  room.addEventListener("datareceived", ({ detail: { payload } }) => call.onmessage(payload));
  const published = stream ? room.publish(stream) : null;
  call.joined = Promise.all([room.join({ room: name, name: first ? "first" : "second" }), published]);
  call.send = (bytes) => room.sendData(bytes);
  call.sendBulk = async (blob) => {
    const [transfer] = room.sendFile(blob, { name: "bulk" });
    await transfer.finished;
  };
  call.receiveBulk = () => new Promise((resolve) => room.addEventListener("fileoffered", async ({ detail: { file } }) => resolve(await file.accept().finished)));
  return call;
}

const isConnected = (room) => room.participants.some(({ connectionState }) => connectionState === "connected");
