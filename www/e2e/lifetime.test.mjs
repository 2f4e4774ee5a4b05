// Active objects keep working when JavaScript collects the handle that started them, until they are stopped or
// `free()`d; and objects that have ended can be collected.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { assertShows } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

/** Opens a page without scripts; in Chromium `gc` is available to force a collection. */
async function openPage(t, stub, kind) {
  const visitor = await launch(t, kind, { person: "alice", args: kind === "chromium" ? ["--js-flags=--expose-gc"] : [] });
  await visitor.page.goto(`${stub.url}/www/page.css`);
  await visitor.page.evaluate(async () => {
    window.moim = await import("/www/pkg/moim.js");
    await moim.default();
  });
  return visitor;
}

/** Runs in the page, several times: creates garbage until an unreferenced object is collected. */
async function collect({ page }) {
  for (let round = 0; round < 3; round++) {
    await page.evaluate(async () => {
      let collected = false;
      const registry = new FinalizationRegistry(() => { collected = true; });
      registry.register({}, 0);
      while (!collected) {
        globalThis.gc?.();
        globalThis.garbage = Array.from({ length: 200_000 }, (_, number) => ({ number }));
        await new Promise((resolve) => setTimeout(resolve));
      }
    });
  }
}

for (const kind of ["chromium", "firefox"]) {
  const options = { skip: stubMissing() || browserMissing("chromium") || browserMissing(kind) };

  test(`a call continues when nothing refers to the room, ${kind}`, options, async (t) => {
    const stub = await startStub(t);
    const bob = await join(t, stub, "bob");
    const alice = await openPage(t, stub, kind);
    await alice.page.evaluate(async () => {
      // As in the README.
      const { Devices, Room } = moim;
      const video = Object.assign(document.createElement("video"), { muted: true });
      document.body.append(video);
      const room = new Room();
      room.addEventListener("trackadded", ({ detail: { track } }) => track.kind === "video" && track.attach(video));
      await room.publish(await new Devices().camera());
      await room.join({ room: "tea", name: "alice" });
    });
    await assertShows(bob.page, `${bob.tile("alice")} video`, "alice");

    await collect(alice);
    await assertShows(bob.page, `${bob.tile("alice")} video`, "alice");
    await assertShows(alice.page, "video", "bob");
  });

  test(`a room that is freed is left at once, and one that is left is collected, ${kind}`, options, async (t) => {
    const stub = await startStub(t);
    const alice = await openPage(t, stub, kind);
    await alice.page.evaluate(async () => {
      window.enter = async (name) => {
        const room = new moim.Room();
        room.addEventListener("left", () => room.state);
        await room.join({ room: "tea", name });
        return room;
      };
      window.watcher = await enter("watcher");
      window.rooms = [await enter("freed"), await enter("disposed"), await enter("left")];
    });
    const alone = () => watcher.participants.length === 0;
    await until(alice.page, () => watcher.participants.length === 3, { what: "three others" });
    await alice.page.evaluate(async () => {
      const [freed, disposed, left] = rooms;
      freed.free();
      freed.free();
      disposed[Symbol.dispose ?? "free"]();
      await left.leave();
      window.refs = [...rooms, new moim.Room()].map((room) => new WeakRef(room));
      delete window.rooms;
    });
    await until(alice.page, alone, { what: "the others have left" });
    await collect(alice);
    assert.deepEqual(await alice.page.evaluate(() => refs.filter((ref) => ref.deref()).length), 0);
  });

  test(`a room with listeners that is never joined is collected, ${kind}`, options, async (t) => {
    const stub = await startStub(t);
    const alice = await openPage(t, stub, kind);
    const codes = await alice.page.evaluate(async () => {
      window.calls = [];
      const listening = () => {
        const room = new moim.Room();
        for (const type of ["statechange", "trackadded"]) room.addEventListener(type, () => calls.push(room.state));
        return room;
      };
      const rooms = [listening(), listening(), listening()];
      rooms[0].removeEventListener("left", () => {});
      const refused = await rooms[1].join({ room: "", name: "alice" }).catch(({ code }) => code); // which does not leave it
      window.refs = rooms.map((room) => new WeakRef(room));
      window.kept = rooms.pop();
      return [refused, rooms[1].state];
    });
    assert.deepEqual(codes, ["ERR_INVALID_OPTIONS", "new"]);
    await collect(alice);
    const left = () => refs.filter((ref) => ref.deref()).length;
    assert.equal(await alice.page.evaluate(left), 1, "only the one that is referred to");

    // Its listeners are there, and remain without a reference once it is joined.
    await alice.page.evaluate(async () => {
      await kept.join({ room: "tea", name: "alice" });
      delete window.kept;
    });
    await collect(alice);
    assert.deepEqual(await alice.page.evaluate(() => calls), ["joining", "joined"]);
    const ended = await alice.page.evaluate(async () => {
      await refs[2].deref().leave();
      return calls;
    });
    assert.deepEqual(ended, ["joining", "joined", "left"]);
    await collect(alice);
    assert.equal(await alice.page.evaluate(left), 0);
  });

  test(`peer connections, data channels and files continue without a reference, ${kind}`, options, async (t) => {
    const stub = await startStub(t);
    const alice = await openPage(t, stub, kind);
    await alice.page.evaluate(async () => {
      const far = (window.far = { connection: new moim.PeerConnection() });
      const gate = new Promise((resolve) => { window.open = resolve; });
      const slow = () => ({ writable: new WritableStream({ write: () => gate }) });
      const file = new Blob([new Uint8Array(3_000_000)]);
      const first = async (iterator) => (await iterator.next()).value;
      // What it creates has no reference afterwards, except for the peer's end.
      const begin = async () => {
        const near = new moim.PeerConnection();
        const signals = [[near, far.connection], [far.connection, near]].map(([from, to]) => {
          const iterator = from.signals();
          void (async () => { for await (const signal of iterator) to.handleSignal(signal); })();
          return iterator;
        });
        const added = new Promise((resolve) => far.connection.addEventListener("datachanneladded", ({ detail }) => resolve(detail.channel)));
        const channel = near.createDataChannel("x");
        channel.addEventListener("message", ({ data, target }) => target.send(`${data}, too`));
        far.channel = await added;
        channel.sendFile(file);
        far.received = (await first(far.channel.files())).accept(slow());
        far.sent = far.channel.sendFile(file);
        (await first(channel.files())).accept(slow());
        await Promise.all(signals.map((iterator) => iterator.return()));
      };
      await begin();
    });
    await collect(alice);
    const after = await alice.page.evaluate(async () => {
      const { channel, connection, received, sent } = far;
      const message = new Promise((resolve) => channel.addEventListener("message", ({ data }) => resolve(data)));
      await channel.send("here");
      const before = [connection.connectionState, received.transferred < received.size, sent.transferred < sent.size];
      open();
      await Promise.all([received.finished, sent.finished]);
      const result = [...before, await message];
      connection.close();
      return result;
    });
    assert.deepEqual(after, ["connected", true, true, "here, too"]);
  });

  test(`recorders, monitors and mixers continue until they are stopped or freed, ${kind}`, options, async (t) => {
    const stub = await startStub(t);
    const alice = await openPage(t, stub, kind);
    await alice.page.evaluate(() => {
      const counts = (window.counts = { chunks: 0, samples: 0, frames: 0 });
      const begin = () => {
        const mixer = new moim.Mixer({ width: 64, height: 36, frameRate: 10 });
        const raw = mixer.videoTrack.mediaStreamTrack;
        const video = Object.assign(document.createElement("video"), { muted: true, srcObject: new MediaStream([raw]) });
        video.play();
        const count = () => { counts.frames++; video.requestVideoFrameCallback(count); };
        video.requestVideoFrameCallback(count);
        const recorder = moim.Recorder.start([raw], { timesliceMs: 100 });
        (async () => { for await (const chunk of recorder.chunks()) counts.chunks += chunk.size > 0; })();
        const monitor = new moim.StatsMonitor(new moim.PeerConnection(), { intervalMs: 100 });
        monitor.addEventListener("sample", () => counts.samples++);
      };
      begin();
    });
    await collect(alice);
    const before = await alice.page.evaluate(() => ({ ...counts }));
    const grown = (before) => Object.keys(counts).every((key) => counts[key] > before[key] + 2);
    await until(alice.page, grown, { what: "chunks, samples and frames after the collection", args: [before] });

    const ended = await alice.page.evaluate(async () => {
      const mixer = new moim.Mixer();
      const raw = mixer.videoTrack.mediaStreamTrack;
      const recorder = moim.Recorder.start([raw]);
      const over = recorder.finished().then(() => "finished", ({ code }) => code);
      recorder.free();
      mixer.free();
      const connection = new moim.PeerConnection();
      const { rtcPeerConnection } = connection;
      const monitor = new moim.StatsMonitor(connection);
      const monitored = new Promise((resolve) => monitor.addEventListener("ended", resolve));
      monitor.free();
      await monitored;
      connection.free();
      return [["finished", "ERR_RECORDER"].includes(await over), raw.readyState, rtcPeerConnection.signalingState];
    });
    assert.deepEqual(ended, [true, "ended", "closed"]);
  });
}
