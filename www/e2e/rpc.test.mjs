// Calls between two people of a room.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { gather } from "./lib/desk.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";

const skip = stubMissing() || browserMissing("chromium") || browserMissing("firefox");

test("participants call each other, in a mesh and through an SFU", { skip }, async (t) => {
  const stub = await startStub(t);
  const browsers = { chromium: await launch(t, "chromium"), firefox: await launch(t, "firefox") };
  for (const topology of ["mesh", "sfu"]) {
    const { alice, bob } = await gather(stub, topology, { alice: "chromium", bob: "firefox" }, browsers);
    for (const { page } of [alice, bob]) await page.evaluate(register);
    for (const [from, to] of [[alice, bob], [bob, alice]]) {
      const result = await from.page.evaluate(callAll, to.id);
      assert.deepEqual(result, {
        echo: { from: from.id, timeoutMs: 15_000, payload: { text: "가👍é", list: [1, null] } },
        nothing: "undefined",
        refused: { name: "RpcError", code: "ERR_RPC_APPLICATION", rpcCode: 7, message: "not now", data: { retry: [1] }, isRpcError: true },
        failed: "ERR_RPC_FAILED",
        missing: "ERR_RPC_NO_HANDLER",
        slow: "ERR_TIMEOUT",
        aborted: "ERR_ABORTED",
        tooLarge: "ERR_DATA_TOO_LARGE",
        unknown: "ERR_DATA_UNKNOWN_PARTICIPANT",
        cyclic: "ERR_INVALID_OPTIONS",
        twice: "ERR_INVALID_STATE",
        replaced: 2,
        many: 50,
      });
      // An error that is not meant for the caller is reported where it was thrown.
      assert.equal(await to.page.evaluate(() => reported), 1);
    }
    const ended = await alice.page.evaluate(async (id) => {
      const ended = desk.room.call(id, "never").catch(({ code }) => code);
      await desk.room.call(id, "leave").catch(() => {});
      return ended;
    }, bob.id);
    assert.equal(ended, "ERR_RPC_PARTICIPANT_LEFT");
    for (const { page } of [alice, bob]) await page.close();
  }
  assert.deepEqual([...browsers.chromium.problems, ...browsers.firefox.problems], []);
});

/** Runs in the page, which has a desk. */
async function register() {
  const { RpcError } = await import("/www/pkg/moim.js");
  const { room } = desk;
  globalThis.reported = 0;
  addEventListener("error", (event) => {
    reported++;
    event.preventDefault();
  });
  room.registerRpc("echo", async (payload, { participantId, timeoutMs }) => ({ from: participantId, timeoutMs, payload }));
  room.registerRpc("nothing", (payload) => payload);
  room.registerRpc("refuse", () => Promise.reject(new RpcError(7, "not now", { retry: [1] })));
  room.registerRpc("fail", () => {
    throw new Error("a secret");
  });
  room.registerRpc("never", () => new Promise(() => {}));
  room.registerRpc("leave", () => void room.leave());
  const remove = room.registerRpc("removed", () => 1);
  remove();
  room.registerRpc("removed", () => 2);
  remove();
}

/** Runs in the page: the result of each call, or its code. */
async function callAll(to) {
  const { RpcError } = await import("/www/pkg/moim.js");
  const { room } = desk;
  const code = (promise) => promise.then(() => "a result", (error) => error.code);
  const refused = await room.call(to, "refuse").catch((error) => error);
  const cyclic = {};
  cyclic.self = cyclic;
  let twice;
  try {
    room.registerRpc("echo", () => {});
  } catch (error) {
    twice = error.code;
  }
  const many = await Promise.all(Array.from({ length: 50 }, (_, number) => room.call(to, "nothing", number)));
  return {
    echo: await room.call(to, "echo", { text: "가👍é", list: [1, null] }),
    nothing: typeof (await room.call(to, "nothing")),
    refused: { name: refused.name, code: refused.code, rpcCode: refused.rpcCode, message: refused.message, data: refused.data, isRpcError: refused instanceof RpcError },
    failed: await code(room.call(to, "fail")),
    missing: await code(room.call(to, "constructor")),
    slow: await code(room.call(to, "never", null, { timeoutMs: 1 })),
    aborted: await code(room.call(to, "never", null, { signal: AbortSignal.abort() })),
    tooLarge: await code(room.call(to, "echo", "x".repeat(15 * 1024))),
    unknown: await code(room.call("nobody", "echo")),
    cyclic: await code(room.call(to, "echo", cyclic)),
    twice,
    replaced: await room.call(to, "removed"),
    many: many.filter((number, at) => number === at).length,
  };
}
