// Files and streams go on over the connection that replaces another one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { rememberConnections } from "./lib/connections.mjs";
import { gather } from "./lib/desk.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium") || browserMissing("firefox");
/** More than is sent ahead of a receiver who waits. */
const FILE_BYTES = 12 * 2 ** 20;
const STREAM_BYTES = 2 ** 20;

test("files and streams go on over a replaced connection", { skip }, async (t) => {
  const stub = await startStub(t);
  const browsers = { chromium: await launch(t, "chromium"), firefox: await launch(t, "firefox") };
  const { alice, bob } = await gather(stub, "mesh", { alice: "chromium", bob: "firefox" }, browsers, rememberConnections);

  for (const [from, to] of [[alice, bob], [bob, alice]]) {
    await t.test(`from ${from.kind} to ${to.kind}, which replaces it`, async () => {
      await to.page.evaluate(waitForStream);
      const written = await from.page.evaluate(write, to.id, STREAM_BYTES);
      const [hash] = Object.values(await from.page.evaluate((size, to) => desk.offer([size], to), FILE_BYTES, to.id));
      await to.page.evaluate(acceptAndWait);
      await replaceConnection(to);
      assert.equal(await to.page.evaluate(() => { desk.go(); return desk.received; }), hash);
      assert.equal(await to.page.evaluate(readToEnd), written);
      assert.equal(await from.page.evaluate(() => desk.piped.catch(({ code }) => code)), undefined);
      assert.equal((await from.page.evaluate(() => desk.outcomes()))[0].code, undefined);
    });
  }
  for (const { problems } of Object.values(browsers)) assert.deepEqual(problems, []);
});

/** Lets a page believe that DTLS has ended for good, which only another connection helps. Resolves when there is one. */
async function replaceConnection({ name, page }) {
  await page.evaluate(() => {
    const old = e2eConnections.find(({ connectionState }) => connectionState === "connected");
    Object.defineProperty(old, "connectionState", { value: "failed" });
    old.dispatchEvent(new Event("connectionstatechange"));
  });
  await until(page, () => e2eConnections.some(({ connectionState }) => connectionState === "connected"), { what: `${name} has another connection` });
}

/** Runs in the page. */
function waitForStream() {
  desk.opened = new Promise((resolve) => {
    desk.room.addEventListener("streamopened", ({ detail }) => resolve(detail.stream), { once: true });
  });
  desk.sha256 = async (parts) => {
    const bytes = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
}

/** Runs in the page: accepts a file, and writes nothing of it before `desk.go()`. Resolves when a part has arrived. */
async function acceptAndWait() {
  const [[{ file }]] = await desk.take(1);
  const parts = [];
  const gate = new Promise((resolve) => { desk.go = resolve; });
  await new Promise((arrived) => {
    const write = async (part) => { arrived(); await gate; parts.push(part.slice()); };
    const { finished } = file.accept({ writable: new WritableStream({ write }) });
    desk.received = finished.then(() => desk.sha256(parts), ({ code }) => code);
  });
}

/** Runs in the page: writes random bytes to a stream. Returns their hash. */
async function write(to, size) {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  desk.piped = new Blob([bytes]).stream().pipeTo(desk.room.openStream(to));
  desk.piped.catch(() => {}); // Asked for later.
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Runs in the page: reads the stream that was opened. Returns the hash, or the code of an error. */
async function readToEnd() {
  const reader = (await desk.opened).readable.getReader();
  const parts = [];
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) parts.push(value);
  } catch ({ code }) {
    return code;
  }
  return desk.sha256(parts);
}
