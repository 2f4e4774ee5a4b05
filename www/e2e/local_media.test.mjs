// Camera, microphone and screen by one call each, and a whole stream: as someone else in the room sees and hears them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { assertFallsSilent, assertGoesBlack, assertShows, assertSounds } from "./lib/media.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium") || browserMissing("firefox");
const WAYS = [["chromium", "firefox"], ["firefox", "chromium"]];

/** A page of someone who has a room, `window.room`, and has joined it unless `joins` is false. */
async function enter(t, stub, person, kind, { joins = true, role = "participant" } = {}) {
  const { page, problems } = await launch(t, kind, { person });
  await page.bringToFront();
  await page.goto(`${stub.url}/www/page.css`); // of the same origin, and without scripts
  await page.evaluate(prepare, joins && { room: "tea", name: person, role });
  return { page, problems };
}

/** Runs in the page: plays what the others publish, and keeps what the browser was asked for, and what it gave. */
async function prepare(joins) {
  const moim = (window.moim = await import("/www/pkg/moim.js"));
  await moim.default();
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  window.prompts = [];
  window.opened = [];
  mediaDevices.getUserMedia = async (constraints) => {
    const asked = ["audio", "video"].filter((kind) => constraints[kind]);
    window.prompts.push(asked.join());
    await window.held;
    if (asked.includes(window.missing)) throw new DOMException("there is none", "NotFoundError");
    const stream = await getUserMedia(constraints);
    window.opened.push(...stream.getTracks());
    return stream;
  };
  const { WebSocket } = window;
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      window.socket = this;
    }
  };
  window.newRoom = () => {
    const room = (window.room = new moim.Room());
    room.addEventListener("trackadded", ({ detail: { track } }) => {
      const element = track.attach();
      element.dataset.source = track.source;
      document.body.append(element);
    });
    room.addEventListener("trackremoved", ({ detail: { publicationId } }) => {
      for (const element of document.querySelectorAll("[data-source]")) {
        if (publicationId.startsWith(`${element.dataset.source}-`)) element.remove();
      }
    });
    return room;
  };
  window.newRoom();
  if (joins) await room.join(joins);
}

const CAMERA = "video[data-source=camera]";
const MICROPHONE = "audio[data-source=microphone]";

/** Waits until what alice's publications say is this, as `"camera microphone:muted"`. */
const isTold = ({ page }, wanted) =>
  until(page, (wanted) => {
    const alice = room.participants.find(({ name }) => name === "alice");
    return (window.told = alice?.publications.map(({ source, muted }) => (muted ? `${source}:muted` : source)).sort().join(" ")) === wanted;
  }, { what: `alice's "${wanted}"`, args: [wanted] });

