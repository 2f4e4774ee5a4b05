// Reads a recording with a player other than a browser.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The duration in seconds that ffprobe reads from a file.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} name with the right extension
 * @param {string} data the file in base64
 */
export function probeDuration(t, name, data) {
  const folder = mkdtempSync(join(tmpdir(), "moim-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, Buffer.from(data, "base64"));
  const args = ["-v", "error", "-of", "csv=p=0", "-show_entries", "format=duration", file];
  return Number(execFileSync("ffprobe", args, { encoding: "utf8" }));
}
