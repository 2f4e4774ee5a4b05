// The steps of `npm test`, in order: the quick ones first.

import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { buildAll, buildPackage, buildRouter, buildStub } from "../build.mjs";
import { ensureSmokeTools } from "../tools.mjs";
import { ensureGoServers } from "./go_servers.mjs";
import { diffTypes } from "./golden.mjs";
import { GOLDEN_TYPES, NODE_MODULES, ROOT, TARGET, TARGET_JS, TOOLS_BIN, relative, tool } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { duration } from "./progress.mjs";
import { run } from "./run.mjs";
import { checkSizes, kilobytes, packageSizes } from "./size.mjs";
import { together } from "./together.mjs";
import { packageVersion } from "./versions.mjs";
import { which } from "./which.mjs";

const WASM = ["--target", "wasm32-unknown-unknown"];
const NATIVE = ["--workspace", "--exclude", "moim-demo-app"];
const STUB_WITHOUT_SFU = ["-p", "moim-signaling-stub", "--no-default-features", "--features", "server"];
const COMMANDS = join(ROOT, "scripts", "tests");
const E2E = join(ROOT, "www", "e2e");
const SMOKE_TESTS = join(ROOT, "www", "smoke");
const MINUTE = 60_000;
const FAILURE_LINES = 12;

/**
 * @typedef {object} Step
 * @property {string} name for `--only`
 * @property {string} about
 * @property {"build" | "browser"} [needs] the tools that are required besides those of the machine
 * @property {() => Promise<void>} [before] builds what is tested, and shows its own progress
 * @property {(note: (text: string) => void) => Promise<string | void>} run returns a short summary
 */

/** @type {Step[]} */
export const STEPS = [
  { name: "fmt", about: "the Rust code is formatted", run: () => cargo("fmt", ["fmt", "--all", "--check"], { hint: "Run: cargo fmt --all" }) },
  { name: "clippy", about: "no warnings, on the host and for WebAssembly", needs: "build", run: clippy },
  { name: "native", about: "unit, property and simulation tests on the host", run: native },
  { name: "no-sfu", about: "the binary of the signaling stub without its SFU", run: (note) => tests("no-sfu", ["test", ...STUB_WITHOUT_SFU, "--test", "cli", "--test", "room"], note) },
  { name: "wasm", about: "the SDK's tests in Chromium and in Firefox", needs: "browser", run: wasm },
  { name: "docs", about: "the examples in the documentation of what needs a browser", needs: "build", run: examples },
  { name: "package", about: "the npm package, and that its types are the accepted ones", needs: "build", before: buildPackage, run: npmPackage },
  { name: "size", about: "the npm package is within its size budget", needs: "build", before: buildPackage, run: size },
  { name: "crates", about: "the crates as they are published, and their documentation", needs: "build", run: crates },
  { name: "types", about: "TypeScript that uses the package", needs: "build", run: types },
  { name: "commands", about: "`npm start`, and the examples of the README", needs: "build", before: buildForTests, run: (note) => nodeTests("commands", COMMANDS, note) },
  { name: "smoke", about: "the packed npm package, in bundlers, on a server and to linters", needs: "browser", before: prepareSmoke, run: (note) => nodeTests("smoke", SMOKE_TESTS, note) },
  { name: "e2e", about: "several pages in both browsers", needs: "browser", before: prepareE2e, run: e2e },
];

/** What keeps both cores busy, or measures how long something takes: not beside other tests. */
const ALONE = [
  "crowd", "demo", "mcu", "mixer", "nat", "path", "quality", "recording", "recording_length", "sfu", "sfu_sizes",
].map((name) => `${name}.test.mjs`);

async function clippy(note) {
  const strict = ["--", "-D", "warnings"];
  const rounds = [
    ["the host", [...NATIVE, "--all-targets"], TARGET],
    ["the stub without its SFU", [...STUB_WITHOUT_SFU, "--all-targets"], TARGET],
    ["the npm package and the hooks", ["-p", "moim", "--features", "js,yew", ...WASM, "--all-targets"], TARGET_JS],
    ["the SDK for Rust apps", ["-p", "moim", ...WASM], TARGET],
    ["the demo", ["-p", "moim-demo-app", ...WASM], TARGET],
  ];
  const inOrder = async (folder) => {
    for (const [what, args, targetDir] of rounds.filter(([, , targetDir]) => targetDir === folder)) {
      note(what);
      await cargo(`clippy-${what.replaceAll(" ", "-")}`, ["clippy", ...args, ...strict], { targetDir });
    }
  };
  // Side by side: the largest crate of a round keeps only one core busy.
  await together([TARGET, TARGET_JS].map(inOrder));
}