for (const [from, to] of WAYS) {
  test(`camera and microphone go on and off by one call each, ${from} to ${to}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const bob = await enter(t, stub, "bob", to);
    const alice = await enter(t, stub, "alice", from, { joins: false });
    const asked = await alice.page.evaluate(async () => {
      const both = [room.setCameraEnabled(true), room.setMicrophoneEnabled(true)];
      [window.camera, window.microphone] = await Promise.all(both);
      window.preview = camera.attach();
      document.body.append(preview);
      window.ids = room.publications.map(({ id }) => id).sort();
      await room.join({ room: "tea", name: "alice" });
      return [prompts, room.cameraEnabled, room.microphoneEnabled, preview.muted];
    });
    assert.deepEqual(asked, [["audio,video"], true, true, true], "one prompt for both");
    await assertShows(bob.page, CAMERA, "alice", { timeout: 25_000 });
    await assertSounds(bob.page, MICROPHONE, "alice");

    await alice.page.evaluate(() => room.setCameraEnabled(false));
    await isTold(bob, "camera:muted microphone");
    await assertGoesBlack(bob.page, CAMERA);
    await assertSounds(bob.page, MICROPHONE, "alice");
    const off = await alice.page.evaluate(() => [camera.ended, opened.map((track) => `${track.kind} ${track.readyState}`).sort(), preview.srcObject, preview.isConnected, room.cameraEnabled]);
    assert.deepEqual(off, [true, ["audio live", "video ended"], null, false, false], "its light is out, and its preview is gone");

    await alice.page.evaluate(() => room.setMicrophoneEnabled(false));
    await isTold(bob, "camera:muted microphone:muted");
    await assertFallsSilent(bob.page, MICROPHONE);

    const again = await alice.page.evaluate(async () => {
      window.microphone = await room.setMicrophoneEnabled(true);
      window.camera = await room.setCameraEnabled(true);
      window.preview = document.body.appendChild(camera.attach());
      return [prompts.at(-1), room.publications.map(({ id }) => id).sort().join() === ids.join()];
    });
    assert.deepEqual(again, ["video", true], "the same publications, and the microphone was open");
    await isTold(bob, "camera microphone");
    await assertShows(bob.page, CAMERA, "alice");
    await assertSounds(bob.page, MICROPHONE, "alice");

    // By whatever call it is switched on.
    await alice.page.evaluate(() => room.setCameraEnabled(false));
    await isTold(bob, "camera:muted microphone");
    await alice.page.evaluate(() => room.setMuted(ids.find((id) => id.startsWith("camera")), false));
    await isTold(bob, "camera microphone");
    await assertShows(bob.page, CAMERA, "alice");

    const left = await alice.page.evaluate(async () => {
      await room.leave();
      const { code } = await room.setCameraEnabled(true).catch((error) => error);
      return [code, opened.some((track) => track.readyState === "live")];
    });
    assert.deepEqual(left, ["ERR_INVALID_STATE", false], "what the room opened is closed");
    for (const { problems } of [alice, bob]) assert.deepEqual(problems, []);
  });

  test(`a stream is published as a whole, and its tracks stand for its publications, ${from} to ${to}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const bob = await enter(t, stub, "bob", to);
    const alice = await enter(t, stub, "alice", from);
    const sources = await alice.page.evaluate(async () => {
      window.stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      const ids = await room.publish(stream);
      return ids.map((id) => room.publications.find((one) => one.id === id).kind).join() === stream.getTracks().map(({ kind }) => kind).join();
    });
    assert.ok(sources, "an id for each, in their order");
    await assertShows(bob.page, CAMERA, "alice", { timeout: 25_000 });
    await assertSounds(bob.page, MICROPHONE, "alice");
    await alice.page.evaluate(() => Promise.all(stream.getTracks().map((track) => room.setMuted(track, true))));
    await isTold(bob, "camera:muted microphone:muted");
    // A call that knows the kind alone finds them too; what the application opened stays open.
    await alice.page.evaluate(() => Promise.all([room.setCameraEnabled(true), room.setMicrophoneEnabled(true)]));
    await isTold(bob, "camera microphone");
    await assertShows(bob.page, CAMERA, "alice");
    await alice.page.evaluate(() => room.setCameraEnabled(false));
    await isTold(bob, "camera:muted microphone");
    await assertGoesBlack(bob.page, CAMERA);
    const open = await alice.page.evaluate(async () => {
      for (const track of stream.getTracks()) await room.unpublish(track);
      return [prompts, stream.getTracks().map(({ readyState }) => readyState)];
    });
    assert.deepEqual(open, [["audio,video"], ["live", "live"]]);
    await isTold(bob, "");
    for (const { problems } of [alice, bob]) assert.deepEqual(problems, []);
  });

  test(`a mute, and the end of a publication, hold while its device is opened, ${from} to ${to}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const bob = await enter(t, stub, "bob", to, { role: "host" });
    const alice = await enter(t, stub, "alice", from);
    await alice.page.evaluate(() => room.setCameraEnabled(true));
    await assertShows(bob.page, CAMERA, "alice", { timeout: 25_000 });

    /** Switches the camera off, and runs `body`; then every camera is closed. */
    const isOff = async (body, told) => {
      await alice.page.evaluate(async (body) => {
        await room.setCameraEnabled(false);
        const [{ id }] = room.publications;
        const asked = prompts.length;
        window.isAsked = async () => {
          while (prompts.length === asked) await new Promise((resolve) => setTimeout(resolve));
        };
        window.held = new Promise((resolve) => { window.answer = resolve; });
        window.calls = new Function("id", `return [${body}]`)(id);
      }, body);
      await isTold(bob, told);
    };
    const answered = () => alice.page.evaluate(async () => {
      answer();
      window.held = undefined;
      await Promise.all(calls);
      return [room.cameraEnabled, opened.some(({ readyState }) => readyState === "live")];
    });
    const OFF = [false, false];

    await isOff("room.setMuted(id, false), room.setMuted(id, true)", "camera:muted");
    assert.deepEqual(await answered(), OFF, "the last call holds");
    await isOff("room.setCameraEnabled(true), isAsked().then(() => room.setMuted(id, true))", "camera:muted");
    assert.deepEqual(await answered(), OFF, "while the user is asked, too");

    // The host's word is a mute too, whatever the host knows of the camera.
    await isOff("room.setCameraEnabled(true), new Promise((heard) => room.addEventListener('muterequested', heard, { once: true }))", "camera:muted");
    await alice.page.evaluate(() => isAsked());
    await bob.page.evaluate(() => {
      const { id, publications } = room.participants.find(({ name }) => name === "alice");
      socket.send(JSON.stringify({ type: "mute", participantId: id, publicationId: publications[0].id }));
    });
    await alice.page.evaluate(() => calls[1].then(() => undefined));
    assert.deepEqual(await answered(), OFF);
    await isTold(bob, "camera:muted");
    await assertGoesBlack(bob.page, CAMERA);

    await isOff("room.setMuted(id, true), room.setCameraEnabled(true)", "camera:muted");
    assert.deepEqual(await answered(), [true, true], "a mute before does not");
    await isTold(bob, "camera");
    await assertShows(bob.page, CAMERA, "alice");
    const still = await alice.page.evaluate(async () => {
      await Promise.all([room.setCameraEnabled(false), room.setMuted(room.publications[0].id, false)]);
      return room.cameraEnabled;
    });
    assert.equal(still, true, "an unmute after it was switched off");
    await assertShows(bob.page, CAMERA, "alice");

    await isOff("room.setMuted(id, false), isAsked().then(() => room.unpublish(id))", "");
    assert.deepEqual(await answered(), OFF);
    await isTold(bob, "");
    assert.deepEqual(await alice.page.evaluate(() => room.publications), [], "it does not come back");

    // All that the room sends of a kind.
    await alice.page.evaluate(async () => {
      for (let count = 0; count < 2; count++) await room.publish(await new moim.Devices().camera());
    });
    await isTold(bob, "camera camera");
    await alice.page.evaluate(() => room.setCameraEnabled(false));
    await isTold(bob, "camera:muted camera:muted");
    assert.equal(await alice.page.evaluate(() => room.cameraEnabled), false);

    const aborted = await alice.page.evaluate(async () => {
      await room.setMicrophoneEnabled(true);
      await room.setMicrophoneEnabled(false);
      const abort = new AbortController();
      const enabled = room.setMicrophoneEnabled(true, { signal: abort.signal }).catch(({ code }) => code);
      abort.abort();
      const code = await enabled;
      await new Promise((resolve) => setTimeout(resolve));
      return [code, room.microphoneEnabled];
    });
    assert.deepEqual(aborted, ["ERR_ABORTED", false]);
    await isTold(bob, "camera:muted camera:muted microphone:muted");
    for (const { problems } of [alice, bob]) assert.deepEqual(problems, []);
  });

  test(`what fails loses nothing, and a lost camera stays away, ${from} to ${to}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const bob = await enter(t, stub, "bob", to);
    const alice = await enter(t, stub, "alice", from);
    const failed = await alice.page.evaluate(async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
      const id = await room.publish(stream.getAudioTracks()[0]);
      stream.getVideoTracks()[0].stop();
      const failed = [room.publish(stream), room.publish(stream, { codec: "video/VP8" }), room.setCameraEnabled(true, { get signal() { throw new Error("no"); } })];
      const codes = await Promise.all(failed.map((call) => call.catch(({ code }) => code)));
      return [...codes, room.publications.map((one) => one.id).join() === id];
    });
    assert.deepEqual(failed, ["ERR_INVALID_STATE", "ERR_INVALID_OPTIONS", "ERR_INVALID_OPTIONS", true]);
    await assertSounds(bob.page, MICROPHONE, "alice", { timeout: 25_000 });

    await alice.page.evaluate(() => room.setCameraEnabled(true));
    await isTold(bob, "camera microphone");
    await alice.page.evaluate(async () => {
      const lost = new Promise((resolve) => room.addEventListener("localtrackended", resolve, { once: true }));
      opened.at(-1).stop();
      opened.at(-1).dispatchEvent(new Event("ended"));
      await lost;
      await room.setCameraEnabled(false);
    });
    await isTold(bob, "microphone");
    assert.equal(await alice.page.evaluate(() => room.publications.length), 1);
    await alice.page.evaluate(() => room.setCameraEnabled(true));
    await assertShows(bob.page, CAMERA, "alice");

    // A preview that ends in the task in which it began. Chromium keeps an element that is to play nothing.
    const plays = await alice.page.evaluate(async () => {
      const { play } = HTMLMediaElement.prototype;
      const sources = [];
      HTMLMediaElement.prototype.play = function () {
        sources.push(this.srcObject !== null);
        return play.call(this);
      };
      const track = await new moim.Devices().camera();
      track.attach();
      track.stop();
      await new Promise((resolve) => setTimeout(resolve));
      HTMLMediaElement.prototype.play = play;
      return sources;
    });
    assert.deepEqual(plays, [true]);
    for (const { problems } of [alice, bob]) assert.deepEqual(problems, []);
  });

  test(`a screen that was muted or unpublished is shared again without a dialog, ${from} to ${to}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const bob = await enter(t, stub, "bob", to);
    const alice = await enter(t, stub, "alice", from);
    await alice.page.evaluate(() => {
      window.dialogs = 0;
      navigator.mediaDevices.getDisplayMedia = async () => {
        window.dialogs += 1;
        const canvas = document.createElement("canvas");
        canvas.getContext("2d").fillRect(0, 0, 1, 1);
        return canvas.captureStream(5);
      };
    });
    const isSharedAfter = async (body) => {
      const again = await alice.page.evaluate(async (body) => {
        const dialogs = window.dialogs;
        await new Function("return (async () => {" + body + "})()")();
        const { video } = await room.setScreenShareEnabled(true);
        return [video.mediaStreamTrack === shared.mediaStreamTrack, room.screenShareEnabled, room.publications.length, window.dialogs - dialogs];
      }, body);
      assert.deepEqual(again, [true, true, 1, 0], body);
      await isTold(bob, "screen");
    };
    await alice.page.evaluate(async () => { window.shared = (await room.setScreenShareEnabled(true)).video; });
    await isSharedAfter("await room.unpublish(shared)");
    await isSharedAfter("await room.setMuted(shared, true)");
    await alice.page.evaluate(async () => {
      await room.setScreenShareEnabled(false);
      window.shared = (await moim.captureDisplay()).video;
      await room.publish(shared);
    });
    await isSharedAfter("");
    await isSharedAfter("await room.setMuted(shared, true)");
    // In one task: the last call holds.
    for (const [calls, told] of [
      ["room.setScreenShareEnabled(true), room.setMuted(shared, true)", "screen:muted"],
      ["room.setScreenShareEnabled(true), room.setMuted(shared, true)", "screen:muted"],
      ["room.setMuted(shared, true), room.setScreenShareEnabled(true)", "screen"],
      ["room.setScreenShareEnabled(false), room.setMuted(shared, false)", "screen"],
      ["room.setScreenShareEnabled(true), room.unpublish(shared)", ""],
    ]) {
      const dialogs = await alice.page.evaluate((calls) => new Function(`return Promise.all([${calls}]).then(() => dialogs)`)(), calls);
      assert.deepEqual([dialogs, calls], [2, calls]);
      await isTold(bob, told);
    }
    await alice.page.evaluate(() => room.setScreenShareEnabled(false));
    await isTold(bob, "");
    for (const { problems } of [alice, bob]) assert.deepEqual(problems, []);
  });
}

for (const kind of ["chromium", "firefox"]) {
  test(`what was asked last holds, and a late device is closed, ${kind}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const { page, problems } = await enter(t, stub, "alice", kind);
    const quick = await page.evaluate(async () => {
      const calls = [true, false, true, false].map((on) => room.setCameraEnabled(on));
      return [(await Promise.all(calls)).map(String), prompts.length, room.publications.length];
    });
    assert.deepEqual(quick, [["undefined", "undefined", "undefined", "undefined"], 0, 0]);

    // The prompt is open until `answer` is called.
    const whileAsked = (body) => page.evaluate(new Function("body", `return (async () => {
      let answer;
      window.held = new Promise((resolve) => { answer = resolve; });
      window.opened = [];
      const outcome = (promise) => promise.then((track) => (track ? "on" : "off"), ({ code }) => code);
      const asked = prompts.length;
      const results = [];
      const abort = new AbortController();
      const first = outcome(room.setCameraEnabled(true, { signal: abort.signal }));
      while (prompts.length === asked) await new Promise((resolve) => setTimeout(resolve));
      ${body}
      return [...results, opened.map(({ readyState }) => readyState).join(), room.publications.length];
    })()`));
    const waitForDevice = "while (!opened.length || opened[0].readyState === 'live') await new Promise((resolve) => setTimeout(resolve, 10));";
    assert.deepEqual(await whileAsked("const off = outcome(room.setCameraEnabled(false)); answer(); results.push(await first, await off);"), ["off", "off", "ended", 0]);
    assert.deepEqual(await whileAsked(`abort.abort(); results.push(await first); answer(); ${waitForDevice}`), ["ERR_ABORTED", "ended", 0]);
    assert.deepEqual(await whileAsked("const rest = [outcome(room.setCameraEnabled(false)), outcome(room.setCameraEnabled(true))]; answer(); results.push(await first, ...(await Promise.all(rest)));"), ["on", "on", "on", "live", 1]);
    await page.evaluate(() => room.setCameraEnabled(false));
    assert.deepEqual(await whileAsked(`room.leave(); results.push(await first); answer(); ${waitForDevice}`), ["ERR_INVALID_STATE", "ended", 0]);

    const alone = await page.evaluate(async () => {
      window.held = undefined;
      window.missing = "video";
      const { setCameraEnabled, setMicrophoneEnabled } = newRoom();
      const both = await Promise.allSettled([setCameraEnabled.call(room, true), setMicrophoneEnabled.call(room, true)]);
      window.missing = undefined;
      const camera = await room.setCameraEnabled(true);
      return [both[0].reason?.code, both[1].value?.kind, camera.kind, room.publications.length];
    });
    assert.deepEqual(alone, ["ERR_MEDIA_NOT_FOUND", "audio", "video", 2], "a microphone does not suffer from a missing camera");

    const left = await page.evaluate(async () => {
      const preview = document.body.appendChild((await room.setCameraEnabled(true)).attach());
      const outcome = (call) => call.then((track) => (track ? "on" : "off"), ({ code }) => code);
      const off = outcome(room.setCameraEnabled(false));
      await room.leave();
      const switches = ["setCameraEnabled", "setMicrophoneEnabled", "setScreenShareEnabled"];
      const each = (on) => Promise.all(switches.map((name) => outcome(room[name](on))));
      return [preview.isConnected, await off, await each(false), await each(true)];
    });
    assert.deepEqual(left, [false, "off", ["off", "off", "off"], ["ERR_INVALID_STATE", "ERR_INVALID_STATE", "ERR_INVALID_STATE"]]);
    assert.deepEqual(problems, []);
  });
}

