// The packed package in a page without a bundler and through the bundlers: two pages join a room, and each sees the
// other move.

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { browserMissing, launch } from "../e2e/lib/browsers.mjs";
import { assertShows } from "../e2e/lib/media.mjs";
import { startStub, stubMissing } from "../e2e/lib/server.mjs";
import { until } from "../e2e/lib/wait.mjs";
import { buildWithVite, buildWithWebpack, serveWithVite } from "./lib/bundlers.mjs";
import { serveToEveryOrigin } from "./lib/cdn.mjs";
import { makeApp, pack } from "./lib/packed.mjs";

const PEOPLE = ["alice", "bob"];

/** Serves a folder at the root of its own origin. */
const serve = async (t, folder) => (await startStub(t, { staticDir: folder })).url;

/** Without a bundler the page itself resolves the package's name, with an import map. */
function plainApp(tarball, name, { entry = "." } = {}) {
  const app = makeApp(tarball, name);
  const path = `./node_modules/moim/${app.manifest.exports[entry].default}`;
  edit(app, "main.js", (text) => text.replace('from "moim"', `from "${path}"`));
  return app;
}

/** `moim/auto` needs no `init`. */
function autoApp(app) {
  edit(app, "main.js", (text) => text.replace("  await init();\n", "").replace("import init, {", "import {"));
  return app;
}

function edit({ folder }, name, change) {
  const path = join(folder, name);
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

/** @type {Record<string, (t: import("node:test").TestContext, tarball: string, stub: { url: string }) => Promise<string>>} */
const SETUPS = {
  "a plain page": (t, tarball) => serve(t, plainApp(tarball, "plain").folder),

  "a plain page below a path": async (t, tarball) => `${await serve(t, join(plainApp(tarball, "below").folder, ".."))}/below`,

  "a plain page with a strict content security policy": async (t, tarball, stub) => {
    const app = plainApp(tarball, "policy");
    const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; connect-src 'self' ${webSocket(stub)}`;
    const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
    edit(app, "index.html", (text) => text.replace("<title>", `${meta}\n    <title>`));
    return serve(t, app.folder);
  },

  "a plain page with the package from another origin": async (t, tarball) => {
    const app = makeApp(tarball, "cdn");
    const cdn = await serveToEveryOrigin(t, join(app.folder, "node_modules", "moim"));
    edit(app, "main.js", (text) => text.replace('from "moim"', `from "${cdn}/moim.js"`));
    return serve(t, app.folder);
  },

  "a plain page that imports moim/auto": (t, tarball) => serve(t, autoApp(plainApp(tarball, "auto", { entry: "./auto" })).folder),

  "Vite 5, dev server": (t, tarball) => serveWithVite(t, "vite-5", makeApp(tarball, "vite-5-dev")),
  "Vite 5, build": (t, tarball) => serve(t, buildWithVite("vite-5", makeApp(tarball, "vite-5-build"))),
  "Vite 8, dev server": (t, tarball) => serveWithVite(t, "vite-8", makeApp(tarball, "vite-8-dev")),
  "Vite 8, build": (t, tarball) => serve(t, buildWithVite("vite-8", makeApp(tarball, "vite-8-build"))),

  "webpack 5, build": async (t, tarball) => {
    const app = makeApp(tarball, "webpack");
    const dist = await buildWithWebpack(app);
    cpSync(join(app.folder, "index.html"), join(dist, "index.html"));
    return serve(t, dist);
  },
};

const webSocket = ({ url }) => `${url.replace("http", "ws")}/ws`;

test("the packed package makes calls", { skip: stubMissing() || browserMissing("chromium") }, async (t) => {
  const tarball = pack();
  const stub = await startStub(t);
  const { openPage, problems } = await launch(t, "chromium");
  const withProblems = (error) => {
    throw new Error([error.message, ...problems].join("\n"));
  };
  for (const [setup, prepare] of Object.entries(SETUPS)) {
    await t.test(setup, async (t) => {
      const address = await prepare(t, tarball, stub);
      problems.length = 0;
      const pages = {};
      for (const name of PEOPLE) {
        const page = (pages[name] = await openPage({ person: name }));
        t.after(() => page.close());
        const query = new URLSearchParams({ name, room: setup, server: webSocket(stub) });
        await page.goto(`${address}/?${query}`);
      }
      await assertShows(pages.alice, "#remote", "bob").catch(withProblems);
      await assertShows(pages.bob, "#remote", "alice").catch(withProblems);
      for (const page of Object.values(pages)) {
        await until(page, () => document.body.dataset.statistics?.includes("inbound-rtp"), { what: "statistics" }).catch(withProblems);
      }
      assert.deepEqual(problems, []);
    });
  }
});