/** The simulation runs for minutes without optimisation. Only here: it would slow down each build for a browser. */
function native(note) {
  return tests("native", ["--config", "profile.dev.package.moim.opt-level=1", "test", "--workspace"], note);
}

async function tests(log, args, note) {
  return countRust(await cargo(log, args, { onLine: note }));
}

/** Both browsers side by side: the tests of one page keep only one core busy. Cargo lets the second wait for the first's build. */
async function wasm(note) {
  const browsers = ["chromium", "firefox"];
  const counts = await together(browsers.map((browser) => wasmPack(browser, (line) => note(`${browser}: ${line}`))));
  return counts.map((count, at) => `${count} in ${browsers[at]}`).join(", ");
}

async function wasmPack(browser, note) {
  const chromium = browser === "chromium";
  const driver = chromium ? process.env.CHROMEDRIVER || which("chromedriver") : tool("geckodriver");
  const flags = chromium ? ["--chrome", "--chromedriver", driver] : ["--firefox", "--geckodriver", driver];
  const args = ["test", "--headless", ...flags, "--mode", "no-install", join(ROOT, "sdk"), "--features", "js,yew", "--lib", "--test", "browser"];
  const output = await run(tool("wasm-pack"), args, {
    env: {
      PATH: `${TOOLS_BIN}${delimiter}${process.env.PATH}`,
      CARGO_TARGET_DIR: TARGET_JS,
      WASM_BINDGEN_TEST_TIMEOUT: "600", // seconds, for all tests of a binary together
    },
    log: `wasm-${browser}`,
    timeoutMs: 20 * MINUTE,
    onLine: note,
  });
  return countRust(output);
}

/** They are compiled and not run; without this cargo would run them on the host. */
async function examples(note) {
  const args = ["test", "--doc", "-p", "moim", "--features", "js,yew", ...WASM];
  const env = { CARGO_TARGET_DIR: TARGET_JS, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "node --eval 0" };
  await run("cargo", args, { env, log: "docs", onLine: note });
}

async function npmPackage() {
  const difference = await diffTypes();
  if (difference === null) return;
  throw new Problem(`The package's types are no longer those of ${relative(GOLDEN_TYPES)}.`, {
    details: difference,
    hint: "If that is what you want: npm run build -- --accept-types",
  });
}

async function size() {
  if (process.env.MOIM_QUICK === "1") return "not measured: MOIM_QUICK=1 makes nothing small";
  const sizes = await packageSizes();
  checkSizes(sizes);
  return sizes.map(({ part, brotli, budget }) => `${part} ${kilobytes(brotli)} of ${kilobytes(budget)}`).join(", ");
}

/**
 * Packs both crates and compiles the result, then checks that the documentation contains what needs a browser. Cargo's
 * own verification is not used: it caches the first protocol crate of a version, and always compiles against that.
 */
async function crates(note) {
  const packages = ["moim-protocol", "moim"];
  await cargo("crates", ["package", "--allow-dirty", "--no-verify", ...packages.flatMap((name) => ["-p", name])], { onLine: note });
  const unpacked = join(TARGET, "packed");
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const folder = (name) => join(unpacked, `${name}-${packageVersion()}`);
  for (const name of packages) {
    // With new modification times (-m), by which cargo recognizes what has changed since the last run.
    await run("tar", ["-xzmf", join(TARGET, "package", `${name}-${packageVersion()}.crate`), "-C", unpacked], { log: "crates-unpack" });
    appendFileSync(join(folder(name), "Cargo.toml"), "\n[workspace]\n"); // not a member of the surrounding one
    const tests = readdirSync(folder(name), { recursive: true }).filter((path) => /(^|[/_])tests?(\.rs|$)/.test(path));
    if (tests.length > 0) throw new Problem(`The package ${name} contains tests: ${tests.join(", ")}.`);
  }
  const patch = ["--config", `patch.crates-io.moim-protocol.path=${JSON.stringify(folder("moim-protocol"))}`];
  const packed = ["check", "--manifest-path", join(folder("moim"), "Cargo.toml"), "--features", "js,yew", ...patch, ...WASM];
  await cargo("crates-check", packed, { targetDir: TARGET_JS, onLine: note });
  const documented = join(TARGET, "wasm32-unknown-unknown", "doc", "moim");
  rmSync(documented, { recursive: true, force: true });
  const env = { RUSTDOCFLAGS: "-D warnings" };
  await cargo("crates-docs", ["doc", "-p", "moim", "--no-deps", "--features", "yew", ...WASM], { onLine: note, env });
  const missing = ["struct.Room.html", "struct.Devices.html", "signaling/trait.SignalingBackend.html", "yew/index.html"].filter((page) => !existsSync(join(documented, page)));
  if (missing.length > 0) throw new Problem(`The documentation lacks ${missing.join(", ")}.`);
  const hidden = ["engine", "model"].filter((name) => existsSync(join(documented, name, "index.html")));
  if (hidden.length > 0) throw new Problem(`The documentation shows what only the tests may use: ${hidden.join(", ")}.`);
}

