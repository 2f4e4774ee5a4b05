// Ports of this machine that are free, for the servers of tests.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** A free TCP port. */
export async function freeTcpPort(host = "127.0.0.1") {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A free UDP port; by default of all addresses. */
export async function freeUdpPort(host) {
  const socket = createSocket("udp4").bind(0, host);
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return port;
}
