// `npm start`: builds what is missing, serves the demo, and prints its URL. What the demo does not need, the npm
// package for the plain pages and the mixer, is built while it is served.
//
//   PORT=8090 HOST=0.0.0.0 npm start -- --turn --tls-cert cert.pem --tls-key key.pem
//
// The modules are not optimised for size, which takes longer than the rest; with `MOIM_QUICK=0` the package is.

import { once } from "node:events";
import { ensureBuildTools } from "./tools.mjs";
import { buildPackage, buildSite, buildStub } from "./build.mjs";
import { startChild } from "./lib/children.mjs";
import { bold, green, yellow } from "./lib/colour.mjs";
import { parseFlags } from "./lib/flags.mjs";
import { SITE, STUB } from "./lib/paths.mjs";
import { choosePort } from "./lib/port.mjs";
import { Problem, runAsScript } from "./lib/problem.mjs";
import { isRoot } from "./lib/root.mjs";
import { assembleSite } from "./lib/site.mjs";
import { which } from "./lib/which.mjs";

const READY_MS = 15_000;
const LOOPBACK = "127.0.0.1";
const FLAGS = {
  turn: { type: "boolean", about: "also runs a TURN server" },
  "tls-cert": { type: "string", value: "FILE", about: "the certificate of the server (PEM), for a phone in the same network" },
  "tls-key": { type: "string", value: "FILE", about: "its private key (PEM)" },
  "allowed-origin": {
    type: "string",
    multiple: true,
    value: "ORIGIN",
    about: "an origin whose pages may connect too, such as http://localhost:5173; repeatable",
  },
};

/** Starts the stub; resolves with its process and the printed URL when it listens. */
async function startStub({ host, port, flags }) {
  const args = ["--host", host, "--port", String(port), "--static-dir", SITE];
  if (flags.turn) args.push("--turn");
  for (const name of ["tls-cert", "tls-key", "allowed-origin"]) {
    for (const value of [flags[name] ?? []].flat()) args.push(`--${name}`, value);
  }
  const mixer = process.env.CHROMIUM || which("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  if (mixer) args.push("--mixer", mixer);
  // The demo runs on the developer's own machine; Chromium does not start as root with its sandbox.
  if (mixer && isRoot()) args.push("--mixer-no-sandbox");
  // Without a browser to start, anyone can open the mixer page manually.
  if (!mixer) args.push("--any-mixer");
  const stub = startChild(STUB, args, { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Problem(`The signaling stub said nothing for ${READY_MS / 1000} s.`)), READY_MS);
    let printed = "";
    stub.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text;
      const found = printed.match(/listening on (https?:\/\/\S+)\s/);
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

/** The URL to open: a page can use camera and microphone only on localhost, or over https. */
function toOpen(address) {
  const url = new URL(address);
  if (["0.0.0.0", "[::]"].includes(url.hostname)) url.hostname = "localhost";
  return url.href;
}

async function buildRest({ quick }) {
  await buildPackage({ quick });
  await assembleSite();
  console.log("\n  The npm package is built: plain pages and mixed rooms work.\n");
}

/** Throws when the stub ends. */
async function ended(stub) {
  const [code, signal] = stub.exitCode === null && stub.signalCode === null ? await once(stub, "exit") : [stub.exitCode, stub.signalCode];
  throw new Problem(`The signaling stub exited unexpectedly, with ${signal ?? `code ${code}`}.`);
}

await runAsScript(import.meta.url, async (argv) => {
  const flags = parseFlags(argv, FLAGS);
  const host = process.env.HOST || LOOPBACK;
  await choosePort(process.env.PORT, host); // report a mistake before the build
  const quick = process.env.MOIM_QUICK !== "0";
  await ensureBuildTools();
  await buildStub();
  await buildSite();
  const { port, busy } = await choosePort(process.env.PORT, host);
  const { stub, address, mixing } = await startStub({ host, port, flags });

  if (busy) console.log(yellow(`\nPort ${busy} is in use: using ${port} instead.`));
  console.log(`\n  ${green("moim is running at")}  ${bold(toOpen(address))}\n`);
  console.log("  Open it in two windows and join the same room. Ctrl-C stops it.");
  if (!mixing) console.log("  No Chromium was found, so mixed rooms (MCU) need /www/mixer.html open in a browser.");
  console.log(`  Plain pages with the npm package and mixed rooms work as soon as the package is built: ${toOpen(address)}www/\n`);

  await Promise.race([ended(stub), buildRest({ quick })]);
  await ended(stub);
});
