// Compares the types of the npm package with the accepted ones.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { GOLDEN_TYPES, NPM_PACKAGE, TARGET } from "./paths.mjs";

/** The difference between the built types and the accepted ones, or null. */
export async function diffTypes() {
  if (!existsSync(GOLDEN_TYPES)) return "  There are no accepted types yet.";
  const folder = join(TARGET, "types");
  rmSync(folder, { recursive: true, force: true }); // a copied target folder may have one file under both names
  mkdirSync(folder, { recursive: true });
  const [accepted, built] = ["accepted.d.ts", "built.d.ts"].map((name) => join(folder, name));
  writeFileSync(accepted, await sorted(GOLDEN_TYPES));
  writeFileSync(built, await sorted(join(NPM_PACKAGE, "moim.d.ts")));
  if (readFileSync(accepted, "utf8") === readFileSync(built, "utf8")) return null;
  const args = ["diff", "--no-index", "--no-color", "--unified=2", "--", accepted, built];
  return spawnSync("git", args, { encoding: "utf8" }).stdout.trimEnd();
}

/** A file's declarations by name: the linker orders them differently in every profile. */
async function sorted(path) {
  const { default: ts } = await import("typescript");
  const declarations = readFileSync(path, "utf8").replace(/^(\/\/\/ <|\/\* [a-z]+lint[:-]disable).*$/gm, "");
  const file = ts.createSourceFile(path, declarations, ts.ScriptTarget.Latest);
  const named = file.statements.map((statement) => ({
    name: statement.name?.text ?? "",
    text: statement.getFullText(file).trim(),
  }));
  return named.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))).map(({ text }) => text).join("\n\n");
}