async function prepareSmoke() {
  await ensureSmokeTools();
  await buildStub();
  await buildPackage();
}

/** Only the size of the package is measured. */
function buildForTests() {
  return buildAll({ quickDemo: true });
}

async function prepareE2e() {
  await buildForTests();
  await buildRouter();
  await ensureGoServers();
}

async function types() {
  const folder = join(ROOT, "sdk", "tests", "types");
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".ts")) : [];
  if (files.length === 0) throw new Problem(`There are no tests in ${relative(folder)}.`);
  const tsc = join(NODE_MODULES, "typescript", "bin", "tsc");
  await run(process.execPath, [tsc, "--project", join(ROOT, "scripts", "tsconfig.types.json")], { log: "types" });
  return `${files.length} ${files.length === 1 ? "file" : "files"}`;
}

async function nodeTests(log, folder, note) {
  return countTests(await runTests(log, folder, testsIn(folder), note));
}

/** Two files at a time, because most of the time a page waits. */
async function e2e(note) {
  const files = testsIn(E2E);
  const beside = runTests("e2e", E2E, files.filter((name) => !ALONE.includes(name)), note, { atOnce: 2, minutes: 32 });
  const alone = beside.catch(() => {}).then(() => runTests("e2e-alone", E2E, files.filter((name) => ALONE.includes(name)), note, { minutes: 28 }));
  const output = (await together([beside, alone])).join("");
  showSlowest(output);
  return countTests(output);
}

const testsIn = (folder) => readdirSync(folder).filter((name) => name.endsWith(".test.mjs")).sort();

async function runTests(log, folder, files, note, { atOnce = 1, minutes = 15 } = {}) {
  const args = ["--test", "--test-reporter=spec", `--test-concurrency=${atOnce}`, ...files.map((name) => join(folder, name))];
  let shown = 0;
  const onLine = (line) => {
    note(line);
    // At once, with the lines below that say why: a run that is ended from outside has no summary.
    if (/^\s*✖ /.test(line)) shown = FAILURE_LINES;
    if (shown-- > 0) console.log(line);
  };
  const output = await run(process.execPath, args, { log, timeoutMs: minutes * MINUTE, onLine });
  for (const [, skipped] of output.matchAll(/^\s*﹣ (.*# .*)$/gm)) console.log(`  skipped: ${skipped}`);
  return output;
}

/** Sums up the runs in an output. */
function countTests(output) {
  const count = (what) => [...output.matchAll(new RegExp(`^ℹ ${what} (\\d+)$`, "gm"))].reduce((sum, [, number]) => sum + Number(number), 0);
  return `${count("pass")} tests${count("skipped") === 0 ? "" : `, ${count("skipped")} skipped`}`;
}

/** Prints the tests that take longest, for whoever wants to shorten the run. */
function showSlowest(output) {
  const tests = [...output.matchAll(/^✔ (.*) \(([\d.]+)ms\)/gm)].map(([, name, ms]) => ({ name, ms: Number(ms) }));
  const slowest = tests.sort((a, b) => b.ms - a.ms).slice(0, 10);
  for (const { name, ms } of slowest) console.log(`  slow: ${duration(ms).padStart(8)}  ${name}`);
}

function cargo(log, args, { targetDir = TARGET, env = {}, ...options } = {}) {
  return run("cargo", args, { env: { CARGO_TARGET_DIR: targetDir, ...env }, log, ...options });
}

/** Sums up the results of cargo's test binaries, or of the browser's test runner. */
function countRust(output) {
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  const ignored = sum(/test result: .*?(\d+) ignored/g);
  return `${sum(/test result: ok\. (\d+) passed/g)} tests${ignored ? `, ${ignored} ignored` : ""}`;
}
