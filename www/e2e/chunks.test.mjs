// The parts of the package that are fetched when they are first used.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { GOLDEN_TYPES } from "../../scripts/lib/paths.mjs";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { servePackage } from "./lib/package.mjs";
import { stubMissing } from "./lib/server.mjs";

const CHUNK = /\/moim_(?!bg)(\w+)\.wasm$/;

/** A page of a server that notes which chunks it is asked for, and does not have those in `missing`. */
async function open(t, kind) {
  const asked = [];
  const missing = new Set();
  const url = await servePackage(t, (path) => {
    const [, chunk] = CHUNK.exec(path) ?? [];
    if (chunk) asked.push(chunk);
    return missing.has(chunk) && { status: 404, type: "text/plain", body: "" };
  });
  const { page } = await launch(t, kind);
  await page.goto(url);
  await page.evaluate(async () => {
    window.moim = await import("/moim.js");
    await moim.default();
  });
  return { page, asked, missing };
}

/** Checks nothing but what needs neither devices nor servers. */
const check = () => moim.diagnose({ signaling: false, camera: null, microphone: null, speaker: false, mediaDurationMs: 1000 }).report;
const stats = async () => {
  const connection = new RTCPeerConnection();
  connection.createDataChannel("chat");
  const { entries } = await moim.getStats(connection);
  connection.close();
  return entries.length;
};

/** The names of the chunks in the types. */
function typed() {
  const [declaration] = /export type ChunkName =[^;]*;/.exec(readFileSync(GOLDEN_TYPES, "utf8"));
  return [...declaration.matchAll(/\| "(\w+)"/g)].map(([, name]) => name).sort();
}

for (const kind of ["chromium", "firefox"]) {
  const options = { skip: stubMissing() || browserMissing(kind) };

  test(`a chunk is fetched once, when it is first used or preloaded, ${kind}`, options, async (t) => {
    const { page, asked } = await open(t, kind);
    assert.deepEqual(asked, []);
    assert.ok((await page.evaluate(stats)) > 0);
    assert.deepEqual(asked, ["statistics"]);
    const checks = `(${check})().then(({ checks }) => checks.map(({ check }) => check))`;
    const [one, other] = await page.evaluate(`Promise.all([${checks}, ${checks}])`);
    assert.ok(one.includes("secureContext"), one.join());
    assert.deepEqual(one, other);
    assert.deepEqual(asked, ["statistics", "diagnosis"]);

    const wrong = await page.evaluate(async () => {
      const refused = (name) => moim.preload(name).catch(({ code, message }) => `${code} ${message}`);
      return [await refused("fles"), await refused(undefined)];
    });
    assert.match(wrong[0], /^ERR_INVALID_OPTIONS .*`fles`.*files/);
    assert.deepEqual(/expected one of (.*)$/.exec(wrong[0])[1].split(", ").sort(), typed());
    assert.match(wrong[1], /^ERR_INVALID_OPTIONS .*not a string/);
    await page.evaluate(() => moim.preload("files"));
    assert.deepEqual(asked.slice(2), ["files"]);
    await page.evaluate(() => moim.preload());
    assert.deepEqual(asked.slice(3).sort(), ["backend", "janus", "kurento", "livekit", "recorder", "whip"]);
  });

  test(`a chunk that is not served is an error, until it is served, ${kind}`, options, async (t) => {
    const { page, asked, missing } = await open(t, kind);
    missing.add("diagnosis");
    const { code, message, cause } = await page.evaluate(
      `(${check})().catch(({ code, message, cause }) => ({ code, message, cause: cause.code }))`,
    );
    assert.deepEqual([code, cause], ["ERR_CHUNK_NOT_LOADED", "ERR_CHUNK_NOT_LOADED"]);
    assert.match(message, /`diagnosis`.*404.*moim_diagnosis\.wasm/);
    missing.clear();
    assert.ok((await page.evaluate(check)).checks.length > 0);
    assert.deepEqual(asked.filter((chunk) => chunk === "diagnosis"), ["diagnosis", "diagnosis"]);

    const calls = await page.evaluate(callsOfBackend);
    assert.deepEqual(calls.slice(0, 2), ["start", "join"]);
    assert.equal(asked.at(-1), "backend");
  });
}

/** The commands that a backend gets while its chunk is loaded, in the order of the calls. */
async function callsOfBackend() {
  const calls = [];
  let heard;
  const hasJoined = new Promise((resolve) => (heard = resolve));
  const handleCommand = ({ type }) => (calls.push(type), type === "join" && heard());
  const room = new moim.Room({ backend: { start: () => calls.push("start"), handleCommand } });
  room.join({ room: "tea", name: "Ana" }).catch(() => {});
  await hasJoined;
  await room.leave();
  return calls;
}
