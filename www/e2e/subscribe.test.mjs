// Subscriptions: a smaller picture, or none. The same code in a mesh and over an SFU.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");

/** Subscribes to bob's camera in the plain page. */
const want = (person, options) => person.page.evaluate((options) => {
  const [bob] = room.participants;
  const camera = bob.publications.find(({ source }) => source === "camera");
  room.subscribe(bob.id, camera.id, options);
}, options);

const heightOf = (person, check) => until(person.page, (selector, check) => {
  const height = document.querySelector(selector)?.videoHeight;
  return height > 0 && new Function("height", `return ${check}`)(height) ? height : null;
}, { what: `a height with ${check}`, args: [`${person.tile("bob")} video`, check], timeout: 30_000 });

for (const topology of ["mesh", "sfu"]) {
  for (const [kind, missing] of [["chromium", skip], ["firefox", skip || browserMissing("firefox")]]) {
    test(`a picture that is shown small is sent small, ${topology}, from ${kind}`, { skip: missing }, async (t) => {
      const stub = await startStub(t);
      const alice = await join(t, stub, "alice", { app: "page", topology });
      await join(t, stub, "bob", { kind, topology });
      await alice.meets("bob");
      const full = await heightOf(alice, "height >= 240");

      await want(alice, { maxHeight: Math.floor(full / 4) });
      const small = await heightOf(alice, `height <= ${Math.ceil(full / 2)}`);
      await alice.meets("bob");
      await want(alice, {});
      await heightOf(alice, `height > ${small}`);

      await want(alice, { wanted: false });
      await alice.page.waitForFunction((selector) => !document.querySelector(selector)?.srcObject?.getVideoTracks().length, {}, `${alice.tile("bob")} video`);
      await want(alice, { wanted: true });
      await alice.meets("bob");
      alice.assertNoProblems();
    });
  }
}

test("invalid options are rejected", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  const codes = await alice.page.evaluate(() => [
    () => room.subscribe(5, "cam"),
    () => room.subscribe("x", {}),
    () => room.subscribe("x", "cam", { maxHeigth: 5 }),
    () => room.subscribe("x", "cam", { maxHeight: -1 }),
  ].map((call) => { try { call(); } catch (error) { return error.code; } }));
  assert.deepEqual(codes, Array(4).fill("ERR_INVALID_OPTIONS"));
});
