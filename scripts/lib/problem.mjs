// Errors for the user of the terminal, and the wrapper of every command-line entry.

import { pathToFileURL } from "node:url";
import { isStopping, stopChildren } from "./children.mjs";
import { red } from "./colour.mjs";

/** An error that a user can act on: printed without a stack trace. */
export class Problem extends Error {
  /**
   * @param {string} message the problem
   * @param {object} [more]
   * @param {string} [more.hint] what to do about it
   * @param {string} [more.details] the end of a failed command's output
   * @param {string} [more.output] all of it
   */
  constructor(message, { hint, details, output } = {}) {
    super(message);
    this.name = "Problem";
    this.hint = hint;
    this.details = details;
    this.output = output;
  }
}

/** Ends a script successfully, with a text for the user. */
export class Help extends Error {}

/** Prints an error: a problem briefly, a bug in these scripts with its stack. */
export function report(error) {
  if (error instanceof AggregateError) return error.errors.forEach(report);
  if (!(error instanceof Problem)) return console.error(error);
  if (error.details) console.error(`\n${error.details}`);
  console.error(`\n${red("✗")} ${error.message}`);
  if (error.hint) console.error(`  ${error.hint.replaceAll("\n", "\n  ")}`);
}

/** Runs `main` if `moduleUrl` is the started script, and exits with its outcome. */
export async function runAsScript(moduleUrl, main) {
  if (!process.argv[1] || moduleUrl !== pathToFileURL(process.argv[1]).href) return;
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (isStopping()) return;
    if (error instanceof Help) return console.log(error.message);
    report(error);
    await stopChildren();
    process.exitCode = 1;
  }
}
