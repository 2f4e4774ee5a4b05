// Room tokens: what they do not permit is refused, by the server and before it is asked.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { STUB } from "../../scripts/lib/paths.mjs";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const env = { MOIM_TOKEN_KEY: "a key of at least 32 bytes for tests" };

/** The query parameter with a token for the room. */
function token(identity, ...grants) {
  const flags = ["token", "--room", "tea", "--identity", identity, ...grants.flatMap((grant) => ["--grant", grant])];
  return `&token=${execFileSync(STUB, flags, { env: { ...process.env, ...env }, encoding: "utf8" }).trim()}`;
}

for (const kind of ["chromium", "firefox"]) {
  test(`a participant without permission to publish sees and hears, and gets an error that says why it cannot speak, ${kind}`, { skip: skip || browserMissing(kind) }, async (t) => {
    const stub = await startStub(t, { env });
    const alice = await join(t, stub, "alice", { app: "page", topology: "sfu", query: token("alice@example.org") });
    const bob = await join(t, stub, "bob", { kind, app: "page", topology: "sfu", query: token("guest", "subscribe") });
    await bob.meets("alice");

    // The page publishes its camera before it joins.
    await until(bob.page, () => document.body.textContent.includes("does not permit"), { what: "the reason" });
    const seen = await bob.page.evaluate(async () => {
      const code = (promise) => promise.then(() => "none", (error) => error.code);
      return {
        permissions: room.permissions,
        publications: room.publications.length,
        publish: await code(room.publish(local.camera.track)),
        camera: await code(room.setCameraEnabled(true)),
        chat: await code(room.sendChat("hello")),
      };
    });
    const refused = "ERR_ROOM_NOT_PERMITTED";
    assert.deepEqual(seen, { permissions: ["subscribe"], publications: 0, publish: refused, camera: refused, chat: refused });
    const [listener] = await alice.page.evaluate(() => room.participants.map(({ identity, permissions, publications, tracks }) => ({ identity, permissions, publications, tracks })));
    assert.deepEqual(listener, { identity: "guest", permissions: ["subscribe"], publications: [], tracks: [] });
    assert.ok(!stub.log().includes("eyJ"), "no token is logged");
  });
}
