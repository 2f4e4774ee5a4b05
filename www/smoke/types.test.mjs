// The types of the packed package, found through its `exports`, with the oldest TypeScript that it names and the
// newest.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { NODE_MODULES, ROOT, SMOKE } from "../../scripts/lib/paths.mjs";
import { makeApp, pack, runSync } from "./lib/packed.mjs";

const TESTS = join(ROOT, "sdk", "tests", "types");
const OLDEST = join(SMOKE, "node_modules", "typescript-oldest");
const NEWEST = join(NODE_MODULES, "typescript");
const OPTIONS = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  target: "ES2022",
  lib: ["ES2022", "DOM", "DOM.Iterable"],
  types: [],
};

for (const [name, compiler, resolution] of [
  ["the oldest TypeScript, for a bundler", OLDEST, { module: "ESNext", moduleResolution: "Bundler" }],
  ["the newest TypeScript, for a bundler", NEWEST, { module: "ESNext", moduleResolution: "Bundler" }],
  ["the newest TypeScript, as Node resolves", NEWEST, { module: "NodeNext", moduleResolution: "NodeNext" }],
]) {
  test(name, () => {
    const { folder } = makeApp(pack(), "types", { from: TESTS });
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...OPTIONS, ...resolution }, include: ["*.ts"] }));
    runSync(process.execPath, [join(compiler, "bin", "tsc"), "--project", folder]);
  });
}

test("the oldest TypeScript is the one that the package declares", () => {
  const { manifest } = makeApp(pack(), "types", { from: TESTS });
  const { version } = JSON.parse(readFileSync(join(OLDEST, "package.json"), "utf8"));
  assert.equal(version.split(".").slice(0, 2).join("."), manifest.typeScriptVersion);
});
