// A track belongs to its publication: what was created from it receives nothing of the next publication.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { PEOPLE } from "./lib/code.js";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

for (const kind of ["chromium", "firefox"]) {
  const skip = stubMissing() || browserMissing(kind);

  test(`a participant who follows another through the SFU appears in nothing created from the first, ${kind}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const browser = await launch(t, kind, { person: "carol" });
    const enter = async (person, publishes) => {
      const page = await browser.openPage({ person });
      await page.goto(`${stub.url}/www/page.css`); // of the same origin, and without scripts
      await page.evaluate(join, "sfu", person, publishes);
      return page;
    };
    const carol = await enter("carol", []);
    const alice = await enter("alice", ["camera", "microphone"]);
    await useAll(carol);

    await alice.evaluate(() => room.leave());
    await until(carol, () => used.ended.length === 2, { what: "both tracks have ended" });
    const bob = await enter("bob", ["camera", "microphone"]);
    await until(carol, () => watch.tracks.length === 4, { what: "bob's tracks", timeout: 30_000 });
    await until(carol, () => watch.sees(watch.elements[1]).includes("bob"), { what: "bob", timeout: 30_000 });
    assert.deepEqual(await carol.evaluate(() => watch.sees(watch.elements[1])), ["bob"], "and nobody else");
    await until(carol, () => watch.meters[1].level() > 0.02, { what: "bob's sound", timeout: 20_000 });

    await assertOnlyAlice(carol);
    await bob.evaluate(() => room.leave());
    await carol.evaluate(() => room.leave());
    assert.deepEqual(browser.problems, []);
  });
}

// The person who joins later makes the offers.
for (const [from, to, first] of [["chromium", "firefox", "alice"], ["firefox", "chromium", "bob"]]) {
  const skip = stubMissing() || browserMissing(from) || browserMissing(to);

  test(`a screen that replaces a camera appears in nothing created from the camera, ${from} to ${to}, ${first} first`, { skip }, async (t) => {
    const stub = await startStub(t);
    const browsers = [];
    const enter = async (person, kind, publishes) => {
      const browser = await launch(t, kind, { person });
      browsers.push(browser);
      const page = await browser.openPage({ person });
      await page.goto(`${stub.url}/www/page.css`);
      await page.evaluate(join, "mesh", person, publishes);
      return page;
    };
    const enterAs = { alice: () => enter("alice", from, ["camera", "microphone"]), bob: () => enter("bob", to, []) };
    const pages = {};
    for (const person of [first, first === "alice" ? "bob" : "alice"]) pages[person] = await enterAs[person]();
    const { alice, bob } = pages;
    await useAll(bob);

    for (const [place, person, awaits] of [[1, "dave", false], [2, "erin", true]]) {
      await alice.evaluate(replace, person, awaits);
      await until(bob, (count) => watch.tracks.length === count, { what: `${person}'s tracks`, args: [2 + 2 * place], timeout: 30_000 });
      await until(bob, (place, person) => watch.sees(watch.elements[place]).includes(person), { what: person, args: [place, person], timeout: 30_000 });
      await until(bob, (place) => watch.meters[place].level() > 0.02, { what: `${person}'s sound`, args: [place], timeout: 20_000 });
    }
    const seen = await bob.evaluate(() => watch.elements.map((element) => watch.sees(element)));
    // Firefox begins with the last frame that came in the section before.
    assert.deepEqual(seen.map((people, place) => people.filter((one) => ["alice", "dave", "erin"].indexOf(one) > place)), [[], [], []], "no track shows what replaced it");
    assert.equal(await bob.evaluate(() => used.ended.length), 2, "both tracks have ended");
    await assertOnlyAlice(bob);
    for (const page of [alice, bob]) await page.evaluate(() => room.leave());
    for (const { problems } of browsers) assert.deepEqual(problems, []);
  });
}

/** Uses the first person's tracks, alice's, in every possible way, until there is something of each. */
async function useAll(page) {
  await until(page, () => watch.tracks.length === 2, { what: "alice's tracks", timeout: 30_000 });
  await page.evaluate(use);
  await until(page, () => watch.sees(used.element).includes("alice") && watch.sees(used.mixed).includes("alice"), { what: "alice", timeout: 30_000 });
  await until(page, () => used.meter.level() > 0.02, { what: "alice's sound", timeout: 20_000 });
  await until(page, () => used.monitor.history.length > 0, { what: "a sample" });
  await new Promise((resolve) => setTimeout(resolve, 1500)); // something to record
}

/** Asserts that everything created from alice's tracks has ended with them, and that the section is used again. */
async function assertOnlyAlice(page) {
  const after = await page.evaluate(report);
  assert.ok(after.isReused, "it is the section of the first");
  assert.deepEqual(after.states, ["ended", "ended", true, true]);
  assert.deepEqual(after.ended, ["audio", "video"], "one event each");
  assert.deepEqual(after.seen, { element: ["alice"], mixed: ["alice"] });
  assert.deepEqual(after.recorded, ["alice"]);
  assert.match(after.endedEarly, /tracks ended/);
  assert.ok(after.tones.every((frequency) => Math.abs(frequency - PEOPLE.alice.frequency) < 20), `heard ${after.tones} Hz`);
  assert.deepEqual(after.levels, [0, 0], "neither meter nor mix has a sound");
  assert.deepEqual(after.stats, ["ERR_INVALID_STATE", "ERR_INVALID_STATE", true, null]);
}

