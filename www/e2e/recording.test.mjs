// Recording a tile of the demo: it plays as long as it ran, and shows the recorded person.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { probeDuration } from "./lib/probe.mjs";
import { recordedSeconds, records } from "./lib/record_timer.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";

for (const kind of ["chromium", "firefox"]) {
  const skip = stubMissing() || browserMissing("chromium") || browserMissing(kind);
  test(`a recording of the other person, made in ${kind}, plays back correctly, without the pause`, { skip }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { kind });
    const bob = await join(t, stub, "bob");
    await meetEachOther(alice, bob);

    const timer = () => recordedSeconds(alice);
    await alice.click("record", alice.tile("bob"));
    await records(alice, 3);
    await alice.click("record-pause");
    const paused = await timer();
    await new Promise((resolve) => setTimeout(resolve, 2500)); // a pause has no event that ends it
    assert.equal(await timer(), paused, "the timer stands while paused");
    await alice.click("record-pause");
    await records(alice, 5);
    await alice.click("record-stop");

    const played = await alice.page.waitForSelector(alice.$("recording-playback"), { timeout: 20_000 });
    const result = await played.evaluate(async (video) => {
      const people = new Set();
      const frames = new Set();
      video.muted = true;
      video.currentTime = 0;
      await video.play();
      while (!video.ended) {
        const seen = e2e.readCounter(video);
        if (seen) people.add(seen.person), frames.add(seen.frame);
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
      return { seconds: video.currentTime, duration: video.duration, seekable: video.seekable.end(0), people: [...people], frames: frames.size };
    });
    assert.deepEqual(result.people, ["bob"]);
    assert.ok(result.frames > 25, `${result.frames} different frames`);
    assert.ok(result.seconds > 4 && result.seconds < 7, `it plays for ${result.seconds} s`);
    assert.ok(Math.abs(result.duration - result.seconds) < 0.2, `its header has ${result.duration} s of ${result.seconds}`);
    assert.ok(Math.abs(result.seekable - result.duration) < 0.1, `it can be sought in up to ${result.seekable} s`);

    const download = await alice.page.$eval(alice.$("recording-download"), async (link) => {
      const blob = await (await fetch(link.href)).blob();
      const data = await new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result.slice(reader.result.lastIndexOf(",") + 1)); // a type may hold commas
        reader.readAsDataURL(blob);
      });
      return { name: link.download, size: blob.size, type: blob.type, data };
    });
    const seconds = probeDuration(t, download.name, download.data);
    assert.ok(Math.abs(seconds - result.duration) < 0.1, `ffprobe reports ${seconds} s, the browser ${result.duration}`);
    assert.match(download.name, /bob.*\.(webm|mp4)$/);
    assert.ok(download.size > 50_000, `${download.size} bytes`);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}
