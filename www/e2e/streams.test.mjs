// Streams between two people of a room, in each topology.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { gather, openMixer } from "./lib/desk.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium") || browserMissing("firefox");
/** How far a writer may be ahead of its reader. */
const WINDOW = 256 * 1024;

for (const topology of ["mesh", "sfu", "mcu"]) {
  test(`streams in a room, ${topology}`, { skip }, async (t) => {
    const stub = await startStub(t, { args: topology === "mcu" ? ["--any-mixer"] : [] });
    const browsers = { chromium: await launch(t, "chromium"), firefox: await launch(t, "firefox") };
    if (topology === "mcu") await openMixer(browsers.chromium, stub);
    const { alice, bob } = await gather(stub, topology, { alice: "chromium", bob: "firefox" }, browsers);
    for (const { page } of [alice, bob]) await page.evaluate(install);

    for (const [from, to] of [[alice, bob], [bob, alice]]) {
      const way = `from ${from.kind} to ${to.kind}`;

      await t.test(`bytes arrive completely, ${way}`, async () => {
        const reading = to.page.evaluate(() => streams.readBytes());
        const hash = await from.page.evaluate((id) => streams.writeBytes(id), to.id);
        const header = { kind: "bytes", topic: "noise", attributes: { colour: "white" }, size: 3_000_000 };
        assert.deepEqual(await reading, { from: from.id, header, hash });
      });

      await t.test(`text arrives completely, ${way}`, async () => {
        const reading = to.page.evaluate(() => streams.readText());
        const text = await from.page.evaluate((id) => streams.writeText(id), to.id);
        assert.equal(await reading, text);
      });

      await t.test(`a slow reader blocks the writer, ${way}`, async () => {
        await from.page.evaluate((id) => void streams.flood(id), to.id);
        await until(from.page, (most) => streams.accepted === most, { what: "a full window", args: [WINDOW] });
        const state = await from.page.evaluate((id) => streams.isHeld(id), to.id);
        assert.deepEqual(state, { ready: "pending", accepted: WINDOW });
        assert.equal(await to.page.evaluate(() => streams.count()), 10 * WINDOW);
        await from.page.evaluate(() => streams.flooded);
      });

      await t.test(`a blocked writer aborts, and the reader gets the reason, ${way}`, async () => {
        await from.page.evaluate((id) => void streams.flood(id), to.id);
        await until(from.page, (most) => streams.accepted === most, { what: "a full window", args: [WINDOW] });
        await from.page.evaluate(() => streams.writer.abort(new Error("enough")));
        const { code, message } = await to.page.evaluate(() => streams.count().catch(streams.error));
        assert.equal(code, "ERR_STREAM_CANCELLED");
        assert.match(message, /enough/);
      });

      await t.test(`a reader cancels, and the writer gets the reason, ${way}`, async () => {
        await from.page.evaluate((id) => void streams.flood(id), to.id);
        await to.page.evaluate(async () => (await streams.next()).stream.readable.cancel("not mine"));
        const errors = await from.page.evaluate(() => {
          const ends = [streams.writer.closed, streams.flooded];
          return Promise.all(ends.map((end) => end.catch(streams.error)));
        });
        for (const { code, message } of errors) {
          assert.equal(code, "ERR_STREAM_CANCELLED");
          assert.match(message, /not mine/);
        }
      });
    }

    await t.test("ended streams do not count as open", async () => {
      const count = 70; // 64 may be open
      const reading = bob.page.evaluate(async (count) => {
        const topics = [];
        for (let at = 0; at < count; at++) {
          const { stream } = await streams.next();
          for await (const text of stream.readable) topics.push(stream.topic === text);
        }
        return topics;
      }, count);
      await alice.page.evaluate(async (id, count) => {
        for (let at = 0; at < count; at++) {
          const writer = desk.room.openStream(id, { kind: "text", topic: `${at}` }).getWriter();
          await writer.write(`${at}`);
          await writer.close();
        }
      }, bob.id, count);
      assert.deepEqual(await reading, Array(count).fill(true));
    });

    await t.test("what cannot be sent is rejected", async () => {
      const codes = await alice.page.evaluate(async (id) => {
        const { room, attempt } = desk;
        const wrong = [[], ["nobody"], [room.participantId], [id, { topics: "x" }], [id, { kind: "video" }], [id, { topic: "x".repeat(9000) }]];
        const opened = wrong.map((args) => attempt(() => room.openStream(...args)));
        const write = (chunk, options) => room.openStream(id, options).getWriter().write(chunk).catch(({ code }) => code);
        return { opened, written: [await write("text"), await write(new Uint8Array(1), { kind: "text" })] };
      }, bob.id);
      const opened = ["INVALID_OPTIONS", "DATA_UNKNOWN_PARTICIPANT", "DATA_UNKNOWN_PARTICIPANT", "INVALID_OPTIONS", "INVALID_OPTIONS", "DATA_TOO_LARGE"];
      assert.deepEqual(codes, { opened: opened.map((code) => `ERR_${code}`), written: Array(2).fill("ERR_INVALID_OPTIONS") });
      for (const _ of codes.written) await bob.page.evaluate(() => streams.next()); // They were opened.
    });

    await t.test("a participant who leaves interrupts what they write and read", async () => {
      await alice.page.evaluate((id) => { streams.end = streams.flood(id).catch(streams.error); }, bob.id);
      await bob.page.evaluate((id) => {
        streams.writer = desk.room.openStream(id, { kind: "text" }).getWriter();
        return streams.writer.write("half of");
      }, alice.id);
      await until(alice.page, (most) => streams.accepted === most, { what: "a full window", args: [WINDOW] });
      await alice.page.evaluate(async () => { streams.reader = (await streams.next()).stream.readable.getReader(); });
      await bob.page.close();
      const ends = await alice.page.evaluate(async () => {
        const { value } = await streams.reader.read();
        return { value, ends: [await streams.reader.read().catch(streams.error), await streams.end].map(({ code }) => code) };
      });
      assert.deepEqual(ends, { value: "half of", ends: Array(2).fill("ERR_STREAM_INTERRUPTED") });
    });
    for (const { problems } of Object.values(browsers)) assert.deepEqual(problems, []);
  });
}

