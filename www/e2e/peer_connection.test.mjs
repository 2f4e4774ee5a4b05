// `PeerConnection` between two browsers that negotiate at the same time. A room carries the signals.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { assertShows } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
/** Longer than a signal takes, so that the offers collide. */
const DELAY_MS = 300;

/** Runs in the page: a connection whose signals are delayed and go through the room. */
async function connect(delay, { polite, begins } = {}) {
  const { Devices, PeerConnection } = await import("/www/pkg/moim.js");
  const [other] = room.participants;
  const connection = new PeerConnection({ polite });
  window.pc = { connection, track: await new Devices().camera(), failures: [], received: null };
  connection.addEventListener("negotiationfailed", ({ detail }) => pc.failures.push(detail.error.message));
  connection.addEventListener("trackadded", ({ detail }) => {
    const video = Object.assign(document.createElement("video"), { id: "direct", muted: true });
    video.srcObject = new MediaStream([detail.transceiver.receiver.mediaStreamTrack]);
    document.body.append(video);
    video.play();
  });
  room.addEventListener("datareceived", ({ detail }) => {
    if (detail.topic === "pc") connection.handleSignal(JSON.parse(new TextDecoder().decode(detail.payload)));
  });
  (async () => {
    for await (const signal of connection.signals()) {
      setTimeout(() => room.sendData(new TextEncoder().encode(JSON.stringify(signal)), { topic: "pc", to: other.id }), delay);
    }
  })();
  connection.addEventListener("datachanneladded", async ({ detail }) => {
    for await (const message of detail.channel.messages()) pc.received = message;
  });
  if (begins === "media") {
    connection.addTrack(pc.track);
  } else if (begins === "data") {
    connection.createDataChannel("x").send("hello");
  } else {
    connection.createDataChannel("x", { negotiated: true, id: 5 });
  }
}

for (const [one, other, missing] of [
  ["chromium", "chromium", skip],
  ["chromium", "firefox", skip || browserMissing("firefox")],
  ["firefox", "chromium", skip || browserMissing("firefox")],
]) {
  test(`colliding offers of ${one} and ${other} are resolved`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind: one });
    const bob = await join(t, stub, "bob", { app: "page", kind: other });
    await alice.meets("bob");
    const people = [alice, bob];
    await Promise.all(people.map(({ page }) => page.evaluate(connect, DELAY_MS)));
    const connected = () => pc.connection.connectionState === "connected";
    await Promise.all(people.map(({ page }) => until(page, connected, { what: "a connection" })));

    await Promise.all(people.map(({ page }) => page.evaluate(() => void pc.connection.addTrack(pc.track))));
    await assertShows(alice.page, "#direct", "bob", { timeout: 20_000 });
    await assertShows(bob.page, "#direct", "alice", { timeout: 20_000 });
    for (const { page } of people) assert.deepEqual(await page.evaluate(() => pc.failures), []);
  });
}

/** One peer starts with a data channel, the other with its camera, and their first offers collide. */
for (const [one, other, polite, missing] of [
  ["chromium", "chromium", true, skip],
  ["chromium", "chromium", false, skip],
  ["chromium", "firefox", undefined, skip || browserMissing("firefox")],
  ["firefox", "chromium", undefined, skip || browserMissing("firefox")],
]) {
  const role = { true: ", which gives way", false: ", which does not give way" }[polite] ?? "";
  test(`a data channel of ${one}${role} opens although its first offer collides with ${other}'s with media`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind: one });
    const bob = await join(t, stub, "bob", { app: "page", kind: other });
    await alice.meets("bob");
    await Promise.all([
      alice.page.evaluate(connect, DELAY_MS, { polite, begins: "data" }),
      bob.page.evaluate(connect, DELAY_MS, { polite: polite === undefined ? undefined : !polite, begins: "media" }),
    ]);
    await until(bob.page, () => pc.received === "hello", { what: "the bytes of the data channel", timeout: 30_000 });
    await assertShows(alice.page, "#direct", "bob", { timeout: 20_000 });
    for (const { page } of [alice, bob]) assert.deepEqual(await page.evaluate(() => pc.failures), []);
  });
}
