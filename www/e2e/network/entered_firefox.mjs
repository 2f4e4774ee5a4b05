#!/usr/bin/env node
// Firefox in another network namespace. Its WebDriver port is not reachable from here, so each connection to the same port
// here is carried there by a process.
//
// MOIM_FIREFOX is the path of Firefox, and MOIM_ENTER, in JSON, the command that runs another one in the namespace.

import { spawn } from "node:child_process";
import { createServer } from "node:net";

const [command, ...before] = JSON.parse(process.env.MOIM_ENTER);
const spawnThere = (args, stdio) => spawn(command, [...before, ...args], { stdio });

const CARRIER = `
  const socket = require("node:net").connect(Number(process.argv[1]), "127.0.0.1");
  process.stdin.pipe(socket).pipe(process.stdout);
`;

function carryConnectionsTo(port) {
  const server = createServer((socket) => {
    const carrier = spawnThere([process.execPath, "-e", CARRIER, port], ["pipe", "pipe", "inherit"]);
    for (const stream of [socket, carrier.stdin]) stream.on("error", () => socket.destroy());
    socket.pipe(carrier.stdin);
    carrier.stdout.pipe(socket);
  });
  return new Promise((resolve) => server.listen(Number(port), "127.0.0.1", resolve));
}

const firefox = spawnThere([process.env.MOIM_FIREFOX, ...process.argv.slice(2)], ["ignore", "inherit", "pipe"]);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => firefox.kill(signal));
firefox.on("exit", (code) => process.exit(code ?? 1));
firefox.stderr.on("data", async (data) => {
  const [, port] = `${data}`.match(/ws:\/\/127\.0\.0\.1:(\d+)/) ?? [];
  if (port) await carryConnectionsTo(port);
  process.stderr.write(data); // Whoever has started this reads the address.
});
