// Runs npm, to install from a lock file.

import { join } from "node:path";
import { runStep } from "./run.mjs";
import { unlessFresh } from "./stamp.mjs";

/** npm's command, without the shell that its `.cmd` file needs on Windows. */
export function npmCommand(...args) {
  const { npm_execpath: path } = process.env;
  return path?.endsWith("npm-cli.js") ? [process.execPath, [path, ...args]] : ["npm", args];
}

/**
 * Installs exactly what the lock file in a folder specifies, unless it is installed already.
 *
 * @param {string} folder
 * @param {{ stamp: string, title: string, flags?: string[] }} options
 */
export async function installLocked(folder, { stamp, title, flags = [] }) {
  const files = [join(folder, "package-lock.json")];
  await unlessFresh(stamp, { files, outputs: [join(folder, "node_modules", ".package-lock.json")] }, () => {
    const [command, args] = npmCommand("ci", "--no-audit", "--no-fund", ...flags);
    return runStep(title, command, args, {
      cwd: folder,
      hint: "Is the network up? npm downloads them from its registry.",
      log: `${stamp}-ci`,
    });
  });
}
