// Builds everything that is served or published; what is up to date is skipped.
//
//   node scripts/build.mjs [--accept-types]
//
// `MOIM_QUICK=1` builds the modules without optimising their size, which takes a fraction of the time.
//
// dist/npm    the npm package: the crate `moim` with the feature `js`
// dist/site   what the stub serves: the demo at `/`, the plain pages at `/www/`, the package at `/www/pkg/`
// target/stub the signaling stub

import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { assembleSite } from "./lib/site.mjs";
import { parseFlags } from "./lib/flags.mjs";
import { minifyModules } from "./lib/glue.mjs";
import { diffTypes } from "./lib/golden.mjs";
import { assemblePackage } from "./lib/package.mjs";
import { BINDINGS, DEMO, GOLDEN_TYPES, NPM_PACKAGE, ROOT, STUB, TARGET, TARGET_JS, relative } from "./lib/paths.mjs";
import { runAsScript } from "./lib/problem.mjs";
import { runStep } from "./lib/run.mjs";
import { together } from "./lib/together.mjs";
import { EMIT_RELOCATIONS, bindAndShrink } from "./lib/wasm.mjs";
import { ensureBuildTools } from "./tools.mjs";

/** Whether the modules are built without optimising their size, unless the caller decides otherwise. */
const QUICK = process.env.MOIM_QUICK === "1";
const profile = (quick) => (quick ? "quick" : "release");
const wasm = (quick) => ["--target", "wasm32-unknown-unknown", "--profile", profile(quick)];

/** The npm package, in `dist/npm`. */
export async function buildPackage({ quick = QUICK } = {}) {
  const args = ["rustc", "-p", "moim", "--lib", ...wasm(quick), "--features", "js", "--", ...EMIT_RELOCATIONS];
  await cargoRun("compiling the npm package", args, TARGET_JS);
  await bindAndShrink("the npm package", {
    input: join(TARGET_JS, "wasm32-unknown-unknown", profile(quick), "moim.wasm"),
    outDir: BINDINGS,
    name: "moim",
    target: "bundler",
    shrink: !quick,
    chunks: true,
  });
  assemblePackage();
  if (!quick) await minifyModules(NPM_PACKAGE);
}

/** The demo, built quickly, and the plain pages, in `dist/site`, with the package if it is built. */
export async function buildSite() {
  await buildDemo(true);
  await assembleSite();
}

async function buildDemo(quick) {
  await cargoRun("compiling the demo", ["build", "-p", "moim-demo-app", "--bin", "moim-demo-app", ...wasm(quick)]);
  await bindAndShrink("the demo", {
    input: join(TARGET, "wasm32-unknown-unknown", profile(quick), "moim-demo-app.wasm"),
    outDir: DEMO,
    name: "demo",
    target: "web",
    shrink: !quick,
  });
}

/** The signaling stub, at `STUB`. */
export async function buildStub() {
  await cargoRun("compiling the signaling stub", ["build", "-p", "moim-signaling-stub", "--bin", "moim-signaling-stub", "--profile", "stub"]);
  return STUB;
}

/** The router of the network tests. Its devices exist on Linux only. */
export async function buildRouter() {
  if (process.platform !== "linux") return;
  await cargoRun("compiling the router of the network tests", ["build", "-p", "moim-test-router", "--profile", "stub"]);
}

/** Everything that is served or published. The stub beside the demo, whose optimisation keeps only one core busy. */
export async function buildAll({ quickDemo = QUICK } = {}) {
  await buildPackage();
  await together([buildStub(), buildDemo(quickDemo)]);
  await assembleSite();
}

/** Accepts the types that were just built as the reference for the tests. */
export async function acceptTypes() {
  if ((await diffTypes()) === null) return console.log("The types have not changed.");
  mkdirSync(join(GOLDEN_TYPES, ".."), { recursive: true });
  copyFileSync(join(NPM_PACKAGE, "moim.d.ts"), GOLDEN_TYPES);
  console.log(`Accepted the types: see \`git diff ${relative(GOLDEN_TYPES)}\`.`);
}

function cargoRun(title, args, targetDir = TARGET) {
  return runStep(title, "cargo", args, {
    cwd: ROOT,
    env: { CARGO_TARGET_DIR: targetDir },
    log: title.replaceAll(" ", "-"),
    hint: "The compiler's message above says where. If it could not download a crate: is the network up?",
  });
}

await runAsScript(import.meta.url, async (argv) => {
  const about = "make the generated types the golden ones, sdk/npm/index.d.ts";
  const flags = parseFlags(argv, { "accept-types": { type: "boolean", about } });
  await ensureBuildTools();
  if (flags["accept-types"]) {
    await buildPackage();
    await acceptTypes();
  } else {
    await buildAll();
  }
});
