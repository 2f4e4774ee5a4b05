// The same participant, publication and track is the same object, and up to date, for as long as it lives.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

for (const kind of ["chromium", "firefox"]) {
  const skip = stubMissing() || browserMissing(kind);

  for (const topology of ["mesh", "sfu"]) {
    test(`who and what is in a room is the same object for as long as it lives, ${topology}, ${kind}`, { skip }, async (t) => {
      const stub = await startStub(t);
      const browser = await launch(t, kind);
      const enter = async (name) => {
        const page = await browser.openPage();
        await page.goto(`${stub.url}/www/page.css`); // of the same origin, and without scripts
        await page.evaluate(join, topology, name);
        return page;
      };
      const alice = await enter("alice");
      const bob = await enter("bob");
      await until(alice, () => room.participants[0]?.tracks.length === 1, { what: "bob's camera" });
      assert.deepEqual(await alice.evaluate(firstLook), {
        joined: true, updated: true, track: true, sameArray: true, sameLists: true,
        keys: ["id", "name", "metadata", "attributes", "role", "permissions", "publications", "tracks", "connectionState", "reconnecting"],
        text: ["bob", { shirt: "red" }, "camera", false],
        className: "RemoteParticipant",
        readOnly: ["TypeError", "TypeError", "TypeError"],
      });
      await until(alice, () => first.participant.connectionState === "connected", { what: "the connection" });

      await bob.evaluate(() => room.update({ name: "bobby", attributes: { shirt: "blue" } }));
      await until(alice, () => first.participant.name === "bobby", { what: "the new name" });
      assert.deepEqual(await alice.evaluate(secondLook), {
        participant: true, otherArray: true, sameLists: true, publication: true, attributes: { shirt: "blue" }, track: true,
      });

      await alice.evaluate(expectFile);
      await bob.evaluate(() => void room.sendFile(new Blob(["tea"])));
      await until(alice, () => files?.length === 3, { what: "a file is offered" });
      assert.equal(await alice.evaluate(() => new Set(files).size), 1);

      await alice.evaluate(() => (globalThis.before = room.participants));
      await bob.evaluate(() => room.setMuted(room.publications[0].id, true));
      await until(alice, () => first.publication.muted && first.track.muted, { what: "bob is muted" });
      assert.deepEqual(await alice.evaluate(() => [first.participant.publications[0] === first.publication, before !== room.participants]), [true, true]);
      assert.deepEqual(await bob.evaluate(() => [own === room.publications[0], own.muted]), [true, true]);

      await bob.evaluate(() => room.unpublish(own.id));
      await until(alice, () => first.participant.publications.length === 0 && first.participant.tracks.length === 0, { what: "the camera is gone" });
      assert.deepEqual(await alice.evaluate(() => [first.track.ended, first.participant === room.participants[0]]), [true, true]);
      assert.deepEqual(await bob.evaluate(() => room.publications), []);

      await bob.evaluate(() => room.leave());
      await until(alice, () => room.participants.length === 0, { what: "bob has left" });
      assert.deepEqual(await alice.evaluate(() => [first.participant.name, first.participant.connectionState]), ["bobby", "closed"]);
      await alice.evaluate(() => room.leave());
      assert.deepEqual(browser.problems, []);
    });
  }
}

for (const kind of ["chromium", "firefox"]) {
  const skip = stubMissing() || browserMissing(kind);

  test(`a track of this page is the same object wherever it is returned, ${kind}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const { page, problems } = await launch(t, kind);
    await page.goto(`${stub.url}/www/page.css`); // of the same origin, and without scripts
    const seen = await page.evaluate(async () => {
      const { default: init, Devices, LocalTrack, PeerConnection, Room } = await import("/www/pkg/moim.js");
      await init();
      const room = new Room();
      const [camera, microphone] = await Promise.all([room.setCameraEnabled(true), room.setMicrophoneEnabled(true)]);
      const kept = new Map([[camera, "camera"], [microphone, "microphone"]]);
      await room.join({ room: "tea", name: "alice" });
      await room.setMicrophoneEnabled(false);
      const again = [kept.get(await room.setCameraEnabled(true)), kept.get(await room.setMicrophoneEnabled(true))];

      const own = await new Devices().microphone();
      await room.publish(own);
      const connection = new PeerConnection();
      const { sender } = connection.addTrack(own);
      const { mediaStreamTrack } = own;
      const same = [sender.track, LocalTrack.fromMediaStreamTrack(mediaStreamTrack, "microphone")].map((track) => track === own);
      const copy = own.clone();
      const other = copy !== own && copy.id !== own.id;
      for (const track of [own, copy]) track.stop();
      connection.close();
      await room.leave();
      return { again, same, other };
    });
    assert.deepEqual(seen, { again: ["camera", "microphone"], same: [true, true], other: true });
    assert.deepEqual(problems, []);
  });
}

/** Runs in the page. */
async function join(topology, name) {
  const moim = await import("/www/pkg/moim.js");
  await moim.default();
  const room = (globalThis.room = new moim.Room({ topology }));
  globalThis.heard = {};
  for (const type of ["participantjoined", "participantupdated", "trackadded"]) {
    room.addEventListener(type, ({ detail }) => (heard[type] = detail.participant ?? detail.track));
  }
  await room.join({ room: "tea", name, attributes: { shirt: "red" } });
  await room.publish(await new moim.Devices().camera());
  globalThis.own = room.publications[0];
}

/** Runs in the page: collects the offered file of two listeners and of an iterator. */
function expectFile() {
  globalThis.files = [];
  for (let i = 0; i < 2; i++) room.addEventListener("fileoffered", ({ detail }) => files.push(detail.file));
  void (async () => {
    for await (const event of room.events()) if (event.type === "fileoffered") return files.push(event.file);
  })();
}

/** Runs in the page. */
function firstLook() {
  const [participant] = room.participants;
  const { name, attributes, publications: [publication], tracks: [track] } = participant;
  globalThis.first = { participant, publication, publications: participant.publications, tracks: participant.tracks, track, array: room.participants };
  const thrown = (change) => { try { change(); return "nothing"; } catch (error) { return error.name; } };
  return {
    joined: heard.participantjoined === participant,
    updated: heard.participantupdated === participant,
    track: heard.trackadded === track,
    sameArray: room.participants === room.participants && room.participants.includes(participant),
    sameLists: participant.tracks === participant.tracks && participant.publications === participant.publications,
    keys: Object.keys(participant).filter((key) => key !== "quality"), // which is measured later
    text: [name, attributes, publication.source, publication.muted],
    className: participant.constructor.name,
    readOnly: [
      thrown(() => { "use strict"; participant.name = "eve"; }),
      thrown(() => { "use strict"; publication.muted = true; }),
      thrown(() => room.participants.pop()),
    ],
  };
}

/** Runs in the page. */
function secondLook() {
  const { participant, publication, publications, tracks, track, array } = first;
  return {
    participant: participant === room.participants[0] && heard.participantupdated === participant,
    otherArray: array !== room.participants,
    sameLists: participant.tracks === tracks && participant.publications === publications,
    publication: participant.publications[0] === publication,
    attributes: participant.attributes,
    track: participant.tracks[0] === track,
  };
}
