// The signaling stub, serving the built site on a port of its own.

import { existsSync } from "node:fs";
import { startChild, stopChild } from "../../../scripts/lib/children.mjs";
import { SITE, STUB } from "../../../scripts/lib/paths.mjs";
import { isRoot } from "../../../scripts/lib/root.mjs";
import { browserPath } from "./browsers.mjs";

const READY_MS = 10_000;

/** Why there can be no stub, or false. */
export const stubMissing = () => !existsSync(STUB) && "the signaling stub is not built: npm run build";

/** The flags with which the stub starts mixers. */
export const mixing = () => ["--mixer", browserPath("chromium"), ...(isRoot() ? ["--mixer-no-sandbox"] : [])];

/**
 * Starts the stub, and stops it after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ staticDir?: string, port?: number, args?: string[] }} [options]
 * @returns {Promise<{ url: string, port: number, pid: number, log: () => string, stop: () => Promise<void> }>} `url` without a
 *   slash at its end; `log` is what the stub has printed so far
 */
export async function startStub(t, { staticDir = SITE, port = 0, args = [] } = {}) {
  const flags = ["--host", "127.0.0.1", "--port", String(port), "--static-dir", staticDir, ...args];
  const stub = startChild(STUB, flags, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  const stop = () => stopChild(stub);
  t.after(stop);
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`The signaling stub ${why}.\n${log}`));
    const late = setTimeout(() => fail("did not say that it listens"), READY_MS);
    const hear = (text) => {
      log += text;
      const found = log.match(/listening on (http:\/\/[^\s/]+)/);
      if (!found) return;
      clearTimeout(late);
      resolve(found[1]);
    };
    for (const stream of [stub.stdout, stub.stderr]) stream.setEncoding("utf8").on("data", hear);
    stub.once("error", (error) => fail(`does not start: ${error.message}`));
    stub.once("exit", (code, signal) => (clearTimeout(late), fail(`ended with ${signal ?? `code ${code}`}`)));
  });
  return { url, port: Number(new URL(url).port), pid: stub.pid, log: () => log, stop };
}
