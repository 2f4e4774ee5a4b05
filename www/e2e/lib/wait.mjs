// Waits for a condition in a page, with a failure that says what was missing and what was found instead.

const EVERY_MS = 50;
const TIMEOUT_MS = 15_000;

/**
 * Calls `fn` in the page until it returns something truthy, and returns that.
 *
 * @param {import("puppeteer-core").Page} page
 * @param {(...args: any[]) => unknown} fn runs in the page; may be async
 * @param {object} options
 * @param {string} options.what the condition in words: "bob's video plays"
 * @param {unknown[]} [options.args] for `fn`
 * @param {number} [options.timeout] milliseconds
 */
export async function until(page, fn, { what, args = [], timeout = TIMEOUT_MS }) {
  const deadline = Date.now() + timeout;
  let last;
  do {
    last = await page.evaluate(fn, ...args).catch((error) => ({ threw: error.message }));
    if (last && !last.threw) return last;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  } while (Date.now() < deadline);
  const state = await page.evaluate(describePage).catch((error) => `no state: ${error.message}`);
  throw new Error(`Waited ${timeout} ms for: ${what}. The last result was ${JSON.stringify(last)}.\n${state}`);
}

/** Runs in the page. */
function describePage() {
  const media = [...document.querySelectorAll("video, audio")].map((element) => {
    const tracks = element.srcObject?.getTracks?.().map((track) => `${track.kind} ${track.readyState}${track.muted ? " muted" : ""}`);
    const picture = element.videoWidth ? `${element.videoWidth}x${element.videoHeight} ${JSON.stringify(globalThis.e2e?.readCounter(element) ?? null)}` : "no picture";
    return `  <${element.localName} id="${element.id}"> ${element.paused ? "paused" : "playing"}, ${picture}, tracks: ${tracks?.join(", ") ?? "none"}`;
  });
  const text = document.body?.innerText.trim().replace(/\s*\n\s*/g, " | ").slice(0, 800);
  return [`  page: ${location.href}`, ...media, `  text: ${text}`].join("\n");
}
