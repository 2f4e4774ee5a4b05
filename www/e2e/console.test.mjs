// What a console shows of the package's objects: what they are, and not where they are in memory.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { NPM_PACKAGE } from "../../scripts/lib/paths.mjs";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";

/** Runs in the page: one object of each of these classes. */
async function makeObjects() {
  const moim = await import("/www/pkg/moim.js");
  await moim.default();
  const room = new moim.Room();
  await room.join({ room: "tea", name: "alice" });
  const raw = document.createElement("canvas").captureStream(10).getTracks()[0];
  const track = moim.LocalTrack.fromMediaStreamTrack(raw, "camera");
  const connection = new moim.PeerConnection();
  const channel = connection.createDataChannel("notes", { negotiated: true, id: 5 });
  const mixer = new moim.Mixer();
  globalThis.objects = { room, track, connection, channel, mixer, source: mixer.add([raw]), recorder: moim.Recorder.start([raw]) };
}

for (const kind of ["chromium", "firefox"]) {
  const skip = stubMissing() || browserMissing(kind);

  test(`objects have their class and what never changes as members, ${kind}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const { page, problems } = await launch(t, kind);
    await page.goto(`${stub.url}/www/page.css`); // of the same origin, and without scripts
    await page.evaluate(makeObjects);
    const { members, tags, json, copy } = await page.evaluate(() => {
      const { track, room } = objects;
      const all = Object.entries(objects);
      return {
        members: Object.fromEntries(all.map(([name, object]) => [name, Object.keys(object)])),
        tags: all.map(([, object]) => String(object)),
        json: JSON.parse(JSON.stringify({ track, room, recorder: objects.recorder, connection: objects.connection })),
        copy: { ...track, isId: track.id === track.mediaStreamTrack.id },
      };
    });
    assert.deepEqual(members, {
      room: [], track: ["id", "kind", "source", "label"], connection: [], channel: ["id", "label"], mixer: [], source: ["id"], recorder: [],
    });
    assert.deepEqual(tags, ["Room", "LocalTrack", "PeerConnection", "DataChannel", "Mixer", "MixerSource", "Recorder"].map((name) => `[object ${name}]`));
    assert.deepEqual({ kind: copy.kind, source: copy.source, isId: copy.isId }, { kind: "video", source: "camera", isId: true });
    assert.deepEqual([json.track.kind, json.track.enabled, json.track.ended, json.track.id], ["video", true, false, copy.id]);
    assert.deepEqual([json.room.state, json.room.participants, json.recorder.state], ["joined", [], "recording"]);
    assert.equal(json.connection.iceConnectionState, "new");
    assert.ok(!("mediaStreamTrack" in json.track) && !("rtcPeerConnection" in json.connection), JSON.stringify(json));
    assert.deepEqual(problems, []);
  });
}

test("Chromium's console", { skip: stubMissing() || browserMissing("chromium") }, async (t) => {
  const stub = await startStub(t);
  const { page } = await launch(t, "chromium");
  await page.goto(`${stub.url}/www/page.css`);
  await page.evaluate(makeObjects);
  const session = await page.createCDPSession();
  await session.send("Runtime.enable");
  const called = new Promise((resolve) => session.on("Runtime.consoleAPICalled", resolve));
  await page.evaluate(() => console.log(objects.track, objects.room));
  const [track, room] = (await called).args.map(({ description, preview }) => ({
    description,
    shown: Object.fromEntries(preview.properties.map(({ name, value }) => [name, value])),
  }));
  assert.equal(track.description, "LocalTrack");
  assert.deepEqual([track.shown.kind, track.shown.source], ["video", "camera"]);
  assert.ok(track.shown.id && !("__wbg_ptr" in track.shown), JSON.stringify(track));
  const { "Symbol(state)": state, "Symbol(participantId)": participantId, ...others } = room.shown;
  assert.deepEqual([room.description, state, typeof participantId, others], ["Room", "joined", "string", {}]);
});

test("Node's console", { skip: stubMissing() }, async () => {
  const { guard } = await import(pathToFileURL(join(NPM_PACKAGE, "guard.js")));
  // As wasm-bindgen generates them: Node has none of the browser's objects.
  class Track {
    constructor() {
      this.__wbg_ptr = 8;
    }
    free() {
      this.__wbg_ptr = 0;
    }
    get id() {
      return "t";
    }
    get muted() {
      return false;
    }
    get zoomLevel() {
      throw new Error("this browser has none");
    }
    get readable() {
      throw new Error("it creates a stream");
    }
  }
  guard({ Track });
  const track = new Track();
  assert.equal(inspect(track), "Track { id: 't', muted: false }");
  assert.equal(inspect({ list: [track] }), "{ list: [ Track { id: 't', muted: false } ] }");
  assert.equal(JSON.stringify({ track }), '{"track":{"id":"t","muted":false}}');
  assert.match(inspect(Track.prototype), /Track/);
  track.free();
  assert.match(inspect(track), /Track/);
  assert.equal(JSON.stringify({ track }), '{"track":{}}');
});
