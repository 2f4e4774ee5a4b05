// Command-line flags; an unknown one is an error that lists the known ones.

import { parseArgs } from "node:util";
import { Help, Problem } from "./problem.mjs";

/**
 * The values of the flags. `--help`, unless it is one of them, ends the script and prints them.
 *
 * @param {string[]} argv
 * @param {Record<string, { type: "boolean" | "string", about: string, value?: string, multiple?: boolean }>} known
 * @returns {Record<string, string | boolean | string[] | undefined>}
 */
export function parseFlags(argv, known) {
  const options = Object.fromEntries(Object.entries(known).map(([name, { type, multiple = false }]) => [name, { type, multiple }]));
  const list = Object.keys(known).length ? `Flags:\n${usage(known)}` : "There are no flags here.";
  if (!known.help && (argv.includes("--help") || argv.includes("-h"))) throw new Help(list);
  try {
    return parseArgs({ args: argv, options, allowPositionals: false }).values;
  } catch (error) {
    throw new Problem(error.message.split(/\. (?:To|Did)/)[0].replace(/\.?$/, "."), { hint: list });
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
