// The harness itself: the camera's picture and the microphone's tone are recognised at the other end of a connection,
// after lossy coding, in each browser.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { FRAMES, PEOPLE, decode, encode } from "./lib/code.js";
import { assertShows, assertSilent, assertSounds, assertStill, see } from "./lib/media.mjs";
import { until } from "./lib/wait.mjs";

const PAGE = `<!doctype html><title>loop</title><link rel="icon" href="data:,">
<video id="near" autoplay muted playsinline></video><video id="far" autoplay playsinline></video>
<script type="module">
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  near.srcObject = stream;
  const here = new RTCPeerConnection();
  const there = new RTCPeerConnection();
  here.onicecandidate = ({ candidate }) => there.addIceCandidate(candidate);
  there.onicecandidate = ({ candidate }) => here.addIceCandidate(candidate);
  there.ontrack = ({ streams: [remote] }) => { far.srcObject = remote; };
  for (const track of stream.getTracks()) here.addTrack(track, stream);
  await here.setLocalDescription();
  await there.setRemoteDescription(here.localDescription);
  await there.setLocalDescription();
  await here.setRemoteDescription(there.localDescription);
  globalThis.mute = () => stream.getTracks().forEach((track) => (track.enabled = false));
</script>`;

async function serve(t, html) {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}/`;
}

test("every frame of every person is read back from its blocks", () => {
  for (const person of Object.keys(PEOPLE)) {
    for (let frame = 0; frame < FRAMES; frame++) assert.deepEqual(decode(encode(person, frame)), { person, frame });
  }
});

test("a row with one wrong block is not a code", () => {
  const blocks = encode("bob", 1234);
  for (let index = 0; index < blocks.length; index++) {
    assert.equal(decode(blocks.map((block, at) => (at === index ? !block : block))), null);
  }
});

for (const [kind, person] of [["chromium", "alice"], ["chromium", "carol"], ["firefox", "bob"]]) {
  test(`${kind} shows and sounds ${person} at the other end of a connection`, { skip: browserMissing(kind) }, async (t) => {
    const { page, problems } = await launch(t, kind, { person });
    await page.goto(await serve(t, PAGE));

    await assertShows(page, "#near", person);
    await assertShows(page, "#far", person, { frames: 20 });
    await assertSounds(page, "#far", person);
    await page.evaluate(() => globalThis.mute());
    await until(page, () => e2e.readCounter(document.querySelector("#far")) === null, { what: "the far picture is black" });
    await assertStill(page, "#far");
    await assertSilent(page, "#far");
    assert.equal(await see(page, "#far"), null);
    assert.deepEqual(problems, []);
  });
}

test("a failed wait says what was awaited and what was found", { skip: browserMissing("chromium") }, async (t) => {
  const { page } = await launch(t, "chromium");
  await page.goto(await serve(t, `<p>Nobody is here.</p><video id="tile"></video>`));
  const waiting = until(page, () => document.querySelector("#none"), { what: "a tile for bob", timeout: 200 });
  await assert.rejects(waiting, /a tile for bob[^]*<video id="tile"> paused, no picture[^]*Nobody is here\./);
});

test("errors in a page are collected", { skip: browserMissing("chromium") }, async (t) => {
  for (const kind of ["chromium", "firefox"]) {
    if (browserMissing(kind)) continue;
    const { page, problems } = await launch(t, kind);
    const thrown = new Promise((resolve) => page.once("pageerror", resolve));
    await page.goto(await serve(t, `<script>console.error("first"); setTimeout(() => { throw new Error("second"); });</script>`));
    await thrown;
    assert.match(problems.join("\n"), /console: first[^]*uncaught[^]*second/);
  }
});
