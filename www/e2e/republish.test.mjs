// A publication after an unpublished one is sent according to its own settings: nothing is left of what
// was wanted of the previous one.

import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { rememberConnections } from "./lib/connections.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");
const kinds = [["chromium", skip], ["firefox", skipFirefox]];
const calls = [["mesh", "firefox", skipFirefox], ["sfu", "chromium", skip]];

/** Unpublishes the camera and publishes it again, as another publication. */
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

for (const [topology, kind, missing] of calls) {
  test(`a camera that is published again is seen, whatever was set for it before, ${topology}, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", topology, kind });
    const bob = await join(t, stub, "bob", { app: "page", topology });
    await bob.meets("alice");
    const full = await until(bob.page, (tile) => document.querySelector(tile)?.videoHeight || null, {
      what: "the full height", args: [`${bob.tile("alice")} video`],
    });
    // Its own limit belongs to a publication, too.
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

for (const [kind, missing] of kinds) {
  test(`a camera after a screen is sent to the SFU in several sizes, and a screen after a camera in one, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", topology: "sfu", kind, before: rememberConnections });
    const bob = await join(t, stub, "bob", { app: "page", topology: "sfu" });
    await bob.meets("alice");
    /** Publishes the camera's picture as that of a camera or a screen, and unpublishes the previous one. */
    const share = (source) => alice.page.evaluate(async (source) => {
      const { Devices, LocalTrack } = await import("/www/pkg/moim.js");
      for (const { id, kind } of room.publications) if (kind === "video") await room.unpublish(id);
      window.again = await new Devices().camera();
      window.raw = window.again.mediaStreamTrack;
      return room.publish(LocalTrack.fromMediaStreamTrack(window.raw, source));
    }, source);
    /** The RIDs of the active encodings. */
    const sentAs = (rids) => until(alice.page, async (rids) => {
      const sends = ({ direction, sender }) => direction === "sendonly" && sender.track === window.raw;
      for (const { sender } of e2eConnections.flatMap((connection) => connection.getTransceivers()).filter(sends)) {
        const encodings = sender.getParameters().encodings.filter(({ active }) => active !== false);
        if (encodings.map(({ rid }) => rid ?? "").sort().join() === rids) return true;
      }
      return null;
    }, { what: `versions ${rids}`, args: [rids], timeout: 20_000 });
    for (const [source, rids] of [["screen", ""], ["camera", "h,l"], ["screen", ""], ["camera", "h,l"]]) {
      const id = await share(source);
      await sentAs(rids);
      await until(bob.page, (id) => {
        const track = room.participants[0]?.tracks.find(({ publicationId }) => publicationId === id);
        return track?.rtcRtpReceiver && room.participants[0].publications.some((one) => one.id === id) || null;
      }, { what: `the ${source}`, args: [id], timeout: 20_000 });
    }
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}
