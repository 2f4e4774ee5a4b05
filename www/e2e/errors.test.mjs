// No error that a user of the package can cause lacks a code: in a page, in a worker and in Node, before and
// after `init`, on invalid and on freed objects.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { NPM_PACKAGE } from "../../scripts/lib/paths.mjs";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { uncodedErrors } from "./lib/everything.js";
import { startStub, stubMissing } from "./lib/server.mjs";

const skip = stubMissing();

test("in Node: before init, and with the module initialised outside a browser", { skip }, async () => {
  const api = await import(pathToFileURL(join(NPM_PACKAGE, "moim.js")));
  assert.throws(() => new api.Room(), { code: "ERR_NOT_INITIALIZED", message: /await init\(\)/ });
  assert.deepEqual(await uncodedErrors(api), []);

  const misspelt = { code: "ERR_INVALID_OPTIONS", message: /unknown option `modul_or_path`: expected `module_or_path`/ };
  await assert.rejects(api.default({ modul_or_path: "moim_bg.wasm" }), misspelt);
  assert.throws(() => api.initSync({ modul: new Uint8Array() }), { code: "ERR_INVALID_OPTIONS", message: /`modul`: expected `module`/ });

  await assert.rejects(api.default(), { code: "ERR_INIT_FAILED", message: /moim_bg\.wasm.*init\(\{ module_or_path: await readFile/ });
  assert.throws(() => new api.Room(), { code: "ERR_NOT_INITIALIZED", message: /init\(\) failed.*moim_bg\.wasm/ });

  api.initSync({ module: readFileSync(join(NPM_PACKAGE, "moim_bg.wasm")) });
  for (const call of [() => new api.PeerConnection(), () => api.Receiver.capabilities("audio"), () => new api.Mixer()]) {
    assert.throws(call, { code: "ERR_UNSUPPORTED" });
  }
  assert.deepEqual(await uncodedErrors(api), []);
});

test("each class that is not created with `new` names what creates it", { skip }, async () => {
  const api = await import(pathToFileURL(join(NPM_PACKAGE, "moim.js")));
  const constructible = ["CaptureController", "Devices", "LevelMeter", "Mixer", "PeerConnection", "Room", "StatsMonitor"];
  const classes = Object.entries(api).filter(([name, value]) => value.prototype?.free && !constructible.includes(name));
  assert.ok(classes.length > 10);
  for (const [name, Class] of classes) {
    const expected = { code: "ERR_INVALID_OPTIONS", message: new RegExp(`^${name} cannot be created with .new.: it is returned by (?!undefined)`) };
    assert.throws(() => new Class(), expected);
  }
  const { leave } = api.Room.prototype;
  assert.throws(() => leave(), { code: "ERR_INVALID_OPTIONS", message: /`leave` was called without its Room/ });
});

test("after free(), a cleanup does what is left to do, and all else says what to do", { skip }, async () => {
  const { guard } = await import(pathToFileURL(join(NPM_PACKAGE, "guard.js")));
  const calls = [];
  // As wasm-bindgen generates them.
  class Room {
    __wbg_ptr = 8;
    free() { this.__wbg_ptr = 0; }
    leave() { return Promise.resolve(calls.push("leave")); }
    addEventListener() {}
    removeEventListener() {}
    sendChat() {}
    get state() { return "joined"; }
  }
  class LocalTrack {
    __wbg_ptr = 8;
    free() { this.__wbg_ptr = 0; }
    __handle() { return new LocalTrack(); }
    stop() { calls.push(`stop ${this.__wbg_ptr}`); }
    detach(element) { calls.push(`detach ${element}`); }
    attach() {}
  }
  class Recorder {
    __wbg_ptr = 8;
    free() { this.__wbg_ptr = 0; }
    stop() { return Promise.resolve(); }
  }
  guard({ Room, LocalTrack, Recorder });
  const [room, track, recorder] = [new Room(), new LocalTrack(), new Recorder()];
  for (const object of [room, track, recorder]) object.free();
  assert.deepEqual(calls.splice(0), ["leave"]);

  await room.leave();
  room.removeEventListener("left", () => {});
  assert.deepEqual([JSON.stringify(room), calls.length], ["{}", 0]);
  track.detach("preview");
  track.stop();
  assert.deepEqual(calls, ["detach preview", "stop 8"], "the device is released all the same");
  await assert.rejects(recorder.stop(), { code: "ERR_INVALID_STATE" });

  const freed = (message) => ({ code: "ERR_INVALID_STATE", message });
  assert.throws(() => room.sendChat("late"), freed("cannot use a Room after free(): create a new one"));
  assert.throws(() => room.state, freed(/create a new one/));
  assert.throws(() => track.attach(), freed(/after free\(\): get another one from devices\.camera\(\)/));
});

/** Runs in a page: creates an object of each class that needs no permission, and a joined room. */
async function makeObjects(api) {
  const context = document.createElement("canvas").getContext("2d");
  const [raw] = context.canvas.captureStream(10).getTracks();
  const [tone] = new AudioContext().createMediaStreamDestination().stream.getTracks();
  const connection = new api.PeerConnection();
  const transceiver = connection.addTransceiver("audio");
  const mixer = new api.Mixer();
  const devices = new api.Devices();
  const room = new api.Room();
  const track = api.LocalTrack.fromMediaStreamTrack(raw, "custom");
  await room.publish(track);
  await room.join({ room: "tea", name: "Ana" });
  return [
    connection, transceiver, transceiver.sender, transceiver.receiver, connection.createDataChannel("x"),
    mixer, mixer.add([raw]), room, track, devices, await devices.permission("camera"),
    new api.LevelMeter(tone), api.Recorder.start([raw]), new api.StatsMonitor(new api.PeerConnection()), new api.Room(),
  ];
}

for (const kind of ["chromium", "firefox"]) {
  test(`in a page, ${kind}`, { skip: skip || browserMissing(kind) }, async (t) => {
    const stub = await startStub(t);
    const { page } = await launch(t, kind);
    await page.goto(`${stub.url}/www/page.css`);
    const uncoded = await page.evaluate(
      async (uncodedErrors, makeObjects) => {
        uncodedErrors = (0, eval)(`(${uncodedErrors})`);
        makeObjects = (0, eval)(`(${makeObjects})`);
        const api = await import("/www/pkg/moim.js");
        const before = await uncodedErrors(api);
        await api.default();
        return [...before, ...(await uncodedErrors(api, await makeObjects(api)))];
      },
      `${uncodedErrors}`,
      `${makeObjects}`,
    );
    assert.deepEqual(uncoded, []);
  });

  test(`in a worker, ${kind}`, { skip: skip || browserMissing(kind) }, async (t) => {
    const stub = await startStub(t);
    const { page } = await launch(t, kind);
    await page.goto(`${stub.url}/www/page.css`);
    const answer = await page.evaluate((uncodedErrors) => new Promise((resolve) => {
      const source = `
        const api = await import("${location.origin}/www/pkg/moim.js");
        await api.default();
        const code = (call) => { try { call(); } catch (error) { return error.code; } };
        const codes = [() => new api.PeerConnection(), () => new api.Mixer()].map(code);
        postMessage({ codes, uncoded: await (${uncodedErrors})(api) });`;
      const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => resolve(message);
    }), `${uncodedErrors}`);
    assert.deepEqual(answer, { codes: ["ERR_UNSUPPORTED", "ERR_UNSUPPORTED"], uncoded: [] });
  });
}
