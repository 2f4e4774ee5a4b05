// The package as users install it: packed once, then unpacked into the `node_modules` of small applications.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "../../../scripts/lib/npm.mjs";
import { NPM_PACKAGE, ROOT, SMOKE } from "../../../scripts/lib/paths.mjs";

const APPS = join(SMOKE, "apps");

/** Runs a command and returns its output; throws if it fails. */
export function runSync(command, args, { cwd = SMOKE, env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env: { ...process.env, ...env }, encoding: "utf8" });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `code ${status}`}\n${stdout}\n${stderr}`);
}

let tarball;

/** Packs `dist/npm`, once, and returns the path of the tarball. */
export function pack() {
  if (tarball) return tarball;
  const [command, args] = npmCommand("pack", "--json", "--pack-destination", SMOKE);
  const [{ filename }] = JSON.parse(runSync(command, args, { cwd: NPM_PACKAGE }));
  return (tarball = join(SMOKE, filename));
}

/**
 * Creates an application that has only the package installed.
 *
 * @param {string} tarball
 * @param {string} name of its folder, which is re-created
 * @param {{ from?: string }} [options] the folder with its files; default: that of the call
 * @returns {{ folder: string, manifest: object }} the application, and the package's manifest
 */
export function makeApp(tarball, name, { from = join(ROOT, "www", "smoke", "app") } = {}) {
  const folder = join(APPS, name);
  const installed = join(folder, "node_modules", "moim");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  runSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  cpSync(from, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  return { folder, manifest: JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) };
}
