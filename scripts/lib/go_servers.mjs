// Media servers that are built from their Go modules, for the browser tests with real servers.

import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, TARGET, TOOLS_BIN, tool } from "./paths.mjs";
import { step } from "./progress.mjs";
import { run } from "./run.mjs";
import { unlessFresh } from "./stamp.mjs";
import { which } from "./which.mjs";

const LIMIT_MS = 360_000;

/**
 * @typedef {object} GoServer
 * @property {string} name of its folder in `scripts/servers`, whose `go.mod` pins its version
 * @property {string} title
 * @property {string} binary its path
 * @property {(go: (...args: string[]) => Promise<unknown>, folder: string, binary: string) => Promise<void>} build
 */

/** For WHIP and WHEP: www/e2e/whip.test.mjs. @type {GoServer} */
export const MEDIAMTX = {
  name: "mediamtx",
  title: "MediaMTX",
  binary: tool("mediamtx"),
  async build(go, folder, binary) {
    const module = "github.com/bluenviron/mediamtx";
    // Its repository lacks two embedded files, which its own build downloads: `-e` ignores that, and they are added.
    await go("mod", "vendor", "-e");
    const internal = join(folder, "vendor", module, "internal");
    writeFileSync(join(internal, "core", "VERSION"), "v1.13.1");
    writeFileSync(join(internal, "servers", "hls", "hls.min.js"), "");
    await go("build", "-mod=vendor", "-o", binary, module);
  },
};

/** For www/e2e/livekit.test.mjs and livekit_data.test.mjs. @type {GoServer} */
export const LIVEKIT = {
  name: "livekit",
  title: "LiveKit",
  binary: tool("livekit-server"),
  build: (go, _, binary) => go("build", "-o", binary, "github.com/livekit/livekit-server/cmd/server"),
};

/** Why a server is not available, or false. @param {GoServer} server */
export const serverMissing = ({ title, binary }) => !existsSync(binary) && `${title} was not built: it needs Go`;

/** Builds the servers into `.tools`, unless they are there. Without Go, or the module proxy, the tests that need them are skipped. */
export async function ensureGoServers() {
  if (!which("go")) return console.log("No Go here: the tests with MediaMTX and LiveKit are skipped.");
  for (const server of [MEDIAMTX, LIVEKIT]) await ensureServer(server);
}

async function ensureServer({ name, title, binary, build }) {
  const source = join(ROOT, "scripts", "servers", name);
  const files = readdirSync(source).map((file) => join(source, file));
  const folder = join(TARGET, name);
  const work = async (note) => {
    mkdirSync(folder, { recursive: true });
    mkdirSync(TOOLS_BIN, { recursive: true });
    for (const file of readdirSync(source)) copyFileSync(join(source, file), join(folder, file));
    const go = (...args) => run("go", args, { cwd: folder, log: `install-${name}`, timeoutMs: LIMIT_MS, onLine: (line) => note(line.trim()) });
    await build(go, folder, binary);
  };
  try {
    await unlessFresh(name, { files, outputs: [binary] }, () => step(`building ${title} into .tools (once, some minutes)`, work));
  } catch (error) {
    console.log(`${title} was not built, and the tests with it are skipped: ${error.message}`);
  }
}
