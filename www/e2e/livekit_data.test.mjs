// Messages, files and streams of rooms on a LiveKit server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIVEKIT, serverMissing } from "../../scripts/lib/go_servers.mjs";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { startLiveKit, tokenFor } from "./lib/livekit.mjs";
import { servePackage } from "./lib/package.mjs";
import { startProxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const COUNT = 1000;
const skip = serverMissing(LIVEKIT) || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");

test("participants on a LiveKit server chat and send data to everyone or to one, chromium and firefox", { skip: skipFirefox }, async (t) => {
  const [site, server] = await Promise.all([servePackage(t), startLiveKit(t)]);
  const alice = await enter(t, site, server.url, "alice", "chromium");
  const bob = await enter(t, site, server.url, "bob", "firefox");
  const carol = await enter(t, site, server.url, "carol", "chromium");
  await meet(alice, bob, carol);
  const everyone = (fn, ...args) => Promise.all([alice, bob, carol].map(({ page }) => page.evaluate(fn, ...args)));

  const receipts = await everyone((text) => desk.room.sendChat(`${text} of ${desk.name}`), "hello ☕");
  assert.deepEqual(receipts.map(({ deliveredTo }) => deliveredTo.toSorted()), [["bob", "carol"], ["alice", "carol"], ["alice", "bob"]]);
  assert.deepEqual(receipts.flatMap(({ missedBy }) => missedBy), []);
  const secret = await alice.page.evaluate(() => desk.room.sendChat("for bob", { to: "bob" }));
  assert.deepEqual(secret, { deliveredTo: ["bob"], missedBy: [] });
  await alice.page.evaluate(() => desk.room.sendData(desk.bytes("for bob"), { to: "bob", topic: "secret" }));

  await Promise.all([alice, bob].map(({ page }) => page.evaluate((count) => desk.sendNumbers(count), COUNT)));
  const numbers = Array.from({ length: COUNT }, (_, number) => number);
  for (const [{ page }, others] of [[alice, ["bob"]], [bob, ["alice"]], [carol, ["alice", "bob"]]]) {
    for (const other of others) {
      await until(page, (other, count) => desk.numbers(other).length >= count, { what: `the messages of ${other}`, args: [other, COUNT] });
      assert.deepEqual(await page.evaluate((other) => desk.numbers(other), other), numbers);
    }
  }
  const [ofAlice, ofBob, ofCarol] = await everyone(() => ({ chat: desk.chat, data: desk.data.filter(({ topic }) => topic === "secret") }));
  assert.deepEqual(ofAlice.chat.toSorted(), ["bob: hello ☕ of bob", "carol: hello ☕ of carol"]);
  assert.deepEqual(ofBob.chat.toSorted(), ["alice privately: for bob", "alice: hello ☕ of alice", "carol: hello ☕ of carol"]);
  assert.deepEqual(ofCarol.chat.toSorted(), ["alice: hello ☕ of alice", "bob: hello ☕ of bob"]);
  assert.deepEqual([ofAlice, ofBob, ofCarol].map(({ data }) => data.map(({ text }) => text)), [[], ["for bob"], []]);

  // One may be lost, so it is sent until one arrives.
  for (const [from, to] of [[alice, bob], [bob, alice]]) {
    const arrived = () => to.page.evaluate(() => desk.data.filter(({ topic }) => topic === "lossy").map(({ text }) => text));
    while (!(await arrived()).length) await from.page.evaluate(() => desk.room.sendData(desk.bytes("tick"), { reliable: false, topic: "lossy" }));
    assert.equal((await arrived())[0], "tick");
  }

  const long = await alice.page.evaluate(() => desk.room.sendData(new Uint8Array(65_024 - 4), { topic: "long" }).catch(({ code }) => code));
  assert.equal(long, undefined);
  for (const { page } of [bob, carol]) {
    await until(page, () => desk.data.some(({ topic, size }) => topic === "long" && size === 65_020), { what: "the longest message" });
  }
  // A call goes as one of LiveKit's own.
  await everyone(() => void desk.room.registerRpc("add", ([a, b], { participantId }) => `${participantId}: ${a + b}`));
  const calls = [[alice, "bob"], [bob, "alice"]].map(([{ page }, to]) => page.evaluate((to) => desk.room.call(to, "add", [1, 2]), to));
  assert.deepEqual(await Promise.all(calls), ["alice: 3", "bob: 3"]);
  assert.equal(await bob.page.evaluate(() => desk.room.call("carol", "subtract").catch(({ code }) => code)), "ERR_RPC_NO_HANDLER");
  assert.deepEqual([...alice.problems, ...bob.problems, ...carol.problems], []);
});

test("files and streams go through a LiveKit server, chromium and firefox", { skip: skipFirefox }, async (t) => {
  const [site, server] = await Promise.all([servePackage(t), startLiveKit(t)]);
  const alice = await enter(t, site, server.url, "alice", "chromium");
  const bob = await enter(t, site, server.url, "bob", "firefox");
  await meet(alice, bob);
  for (const [from, to] of [[alice, bob], [bob, alice]]) {
    const sent = await from.page.evaluate(() => desk.sendFile(1_500_000));
    const received = await until(to.page, () => desk.files[0], { what: "the file" });
    assert.deepEqual(received, sent);
    await from.page.evaluate(async (to) => {
      const writer = desk.room.openStream(to, { kind: "text", topic: "tea" }).getWriter();
      await writer.write("one, ");
      await writer.write("two");
      await writer.close();
    }, to.name);
    assert.equal(await until(to.page, () => desk.streams[0], { what: "the stream" }), "tea: one, two");
  }
  assert.deepEqual([...alice.problems, ...bob.problems], []);
});

for (const kind of ["chromium", "firefox"]) {
  test(`when the socket to a LiveKit server is cut, messages are neither lost nor doubled, ${kind}`, { skip: kind === "firefox" ? skipFirefox : skip }, async (t) => {
    const [site, server] = await Promise.all([servePackage(t), startLiveKit(t)]);
    const proxy = await startProxy(t, server.port);
    const alice = await enter(t, site, new URL(proxy.url).origin, "alice", kind);
    const bob = await enter(t, site, server.url, "bob", "chromium");
    await meet(alice, bob);

    for (const { page } of [alice, bob]) await page.evaluate(() => void (desk.sending = desk.sendNumbersUntilTold()));
    await until(bob.page, () => desk.numbers("alice").length > 20, { what: "messages before the cut" });
    proxy.cut();
    await until(alice.page, () => desk.states.includes("reconnecting"), { what: "that the connection is lost" });
    proxy.restore();
    await until(alice.page, () => desk.states.includes("reconnected"), { what: "that the connection is back" });
    const receipt = await alice.page.evaluate(() => desk.room.sendChat("I am back"));
    assert.deepEqual(receipt, { deliveredTo: ["bob"], missedBy: [] });

    const counts = await Promise.all([alice, bob].map(({ page }) => page.evaluate(() => ((desk.told = true), desk.sending))));
    for (const [{ page }, other, count] of [[alice, "bob", counts[1]], [bob, "alice", counts[0]]]) {
      await until(page, (other, count) => desk.numbers(other).length >= count, { what: `the messages of ${other}`, args: [other, count] });
      assert.deepEqual(await page.evaluate((other) => desk.numbers(other), other), Array.from({ length: count }, (_, number) => number));
    }
  });
}

test("without the permission to publish data nothing is sent, and the error says so", { skip }, async (t) => {
  const [site, server] = await Promise.all([servePackage(t), startLiveKit(t)]);
  const { page } = await enter(t, site, server.url, "alice", "chromium", { canPublishData: false });
  const codes = await page.evaluate(async () => {
    const { room, bytes } = desk;
    const failures = [() => room.sendChat("hello"), () => room.sendData(bytes("hello")), () => room.sendData(bytes("hello"), { reliable: false })];
    return Promise.all(failures.map((send) => Promise.resolve().then(send).then(() => "sent", ({ code }) => code)));
  });
  assert.deepEqual(codes, Array(3).fill("ERR_ROOM_NOT_PERMITTED"));
});

/** Joins without media. */
async function enter(t, site, url, name, kind, grants = {}) {
  const visitor = await launch(t, kind, { person: name });
  const { page } = visitor;
  await page.goto(site);
  await page.evaluate(join, url, tokenFor(name, { grants }), name);
  return { ...visitor, name };
}

/**
 * Waits until all have heard each other. For a participant whose channels take longer than two seconds to open, the server keeps no
 * messages: on a busy machine the first ones are lost.
 */
function meet(...people) {
  const greet = (count) => {
    if (desk.heard.size < count) desk.greet();
    return desk.heard.size === count;
  };
  return Promise.all(people.map(({ page }) => until(page, greet, { what: "the others", args: [people.length - 1], timeout: 60_000 })));
}

/** Runs in the page. */
async function join(url, token, name) {
  const { default: init, Room } = await import("/moim.js");
  await init();
  const room = new Room({ topology: "sfu", server: { type: "livekit", url, token } });
  const decoder = new TextDecoder();
  const digest = async (blob) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()))].join();
  const desk = {
    room,
    name,
    chat: [],
    data: [],
    files: [],
    streams: [],
    states: [],
    heard: new Set(),
    greet: (to) => void room.sendData(desk.bytes(to ? "answer" : "greeting"), { topic: "greeting", ...(to && { to }) }),
    bytes: (text) => new TextEncoder().encode(text),
    numbers: (from) => desk.data.filter((one) => one.from === from && one.topic === "number").map(({ text }) => Number(text)),
    sendNumber: (number) => room.sendData(desk.bytes(`${number}`), { topic: "number" }),
    async sendNumbers(count) {
      for (let number = 0; number < count; number++) await desk.sendNumber(number);
    },
    /** Returns how many. */
    async sendNumbersUntilTold() {
      let number = 0;
      for (; !desk.told; number++) {
        await desk.sendNumber(number);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return number;
    },
    async sendFile(size) {
      const file = new File([Uint8Array.from({ length: size }, (_, at) => at % 251)], "tea.bin");
      const [transfer] = room.sendFile(file);
      await transfer.finished;
      return { name: file.name, size, digest: await digest(file) };
    },
  };
  room.addEventListener("chatreceived", ({ detail }) => desk.chat.push(`${detail.participantId}${detail.private ? " privately" : ""}: ${detail.text}`));
  room.addEventListener("datareceived", ({ detail: { participantId, topic, payload } }) => {
    const text = payload.length < 100 ? decoder.decode(payload) : "";
    if (topic === "greeting") {
      desk.heard.add(participantId);
      if (text === "greeting") desk.greet(participantId);
      return;
    }
    desk.data.push({ from: participantId, topic, text, size: payload.length });
  });
  room.addEventListener("fileoffered", async ({ detail: { file } }) => {
    const blob = await file.accept().finished;
    desk.files.push({ name: file.name, size: blob.size, digest: await digest(blob) });
  });
  room.addEventListener("streamopened", async ({ detail: { stream } }) => {
    let text = "";
    for (const reader = stream.readable.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
    }
    desk.streams.push(`${stream.topic}: ${text}`);
  });
  for (const state of ["reconnecting", "reconnected"]) room.addEventListener(state, () => desk.states.push(state));
  window.desk = desk;
  await room.join({ room: "tea", name });
}
