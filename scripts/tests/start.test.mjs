// `npm start` as a user runs it, with a site that is built already.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { freeTcpPort } from "../lib/free_port.mjs";
import { ROOT } from "../lib/paths.mjs";

const HOST = "127.0.0.1";

/** Runs `npm start` in its own process group, like a terminal. */
function start(t, env, flags = []) {
  // The existing modules, so that nothing is built here.
  const built = { MOIM_QUICK: process.env.MOIM_QUICK ?? "0", NO_COLOR: "1" };
  const child = spawn("npm", ["start", "--", ...flags], { cwd: ROOT, env: { ...process.env, ...built, ...env }, detached: true });
  const run = { child, output: "", ended: once(child, "exit") };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (run.output += text));
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) signal(run, "SIGTERM");
    await run.ended;
  });
  return run;
}

const signal = (run, name) => process.kill(-run.child.pid, name);

/** The URL that it prints. */
async function address(run) {
  for (;;) {
    const found = run.output.match(/moim is running at\s+(http:\/\/\S+)/);
    if (found) return found[1];
    const over = await Promise.race([once(run.child.stdout, "data").then(() => false), run.ended.then(() => true)]);
    assert.ok(!over, `it ended before it printed an address:\n${run.output}`);
  }
}

/** Occupies a port, the given one or any free one. */
async function occupy(t, port = 0) {
  const server = createServer().listen(port, HOST);
  const listening = await Promise.race([once(server, "listening").then(() => true), once(server, "error").then(() => false)]);
  t.after(() => listening && server.close());
  return listening ? server.address().port : port;
}

test("it serves the demo on PORT and HOST, and Ctrl-C ends all of it", async (t) => {
  const port = await freeTcpPort(HOST);
  const run = start(t, { PORT: String(port), HOST });
  const url = await address(run);
  assert.equal(url, `http://${HOST}:${port}/`);
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<title>moim/i);
  assert.equal((await fetch(`${url}healthz`)).status, 200);

  signal(run, "SIGINT");
  await run.ended;
  await assert.rejects(fetch(url), "the server is gone");
});

test("if the default port is busy, it says so and uses the next", async (t) => {
  const busy = await occupy(t, 8080);
  const run = start(t, { PORT: "", HOST });
  const url = new URL(await address(run));
  assert.ok(Number(url.port) > busy, url.href);
  assert.match(run.output, /Port 8080 is in use/);
});

for (const [what, env, expected] of [
  ["a port that is not a number", async () => ({ PORT: "http" }), /PORT is "http".*\n?.*1 to 65535/s],
  ["a port that was asked for and is busy", async (t) => ({ PORT: String(await occupy(t)) }), /already in use/],
  ["an address that is not this machine's", async () => ({ HOST: "192.0.2.1" }), /Cannot listen on 192\.0\.2\.1/],
]) {
  test(`${what} is reported, with what to do`, async (t) => {
    const run = start(t, { HOST, ...(await env(t)) });
    const [code] = await run.ended;
    assert.notEqual(code, 0);
    assert.match(run.output, expected);
    assert.doesNotMatch(run.output, /\n\s+at .*\.mjs:/, "no stack trace");
  });
}

test("an allowed origin is passed to the server, which refuses any other", async (t) => {
  const port = String(await freeTcpPort(HOST));
  const run = start(t, { PORT: port, HOST }, ["--allowed-origin", "http://a.example", "--allowed-origin", "http://b.example"]);
  const url = await address(run);
  const status = (Origin) =>
    new Promise((resolve, reject) => {
      const headers = { Origin, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" };
      const asked = request(`${url}ws`, { headers }, (response) => resolve(response.statusCode));
      asked.on("upgrade", (_, socket) => (socket.destroy(), resolve(101))).on("error", reject).end();
    });
  assert.deepEqual(await Promise.all(["http://a.example", "http://b.example", "http://c.example"].map(status)), [101, 101, 403]);
});

test("--help lists the flags, and builds nothing", async (t) => {
  const run = start(t, { HOST }, ["--help"]);
  const [code] = await run.ended;
  assert.equal(code, 0, run.output);
  assert.match(run.output, /--turn +also runs a TURN server\n[\s\S]*--allowed-origin ORIGIN/);
  assert.doesNotMatch(run.output, /✗|listening/);
});
