// Calls that pass through a TURN server, and through nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { certificatesMissing, makeCertificate } from "./lib/certificate.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { coturnMissing, onlyBy, relayOf, startCoturn } from "./lib/turn.mjs";
import { until } from "./lib/wait.mjs";

const missing = (kind) => stubMissing() || browserMissing(kind) || false;
const KINDS = ["chromium", "firefox"];
const WAYS = ["udp", "tcp", "tls"];
const SECRET = "a secret of the tests";

/** A server with TLS, because only it has `turns:`. */
async function startSecure(t, args) {
  const trusted = makeCertificate(t);
  const stub = await startStub(t, { args: ["--tls-cert", trusted.certificate, "--tls-key", trusted.key, ...args] });
  return { stub, trusted };
}

async function meetThroughRelay(t, { stub, trusted, kind, way, topology }) {
  const options = { kind, app: "page", topology, query: "&relay", before: onlyBy(way), trusted };
  const alice = await join(t, stub, "alice", options);
  const bob = await join(t, stub, "bob", options);
  await alice.meets("bob");
  await bob.meets("alice");
  for (const { page, person } of [alice, bob]) assert.deepEqual(await relayOf(page), { type: "relay", way }, person);
  for (const person of [alice, bob]) person.assertNoProblems();
}

for (const kind of KINDS) {
  for (const way of WAYS) {
    const skip = missing(kind) || certificatesMissing(kind);
    test(`two people in ${kind} see and hear each other through the stub's relay by ${way}, with https: and wss:`, { skip }, async (t) => {
      const { stub, trusted } = await startSecure(t, ["--turn"]);
      assert.match(stub.url, /^https:/);
      await meetThroughRelay(t, { stub, trusted, kind, way });
    });

    test(`two people in ${kind} see and hear each other through coturn by ${way}`, { skip: skip || coturnMissing() }, async (t) => {
      const trusted = makeCertificate(t);
      const urls = await startCoturn(t, { secret: SECRET, host: "127.0.0.1", certificate: trusted });
      const stub = await startStub(t, { args: urls.flatMap((url) => ["--turn-url", url]), env: { MOIM_TURN_SECRET: SECRET } });
      await meetThroughRelay(t, { stub, trusted, kind, way });
    });
  }

  test(`two people in ${kind} see and hear each other through the SFU and a relay`, { skip: missing(kind) }, async (t) => {
    const stub = await startStub(t, { args: ["--turn"] });
    await meetThroughRelay(t, { stub, kind, way: "udp", topology: "sfu" });
  });
}

test("chromium and firefox see and hear each other through the relay", { skip: missing("chromium") || missing("firefox") }, async (t) => {
  const stub = await startStub(t, { args: ["--turn"] });
  const options = { app: "page", query: "&relay", before: onlyBy("udp") };
  const alice = await join(t, stub, "alice", { ...options, kind: "chromium" });
  const bob = await join(t, stub, "bob", { ...options, kind: "firefox" });
  await alice.meets("bob");
  await bob.meets("alice");
  for (const { page } of [alice, bob]) assert.deepEqual(await relayOf(page), { type: "relay", way: "udp" });
});

for (const kind of KINDS) {
  test(`in ${kind} a connection is restarted with new credentials when those of the beginning have expired`, { skip: missing(kind) }, async (t) => {
    const seconds = 6;
    const stub = await startStub(t, { args: ["--turn", "--turn-credential-seconds", String(seconds), "--heartbeat-ms", "500"] });
    const options = { kind, app: "page", query: "&relay", before: onlyBy("udp") };
    const alice = await join(t, stub, "alice", options);
    const bob = await join(t, stub, "bob", options);
    const people = [alice, bob];
    for (const { page } of people) await until(page, () => e2eConnections.at(-1)?.connectionState === "connected", { what: "a connection" });
    const before = await Promise.all(people.map(({ page }) => page.evaluate(usedPair)));
    // The first ones are of no more use, and there are newer ones.
    const expiry = (page) => page.evaluate(() => Number(e2eConnections.at(-1).getConfiguration().iceServers[0].username.split(":")[0]));
    const first = Math.max(...(await Promise.all(people.map(({ page }) => expiry(page)))));
    for (const { page } of people) {
      const isLater = (first) => Date.now() / 1000 > first + 1 && Number(e2eConnections.at(-1).getConfiguration().iceServers[0].username.split(":")[0]) > first + 1;
      await until(page, isLater, { what: "new credentials", args: [first] });
    }
    // The later participant makes the offers.
    await bob.page.evaluate(() => e2eConnections.at(-1).restartIce());
    for (const [index, { page }] of people.entries()) {
      await until(page, usedPair, { what: "another pair of candidates", args: [before[index]] });
    }
    await alice.meets("bob");
    await bob.meets("alice");
    for (const { page } of people) assert.deepEqual(await relayOf(page), { type: "relay", way: "udp" });
  });
}

/** In the page: the pair of candidates that is used, if it is not this one. */
async function usedPair(other) {
  const stats = await e2eConnections.at(-1).getStats();
  const pair = [...stats.values()].find(({ type, state, nominated, selected }) => type === "candidate-pair" && state === "succeeded" && (selected ?? nominated));
  if (!pair) return null;
  const ports = [pair.localCandidateId, pair.remoteCandidateId].map((id) => stats.get(id).port).join();
  return ports === other ? null : ports;
}
