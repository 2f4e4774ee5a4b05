// A WebSocket server for text messages: https://www.rfc-editor.org/rfc/rfc6455.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const OPCODE = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 };

/**
 * @typedef {object} Peer
 * @property {(text: string) => void} send
 * @property {() => void} destroy ends the connection without a close frame
 */

/**
 * Starts a server on a free port, and stops it after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {(peer: Peer) => { message: (text: string) => void, closed?: () => void }} accept
 * @returns {Promise<string>} its URL, without a path
 */
export async function startWebSocketServer(t, accept) {
  const sockets = new Set();
  const server = createServer((_, response) => response.writeHead(426).end());
  server.on("upgrade", ({ headers }, socket) => {
    sockets.add(socket);
    const key = createHash("sha1").update(headers["sec-websocket-key"] + GUID).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
    const send = (text) => socket.writable && socket.write(frame(OPCODE.TEXT, Buffer.from(text)));
    const handler = accept({ send, destroy: () => socket.destroy() });
    const read = reader((opcode, payload) => {
      if (opcode === OPCODE.PING) socket.write(frame(OPCODE.PONG, payload));
      if (opcode === OPCODE.CLOSE) socket.end(frame(OPCODE.CLOSE, payload));
      if (opcode === OPCODE.TEXT || opcode === OPCODE.BINARY) handler.message(payload.toString());
    });
    socket.on("data", read).on("error", () => {}).once("close", () => (sockets.delete(socket), handler.closed?.()));
  });
  t.after(() => (sockets.forEach((socket) => socket.destroy()), server.close()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `ws://127.0.0.1:${server.address().port}`;
}

function frame(opcode, payload) {
  const { length } = payload;
  const header = length < 126 ? Buffer.from([0x80 | opcode, length]) : Buffer.alloc(length < 65_536 ? 4 : 10);
  if (length >= 126) {
    header[0] = 0x80 | opcode;
    header[1] = length < 65_536 ? 126 : 127;
    if (length < 65_536) header.writeUInt16BE(length, 2);
    else header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, payload]);
}

/** Returns a function that takes the bytes of a client, whose frames are masked, and calls `take` with each message. */
function reader(take) {
  let bytes = Buffer.alloc(0);
  let parts = [];
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      if (bytes.length < 2) return;
      const short = bytes[1] & 127;
      const start = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (bytes.length < start) return;
      const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
      const end = start + 4 + length;
      if (bytes.length < end) return;
      const mask = bytes.subarray(start, start + 4);
      const payload = Buffer.from(bytes.subarray(start + 4, end).map((byte, at) => byte ^ mask[at % 4]));
      const [isLast, opcode] = [bytes[0] & 0x80, bytes[0] & 15];
      bytes = bytes.subarray(end);
      if (opcode >= OPCODE.CLOSE) {
        take(opcode, payload);
        continue;
      }
      parts.push({ opcode, payload });
      if (!isLast) continue;
      const whole = parts;
      parts = [];
      take(whole[0].opcode, Buffer.concat(whole.map((part) => part.payload)));
    }
  };
}