test("the screen is shared with its sound, and the browser's stop button ends both, chromium to firefox", { skip }, async (t) => {
  const stub = await startStub(t);
  const bob = await enter(t, stub, "bob", "firefox");
  const alice = await enter(t, stub, "alice", "chromium");
  await alice.page.evaluate(() => {
    const { mediaDevices } = navigator;
    const getDisplayMedia = mediaDevices.getDisplayMedia.bind(mediaDevices);
    window.dialogs = [];
    mediaDevices.getDisplayMedia = async (options) => {
      dialogs.push(Boolean(options.audio));
      const stream = await getDisplayMedia(options);
      if (!options.audio || stream.getAudioTracks().length > 0) return stream;
      // A machine without a sound card has no sound to share.
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { frequency: e2e.PEOPLE.alice.frequency });
      const out = context.createMediaStreamDestination();
      tone.connect(new GainNode(context, { gain: 0.3 })).connect(out);
      tone.start();
      stream.addTrack(out.stream.getAudioTracks()[0]);
      return stream;
    };
    window.ended = [];
    room.addEventListener("localtrackended", ({ detail }) => ended.push(detail.publicationId.replace(/-\w+$/, "")));
  });
  const isShared = async () => {
    await isTold(bob, "screen screenAudio");
    await until(bob.page, () => {
      const video = document.querySelector("video[data-source=screen]");
      return video?.videoWidth > 0 && video.currentTime > 0;
    }, { what: "alice's screen", timeout: 25_000 });
    await assertSounds(bob.page, "audio[data-source=screenAudio]", "alice");
  };
  const share = () => alice.page.evaluate(async () => {
    const calls = [room.setScreenShareEnabled(true), room.setScreenShareEnabled(true)];
    [window.shared] = await Promise.all(calls);
    return [dialogs, room.screenShareEnabled];
  });
  assert.deepEqual(await share(), [[true], true], "one dialog, with sound");
  await isShared();
  await alice.page.evaluate(() => room.setScreenShareEnabled(false));
  await isTold(bob, "");
  assert.deepEqual(await alice.page.evaluate(() => [shared.video.ended, shared.audio.ended, ended]), [true, true, []]);

  await share();
  await isShared();
  // The button is not part of the page. It ends the track, and the track says so with this event.
  await alice.page.evaluate(() => {
    const track = shared.video.mediaStreamTrack;
    track.stop();
    track.dispatchEvent(new Event("ended"));
  });
  await isTold(bob, "");
  const after = await alice.page.evaluate(() => [shared.audio.ended, ended.sort(), room.publications, room.screenShareEnabled]);
  assert.deepEqual(after, [true, ["screen", "screenAudio"], [], false]);
  for (const { problems } of [alice, bob]) assert.deepEqual(problems, []);
});
