// The layers that the SFU forwards: by the receiver's bandwidth, and by its subscription.

import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { freeUdpPort } from "../../scripts/lib/free_port.mjs";
import { browserMissing } from "./lib/browsers.mjs";
import { join } from "./lib/call.mjs";
import { assertShows } from "./lib/media.mjs";
import { startRelay } from "./lib/relay.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");
const topology = "sfu";

/** Adds noise below the code of the camera's picture, so that a larger layer needs more bits than a small one. */
const withNoise = (page) => page.evaluateOnNewDocument(() => {
  const devices = globalThis.navigator?.mediaDevices;
  if (!devices) return;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await original(constraints);
    const [camera] = stream.getVideoTracks();
    if (!camera) return stream;
    const video = Object.assign(document.createElement("video"), { srcObject: new MediaStream([camera]), muted: true });
    await video.play();
    const { videoWidth: width, videoHeight: height } = video;
    const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
    setInterval(() => {
      context.drawImage(video, 0, 0);
      for (let x = 0; x < width; x += 20) {
        for (let y = height / 2; y < height; y += 20) {
          context.fillStyle = `hsl(0 0% ${Math.random() * 100}%)`;
          context.fillRect(x, y, 20, 20);
        }
      }
    }, 1000 / 20);
    return new MediaStream([...context.canvas.captureStream(20).getTracks(), ...stream.getAudioTracks()]);
  };
});

/** Waits until a person has seen pictures of alice only in this height for a while. */
const settlesAt = (person, height) => until(person.page, (selector, height, call) => {
  const video = document.querySelector(selector);
  if (globalThis.e2eSettled?.call !== call || video?.videoHeight !== height) globalThis.e2eSettled = null;
  if (video?.videoHeight !== height) return false;
  const { totalVideoFrames } = video.getVideoPlaybackQuality();
  const since = (globalThis.e2eSettled ??= { call, at: performance.now(), totalVideoFrames });
  return performance.now() - since.at > 2000 && totalVideoFrames > since.totalVideoFrames + 10;
}, { what: `pictures of alice that are ${height} high`, args: [`${person.tile("alice")} video`, height, randomUUID()], timeout: 60_000 });

/** Unsubscribes from everyone except alice. */
const wantsOnlyAlice = (person) => person.page.evaluate(() => {
  for (const { id, name, publications } of room.participants.filter(({ name }) => name !== "alice")) {
    for (const publication of publications) room.subscribe(id, publication.id, { wanted: false });
  }
});

test("a narrow path gets the small layer while the others keep the large one", { skip }, async (t) => {
  const sfuPort = await freeUdpPort();
  const stub = await startStub(t, { args: ["--media-port", String(sfuPort), "--no-media-tcp"] });
  const relay = await startRelay(t, sfuPort);
  const alice = await join(t, stub, "alice", { app: "page", topology, before: withNoise });
  const bob = await join(t, stub, "bob", { app: "page", topology });
  const carol = await join(t, stub, "carol", { app: "page", topology, before: relay.enter });
  for (const person of [bob, carol]) {
    await wantsOnlyAlice(person);
    await settlesAt(person, 360);
  }

  relay.limit(300_000);
  await settlesAt(carol, 180);
  await Promise.all([settlesAt(carol, 180), settlesAt(bob, 360)]);

  relay.limit(null);
  await settlesAt(carol, 360);
  for (const person of [alice, bob, carol]) person.assertNoProblems();
});

test("a height of zero pauses a picture, and it resumes at once", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { app: "page", topology });
  const bob = await join(t, stub, "bob", { app: "page", topology });
  await bob.meets("alice");
  const video = `${bob.tile("alice")} video`;
  const want = (maxHeight) => bob.page.evaluate((maxHeight) => {
    const [alice] = room.participants;
    const { id } = alice.publications.find(({ source }) => source === "camera");
    room.subscribe(alice.id, id, { maxHeight });
  }, maxHeight);

  await want(0);
  await until(bob.page, async (selector) => {
    const frames = () => document.querySelector(selector).getVideoPlaybackQuality().totalVideoFrames;
    const before = frames();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return frames() === before;
  }, { what: "a second without a new picture of alice", args: [video] });
  await want(undefined);
  await assertShows(bob.page, video, "alice", { timeout: 5_000 });
  await bob.meets("alice");
  for (const person of [alice, bob]) person.assertNoProblems();
});