/** Runs in the page: publishes this person's screen instead of what is published. */
async function replace(person, awaits) {
  e2e.replaceCamera(person);
  const screen = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  const source = { video: "screen", audio: "screenAudio" };
  const next = screen.getTracks().map((track) => moim.LocalTrack.fromMediaStreamTrack(track, source[track.kind]));
  const steps = [...room.publications.map(({ id }) => () => room.unpublish(id)), ...next.map((track) => () => room.publish(track))];
  if (awaits) for (const step of steps) await step();
  else await Promise.all(steps.map((step) => step()));
}

/** Runs in the page: joins with these sources, and keeps the tracks of the others, with the person seen in each. */
async function join(topology, name, sources) {
  const moim = (globalThis.moim = await import("/www/pkg/moim.js"));
  await moim.default();
  const room = (globalThis.room = new moim.Room({ topology }));
  const devices = new moim.Devices();
  globalThis.sent = await Promise.all(sources.map((source) => devices[source]()));
  const seen = new Map();
  const watch = (globalThis.watch = {
    tracks: [],
    elements: [],
    meters: [],
    /** The people whom an element has shown since the first call. */
    sees(element) {
      if (!seen.has(element)) {
        const people = new Set();
        seen.set(element, people);
        const look = () => {
          const now = e2e.readCounter(element);
          if (now) people.add(now.person);
        };
        setInterval(look, 10);
      }
      return [...seen.get(element)];
    },
    /** Plays a track as soon as it exists, and watches it or listens to it. */
    play(track) {
      const element = document.body.appendChild(document.createElement(track.kind));
      element.muted = track.kind === "video";
      track.attach(element);
      watch.tracks.push(track);
      if (track.kind === "video") watch.elements.push(element) && watch.sees(element);
      else watch.meters.push(new moim.LevelMeter(track));
    },
  });
  room.addEventListener("trackadded", ({ detail }) => watch.play(detail.track));
  await room.join({ room: "tea", name });
  for (const track of sent) await room.publish(track);
}

/** Runs in the page: uses the first person's tracks in every possible way. */
async function use() {
  const { LevelMeter, Mixer, Recorder, StatsMonitor } = moim;
  const { tracks } = watch;
  const raw = tracks.map((track) => track.mediaStreamTrack);
  const play = (stream) => {
    const element = document.body.appendChild(Object.assign(document.createElement("video"), { srcObject: stream }));
    element.play();
    watch.sees(element);
    return element;
  };
  const receivers = tracks.map((track) => track.rtcRtpReceiver);
  const used = (globalThis.used = { ended: [], receivers, tracks: [...tracks] });
  // Firefox does not give untrusted events to listeners that a test's own code adds.
  for (const track of raw) track.addEventListener("ended", () => used.ended.push(track.kind));
  used.element = play(new MediaStream(raw));
  used.mixer = new Mixer({ width: 640, height: 360 });
  used.mixer.add(tracks);
  used.mixed = play(new MediaStream([used.mixer.videoTrack.mediaStreamTrack]));
  used.mixed.muted = true;
  used.mixMeter = new LevelMeter(used.mixer.audioTrack);
  used.meter = new LevelMeter(tracks.find((track) => track.kind === "audio"));
  used.monitor = new StatsMonitor(tracks[0], { intervalMs: 200 });
  used.recorder = Recorder.start(tracks);
}

/** Runs in the page: the result of each. */
async function report() {
  const { element, ended, meter, mixed, mixMeter, monitor, receivers, recorder, tracks } = used;
  const recording = await recorder.finished();
  const player = document.body.appendChild(Object.assign(document.createElement("video"), { src: URL.createObjectURL(recording.blob) }));
  const recorded = new Set();
  await new Promise((resolve) => player.addEventListener("canplay", resolve, { once: true }));
  await player.play();
  const look = setInterval(() => {
    const now = e2e.readCounter(player);
    if (now) recorded.add(now.person);
  }, 20);
  const tones = [];
  while (!player.ended) {
    const { rms, frequency } = await e2e.listen(player, 400);
    if (rms > 0.01) tones.push(Math.round(frequency));
  }
  clearInterval(look);
  const code = (promise) => promise.then(() => "no error", (error) => error.code);
  const attempt = (make) => { try { make(); return "no error"; } catch ({ code }) { return code; } };
  return {
    isReused: watch.tracks.slice(-2).every((track) => receivers.includes(track.rtcRtpReceiver)),
    states: [...tracks.map((track) => track.mediaStreamTrack.readyState), ...tracks.map((track) => track.ended)],
    ended: ended.sort(),
    seen: { element: watch.sees(element), mixed: watch.sees(mixed) },
    recorded: [...recorded],
    endedEarly: recording.endedEarly?.message,
    tones,
    levels: [meter.level(), mixMeter.level()],
    stats: [await code(moim.getStats(tracks[0])), attempt(() => new moim.StatsMonitor(tracks[0])), monitor.closed, tracks[0].rtcRtpReceiver ?? null],
  };
}
