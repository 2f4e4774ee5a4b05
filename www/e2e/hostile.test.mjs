// A hostile participant hurts nobody's page: the call of the others goes on, what it costs is bounded, and an event names it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const STRANGER = readFileSync(new URL("./lib/hostile.js", import.meta.url), "utf8");
/** One to the other honest participant, one to the stranger, and those that replace it: at most a burst of 16. */
const MAX_CONNECTIONS = 2 + 16 + 2;

/** What a page has cost so far: seconds of its main thread, and bytes that are in use after collecting garbage. */
async function cost(page) {
  const session = await page.createCDPSession();
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  const { Timestamp, TaskDuration, ScriptDuration, JSHeapUsedSize } = await page.metrics();
  return { seconds: Timestamp, tasks: TaskDuration, scripts: ScriptDuration, heap: JSHeapUsedSize };
}

/** Prints what `phase` costs the page of an honest participant (Chromium). */
async function measured(t, { page }, name, phase) {
  const before = await cost(page);
  await phase();
  const after = await cost(page);
  const share = (what) => `${Math.round(100 * (after[what] - before[what]) / (after.seconds - before.seconds))} %`;
  t.diagnostic(`${name}: ${(after.seconds - before.seconds).toFixed(1)} s, of these ${share("tasks")} in tasks and ${share("scripts")} in scripts; JS heap ${(after.heap / 2 ** 20).toFixed(1)} MiB`);
}

/** Counts the connections of the page. */
const countConnections = (page) => page.evaluateOnNewDocument(() => {
  window.opened = 0;
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      window.opened += 1;
    }
  };
});

for (const [kind, missing] of [["chromium", skip], ["firefox", skip || browserMissing("firefox")]]) {
  test(`a hostile participant does not disturb the others, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const people = [
      await join(t, stub, "alice", { app: "page", kind, before: countConnections }),
      await join(t, stub, "bob", { app: "page", kind, before: countConnections }),
    ];
    await meetEachOther(...people);
    for (const { page } of people) {
      await page.evaluate(() => {
        window.blamed = [];
        window.tracks = 0;
        room.addEventListener("warning", ({ detail }) => window.blamed.push(detail.participantId));
        room.addEventListener("trackadded", () => window.tracks++);
      });
    }

    const { page } = await launch(t, "chromium", { person: "carol" });
    await page.goto(`${stub.url}/www/`);
    await page.evaluate(STRANGER);
    const own = await page.evaluate(async (url) => {
      window.stranger = await joinAsStranger({ url, room: "tea", name: "mallory" });
      return stranger.own;
    }, `${stub.url.replace("http", "ws")}/ws`);
    const phase = (name, run) => (kind === "chromium" ? measured(t, people[0], name, run) : run());
    await phase("quiet", () => meetEachOther(...people));
    for (const attack of ["signals", "channels", "data", "chat", "epochs"]) {
      await phase(attack, async () => {
        await page.evaluate((attack) => stranger[attack](), attack);
        await meetEachOther(...people);
      });
    }

    for (const honest of people) {
      await until(honest.page, (own) => window.blamed.includes(own), { what: "a warning about the stranger", args: [own] });
      const { opened, tracks } = await honest.page.evaluate(() => ({ opened: window.opened, tracks: window.tracks }));
      assert.ok(opened <= MAX_CONNECTIONS, `${opened} connections were opened`);
      assert.equal(tracks, 0, "what a stranger only claims to publish is no track");
    }
    // Chat still arrives.
    await people[0].page.evaluate(() => room.sendChat("still here"));
    await until(people[1].page, () => document.body.innerText.includes("still here"), { what: "the message of an honest participant" });
  });
}
