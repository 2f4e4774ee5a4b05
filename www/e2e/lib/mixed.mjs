// Who is in a mixed picture of two people, and what they hear.

import { assertShows, assertSounds } from "./media.mjs";
import { until } from "./wait.mjs";

const TIMEOUT_MS = 30_000;

/** The part of the mixed picture with the `place`th of two people, whose cameras have this shape. */
export function half(place, { width, height }) {
  const tall = ((640 / width) * height) / 720;
  return { left: place / 2, top: (1 - tall) / 2, width: 0.5, height: tall };
}

/** The parts of the mixed picture with two people, whose cameras are like the watcher's. */
export async function halves(watcher) {
  const own = `${watcher.tile(watcher.person)} video`;
  const shape = await watcher.page.$eval(own, ({ videoWidth, videoHeight }) => ({ width: videoWidth, height: videoHeight }));
  return [half(0, shape), half(1, shape)];
}

/**
 * Asserts that two people are in the picture, and that each hears the other and nobody hears themselves.
 *
 * @param {Awaited<ReturnType<typeof import("./call.mjs").join>>[]} people
 * @param {string} [source] of the mixer's tile
 */
export async function assertMixed(people, source = "mix") {
  await Promise.all(people.map(async (watcher) => {
    const mix = watcher.tile("Mixer", source);
    // The first to join is on the left.
    const areas = await halves(watcher);
    const seen = await until(watcher.page, (selector, area) => {
      const video = document.querySelector(selector);
      return (video && e2e.readCounter(video, area)?.person) ?? null;
    }, { what: "someone on the left", args: [`${mix} video`, areas[0]], timeout: TIMEOUT_MS });
    const order = people.toSorted((a) => (a.person === seen ? -1 : 1));
    for (const [place, { person }] of order.entries()) {
      await assertShows(watcher.page, `${mix} video`, person, { area: areas[place], timeout: TIMEOUT_MS });
    }
    const other = people.find((one) => one !== watcher);
    await assertSounds(watcher.page, `${mix} :is(audio, video:not([muted]))`, other.person, { timeout: TIMEOUT_MS });
  }));
}
