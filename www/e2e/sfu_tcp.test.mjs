// Calls through the SFU over TCP, as in a network that blocks UDP.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { rememberConnections, pathOf } from "./lib/connections.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");
const topology = "sfu";
const before = rememberConnections;

test("two people without UDP see, hear and write to each other", { skip: skipFirefox }, async (t) => {
  const stub = await startStub(t, { args: ["--no-media-udp"] });
  const alice = await join(t, stub, "alice", { kind: "chromium", app: "page", topology, before });
  const bob = await join(t, stub, "bob", { kind: "firefox", app: "page", topology, before });

  await meetEachOther(alice, bob);
  await alice.write("one");
  assert.match((await bob.reads("alice", 1)).join(), /one/);
  for (const person of [alice, bob]) {
    assert.equal((await pathOf(person.page)).protocol, "tcp", person.person);
    person.assertNoProblems();
  }
});

test("where UDP works, TCP is not used", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page", topology, before });
  const bob = await join(t, stub, "bob", { app: "page", topology, before });
  await alice.meets("bob");
  for (const person of [alice, bob]) assert.equal((await pathOf(person.page)).protocol, "udp", person.person);
});
