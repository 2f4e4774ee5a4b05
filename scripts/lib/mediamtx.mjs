// MediaMTX, a media server for WHIP and WHEP, built from its Go module: the tests of www/e2e/whip.test.mjs use it.

import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, TARGET, TOOLS_BIN, tool } from "./paths.mjs";
import { step } from "./progress.mjs";
import { run } from "./run.mjs";
import { unlessFresh } from "./stamp.mjs";
import { which } from "./which.mjs";

const SOURCE = join(ROOT, "scripts", "servers", "mediamtx");
const MODULE = "github.com/bluenviron/mediamtx";
const VERSION = "v1.13.1";
const LIMIT_MS = 240_000;

/** The path of the server. */
export const MEDIAMTX = tool("mediamtx");

/** Why it is not available, or false. */
export const mediaMtxMissing = () => !existsSync(MEDIAMTX) && "MediaMTX is not installed: it needs Go, node scripts/tools.mjs --for-tests";

/** Builds it into `.tools`, unless it is there. Without Go, or without the module proxy, the tests that need it are skipped. */
export async function ensureMediaMtx() {
  if (!which("go")) return console.log(`No Go here: tests with MediaMTX are skipped.`);
  const files = readdirSync(SOURCE).map((name) => join(SOURCE, name));
  try {
    await unlessFresh("mediamtx", { files, outputs: [MEDIAMTX] }, () => step(`building MediaMTX ${VERSION} into .tools (once, some minutes)`, build));
  } catch (error) {
    console.log(`MediaMTX was not built, and tests with it are skipped: ${error.message}`);
  }
}

async function build(note) {
  const cwd = join(TARGET, "mediamtx");
  mkdirSync(cwd, { recursive: true });
  mkdirSync(TOOLS_BIN, { recursive: true });
  for (const name of readdirSync(SOURCE)) copyFileSync(join(SOURCE, name), join(cwd, name));
  const go = (...args) => run("go", args, { cwd, log: "install-mediamtx", timeoutMs: LIMIT_MS, onLine: (line) => note(line.trim()) });
  // Its repository lacks two embedded files, which its own build downloads: `-e` ignores that, and they are added.
  await go("mod", "vendor", "-e");
  const internal = join(cwd, "vendor", MODULE, "internal");
  writeFileSync(join(internal, "core", "VERSION"), VERSION);
  writeFileSync(join(internal, "servers", "hls", "hls.min.js"), "");
  await go("build", "-mod=vendor", "-o", MEDIAMTX, MODULE);
}
