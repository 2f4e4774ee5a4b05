// Two people behind NATs and firewalls, and the way that their media finds. Runs in a network of its own, see ../nat.test.mjs.

import { test } from "node:test";
import { join, meetEachOther } from "../lib/call.mjs";
import { rememberConnections } from "../lib/connections.mjs";
import { untilPath } from "../lib/turn.mjs";
import { startLab, startPublicStub } from "./lab.mjs";

const TURN_PORT = 3478;
/** Of the path that a page has selected. */
const isDirect = ({ type, remote }) => type !== "relay" && remote !== "relay";
/** One relay is enough, of either person. */
const isRelayed = ({ type, remote }) => type === "relay" || remote === "relay";
const isRelayedBy = (way) => (path) => path.type === "relay" && path.way === way;

const CONE = ["nat alice cone 203.0.113.10", "nat bob cone 203.0.113.20", "unblock alice"];
/** `lines` change the network; `expected` is the path of Alice, who has this kind of browser, and Bob the other one. */
const CASES = [
  { what: "cone NATs: directly", kind: "chromium", lines: [], expected: isDirect },
  { what: "symmetric NATs: through a relay", kind: "chromium", lines: ["nat alice symmetric 203.0.113.10", "nat bob symmetric 203.0.113.20"], expected: isRelayed },
  { what: "a firewall without UDP: through a relay by TCP", kind: "firefox", lines: ["block alice udp"], expected: isRelayedBy("tcp") },
  { what: "a firewall with TLS only: through a relay by TLS", kind: "chromium", lines: ["block alice udp", `block alice tcp ${TURN_PORT}`], expected: isRelayedBy("tls") },
];

test("two people", async (t) => {
  const lab = await startLab(t);
  const { stub, trusted } = await startPublicStub(t, { args: ["--turn", "--turn-port", `${TURN_PORT}`] });
  const sites = { alice: await lab.addSite("alice"), bob: await lab.addSite("bob") };
  for (const { what, kind, lines, expected } of CASES) {
    await t.test(`${what}, ${kind}`, async (t) => {
      for (const line of [...CONE, ...lines]) await lab.say(line);
      const enter = (person, kind) => join(t, stub, person, { kind, app: "page", trusted, enter: sites[person].enter, before: rememberConnections });
      const alice = await enter("alice", kind);
      const bob = await enter("bob", kind === "firefox" ? "chromium" : "firefox");
      const joined = performance.now();
      await meetEachOther(alice, bob);
      t.diagnostic(`media ${((performance.now() - joined) / 1_000).toFixed(1)} s after both have joined`);
      await untilPath(alice.page, expected, what);
      for (const person of [alice, bob]) person.assertNoProblems();
    });
  }
});
