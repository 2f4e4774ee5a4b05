// Minifies the JavaScript that wasm-bindgen generates, half of which is documentation that the types also contain.

import { readFileSync, writeFileSync } from "node:fs";
import { filesUnder } from "./stamp.mjs";

/** Minifies every JavaScript module in a folder, recursively. The names of exports, including classes, are kept. */
export async function minifyModules(folder) {
  const { minify } = await import("terser"); // not installed yet when a clean clone starts to build
  for (const file of filesUnder(folder).filter((name) => /\.jsx?$/.test(name))) {
    // Keep the comments that address bundlers.
    const format = { comments: /webpack|@vite-ignore/ };
    const { code } = await minify(readFileSync(file, "utf8"), { module: true, compress: { passes: 2 }, format });
    writeFileSync(file, code);
  }
}
