// A TCP proxy between a page and the stub, whose connections can be cut.

import { createServer, connect } from "node:net";
import { once } from "node:events";

/**
 * Starts a proxy to a port of this machine, and stops it after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {number} port
 * @returns {Promise<{ url: string, cut: () => void, restore: () => void }>} `url` is the one of the signaling
 *   connection; `cut` ends all connections and rejects new ones, until `restore`
 */
export async function startProxy(t, port) {
  const sockets = new Set();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return client.destroy();
    const upstream = connect(port, "127.0.0.1");
    for (const [socket, other] of [[client, upstream], [upstream, client]]) {
      sockets.add(socket);
      socket.on("error", () => {}).once("close", () => (sockets.delete(socket), other.destroy()));
      socket.pipe(other);
    }
  });
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  t.after(() => (cut(), server.close()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `ws://127.0.0.1:${server.address().port}/ws`, cut, restore: () => (isCut = false) };
}
