// Calls that pass through a TURN server, and through nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { certificatesMissing, theCertificate } from "./lib/certificate.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { coturnMissing, onlyBy, relayOf, startCoturn } from "./lib/turn.mjs";
import { until } from "./lib/wait.mjs";

const missing = (kind) => stubMissing() || browserMissing(kind) || false;
const KINDS = ["chromium", "firefox"];
/** How each browser reaches coturn; by UDP see signaling-stub/tests/turn.rs. */
const COTURN = { chromium: "tcp", firefox: "tls" };
/** How each browser reaches the stub's relay; by UDP see the SFU and both browsers together. */
const WAYS = ["tcp", "tls"];
const SECRET = "a secret of the tests";

/** A server with TLS, which `turns:` needs. Firefox verifies the certificate of a TURN server only for a name, not for an address. */
async function startSecure(t, args) {
  const trusted = theCertificate();
  const stub = await startStub(t, { args: ["--tls-cert", trusted.certificate, "--tls-key", trusted.key, ...args] });
  return { stub: { ...stub, url: stub.url.replace("127.0.0.1", "localhost") }, trusted };
}

async function meetThroughRelay(t, { stub, trusted, kind, way, topology }) {
  const options = { kind, app: "page", topology, query: "&relay", before: onlyBy(way), trusted };
  const alice = await join(t, stub, "alice", options);
  const bob = await join(t, stub, "bob", options);
  await meetEachOther(alice, bob);
  for (const person of [alice, bob]) await assertRelay(person, way);
  for (const person of [alice, bob]) person.assertNoProblems();
}

for (const kind of KINDS) {
  const skip = missing(kind) || certificatesMissing(kind);
  for (const way of WAYS) {
    test(`two people in ${kind} see and hear each other through the stub's relay by ${way}, with https: and wss:`, { skip }, async (t) => {
      const { stub, trusted } = await startSecure(t, ["--turn"]);
      assert.match(stub.url, /^https:/);
      await meetThroughRelay(t, { stub, trusted, kind, way });
    });
  }

  test(`two people in ${kind} see and hear each other through coturn by ${COTURN[kind]}`, { skip: skip || coturnMissing() }, async (t) => {
    const trusted = theCertificate();
    const urls = await startCoturn(t, { secret: SECRET, certificate: trusted });
    const stub = await startStub(t, { args: urls.flatMap((url) => ["--turn-url", url]), env: { MOIM_TURN_SECRET: SECRET } });
    await meetThroughRelay(t, { stub, trusted, kind, way: COTURN[kind] });
  });

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
  await meetEachOther(alice, bob);
  for (const person of [alice, bob]) await assertRelay(person, "udp");
});

for (const kind of KINDS) {
  test(`in ${kind} a connection restarts with new credentials when the first ones have expired`, { skip: missing(kind) }, async (t) => {
    const stub = await startStub(t, { args: ["--turn", "--turn-credential-seconds", "6", "--heartbeat-ms", "500"] });
    const options = { kind, app: "page", query: "&relay", before: onlyBy("udp") };
    const people = [await join(t, stub, "alice", options), await join(t, stub, "bob", options)];
    const [alice, bob] = people;
    for (const { page } of people) await until(page, isConnected, { what: "a connection" });
    const before = await Promise.all(people.map(({ page }) => relayOf(page)));
    const first = Math.max(...(await Promise.all(people.map(({ page }) => page.evaluate(expiry)))));
    for (const { page } of people) {
      const isRenewed = new Function("first", `return Date.now() / 1000 > first + 1 && (${expiry})() > first + 1`);
      await until(page, isRenewed, { what: "new credentials, and that the first ones have expired", args: [first] });
    }
    // The later participant makes the offers.
    await bob.page.evaluate(() => e2eConnections.at(-1).restartIce());
    for (const [index, { page }] of people.entries()) {
      const deadline = Date.now() + 15_000;
      while ((await relayOf(page))?.port === before[index].port) assert.ok(Date.now() < deadline, "another port of the relay");
    }
    await meetEachOther(alice, bob);
    for (const person of people) await assertRelay(person, "udp");
  });
}

async function assertRelay({ page, person }, way) {
  const { type, way: used } = (await relayOf(page)) ?? {};
  assert.deepEqual({ type, way: used }, { type: "relay", way }, person);
}

/** In the page. */
function isConnected() {
  return e2eConnections.at(-1)?.connectionState === "connected";
}

/** In the page: when the credentials of the newest connection expire, in seconds since 1970. */
function expiry() {
  return Number(e2eConnections.at(-1).getConfiguration().iceServers[0].username.split(":")[0]);
}
