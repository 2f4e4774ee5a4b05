import { script } from "./script.js";
import { collect, pump } from "./pump.js";

export const load = () => script("/peers/simple-peer/simplepeer.min.js");

export function join({ url, room, first, stream }) {
  const call = { sendBulk: (blob) => pump(blob, call.write), receiveBulk: (size) => collect(call, size) };
  const socket = new WebSocket(`${url}/${room}`);
  const signal = (message) => socket.send(JSON.stringify(message));
  let peer;
  let opened;
  let seen;
  call.open = new Promise((resolve) => (opened = resolve));
  call.remoteTrack = new Promise((resolve) => (seen = resolve));
  const start = () => {
    peer = new globalThis.SimplePeer({ initiator: !first, stream: stream ?? undefined, config: { iceServers: [] } });
    peer.on("signal", signal);
    peer.on("connect", opened);
    peer.on("stream", (remote) => seen(remote.getVideoTracks()[0]));
    peer.on("data", (data) => call.onmessage(data));
  };
  socket.onmessage = ({ data }) => {
    if (!peer) start();
    peer.signal(JSON.parse(data));
  };
  call.joined = new Promise((resolve) => (socket.onopen = resolve));
  if (!first) call.joined.then(start);
  // `write` tells when there is room again; `send` is the quick way for messages.
  call.write = (bytes) => (peer.write(bytes) ? undefined : new Promise((resolve) => peer.once("drain", resolve)));
  call.send = call.write;
  return call;
}
