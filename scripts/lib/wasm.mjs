// Converts cargo's module for the page: wasm-bindgen generates the JavaScript, wasm-opt reduces the size.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { NODE_MODULES, ROOT, tool } from "./paths.mjs";
import { run } from "./run.mjs";
import { step } from "./progress.mjs";
import { kilobytes, measure } from "./size.mjs";
import { shortenNames } from "./split/names.mjs";
import { orderFunctions } from "./split/order.mjs";
import { split } from "./split/split.mjs";
import { unlessFresh } from "./stamp.mjs";
import { versionOf } from "./which.mjs";

/** Makes the linker write down what refers to what, by which chunks are found. */
export const EMIT_RELOCATIONS = ["-C", "link-arg=--emit-relocs"];

const WASM_OPT = join(NODE_MODULES, "binaryen", "bin", "wasm-opt");
const SPLITTER = join(ROOT, "scripts", "lib", "split");
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
 * @param {{ input: string, outDir: string, name: string, target: "web" | "bundler", shrink: boolean, chunks?: boolean }} options
 * `chunks`: whether to split chunks off, as `<name>_<chunk>.wasm`; cargo has to link with `EMIT_RELOCATIONS`
 */
export async function bindAndShrink(what, { input, outDir, name, target, shrink, chunks = false }) {
  const bindgen = tool("wasm-bindgen");
  const types = target === "web" ? ["--no-typescript"] : [];
  const bindgenArgs = ["--target", target, "--out-dir", outDir, "--out-name", name, ...types, ...(chunks ? ["--no-demangle"] : [])];
  // wasm-opt would inline large functions that have one caller: a shorter module, but 49 kB larger once compressed.
  // Expressions that are repeated rather than kept in a local compress better, too.
  const optArgs = ["-Oz", "--one-caller-inline-max-function-size=20", "--skip-pass=local-cse", ...FEATURES.map((feature) => `--enable-${feature}`)];
  const module = join(outDir, `${name}_bg.wasm`);
  const fresh = {
    files: [input, join(NODE_MODULES, "binaryen", "package.json"), SPLITTER],
    settings: [versionOf(bindgen), bindgenArgs, shrink && optArgs],
    outputs: [module, join(outDir, `${name}.js`)],
  };
  await unlessFresh(`wasm-${name}`, fresh, () =>
    step(shrink ? `making ${what} small` : `writing ${what}`, async () => {
      rmSync(outDir, { recursive: true, force: true });
      await run(bindgen, [...bindgenArgs, input], { log: `bindgen-${name}` });
      const modules = [module, ...(chunks ? splitChunks(input, module, join(outDir, name)) : [])];
      if (!shrink) return sizes(modules);
      for (const file of modules) {
        await run(process.execPath, [WASM_OPT, file, "-o", `${file}.small`, ...optArgs], { log: `wasm-opt-${basename(file)}` });
        writeFileSync(file, orderFunctions(readFileSync(`${file}.small`)));
        rmSync(`${file}.small`);
      }
      return sizes(modules);
    }),
  );
}

/** Splits chunks off a module, and returns their files. */
function splitChunks(input, module, prefix) {
  const { module: bound, rename } = shortenNames(readFileSync(module), `./${basename(prefix)}_bg.js`);
  for (const file of [`${prefix}_bg.js`, `${module}.d.ts`]) writeFileSync(file, rename(readFileSync(file, "utf8")));
  const { main, chunks } = split(readFileSync(input), bound);
  writeFileSync(module, main);
  return [...chunks].map(([chunk, bytes]) => {
    const file = `${prefix}_${chunk}.wasm`;
    writeFileSync(file, bytes);
    return file;
  });
}

/** `312 KB, 101 KB compressed` */
async function sizes(files) {
  const { raw, brotli } = await measure(files);
  return `${kilobytes(raw)}, ${kilobytes(brotli)} compressed`;
}
