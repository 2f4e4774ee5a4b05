// What is published after something else was withdrawn is sent as it is wanted itself: nothing is left of what the others
// wanted of the one before.

import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const kinds = [["chromium", skip], ["firefox", skip || browserMissing("firefox")]];

/** Withdraws the camera and publishes it again, as another publication. */
const republish = ({ page }, options) => page.evaluate(async (options) => {
  const { Devices } = await import("/www/pkg/moim.js");
  window.again ??= await new Devices().camera();
  await room.unpublish(room.publications.find(({ source }) => source === "camera").id);
  return room.publish(window.again, options);
}, options);

const subscribe = ({ page }, options) => page.evaluate((options) => {
  const [{ id, publications }] = room.participants;
  room.subscribe(id, publications.find(({ source }) => source === "camera").id, options);
}, options);

for (const topology of ["mesh", "sfu"]) {
  for (const [kind, missing] of kinds) {
    test(`a camera that is published again is seen, whatever was wanted of it before, ${topology}, ${kind}`, { skip: missing }, async (t) => {
      const stub = await startStub(t);
      const alice = await join(t, stub, "alice", { app: "page", topology, kind });
      const bob = await join(t, stub, "bob", { app: "page", topology });
      await bob.meets("alice");
      const full = await until(bob.page, (tile) => document.querySelector(tile)?.videoHeight || null, {
        what: "the full height", args: [`${bob.tile("alice")} video`],
      });
      // Its own limit goes with a publication, too.
      await republish(alice, { maxBitrate: 50_000 });
      await bob.meets("alice");
      for (const wish of [{ wanted: false }, { maxHeight: Math.floor(full / 4) }, { maxHeight: 0 }]) {
        await subscribe(bob, wish);
        if (wish.wanted === false) await bob.page.waitForFunction(() => room.participants[0].tracks.every(({ kind }) => kind !== "video"));
        await republish(alice);
        await bob.meets("alice");
        await until(bob.page, (selector, full) => document.querySelector(selector)?.videoHeight >= full, {
          what: `the full height after ${JSON.stringify(wish)}`, args: [`${bob.tile("alice")} video`, full], timeout: 25_000,
        });
      }
      await alice.meets("bob");
      for (const person of [alice, bob]) person.assertNoProblems();
    });
  }
}
