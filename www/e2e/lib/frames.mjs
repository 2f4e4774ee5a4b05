// When the frames of a video were shown: how long it stood still.

/** How often the page looks whether another element shows the video. */
const LOOK_MS = 50;

/**
 * Notes from now on when somebody's frames are shown in a person's page, whichever element and track show them.
 *
 * @param {{ page: import("puppeteer-core").Page, tile: (whose: string, source?: string) => string }} viewer
 * @param {string} shown the name on the tile
 * @param {string} [source]
 */
export const watchFrames = ({ page, tile }, shown, source) => page.evaluate((name, selector, everyMs) => {
  const times = ((globalThis.e2eFrames ??= {})[name] = []);
  let watched = null;
  const watch = (video) => video.requestVideoFrameCallback(() => {
    times.push(Date.now());
    if (video === watched) watch(video);
  });
  setInterval(() => {
    const video = document.querySelector(selector);
    if (video === watched) return;
    watched = video;
    if (video) watch(video);
  }, everyMs);
}, shown, `${tile(shown, source)} video`, LOOK_MS);

/**
 * The longest time without a new frame since `since`, as told by `Date.now()`.
 *
 * @returns {Promise<{ seconds: number, end: number }>} `end` is when a frame was shown again
 */
export async function longestGap({ page }, shown, since) {
  const times = await page.evaluate((name, since) => e2eFrames[name].filter((at) => at >= since), shown, since);
  const [longest] = times.map((end, at) => ({ end, ms: end - (times[at - 1] ?? since) })).sort((a, b) => b.ms - a.ms);
  if (!longest) throw new Error(`no frame of ${shown} was shown`);
  return { seconds: longest.ms / 1_000, end: longest.end };
}
