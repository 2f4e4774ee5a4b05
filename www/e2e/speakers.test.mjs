// Active speakers, and the quality of each track. The same code in a mesh and over an SFU.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");

const speakersAre = (person, names) => until(person.page, (names) => {
  const name = (id) => room.participants.find((participant) => participant.id === id)?.name;
  return room.activeSpeakers.map(name).sort().join() === names;
}, { what: `the speakers ${names || "are none"}`, args: [names], timeout: 20_000 });

for (const [topology, kind, missing] of [["mesh", "firefox", skip || browserMissing("firefox")], ["sfu", "chromium", skip]]) {
  test(`active speakers are reported, ${topology}, to ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind, topology });
    const bob = await join(t, stub, "bob", { app: "page", topology });
    await alice.page.evaluate(() => {
      window.heard = [];
      for (const type of ["activespeakerschange", "dominantspeakerchange"]) {
        room.addEventListener(type, ({ detail }) => heard.push(detail));
      }
    });
    await speakersAre(alice, "bob");
    const dominant = await alice.page.evaluate(() => room.dominantSpeaker === room.participants[0].id);
    assert.ok(dominant, "the only one who speaks leads");
    await bob.click("toggle-microphone");
    await speakersAre(alice, "");
    await bob.click("toggle-microphone");
    await speakersAre(alice, "bob");
    await bob.click("leave");
    const heard = await until(alice.page, () => heard.at(-1)?.type === "dominantspeakerchange" && heard.at(-1).participantId === undefined && heard, { what: "nobody leads" });
    assert.ok(heard.filter(({ type }) => type === "activespeakerschange").length >= 3, JSON.stringify(heard));
    alice.assertNoProblems();
  });
}

test("a remote track has statistics of its own", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  await join(t, stub, "bob");
  await alice.meets("bob");
  const seen = await alice.page.evaluate(async () => {
    const { StatsMonitor, getStats } = await import("/www/pkg/moim.js");
    const video = room.participants[0].tracks.find(({ kind }) => kind === "video");
    const { entries } = await getStats(video);
    const monitor = new StatsMonitor(video, { intervalMs: 300 });
    let rate = 0;
    for await (const { delta } of monitor) {
      rate = delta?.inbound[0]?.framesPerSecond ?? 0;
      if (rate > 5) break;
    }
    monitor.close();
    return { kinds: entries.filter(({ type }) => type === "inbound-rtp").map(({ kind }) => kind), rate };
  });
  assert.deepEqual(seen.kinds, ["video"]);
});
