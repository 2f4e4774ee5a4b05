// Many lost sockets and ICE restarts leave nothing behind. By hand, with more of them: MOIM_RECONNECTS=1000.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

/** Rooms with two participants each, all in one page. */
const PAIRS = 4;
const RECONNECTS = Number(process.env.MOIM_RECONNECTS ?? 80);
const ROUNDS = Math.ceil(RECONNECTS / (2 * PAIRS));
/** These rounds create what is created once and kept. */
const WARM_UP = 6;
const PAGE_BYTES = 65_536;
/** What grows no further: queues, tables, the memory of the module after its busiest moment, late candidates up to their limit. */
const ALLOWED = { heap: 256_000 + 200 * RECONNECTS, wasm: 64, counts: PAIRS };

const leftovers = readFileSync(new URL("../../sdk/tests/browser/leftovers.js", import.meta.url), "utf8").trim().replace(/^\/\/.*\n/, "").replace(/;$/, "");

test(`${RECONNECTS} reconnects leave nothing behind`, { skip: stubMissing() || browserMissing("chromium") }, async (t) => {
  const stub = await startStub(t);
  const { page } = await launch(t, "chromium", { args: ["--js-flags=--expose-gc"] });
  await page.evaluateOnNewDocument(keepOpen);
  await page.goto(`${stub.url}/www/page.css`);
  await page.evaluate(`window.leftovers = (${leftovers})()`);
  await page.evaluate(enter, PAIRS);
  await until(page, areConnected, { what: "connections", args: [PAIRS] });

  await rounds(page, WARM_UP);
  const before = await measure(page, stub);
  const took = await rounds(page, ROUNDS);
  const after = await settled(page, stub, before);
  t.diagnostic(`${ROUNDS * 2 * PAIRS} sockets and ${ROUNDS * PAIRS} ICE restarts in ${took.toFixed(0)} s`);
  t.diagnostic(`before: ${JSON.stringify(before)}`);
  t.diagnostic(`after: ${JSON.stringify(after)}`);
  assert.deepEqual(excess(before, after), []);
});

/** Runs in the page before its scripts: remembers the sockets, the connections and the memory of the module. */
function keepOpen() {
  const open = (window.open_ = { sockets: new Set(), connections: new Set() });
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      open.sockets.add(this);
    }
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      open.connections.add(this);
    }
    close() {
      open.connections.delete(this);
      super.close();
    }
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const result = await original.apply(WebAssembly, args);
      open.memory ??= (result.instance ?? result).exports.memory;
      return result;
    };
  }
}

/** Runs in the page: joins rooms with two participants each. */
async function enter(pairs) {
  const moim = await import("/www/pkg/moim.js");
  await moim.default();
  window.rooms = [];
  for (let pair = 0; pair < pairs; pair++) {
    for (const name of ["alice", "bob"]) {
      const room = new moim.Room();
      rooms.push(room);
      await room.join({ room: `room ${pair}`, name });
    }
  }
}

/** Runs in the page. */
function areConnected(pairs) {
  const connections = [...open_.connections];
  return rooms.every((room) => room.state === "joined") && connections.length === 2 * pairs && connections.every((one) => one.connectionState === "connected");
}

/** Loses all sockets, and restarts ICE on all connections, several times. Returns the seconds. */
function rounds(page, count) {
  return page.evaluate(async (count) => {
    const wait = async (what, isTrue) => {
      const deadline = performance.now() + 20_000;
      while (!isTrue()) {
        if (performance.now() > deadline) throw new Error(`waited 20 s for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const ufrag = ({ currentLocalDescription }) => currentLocalDescription.sdp.match(/a=ice-ufrag:(\S+)/)[1];
    const start = performance.now();
    for (let round = 0; round < count; round++) {
      const sockets = [...open_.sockets];
      open_.sockets.clear();
      for (const socket of sockets) socket.close();
      await wait("the sockets", () => open_.sockets.size === rooms.length && rooms.every((room) => room.state === "joined"));
      const before = new Map([...open_.connections].map((one) => [one, ufrag(one)]));
      window.dispatchEvent(new Event("online"));
      await wait("the ICE restarts", () => [...before].every(([one, old]) =>
        one.signalingState === "stable" && one.connectionState === "connected" && ufrag(one) !== old));
    }
    return (performance.now() - start) / 1_000;
  }, count);
}

/** What the page and the server hold. */
async function measure(page, stub) {
  await page.evaluate(async () => {
    for (let time = 0; time < 3; time++) await gc({ type: "major", execution: "async" });
  });
  const { JSHeapUsedSize, JSEventListeners } = await page.metrics();
  const inPage = await page.evaluate(() => ({
    sockets: [...open_.sockets].filter((socket) => socket.readyState < 2).length,
    connections: open_.connections.size,
    left: leftovers.now(),
    wasm: open_.memory.buffer.byteLength,
  }));
  const server = Number(readFileSync(`/proc/${stub.pid}/status`, "utf8").match(/VmRSS:\s*(\d+)/)[1]);
  return { heap: JSHeapUsedSize, listeners: JSEventListeners, ...inPage, wasm: inPage.wasm / PAGE_BYTES, serverKilobytes: server };
}

/** Waits for collections of garbage. */
async function settled(page, stub, before) {
  let after;
  for (let time = 0; time < 40; time++) {
    after = await measure(page, stub);
    if (excess(before, after).length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return after;
}

/** Of what there is more than before. */
function excess(before, after) {
  const count = ({ left }) => Object.fromEntries(left.split(", ").map((one) => one.split(" × ").reverse()).map(([kind, number]) => [kind, Number(number)]));
  const all = ({ heap, wasm, listeners, sockets, connections, ...rest }) => ({ heap, wasm, listeners, sockets, connections, ...count(rest) });
  const known = all(before);
  return Object.entries(all(after)).filter(([kind, now]) => now > (known[kind] ?? 0) + (ALLOWED[kind] ?? ALLOWED.counts)).map(([kind]) => kind);
}
