// Absolute paths.

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const EXE = process.platform === "win32" ? ".exe" : "";

export const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR || "target");
// Cargo puts no hash into the file names of a library that is also a `cdylib`: builds with and without the feature `js`
// overwrite each other. All builds with `js` therefore use their own target folder.
export const TARGET_JS = join(TARGET, "js");
export const LOGS = join(TARGET, "logs");
export const STAMPS = join(TARGET, "stamps");
export const SMOKE = join(TARGET, "smoke");
export const TOOLS_BIN = join(ROOT, ".tools", "bin");
/** Compiled tools, by name and version, for every clone of this user. */
export const TOOLS_CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "moim", "tools");
export const NODE_MODULES = join(ROOT, "node_modules");
export const DEMO = join(TARGET, "demo");
/** wasm-bindgen's output for the npm package. */
export const BINDINGS = join(TARGET, "bindings");
export const NPM_PACKAGE = join(ROOT, "dist", "npm");
export const SITE = join(ROOT, "dist", "site");
export const STUB = join(TARGET, "stub", `moim-signaling-stub${EXE}`);
/** The router of the network tests: www/e2e/network/router. */
export const ROUTER = join(TARGET, "stub", "moim-test-router");
export const GOLDEN_TYPES = join(ROOT, "sdk", "npm", "index.d.ts");

/** The path of a command that `scripts/tools.mjs` installs into the workspace. */
export const tool = (name) => join(TOOLS_BIN, `${name}${EXE}`);

/** A path relative to the repository's root. */
export const relative = (path) => (path.startsWith(ROOT) ? path.slice(ROOT.length + 1) : path);
