// Delayed operations: a connection that the browser refuses to open, and messages that do not fit into its buffer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");
const kinds = [["chromium", skip], ["firefox", skipFirefox]];
const calls = [["mesh", "firefox", skipFirefox], ["sfu", "chromium", skip]];

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

for (const [topology, kind, missing] of calls) {
  test(`a connection that the browser refuses to open is opened later, ${topology}, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", topology });
    const bob = await join(t, stub, "bob", { app: "page", topology, kind, before: refuseOnce });
    await meetEachOther(alice, bob);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

for (const [topology, kind, missing] of calls) {
  test(`messages beyond the queue are refused, queued ones arrive, and then there is capacity again, ${topology}, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", topology, kind });
    const bob = await join(t, stub, "bob", { app: "page", topology });
    await bob.meets("alice");
    await bob.page.evaluate(() => {
      window.received = 0;
      room.addEventListener("datareceived", () => window.received++);
    });
    const codes = await alice.page.evaluate(() => {
      const chunk = new Uint8Array(60_000);
      const abort = new AbortController();
      // One of those that wait is aborted, which ends only the waiting.
      const options = (number) => ({ topic: "flood", ...(number === 20 && { signal: abort.signal }) });
      const sent = Array.from({ length: 600 }, (_, number) => room.sendData(chunk, options(number)));
      abort.abort();
      return Promise.all(sent.map((taken) => taken.then(() => "taken", ({ code }) => code)));
    });
    const taken = codes.filter((code) => code !== "ERR_DATA_QUEUE_FULL").length;
    // An SFU would lose what its receiver has no room for, so less is taken.
    const [least, most] = topology === "mesh" ? [200, 400] : [40, 60];
    assert.ok(taken >= least && taken <= most, `${taken} messages were taken`);
    assert.deepEqual([...new Set(codes)], ["taken", "ERR_ABORTED", "ERR_DATA_QUEUE_FULL"]);
    await until(bob.page, (expected) => window.received === expected || null, { what: `${taken} messages`, args: [taken], timeout: 60_000 });
    await alice.page.evaluate(() => room.sendData(new Uint8Array(1), { topic: "flood" }));
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

/** Keeps the messages of the room's warnings. */
const keepWarnings = (person) => person.page.evaluate(() => {
  window.warnings = [];
  room.addEventListener("warning", ({ detail: { error } }) => window.warnings.push(error.message));
});
const isWarned = (person, text) => until(person.page, (text) => window.warnings.some((warning) => warning.includes(text)), { what: `a warning: ${text}`, args: [text] });

for (const [kind, missing] of kinds) {
  test(`a limit that the browser refuses is reported, and applied with the next change, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind });
    const bob = await join(t, stub, "bob", { app: "page" });
    await bob.meets("alice");
    const heightAtBob = () => bob.page.$eval(`${bob.tile("alice")} video`, (video) => video.videoHeight);
    const full = await heightAtBob();
    await keepWarnings(alice);
    await alice.page.evaluate(() => {
      const { setParameters } = RTCRtpSender.prototype;
      RTCRtpSender.prototype.setParameters = () => Promise.reject(new DOMException("not now", "OperationError"));
      window.acceptAgain = () => { RTCRtpSender.prototype.setParameters = setParameters; };
    });
    await bob.page.evaluate((maxHeight) => {
      const [alice] = room.participants;
      room.subscribe(alice.id, alice.publications.find(({ source }) => source === "camera").id, { maxHeight });
    }, full / 4);
    await isWarned(alice, "set the parameters: not now");
    await bob.meets("alice");
    assert.equal(await heightAtBob(), full);

    await alice.page.evaluate(async () => {
      acceptAgain();
      await room.setMuted(local.microphone.id, true);
    });
    await until(bob.page, (selector, most) => document.querySelector(selector).videoHeight <= most, { what: "a smaller picture", args: [`${bob.tile("alice")} video`, full / 2], timeout: 30_000 });
    for (const person of [alice, bob]) person.assertNoProblems();
  });

  for (const topology of ["mesh", "sfu"]) {
    test(`a track whose receiver is not there yet is reported, and added with the next description, ${topology}, ${kind}`, { skip: missing }, async (t) => {
      const stub = await startStub(t);
      const alice = await join(t, stub, "alice", { app: "page", topology });
      const bob = await join(t, stub, "bob", { app: "page", topology, kind });
      await bob.meets("alice");
      await keepWarnings(bob);
      await bob.page.evaluate(() => {
        const { getTransceivers } = RTCPeerConnection.prototype;
        const hidden = (transceiver) => transceiver.mid !== null;
        RTCPeerConnection.prototype.getTransceivers = function () {
          return getTransceivers.call(this).filter((one) => !hidden(one));
        };
        window.showAgain = () => { RTCPeerConnection.prototype.getTransceivers = getTransceivers; };
      });
      const republish = (source) => alice.page.evaluate(async (source) => {
        await room.unpublish(local[source].id);
        local[source].id = await room.publish(local[source].track);
      }, source);
      await republish("camera");
      await isWarned(bob, "there is no media section");
      assert.deepEqual(await bob.page.evaluate(() => room.participants[0].tracks.map(({ source }) => source)), ["microphone"]);

      await bob.page.evaluate(() => showAgain());
      // Something new to describe.
      await alice.page.evaluate(async () => { await room.publish(local.camera.track.clone()); });
      await until(bob.page, () => room.participants[0].tracks.filter(({ source }) => source === "camera").length === 2, { what: "both cameras" });
      for (const person of [alice, bob]) person.assertNoProblems();
    });
  }
}
