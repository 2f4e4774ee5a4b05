// Muted means muted: the reported state of a publication agrees with what others see and hear, whatever the cause.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { assertFallsSilent, assertGoesBlack } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium") || browserMissing("firefox");

/** Waits until `watcher` sees that a publication of alice is muted, unmuted, or gone. */
const isTold = (watcher, source, wanted) =>
  until(
    watcher.page,
    (source, wanted) => {
      const { publications, tracks } = window.room.participants.find(({ name }) => name === "alice");
      const publication = publications.find((one) => one.source === source);
      const track = tracks.find((one) => one.source === source);
      return [publication, track].every((one) => (wanted === null ? !one : one?.muted === wanted));
    },
    { what: `alice's ${source} ${{ true: "muted", false: "not muted", null: "gone" }[wanted]}`, args: [source, wanted], timeout: 15_000 },
  );

const video = (watcher) => `${watcher.tile("alice")} video`;

/** Asserts that `watcher` sees and hears nothing of alice, and that she is reported as muted. */
async function isMuted(watcher) {
  for (const source of ["camera", "microphone"]) await isTold(watcher, source, true);
  await Promise.all([assertGoesBlack(watcher.page, video(watcher)), assertFallsSilent(watcher.page, video(watcher))]);
}

/** Asserts that `watcher` sees and hears alice, and that she is reported as unmuted. */
async function isLive(watcher) {
  for (const source of ["camera", "microphone"]) await isTold(watcher, source, false);
  await watcher.meets("alice");
}

const onEach = (alice, body) => alice.page.evaluate(new Function(`return (async () => {
  for (const { track, id } of Object.values(window.local)) { ${body} }
})()`));

for (const [from, to, topology] of [["chromium", "firefox", "mesh"], ["firefox", "chromium", "sfu"]]) {
  test(`others see and hear what is reported, whatever muted it, ${from} to ${to}, ${topology}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind: from, topology });
    const bob = await join(t, stub, "bob", { app: "page", kind: to, topology });
    await isLive(bob);

    await onEach(alice, "await room.setMuted(id, true)");
    await isMuted(bob);
    await onEach(alice, "track.enabled = false; track.enabled = true");
    await isMuted(bob);
    await onEach(alice, "room.setMuted(id, false); room.setMuted(id, true); room.setMuted(id, false)");
    await isLive(bob);

    await onEach(alice, "track.enabled = false");
    await isMuted(bob);
    await onEach(alice, "track.enabled = true");
    await isLive(bob);

    await onEach(alice, "track.mediaStreamTrack.enabled = false");
    await isMuted(bob);
    await onEach(alice, "await room.setMuted(id, false)");
    await isLive(bob);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

for (const kind of ["chromium", "firefox"]) {
  test(`a track in two rooms is muted in each separately, ${kind}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind });
    const bob = await join(t, stub, "bob", { app: "page" });
    const carol = await join(t, stub, "carol", { app: "page", room: "two" });
    await alice.page.evaluate(async () => {
      const { Room } = await import("/www/pkg/moim.js");
      const two = (window.two = new Room());
      for (const one of Object.values(window.local)) one.second = await two.publish(one.track);
      await two.join({ room: "two", name: "alice" });
    });
    await isLive(bob);
    await isLive(carol);

    await alice.page.evaluate(async () => {
      for (const { id, second } of Object.values(window.local)) {
        await two.setMuted(second, true);
        await room.setMuted(id, false);
      }
    });
    await isMuted(carol);
    await isLive(bob);

    await onEach(alice, "track.enabled = false");
    await isMuted(bob);
    await alice.page.evaluate(async () => {
      for (const { second } of Object.values(window.local)) await two.setMuted(second, false);
    });
    await isLive(carol);
    await isMuted(bob);
    for (const person of [alice, bob, carol]) person.assertNoProblems();
  });

  for (const [how, end] of [
    ["stopped", "track.stop()"],
    ["stopped behind our back", "track.mediaStreamTrack.stop()"],
    ["lost", "const raw = track.mediaStreamTrack; raw.stop(); raw.dispatchEvent(new Event('ended'))"],
  ]) {
    test(`a track that is ${how} is no longer published, and another takes its place, ${kind}`, { skip }, async (t) => {
      const stub = await startStub(t);
      const alice = await join(t, stub, "alice", { app: "page", kind });
      const bob = await join(t, stub, "bob", { app: "page" });
      await isLive(bob);
      await alice.page.evaluate(() => {
        window.ended = [];
        room.addEventListener("localtrackended", ({ detail }) => window.ended.push(detail.publicationId));
      });
      await onEach(alice, end);
      for (const source of ["camera", "microphone"]) await isTold(bob, source, null);
      const ended = () => alice.page.evaluate(() => [window.ended.sort(), room.publications, Object.values(local).map(({ id }) => id).sort()]);
      const [heard, publications, ids] = await ended();
      assert.deepEqual(heard, ids);
      assert.deepEqual(publications, []);

      await alice.page.evaluate(async () => {
        const { Devices } = await import("/www/pkg/moim.js");
        for (const [kind, one] of Object.entries(window.local)) {
          one.track = await new Devices()[kind]();
          await room.replaceTrack(one.id, one.track);
        }
      });
      await isLive(bob);
      await onEach(alice, "await room.unpublish(id); await room.unpublish(id)");
      for (const source of ["camera", "microphone"]) await isTold(bob, source, null);
      for (const person of [alice, bob]) person.assertNoProblems();
    });
  }
}

