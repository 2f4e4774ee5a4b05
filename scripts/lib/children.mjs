// Child processes that never outlive this one.
//
// Each child leads its own process group, so that stopping it also stops its descendants (cargo
// starts rustc; a test runner starts a driver, which starts a browser). A group does not receive the terminal's
// Ctrl-C automatically: the handlers below forward it.

import { spawn } from "node:child_process";

const GROUPS = process.platform !== "win32";
const GRACE_MS = 4000;
const PARENT_CHECK_MS = 300;
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** @type {Set<import("node:child_process").ChildProcess>} */
const alive = new Set();
let stopping = false;

/** Whether a signal is ending this process, so that stopped children are not reported. */
export const isStopping = () => stopping;

/** Starts a command without a shell. It is stopped when this process is. */
export function startChild(command, args, options = {}) {
  const child = spawn(command, args, { ...options, shell: false, detached: GROUPS, windowsHide: true });
  if (child.pid === undefined) return child;
  alive.add(child);
  child.once("exit", () => {
    // Stops what the leader of the group left behind.
    signalGroup(child, "SIGTERM");
    alive.delete(child);
  });
  return child;
}

/** Asks a child and its descendants to exit, and kills them after a while. */
export async function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  signalGroup(child, "SIGTERM");
  const insist = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
  await ended;
  clearTimeout(insist);
}

/** Stops everything that is still running. */
export async function stopChildren() {
  await Promise.all([...alive].map(stopChild));
}

function signalGroup(child, signal) {
  try {
    if (GROUPS) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    if (error.code !== "ESRCH" && error.code !== "EPERM") throw error;
  }
}

async function stopWith(code) {
  if (stopping) return;
  stopping = true;
  await stopChildren();
  process.exit(code);
}

for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => stopWith(code));
// A signal to npm alone ends npm and the shell in between, but does not arrive here.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stopWith(SIGNALS.SIGTERM), PARENT_CHECK_MS).unref();
}
// The last resort, when something calls `process.exit` while a child runs.
process.on("exit", () => {
  for (const child of alive) signalGroup(child, "SIGKILL");
});
