// The bundlers, with the default settings of a new project.

import { createRequire } from "node:module";
import { join } from "node:path";
import { SMOKE } from "../../../scripts/lib/paths.mjs";
import { startChild, stopChild } from "../../../scripts/lib/children.mjs";
import { runSync } from "./packed.mjs";

const READY_MS = 30_000;
const vite = (version) => join(SMOKE, "node_modules", version, "bin", "vite.js");

/** Builds an application with Vite; returns the folder to serve. */
export function buildWithVite(version, { folder }) {
  runSync(process.execPath, [vite(version), "build", "--logLevel", "error"], { cwd: folder });
  return join(folder, "dist");
}

/** Starts Vite's dev server, and stops it after the test. Returns its URL. */
export async function serveWithVite(t, version, { folder }) {
  const args = [vite(version), "--host", "127.0.0.1", "--port", "0"];
  const server = startChild(process.execPath, args, { cwd: folder, env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => stopChild(server));
  return new Promise((resolve, reject) => {
    let log = "";
    const fail = (why) => reject(new Error(`Vite ${why}.\n${log}`));
    const late = setTimeout(() => fail("did not start to listen"), READY_MS);
    const read = (text) => {
      log += text;
      const found = log.match(/Local:\s+(http:\/\/\S+?)\/?\s/);
      if (found) resolve((clearTimeout(late), found[1]));
    };
    for (const stream of [server.stdout, server.stderr]) stream.setEncoding("utf8").on("data", read);
    server.once("exit", (code, signal) => (clearTimeout(late), fail(`exited with ${signal ?? `code ${code}`}`)));
  });
}

/** Builds an application with webpack, which does not process HTML: the page loads `main.js` as before. Returns the folder. */
export async function buildWithWebpack({ folder }) {
  const webpack = createRequire(join(SMOKE, "package.json"))("webpack");
  const compiler = webpack({ mode: "production", context: folder, entry: "./main.js", output: { path: join(folder, "dist") } });
  const stats = await new Promise((resolve, reject) => compiler.run((error, stats) => (error ? reject(error) : resolve(stats))));
  await new Promise((resolve) => compiler.close(resolve));
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  return join(folder, "dist");
}
