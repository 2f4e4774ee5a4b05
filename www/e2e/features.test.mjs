// Features of a room besides audio and video, the same in each topology: attributes, receipts, data, a host.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { assertFallsSilent } from "./lib/media.mjs";
import { mixing, startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium") || browserMissing("firefox");

/** The id of a person in somebody's room. */
const idOf = (watcher, name) =>
  until(watcher.page, (name) => window.room.participants.find((one) => one.name === name)?.id, { what: `${name} in the room`, args: [name] });

/** Records every event of a kind, for `noted`. */
const note = ({ page }, type) =>
  page.evaluate((type) => {
    const heard = ((window.heard ??= {})[type] = []);
    window.room.addEventListener(type, ({ detail }) => {
      heard.push("payload" in detail ? { ...detail, payload: new TextDecoder().decode(detail.payload) } : { ...detail });
    });
  }, type);

const noted = ({ page }, type, enough) =>
  until(page, (type, enough) => (window.heard[type].length >= enough ? window.heard[type] : null), { what: `${enough} times ${type}`, args: [type, enough] });

for (const topology of ["mesh", "sfu", "mcu"]) {
  test(`attributes, receipts, private messages and data of both kinds, ${topology}`, { skip }, async (t) => {
    const stub = await startStub(t, { args: topology === "mcu" ? mixing() : [] });
    const alice = await join(t, stub, "alice", { app: "page", topology });
    const bob = await join(t, stub, "bob", { app: "page", kind: "firefox", topology });
    const carol = await join(t, stub, "carol", { app: "page", topology });
    for (const [one, others] of [[alice, ["bob", "carol"]], [bob, ["alice", "carol"]], [carol, ["alice", "bob"]]]) {
      for (const other of others) await idOf(one, other);
      for (const type of ["chatreceived", "datareceived"]) await note(one, type);
    }
    const [bobId, carolId] = [await idOf(alice, "bob"), await idOf(alice, "carol")];

    await alice.page.evaluate(() => window.room.update({ attributes: { hand: "up", seat: "4" } }));
    await alice.page.evaluate(() => window.room.update({ attributes: { seat: null } }));
    const attributes = (page) => until(page, () => {
      const { attributes } = window.room.participants.find(({ name }) => name === "alice");
      return attributes.hand && !attributes.seat ? attributes : null;
    }, { what: "alice's attributes" });
    for (const one of [bob, carol]) assert.deepEqual(await attributes(one.page), { hand: "up" });

    const toAll = await alice.page.evaluate(() => window.room.sendChat("to all"));
    assert.deepEqual([toAll.deliveredTo.sort(), toAll.missedBy], [[bobId, carolId].sort(), []]);
    const toBob = await alice.page.evaluate((to) => window.room.sendChat("to bob", { to }), bobId);
    assert.deepEqual(toBob, { deliveredTo: [bobId], missedBy: [] });
    const lines = (await noted(bob, "chatreceived", 2)).map(({ text, private: alone }) => [text, alone]);
    assert.deepEqual(lines, [["to all", false], ["to bob", true]]);
    assert.equal((await noted(carol, "chatreceived", 1)).length, 1, "a private line is private");

    await alice.page.evaluate((to) => {
      const bytes = new TextEncoder().encode("sure");
      return window.room.sendData(bytes, { topic: "move", to });
    }, carolId);
    const [sure] = await noted(carol, "datareceived", 1);
    assert.deepEqual([sure.topic, sure.payload], ["move", "sure"]);
    await note(carol, "datareceived");
    // Unreliable data is lost while its channel is not open, so it is sent until something arrives.
    const sending = alice.page.evaluate(async () => {
      for (let count = 0; !window.stopSending && count < 600; count++) {
        await window.room.sendData(new TextEncoder().encode(String(count)), { topic: "where", reliable: false });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    for (const one of [bob, carol]) {
      const where = await until(one.page, () => window.heard.datareceived.filter(({ topic }) => topic === "where").map(({ payload }) => payload).slice(0, 3)[2], { what: "positions" });
      assert.match(where, /^\d+$/);
    }
    await alice.page.evaluate(() => { window.stopSending = true; });
    await sending;
    const code = (options, size = 16 * 1024) => alice.page.evaluate(
      (size, options) => window.room.sendData(new Uint8Array(size), options).then(() => null, ({ code }) => code),
      size, options,
    );
    assert.equal(await code({ reliable: false, topic: "t" }), "ERR_DATA_TOO_LARGE", "16 KiB with the topic are too much");
    assert.equal(await code({ reliable: false, topic: "t" }, 16 * 1024 - 1), null, "the header does not count");
    assert.equal(await code({ to: "nobody" }), "ERR_DATA_UNKNOWN_PARTICIPANT");
    for (const person of [alice, bob, carol]) person.assertNoProblems();
  });
}

test("a host locks, admits, mutes and removes", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page", query: "&host" });
  assert.equal(await alice.page.evaluate(() => window.room.role), "host");
  await note(alice, "lobbychange");
  await alice.page.evaluate(() => window.room.setLocked(true));
  await noted(alice, "lobbychange", 1);

  const waiting = join(t, stub, "bob", { app: "page", kind: "firefox" });
  const [, { waiting: [{ id: bobId, name }] }] = await noted(alice, "lobbychange", 2);
  assert.equal(name, "bob");
  await alice.page.evaluate((id) => window.room.admit(id), bobId);
  const bob = await waiting;
  await meetEachOther(alice, bob);
  assert.equal(await idOf(alice, "bob"), bobId, "the id of the lobby is that of the room");

  const refused = await bob.page.evaluate(() => {
    try {
      return window.room.setLocked(false);
    } catch ({ code, message }) {
      return { code, message };
    }
  });
  assert.equal(refused.code, "ERR_INVALID_STATE");
  assert.match(refused.message, /host/);

  await note(bob, "muterequested");
  await alice.page.evaluate((id) => {
    const { publications } = window.room.participants.find((one) => one.id === id);
    window.room.mute(id, publications.find(({ source }) => source === "microphone").id);
  }, bobId);
  await noted(bob, "muterequested", 1);
  await assertFallsSilent(alice.page, `${alice.tile("bob")} video`);
  const isMuted = () => window.room.participants[0].publications.find(({ source }) => source === "microphone").muted;
  await until(alice.page, isMuted, { what: "bob is muted in the roster" });

  await note(bob, "left");
  await alice.page.evaluate((id) => window.room.remove(id), bobId);
  await alice.sees(["alice"]);
  const left = await bob.page.evaluate(async () => {
    while (!window.heard.left[0]) await new Promise((resolve) => setTimeout(resolve, 20));
    const { code, message } = window.heard.left[0].error;
    return { code, message };
  });
  assert.equal(left.code, "ERR_ROOM_REMOVED");
  assert.match(left.message, /host removed you/);

  const turnedAway = bob.page.evaluate(async () => {
    const { Room } = await import("/www/pkg/moim.js");
    const room = new Room();
    const states = [];
    room.addEventListener("statechange", ({ detail }) => states.push(detail.state));
    const error = await room.join({ room: "tea", name: "bob again" }).catch(({ code, message }) => ({ code, message }));
    return { states, error };
  });
  const again = await until(alice.page, () => window.room.lobby.waiting[0]?.id, { what: "bob at the door" });
  await alice.page.evaluate((id) => window.room.remove(id), again);
  const { states, error } = await turnedAway;
  assert.deepEqual(states, ["joining", "waiting", "left"]);
  assert.equal(error.code, "ERR_ROOM_NOT_ADMITTED");
  assert.match(error.message, /did not admit you/);

  await alice.page.evaluate(() => window.room.setLocked(false));
  const carol = await join(t, stub, "carol", { app: "page" });
  await note(carol, "rolechange");
  await alice.page.evaluate(() => window.room.leave());
  assert.equal((await noted(carol, "rolechange", 1))[0].role, "host");
  assert.equal(await carol.page.evaluate(() => window.room.role), "host", "the role passes on");
});

test("without autoSubscribe, a room receives only what it subscribes to", { skip }, async (t) => {
  for (const topology of ["mesh", "sfu"]) {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", topology });
    const bob = await join(t, stub, "bob", { app: "page", kind: "firefox", topology });
    const seen = await bob.page.evaluate(async (topology) => {
      const { Room } = await import("/www/pkg/moim.js");
      const room = new Room({ topology, autoSubscribe: false });
      const added = [];
      const first = new Promise((resolve) => {
        room.addEventListener("trackadded", ({ detail: { track } }) => resolve(added.push(track.source)));
      });
      await room.join({ room: "tea", name: "picky" });
      while (!room.participants.some(({ name, publications }) => name === "alice" && publications.length === 2)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { id, publications } = room.participants.find(({ name }) => name === "alice");
      room.subscribe(id, publications.find(({ kind }) => kind === "audio").id);
      await first;
      await room.sendChat("that is all I want");

      const [track] = room.participants.find(({ name }) => name === "alice").tracks;
      const { mediaStreamTrack } = track;
      const ended = new Promise((resolve) => mediaStreamTrack.addEventListener("ended", resolve));
      room.subscribe(track, { wanted: false });
      await ended;
      added.push(track.ended, mediaStreamTrack.readyState);
      await room.leave();
      return added;
    }, topology);
    assert.deepEqual(seen, ["microphone", true, "ended"], topology);
    for (const person of [alice, bob]) person.assertNoProblems();
  }
});
