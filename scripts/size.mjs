// `npm run size`: builds the npm package and prints its size next to its budget.

import { buildPackage } from "./build.mjs";
import { ensureBuildTools } from "./tools.mjs";
import { parseFlags } from "./lib/flags.mjs";
import { Problem, runAsScript } from "./lib/problem.mjs";
import { checkSizes, packageSizes, sizeTable } from "./lib/size.mjs";

await runAsScript(import.meta.url, async (argv) => {
  parseFlags(argv, {});
  if (process.env.MOIM_QUICK === "1") throw new Problem("With MOIM_QUICK=1 nothing is made small, so its size says nothing.");
  await ensureBuildTools();
  await buildPackage();
  const sizes = await packageSizes();
  console.log(`\n${sizeTable(sizes)}\n`);
  checkSizes(sizes);
});
