// A network of a test's own: a network namespace, whose paths can be cut.

import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { ROUTER } from "../../../scripts/lib/paths.mjs";
import { isRoot } from "../../../scripts/lib/root.mjs";
import { which } from "../../../scripts/lib/which.mjs";

/** Before the rule of the local addresses, which is moved behind it. */
const PRIORITY = 5;
/** What is reported of the output of tests: their names, what they say themselves, and failures. */
const REPORTED = /^\s*(not ok|# (?!(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ))/;
const FAMILIES = ["-4", "-6"];

/** Why a test cannot have a network of its own, or false. */
export function networkMissing() {
  if (!isRoot()) return "a network namespace needs root";
  if (!which("unshare") || !which("ip")) return "unshare or ip is not installed";
  try {
    execFileSync("unshare", ["--net", "ip", "rule", "add", "pref", `${PRIORITY}`, "ipproto", "udp", "unreachable"], { stdio: "ignore" });
    return false;
  } catch {
    return "network namespaces are not allowed here";
  }
}

/** Why a test cannot have a router and several sites, or false. */
export const labMissing = () =>
  networkMissing() ||
  (!which("nsenter") && "nsenter is not installed") ||
  (!existsSync("/dev/net/tun") && "there are no TUN devices here") ||
  (!existsSync(ROUTER) && "the router of the tests is not built: cargo build -p moim-test-router --profile stub");

/**
 * Runs a file of tests in a network of its own, and reports its output line by line.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} file
 */
export async function runInNetwork(t, file) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn("unshare", ["--net", process.execPath, "--test", "--test-reporter=tap", file], { env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  for (const line of output.split("\n").filter((line) => REPORTED.test(line))) t.diagnostic(line.trim());
  if (code !== 0) throw new Error(`the tests in ${file} failed:\n${output}`);
}

const ip = (...args) => execFileSync("ip", args.map(String), { stdio: "pipe" });

/** Prepares the network: nothing leads outside. */
export function prepareNetwork() {
  ip("link", "set", "lo", "up");
  // Firefox looks for an interface with a default route. It leads nowhere.
  ip("link", "add", "outside", "type", "veth", "peer", "name", "nowhere");
  for (const device of ["outside", "nowhere"]) ip("link", "set", device, "up");
  ip("address", "add", "10.99.0.1/24", "dev", "outside");
  ip("route", "add", "default", "via", "10.99.0.2");
  for (const family of FAMILIES) {
    ip(family, "rule", "add", "pref", PRIORITY + 1, "table", "local");
    ip(family, "rule", "del", "pref", 0);
  }
}

/** Cuts all paths of media and data by UDP. Signaling, which uses TCP, goes on. */
export function cutPaths() {
  for (const family of FAMILIES) ip(family, "rule", "add", "pref", PRIORITY, "ipproto", "udp", "unreachable");
}

export function mendPaths() {
  for (const family of FAMILIES) ip(family, "rule", "del", "pref", PRIORITY);
}
