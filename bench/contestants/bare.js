// JavaScript without an SDK: one connection, signaled over a WebSocket relay.

import { collect, pump, room as roomIn } from "./pump.js";

export async function load() {}

export function join({ url, room, first, stream }) {
  const call = { sendBulk: (blob) => pump(blob, call.send), receiveBulk: (size) => collect(call, size) };
  const socket = new WebSocket(`${url}/${room}`);
  const signal = (message) => socket.send(JSON.stringify(message));
  const connection = new RTCPeerConnection();
  for (const track of stream?.getTracks() ?? []) connection.addTrack(track, stream);
  const channel = connection.createDataChannel("data", { negotiated: true, id: 0 });
  channel.binaryType = "arraybuffer";
  channel.onmessage = ({ data }) => call.onmessage(data);
  connection.onicecandidate = ({ candidate }) => signal({ candidate });
  const offer = async () => {
    await connection.setLocalDescription();
    signal({ description: connection.localDescription });
  };
  socket.onmessage = async ({ data }) => {
    const { candidate, description, hello } = JSON.parse(data);
    if (hello) return;
    if (candidate) await connection.addIceCandidate(candidate);
    if (!description) return;
    await connection.setRemoteDescription(description);
    if (description.type !== "offer") return;
    await connection.setLocalDescription();
    signal({ description: connection.localDescription });
  };
  call.joined = new Promise((resolve) => (socket.onopen = resolve));
  if (!first) call.joined.then(offer);
  call.remoteTrack = new Promise((resolve) => (connection.ontrack = ({ track }) => resolve(track)));
  call.open = new Promise((resolve) => (channel.onopen = resolve));
  call.send = (bytes) => (channel.send(bytes), roomIn(channel));
  return call;
}
