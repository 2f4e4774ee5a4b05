// A person in a call, in the demo or in the plain page: both use the same `data-test` names.

import assert from "node:assert/strict";
import { launch } from "./browsers.mjs";
import { assertShows, assertSounds } from "./media.mjs";
import { until } from "./wait.mjs";

const JOIN_MS = 20_000;
const MEET_MS = 25_000;
const PATHS = { demo: "/", page: "/www/" };

/**
 * Starts a browser and joins a room as `person`.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ url: string }} stub
 * @param {"alice" | "bob" | "carol" | "dave"} person also the name in the room
 * @param {object} [options]
 * @param {"chromium" | "firefox"} [options.kind]
 * @param {"demo" | "page"} [options.app]
 * @param {string} [options.room]
 * @param {"mesh" | "sfu" | "mcu"} [options.topology]
 * @param {string} [options.query] further query parameters, such as `&host` or `&adaptive`
 * @param {boolean} [options.waits] the room is locked: wait in its lobby (demo)
 * @param {import("./certificate.mjs").Certificate} [options.trusted] a server's certificate that the browser accepts
 * @param {string[]} [options.enter] the command that starts the browser elsewhere, see `launch`
 * @param {(page: import("puppeteer-core").Page) => Promise<void>} [options.before] with the page, before it is opened
 */
export async function join(t, stub, person, { kind = "chromium", app = "demo", room = "tea", topology = "mesh", query = "", waits = false, before, trusted, enter } = {}) {
  const visitor = await launch(t, kind, { person, trusted, enter });
  await visitor.page.bringToFront();
  await before?.(visitor.page);
  const inCall = call(visitor, person, app);
  const url = `${stub.url}${PATHS[app]}?room=${room}&name=${person}&topology=${topology}${query}&join`;
  await (waits ? inCall.wait(url) : inCall.join(url));
  return inCall;
}

/** Asserts that both see and hear each other. */
export async function meetEachOther(one, other) {
  await Promise.all([one.meets(other.person), other.meets(one.person)]);
}

function call(visitor, person, app) {
  const { page, problems } = visitor;
  const $ = (name) => `[data-test=${name}]`;
  const tile = (whose, source = "camera") => `${$("tile")}[data-participant=${whose}][data-source=${source}]`;
  const click = (name, within = "") => page.locator(`${within} ${$(name)}`).click();
  const isThere = (selector) => Boolean(document.querySelector(selector));
  const finds = (selector, what) => until(page, isThere, { what: `${person} ${what}`, args: [selector], timeout: JOIN_MS });
  return {
    ...visitor,
    person,
    $,
    tile,
    click,

    async join(url) {
      await page.goto(url);
      await finds(`${$("call")}:not([hidden])`, "is in the call");
    },

    async wait(url) {
      await page.goto(url);
      await finds($("waiting"), "waits in the lobby");
    },

    /** Waits until the room is joined. */
    async comesIn() {
      await finds($("call"), "was admitted");
    },

    /** Asserts that `other` is seen and heard: frames that change, and the right tone. */
    async meets(other, { frames = 10 } = {}) {
      await Promise.all([
        assertShows(page, `${tile(other)} video`, other, { frames, timeout: MEET_MS }),
        assertSounds(page, `${tile(other)} :is(audio, video:not([muted]))`, other, { timeout: MEET_MS }),
      ]);
    },

    /** Asserts who has a tile: everyone in the room, including the person. */
    async sees(people) {
      const names = (selector) => [...document.querySelectorAll(selector)].map((tile) => tile.dataset.participant).sort().join();
      const args = [`${$("tile")}[data-source=camera]`];
      const wanted = [...people].sort().join();
      const check = new Function("selector", `return (${names})(selector) === ${JSON.stringify(wanted)}`);
      await until(page, check, { what: `tiles of ${wanted}`, args });
    },

    async write(text) {
      if (app === "demo" && !(await page.$($("chat-input")))) await click("chat-toggle");
      await page.locator($("chat-input")).fill(text);
      await click("chat-send");
    },

    /** Waits until there are `count` chat lines of `from`, and returns them in order. */
    async reads(from, count, timeout) {
      if (app === "demo" && !(await page.$($("chat-input")))) await click("chat-toggle");
      const selector = `${$("chat-message")}[data-from=${from}]`;
      const args = [selector, count];
      const enough = (selector, count) => document.querySelectorAll(selector).length >= count;
      await until(page, enough, { what: `${count} lines of ${from}`, args, timeout });
      return page.$$eval(selector, (lines) => lines.map((line) => line.textContent));
    },

    assertNoProblems() {
      assert.deepEqual(problems, []);
    },
  };
}
