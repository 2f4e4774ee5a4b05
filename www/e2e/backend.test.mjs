// A signaling backend of the application: the example of the crate, which needs no server.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const EXAMPLE = new URL("../../sdk/examples/broadcast_backend.js", import.meta.url);

for (const kind of ["chromium", "firefox"]) {
  test(`pages see and write to each other without a signaling server, ${kind}`, { skip: stubMissing() || browserMissing(kind) }, async (t) => {
    const stub = await startStub(t); // serves the page, and nothing else
    const { openPage, problems } = await launch(t, kind);
    const example = `data:text/javascript,${encodeURIComponent(await readFile(EXAMPLE, "utf8"))}`;
    const pages = {};
    for (const name of ["alice", "bob", "carol"]) {
      pages[name] = await openPage();
      await pages[name].goto(`${stub.url}/www/page.css`);
    }
    await Promise.all(Object.entries(pages).map(([name, page]) => page.evaluate(enter, name, example)));

    for (const [name, page] of Object.entries(pages)) {
      await until(page, () => meeting.moving() === 2, { what: `${name} sees two people move`, timeout: 40_000 });
      await page.evaluate((line) => meeting.room.sendChat(line), `from ${name}`);
    }
    for (const [name, page] of Object.entries(pages)) {
      const others = Object.keys(pages).filter((other) => other !== name);
      const lines = await until(page, () => meeting.lines.length === 2 && meeting.lines, { what: `${name} reads two lines` });
      assert.deepEqual(lines.sort(), others.map((other) => `from ${other}`));
    }

    await pages.alice.evaluate(() => meeting.room.update({ name: "Alice B." }));
    await until(pages.bob, () => meeting.room.participants.some(({ name }) => name === "Alice B."), { what: "the new name" });
    await pages.carol.evaluate(() => meeting.room.leave());
    for (const name of ["alice", "bob"]) {
      await until(pages[name], () => meeting.room.participants.length === 1, { what: `${name} sees that carol has left` });
    }
    assert.deepEqual(problems, []);
  });
}

test("what is not a backend is refused, and a backend that fails ends the room", { skip: stubMissing() || browserMissing("chromium") }, async (t) => {
  const stub = await startStub(t);
  const { openPage } = await launch(t, "chromium");
  const page = await openPage();
  await page.goto(`${stub.url}/www/page.css`);
  const codes = await page.evaluate(async () => {
    const { default: init, Room } = await import("/www/pkg/moim.js");
    await init();
    const code = async (call) => {
      try {
        await call();
      } catch (error) {
        return error.code;
      }
    };
    const deaf = { start() {}, handleCommand() {} };
    let report;
    const wrong = { start: (given) => (report = given), handleCommand: () => report({ type: "joind" }) };
    const broken = { start() {}, handleCommand: () => { throw new Error("no"); } };
    const join = (backend) => new Room({ backend, joinTimeoutMs: 500 }).join({ room: "tea", name: "Ana" });
    return [
      await code(() => new Room({ backend: 1 })),
      await code(() => new Room({ backend: { start() {} } })),
      await code(() => new Room({ backend: deaf, url: "wss://example.org/ws" })),
      await code(() => new Room({ backend: deaf, topology: "sfu" })),
      await code(() => new Room({ backend: { ...deaf, capabilities: { lane: [] } } })),
      await code(() => join(deaf)),
      await code(() => join(broken)),
      await code(() => join(wrong)),
      await code(() => report({ type: "joind" })),
    ];
  });
  const invalid = "ERR_INVALID_OPTIONS";
  const lost = "ERR_SIGNALING_LOST";
  assert.deepEqual(codes, [invalid, invalid, invalid, "ERR_UNSUPPORTED", invalid, "ERR_TIMEOUT", lost, lost, invalid]);
});

/** Runs in the page: joins with the camera. */
async function enter(name, example) {
  const { default: init, Devices, Room } = await import("/www/pkg/moim.js");
  const { BroadcastBackend } = await import(example);
  await init();
  const room = new Room({ backend: new BroadcastBackend() });
  const frames = new Map();
  const lines = [];
  const count = (video) => {
    frames.set(video, (frames.get(video) ?? 0) + 1);
    video.requestVideoFrameCallback(() => count(video));
  };
  room.addEventListener("trackadded", ({ detail: { track } }) => {
    const video = track.attach();
    document.body.append(video);
    count(video);
  });
  room.addEventListener("chatreceived", ({ detail: { text } }) => lines.push(text));
  const moving = () => [...frames.values()].filter((count) => count > 10).length;
  window.meeting = { room, lines, moving };
  await room.publish(await new Devices().camera());
  await room.join({ room: "tea", name });
}
