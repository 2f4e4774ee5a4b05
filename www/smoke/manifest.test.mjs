// The packed package as seen by linters, and its contents.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SMOKE } from "../../scripts/lib/paths.mjs";
import { makeApp, pack, runSync } from "./lib/packed.mjs";

const modules = join(SMOKE, "node_modules");

test("publint finds nothing", () => {
  runSync(process.execPath, [join(modules, "publint", "src", "cli.js"), "run", pack(), "--strict"]);
});

test("every entry point of the package has types", () => {
  const attw = join(modules, "@arethetypeswrong", "cli", "dist", "index.js");
  runSync(process.execPath, [attw, pack(), "--profile", "esm-only"]);
});

test("the package has its repository, engines and changelog", () => {
  const { folder, manifest } = makeApp(pack(), "manifest");
  for (const key of ["homepage", "bugs", "repository", "engines", "license"]) assert.ok(manifest[key], key);
  const files = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];
  assert.deepEqual(files.filter((name) => !existsSync(join(folder, "node_modules", "moim", name))), []);
});
