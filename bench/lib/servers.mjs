// The servers of the contestants, and the one that serves the pages.

import { createServer } from "node:http";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import sirv from "sirv";
import { WebSocketServer } from "ws";
import { PeerServer } from "peer";
import { startChild, stopChild } from "../../scripts/lib/children.mjs";
import { NPM_PACKAGE, ROOT, STUB } from "../../scripts/lib/paths.mjs";

const require = createRequire(import.meta.url);

/** Starts all servers. Returns the URL of each, and `stop`. */
export async function startServers() {
  const [pages, relay, peer, stub] = await Promise.all([startPages(), startRelay(), startPeerServer(), startStub()]);
  const servers = [pages, relay, peer, stub];
  return {
    pages: pages.url,
    urls: { "bare": relay.url, "simple-peer": relay.url, "peerjs": peer.url, "moim": stub.url },
    stop: () => Promise.all(servers.map((server) => server.stop())),
  };
}

/** Serves `bench/`, the npm package under `/moim/` and the peers' bundles under `/peers/`. */
async function startPages() {
  const bench = sirv(join(ROOT, "bench"), { dev: true });
  const moim = sirv(NPM_PACKAGE, { dev: true });
  const peers = sirv(join(ROOT, "bench", "node_modules"), { dev: true });
  const server = createServer((request, response) => {
    response.setHeader("Cache-Control", "no-store");
    const mount = (prefix, serve) => request.url.startsWith(prefix) && ((request.url = request.url.slice(prefix.length - 1)), serve(request, response, () => notFound(response)), true);
    if (!mount("/moim/", moim) && !mount("/peers/", peers)) bench(request, response, () => notFound(response));
  });
  return listening(server, "http");
}

const notFound = (response) => response.writeHead(404).end();

/** Forwards every message to everyone else in the room, which is the path: what bare JavaScript needs for signaling. */
async function startRelay() {
  const server = createServer();
  const rooms = new Map();
  new WebSocketServer({ server }).on("connection", (socket, { url }) => {
    const room = rooms.get(url) ?? rooms.set(url, new Set()).get(url);
    room.add(socket);
    socket.on("message", (data) => room.forEach((other) => other !== socket && other.send(data.toString())));
    socket.on("close", () => room.delete(socket));
  });
  return listening(server, "ws");
}

async function startPeerServer() {
  const http = await new Promise((resolve) => PeerServer({ port: 0, host: "127.0.0.1", path: "/" }, resolve));
  return { url: `http://127.0.0.1:${http.address().port}`, stop: () => closed(http) };
}

async function startStub() {
  const stub = startChild(STUB, ["--host", "127.0.0.1", "--port", "0"], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  const url = await new Promise((resolve, reject) => {
    const read = (text) => {
      log += text;
      const found = log.match(/listening on http:\/\/([^\s/]+)/);
      if (found) resolve(`ws://${found[1]}/ws`);
    };
    for (const stream of [stub.stdout, stub.stderr]) stream.setEncoding("utf8").on("data", read);
    stub.once("exit", () => reject(new Error(`The signaling stub ended.\n${log}`)));
  });
  return { url, stop: () => stopChild(stub) };
}

async function listening(server, scheme) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `${scheme}://127.0.0.1:${server.address().port}`, stop: () => closed(server) };
}

function closed(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

/** The version of an installed peer. */
export const versionOf = (name) => require(`../node_modules/${name}/package.json`).version;
