// Rooms whose connection to the signaling server is lost: media continues, and everything else comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { longestGap, watchFrames } from "./lib/frames.mjs";
import { assertShows } from "./lib/media.mjs";
import { startProxy } from "./lib/proxy.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");
const HOUR_MS = "3600000";
const TYPES = [
  "reconnecting", "reconnected", "participantjoined", "participantleft", "participantreconnecting", "participantreconnected",
  "trackadded", "trackremoved", "trackmuted", "chatreceived", "left",
];

/** Notes the room's events from now on. */
const listen = ({ page }) =>
  page.evaluate((types) => {
    window.noted = [];
    for (const type of types) room.addEventListener(type, () => noted.push(type));
  }, TYPES);

const noted = ({ page }) => page.evaluate(() => noted);
const isIn = (person, state) => until(person.page, (state) => room.state === state, { what: `the state ${state}`, args: [state] });
const hasNoted = (person, type, count = 1) =>
  until(person.page, (type, count) => noted.filter((known) => known === type).length >= count, { what: `${count} ${type}`, args: [type, count] });
const plays = (person, other) => assertShows(person.page, `${person.tile(other)} video`, other, { frames: 10, timeout: 25_000 });

for (const [topology, one, other] of [["mesh", "chromium", "firefox"], ["sfu", "firefox", "chromium"]]) {
  test(`a cut connection is resumed without a loss, ${topology}, ${one} and ${other}`, { skip: skipFirefox }, async (t) => {
    const stub = await startStub(t, { args: ["--grace-ms", HOUR_MS] });
    const proxy = await startProxy(t, stub.port);
    const query = `&url=${encodeURIComponent(proxy.url)}`;
    const alice = await join(t, stub, "alice", { kind: one, app: "page", topology, query });
    const bob = await join(t, stub, "bob", { kind: other, app: "page", topology });
    await plays(alice, "bob");
    await plays(bob, "alice");
    await Promise.all([listen(alice), listen(bob)]);

    proxy.cut();
    await isIn(alice, "reconnecting");
    await hasNoted(bob, "participantreconnecting");
    await plays(bob, "alice");
    await plays(alice, "bob");
    await alice.click("toggle-microphone");
    await alice.write("said meanwhile");
    await bob.write("so was this");

    proxy.restore();
    await isIn(alice, "joined");
    await hasNoted(bob, "participantreconnected");
    await hasNoted(bob, "trackmuted");
    assert.equal((await bob.reads("alice", 1)).length, 1);
    assert.equal((await alice.reads("bob", 1)).length, 1);
    await plays(bob, "alice");
    assert.deepEqual((await noted(alice)).sort(), ["chatreceived", "reconnected", "reconnecting"]);
    assert.deepEqual((await noted(bob)).sort(), [
      "chatreceived", "participantreconnected", "participantreconnecting", "trackmuted",
    ]);
  });
}

test("a restart of the server goes unnoticed by the media of a mesh", { skip: skipFirefox }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page" });
  const bob = await join(t, stub, "bob", { kind: "firefox", app: "page" });
  await plays(alice, "bob");
  await plays(bob, "alice");
  const people = [alice, bob];
  await Promise.all(people.map(listen));
  const ids = () => Promise.all(people.map(({ page }) => page.evaluate(() => room.participantId)));
  const before = await ids();
  await Promise.all([watchFrames(alice, "bob"), watchFrames(bob, "alice")]);

  const killed = Date.now();
  await stub.kill();
  await Promise.all(people.map((person) => isIn(person, "reconnecting")));
  await plays(alice, "bob");
  await plays(bob, "alice");
  await alice.write("said meanwhile");

  await startStub(t, { port: stub.port });
  const listens = Date.now();
  const isWhole = () => room.state === "joined" && room.participants.length === 1 && !room.participants[0].reconnecting;
  await Promise.all(people.map(({ page }) => until(page, isWhole, { what: "the room is whole" })));
  t.diagnostic(`the room was whole ${Date.now() - listens} ms after the server listened`);
  assert.deepEqual(await ids(), before);
  await plays(alice, "bob");
  await plays(bob, "alice");
  for (const [viewer, shown] of [[alice, "bob"], [bob, "alice"]]) {
    const { seconds } = await longestGap(viewer, shown, killed);
    t.diagnostic(`${viewer.person} saw no frame of ${shown} for at most ${seconds.toFixed(2)} s`);
  }
  assert.equal((await bob.reads("alice", 1)).length, 1);
  for (const person of people) {
    const events = await noted(person);
    for (const type of ["participantjoined", "participantleft", "trackadded", "trackremoved", "left"]) {
      assert.ok(!events.includes(type), `${type} in ${events}`);
    }
    assert.equal(events.filter((type) => type === "reconnected").length, 1);
  }
  // The room is as usable as before.
  await bob.click("toggle-camera");
  await hasNoted(alice, "trackmuted");
});

