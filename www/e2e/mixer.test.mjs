// The mixer in a hidden tab.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";

for (const kind of ["chromium", "firefox"]) {
  const skip = stubMissing() || browserMissing(kind);
  test(`a room that is mixed in a hidden tab of ${kind} is recorded as it moves`, { skip }, async (t) => {
    const stub = await startStub(t);
    const { page, problems } = await launch(t, kind, { person: "alice" });
    await page.goto(`${stub.url}/www/`);
    await page.evaluate(async () => {
      const moim = await import("/www/pkg/moim.js");
      await moim.default();
      const devices = new moim.Devices();
      const tracks = [await devices.camera(), await devices.microphone()];
      const mixer = new moim.Mixer();
      mixer.add(tracks);
      globalThis.mixing = { mixer, tracks };
    });
    const other = await page.browserContext().newPage();
    await other.bringToFront();
    const hidden = await page.evaluate(async () => {
      for (let tries = 0; !document.hidden && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
      return document.hidden;
    });
    if (!hidden) return t.skip(`${kind} does not hide a tab behind another without a display`);

    await page.evaluate(async () => {
      const { Recorder } = await import("/www/pkg/moim.js");
      const { mixer } = globalThis.mixing;
      const recorder = Recorder.start([mixer.videoTrack, mixer.audioTrack]);
      while (recorder.elapsedMs < 4000) await new Promise((resolve) => setTimeout(resolve, 100));
      globalThis.mixing.recording = await recorder.stop();
    });
    await page.bringToFront();
    const seen = await page.evaluate(async () => {
      const { mixer, tracks, recording } = globalThis.mixing;
      mixer.close();
      for (const track of tracks) track.stop();
      const video = document.createElement("video");
      video.muted = true;
      video.src = URL.createObjectURL(recording.blob);
      document.body.append(video);
      const frames = new Set();
      await video.play();
      while (!video.ended) {
        const counter = e2e.readCounter(video);
        if (counter) frames.add(counter.frame);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return { frames: frames.size, duration: video.duration };
    });
    // Timers of a hidden page fire once a second. The camera has 15 frames in it, and a busy machine fewer.
    assert.ok(seen.frames > 10, `${seen.frames} different frames in ${seen.duration} s`);
    assert.deepEqual(problems, []);
  });
}
