// Assembles what the stub serves from the demo, the plain pages and the npm package.

import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { DEMO, NODE_MODULES, NPM_PACKAGE, ROOT, SITE } from "./paths.mjs";
import { unlessFresh } from "./stamp.mjs";

const DEMO_STATIC = join(ROOT, "demo-app", "static");
const PAGES = join(ROOT, "www");
// Third-party files that the demo loads: see demo-app/src/uplot.rs.
const CHARTS = join(NODE_MODULES, "uplot");
const CHART_FILES = ["LICENSE", "dist/uPlot.iife.min.js", "dist/uPlot.min.css"];
const NOT_SERVED = new Set(["e2e", "smoke", "pkg", "node_modules"]);

/** Copies everything into `dist/site`, unless it is up to date. Includes the package if it is built. */
export async function assembleSite() {
  const pages = existsSync(PAGES) ? readdirSync(PAGES).filter((name) => !NOT_SERVED.has(name)) : [];
  const parts = [
    { from: DEMO, to: SITE },
    { from: DEMO_STATIC, to: SITE },
    ...CHART_FILES.map((name) => ({ from: join(CHARTS, name), to: join(SITE, "uplot", basename(name)) })),
    ...pages.map((name) => ({ from: join(PAGES, name), to: join(SITE, "www", name) })),
  ];
  await copyParts("site", SITE, parts, join(SITE, "demo.js"));
  // Separately, so that a site which is already being served gets a new package and keeps the rest.
  const to = join(SITE, "www", "pkg");
  await copyParts("site-package", to, [{ from: NPM_PACKAGE, to }], to);
}

async function copyParts(stamp, folder, parts, output) {
  const there = parts.filter(({ from }) => existsSync(from));
  await unlessFresh(stamp, { files: there.map(({ from }) => from), outputs: [output] }, async () => {
    rmSync(folder, { recursive: true, force: true });
    for (const { from, to } of there) cpSync(from, to, { recursive: true });
  });
}
