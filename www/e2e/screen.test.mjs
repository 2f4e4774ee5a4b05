// Sharing a screen in addition to the camera.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");

/** Runs in the page: the video shows a picture of more than one colour, and its frames change. */
function showsPicture(selector) {
  const video = document.querySelector(selector);
  if (!video?.videoWidth) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 64, 36);
  const colours = new Set(new Uint32Array(context.getImageData(0, 0, 64, 36).data.buffer));
  return colours.size > 4;
}

for (const [kind, missing] of [["chromium", skip], ["firefox", skip || browserMissing("firefox")]]) {
  test(`a screen shared from chromium arrives in ${kind} beside the camera, and is removed again`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice");
    const bob = await join(t, stub, "bob", { kind });
    await bob.meets("alice");

    for (let round = 0; round < 2; round++) {
      await alice.click("share");
      const screen = `${bob.tile("alice", "screen")} video`;
      await until(bob.page, showsPicture, { what: "alice's screen", args: [screen], timeout: 25_000 });
      await bob.meets("alice");
      await alice.click("share");
      await bob.page.waitForSelector(bob.tile("alice", "screen"), { hidden: true });
    }
    await alice.meets("bob");
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

test("the browser's own stop button ends the sharing", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  const bob = await join(t, stub, "bob");
  await alice.click("share");
  await bob.page.waitForSelector(bob.tile("alice", "screen"));
  // The button is not part of the page. It ends the track, which then fires this event.
  await alice.page.evaluate(() => {
    const track = window.shared.video.mediaStreamTrack;
    track.stop();
    track.dispatchEvent(new Event("ended"));
  });
  await bob.page.waitForSelector(bob.tile("alice", "screen"), { hidden: true });
  await alice.page.waitForSelector(`${alice.$("share")}[aria-pressed=false]`);
});

test("the capture handle of a shared tab is read, and a controller captures once", { skip }, async (t) => {
  const { url } = await startStub(t);
  const { page: slides, problems } = await launch(t, "chromium", { sharedTab: "slides" });
  const says = (handle) => slides.evaluate((handle) => {
    document.title = "slides";
    navigator.mediaDevices.setCaptureHandleConfig({ handle, exposeOrigin: true, permittedOrigins: ["*"] });
  }, handle);
  await slides.goto(`${url}/www/`);
  await says("slide 1");
  const page = await slides.browserContext().newPage();
  await page.goto(`${url}/www/`);
  const first = await page.evaluate(async () => {
    document.title = "presenter";
    const moim = await import("/www/pkg/moim.js");
    await moim.default();
    const controller = new moim.CaptureController();
    const { video } = await controller.captureDisplay();
    const again = await controller.captureDisplay().then(() => null, ({ code, message }) => ({ code, message }));
    globalThis.shared = video;
    video.addEventListener("capturehandlechange", () => { globalThis.changed = video.captureHandle; });
    return { handle: video.captureHandle, again };
  });
  assert.deepEqual(first.handle, { handle: "slide 1", origin: url });
  assert.equal(first.again?.code, "ERR_INVALID_STATE");
  assert.match(first.again.message, /the controller was used before/);

  await says("slide 2");
  const changed = await until(page, () => globalThis.changed, { what: "another slide" });
  assert.deepEqual(changed, { handle: "slide 2", origin: url });
  const ended = await page.evaluate(() => (globalThis.shared.stop(), String(globalThis.shared.captureHandle)));
  assert.equal(ended, "undefined");
  assert.deepEqual(problems, []);
});
