// Publishes with WHIP to a real media server, MediaMTX, and plays with WHEP.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MEDIAMTX, serverMissing } from "../../scripts/lib/go_servers.mjs";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { assertShows, assertSounds } from "./lib/media.mjs";
import { startMediaMtx } from "./lib/mediamtx.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

for (const kind of ["chromium", "firefox"]) {
  const skip = serverMissing(MEDIAMTX) || stubMissing() || browserMissing(kind);
  test(`a stream is published and played${kind === "firefox" ? "" : ", and is back after the server was restarted"}, ${kind}`, { skip }, async (t) => {
    const [stub, server] = [await startStub(t), await startMediaMtx(t)]; // the stub serves the page
    const { openPage } = await launch(t, kind);
    const [publisher, player] = [await openPage(), await openPage()];
    for (const page of [publisher, player]) await page.goto(`${stub.url}/www/page.css`);

    await publisher.evaluate(publish, `${server.url}/live/whip`);
    await until(player, play, { what: "the stream is there", args: [`${server.url}/live/whep`] });
    await assertShows(player, "#video", "alice");
    await assertSounds(player, "#audio", "alice");

    assert.deepEqual(await player.evaluate(refused, server.host), {
      missing: "ERR_ROOM_TOKEN_MISSING",
      wrong: "ERR_ROOM_TOKEN_INVALID",
      right: "joined",
      chat: "ERR_UNSUPPORTED",
      mesh: "ERR_UNSUPPORTED",
    });

    if (kind === "firefox") return; // notices only after about a minute that the server was gone
    await player.evaluate(() => document.querySelector("#video").remove());
    await server.restart();
    await until(player, () => document.querySelector("#video"), { what: "the stream is back", timeout: 60_000 });
    await assertShows(player, "#video", "alice", { timeout: 30_000 });
  });
}

/** Runs in the page. */
async function publish(url) {
  const { default: init, Room } = await import("/www/pkg/moim.js");
  await init();
  window.room = new Room({ server: { type: "whip", url }, topology: "sfu" });
  await room.setCameraEnabled(true);
  await room.setMicrophoneEnabled(true);
  await room.join({ room: "live", name: "Alice" });
}

/** Runs in the page. Returns false while nothing is published: the server needs a moment. */
async function play(url) {
  const { default: init, Room } = await import("/www/pkg/moim.js");
  await init();
  const room = new Room({ server: { type: "whep", url }, topology: "sfu" });
  room.addEventListener("trackadded", ({ detail: { track } }) => {
    document.querySelector(`#${track.kind}`)?.remove();
    document.body.append(Object.assign(track.attach(), { id: track.kind }));
  });
  return room.join({ room: "live", name: "viewer" }).then(() => (window.room = room, true), () => false);
}

/** Runs in the page of the player. */
async function refused(host) {
  const { Room } = await import("/www/pkg/moim.js");
  const outcome = (call) => Promise.resolve().then(call).then(() => "joined", ({ code }) => code);
  const join = async (url) => {
    const room = new Room({ server: { type: "whip", url }, topology: "sfu" });
    await room.setMicrophoneEnabled(true);
    try {
      await room.join({ room: "locked", name: "Ana" });
    } finally {
      await room.leave();
    }
  };
  return {
    missing: await outcome(() => join(`http://${host}/locked/whip`)),
    wrong: await outcome(() => join(`http://ana:wrong@${host}/locked/whip`)),
    right: await outcome(() => join(`http://ana:secret@${host}/locked/whip`)),
    chat: await outcome(() => room.sendChat("hello")),
    mesh: await outcome(() => new Room({ server: { type: "whep", url: `http://${host}/live/whep` } })),
  };
}
