// Two people whose path is cut for 5 and for 40 seconds. Runs in a network of its own, see ../path.test.mjs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { browserMissing } from "../lib/browsers.mjs";
import { join } from "../lib/call.mjs";
import { cutPaths, mendPaths, prepareNetwork } from "../lib/network.mjs";
import { startStub } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

// Not verified with Firefox yet: a send that fails with EHOSTUNREACH, by which the path is cut here, may end its sockets.
const PAIRS = [["chromium", "chromium"]];
const CUTS = [5, 40];

prepareNetwork();

for (const topology of ["mesh", "sfu"]) {
  for (const [first, second] of PAIRS) {
    const skip = browserMissing(first) || browserMissing(second);
    test(`${first} and ${second} in the topology ${topology}`, { skip }, async (t) => {
      const stub = await startStub(t, { args: ["--no-media-tcp"] });
      const alice = await join(t, stub, "alice", { kind: first, app: "page", topology });
      const bob = await join(t, stub, "bob", { kind: second, app: "page", topology });
      await alice.meets("bob");
      await bob.meets("alice");
      for (const [at, seconds] of CUTS.entries()) {
        cutPaths();
        // Not a wait for something: the cut lasts this long.
        await sleep(2_000);
        await alice.write(`during cut ${at}`);
        await sleep(seconds * 1_000 - 2_000);
        const frames = [await framesOf(alice, "bob"), await framesOf(bob, "alice")];
        mendPaths();
        const mended = performance.now();
        await Promise.all([
          shows(alice, "bob", frames[0]),
          shows(bob, "alice", frames[1]),
        ]);
        t.diagnostic(`media back ${((performance.now() - mended) / 1_000).toFixed(1)} s after a cut of ${seconds} s`);
        await alice.meets("bob");
        await bob.meets("alice");
      }
      const lines = await bob.reads("alice", CUTS.length);
      assert.equal(lines.length, CUTS.length, "nothing is doubled");
      CUTS.forEach((_, at) => assert.match(lines[at], new RegExp(`during cut ${at}`)));
      for (const person of [alice, bob]) person.assertNoProblems();
    });
  }
}

const countFrames = (selector) => document.querySelector(selector)?.getVideoPlaybackQuality().totalVideoFrames ?? 0;

const framesOf = (person, other) => person.page.evaluate(countFrames, `${person.tile(other)} video`);

/** Waits for three more frames. */
async function shows(person, other, before) {
  const args = [`${person.tile(other)} video`, before + 3];
  const hasMore = (selector, wanted) => (document.querySelector(selector)?.getVideoPlaybackQuality().totalVideoFrames ?? 0) >= wanted;
  await until(person.page, hasMore, { what: `${person.person} sees ${other} again`, args, timeout: 60_000 });
}
