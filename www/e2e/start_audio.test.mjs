// A browser that blocks audio before a user gesture, as users have it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { assertShows, assertSounds } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const BUTTON = "[data-test=start-sound]";

test("sound that the browser blocks starts with a click", { skip }, async (t) => {
  const stub = await startStub(t);
  await join(t, stub, "bob");
  const alice = await launchSilent(t);
  await alice.page.goto(`${stub.url}/www/?room=tea&name=alice&join`);
  const page = await untouched(alice.page);
  const button = await until(page, middleOf, { what: "a button to start the sound", args: [BUTTON] });
  const refused = await page.evaluate(() => room.startAudio().catch((error) => `${error.code}, ${room.canPlayAudio}`));
  assert.equal(refused, "ERR_BROWSER, false", "that was no click");
  const before = await voice(page);
  const later = await voice(page, before.packets + 50);
  assert.equal(later.energy, before.energy, "a second of it, and nothing is heard");

  await alice.page.mouse.click(button.x, button.y);
  const video = "[data-test=tile][data-participant=bob] video";
  await assertSounds(alice.page, video, "bob");
  await assertShows(alice.page, video, "bob");
  assert.ok((await voice(page)).energy > later.energy);
  await alice.page.waitForSelector(BUTTON, { hidden: true });
  assert.equal(await page.evaluate(() => room.canPlayAudio), true);
  assert.deepEqual(alice.problems, []);
});

test("the demo has a button that starts it", { skip }, async (t) => {
  const stub = await startStub(t);
  await join(t, stub, "bob");
  const alice = await launchSilent(t);
  await alice.page.goto(`${stub.url}/?room=tea&name=alice&join`);
  const page = await untouched(alice.page);
  const enable = "[data-test=enable-sound]";
  const button = await until(page, middleOf, { what: "a button to start the sound", args: [enable] });
  await alice.page.mouse.click(button.x, button.y);
  await alice.page.waitForSelector(enable, { hidden: true });
  const tile = "[data-test=tile][data-participant=bob]";
  await assertSounds(alice.page, `${tile} audio`, "bob");
  await assertShows(alice.page, `${tile} video`, "bob");
  assert.deepEqual(alice.problems, []);
});

test("nothing is blocked where sound may play", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  await join(t, stub, "bob");
  await alice.meets("bob");
  assert.equal(await alice.page.evaluate(() => room.canPlayAudio), true);
  assert.equal(await alice.page.$eval(BUTTON, (button) => button.hidden), true);
});

/** A browser that blocks audio before a user gesture, without capture devices: a page that captures may play at once. */
async function launchSilent(t) {
  const visitor = await launch(t, "chromium", { args: ["--autoplay-policy=document-user-activation-required"] });
  await visitor.page.evaluateOnNewDocument(() => {
    const missing = () => Promise.reject(new DOMException("There is none.", "NotFoundError"));
    Object.defineProperty(navigator.mediaDevices, "getUserMedia", { value: missing });
  });
  return visitor;
}

/** A page to inspect without a user gesture, which puppeteer's evaluate counts as. */
async function untouched(page) {
  const session = await page.createCDPSession();
  const evaluate = async (fn, ...args) => {
    const expression = `(${fn})(...${JSON.stringify(args)})`;
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  return { evaluate };
}

/** Runs in the page. */
function middleOf(selector) {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return width > 0 && { x: x + width / 2, y: y + height / 2 };
}

/** How much of bob's voice has arrived, and how much of it was played; once there are more packets than `packets`. */
const voice = (page, packets = 0) => until(page, async (packets) => {
  const track = room.participants[0].tracks.find(({ kind }) => kind === "audio");
  const stats = [...(await track.rtcRtpReceiver.getStats()).values()].find(({ type }) => type === "inbound-rtp");
  return stats?.packetsReceived > packets ? { packets: stats.packetsReceived, energy: stats.totalAudioEnergy ?? 0 } : null;
}, { what: `more than ${packets} packets of bob's voice`, args: [packets] });