test("an SFU that is killed and started again: its rooms have media again", { skip: skipFirefox }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page", topology: "sfu" });
  const bob = await join(t, stub, "bob", { kind: "firefox", app: "page", topology: "sfu" });
  const people = [alice, bob];
  await meetEachOther(alice, bob);
  await Promise.all([watchFrames(alice, "bob"), watchFrames(bob, "alice"), ...people.map(listen)]);
  await stub.kill();
  await Promise.all(people.map((person) => isIn(person, "reconnecting")));
  await alice.write("said meanwhile");
  await startStub(t, { port: stub.port });
  const listens = Date.now();
  await Promise.all(people.map((person) => isIn(person, "joined")));
  await meetEachOther(alice, bob);
  for (const [viewer, shown] of [[alice, "bob"], [bob, "alice"]]) {
    const { end } = await longestGap(viewer, shown, listens);
    t.diagnostic(`${viewer.person} saw ${shown} again ${((end - listens) / 1_000).toFixed(1)} s after the server listened`);
  }
  await bob.write("after it");
  assert.equal((await bob.reads("alice", 1)).length, 1);
  assert.equal((await alice.reads("bob", 1)).length, 1);
  for (const person of people) {
    const events = await noted(person);
    t.diagnostic(`${person.person}: ${events.join(" ")}`);
    for (const type of ["participantjoined", "participantleft", "left"]) assert.ok(!events.includes(type), `${type} in ${events}`);
    for (const type of ["reconnecting", "reconnected", "chatreceived"]) assert.equal(events.filter((event) => event === type).length, 1, type);
  }
});

for (const kind of ["chromium", "firefox"]) {
  test(`a page that is reloaded or closed leaves its room at once, ${kind}`, { skip: kind === "firefox" ? skipFirefox : skip }, async (t) => {
    const stub = await startStub(t, { args: ["--grace-ms", HOUR_MS] });
    const alice = await join(t, stub, "alice", { app: "page" });
    const bob = await join(t, stub, "bob", { kind, app: "page" });
    await listen(alice);
    await bob.page.reload();
    await hasNoted(alice, "participantleft");
    await hasNoted(alice, "participantjoined");
    await alice.sees(["alice", "bob"]);
    await bob.openPage(); // Firefox does not close its last page.
    await bob.page.close();
    await hasNoted(alice, "participantleft", 2);
    await alice.sees(["alice"]);
  });
}

test("whoever has the token in another tab is newer, and the older room ends with a clear error", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", {
    app: "page",
    before: (page) =>
      page.evaluateOnNewDocument(() => {
        window.WebSocket = class extends WebSocket {
          constructor(...args) {
            super(...args);
            this.addEventListener("message", ({ data }) => {
              const message = JSON.parse(data);
              if (message.type === "welcome") window.token = message.resumeToken;
            });
          }
        };
      }),
  });
  const code = await alice.page.evaluate(async () => {
    const left = new Promise((resolve) => room.addEventListener("left", ({ detail }) => resolve(detail.error.code)));
    window.newer = new WebSocket(`ws://${location.host}/ws`);
    newer.onopen = () => newer.send(JSON.stringify({ type: "join", version: 1, room: "tea", name: "alice", resume: token }));
    return left;
  });
  assert.equal(code, "ERR_ROOM_SUPERSEDED");
});

test("a participant who left during the outage is no ghost afterwards", { skip }, async (t) => {
  const stub = await startStub(t, { args: ["--grace-ms", HOUR_MS] });
  const proxy = await startProxy(t, stub.port);
  const alice = await join(t, stub, "alice", { app: "page", query: `&url=${encodeURIComponent(proxy.url)}` });
  const bob = await join(t, stub, "bob", { app: "page" });
  await plays(alice, "bob");
  await listen(alice);
  proxy.cut();
  await isIn(alice, "reconnecting");
  await bob.page.evaluate(() => room.leave());
  proxy.restore();
  await isIn(alice, "joined");
  await alice.sees(["alice"]);
  assert.deepEqual((await noted(alice)).filter((type) => type.startsWith("participant")), ["participantleft"]);
});
