// Command-line flags; an unknown one is an error that lists the known ones.

import { parseArgs } from "node:util";
import { Problem } from "./problem.mjs";

/**
 * @param {string[]} argv
 * @param {Record<string, { type: "boolean" | "string", about: string, value?: string }>} known
 * @returns {Record<string, string | boolean | undefined>}
 */
export function parseFlags(argv, known) {
  const options = Object.fromEntries(Object.entries(known).map(([name, { type }]) => [name, { type }]));
  try {
    return parseArgs({ args: argv, options, allowPositionals: false }).values;
  } catch (error) {
    throw new Problem(error.message.split(/\. (?:To|Did)/)[0].replace(/\.?$/, "."), {
      hint: Object.keys(known).length ? `Flags:\n${usage(known)}` : "There are no flags here.",
    });
  }
}

/** One line per flag. */
export function usage(known) {
  const names = Object.entries(known).map(([name, { value }]) => `--${name}${value ? ` ${value}` : ""}`);
  const width = Math.max(...names.map((name) => name.length));
  return Object.values(known)
    .map(({ about }, index) => `  ${names[index].padEnd(width)}  ${about}`)
    .join("\n");
}
