// What the stub serves, put together from the demo, the plain pages and the npm package.

import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DEMO, NPM_PACKAGE, ROOT, SITE } from "./paths.mjs";
import { unlessFresh } from "./stamp.mjs";

const DEMO_STATIC = join(ROOT, "demo-app", "static");
const PAGES = join(ROOT, "www");
const NOT_SERVED = new Set(["e2e", "smoke", "pkg", "node_modules"]);

/** Copies everything into `dist/site`, unless it holds just that. */
export async function assembleSite() {
  const pages = existsSync(PAGES) ? readdirSync(PAGES).filter((name) => !NOT_SERVED.has(name)) : [];
  const parts = [
    { from: DEMO, to: SITE },
    { from: DEMO_STATIC, to: SITE },
    ...pages.map((name) => ({ from: join(PAGES, name), to: join(SITE, "www", name) })),
    { from: NPM_PACKAGE, to: join(SITE, "www", "pkg") },
  ].filter(({ from }) => existsSync(from));
  const fresh = { files: parts.map(({ from }) => from), outputs: [join(SITE, "demo.js")] };
  await unlessFresh("site", fresh, async () => {
    rmSync(SITE, { recursive: true, force: true });
    for (const { from, to } of parts) cpSync(from, to, { recursive: true });
  });
}
