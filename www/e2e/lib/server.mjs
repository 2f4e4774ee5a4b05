// The signaling stub, which serves the built site on its own port.

import { once } from "node:events";
import { existsSync } from "node:fs";
import { startChild, stopChild } from "../../../scripts/lib/children.mjs";
import { SITE, STUB } from "../../../scripts/lib/paths.mjs";
import { isRoot } from "../../../scripts/lib/root.mjs";
import { browserPath } from "./executables.mjs";

const READY_MS = 10_000;

/** Why the stub is not available, or false. */
export const stubMissing = () => !existsSync(STUB) && "the signaling stub is not built: npm run build";

/** The flags for the stub to start mixers. */
export const mixing = () => ["--mixer", browserPath("chromium"), ...(isRoot() ? ["--mixer-no-sandbox"] : [])];

/**
 * Starts the stub, and stops it after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ host?: string, staticDir?: string, port?: number, args?: string[], env?: Record<string, string> }} [options]
 * @returns {Promise<{ url: string, port: number, pid: number, log: () => string, stop: () => Promise<void>, kill: () => Promise<void> }>}
 *   `url` without a trailing slash; `log` returns what the stub has printed so far; `kill` sends SIGKILL
 */
export async function startStub(t, { host = "127.0.0.1", staticDir = SITE, port = 0, args = [], env = {} } = {}) {
  const flags = ["--host", host, "--port", String(port), "--static-dir", staticDir, ...args];
  const stub = startChild(STUB, flags, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let log = "";
  const stop = () => stopChild(stub);
  t.after(stop);
  const kill = async () => {
    stub.kill("SIGKILL");
    await once(stub, "exit");
  };
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`The signaling stub ${why}.\n${log}`));
    const late = setTimeout(() => fail("did not start to listen"), READY_MS);
    const hear = (text) => {
      log += text;
      const found = log.match(/listening on (https?:\/\/[^\s/]+)/);
      if (!found) return;
      clearTimeout(late);
      resolve(found[1]);
    };
    for (const stream of [stub.stdout, stub.stderr]) stream.setEncoding("utf8").on("data", hear);
    stub.once("error", (error) => fail(`could not be started: ${error.message}`));
    stub.once("exit", (code, signal) => (clearTimeout(late), fail(`exited with ${signal ?? `code ${code}`}`)));
  });
  return { url, port: Number(new URL(url).port), pid: stub.pid, log: () => log, stop, kill };
}
