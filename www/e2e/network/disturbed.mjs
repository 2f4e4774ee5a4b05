// A call whose network is bad, whose server stands still, and whose people move. Runs in a network of its own, see
// ../disturbed.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { join, meetEachOther } from "../lib/call.mjs";
import { longestGap, watchFrames } from "../lib/frames.mjs";
import { assertShows } from "../lib/media.mjs";
import { until } from "../lib/wait.mjs";
import { startLab, startPublicStub } from "./lab.mjs";

const LINES = 20;
const FILE_BYTES = 100_000;
const PAUSE_MS = 20_000;
const AT_ONCE = { what: "at once", offlineMs: 0 };
const MOVES = [
  { topology: "mesh", moves: [AT_ONCE, { what: "after a while without a network", offlineMs: 3_000 }] },
  { topology: "sfu", moves: [AT_ONCE] },
];

test("a call", async (t) => {
  const lab = await startLab(t);
  const { stub, trusted } = await startPublicStub(t, { args: ["--turn"] });
  const sites = { alice: await lab.addSite("alice"), bob: await lab.addSite("bob") };
  // Carol is at Alice's site, with another browser.
  const places = { alice: ["chromium", sites.alice], bob: ["chromium", sites.bob], carol: ["firefox", sites.alice] };
  const enter = (person, options) => join(t, stub, person, { app: "page", trusted, kind: places[person][0], enter: places[person][1].enter, ...options });
  let alice = await enter("alice");
  let bob = await enter("bob");
  await meetEachOther(alice, bob);

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
    await watchFrames(alice, "bob");
    const stopped = Date.now();
    const pause = sleep(PAUSE_MS); // Not a wait for something: it lasts this long.
    const since = performance.now();
    process.kill(stub.pid, "SIGSTOP");
    t.after(() => process.kill(stub.pid, "SIGCONT"));
    await Promise.all([alice, bob].map((person) => isIn(person, "reconnecting")));
    t.diagnostic(`noticed after ${seconds(since)} s`);
    await pause;
    await meetEachOther(alice, bob);
    const gap = await longestGap(alice, "bob", stopped);
    t.diagnostic(`alice saw no frame of bob for at most ${gap.seconds.toFixed(2)} s`);
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

  let carol = await enter("carol");
  for (const { topology, moves } of MOVES) {
    if (topology !== "mesh") {
      // A browser would use its HTTP connections from before.
      await Promise.all([alice, bob, carol].map(({ close }) => close()));
      const options = { topology, room: topology };
      [alice, bob, carol] = [await enter("alice", options), await enter("bob", options), await enter("carol", options)];
    }
    const movers = [alice, carol];
    await Promise.all(movers.map((mover) => meetEachOther(mover, bob)));
    for (const { person, ...mover } of movers) {
      await watchFrames(mover, "bob");
      await watchFrames(bob, person);
    }
    for (const { what, offlineMs } of moves) {
      await t.test(`the address changes, ${topology}, ${what}: media and chat come back`, async (t) => {
        const since = Date.now();
        await sites.alice.move({ offlineMs });
        const moved = Date.now();
        await Promise.all(movers.map(async (mover) => {
          await mover.write(what);
          await seeEachOther(mover, bob);
          const gaps = [await longestGap(mover, "bob", since), await longestGap(bob, mover.person, since)];
          const [sees, seen] = gaps.map(({ end }) => ((end - moved) / 1_000).toFixed(1));
          t.diagnostic(`${topology}, ${what}: ${mover.person} sees others ${sees} s after the address had changed, and is seen after ${seen} s`);
          // What Firefox has sent by SCTP may be stuck for longer than a test lasts, while its media is back.
          if (mover === carol) return;
          await until(bob.page, (selector, line) => [...document.querySelectorAll(selector)].at(-1)?.textContent === line, {
            what: `the line of ${mover.person}`,
            args: [`${bob.$("chat-message")}[data-from=${mover.person}]`, `${mover.person}: ${what}`],
            timeout: 30_000,
          });
        }));
      });
    }
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
