// `init`, and its failures: a module that is not served, a policy that forbids it, no WebAssembly.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { NPM_PACKAGE } from "../../scripts/lib/paths.mjs";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { servePackage } from "./lib/package.mjs";
import { stubMissing } from "./lib/server.mjs";

/** The result of `init()` in a page of this server. */
async function initIn(t, kind, url, prepare = () => {}) {
  const { page } = await launch(t, kind);
  await page.evaluateOnNewDocument(prepare);
  await page.goto(url);
  return page.evaluate(async () => {
    const { default: init, Room } = await import("/moim.js");
    const error = await init().then(() => null, ({ name, code, message }) => ({ name, code, message }));
    return error ?? new Room({ url: "ws://127.0.0.1:1/" }).state;
  });
}

for (const kind of ["chromium", "firefox"]) {
  const options = { skip: stubMissing() || browserMissing(kind) };

  test(`a page served in place of the module is reported, ${kind}`, options, async (t) => {
    const url = await servePackage(t, (path) => path.endsWith(".wasm") && { type: "text/html", body: "<!doctype html>" });
    const { code, message } = await initIn(t, kind, url);
    assert.equal(code, "ERR_INIT_FAILED");
    assert.ok(message.includes(`${url}/moim_bg.wasm`) && message.includes("text/html"), message);
  });

  test(`a missing module is reported, ${kind}`, options, async (t) => {
    const url = await servePackage(t, (path) => path.endsWith(".wasm") && { status: 404, type: "text/plain", body: "" });
    const { code, message } = await initIn(t, kind, url);
    assert.equal(code, "ERR_INIT_FAILED");
    assert.ok(message.includes("404") && message.includes(`${url}/moim_bg.wasm`), message);
  });

  test(`a module without its MIME type is accepted, ${kind}`, options, async (t) => {
    const url = await servePackage(t, (path) => path.endsWith(".wasm") && { type: "application/octet-stream" });
    assert.equal(await initIn(t, kind, url), "new");
  });

  test(`a strict policy works with 'wasm-unsafe-eval', and is reported without, ${kind}`, options, async (t) => {
    const policy = (more) => () => ({ headers: { "content-security-policy": `default-src 'none'; connect-src 'self'; script-src 'self'${more}` } });
    assert.equal(await initIn(t, kind, await servePackage(t, policy(" 'wasm-unsafe-eval'"))), "new");
    const { code, message } = await initIn(t, kind, await servePackage(t, policy("")));
    assert.equal(code, "ERR_INIT_BLOCKED");
    assert.match(message, /wasm-unsafe-eval/);
  });

  test(`without WebAssembly init fails with ERR_UNSUPPORTED, ${kind}`, options, async (t) => {
    const { code } = await initIn(t, kind, await servePackage(t), () => delete globalThis.WebAssembly);
    assert.equal(code, "ERR_UNSUPPORTED");
  });

  test(`init can be called again, at once, and after a failure, ${kind}`, options, async (t) => {
    let served = 0;
    const url = await servePackage(t, (path) => path.endsWith(".wasm") && served++ === 0 && { status: 503 });
    const { page } = await launch(t, kind);
    await page.goto(url);
    const codes = await page.evaluate(async () => {
      const { default: init, Room } = await import("/moim.js");
      const code = (error) => error.code;
      const first = await Promise.all([init().catch(code), init().catch(code)]);
      const [one, two] = await Promise.all([init(), init({ module_or_path: 5 })]);
      return [...first, one === two && (await init()) === one, new Room({ url: "ws://127.0.0.1:1/" }).state];
    });
    assert.deepEqual(codes, ["ERR_INIT_FAILED", "ERR_INIT_FAILED", true, "new"]);
    assert.equal(served, 2);
  });

  test(`an import map names the package for a page without a bundler, ${kind}`, options, async (t) => {
    const map = '<!doctype html><script type="importmap">{ "imports": { "moim": "/moim.js" } }</script>';
    const { page } = await launch(t, kind);
    await page.goto(await servePackage(t, (path) => path === "/" && { body: map }));
    const state = await page.evaluate(async () => {
      const { default: init, Room } = await import("moim");
      await init();
      return new Room({ url: "/ws" }).state;
    });
    assert.equal(state, "new");
  });

  test(`moim/auto is initialised when it is imported, ${kind}`, options, async (t) => {
    const { page } = await launch(t, kind);
    await page.goto(await servePackage(t));
    const state = await page.evaluate(async () => new (await import("/auto.js")).Room({ url: "ws://127.0.0.1:1/" }).state);
    assert.equal(state, "new");
  });
}

test("moim/auto does nothing in Node", { skip: stubMissing() }, async () => {
  const { Room } = await import(`${join(NPM_PACKAGE, "auto.js")}`);
  assert.throws(() => new Room(), { code: "ERR_NOT_INITIALIZED" });
});
