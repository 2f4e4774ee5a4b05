// The codec and the bit rate of a publication.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");

for (const [from, to, missing] of [["chromium", "firefox", skipFirefox], ["firefox", "chromium", skipFirefox]]) {
  test(`a video is sent with the requested codec, ${from} to ${to}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind: from });
    const bob = await join(t, stub, "bob", { app: "page", kind: to });
    await bob.meets("alice");
    const id = await alice.page.evaluate(async () => {
      const { Devices } = await import("/www/pkg/moim.js");
      window.second = await new Devices().camera();
      return window.room.publish(window.second, { codec: "video/VP9", maxBitrate: 100_000 });
    });
    const received = async (id) => {
      const track = window.room.participants[0]?.tracks.find(({ publicationId }) => publicationId === id);
      const report = [...((await track?.rtcRtpReceiver.getStats()) ?? new Map()).values()];
      const inbound = report.find(({ type, framesDecoded }) => type === "inbound-rtp" && framesDecoded > 20);
      if (!inbound) return null;
      return report.find((one) => one.id === inbound.codecId)?.mimeType;
    };
    assert.equal(await until(bob.page, received, { what: "pictures of the second camera", args: [id], timeout: 25_000 }), "video/VP9");
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

for (const [kind, missing] of [["chromium", skip], ["firefox", skipFirefox]]) {
  test(`a track that is published right after another was unpublished arrives, from either end, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind });
    const bob = await join(t, stub, "bob", { app: "page" });
    await meetEachOther(alice, bob);
    for (const [from, to] of [[alice, bob], [bob, alice]]) {
      await from.page.evaluate(async () => {
        const { Devices } = await import("/www/pkg/moim.js");
        window.second = await new Devices().camera();
        const { id } = room.publications.find(({ source }) => source === "camera");
        await room.unpublish(id);
        await room.publish(window.second);
      });
      await to.meets(from.person);
    }
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

test("a video stays within its bit rate, and an unsuitable codec is rejected", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  const bob = await join(t, stub, "bob", { app: "page" });
  await bob.meets("alice");
  const [limit, codes] = await alice.page.evaluate(async () => {
    const { Devices, Room } = await import("/www/pkg/moim.js");
    const track = await new Devices().camera();
    const limit = 100_000;
    window.limited = await window.room.publish(track, { maxBitrate: limit });
    const code = (room, options) => room.publish(track, options).then(() => null, (error) => error.code);
    const codes = [
      await code(new Room(), { codec: "video/theora" }),
      await code(new Room(), { codec: "audio/opus" }),
      await code(new Room({ topology: "sfu" }), { codec: "video/VP9" }),
      await code(new Room(), { maxBitrate: 0 }),
      await code(new Room(), { maxBitRate: 1 }),
    ];
    return [limit, codes];
  });
  const invalid = "ERR_INVALID_OPTIONS";
  assert.deepEqual(codes, ["ERR_UNSUPPORTED", invalid, invalid, invalid, invalid]);
  const rate = async () => {
    const track = window.room.participants[0].tracks.filter(({ kind }) => kind === "video")[1];
    const report = [...((await track?.rtcRtpReceiver.getStats()) ?? new Map()).values()];
    const inbound = report.find(({ type }) => type === "inbound-rtp");
    const before = window.before;
    if (!inbound?.framesDecoded) return null;
    if (!before) window.before = inbound;
    const seconds = before ? (inbound.timestamp - before.timestamp) / 1000 : 0;
    return seconds > 3 ? (8 * (inbound.bytesReceived - before.bytesReceived)) / seconds : null;
  };
  const measured = await until(bob.page, rate, { what: "three seconds of video", timeout: 25_000 });
  assert.ok(measured < 1.5 * limit, `${measured} bit/s, the limit is ${limit}`);
});
