// `npm start`: builds what is not built yet, serves the demo, prints where it is.
//
//   PORT=8090 HOST=0.0.0.0 npm start

import { ensureBuildTools } from "./tools.mjs";
import { buildAll } from "./build.mjs";
import { startChild } from "./lib/children.mjs";
import { bold, green, yellow } from "./lib/colour.mjs";
import { parseFlags } from "./lib/flags.mjs";
import { SITE, STUB } from "./lib/paths.mjs";
import { choosePort } from "./lib/port.mjs";
import { Problem, runAsScript } from "./lib/problem.mjs";
import { which } from "./lib/which.mjs";

const READY_MS = 15_000;
const LOOPBACK = "127.0.0.1";

/** Starts the stub; resolves when it listens, to its process and the address that it printed. */
async function startStub({ host, port }) {
  const args = ["--host", host, "--port", String(port), "--static-dir", SITE];
  const mixer = process.env.CHROMIUM || which("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  if (mixer) args.push("--mixer", mixer);
  const stub = startChild(STUB, args, { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Problem(`The signaling stub said nothing for ${READY_MS / 1000} s.`)), READY_MS);
    let printed = "";
    stub.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text;
      const found = printed.match(/listening on (http:\/\/\S+)\s/);
      if (!found) return;
      clearTimeout(late);
      resolve(found[1]);
    });
    stub.once("error", (error) => reject(new Problem(`The signaling stub does not start: ${error.message}.`)));
    stub.once("exit", (code, signal) => {
      clearTimeout(late);
      reject(new Problem(`The signaling stub ended with ${signal ?? `code ${code}`} before it listened.`));
    });
  });
  return { stub, address, mixing: Boolean(mixer) };
}

/** The address to open: a page has camera and microphone only on this machine's own name, or by https. */
function toOpen(address) {
  const url = new URL(address);
  if (["0.0.0.0", "[::]"].includes(url.hostname)) url.hostname = "localhost";
  return url.href;
}

await runAsScript(import.meta.url, async (argv) => {
  parseFlags(argv, {});
  const host = process.env.HOST || LOOPBACK;
  await choosePort(process.env.PORT, host); // a mistake here is better heard of before the build than after
  await ensureBuildTools();
  await buildAll();
  const { port, busy } = await choosePort(process.env.PORT, host);
  const { stub, address, mixing } = await startStub({ host, port });

  if (busy) console.log(yellow(`\nPort ${busy} is in use: this is on ${port} instead.`));
  console.log(`\n  ${green("moim is at")}  ${bold(toOpen(address))}\n`);
  console.log("  Open it in two windows and join the same room. Ctrl-C stops it.");
  if (!mixing) console.log("  No Chromium was found, so rooms as one mixed picture (MCU) need /www/mixer.html open in a browser.");
  console.log(`  A plain page that imports the npm package joins too: ${toOpen(address)}www/\n`);

  const [code, signal] = await new Promise((resolve) => stub.once("exit", (...how) => resolve(how)));
  throw new Problem(`The signaling stub ended by itself, with ${signal ?? `code ${code}`}.`);
});