for (const [from, to] of [["chromium", "firefox"], ["firefox", "chromium"]]) {
  test(`a muted publication is black and silent in a recording, ${from} to ${to}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", kind: from });
    const bob = await join(t, stub, "bob", { app: "page", kind: to });
    await isLive(bob);
    await onEach(alice, "await room.setMuted(id, true)");
    await isMuted(bob);
    await bob.page.evaluate(async () => {
      const { Recorder } = await import("/www/pkg/moim.js");
      const { tracks } = room.participants.find(({ name }) => name === "alice");
      window.recorder = Recorder.start([...tracks]);
      await new Promise((resolve) => setTimeout(resolve, 3000)); // something to record
    });
    await onEach(alice, "await room.setMuted(id, false)");
    await isLive(bob);
    const { muted, live } = await bob.page.evaluate(async () => {
      const { blob } = await recorder.stop();
      const player = document.body.appendChild(Object.assign(document.createElement("video"), { src: URL.createObjectURL(blob) }));
      await new Promise((resolve) => player.addEventListener("canplay", resolve, { once: true }));
      const parts = { muted: { people: [], rms: 0 }, between: { people: [], rms: 0 }, live: { people: [], rms: 0 } };
      // A recorder on a busy machine begins late, so that the muted part is shorter.
      const part = () => (player.currentTime < 1.5 ? parts.muted : player.currentTime < 2.5 ? parts.between : parts.live);
      const look = setInterval(() => {
        const seen = e2e.readCounter(player);
        if (seen) part().people.push(seen.person);
      }, 20);
      await player.play();
      while (!player.ended) {
        const before = part();
        const { rms } = await e2e.listen(player, 300);
        if (part() === before) before.rms = Math.max(before.rms, rms);
      }
      clearInterval(look);
      return parts;
    });
    assert.deepEqual([muted.people, muted.rms < 0.002], [[], true], `a root mean square of ${muted.rms}`);
    assert.deepEqual([[...new Set(live.people)], live.rms > 0.01], [["alice"], true], `a root mean square of ${live.rms}`);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

test("each publish is a publication: the last call wins", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  const bob = await join(t, stub, "bob", { app: "page", kind: "firefox" });
  await isLive(bob);
  // Like a framework that runs an effect, its cleanup, and the effect again.
  const ids = await alice.page.evaluate(async () => {
    for (const { id } of Object.values(local)) await room.unpublish(id);
    const effect = ({ track }) => {
      const published = room.publish(track);
      return { published, cleanup: () => published.then((id) => room.unpublish(id)) };
    };
    for (const one of Object.values(local)) {
      const first = effect(one);
      const gone = first.cleanup();
      one.effect = effect(one);
      one.id = await one.effect.published;
      await gone;
      one.first = await first.published;
    }
    return [Object.values(local).map(({ first, id }) => first !== id), room.publications.map(({ id }) => id), Object.values(local).map(({ id }) => id)];
  });
  assert.deepEqual(ids, [[true, true], ids[2], ids[2]]);
  await isLive(bob);
  await alice.page.evaluate(() => Promise.all(Object.values(local).map((one) => one.effect.cleanup())));
  for (const source of ["camera", "microphone"]) await isTold(bob, source, null);
  for (const person of [alice, bob]) person.assertNoProblems();
});
