// Kurento: pages against a double of its server (lib/kurento_double.mjs), and the double against recordings of a server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { KurentoDouble } from "./lib/kurento_double.mjs";
import { openMediaPage } from "./lib/kurento_media.mjs";
import { assertShows } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";
import { startWebSocketServer } from "./lib/websocket_server.mjs";

const RECORDINGS = new URL("../../sdk/tests/kurento/", import.meta.url);

/** Calls of the recording that the double does not know: what a page does not use. */
const UNKNOWN = new Set(["transaction"]);

for (const name of ["protocol", "reconnect", "non-trickle"]) {
  test(`the double answers as the server did: ${name}`, async () => {
    const double = new KurentoDouble();
    const lines = readFileSync(new URL(`${name}.jsonl`, RECORDINGS), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    const expected = new Map();
    for (const { dir, msg } of lines) if (dir === "s2c" && msg.method === undefined && !expected.has(msg.id)) expected.set(msg.id, msg);
    // Ids of the recording, with those of the double.
    const names = new Map();
    const renamed = (text) => [...names].sort(([one], [other]) => other.length - one.length).reduce((text, [from, to]) => text.replaceAll(from, to), text);
    let [sent, handler] = [[], undefined];
    let compared = 0;
    for (const { dir, msg } of lines) {
      if (dir === "note" && msg.includes("open")) handler = double.accept({ send: (text) => sent.push(JSON.parse(text)), destroy() {} });
      if (dir !== "c2s" || UNKNOWN.has(msg.method) || msg.id === 5000) continue;
      sent = [];
      await handler.message(renamed(JSON.stringify(msg)));
      const reply = sent.find(({ method }) => method === undefined);
      const wanted = expected.get(msg.id ?? null);
      if (!wanted || msg.id === undefined) continue;
      assert.deepEqual(reply.error, wanted.error && JSON.parse(renamed(JSON.stringify(wanted.error))), JSON.stringify(msg));
      compared++;
      for (const [from, to] of [[wanted.result?.sessionId, reply.result?.sessionId], [wanted.result?.value, reply.result?.value]]) {
        if (typeof from === "string" && typeof to === "string" && from.length > 6) names.set(from, to);
      }
    }
    assert.ok(compared > 5, "the recording has replies");
  });
}

test("hello world: frames go to the double of the server and come back, over an interruption and another camera", { skip: stubMissing() || browserMissing("chromium") }, async (t) => {
  const visitor = await launch(t, "chromium");
  const double = new KurentoDouble(await openMediaPage(visitor));
  const [server, site] = [await startWebSocketServer(t, double.accept), (await startStub(t)).url];
  const { page, problems } = visitor;
  await page.goto(`${site}/www/kurento/hello-world/`);
  await page.$eval("#url", (input, url) => (input.value = url), `${server}/kurento`);
  await page.click("#start button");
  await until(page, () => !document.getElementById("stop").disabled, { what: "the page is connected" });
  await assertShows(page, "#mirrored", "alice");
  const order = double.calls.map(({ method, type, operation }) => operation ?? type ?? method);
  const negotiation = ["MediaPipeline", "WebRtcEndpoint", "connect", "MediaStateChanged", "IceCandidateFound", "processOffer", "gatherCandidates", "addIceCandidate"];
  assert.deepEqual([...new Set(order.slice(1))], negotiation);

  // The session continues after a cut, and the events too.
  const endpoints = () => [...double.objects.keys()].filter((id) => id.endsWith("WebRtcEndpoint"));
  const [first] = endpoints();
  double.cut();
  await until(page, () => document.getElementById("notice").textContent === "Server: restored", { what: "the session is back" });
  double.emit(first, "MediaStateChanged", { oldState: "DISCONNECTED", newState: "CONNECTED" });
  await until(page, () => document.getElementById("notice").textContent === "Media connected", { what: "an event on the new socket" });

  // A change is another endpoint, connected in the same way.
  await page.click("#switch");
  await until(page, () => document.getElementById("notice").textContent === "Sending the other camera", { what: "the update" });
  await assertShows(page, "#mirrored", "alice");
  assert.equal(endpoints().length, 1);
  assert.notEqual(endpoints()[0], first);

  await page.click("#stop");
  await until(page, () => document.getElementById("stop").disabled, { what: "the end" });
  await double.until(() => endpoints().length === 0);
  assert.deepEqual(problems, []);
});

test("what the server refuses or has lost is an error with a code, and a token in the URL is in none", { skip: stubMissing() || browserMissing("chromium") }, async (t) => {
  const double = new KurentoDouble();
  const [server, site] = [await startWebSocketServer(t, double.accept), (await startStub(t)).url];
  const { page } = await launch(t, "chromium");
  await page.goto(`${site}/www/page.css`);
  const found = await page.evaluate(async (url) => {
    const { default: init, Kurento } = await import("/www/pkg/moim.js");
    await init();
    const texts = [];
    const code = (promise) => promise.then(() => "none", ({ code, message }) => (texts.push(message), code));
    const kms = await Kurento.connect({ transport: () => new WebSocket(`${url}/kurento?token=secret`) });
    const [pipe, other] = [await kms.pipeline(), await kms.pipeline()];
    const endpoint = await pipe.webRtcEndpoint({ dataChannels: true, maxVideoRecvKbps: 800 });
    const kept = await endpoint.invoke("getMaxVideoRecvBandwidth");
    const codes = [
      await code(pipe.create("NoSuchThing")),
      await code(endpoint.connect(await other.webRtcEndpoint())),
      await code(endpoint.invoke("fly")),
      await code(endpoint.connect({})),
      await code(pipe.webRtcEndpoint({ maxVideoRecv: 1 })),
      await code(endpoint.events("NoSuchEvent").next()),
      await code(kms.object("nope").invoke("getName")),
      await code(Kurento.connect({})),
      await code(Kurento.connect({ url: "ws://user:secret@127.0.0.1:9/kurento?token=secret" })),
    ];
    const lost = kms.events();
    void endpoint.invoke("getIceTcp").catch(() => {}); // ends the server
    const seen = [];
    for await (const { type } of lost) if (seen.push(type) && type === "objectslost") break;
    codes.push(await code(endpoint.invoke("getName")), await code(kms.pipeline()));
    kms.close();
    codes.push(await code(kms.pipeline()));
    return { kept, codes, seen, leaks: texts.filter((text) => text.includes("secret")) };
  }, server);
  const [refused, invalid, gone] = ["ERR_KURENTO_REFUSED", "ERR_INVALID_OPTIONS", "ERR_KURENTO_OBJECT_LOST"];
  assert.equal(found.kept, 800);
  assert.deepEqual(found.codes, [refused, refused, refused, invalid, invalid, refused, gone, invalid, "ERR_SIGNALING_UNREACHABLE", gone, "none", "ERR_INVALID_STATE"]);
  assert.deepEqual(found.seen, ["interrupted", "objectslost"]);
  assert.deepEqual(found.leaks, []);
});
