// Rooms on a LiveKit server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIVEKIT, serverMissing } from "../../scripts/lib/go_servers.mjs";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { startLiveKit, tokenFor } from "./lib/livekit.mjs";
import { assertShows, assertSounds } from "./lib/media.mjs";
import { servePackage } from "./lib/package.mjs";
import { startProxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const skip = serverMissing(LIVEKIT) || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");

for (const [one, other] of [["chromium", "firefox"], ["firefox", "firefox"]]) {
  test(`two people see and hear each other on a LiveKit server, are muted, and leave, ${one} and ${other}`, { skip: skipFirefox }, async (t) => {
    const [site, server] = await Promise.all([servePackage(t), startLiveKit(t)]);
    const alice = await enter(t, site, server.url, "alice", one);
    const bob = await enter(t, site, server.url, "bob", other);
    await Promise.all([meets(alice, "bob"), meets(bob, "alice")]);

    await alice.page.evaluate(() => {
      const { room } = meeting;
      return room.setMuted(room.publications.find(({ kind }) => kind === "audio"), true);
    });
    await until(bob.page, () => meeting.muted("alice", "audio"), { what: "alice's muted microphone" });
    await alice.page.evaluate(() => meeting.room.leave());
    await until(bob.page, () => meeting.room.participants.length === 0, { what: "that alice has left" });
    assert.deepEqual([...alice.problems, ...bob.problems], []);
  });
}

test("a cut socket to a LiveKit server is resumed while the picture goes on, and a restarted server is joined again", { skip }, async (t) => {
  const [site, server] = await Promise.all([servePackage(t), startLiveKit(t)]);
  const proxy = await startProxy(t, server.port);
  const alice = await enter(t, site, new URL(proxy.url).origin, "alice", "chromium");
  const bob = await enter(t, site, server.url, "bob", "chromium");
  await Promise.all([meets(alice, "bob"), meets(bob, "alice")]);

  proxy.cut();
  await until(alice.page, () => meeting.states.includes("reconnecting"), { what: "that the connection is lost" });
  proxy.restore();
  await until(alice.page, () => meeting.states.includes("reconnected"), { what: "that the connection is back" });
  await Promise.all([meets(alice, "bob"), meets(bob, "alice")]);
  assert.equal(await alice.page.evaluate(() => meeting.added), 2, "the tracks stayed");

  await server.stop();
  await server.start();
  for (const { page } of [alice, bob]) {
    await until(page, () => meeting.added === 4, { what: "new tracks in the new room", timeout: 30_000 });
  }
  await Promise.all([meets(alice, "bob"), meets(bob, "alice")]);
});

test("LiveKit's refusals have a code, and none shows the token", { skip }, async (t) => {
  const [site, server] = await Promise.all([servePackage(t), startLiveKit(t)]);
  const { page } = await launch(t, "chromium", { person: "alice" });
  await page.goto(site);
  const token = tokenFor("alice", { secret: "another-secret-of-at-least-32-characters" });
  const results = await page.evaluate(async (url, tokens) => {
    const { default: init, Room } = await import("/moim.js");
    await init();
    const results = [];
    for (const token of tokens) {
      const room = new Room({ topology: "sfu", server: { type: "livekit", url, token } });
      results.push(await room.join({ room: "tea", name: "alice" }).catch(({ code, message }) => ({ code, message })));
    }
    const room = new Room({ topology: "sfu", server: { type: "livekit", url } });
    try {
      room.setLocked(true);
    } catch ({ code }) {
      results.push({ code, lobby: room.capabilities.lobby });
    }
    return results;
  }, server.url, [token, null]);
  assert.deepEqual(results.map(({ code }) => code), ["ERR_ROOM_TOKEN_INVALID", "ERR_ROOM_TOKEN_MISSING", "ERR_UNSUPPORTED"]);
  assert.ok(!JSON.stringify(results).includes(token));
});

/** Joins with camera and microphone. */
async function enter(t, site, url, person, kind) {
  const visitor = await launch(t, kind, { person });
  const { page } = visitor;
  await page.bringToFront();
  await page.goto(site);
  await page.evaluate(join, url, tokenFor(person), person);
  return visitor;
}

/** Runs in the page. */
async function join(url, token, name) {
  const { default: init, Devices, Room } = await import("/moim.js");
  await init();
  const room = new Room({ topology: "sfu", server: { type: "livekit", url, token } });
  const meeting = { room, added: 0, states: [] };
  meeting.muted = (whose, kind) =>
    room.participants.find(({ id }) => id === whose)?.publications.find((one) => one.kind === kind)?.muted;
  room.addEventListener("trackadded", ({ detail: { track, participantId } }) => {
    meeting.added++;
    const element = track.attach();
    element.id = `${participantId}-${track.kind}`;
    document.getElementById(element.id)?.remove();
    document.body.append(element);
  });
  for (const state of ["reconnecting", "reconnected"]) {
    room.addEventListener(state, () => meeting.states.push(state));
  }
  window.meeting = meeting;
  const devices = new Devices();
  await room.publish(await devices.camera());
  await room.publish(await devices.microphone());
  await room.join({ room: "tea", name });
}

/** Asserts that `person` sees and hears `other`. */
async function meets({ page }, other) {
  await page.waitForSelector(`#${other}-video`, { timeout: 25_000 });
  await Promise.all([
    assertShows(page, `#${other}-video`, other, { timeout: 25_000 }),
    assertSounds(page, `#${other}-audio`, other, { timeout: 25_000 }),
  ]);
}
