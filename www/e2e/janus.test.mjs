// Rooms on a Janus server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { API_SECRET, janusMissing, ROOM, startJanus, tokenFor } from "./lib/janus.mjs";
import { assertShows, assertSounds } from "./lib/media.mjs";
import { servePackage } from "./lib/package.mjs";
import { startProxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const skip = janusMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");

for (const [one, other] of [["chromium", "firefox"], ["firefox", "firefox"]]) {
  test(`two people see and hear each other on a Janus server, are muted, and leave, ${one} and ${other}`, { skip: skipFirefox }, async (t) => {
    const [site, server] = await Promise.all([servePackage(t), startJanus(t)]);
    const alice = await enter(t, site, server.url, "alice", one);
    const bob = await enter(t, site, server.url, "bob", other);
    await Promise.all([meets(alice, "bob"), meets(bob, "alice")]);

    for (const muted of [true, false]) {
      await alice.page.evaluate(setMuted, muted);
      await until(bob.page, (muted) => meeting.microphone("alice").muted === muted, { what: `muted: ${muted}`, args: [muted] });
    }
    await assertSounds(bob.page, "#alice-audio", "alice", { timeout: 25_000 });
    await alice.page.evaluate(() => meeting.room.update({ name: "eve" }));
    await until(bob.page, () => meeting.of("eve"), { what: "alice's new name" });
    await alice.page.evaluate(() => meeting.room.leave());
    await until(bob.page, () => meeting.room.participants.length === 0, { what: "that alice has left" });
    assert.deepEqual([...alice.problems, ...bob.problems], []);
  });
}

test("tracks are published and removed on a Janus server, of others who stay and leave", { skip }, async (t) => {
  const [site, server] = await Promise.all([servePackage(t), startJanus(t)]);
  const alice = await enter(t, site, server.url, "alice", "chromium", { publishes: false });
  const bob = await enter(t, site, server.url, "bob", "chromium");
  await until(bob.page, () => meeting.of("alice"), { what: "alice, who publishes nothing" });
  await meets(alice, "bob");
  await alice.page.evaluate(() => meeting.publish());
  await meets(bob, "alice");
  const carol = await enter(t, site, server.url, "carol", "chromium");
  await Promise.all([meets(alice, "carol"), meets(bob, "carol"), meets(carol, "alice"), meets(carol, "bob")]);

  await bob.page.evaluate(() => {
    const { room } = meeting;
    return room.unpublish(room.publications.find(({ kind }) => kind === "video"));
  });
  for (const { page } of [alice, carol]) {
    await until(page, () => !document.getElementById("bob-video"), { what: "that bob's picture is gone" });
  }
  await carol.page.evaluate(() => meeting.room.leave());
  await until(alice.page, () => !meeting.of("carol"), { what: "that carol has left" });
  await bob.page.evaluate(() => meeting.publish());
  await Promise.all([meets(alice, "bob"), meets(bob, "alice")]);
  assert.deepEqual([...alice.problems, ...bob.problems, ...carol.problems], []);
});

test("a cut socket to a Janus server is claimed while the picture goes on, and what happened meanwhile is known", { skip }, async (t) => {
  const [site, server] = await Promise.all([servePackage(t), startJanus(t)]);
  const proxy = await startProxy(t, server.port);
  const alice = await enter(t, site, new URL(proxy.url).origin, "alice", "chromium");
  const bob = await enter(t, site, server.url, "bob", "chromium");
  const carol = await enter(t, site, server.url, "carol", "chromium");
  await Promise.all([meets(alice, "bob"), meets(alice, "carol"), meets(bob, "alice")]);

  proxy.cut();
  await until(alice.page, () => meeting.states.includes("reconnecting"), { what: "that the connection is lost" });
  await carol.page.evaluate(() => meeting.room.leave());
  await bob.page.evaluate(setMuted, true);
  await until(bob.page, () => !meeting.of("carol"), { what: "that carol has left" });
  const dave = await enter(t, site, server.url, "dave", "chromium");
  await meets(dave, "bob", { sounds: false });
  proxy.restore();
  await until(alice.page, () => meeting.states.includes("reconnected"), { what: "that the connection is back" });
  await until(alice.page, () => !meeting.of("carol") && meeting.microphone("bob").muted, { what: "what has changed" });
  await Promise.all([meets(alice, "bob", { sounds: false }), meets(alice, "dave"), meets(bob, "alice"), meets(dave, "alice")]);
  assert.equal(await alice.page.evaluate(() => meeting.added), 6, "bob's tracks stayed");
});

test("a Janus server that was restarted is joined again", { skip }, async (t) => {
  const [site, server] = await Promise.all([servePackage(t), startJanus(t)]);
  const alice = await enter(t, site, server.url, "alice", "chromium");
  const bob = await enter(t, site, server.url, "bob", "chromium");
  await Promise.all([meets(alice, "bob"), meets(bob, "alice")]);
  await server.stop();
  await server.start();
  for (const { page } of [alice, bob]) {
    await until(page, () => meeting.added === 4, { what: "new tracks in the new room", timeout: 30_000 });
  }
  await Promise.all([meets(alice, "bob"), meets(bob, "alice")]);
});

test("Janus's refusals have a code, a room can be created, and no secret is shown", { skip }, async (t) => {
  const [site, open, locked] = await Promise.all([servePackage(t), startJanus(t, { announces: false }), startJanus(t, { locked: true })]);
  const { page } = await launch(t, "chromium", { person: "alice" });
  await page.goto(site);
  const join = async (options, name = ROOM.name) => await page.evaluate(async (options, name) => {
    const { default: init, Room } = await import("/moim.js");
    await init();
    const room = new Room({ topology: "sfu", server: { type: "janus", ...options } });
    try {
      await room.join({ room: name, name: "alice" });
      await room.sendChat("hello");
    } catch ({ code, message }) {
      return `${code} ${message}`;
    } finally {
      room.leave();
    }
  }, options, name);
  const [{ url }, { pin }] = [open, ROOM];
  assert.match(await join({ url }), /^ERR_ROOM_NOT_PERMITTED .*`pin`/);
  assert.match(await join({ url, pin: "0000" }), /^ERR_ROOM_NOT_PERMITTED .*`pin`/);
  assert.match(await join({ url, pin }), /^ERR_UNSUPPORTED .*reliableData/);
  assert.match(await join({ url }, "778"), /^ERR_SIGNALING_REFUSED .*createRoom.*noSuchRoom/);
  assert.match(await join({ url, createRoom: true }, "778"), /^ERR_UNSUPPORTED/);
  assert.match(await join({ url }, "tea"), /^ERR_SIGNALING_REFUSED .*numbers.*badRoom/);

  const token = tokenFor({ secret: "another" });
  const refused = await join({ url: locked.url, pin, token });
  assert.match(refused, /^ERR_ROOM_TOKEN_INVALID/);
  assert.ok(!refused.includes(token));
  assert.match(await join({ url: locked.url, pin }), /^ERR_ROOM_TOKEN_MISSING/);
  assert.match(await join({ url: locked.url, pin, token: tokenFor() }), /^ERR_UNSUPPORTED/);
  assert.match(await join({ url: locked.url, pin, apiSecret: API_SECRET }), /^ERR_UNSUPPORTED/);
});

/** Joins, with camera and microphone unless it publishes nothing. */
async function enter(t, site, url, person, kind, { publishes = true } = {}) {
  const visitor = await launch(t, kind, { person });
  const { page } = visitor;
  await page.bringToFront();
  await page.goto(site);
  await page.evaluate(join, { url, person, publishes, room: ROOM.name, pin: ROOM.pin });
  return visitor;
}

/** Runs in the page. */
async function join({ url, person, publishes, room: name, pin }) {
  const { default: init, Devices, Room } = await import("/moim.js");
  await init();
  const room = new Room({ topology: "sfu", server: { type: "janus", url, pin } });
  const meeting = { room, added: 0, states: [] };
  meeting.of = (name) => room.participants.find((one) => one.name === name);
  meeting.microphone = (name) => meeting.of(name)?.publications.find(({ source }) => source === "microphone") ?? {};
  meeting.publish = async () => {
    const devices = new Devices();
    if (!room.publications.some(({ kind }) => kind === "video")) await room.publish(await devices.camera());
    if (!room.publications.some(({ kind }) => kind === "audio")) await room.publish(await devices.microphone());
  };
  const elements = new Map();
  room.addEventListener("trackadded", ({ detail: { track, participantId } }) => {
    meeting.added++;
    const { name } = room.participants.find(({ id }) => id === participantId);
    const element = track.attach();
    element.id = `${name}-${track.kind}`;
    document.getElementById(element.id)?.remove();
    document.body.append(element);
    elements.set(`${participantId} ${track.publicationId}`, element);
  });
  room.addEventListener("trackremoved", ({ detail: { participantId, publicationId } }) => {
    elements.get(`${participantId} ${publicationId}`)?.remove();
  });
  for (const state of ["reconnecting", "reconnected"]) {
    room.addEventListener(state, () => meeting.states.push(state));
  }
  window.meeting = meeting;
  if (publishes) await meeting.publish();
  await room.join({ room: name, name: person });
}

/** Runs in the page. */
function setMuted(muted) {
  const { room } = meeting;
  return room.setMuted(room.publications.find(({ kind }) => kind === "audio"), muted);
}

/** Asserts that `person` sees and hears `other`. */
async function meets({ page }, other, { sounds = true } = {}) {
  await page.waitForSelector(`#${other}-video`, { timeout: 25_000 });
  await Promise.all([
    assertShows(page, `#${other}-video`, other, { timeout: 25_000 }),
    sounds && assertSounds(page, `#${other}-audio`, other, { timeout: 25_000 }),
  ]);
}
