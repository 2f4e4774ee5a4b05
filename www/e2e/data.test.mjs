// Data that is sent as fast as its reader reads.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { gather, openMixer } from "./lib/desk.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";

const skip = stubMissing() || browserMissing("chromium") || browserMissing("firefox");
const MESSAGES = 140; // 8 MB
const STOP_EVERY = 35;
/** Messages of 60 kB: the half mebibyte that may be on its way, and the one that fills it. */
const MOST_AHEAD = 10;

for (const topology of ["mesh", "sfu", "mcu"]) {
  test(`who awaits sendData gets no further ahead of a slow reader than the window, ${topology}`, { skip }, async (t) => {
    const stub = await startStub(t, { args: topology === "mcu" ? ["--any-mixer"] : [] });
    const browsers = { chromium: await launch(t, "chromium"), firefox: await launch(t, "firefox") };
    if (topology === "mcu") await openMixer(browsers.chromium, stub);
    const { alice, bob } = await gather(stub, topology, { alice: "chromium", bob: "firefox" }, browsers);
    for (const [from, to] of [[alice, bob], [bob, alice]]) {
      await t.test(`from ${from.kind} to ${to.kind}`, async (t) => {
        const gate = await startGate(t);
        const reading = to.page.evaluate(read, gate.url, MESSAGES, STOP_EVERY);
        const sending = from.page.evaluate(send, MESSAGES);
        for (let at = 0; at < MESSAGES; at += STOP_EVERY) {
          const open = await gate.reached();
          // Time for a sender that does not wait to run away.
          const sent = await from.page.evaluate(() => new Promise((resolve) => setTimeout(() => resolve(globalThis.sent), 300)));
          assert.ok(sent <= at + 1 + MOST_AHEAD, `${sent} messages were sent when ${at + 1} were read`);
          open();
        }
        assert.deepEqual(await reading, Array.from({ length: MESSAGES }, (_, number) => number));
        await sending;
      });
    }
    for (const { problems } of Object.values(browsers)) assert.deepEqual(problems, []);
  });
}

/** A server that answers when the test lets it. A page that asks it synchronously stands still. */
async function startGate(t) {
  const waiting = [];
  let wake = () => {};
  const server = createServer((_, response) => {
    waiting.push(() => response.writeHead(204, { "access-control-allow-origin": "*" }).end());
    wake();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** Resolves when a page stands still, with what lets it go on. */
    async reached() {
      while (waiting.length === 0) await new Promise((resolve) => { wake = resolve; });
      return waiting.shift();
    },
  };
}

/** Runs in the page: reads, and stands still now and then. Returns the numbers of the messages. */
function read(gate, messages, stopEvery) {
  const numbers = [];
  return new Promise((resolve) => {
    const received = ({ detail: { payload } }) => {
      if (numbers.length % stopEvery === 0) {
        const request = new XMLHttpRequest();
        request.open("GET", gate, false);
        request.send();
      }
      numbers.push(new DataView(payload.buffer, payload.byteOffset).getUint32(0));
      if (numbers.length < messages) return;
      desk.room.removeEventListener("datareceived", received);
      resolve(numbers);
    };
    desk.room.addEventListener("datareceived", received);
  });
}

/** Runs in the page. */
async function send(messages) {
  const bytes = new Uint8Array(60_000);
  globalThis.sent = 0;
  while (globalThis.sent < messages) {
    new DataView(bytes.buffer).setUint32(0, globalThis.sent++);
    await desk.room.sendData(bytes);
  }
}
