// The files of the npm package that are written by hand.

import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NPM_PACKAGE, ROOT } from "./paths.mjs";
import { tidyTypes } from "./types.mjs";
import { packageVersion } from "./versions.mjs";

const BY_HAND = join(ROOT, "sdk", "npm");

/** Puts the manifest, with the crate's version, the README and the licences beside the generated files. */
export function finishPackage() {
  const types = join(NPM_PACKAGE, "moim.d.ts");
  // `Symbol.dispose` is newer than what most projects compile for.
  const lib = '/// <reference lib="esnext.disposable" />\n';
  writeFileSync(types, lib + tidyTypes(readFileSync(types, "utf8").replaceAll(lib, "")));
  const manifest = join(BY_HAND, "package.json");
  if (existsSync(manifest)) {
    const filled = { ...JSON.parse(readFileSync(manifest, "utf8")), version: packageVersion() };
    writeFileSync(join(NPM_PACKAGE, "package.json"), `${JSON.stringify(filled, null, 2)}\n`);
  }
  const readme = join(BY_HAND, "README.md");
  if (existsSync(readme)) copyFileSync(readme, join(NPM_PACKAGE, "README.md"));
  for (const name of readdirSync(ROOT).filter((name) => name.startsWith("LICENSE"))) {
    copyFileSync(join(ROOT, name), join(NPM_PACKAGE, name));
  }
}
