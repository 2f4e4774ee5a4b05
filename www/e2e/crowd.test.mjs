// Many people in one room.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { PEOPLE } from "./lib/code.js";
import { assertSounds } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");

/** Small enough that two cores can encode 56 of them. */
const PICTURE = { width: 160, height: 90, rate: 8 };
/** Most of the work is sound: 21 streams of it instead of 56. */
const SPEAKERS = ["alice", "dave", "heidi"];
const AWAKE = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows"];

test("eight people see each other in a mesh, and hear who has a microphone", { skip, timeout: 240_000 }, async (t) => {
  const stub = await startStub(t);
  const { openPage, problems } = await launch(t, "chromium", { args: AWAKE });
  const pages = new Map();
  for (const person of Object.keys(PEOPLE)) {
    const page = await openPage({ person, picture: { ...PICTURE, silent: !SPEAKERS.includes(person) } });
    await page.goto(`${stub.url}/www/?room=tea&name=${person}&join`);
    pages.set(person, page);
  }
  // All tiles of a page at once: one after the other would take minutes.
  const watch = (people) => {
    const seen = (window.seenFrames ??= {});
    for (const person of people) {
      const video = document.querySelector(`[data-test=tile][data-participant=${person}] video`);
      const now = video && e2e.readCounter(video);
      if (now?.person === person) (seen[person] ??= []).includes(now.frame) || seen[person].push(now.frame);
    }
    return people.every((person) => seen[person]?.length >= 3) || null;
  };
  for (const [watcher, page] of pages) {
    const others = [...pages.keys()].filter((person) => person !== watcher);
    await until(page, watch, { what: `${watcher} sees the frames of ${others}`, args: [others], timeout: 90_000 });
  }
  for (const [watcher, heard] of [["alice", "heidi"], ["heidi", "alice"], ["erin", "dave"]]) {
    await assertSounds(pages.get(watcher), `[data-test=tile][data-participant=${heard}] video`, heard);
  }
  assert.deepEqual(problems, []);
});

for (const topology of ["mesh", "sfu"]) {
  test(`after 50 joins and leaves in random order everyone knows who is there, ${topology}`, { skip: skipFirefox, timeout: 120_000 }, async (t) => {
    const stub = await startStub(t);
    const url = `${stub.url}/www/?room=hall`;
    const visitors = await Promise.all(["chromium", "firefox"].map((kind) => launch(t, kind)));
    for (const { page } of visitors) {
      await page.goto(url);
      await page.evaluate(async () => {
        await (await import("/www/pkg/moim.js")).default();
        window.rooms = new Map();
      });
    }
    const inside = new Map(); // name → the page that it is in
    const random = seeded(20261126);
    for (let step = 0; step < 50; step++) {
      const leaves = inside.size > 0 && (inside.size === 6 || random() < 0.45);
      if (leaves) {
        const [name, page] = [...inside][Math.floor(random() * inside.size)];
        inside.delete(name);
        await page.evaluate((name) => {
          const room = window.rooms.get(name);
          window.rooms.delete(name);
          return room.leave().then(() => room.free());
        }, name);
      } else {
        const { page } = visitors[Math.floor(random() * visitors.length)];
        const name = `person-${step}`;
        inside.set(name, page);
        await page.evaluate(async (name, topology) => {
          const { Room } = await import("/www/pkg/moim.js");
          const room = new Room({ topology });
          window.rooms.set(name, room);
          await room.join({ room: "hall", name });
        }, name, topology);
      }
    }
    for (const [name, page] of inside) {
      const others = [...inside.keys()].filter((other) => other !== name).sort();
      const known = (name, others) => window.rooms.get(name).participants.map((one) => one.name).sort().join() === others.join();
      await until(page, known, { what: `${name} knows ${others}`, args: [name, others] });
      const receipt = await page.evaluate((name) => window.rooms.get(name).sendChat("are you there?"), name);
      assert.deepEqual([receipt.deliveredTo.length, receipt.missedBy], [others.length, []], `${name} reaches everyone`);
    }
    for (const { problems } of visitors) assert.deepEqual(problems, []);
  });
}

/** Numbers from 0 to 1, the same in each run (mulberry32). */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let number = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    number = (number + Math.imul(number ^ (number >>> 7), 61 | number)) ^ number;
    return ((number ^ (number >>> 14)) >>> 0) / 2 ** 32;
  };
}
