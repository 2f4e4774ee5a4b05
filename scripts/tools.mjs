// The tools to build this repository: checks those of the machine, and installs its own into `.tools/`. What has to be
// compiled is kept in the user's cache folder as well.
//
//   node scripts/tools.mjs [--for-tests]

import { copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { parseFlags } from "./lib/flags.mjs";
import { ensureGoServers } from "./lib/go_servers.mjs";
import { installLocked } from "./lib/npm.mjs";
import { ROOT, SMOKE, TOOLS_BIN, TOOLS_CACHE, tool } from "./lib/paths.mjs";
import { Problem, runAsScript } from "./lib/problem.mjs";
import { step } from "./lib/progress.mjs";
import { run, runStep } from "./lib/run.mjs";
import { ensureSystemPackages } from "./lib/system.mjs";
import { atLeast, minimumNode, minimumRust, wasmBindgenVersion } from "./lib/versions.mjs";
import { ask, versionOf, which } from "./lib/which.mjs";

const WASM_TARGET = "wasm32-unknown-unknown";
const WASM_PACK = { name: "wasm-pack", version: "0.15.1" };
const GECKODRIVER = { name: "geckodriver", version: "0.37.1" };
/** Optimising these tools takes longer than it saves. Only wasm-bindgen computes for long enough to be optimised at all. */
const quickly = (optLevel) => ({
  CARGO_PROFILE_RELEASE_OPT_LEVEL: String(optLevel),
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
});
const RUSTUP = "https://rustup.rs";

/** Everything that a build needs. */
export async function ensureBuildTools() {
  checkMachine();
  await addWasmTarget();
  // Without TLS (rustls, ring), which is needed only for WebDriver servers on other machines.
  await installTool({ name: "wasm-bindgen", crate: "wasm-bindgen-cli", version: wasmBindgenVersion(), flags: ["--no-default-features"], optLevel: 1 });
  await installLocked(ROOT, { stamp: "npm", title: "installing the npm packages" });
}

/** What the browser tests need in addition. */
export async function ensureTestTools() {
  await installTool(WASM_PACK);
  await installTool(GECKODRIVER);
}

/** The bundlers and linters that the packed npm package is tested with, in `target/smoke`. */
export async function ensureSmokeTools() {
  mkdirSync(SMOKE, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(ROOT, "www", "smoke", name), join(SMOKE, name));
  // Nothing here needs install scripts, and those of third parties are not run.
  await installLocked(SMOKE, { stamp: "smoke", title: "installing the bundlers", flags: ["--ignore-scripts"] });
}

/** Reports everything that is missing at once. */
export function checkMachine() {
  addCargoToPath();
  const missing = [checkNode(), checkGit(), checkRust(), checkLinker()].filter(Boolean);
  if (missing.length === 0) return;
  const list = missing.map(({ what, how }) => `  ${what}\n      ${how}`).join("\n");
  throw new Problem(`Something is missing on this machine:\n${list}`, { hint: "Then run the same command again." });
}

function checkNode() {
  const wanted = minimumNode();
  if (atLeast(process.versions.node, wanted)) return null;
  return { what: `Node ${wanted} or newer: this is ${process.versions.node}`, how: "Get it from https://nodejs.org" };
}

function checkGit() {
  if (which("git")) return null;
  return { what: "git", how: forSystem({ debian: "apt-get install git", mac: "xcode-select --install", other: "https://git-scm.com" }) };
}

function checkRust() {
  const wanted = minimumRust();
  const get = `Get it with rustup: ${RUSTUP}`;
  if (!which("cargo") || !which("rustc")) return { what: `Rust ${wanted} or newer (cargo and rustc)`, how: get };
  const found = versionOf("rustc");
  if (!found) {
    return { what: "a Rust toolchain: rustc is there, but does not run", how: "rustup toolchain install stable" };
  }
  if (!atLeast(found, wanted)) {
    return { what: `Rust ${wanted} or newer: this is ${found}`, how: which("rustup") ? "rustup update stable" : get };
  }
  return null;
}

function checkLinker() {
  if (process.platform === "win32" || which("cc", "gcc", "clang")) return null;
  const how = { debian: "apt-get install build-essential", mac: "xcode-select --install", other: "Install gcc or clang" };
  return { what: "a C compiler, with which Rust links", how: forSystem(how) };
}

function forSystem({ debian, mac, other }) {
  if (process.platform === "darwin") return mac;
  return existsSync("/etc/debian_version") ? debian : other;
}

/** A terminal that was open while rustup was installed does not have it on its PATH yet. */
function addCargoToPath() {
  const bin = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "bin");
  if (!which("cargo") && existsSync(bin)) process.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
}

/** Rustup does not always add the target automatically, even if `rust-toolchain.toml` names it. */
async function addWasmTarget() {
  const sysroot = ask("rustc", ["--print", "sysroot"]) ?? "";
  if (existsSync(join(sysroot, "lib", "rustlib", WASM_TARGET))) return;
  if (!which("rustup")) {
    throw new Problem(`This Rust cannot compile to WebAssembly: the target ${WASM_TARGET} is missing.`, {
      hint: `Install Rust with rustup (${RUSTUP}), or the package of your system that has this target.`,
    });
  }
  await runStep("adding the WebAssembly target to Rust", "rustup", ["target", "add", WASM_TARGET], {
    hint: "Is the network up? rustup downloads the target from static.rust-lang.org.",
  });
}

/** Compiles a tool once for all clones of this repository, and copies it into `.tools`. */
async function installTool({ name, crate = name, version, flags = [], optLevel = 0 }) {
  if (versionOf(tool(name)) === version) return;
  const installed = join(TOOLS_CACHE, `${crate}-${version}`);
  const bin = join(installed, "bin");
  if (versionOf(join(bin, basename(tool(name)))) !== version) await compileTool({ crate, version, flags, installed, optLevel });
  mkdirSync(TOOLS_BIN, { recursive: true });
  for (const file of readdirSync(bin)) copyFileSync(join(bin, file), join(TOOLS_BIN, file));
}

async function compileTool({ crate, version, flags, installed, optLevel }) {
  const args = ["install", "--root", installed, "--force", "--version", version, ...flags, crate];
  const options = { hint: "Is the network up? cargo downloads it from crates.io.", log: `install-${crate}`, cwd: ROOT, env: quickly(optLevel) };
  await step(`compiling ${crate} ${version} (once, some minutes)`, async (note) => {
    const install = (args) => run("cargo", args, { ...options, onLine: (line) => note(line.trim()) });
    try {
      await install([...args, "--locked"]);
    } catch (error) {
      const [, wanted] = error.details?.match(/failed to select a version for the requirement `(.*?)`/) ?? [];
      if (!(error instanceof Problem) || !wanted) throw error;
      note(`this registry lacks ${wanted}`);
      await install(args);
      return `without its lock file, as this registry lacks ${wanted}`;
    }
  });
}

await runAsScript(import.meta.url, async (argv) => {
  const flags = parseFlags(argv, { "for-tests": { type: "boolean", about: "also the tools of the browser tests" } });
  await ensureBuildTools();
  if (flags["for-tests"]) {
    await ensureSystemPackages();
    await ensureTestTools();
    await ensureGoServers();
  }
  console.log("Everything is installed.");
});
