// Sharing a screen beside the camera.

import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");

/** Runs in the page: the video shows a picture that is not of one colour, and its frames go on. */
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
  test(`a screen shared from chromium arrives in ${kind} beside the camera, and goes again`, { skip: missing }, async (t) => {
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
  // The button is not part of the page. It ends the track, and the track says so with this event.
  await alice.page.evaluate(() => {
    const { track } = window.shared.find(({ track }) => track.kind === "video");
    track.mediaStreamTrack.stop();
    track.mediaStreamTrack.dispatchEvent(new Event("ended"));
  });
  await bob.page.waitForSelector(bob.tile("alice", "screen"), { hidden: true });
  await alice.page.waitForSelector(`${alice.$("share")}[aria-pressed=false]`);
});
