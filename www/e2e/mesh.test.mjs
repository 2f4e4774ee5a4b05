// Calls in a mesh room between real browsers: pictures are identified by their pixels, and sound by its tone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { assertFallsSilent, assertGoesBlack, assertStill } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");

for (const [one, other, missing] of [
  ["chromium", "chromium", skip],
  ["chromium", "firefox", skipFirefox],
  ["firefox", "firefox", skipFirefox],
]) {
  test(`two people see, hear and write to each other, ${one} and ${other}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { kind: one });
    const bob = await join(t, stub, "bob", { kind: other });

    await meetEachOther(alice, bob);

    for (const line of ["one", "two", "three"]) await alice.write(line);
    await bob.write("four");
    assert.match((await bob.reads("alice", 3)).join(), /one.*two.*three/s);
    assert.match((await alice.reads("bob", 1)).join(), /four/);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

test("the demo and a page that imports the npm package meet in one room", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "demo" });
  const bob = await join(t, stub, "bob", { app: "page" });

  await meetEachOther(alice, bob);
  await bob.write("from the page");
  await alice.write("from the demo");
  assert.match((await alice.reads("bob", 1))[0], /from the page/);
  assert.match((await bob.reads("alice", 1))[0], /from the demo/);

  await bob.click("toggle-camera");
  await bob.click("toggle-microphone");
  await alice.page.waitForSelector(`${alice.tile("bob")}[data-muted=true]`);
  await assertGoesBlack(alice.page, `${alice.tile("bob")} video`);
  await assertStill(alice.page, `${alice.tile("bob")} video`);
  await assertFallsSilent(alice.page, `${alice.tile("bob")} audio`);
  await bob.click("toggle-camera");
  await bob.click("toggle-microphone");
  await alice.meets("bob");
  for (const person of [alice, bob]) person.assertNoProblems();
});

test("a third participant meets both, leaves, and meets them again", { skip: skipFirefox }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice");
  const bob = await join(t, stub, "bob", { app: "page" });
  const carol = await join(t, stub, "carol", { kind: "firefox" });

  for (const round of ["first", "second"]) {
    for (const other of ["alice", "bob"]) await carol.meets(other);
    for (const person of [alice, bob]) {
      await person.sees(["alice", "bob", "carol"]);
      await person.meets("carol");
    }
    if (round === "second") break;
    await carol.click("leave");
    for (const person of [alice, bob]) await person.sees(["alice", "bob"]);
    await alice.meets("bob");
    await carol.join(`${stub.url}/?room=tea&name=carol&join`);
  }
  for (const person of [alice, bob, carol]) person.assertNoProblems();
});

test("a participant whose browser is killed leaves for the others after the grace time", { skip }, async (t) => {
  const stub = await startStub(t, { args: ["--grace-ms", "1000"] });
  const alice = await join(t, stub, "alice");
  const bob = await join(t, stub, "bob");
  await alice.meets("bob");
  bob.browser.process().kill("SIGKILL");
  await alice.sees(["alice"]);
});

test("when the server stops, people see that the room reconnects, and it does", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice");
  await stub.stop();
  await alice.page.waitForSelector(alice.$("reconnecting"));
  await startStub(t, { port: stub.port });
  await alice.page.waitForSelector(alice.$("reconnecting"), { hidden: true });
  await alice.page.waitForSelector(alice.$("call"));
});

test("events of a room reach listeners and handlers, and end with `left`", { skip }, async (t) => {
  const stub = await startStub(t);
  const { page } = await join(t, stub, "alice", { app: "page" });
  const seen = await page.evaluate(async () => {
    const { Room } = await import("/www/pkg/moim.js");
    const room = new Room();
    const heard = [];
    for (const type of ["statechange", "participantjoined", "left"]) {
      room.addEventListener(type, (event) => heard.push(event.type));
    }
    const iterated = [];
    const reading = (async () => {
      for await (const event of room.events()) iterated.push(event.type);
    })();
    await room.join({ room: "tea", name: "bob" });
    while (!heard.includes("participantjoined")) await new Promise((resolve) => setTimeout(resolve, 20));
    await room.leave();
    await reading;
    const again = await room.join({ room: "tea", name: "bob" }).catch((error) => ({ name: error.name, code: error.code }));
    const misspelt = (() => {
      try {
        return new Room({ topolgy: "mesh" });
      } catch (error) {
        return { code: error.code, message: error.message, isError: error instanceof Error };
      }
    })();
    return { heard, iterated, again, misspelt };
  });
  assert.deepEqual(seen.heard, ["statechange", "statechange", "participantjoined", "statechange", "left"]);
  assert.equal(seen.iterated.at(-1), "left");
  assert.deepEqual(seen.again, { name: "InvalidStateError", code: "ERR_INVALID_STATE" });
  assert.equal(seen.misspelt.code, "ERR_INVALID_OPTIONS");
  assert.ok(seen.misspelt.isError);
  assert.match(seen.misspelt.message, /topolgy.*topology/s);
});

test("no listener, connection or track is left after many joins", { skip }, async (t) => {
  const stub = await startStub(t);
  const { page } = await join(t, stub, "alice", { app: "page" });
  const left = await page.evaluate(async () => {
    const { Room } = await import("/www/pkg/moim.js");
    const open = new Set();
    const Original = globalThis.RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Original {
      constructor(...args) {
        super(...args);
        open.add(this);
      }
      close() {
        open.delete(this);
        super.close();
      }
    };
    let most = 0;
    for (let round = 0; round < 20; round++) {
      const room = new Room();
      const connected = new Promise((resolve) => {
        room.addEventListener("connectionstatechange", ({ detail }) => detail.state === "connected" && resolve());
      });
      await room.join({ room: "tea", name: `visitor ${round}` });
      await connected;
      most = Math.max(most, open.size);
      await room.leave();
      room.free();
    }
    return { most, open: open.size };
  });
  // alice's own page has the other ends of the visitors' connections: two for each of them.
  assert.equal(left.open <= 1, true, JSON.stringify(left));
  await until(page, () => window.room.participants.length === 0, { what: "alice is alone again" });
});
