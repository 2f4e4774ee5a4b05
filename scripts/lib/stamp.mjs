// Skips work whose inputs have not changed: a stamp holds the hash of all inputs.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { STAMPS } from "./paths.mjs";

/**
 * Does `work` unless the `outputs` exist and the inputs have not changed.
 *
 * @param {string} name of the stamp
 * @param {object} what
 * @param {string[]} what.files inputs: files or folders; those that do not exist count as empty
 * @param {unknown} [what.settings] anything else that affects the outcome
 * @param {string[]} what.outputs files that must exist
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} whether the work was done
 */
export async function unlessFresh(name, { files, settings = null, outputs }, work) {
  const path = join(STAMPS, name);
  const wanted = hashOf(files, settings);
  const fresh = existsSync(path) && readFileSync(path, "utf8") === wanted && outputs.every((file) => existsSync(file));
  if (fresh) return false;
  rmSync(path, { force: true });
  await work();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
  return true;
}

function hashOf(files, settings) {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const file of files.flatMap(filesUnder)) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

/** The files in a folder, recursive and sorted; a file itself; empty if it does not exist. */
export function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().flatMap((name) => filesUnder(join(path, name)));
}
