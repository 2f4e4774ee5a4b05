// A call whose network is bad, whose server stands still, and whose people move. Runs in a network of its own, see
// ../disturbed.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { join, meetEachOther } from "../lib/call.mjs";
import { assertShows } from "../lib/media.mjs";
import { until } from "../lib/wait.mjs";
import { startLab, startPublicStub } from "./lab.mjs";

const LINES = 20;
const FILE_BYTES = 100_000;
const PAUSE_MS = 20_000;

test("a call", async (t) => {
  const lab = await startLab(t);
  const { stub, trusted } = await startPublicStub(t, { args: ["--turn"] });
  const sites = { alice: await lab.addSite("alice"), bob: await lab.addSite("bob") };
  const enter = (person) => join(t, stub, person, { app: "page", trusted, enter: sites[person].enter });
  const alice = await enter("alice");
  const bob = await enter("bob");
  await meetEachOther(alice, bob);
  let lines = LINES;

  await t.test("with 10 % loss, 200 ms round trip and reordering: media, and everything reliable in order", async (t) => {
    await lab.say("path alice loss 10 delay 90 jitter 20");
    const since = performance.now();
    const file = sendFile(alice, bob);
    await alice.page.evaluate((lines) => { for (let line = 0; line < lines; line++) room.sendChat(`line ${line}`); }, LINES);
    const read = await bob.reads("alice", LINES);
    t.diagnostic(`chat: ${LINES} lines after ${seconds(since)} s`);
    assert.deepEqual(read, Array.from({ length: LINES }, (_, line) => `alice: line ${line}`));
    assert.ok(await file, "the file is complete");
    t.diagnostic(`file: ${FILE_BYTES / 1000} kB after ${seconds(since)} s`);
    await seeEachOther(alice, bob);
    await lab.say("path alice");
  });

  await t.test("the server stands still: media goes on", async (t) => {
    for (const { page } of [alice, bob]) await page.evaluate(noteEvents);
    const pause = sleep(PAUSE_MS); // Not a wait for something: it lasts this long.
    const since = performance.now();
    process.kill(stub.pid, "SIGSTOP");
    t.after(() => process.kill(stub.pid, "SIGCONT"));
    await Promise.all([alice, bob].map((person) => isIn(person, "reconnecting")));
    t.diagnostic(`noticed after ${seconds(since)} s`);
    await pause;
    await seeEachOther(alice, bob);
    const resumed = performance.now();
    process.kill(stub.pid, "SIGCONT");
    for (const person of [alice, bob]) await isIn(person, "joined");
    t.diagnostic(`room whole ${seconds(resumed)} s after the server went on`);
    await seeEachOther(alice, bob);
    for (const { person, page } of [alice, bob]) {
      const events = await page.evaluate(() => noted);
      t.diagnostic(`${person}: ${events.join(" ")}`);
      assert.ok(!events.includes("participantleft"));
      assert.deepEqual(events.filter((event) => !event.startsWith("participant")), ["reconnecting", "reconnected"]);
    }
  });

  for (const [what, offlineMs] of [["at once", 0], ["after a while without a network", 3_000]]) {
    await t.test(`the address changes, ${what}: media and chat come back`, async (t) => {
      await sites.alice.move({ offlineMs });
      const moved = performance.now();
      await alice.write(what);
      await seeEachOther(alice, bob);
      t.diagnostic(`media back ${seconds(moved)} s after the address had changed, ${what}`);
      assert.equal((await bob.reads("alice", (lines += 1))).at(-1), `alice: ${what}`);
    });
  }
});

/** Notes what the room emits about connections. */
function noteEvents() {
  globalThis.noted = [];
  const types = ["reconnecting", "reconnected", "participantreconnecting", "participantreconnected", "participantleft", "left"];
  for (const type of types) room.addEventListener(type, () => noted.push(type));
}

const seconds = (since) => ((performance.now() - since) / 1_000).toFixed(1);

const isIn = ({ page, person }, state) => until(page, (state) => room.state === state, { what: `${person} is ${state}`, args: [state], timeout: 60_000 });

/** Waits for new frames at both ends. */
const seeEachOther = (one, other) => Promise.all([[one, other], [other, one]].map(([viewer, shown]) =>
  assertShows(viewer.page, `${viewer.tile(shown.person)} video`, shown.person, { frames: 10, timeout: 60_000 })));

/** Returns whether a file arrives as it was sent. */
async function sendFile(from, to) {
  await to.page.evaluate(() => {
    window.arrived = new Promise((resolve) => room.addEventListener("fileoffered", ({ detail }) => resolve(detail.file.accept().finished)));
  });
  const hash = async (blob) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))].join();
  const sent = await from.page.evaluate(async (size, hash) => {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (at * at) >> 3);
    const file = new File([bytes], "large.bin");
    room.sendFile(file);
    return new Function(`return (${hash})`)()(file);
  }, FILE_BYTES, hash.toString());
  const arrived = await to.page.evaluate(async (hash) => new Function(`return (${hash})`)()(await arrived), hash.toString());
  return sent === arrived;
}
