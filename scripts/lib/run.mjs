// Runs a command quietly: its output goes to a log, and the end of it to the terminal if it fails.

import { createWriteStream, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { startChild, stopChild } from "./children.mjs";
import { dim } from "./colour.mjs";
import { LOGS, ROOT, relative } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { duration, step } from "./progress.mjs";

const TAIL_LINES = 80;

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] default: the root of the repository
 * @property {Record<string, string | undefined>} [env] added to the environment
 * @property {string} [hint] what to do if it fails
 * @property {string} [log] the name of the log in `target/logs`; default: the command's name
 * @property {number} [timeoutMs] the timeout
 * @property {(line: string) => void} [onLine] called with every line it prints
 */

/**
 * Runs a command and returns its output, both streams combined. Throws a `Problem` if it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function run(command, args, options = {}) {
  const { cwd = ROOT, env = {}, hint, log, timeoutMs, onLine } = options;
  mkdirSync(LOGS, { recursive: true });
  const logPath = join(LOGS, `${log ?? basename(command)}.log`);
  const logFile = createWriteStream(logPath);
  const shown = `${basename(command)} ${args.join(" ")}`;
  logFile.write(`$ ${shown}\n`);

  const child = startChild(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      logFile.write(text);
      const lines = (rest + text).split(/[\r\n]+/);
      rest = lines.pop();
      for (const line of lines) if (line.trim()) onLine?.(stripVTControlCharacters(line).trimEnd());
    });
  }
  let late = false;
  const timer = timeoutMs && setTimeout(() => ((late = true), stopChild(child)), timeoutMs);
  const outcome = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.code === "ENOENT" ? "it is not installed" : error.message));
    child.once("close", (code, signal) => resolve(signal ? `it was ended by ${signal}` : code));
  });
  clearTimeout(timer);
  await new Promise((resolve) => logFile.end(resolve));
  if (outcome === 0) return output;

  const why = late ? `it took longer than ${duration(timeoutMs)}` : outcome;
  throw new Problem(`\`${shown}\` failed: ${typeof why === "number" ? `it ended with code ${why}` : why}.`, {
    hint: hint ?? `All of its output is in ${relative(logPath)}.`,
    details: tailOf(output, logPath),
    output: stripVTControlCharacters(output),
  });
}

function tailOf(output, logPath) {
  const lines = stripVTControlCharacters(output).trimEnd().split("\n");
  const cut = lines.length > TAIL_LINES ? [dim(`… the first ${lines.length - TAIL_LINES} lines are in ${relative(logPath)}`)] : [];
  return [...cut, ...lines.slice(-TAIL_LINES)].map((line) => `  ${line}`).join("\n");
}

/** `run` as a step, with the last line of output next to the time. */
export async function runStep(title, command, args, options = {}) {
  await step(title, async (note) => {
    await run(command, args, { ...options, onLine: (line) => note(line.trim()) });
  });
}
