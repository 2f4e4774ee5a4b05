// The JavaScript that wasm-bindgen writes, made small: it is half documentation, which the types have already.

import { readFileSync, writeFileSync } from "node:fs";
import { filesUnder } from "./stamp.mjs";

/** Makes every JavaScript module in a folder and below small. The names of what it exports, classes included, stay. */
export async function minifyModules(folder) {
  const { minify } = await import("terser"); // not there yet when a clean clone begins to build
  for (const file of filesUnder(folder).filter((name) => /\.jsx?$/.test(name))) {
    // Bundlers are spoken to in comments.
    const format = { comments: /webpack|@vite-ignore/ };
    const { code } = await minify(readFileSync(file, "utf8"), { module: true, compress: { passes: 2 }, format });
    writeFileSync(file, code);
  }
}
