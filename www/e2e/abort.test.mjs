// Aborted calls, as in a component whose effect runs twice: what the others in the room see of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const skipFirefox = skip || browserMissing("firefox");

for (const [kind, missing] of [["chromium", skip], ["firefox", skipFirefox]]) {
  test(`an effect that runs twice joins once, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page" });
    await alice.page.evaluate(() => {
      window.seen = [];
      for (const type of ["participantjoined", "participantleft"]) {
        window.room.addEventListener(type, ({ detail }) => window.seen.push([type, detail.participant?.name].join(" ")));
      }
    });
    const bob = await join(t, stub, "bob", { app: "page", kind, room: "elsewhere" });
    const outcome = await bob.page.evaluate(async () => {
      const { Room } = await import("/www/pkg/moim.js");
      const codes = [];
      const effect = () => {
        const room = new Room();
        const abort = new AbortController();
        window.joining = room.join({ room: "tea", name: "twice", signal: abort.signal });
        window.joining.catch((error) => codes.push(error.code));
        return () => {
          abort.abort();
          void room.leave();
        };
      };
      effect()();
      window.cleanUp = effect();
      await window.joining;
      return codes;
    });
    assert.deepEqual(outcome, ["ERR_ABORTED"]);
    await until(alice.page, () => window.seen.length > 0, { what: "who came" });
    await bob.page.evaluate(() => window.cleanUp());
    await until(alice.page, () => window.seen.some((line) => line.startsWith("participantleft")), { what: "who left" });
    assert.deepEqual(await alice.page.evaluate(() => window.seen), ["participantjoined twice", "participantleft "]);
    for (const person of [alice, bob]) person.assertNoProblems();
  });

  test(`aborting a join in the lobby leaves it, ${kind}`, { skip: missing }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { app: "page", query: "&host" });
    const bob = await join(t, stub, "bob", { app: "page", kind, room: "elsewhere" });
    const waits = (name) => until(alice.page, (name) => room.lobby.waiting.map((one) => one.name).join() === name, { what: `"${name}" at the door`, args: [name] });
    await alice.page.evaluate(() => window.room.setLocked(true));
    await until(alice.page, () => room.lobby.locked, { what: "the locked room" });
    await bob.page.evaluate(async () => {
      const { Room } = await import("/www/pkg/moim.js");
      window.abort = new AbortController();
      window.other = new Room();
      window.joining = window.other.join({ room: "tea", name: "late", signal: window.abort.signal }).then(() => "joined", (error) => error.code);
    });
    await waits("late");
    const outcome = await bob.page.evaluate(async () => {
      window.abort.abort();
      return `${await window.joining} ${window.other.state}`;
    });
    assert.equal(outcome, "ERR_ABORTED left");
    await waits("");
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}
