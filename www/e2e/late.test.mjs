// Delayed operations: a connection that the browser refuses to open, and messages that do not fit into its buffer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const kinds = [["chromium", skip], ["firefox", skip || browserMissing("firefox")]];

/** Makes the page's first RTCPeerConnection fail, as if there were too many. */
const refuseOnce = (page) => page.evaluateOnNewDocument(() => {
  let refusals = 1;
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      if (refusals-- > 0) throw new DOMException("Cannot create so many PeerConnections", "UnknownError");
      super(...args);
    }
  };
});

for (const topology of ["mesh", "sfu"]) {
  for (const [kind, missing] of kinds) {
    test(`a connection that the browser refuses to open is opened later, ${topology}, ${kind}`, { skip: missing }, async (t) => {
      const stub = await startStub(t);
      const alice = await join(t, stub, "alice", { app: "page", topology });
      const bob = await join(t, stub, "bob", { app: "page", topology, kind, before: refuseOnce });
      await alice.meets("bob");
      await bob.meets("alice");
      for (const person of [alice, bob]) person.assertNoProblems();
    });
  }
}

for (const topology of ["mesh", "sfu"]) {
  for (const [kind, missing] of kinds) {
    test(`messages beyond the queue are refused, queued ones arrive, and then there is capacity again, ${topology}, ${kind}`, { skip: missing }, async (t) => {
      const stub = await startStub(t);
      const alice = await join(t, stub, "alice", { app: "page", topology, kind });
      const bob = await join(t, stub, "bob", { app: "page", topology });
      await bob.meets("alice");
      await bob.page.evaluate(() => {
        window.received = 0;
        room.addEventListener("datareceived", () => window.received++);
      });
      const flood = () => alice.page.evaluate(() => {
        const chunk = new Uint8Array(60_000);
        const codes = [];
        let sent = 0;
        for (let call = 0; call < 600; call++) {
          try { room.sendData(chunk, { topic: "flood" }); sent++; } catch ({ code }) { codes.push(code); }
        }
        return { sent, codes };
      });
      const { sent, codes } = await flood();
      assert.ok(sent > 200 && sent < 400, `${sent} messages were accepted`);
      assert.deepEqual([...new Set(codes)], ["ERR_DATA_QUEUE_FULL"]);
      // An SFU forwards what the receiver has room for.
      const expected = topology === "mesh" ? sent : 100;
      await until(bob.page, (expected) => window.received >= expected || null, { what: `${expected} messages`, args: [expected], timeout: 60_000 });
      const again = await until(alice.page, () => {
        try { room.sendData(new Uint8Array(1), { topic: "flood" }); return true; } catch { return null; }
      }, { what: "capacity" });
      assert.ok(again);
      for (const person of [alice, bob]) person.assertNoProblems();
    });
  }
}
