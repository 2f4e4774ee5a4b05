// The download size of the npm package, and its budget.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { NPM_PACKAGE, ROOT, relative } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { filesUnder } from "./stamp.mjs";

/** The maximum size of each part, in bytes after Brotli. Lower a number when the part got smaller. */
export const SIZE_BUDGET = join(ROOT, "sdk", "npm", "size-budget.json");

export const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** The total size of files, raw and as a server sends them: each compressed by Brotli at its maximum level. */
export async function measure(files) {
  const sizes = await Promise.all(files.map(async (file) => {
    const content = readFileSync(file);
    return { raw: content.length, brotli: (await promisify(brotliCompress)(content)).length };
  }));
  const sum = (which) => sizes.reduce((total, size) => total + size[which], 0);
  return { raw: sum("raw"), brotli: sum("brotli") };
}

/**
 * The parts of the built package: each WebAssembly module, and all JavaScript together as `glue`.
 *
 * @returns {Promise<{ part: string, raw: number, brotli: number, budget?: number }[]>} `budget` is absent if there is
 * none
 */
export async function packageSizes() {
  const budgets = JSON.parse(readFileSync(SIZE_BUDGET, "utf8"));
  const modules = readdirSync(NPM_PACKAGE).filter((name) => name.endsWith(".wasm")).sort();
  const glue = filesUnder(NPM_PACKAGE).filter((name) => /\.jsx?$/.test(name));
  const parts = [...modules.map((name) => [name, [join(NPM_PACKAGE, name)]]), ["glue", glue]];
  return Promise.all(parts.map(async ([part, files]) => ({ part, ...(await measure(files)), budget: budgets[part] })));
}

const WIDTH = 22;

/** One line per part, and one for the total. */
export function sizeTable(sizes) {
  const total = { part: "together" };
  for (const which of ["raw", "brotli", "budget"]) total[which] = sizes.reduce((sum, size) => sum + (size[which] ?? 0), 0);
  const cell = (bytes) => (bytes === undefined ? "none" : kilobytes(bytes)).padStart(12);
  const rows = [...sizes, total].map(({ part, raw, brotli, budget }) => `${part.padEnd(WIDTH)}${[raw, brotli, budget].map(cell).join("")}`);
  return [`${"".padEnd(WIDTH)}${["raw", "brotli", "budget"].map((name) => name.padStart(12)).join("")}`, ...rows].join("\n");
}

/** Throws if a part exceeds its budget. */
export function checkSizes(sizes) {
  const over = sizes.filter(({ brotli, budget }) => !(brotli <= budget)).map(({ part }) => part);
  if (over.length === 0) return;
  throw new Problem(`The npm package is over its budget: ${over.join(", ")}.`, {
    details: sizeTable(sizes),
    hint: `Make it smaller, or raise the number in ${relative(SIZE_BUDGET)} and say why.`,
  });
}
