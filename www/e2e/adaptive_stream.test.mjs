// Video is sent no larger than it is shown, and pauses while it is not visible. The same page in a mesh and over an
// SFU.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { assertShows, assertSounds } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

/** The topology, and the browsers of the viewer and the publisher. */
const CALLS = [
  ["mesh", "chromium", "firefox"],
  ["mesh", "firefox", "chromium"],
  ["sfu", "chromium", "chromium"],
  ["sfu", "firefox", "firefox"],
];

for (const [topology, kind, other] of CALLS) {
  const skip = stubMissing() || browserMissing(kind) || browserMissing(other);
  test(`a picture is sent in the size in which it is shown, ${topology}, from ${other} to ${kind}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind, topology, query: "&adaptive" });
    await join(t, stub, "bob", { kind: other, topology });
    await alice.meets("bob");

    await style(alice, "width: 600px");
    await height(alice, "height > 200");
    await style(alice, "width: 140px");
    await height(alice, topology === "mesh" ? "height <= 100" : "height <= 240");
    await alice.meets("bob");
    await style(alice, "width: 600px");
    await height(alice, "height > 200");

    await alice.page.evaluate(() => {
      document.body.style.paddingBottom = "4000px";
      scrollTo(0, 3000);
    });
    await standsStill(alice);
    await assertSounds(alice.page, `${alice.tile("bob")} video`, "bob");
    await alice.page.evaluate(() => scrollTo(0, 0));
    await moves(alice);

    await style(alice, "display: none");
    await standsStill(alice);
    await style(alice, "");
    await moves(alice);
    alice.assertNoProblems();
  });
}

test("a shared screen that is not visible pauses, mesh", { skip: stubMissing() || browserMissing("chromium") }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page", query: "&adaptive" });
  const bob = await join(t, stub, "bob", { app: "page", before: (page) => page.evaluateOnNewDocument(movingScreen) });
  await alice.meets("bob");
  await bob.click("share");
  await alice.page.waitForSelector(alice.tile("bob", "screen"));
  await alice.page.$eval(alice.tile("bob", "screen"), (tile) => tile.scrollIntoView());
  await framesFlow(alice, "screen");

  await style(alice, "display: none", "screen");
  await standsStill(alice, "screen");
  await alice.meets("bob");
  await style(alice, "", "screen");
  await framesFlow(alice, "screen");
});

test("an argument that is not an element is rejected", { skip: stubMissing() || browserMissing("chromium") }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  await join(t, stub, "bob", { app: "page" });
  await alice.meets("bob");
  const told = await alice.page.evaluate(() => {
    const [track] = room.participants[0].tracks;
    const wrong = [null, 5, "#video", {}, document.body, new MediaStream(), document.createElement("canvas")];
    const attempts = [...wrong.map((value) => () => track.attach(value)), () => track.detach(null), () => track.detach({})];
    return attempts.map((attempt) => { try { attempt(); } catch (error) { return `${error.code} ${error.message}`; } });
  });
  for (const text of told) assert.match(text ?? "no error", /^ERR_INVALID_OPTIONS .*element: expected a <video> or an <audio> element/);
  assert.match(told[4], /got <body>/);
});

/** Runs in the page: the shared surface moves, which the real screen here does not. */
function movingScreen() {
  navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    const context = canvas.getContext("2d");
    let hue = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${hue += 10} 100% 50%)`;
      context.fillRect(0, 0, 640, 360);
    }, 50);
    return canvas.captureStream();
  };
}

const style = (person, css, source) =>
  person.page.$eval(person.tile("bob", source), (tile, css) => (tile.style.cssText = css), css);

const height = (person, check) => until(person.page, (selector, check) => {
  const height = document.querySelector(selector)?.videoHeight;
  return height > 0 && new Function("height", `return ${check}`)(height) ? height : null;
}, { what: `a picture with ${check}`, args: [`${person.tile("bob")} video`, check], timeout: 30_000 });

/** Waits until no frame of bob's was decoded in a second, though its track is there. */
const standsStill = (person, source = "camera") => framesInASecond(person, source, "decoded > 0 && more === 0");
const framesFlow = (person, source) => framesInASecond(person, source, "more >= 3");

const framesInASecond = (person, source, check) => until(person.page, async (source, check) => {
  const { rtcRtpReceiver } = room.participants[0].tracks.find((track) => track.source === source);
  const count = async () => {
    const stats = [...(await rtcRtpReceiver.getStats()).values()];
    return stats.find(({ type, kind }) => type === "inbound-rtp" && kind === "video")?.framesDecoded ?? 0;
  };
  const before = await count();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const decoded = await count();
  return new Function("decoded", "more", `return ${check}`)(decoded, decoded - before);
}, { what: `frames of bob's ${source} in a second with ${check}`, args: [source, check], timeout: 20_000 });

const moves = (person) => assertShows(person.page, `${person.tile("bob")} video`, "bob", { timeout: 20_000 });
