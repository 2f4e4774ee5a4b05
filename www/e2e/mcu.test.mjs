// Calls as one mixed picture: the stub starts a headless browser that mixes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { longestGap, watchFrames } from "./lib/frames.mjs";
import { assertFallsSilent, assertShows } from "./lib/media.mjs";
import { assertMixed, halves } from "./lib/mixed.mjs";
import { startProxy } from "./lib/proxy.mjs";
import { mixing, startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");
const topology = "mcu";
const startMixing = (t) => startStub(t, { args: mixing() });

/** The area of a camera, which is as wide as the picture, within its rectangle. */
function inside({ x, y, width, height }) {
  const size = Math.min(width, height);
  return { left: x + (width - size) / 2, top: y + (height - size) / 2, width: size, height: size };
}

/** In the page: whether a part of a picture is one dark colour with light letters in its middle. */
function hasName(selector, { x, y, width, height }) {
  const video = document.querySelector(selector);
  const canvas = Object.assign(document.createElement("canvas"), { width: 200, height: 100 });
  const context = canvas.getContext("2d");
  const { videoWidth, videoHeight } = video;
  context.drawImage(video, x * videoWidth, y * videoHeight, width * videoWidth, height * videoHeight, 0, 0, 200, 100);
  const light = (left, top, wide, high) => {
    const { data } = context.getImageData(left, top, wide, high);
    return data.filter((part, at) => at % 4 === 1 && part > 150).length;
  };
  return light(50, 35, 100, 30) > 20 && light(0, 5, 200, 20) === 0;
}

for (const [kind, missing] of [["chromium", skip], ["firefox", skipFirefox]]) {
  test(`two people see both and hear only each other in a mixed room, chromium and ${kind}`, { skip: missing }, async (t) => {
    const stub = await startMixing(t);
    const before = (page) => page.evaluateOnNewDocument(() => {
      const { RTCPeerConnection } = globalThis;
      globalThis.opened = [];
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...args) { super(...args); globalThis.opened.push(this); }
      };
    });
    const alice = await join(t, stub, "alice", { topology, before });
    const bob = await join(t, stub, "bob", { kind, topology });
    await assertMixed([alice, bob]);

    await alice.write("one");
    await bob.write("two");
    assert.match((await bob.reads("alice", 1))[0], /one/);
    assert.match((await alice.reads("bob", 1))[0], /two/);

    const down = await alice.page.evaluate(() => opened.map((connection) =>
      connection.getTransceivers().filter(({ currentDirection }) => /recv/.test(currentDirection ?? "")).map(({ receiver }) => receiver.track.kind).sort()));
    assert.deepEqual(down, [["audio", "video"]], "one connection, one picture and one sound down");

    await bob.click("toggle-microphone");
    await assertFallsSilent(alice.page, `${alice.tile("Mixer", "mix")} audio`);
    const parts = [`${alice.tile("Mixer", "mix")} video`, await halves(alice)];
    await bob.click("toggle-camera");
    await until(alice.page, (selector, areas) => {
      const seen = areas.map((area) => e2e.readCounter(document.querySelector(selector), area)?.person);
      return seen.includes("alice") && !seen.includes("bob");
    }, { what: "a picture without bob", args: parts, timeout: 30_000 });
    const seen = await alice.page.evaluate(async (selector, areas) => {
      const seen = new Set();
      for (const until = performance.now() + 1000; performance.now() < until; await new Promise(requestAnimationFrame)) {
        for (const area of areas) seen.add(e2e.readCounter(document.querySelector(selector), area)?.person);
      }
      return [...seen].filter(Boolean);
    }, ...parts);
    assert.deepEqual(seen, ["alice"]);
    for (const device of ["camera", "microphone"]) await bob.click(`toggle-${device}`);
    await assertMixed([alice, bob]);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

test("everyone receives the layout of the picture, and who is in the spotlight", { skip }, async (t) => {
  const stub = await startStub(t, { args: ["--any-mixer"] });
  const { page: mixer } = await launch(t, "chromium");
  await mixer.goto(`${stub.url}/www/mixer.html?room=tea`);
  await until(mixer, () => document.body.textContent.includes("Mixing"), { what: "the mixer's tab is ready" });
  const alice = await join(t, stub, "alice", { app: "page", topology });
  const bob = await join(t, stub, "bob", { app: "page", topology });
  const id = (person) => person.page.evaluate(() => window.room.participantId);
  const [aliceId, bobId] = [await id(alice), await id(bob)];
  /** Waits for a layout that satisfies `is`, and returns it. */
  const laidOut = (is, ...args) =>
    until(bob.page, new Function("...args", `const layout = window.room.layout; return layout && (${is})(layout, ...args) ? layout : null;`), { what: `a layout that is ${is}`, args });

  const grid = await laidOut(({ type, tiles }) => type === "grid" && tiles.length === 2);
  assert.deepEqual(grid.tiles.map(({ participantId }) => participantId).sort(), [aliceId, bobId].sort());
  const { rectangle } = grid.tiles.find(({ participantId }) => participantId === aliceId);
  const picture = `${bob.tile("Mixer")} video`;
  await assertShows(bob.page, picture, "alice", { area: inside(rectangle), timeout: 30_000 });

  // A muted camera leaves the name in its place, and returns there.
  const bobs = grid.tiles.find(({ participantId }) => participantId === bobId).rectangle;
  await bob.click("toggle-camera");
  await until(alice.page, hasName, { what: "bob's name on a tile", args: [`${alice.tile("Mixer")} video`, bobs] });
  assert.deepEqual(await bob.page.evaluate(() => window.room.layout), grid, "everyone stays where they were");
  await bob.click("toggle-camera");
  await assertShows(alice.page, `${alice.tile("Mixer")} video`, "bob", { area: inside(bobs), timeout: 30_000 });
  assert.deepEqual(await bob.page.evaluate(() => window.room.layout), grid);

  await bob.click("toggle-microphone");
  await bob.page.evaluate(() => window.room.sendData(new TextEncoder().encode("spotlight"), { topic: "layout" }));
  const large = ({ spotlight, tiles }, who) =>
    spotlight === who && tiles.find(({ participantId }) => participantId === who)?.rectangle.height === 0.8;
  await laidOut(large, aliceId);
  const stage = inside({ x: 0, y: 0, width: 1, height: 0.8 });
  await assertShows(bob.page, picture, "alice", { area: stage, timeout: 30_000 });
  await bob.click("toggle-microphone");
  await alice.click("toggle-microphone");
  await laidOut(large, bobId);
  await assertShows(bob.page, picture, "bob", { area: stage, timeout: 30_000 });
  for (const person of [alice, bob]) person.assertNoProblems();
});

test("a room continues without its server's socket, and when its mixer dies and a new one joins", { skip }, async (t) => {
  const stub = await startMixing(t);
  const proxy = await startProxy(t, stub.port);
  const alice = await join(t, stub, "alice", { app: "page", topology, query: `&url=${encodeURIComponent(proxy.url)}` });
  const bob = await join(t, stub, "bob", { app: "page", topology });
  const people = [alice, bob];
  const isMixed = () => assertMixed(people, "camera");
  const events = async ({ page }) => page.evaluate(() => noted.splice(0));
  await isMixed();
  for (const person of people) {
    await watchFrames(person, "Mixer");
    await person.page.evaluate(noteEvents);
  }

  const isIn = (state) => until(alice.page, (state) => room.state === state, { what: `alice is ${state}`, args: [state] });
  const since = Date.now();
  proxy.cut();
  await isIn("reconnecting");
  await isMixed();
  proxy.restore();
  await isIn("joined");
  await until(bob.page, () => noted.includes("participantreconnected alice"), { what: "alice is back for bob" });
  await isMixed();
  const { seconds } = await longestGap(alice, "Mixer", since);
  t.diagnostic(`alice saw no frame for ${seconds.toFixed(1)} s while her socket was cut and resumed`);
  assert.deepEqual(await events(alice), ["reconnecting", "reconnected"]);
  assert.deepEqual(await events(bob), ["participantreconnecting alice", "participantreconnected alice"]);

  const killed = Date.now();
  execFileSync("pkill", ["-KILL", "-P", String(stub.pid)]);
  for (const { page } of people) {
    await until(page, () => noted.filter((event) => event === "connected Mixer").length === 1, { what: "the next mixer", timeout: 30_000 });
  }
  await isMixed();
  for (const person of people) {
    const { end } = await longestGap(person, "Mixer", killed);
    const noted = await events(person);
    t.diagnostic(`${person.person} saw frames again ${((end - killed) / 1_000).toFixed(1)} s after the mixer was killed: ${noted.join(", ")}`);
    assert.deepEqual(noted, ["participantleft Mixer", "participantjoined Mixer", "connected Mixer"]);
  }
});

/** Notes what happens to the room, to the others, and to the connection to the mixer. */
function noteEvents() {
  globalThis.noted = [];
  const names = new Map();
  const nameOf = (id) => names.get(id) ?? names.set(id, room.participants.find((one) => one.id === id).name).get(id);
  for (const { id } of room.participants) nameOf(id);
  for (const type of ["reconnecting", "reconnected", "left"]) room.addEventListener(type, () => noted.push(type));
  for (const type of ["participantjoined", "participantleft", "participantreconnecting", "participantreconnected"]) {
    room.addEventListener(type, ({ detail }) => noted.push(`${type} ${nameOf(detail.participantId ?? detail.participant.id)}`));
  }
  room.addEventListener("connectionstatechange", ({ detail }) => {
    if (detail.state !== "connecting" && nameOf(detail.participantId) === "Mixer") noted.push(`${detail.state} Mixer`);
  });
}

test("without a mixer, joining fails and says how to start one", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  const error = await alice.page.evaluate(async () => {
    const { Room } = await import("/www/pkg/moim.js");
    const room = new Room({ topology: "mcu" });
    return room.join({ room: "blue", name: "alice" }).catch(({ code, message }) => ({ code, message }));
  });
  assert.equal(error.code, "ERR_ROOM_NO_MIXER");
  assert.match(error.message, /--mixer.*mixer\.html\?room=blue/);
});
