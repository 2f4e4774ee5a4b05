// People in a room who send each other files: pages without cameras, several in one browser.

import { until } from "./wait.mjs";

/**
 * @typedef {object} Person
 * @property {string} name
 * @property {"chromium" | "firefox"} kind
 * @property {string} id the participant id
 * @property {import("puppeteer-core").Page} page with the `desk` that `enter` creates
 */

/** Opens the page that mixes, in its own window. Resolves when people can join. */
export async function openMixer({ openPage }, stub) {
  const page = await openPage();
  await page.goto(`${stub.url}/www/mixer.html?room=tea`);
  await until(page, () => window.mixing?.room.state === "joined", { what: "the mixer is in the room" });
  return page;
}

/**
 * Opens a page for each person, all of one kind in one browser, and lets them join one room. Resolves when all are
 * connected.
 *
 * @param {{ url: string }} stub
 * @param {"mesh" | "sfu" | "mcu"} topology
 * @param {Record<string, "chromium" | "firefox">} kinds by name
 * @param {Record<string, import("./browsers.mjs").Visitor>} browsers by kind
 * @param {(page: import("puppeteer-core").Page) => unknown} [before] is called with each page while it is empty
 * @returns {Promise<Record<string, Person>>} by name
 */
export async function gather(stub, topology, kinds, browsers, before) {
  const people = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const page = await browsers[kind].openPage();
    await before?.(page);
    await page.goto(`${stub.url}/www/page.css`); // of the same origin, and without scripts
    people[name] = { name, kind, page, id: await page.evaluate(enter, topology, name) };
  }
  await Promise.all(Object.values(people).map((person) => meets(person, Object.keys(kinds).length - 1)));
  return people;
}

/** Waits until a person is connected to this many others. */
export function meets({ name, page }, others) {
  const met = (count) => {
    const connected = desk.people().filter(({ connectionState }) => connectionState === "connected");
    return connected.length === count;
  };
  return until(page, met, { what: `${name} is connected to ${others} others`, args: [others], timeout: 40_000 });
}

/** Runs in the page: joins, and creates a desk for files. Returns the participant id. */
async function enter(topology, name) {
  const { default: init, Room } = await import("/www/pkg/moim.js");
  await init();
  const room = new Room({ topology, autoSubscribe: false });
  const hash = async (blob) => {
    const bytes = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const noise = (size) => {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    return bytes;
  };
  /** Stores a transfer, and records every step of its progress. */
  const follow = (transfer) => {
    const steps = [];
    (async () => { for await (const { transferred } of transfer.progress()) steps.push(transferred); })();
    transfer.finished.catch(() => {}); // Asked for later.
    desk.transfers.push({ transfer, steps });
  };
  const desk = (globalThis.desk = {
    room,
    /** Transfers since the last `offer` or `accept`. */
    transfers: [],
    /** Offers, as received by two listeners: `[event, event]`. */
    offers: [],
    warnings: [],
    people: () => room.participants.filter(({ role }) => role !== "mixer"),

    /** Offers a file of each size to one, or to everyone. Returns their hashes by name. */
    async offer(sizes, to) {
      desk.transfers = [];
      const files = sizes.map((size, place) => new File([noise(size)], `${place}.bin`, { type: "application/x-test" }));
      const hashes = await Promise.all(files.map(async (file) => [file.name, await hash(file)]));
      for (const file of files) room.sendFile(file, to ? { to } : undefined).forEach(follow);
      return Object.fromEntries(hashes);
    },

    /** Waits for this many offers, and removes them from the desk. */
    async take(count) {
      while (desk.offers.length < count || !desk.offers[count - 1][1]) await new Promise((resolve) => { desk.wake = resolve; });
      return desk.offers.splice(0, count);
    },

    async accept(count) {
      desk.transfers = [];
      for (const [{ file }] of await desk.take(count)) follow(file.accept());
    },

    /** Accepts this many files into streams that write nothing before `go()`. `open` is how many have started and not ended. */
    async acceptLater(count) {
      desk.transfers = [];
      const disk = (desk.disk = { open: 0, most: 0 });
      const gate = new Promise((resolve) => { disk.go = resolve; });
      for (const [{ file }] of await desk.take(count)) {
        const begin = () => { disk.open++; disk.most = Math.max(disk.most, disk.open); };
        let write = () => { begin(); write = () => gate; return gate; };
        follow(file.accept({ writable: new WritableStream({ write: () => write(), close: () => { disk.open--; } }) }));
      }
    },

    /** Waits until a part of the first file has arrived. Returns whether it is incomplete. */
    async halfway() {
      const [{ transfer }] = desk.transfers;
      for await (const { transferred, size } of transfer.progress()) if (transferred > 0) return transferred < size;
    },

    /** Sends a message to someone, and returns whether it arrived. */
    async chat(to) {
      const { deliveredTo } = await room.sendChat("meanwhile", { to });
      return deliveredTo.includes(to);
    },

    /** The result of each transfer. */
    outcomes: () => Promise.all(desk.transfers.map(async ({ transfer, steps }) => {
      const { name, size, participantId } = transfer;
      try {
        const file = await transfer.finished;
        return { name, size, participantId, steps, hash: file && (await hash(file)), type: file?.type };
      } catch ({ code, message }) {
        return { name, participantId, code, message };
      }
    })),

    /** The code of the error that an expression throws, or else its value. */
    attempt(action) {
      try { return action(); } catch ({ code }) { return code; }
    },
  });
  const wake = () => desk.wake?.();
  room.addEventListener("fileoffered", ({ detail }) => desk.offers.push([detail]));
  (async () => {
    for await (const event of room.events()) {
      if (event.type !== "fileoffered") continue;
      desk.offers.find(([first]) => first.file.id === event.file.id)?.push(event);
      wake();
    }
  })();
  room.addEventListener("warning", ({ detail }) => desk.warnings.push(detail.error.message));
  await room.join({ room: "tea", name });
  return room.participantId;
}
