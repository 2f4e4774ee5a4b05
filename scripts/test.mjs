// `npm test`: installs what the tests need and runs all steps.
//
//   npm test -- [--only fmt,clippy] [--keep-going] [--list]
//
// Its last line is `N passed, N failed`, where N counts steps.

import { ensureBuildTools, ensureTestTools, checkMachine } from "./tools.mjs";
import { isStopping } from "./lib/children.mjs";
import { bold, dim, green, red } from "./lib/colour.mjs";
import { parseFlags, usage } from "./lib/flags.mjs";
import { Problem, report, runAsScript } from "./lib/problem.mjs";
import { duration, step } from "./lib/progress.mjs";
import { STEPS } from "./lib/steps.mjs";
import { ensureSystemPackages } from "./lib/system.mjs";

const FLAGS = {
  only: { type: "string", value: "a,b", about: "only these steps" },
  "keep-going": { type: "boolean", about: "go on after a step that failed, as in CI" },
  list: { type: "boolean", about: "list the steps and end" },
  help: { type: "boolean", about: "show this" },
};

const REASON = /^\s*(✖|×|error\b|---- |thread )|\b(FAIL|FAILED|panicked|Error:|failed:)/;
const REASON_LINES = 30;

function chosenSteps(only) {
  if (only === undefined) return STEPS;
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length === 0) return STEPS.filter(({ name }) => names.includes(name));
  throw new Problem(`There is no step "${unknown.join('", "')}".`, { hint: `Steps:\n${listSteps()}` });
}

const listSteps = () => STEPS.map(({ name, about }) => `  ${name.padEnd(14)} ${about}`).join("\n");

async function prepare(steps) {
  const needs = new Set(steps.map((step) => step.needs));
  if (needs.has("browser")) await ensureSystemPackages();
  if (needs.has("browser") || needs.has("build")) await ensureBuildTools();
  else checkMachine();
  if (needs.has("browser")) await ensureTestTools();
}

/** Runs one step; returns its outcome, and prints the error if it failed. */
async function runOne({ name, about, before, run }, position) {
  console.log(`\n${bold(`${position} ${name}`)}  ${dim(about)}`);
  const started = performance.now();
  const outcome = { name, failed: false, did: "" };
  try {
    await before?.();
    outcome.did = (await step(`testing: ${about}`, run)) ?? "";
  } catch (error) {
    if (isStopping()) return outcome;
    report(error);
    outcome.failed = true;
    outcome.error = error;
  }
  outcome.time = duration(performance.now() - started);
  return outcome;
}

function summarize(steps, outcomes) {
  console.log(`\n${bold("Summary")}`);
  for (const { name } of steps) {
    const outcome = outcomes.find((one) => one.name === name);
    const mark = !outcome ? dim("not run") : outcome.failed ? red("failed ") : green("passed ");
    console.log(`  ${name.padEnd(14)} ${mark} ${outcome ? outcome.time.padStart(9) : ""}  ${outcome?.did ?? ""}`.trimEnd());
  }
  for (const { name, error } of outcomes.filter(({ failed }) => failed)) {
    console.log(`\n${red("✗")} ${name}`);
    console.log(reasons(error).map((line) => `  ${line}`).join("\n"));
  }
  closingLine(outcomes);
}

/** The lines that say why a step failed: often only the end of a log is at hand. */
function reasons(error) {
  if (error instanceof AggregateError) return error.errors.flatMap(reasons);
  const lines = (error.output ?? error.details ?? error.stack ?? "").split("\n").map((line) => line.trimEnd()).filter(Boolean);
  const telling = lines.filter((line) => REASON.test(line));
  return [error.message, ...(telling.length > 0 ? telling : lines).slice(-REASON_LINES)];
}

function closingLine(outcomes) {
  const failed = outcomes.filter((outcome) => outcome.failed).length;
  console.log(`\n${outcomes.length - failed} passed, ${failed} failed`);
}

await runAsScript(import.meta.url, async (argv) => {
  const flags = parseFlags(argv, FLAGS);
  if (flags.help) return console.log(`npm test -- [flags]\n\n${usage(FLAGS)}\n\nSteps:\n${listSteps()}`);
  if (flags.list) return console.log(listSteps());
  const steps = chosenSteps(flags.only);

  try {
    await prepare(steps);
  } catch (error) {
    if (isStopping()) return;
    report(error);
    closingLine([{ failed: true }]);
    return 1;
  }

  // Whoever reads a CI log needs all failures, rather than one per run.
  const goesOn = flags["keep-going"] || process.env.CI === "true";
  const outcomes = [];
  for (const [index, one] of steps.entries()) {
    outcomes.push(await runOne(one, `[${index + 1}/${steps.length}]`));
    if (outcomes.at(-1).failed && !goesOn) break;
  }
  summarize(steps, outcomes);
  return outcomes.some(({ failed }) => failed) ? 1 : 0;
});
