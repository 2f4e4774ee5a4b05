// The versions that this repository requires, read from where they are declared.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { Problem } from "./problem.mjs";

function find(file, pattern, what) {
  const found = readFileSync(join(ROOT, file), "utf8").match(pattern);
  if (!found) throw new Problem(`${file} no longer says ${what}.`);
  return found[1];
}

/** The version of the wasm-bindgen crate, which its command-line tool must equal. */
export const wasmBindgenVersion = () => find("Cargo.lock", /^name = "wasm-bindgen"\nversion = "([\d.]+)"/m, "the version of wasm-bindgen");

/** The minimum Rust version. */
export const minimumRust = () => find("Cargo.toml", /^rust-version = "([\d.]+)"/m, "rust-version");

/** The version of every crate and of the npm package. */
export const packageVersion = () => find("Cargo.toml", /^version = "([^"]+)"/m, "the version");

/** The minimum major version of Node, from package.json. */
export function minimumNode() {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return engines.node.match(/[\d.]+/)[0];
}

/** Whether version `a` is at least `b`; missing parts count as zero. */
export function atLeast(a, b) {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (left[part] || 0) - (right[part] || 0);
    if (difference) return difference > 0;
  }
  return true;
}
