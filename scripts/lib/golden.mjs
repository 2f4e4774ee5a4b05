// The types of the npm package, compared with those that were last accepted.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { GOLDEN_TYPES, NPM_PACKAGE } from "./paths.mjs";

/** How the types just built differ from the accepted ones, or null. */
export async function diffTypes() {
  const built = join(NPM_PACKAGE, "moim.d.ts");
  if (!existsSync(GOLDEN_TYPES)) return "  There are no accepted types yet.";
  if (readFileSync(built, "utf8") === readFileSync(GOLDEN_TYPES, "utf8")) return null;
  const args = ["diff", "--no-index", "--no-color", "--unified=2", "--", GOLDEN_TYPES, built];
  return spawnSync("git", args, { encoding: "utf8" }).stdout.trimEnd();
}
