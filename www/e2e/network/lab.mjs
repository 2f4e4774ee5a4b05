// A small internet: a router, the server's site, and people's sites with a NAT of their own. To be used inside the network
// namespace of `runInNetwork`, which is the server's site.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { startChild, stopChild } from "../../../scripts/lib/children.mjs";
import { ROUTER } from "../../../scripts/lib/paths.mjs";
import { which } from "../../../scripts/lib/which.mjs";
import { theCertificate } from "../lib/certificate.mjs";
import { startStub } from "../lib/server.mjs";

/** For documentation (RFC 5737): stands for public addresses here. */
const PUBLIC = "203.0.113";
export const SERVER = `${PUBLIC}.1`;

/**
 * @typedef {object} Lab
 * @property {(line: string) => Promise<void>} say changes the network: see router/src/command.rs
 * @property {(name: string) => Promise<Site>} addSite a site behind a cone NAT
 *
 * @typedef {object} Site
 * @property {string[]} enter the command, with its arguments, that runs another one at this site
 * @property {string} public its address outside
 * @property {string} inside its address inside
 * @property {() => Promise<void>} move gives it other addresses, as when somebody leaves the house with a phone
 */

/**
 * Starts the router, and stops it after the test.
 *
 * @param {import("node:test").TestContext} t
 * @returns {Promise<Lab>}
 */
export async function startLab(t) {
  const router = startChild(ROUTER, [], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => stopChild(router));
  const answers = createInterface({ input: router.stdout })[Symbol.asyncIterator]();
  const say = async (line) => {
    router.stdin.write(`${line}\n`);
    const { value } = await answers.next();
    if (value !== "ok") throw new Error(`The router answered "${line}" with: ${value}`);
  };

  ip("link", "set", "lo", "up");
  await say("site server");
  await say(`address server ${SERVER}`);
  ip("address", "add", `${SERVER}/24`, "dev", "server");
  ip("link", "set", "server", "up");

  let sites = 0;
  const addSite = async (name) => {
    sites += 1;
    const number = sites;
    let moves = 0;
    await say(`site ${name}`);
    const enter = await newNamespace(t);
    ip("link", "set", name, "netns", enter.pid);
    const inside = (...args) => execFileSync(enter.command[0], [...enter.command.slice(1), "ip", ...args], { stdio: "pipe" });
    const site = { enter: enter.command, public: `${PUBLIC}.${10 * number}`, inside: `10.${number}.0.2` };
    inside("link", "set", name, "up");
    inside("address", "add", `${site.inside}/24`, "dev", name);
    inside("route", "add", "default", "dev", name);
    await say(`nat ${name} cone ${site.public}`);
    site.move = async ({ offlineMs = 0 } = {}) => {
      moves += 1;
      const before = site.inside;
      // Another network: with the first address of one, its others are removed, too.
      site.inside = `10.${number}.${moves}.2`;
      site.public = `${PUBLIC}.${10 * number + moves}`;
      await say(`nat ${name} cone ${site.public}`);
      if (offlineMs > 0) inside("link", "set", name, "down");
      inside("address", "del", `${before}/24`, "dev", name);
      inside("address", "add", `${site.inside}/24`, "dev", name);
      await sleep(offlineMs); // Not a wait for something: it lasts this long.
      inside("link", "set", name, "up");
      inside("route", "replace", "default", "dev", name);
    };
    return site;
  };
  return { say, addSite };
}

/** Starts the stub at the server's site, with TLS: without it, browsers give a page no camera. */
export async function startPublicStub(t, { args = [] } = {}) {
  const trusted = theCertificate();
  const tls = ["--tls-cert", trusted.certificate, "--tls-key", trusted.key];
  return { stub: await startStub(t, { host: SERVER, args: [...tls, "--turn-allow-peer", `${PUBLIC}.0/24`, ...args] }), trusted };
}

const ip = (...args) => execFileSync("ip", args.map(String), { stdio: "pipe" });

/** A network namespace that lasts as long as the test. */
async function newNamespace(t) {
  const holder = startChild("unshare", ["--net", "sh", "-c", "ip link set lo up && echo up && exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => stopChild(holder));
  await once(holder.stdout, "data");
  return { pid: holder.pid, command: [which("nsenter"), `--net=/proc/${holder.pid}/ns/net`] };
}