/** Runs in the page, which has a desk. */
function install() {
  const { room } = desk;
  const opened = [];
  const part = "가👍é, ";
  const hash = async (parts) => {
    const bytes = await new Blob(parts).arrayBuffer();
    return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toString();
  };
  const streams = (globalThis.streams = {
    error: ({ code, message }) => ({ code, message }),

    /** Waits for the next stream, and reads it. */
    async next() {
      while (opened.length === 0) await new Promise((resolve) => { streams.wake = resolve; });
      return opened.shift();
    },

    async writeBytes(to) {
      const bytes = new Uint8Array(3_000_000);
      for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
      const options = { topic: "noise", attributes: { colour: "white" }, size: bytes.length };
      // Chunks of many sizes.
      const source = new ReadableStream({
        start(controller) {
          for (let at = 0, size = 1; at < bytes.length; at += size, size = size * 3 + 1) controller.enqueue(bytes.subarray(at, at + size));
          controller.close();
        },
      });
      await source.pipeTo(room.openStream(to, options));
      return hash([bytes]);
    },
    async readBytes() {
      const { participantId, stream: { readable, ...header } } = await streams.next();
      const chunks = [];
      for await (const chunk of readable) chunks.push(chunk);
      return { from: participantId, header, hash: await hash(chunks) };
    },

    async writeText(to) {
      const writer = room.openStream(to, { kind: "text" }).getWriter();
      for (let size = 1; size < 50_000; size = size * 4 + 3) await writer.write(part.repeat(size));
      await writer.write("");
      await writer.close();
      let text = "";
      for (let size = 1; size < 50_000; size = size * 4 + 3) text += part.repeat(size);
      return text;
    },
    async readText() {
      let text = "";
      for await (const chunk of (await streams.next()).stream.readable) text += chunk;
      return text;
    },

    /** Writes 2.5 MiB in chunks of 64 KiB, each when the writer is ready. `accepted` is how many bytes were accepted. */
    flood(to) {
      streams.accepted = 0;
      const writer = (streams.writer = room.openStream(to).getWriter());
      const flooded = (async () => {
        for (let at = 0; at < 40; at++) {
          await writer.ready;
          writer.write(new Uint8Array(65536)).then(() => { streams.accepted += 65536; }, () => {});
        }
        await writer.close();
      })();
      flooded.catch(() => {}); // Asked for later.
      writer.closed.catch(() => {});
      return (streams.flooded = flooded);
    },
    /** The result of an expression after a message went to the reader and back. */
    async isHeld(to) {
      const ready = streams.writer.ready.then(() => "resolved");
      const back = desk.chat(to).then(() => "pending");
      return { ready: await Promise.race([ready, back]), accepted: streams.accepted };
    },
    /** The number of bytes in the next stream. */
    async count() {
      let count = 0;
      for await (const chunk of (await streams.next()).stream.readable) count += chunk.length;
      return count;
    },
  });
  room.addEventListener("streamopened", ({ detail }) => {
    opened.push(detail);
    streams.wake?.();
  });
}
