// Converts cargo's module for the page: wasm-bindgen generates the JavaScript, wasm-opt reduces the size.

import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { NODE_MODULES, tool } from "./paths.mjs";
import { run } from "./run.mjs";
import { step } from "./progress.mjs";
import { kilobytes, measure } from "./size.mjs";
import { unlessFresh } from "./stamp.mjs";
import { versionOf } from "./which.mjs";

const WASM_OPT = join(NODE_MODULES, "binaryen", "bin", "wasm-opt");
// The features that rustc emits for wasm32-unknown-unknown: browsers reject the output of `--all-features`.
const FEATURES = [
  "bulk-memory",
  "bulk-memory-opt",
  "call-indirect-overlong",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
];

/**
 * Creates the loadable form of a module, unless it is up to date.
 *
 * @param {string} what the module's title for the progress
 * @param {{ input: string, outDir: string, name: string, target: "web" | "bundler", shrink: boolean }} options
 */
export async function bindAndShrink(what, { input, outDir, name, target, shrink }) {
  const bindgen = tool("wasm-bindgen");
  const bindgenArgs = ["--target", target, "--out-dir", outDir, "--out-name", name, ...(target === "web" ? ["--no-typescript"] : [])];
  // wasm-opt would inline large functions that have one caller: a shorter module, but 49 kB larger once compressed.
  const optArgs = ["-Oz", "--one-caller-inline-max-function-size=20", ...FEATURES.map((feature) => `--enable-${feature}`)];
  const module = join(outDir, `${name}_bg.wasm`);
  const fresh = {
    files: [input, join(NODE_MODULES, "binaryen", "package.json")],
    settings: [versionOf(bindgen), bindgenArgs, shrink && optArgs],
    outputs: [module, join(outDir, `${name}.js`)],
  };
  await unlessFresh(`wasm-${name}`, fresh, () =>
    step(shrink ? `making ${what} small` : `writing ${what}`, async () => {
      rmSync(outDir, { recursive: true, force: true });
      await run(bindgen, [...bindgenArgs, input], { log: `bindgen-${name}` });
      if (!shrink) return sizes(module);
      const small = `${module}.small`;
      await run(process.execPath, [WASM_OPT, module, "-o", small, ...optArgs], { log: `wasm-opt-${name}` });
      renameSync(small, module);
      return sizes(module);
    }),
  );
}

/** `312 KB, 101 KB compressed` */
async function sizes(file) {
  const { raw, brotli } = await measure([file]);
  return `${kilobytes(raw)}, ${kilobytes(brotli)} compressed`;
}
