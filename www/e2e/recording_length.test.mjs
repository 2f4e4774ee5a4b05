// A recording is as long as the wall clock measured, without pauses: by the SDK, in a browser, and in ffprobe.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { probeDuration } from "./lib/probe.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";

/** The tolerance that the SDK promises. */
const TOLERANCE_MS = 100;
const SOURCES = [["camera", "microphone"], ["camera"], ["microphone"], ["mixer"]];
/** The first type that the browser supports is used. Chromium has H.264 only in some builds. */
const MP4 = ["video/mp4;codecs=avc1.42E01E,mp4a.40.2", "video/mp4;codecs=vp9,opus", "video/mp4"];

/** Opens all recorded tracks: `recorded.camera` and so on. */
async function open(page, url) {
  await page.goto(`${url}/www/`);
  await page.evaluate(async () => {
    const moim = await import("/www/pkg/moim.js");
    await moim.default();
    const devices = new moim.Devices();
    const [camera, microphone] = [await devices.camera({ width: 640, height: 360 }), await devices.microphone()];
    const mixer = new moim.Mixer({ width: 640, height: 360 });
    mixer.add([camera]);
    globalThis.recorded = { moim, camera, microphone, mixer: mixer.videoTrack };
  });
}

/** Records two seconds with a pause in between; `wall` is the time from start to stop in milliseconds, without it. */
const record = (page, sources, options) => page.evaluate(async (sources, options) => {
  const { moim, ...tracks } = globalThis.recorded;
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const recorder = moim.Recorder.start(sources.map((name) => tracks[name]), options);
  const began = performance.now();
  await sleep(1200);
  recorder.pause();
  const paused = performance.now();
  await sleep(800);
  recorder.resume();
  const resumed = performance.now();
  await sleep(800);
  const stopping = recorder.stop();
  const wall = performance.now() - began - (resumed - paused);
  const recording = await stopping;

  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(recording.blob);
  document.body.append(video);
  await new Promise((resolve, reject) => { video.onloadeddata = resolve; video.onerror = () => reject(new Error(video.error.message)); });
  const at = async (place, before) => {
    const sought = new Promise((resolve) => { video.onseeked = resolve; });
    video.currentTime = place;
    await sought;
    // Chromium may still show the previous picture when it fires `seeked`.
    const frame = () => e2e.readCounter(video)?.frame;
    for (let tries = 0; tries < 100 && video.videoWidth && frame() === before; tries++) await sleep(20);
    return { time: video.currentTime, frame: frame() };
  };
  const { duration } = video;
  const later = await at(1.5);
  const places = [later, await at(0.3, later.frame)];
  await video.play();
  await new Promise((resolve) => (video.ended ? resolve() : (video.onended = resolve)));
  const played = video.currentTime;
  video.remove();
  const data = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.lastIndexOf(",") + 1)); // a type may hold commas
    reader.readAsDataURL(recording.blob);
  });
  return { wall, own: recording.durationMs, duration, played, places, data, name: recording.fileName("clip"), early: recording.endedEarly?.message };
}, sources, options);

function assertLength(t, what, { wall, own, duration, played, places, data, name, early }, hasPicture) {
  assert.equal(early, undefined, what);
  const lengths = { durationMs: own, "<video>": duration * 1000, "where it ends": played * 1000, ffprobe: probeDuration(t, name, data) * 1000 };
  for (const [by, length] of Object.entries(lengths)) {
    assert.ok(Math.abs(length - wall) < TOLERANCE_MS, `${what}: ${length} ms by ${by}, and it ran for ${wall} ms`);
  }
  for (const [index, place] of [1.5, 0.3].entries()) assert.ok(Math.abs(places[index].time - place) < 0.1, `${what}: sought ${place}, is at ${places[index].time} s`);
  if (!hasPicture) return;
  const [later, earlier] = places.map(({ frame }) => frame);
  assert.ok(Number.isInteger(later) && Number.isInteger(earlier) && later !== earlier, `${what}: the pictures are ${earlier} and ${later}`);
}

for (const kind of ["chromium", "firefox"]) {
  const skip = stubMissing() || browserMissing(kind);
  test(`a recording of ${kind} is as long as the wall clock measured, without the pause`, { skip }, async (t) => {
    const { url } = await startStub(t);
    const { page, problems } = await launch(t, kind, { person: "alice" });
    await open(page, url);
    for (const sources of SOURCES) {
      const result = await record(page, sources, { timesliceMs: 300 });
      assertLength(t, sources.join(" and "), result, sources[0] !== "microphone");
    }
    assert.deepEqual(problems, []);
  });

  test(`MP4 of ${kind} plays, can be sought in and has its length`, { skip }, async (t) => {
    const { url } = await startStub(t);
    const { page, problems } = await launch(t, kind, { person: "alice" });
    await open(page, url);
    const type = await page.evaluate((types) => types.find((type) => globalThis.recorded.moim.Recorder.isTypeSupported(type)), MP4);
    if (!type) return t.skip(`${kind} records none of ${MP4.join(", ")}`);
    for (const sources of SOURCES.filter(([first]) => first !== "microphone")) {
      const result = await record(page, sources, { mimeTypes: MP4 });
      assert.match(result.name, /\.mp4$/);
      assertLength(t, `${type} of ${sources.join(" and ")}`, result, true);
    }
    assert.deepEqual(problems, []);
  });
}
