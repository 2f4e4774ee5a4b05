// Calls whose paths are all cut at once, for 5 and for 40 seconds. Runs in a network of its own, see ../path.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { browserMissing } from "../lib/browsers.mjs";
import { join, meetEachOther } from "../lib/call.mjs";
import { rememberConnections } from "../lib/connections.mjs";
import { longestGap, watchFrames } from "../lib/frames.mjs";
import { assertMixed, halves } from "../lib/mixed.mjs";
import { cutPaths, mendPaths, prepareNetwork } from "../lib/network.mjs";
import { mixing, startStub } from "../lib/server.mjs";
import { assertTraffic, startTraffic } from "../lib/traffic.mjs";
import { until } from "../lib/wait.mjs";

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };
/** Calls at the same time, and for how many seconds their paths are cut, one after the other. */
const ROUNDS = [
  {
    cuts: [5, 40],
    calls: [
      { topology: "sfu", kinds: ["chromium", "chromium"] },
      // A packet that cannot be sent ends DTLS in Firefox, so the connection is replaced by a new one.
      { topology: "mesh", kinds: ["chromium", "firefox"] },
    ],
  },
  // A mixer needs a whole machine.
  { cuts: [5], calls: [{ topology: "mcu", kinds: ["chromium", "chromium"] }] },
];

prepareNetwork();

for (const { cuts, calls } of ROUNDS) {
  const possible = calls.filter(({ kinds }) => !kinds.some(browserMissing));
  const skip = possible.length === 0 && "no browser for it is installed";
  test(`calls with ${calls.map(({ topology }) => topology).join(" and ")}`, { skip }, (t) => assertSurvive(t, possible, cuts));
}

async function assertSurvive(t, planned, cuts) {
  const stub = await startStub(t, { args: ["--no-media-tcp", ...mixing()] });
  const calls = [];
  for (const { topology, kinds } of planned) calls.push(await meet(t, stub, topology, kinds));
  await Promise.all(calls.map(({ alice, bob }) => startTraffic(alice, bob)));
  const cutAt = [];
  /** When something was, in words. */
  const sinceCut = (at) => {
    const cut = cutAt.findLastIndex((since) => since <= at);
    return `${((at - cutAt[cut]) / 1_000).toFixed(1)} s after the begin of cut ${cut}`;
  };
  for (const [at, seconds] of cuts.entries()) {
    const since = Date.now();
    cutAt.push(since);
    cutPaths();
    // Not a wait for something: the cut lasts this long.
    await sleep(2_000);
    for (const { alice } of calls) await alice.write(`during cut ${at}`);
    await sleep(seconds * 1_000 - 2_000);
    mendPaths();
    const mended = Date.now();
    await Promise.all(calls.map(async ({ what, alice, bob, meetAgain, shownBy, parts }) => {
      for (const [viewer, shown] of [[alice, bob], [bob, alice]]) {
        await shows(viewer, shownBy(shown), shown.person, parts);
        const { end } = await longestGap(viewer, shownBy(shown), since);
        t.diagnostic(`${what}, cut of ${seconds} s: ${viewer.person} saw frames again ${((end - mended) / 1_000).toFixed(1)} s after it`);
      }
      await meetAgain();
      await alice.write(`after cut ${at}`);
    }));
  }
  const written = cuts.flatMap((_, at) => [`during cut ${at}`, `after cut ${at}`]);
  for (const { what, alice, bob } of calls) {
    t.diagnostic(`${what}, ${await assertTraffic(alice, bob)}`);
    // In a long cut, SCTP tries again ever later: for the last time up to as long as the cut after its end.
    const lines = await bob.reads("alice", written.length, 60_000);
    assert.deepEqual(lines.map((line) => line.match(/(during|after) cut \d/)[0]), written, "in order, and nothing is doubled");
    for (const person of [alice, bob]) {
      const events = await person.page.evaluate(() => noted);
      t.diagnostic(`${what}, ${person.person}: ${events.map(([type, at]) => `${type} (${sinceCut(at)})`).join(", ")}`);
      const types = events.map(([type]) => type);
      // The server is reached by another path.
      for (const unexpected of ["reconnecting", "participantleft", "left"]) assert.ok(!types.includes(unexpected), unexpected);
      const states = types.filter((type) => type.startsWith("connection:"));
      // A browser may not notice a short cut.
      if (cuts.some((seconds) => seconds > 10)) assert.ok(states.includes("connection:reconnecting"));
      if (states.length > 0) assert.equal(states.at(-1), "connection:connected");
      // Firefox reports on the console that it has found no path, as there was none.
      assert.deepEqual(person.problems.filter((problem) => !problem.includes("WebRTC: ICE failed")), []);
    }
  }
}

/** Lets two people meet in a room of their own. */
async function meet(t, stub, topology, kinds) {
  const what = [topology, ...kinds].join("-");
  const enter = (person, kind) => join(t, stub, person, { kind, app: "page", room: what, topology, before: rememberConnections });
  const [alice, bob] = [await enter("alice", kinds[0]), await enter("bob", kinds[1])];
  const isMixed = topology === "mcu";
  const meetAgain = () => (isMixed ? assertMixed([alice, bob], "camera") : meetEachOther(alice, bob));
  await meetAgain();
  /** Whose tile shows `one`. */
  const shownBy = (one) => (isMixed ? "Mixer" : one.person);
  for (const [viewer, shown] of [[alice, bob], [bob, alice]]) {
    await viewer.page.evaluate(noteEvents);
    await watchFrames(viewer, shownBy(shown));
  }
  return { what, alice, bob, meetAgain, shownBy, parts: isMixed ? await halves(alice) : [WHOLE] };
}

/** Notes what happens to the room, and the states of the connection to the other person, each with the time. */
function noteEvents() {
  globalThis.noted = [];
  const note = (type) => noted.push([type, Date.now()]);
  for (const type of ["reconnecting", "reconnected", "participantleft", "left", "mediastalled", "mediaresumed"]) room.addEventListener(type, () => note(type));
  room.addEventListener("connectionstatechange", ({ detail: { state } }) => note(`connection:${state}`));
}

/** Waits for new frames of `person`, over whichever connection: a new one has another track, and perhaps another element. */
async function shows(viewer, tile, person, parts) {
  const look = (selector, person, parts) => {
    const video = document.querySelector(selector);
    const shown = video && parts.map((part) => e2e.readCounter(video, part)).find((code) => code?.person === person);
    const seen = (globalThis.e2eSeen ??= new Set());
    if (shown) seen.add(shown.frame);
    // The first one is from before.
    if (seen.size < 4) return false;
    delete globalThis.e2eSeen;
    return true;
  };
  const args = [`${viewer.tile(tile)} video`, person, parts];
  await until(viewer.page, look, { what: `${viewer.person} sees ${person} again`, args, timeout: 60_000 });
}
