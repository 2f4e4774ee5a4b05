// Calls through the SFU of the stub: one connection per person, whoever is in the room.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");
const topology = "sfu";

for (const [one, other, missing] of [
  ["chromium", "chromium", skip],
  ["chromium", "firefox", skipFirefox],
  ["firefox", "firefox", skipFirefox],
]) {
  test(`two people see, hear and write to each other through the SFU, ${one} and ${other}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { kind: one, topology });
    const bob = await join(t, stub, "bob", { kind: other, topology });

    await meetEachOther(alice, bob);

    for (const line of ["one", "two", "three"]) await alice.write(line);
    await bob.write("four");
    assert.match((await bob.reads("alice", 3)).join(), /one.*two.*three/s);
    assert.match((await alice.reads("bob", 1)).join(), /four/);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

test("a third participant meets both through the SFU, leaves, and meets them again", { skip: skipFirefox }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { topology });
  const bob = await join(t, stub, "bob", { app: "page", topology });
  const carol = await join(t, stub, "carol", { kind: "firefox", topology });

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
    await carol.join(`${stub.url}/?room=tea&name=carol&topology=sfu&join`);
  }
  for (const person of [alice, bob, carol]) person.assertNoProblems();
});

test("a screen goes through the SFU beside the camera, and its section is reused", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { topology });
  const bob = await join(t, stub, "bob", { topology });
  await bob.meets("alice");
  for (let round = 0; round < 2; round++) {
    await alice.click("share");
    const screen = `${bob.tile("alice", "screen")} video`;
    const plays = (selector) => document.querySelector(selector)?.videoWidth > 0;
    await until(bob.page, plays, { what: "alice's screen", args: [screen], timeout: 25_000 });
    await bob.meets("alice");
    await alice.click("share");
    await bob.page.waitForSelector(bob.tile("alice", "screen"), { hidden: true });
  }
  await alice.meets("bob");
  for (const person of [alice, bob]) person.assertNoProblems();
});

test("joining with another topology than the room's is rejected", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page", topology });
  const error = await alice.page.evaluate(async () => {
    const { Room } = await import("/www/pkg/moim.js");
    const room = new Room({ topology: "mesh" });
    return room.join({ room: "tea", name: "bob" }).catch(({ code, message }) => ({ code, message }));
  });
  assert.equal(error.code, "ERR_ROOM_TOPOLOGY");
  assert.match(error.message, /topology `sfu`/);
});
