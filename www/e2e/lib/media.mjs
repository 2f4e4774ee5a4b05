// What a user of the page would see and hear.

import assert from "node:assert/strict";
import { PEOPLE } from "./code.js";
import { until } from "./wait.mjs";

/** The fake microphones are heard at least once in this time, see clip.mjs and camera.js. */
const BURST_MS = 700;

/**
 * The person shown in a video, and the frame; null if no code is visible.
 *
 * @param {import("puppeteer-core").Page} page
 * @param {string | import("puppeteer-core").ElementHandle} video a selector, or the element
 * @param {object} [area] the part of the picture to look at, see counter.js
 */
export async function see(page, video, area) {
  const element = await elementOf(page, video);
  return page.evaluate((element, area) => e2e.readCounter(element, area ?? undefined), element, area ?? null);
}

/** Asserts that a video shows `person`, in at least `frames` different frames. */
export async function assertShows(page, video, person, { frames = 10, area, timeout } = {}) {
  await elementOf(page, video, timeout);
  // Looks for the element each time: a page may replace it while its track changes.
  const look = (video, area, person, frames) => {
    const element = typeof video === "string" ? document.querySelector(video) : video;
    if (!element) return null;
    const seen = (element.e2eSeen ??= new Set());
    const now = e2e.readCounter(element, area ?? undefined);
    if (now?.person === person) seen.add(now.frame);
    if (seen.size < frames) return null;
    delete element.e2eSeen;
    return true;
  };
  const what = `${frames} different frames of ${person}`;
  await until(page, look, { what, args: [video, area ?? null, person, frames], timeout });
}

/** Asserts that a video shows nobody any more, after frames in flight. */
export async function assertGoesBlack(page, video, { timeout } = {}) {
  const element = await elementOf(page, video);
  await until(page, (element) => e2e.readCounter(element) === null, { what: "a black picture", args: [element], timeout });
}

/** Asserts that a video does not show a new frame for a while: frozen, black, or gone. */
export async function assertStill(page, video, { ms = 700 } = {}) {
  const before = await see(page, video);
  await new Promise((resolve) => setTimeout(resolve, ms));
  assert.deepEqual(await see(page, video), before, "the picture moved");
}

/**
 * Listens to an element: see audio.js.
 *
 * @returns {Promise<{ rms: number, frequency: number }>}
 */
export async function hear(page, element, ms = 1000) {
  return page.evaluate((element, ms) => e2e.listen(element, ms), await elementOf(page, element), ms);
}

/** Asserts that an element's sound is `person`'s tone. */
export async function assertSounds(page, element, person, { timeout = 10_000 } = {}) {
  const wanted = PEOPLE[person].frequency;
  const deadline = Date.now() + timeout;
  await elementOf(page, element, timeout);
  let heard;
  do {
    heard = await hear(page, element, BURST_MS);
    if (heard.rms > 0.01 && Math.abs(heard.frequency - wanted) < 15) return;
  } while (Date.now() < deadline);
  assert.fail(`Wanted to hear ${person} at ${wanted} Hz, heard ${heard.frequency.toFixed(0)} Hz at ${heard.rms.toFixed(4)}.`);
}

/** Asserts that an element is silent. */
export async function assertSilent(page, element, { ms = 1200 } = {}) {
  const { rms } = await hear(page, element, ms);
  assert.ok(rms < 0.002, `wanted silence, heard a root mean square of ${rms.toFixed(4)}`);
}

/** Asserts that an element becomes silent, after sound in flight. */
export async function assertFallsSilent(page, element, { timeout = 10_000 } = {}) {
  const deadline = Date.now() + timeout;
  let heard;
  do {
    heard = await hear(page, element);
    if (heard.rms < 0.002) return;
  } while (Date.now() < deadline);
  assert.fail(`wanted silence, heard a root mean square of ${heard.rms.toFixed(4)}`);
}

async function elementOf(page, element, timeout = 10_000) {
  if (typeof element !== "string") return element;
  const found = await page.waitForSelector(element, { timeout });
  assert.ok(found, `there is no ${element}`);
  return found;
}
