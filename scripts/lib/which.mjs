// Finds commands on the PATH, and queries their version.

import { execFileSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const SUFFIXES = process.platform === "win32" ? [".exe", ".cmd"] : [""];

/** The full path of the first of these commands that is installed. */
export function which(...names) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const name of names) {
    for (const folder of folders) {
      const found = SUFFIXES.map((suffix) => join(folder, name + suffix)).find(isExecutable);
      if (found) return found;
    }
  }
  return undefined;
}

/** A command's standard output; empty if it does not run. */
export function ask(command, args) {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

/** The first version number in the output of `command --version`; empty if it does not run. */
export const versionOf = (command) => ask(command, ["--version"])?.match(/\d+\.\d+(\.\d+)?/)?.[0];

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
