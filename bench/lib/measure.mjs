// One contestant's round: a new browser, two pages in processes of their own.

import puppeteer from "puppeteer-core";
import { browserPath } from "../../www/e2e/lib/executables.mjs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
  "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding", "--disable-background-timer-throttling"];
const MIB = 1024 * 1024;
const BULK = 32 * MIB;
const MESSAGES = 20_000;
const ROUND_TRIPS = 500;
const SIZE = 100;
const ROUND_MS = 120_000;

export const MEASUREMENTS = {
  load: { unit: "ms", better: "less", about: "`import()` until usable" },
  second: { unit: "ms", better: "less", about: "`join` until the joiner sees a frame" },
  first: { unit: "ms", better: "less", about: "`join` until the other one sees a frame" },
  bulk: { unit: "MiB/s", better: "more", about: "32 MiB" },
  messages: { unit: "/s", better: "more", about: "20,000 messages of 100 bytes" },
  latency: { unit: "ms", better: "less", about: "round trip of 100 bytes, median" },
};

/** Returns the values of one round, by measurement. */
export async function round(name, { pages, urls }, wanted) {
  const browser = await puppeteer.launch({ executablePath: browserPath("chromium"), browser: "chrome", headless: true, args: FLAGS, defaultViewport: null, protocolTimeout: ROUND_MS });
  try {
    const [first, second] = await Promise.all([openPage(browser, pages), openPage(browser, pages)]);
    const load = await second.evaluate((name) => bench.load(name), name);
    await first.evaluate((name) => bench.load(name), name);
    const values = { load };
    const call = (room, media) => meet(first, second, { url: urls[name], room, media });
    if (wanted.includes("second") || wanted.includes("first")) Object.assign(values, await frames(first, second, await call("media", true)));
    // Each over a connection of its own: what one measurement leaves in its buffers and its congestion control is no part of the next.
    for (const [what, measure] of Object.entries({ latency, messages, bulk }).filter(([what]) => wanted.includes(what))) {
      await Promise.all([first, second].map((page) => page.reload().then(() => page.evaluate((name) => bench.load(name), name))));
      await call(what, false);
      values[what] = await measure(first, second);
    }
    return Object.fromEntries(wanted.map((what) => [what, values[what]]));
  } finally {
    await browser.close();
  }
}

async function openPage(browser, pages) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setCacheEnabled(false);
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  await page.goto(`${pages}/page.html`);
  return page;
}

let rooms = 0;

/** The first participant waits in the room, then the second one joins. Returns when that was. */
async function meet(first, second, { url, room, media }) {
  const options = { url, room: `${room}${rooms++}`, media };
  if (media) await Promise.all([first, second].map((page) => page.evaluate(() => bench.prepare())));
  await first.evaluate((options) => bench.join({ ...options, first: true }), options);
  const started = await second.evaluate((options) => bench.join({ ...options, first: false }), options);
  if (!media) await Promise.all([first, second].map((page) => page.evaluate(() => bench.isOpen())));
  return started;
}

async function frames(first, second, started) {
  const [atFirst, atSecond] = await Promise.all([first, second].map((page) => page.evaluate(() => bench.firstFrame())));
  return { first: atFirst - started, second: atSecond - started };
}

async function latency(first, second) {
  await first.evaluate(() => bench.echo());
  return second.evaluate((count, size) => bench.latency(count, size), ROUND_TRIPS, SIZE);
}

async function messages(first, second) {
  await first.evaluate((total) => bench.expect(total), MESSAGES * SIZE);
  const started = await second.evaluate((count, size) => bench.send(count, size), MESSAGES, SIZE);
  return MESSAGES / ((await first.evaluate(() => bench.arrived())) - started) * 1000;
}

async function bulk(first, second) {
  await first.evaluate((size) => bench.expectBulk(size), BULK);
  const started = await second.evaluate((size) => bench.sendBulk(size), BULK);
  return BULK / MIB / ((await first.evaluate(() => bench.bulkArrived())) - started) * 1000;
}
