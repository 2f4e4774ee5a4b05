import { script } from "./script.js";

export const load = () => script("/peers/peerjs/dist/peerjs.min.js");

export function join({ url, room, first, stream }) {
  const { hostname: host, port } = new URL(url);
  const { Peer } = globalThis.peerjs;
  const me = new Peer(`${room}-${first ? "first" : "second"}`, { host, port: Number(port), path: "/", secure: false, config: { iceServers: [] } });
  const call = {};
  call.joined = new Promise((resolve) => me.on("open", resolve));
  let connected;
  let called;
  call.open = new Promise((resolve) => (connected = resolve));
  call.remoteTrack = new Promise((resolve) => (called = resolve));
  const use = (connection) => {
    call.connection = connection;
    connection.on("open", connected);
    connection.on("data", (data) => (call.onbulk ?? call.onmessage)(data));
  };
  const hear = (media) => media.on("stream", (remote) => called(remote.getVideoTracks()[0]));
  if (first) {
    me.on("connection", use);
    me.on("call", (media) => (media.answer(stream ?? undefined), hear(media)));
  } else {
    call.joined.then(() => {
      use(me.connect(`${room}-first`, { reliable: true }));
      if (stream) hear(me.call(`${room}-first`, stream));
    });
  }
  call.send = (bytes) => {
    call.connection.send(bytes);
    return busy(call.connection);
  };
  call.sendBulk = async (blob) => call.connection.send(await blob.arrayBuffer());
  call.receiveBulk = () => new Promise((resolve) => (call.onbulk = (data) => ((call.onbulk = null), resolve(new Blob([data])))));
  return call;
}

/** PeerJS queues by itself and tells how much, but not when there is room again. */
function busy(connection) {
  if (connection.bufferSize < 1000) return undefined;
  return new Promise((resolve) => {
    const timer = setInterval(() => connection.bufferSize === 0 && (clearInterval(timer), resolve()), 1);
  });
}
