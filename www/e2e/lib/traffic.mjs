// What two people send each other while the network fails: numbered data, a stream, and a file.

import assert from "node:assert/strict";
import { until } from "./wait.mjs";

/** More than is sent ahead of a receiver who writes slowly. */
const FILE_BYTES = 10 * 2 ** 20;
const WRITTEN_PER_MS = 2_000;
const EVERY_MS = 200;

/**
 * Starts to send in both directions, until `assertTraffic`. Resolves when a part of each file has arrived. The pages
 * remember their connections, see connections.mjs.
 */
export async function startTraffic(one, other) {
  const people = [one, other];
  await Promise.all(people.map(({ page }) => page.evaluate(receive, WRITTEN_PER_MS)));
  await Promise.all([people, people.toReversed()].map(([from, to]) => from.page.evaluate(send, to.person, FILE_BYTES, EVERY_MS)));
  const arrives = (person) => until(person.page, () => traffic.written > 0, { what: `a part of a file for ${person.person}` });
  await Promise.all(people.map(arrives));
}

/**
 * Ends it, and asserts that everything has arrived once and in order.
 *
 * @returns {Promise<string>} what arrived, in words
 */
export async function assertTraffic(one, other) {
  const people = [one, other];
  const said = [];
  const sent = await Promise.all(people.map(({ page }) => page.evaluate(() => traffic.end())));
  const isReplaced = (await Promise.all(people.map(({ page }) => page.evaluate(() => traffic.isReplaced())))).includes(true);
  for (const [at, to] of people.toReversed().entries()) {
    const { lines, hash, last } = sent[at];
    const way = `from ${people[at].person} to ${to.person}`;
    await until(to.page, (last) => traffic.numbers.includes(last), { what: `the last data ${way}`, args: [last], timeout: 60_000 });
    const arrived = await to.page.evaluate(async () => ({ file: await traffic.file, text: await traffic.text, numbers: traffic.numbers }));
    assert.equal(arrived.file, hash, `the file ${way}`);
    assert.equal(arrived.text, lines, `the stream ${way}`);
    assert.deepEqual(arrived.numbers, Array.from({ length: last + 1 }, (_, number) => number), `data ${way}`);
    said.push(`${way}: a file, a stream and ${arrived.numbers.length} messages of data`);
  }
  return `${said.join("; ")}${isReplaced ? "; over another connection at last" : ""}`;
}

/** Runs in the page: notes what arrives, and writes a file as slowly as a disk. */
function receive(bytesPerMs) {
  const only = (type) => new Promise((resolve) => room.addEventListener(type, ({ detail }) => resolve(detail), { once: true }));
  const connected = () => e2eConnections.filter(({ connectionState }) => connectionState === "connected");
  const first = connected();
  const sha256 = async (parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer())).join();
  const read = async ({ stream }) => {
    const reader = stream.readable.getReader();
    let text = "";
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) text += value;
    return text;
  };
  const accept = async ({ file }) => {
    const parts = [];
    const write = async (part) => {
      parts.push(part.slice());
      traffic.written += part.length;
      await new Promise((resolve) => setTimeout(resolve, part.length / bytesPerMs));
    };
    await file.accept({ writable: new WritableStream({ write }) }).finished;
    return sha256(parts);
  };
  const failed = ({ code, message }) => `${code}: ${message}`;
  globalThis.traffic = {
    sha256,
    numbers: [],
    written: 0,
    text: only("streamopened").then(read).catch(failed),
    file: only("fileoffered").then(accept).catch(failed),
    isReplaced: () => connected().some((connection) => !first.includes(connection)),
  };
  room.addEventListener("datareceived", ({ detail: { payload } }) => traffic.numbers.push(Number(new TextDecoder().decode(payload))));
}

/** Runs in the page: sends a file, and numbers until `traffic.end()`. */
async function send(name, fileBytes, everyMs) {
  const { id: to } = room.participants.find((participant) => participant.name === name);
  const bytes = new Uint8Array(fileBytes);
  for (let at = 0; at < fileBytes; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  const hash = await traffic.sha256([bytes]);
  const [file] = room.sendFile(new Blob([bytes]), { to });
  file.finished.catch(() => {}); // The receiver asks for it.
  const writer = room.openStream(to, { kind: "text" }).getWriter();
  let lines = "";
  let last = -1;
  let isOver = false;
  const sending = (async () => {
    do {
      last += 1;
      const number = last;
      lines += `${number}\n`;
      writer.write(`${number}\n`).catch(() => {}); // The reader asks for it.
      await room.sendData(new TextEncoder().encode(`${number}`), { to });
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    } while (!isOver);
    await Promise.all([writer.close(), file.finished]);
    return { lines, hash, last };
  })();
  sending.catch(() => {}); // Asked for later.
  traffic.end = () => ((isOver = true), sending);
}
