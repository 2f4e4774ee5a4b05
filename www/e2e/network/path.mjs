// Calls whose paths are cut at once, for 5 and for 40 seconds. Runs in a network of its own, see ../path.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { browserMissing } from "../lib/browsers.mjs";
import { join, meetEachOther } from "../lib/call.mjs";
import { cutPaths, mendPaths, prepareNetwork } from "../lib/network.mjs";
import { startStub } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

const CUTS = [5, 40];
const CALLS = [
  { topology: "sfu", kinds: ["chromium", "chromium"] },
  // A packet that cannot be sent ends DTLS in Firefox, so the connection is replaced by a new one.
  { topology: "mesh", kinds: ["chromium", "firefox"] },
].filter(({ kinds }) => !kinds.some(browserMissing));

prepareNetwork();

test("calls in the topologies mesh and sfu, and with Firefox", { skip: CALLS.length === 0 }, async (t) => {
  const stub = await startStub(t, { args: ["--no-media-tcp"] });
  const calls = [];
  for (const { topology, kinds } of CALLS) {
    const what = [topology, ...kinds].join("-");
    const enter = (person, kind) => join(t, stub, person, { kind, app: "page", room: what, topology });
    const [alice, bob] = [await enter("alice", kinds[0]), await enter("bob", kinds[1])];
    await meetEachOther(alice, bob);
    for (const { page } of [alice, bob]) await page.evaluate(noteEvents);
    calls.push({ what, alice, bob });
  }
  for (const [at, seconds] of CUTS.entries()) {
    cutPaths();
    // Not a wait for something: the cut lasts this long.
    await sleep(2_000);
    for (const { alice } of calls) await alice.write(`during cut ${at}`);
    await sleep(seconds * 1_000 - 2_000);
    mendPaths();
    const mended = performance.now();
    await Promise.all(calls.map(async ({ what, alice, bob }) => {
      await Promise.all([shows(alice, "bob"), shows(bob, "alice")]);
      t.diagnostic(`media back ${((performance.now() - mended) / 1_000).toFixed(1)} s after a cut of ${seconds} s, ${what}`);
      await meetEachOther(alice, bob);
      await alice.write(`after cut ${at}`);
    }));
  }
  const written = CUTS.flatMap((_, at) => [`during cut ${at}`, `after cut ${at}`]);
  for (const { what, alice, bob } of calls) {
    // In a long cut, SCTP tries again ever later: for the last time up to as long as the cut after its end.
    const lines = await bob.reads("alice", written.length, 60_000);
    assert.deepEqual(lines.map((line) => line.match(/(during|after) cut \d/)[0]), written, "in order, and nothing is doubled");
    for (const person of [alice, bob]) {
      const events = await person.page.evaluate(() => noted);
      t.diagnostic(`${what}, ${person.person}: ${events.join(" ")}`);
      // The server is reached by another path.
      for (const unexpected of ["reconnecting", "participantleft", "left"]) assert.ok(!events.includes(unexpected), unexpected);
      for (const expected of ["reconnecting", "connected"]) assert.ok(events.includes(`connection:${expected}`), expected);
      assert.equal(events.filter((event) => event.startsWith("connection:")).at(-1), "connection:connected");
      person.assertNoProblems();
    }
  }
});

/** Notes what happens to the room, and the states of the connection to the other person. */
function noteEvents() {
  globalThis.noted = [];
  for (const type of ["reconnecting", "reconnected", "participantleft", "left"]) room.addEventListener(type, () => noted.push(type));
  room.addEventListener("connectionstatechange", ({ detail: { state } }) => noted.push(`connection:${state}`));
}

/** Waits for new frames, over whichever connection: a new one has another track, and perhaps another element. */
async function shows(person, other) {
  const look = (selector, other) => {
    const video = document.querySelector(selector);
    const shown = video && e2e.readCounter(video);
    const seen = (globalThis.e2eSeen ??= new Set());
    if (shown?.person === other) seen.add(shown.frame);
    // The first one is from before.
    if (seen.size < 4) return false;
    delete globalThis.e2eSeen;
    return true;
  };
  const args = [`${person.tile(other)} video`, other];
  await until(person.page, look, { what: `${person.person} sees ${other} again`, args, timeout: 60_000 });
}
