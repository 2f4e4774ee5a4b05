// `npm run bench`: measures moim beside bare JavaScript and other SDKs, and writes RESULTS.md.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseFlags, usage } from "../scripts/lib/flags.mjs";
import { NPM_PACKAGE, ROOT, STUB } from "../scripts/lib/paths.mjs";
import { Problem, runAsScript } from "../scripts/lib/problem.mjs";
import { run, runStep } from "../scripts/lib/run.mjs";

const FLAGS = {
  rounds: { type: "string", value: "N", about: "how many rounds; default: 5" },
  only: { type: "string", value: "a,b", about: "only these contestants" },
  what: { type: "string", value: "a,b", about: "only these measurements" },
  help: { type: "boolean", about: "show this" },
};
const CONTESTANTS = ["bare", "moim", "peerjs", "simple-peer"];
const BENCH = join(ROOT, "bench");

function chosen(list, all, what) {
  const names = list?.split(",").map((name) => name.trim()) ?? all;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Problem(`There is no ${what} "${unknown}".`, { hint: `There are: ${all.join(", ")}` });
  return names;
}

await runAsScript(import.meta.url, async (argv) => {
  try {
    await main(argv);
  } finally {
    setTimeout(() => process.exit(), 1000).unref(); // PeerServer has timers without an end
  }
});

async function main(argv) {
  const flags = parseFlags(argv, FLAGS);
  if (flags.help) return console.log(`npm run bench -- [flags]\n\n${usage(FLAGS)}`);
  const rounds = Number(flags.rounds ?? 5);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Problem(`--rounds is "${flags.rounds}"; expected a whole number from 1.`);
  const names = chosen(flags.only, CONTESTANTS, "contestant");
  if (!existsSync(STUB) || !existsSync(NPM_PACKAGE)) throw new Problem("Nothing is built.", { hint: "Run: npm run build" });
  if (!existsSync(join(BENCH, "node_modules"))) await runStep("installing the peers", "npm", ["ci", "--prefix", BENCH], { log: "bench-npm" });

  // These import what has just been installed.
  const { startServers } = await import("./lib/servers.mjs");
  const { MEASUREMENTS, round } = await import("./lib/measure.mjs");
  const { median, report } = await import("./lib/report.mjs");
  const { browserPath } = await import("../www/e2e/lib/executables.mjs");
  const wanted = chosen(flags.what, Object.keys(MEASUREMENTS), "measurement");

  const servers = await startServers();
  const results = Object.fromEntries(names.map((name) => [name, Object.fromEntries(wanted.map((what) => [what, []]))]));
  try {
    for (let i = 1; i <= rounds; i++) {
      for (const name of names) {
        const values = await round(name, servers, wanted);
        for (const what of wanted) results[name][what].push(values[what]);
        console.log(`round ${i}, ${name}: ${wanted.map((what) => `${what} ${values[what].toFixed(1)}`).join(", ")}`);
      }
    }
  } finally {
    await servers.stop();
  }
  for (const name of names) console.log(`${name}: ${wanted.map((what) => `${what} ${median(results[name][what]).toFixed(2)}`).join(", ")}`);
  const browser = (await run(browserPath("chromium"), ["--version"], { log: "bench-browser" })).trim().split("\n").at(-1); // after warnings
  const whole = names.length === CONTESTANTS.length && wanted.length === Object.keys(MEASUREMENTS).length;
  if (!whole) return console.log("RESULTS.md is only written by a run of everything.");
  writeFileSync(join(BENCH, "RESULTS.md"), report(results, { browser, rounds }));
}
