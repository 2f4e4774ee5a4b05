// A LiveKit server on this machine, and tokens for it.

import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, stopChild } from "../../../scripts/lib/children.mjs";
import { freeTcpPort, freeUdpPort } from "../../../scripts/lib/free_port.mjs";
import { LIVEKIT } from "../../../scripts/lib/go_servers.mjs";

const KEY = "devkey";
const SECRET = "a-secret-of-at-least-32-characters";
const READY_MS = 10_000;

/**
 * Starts a server, and stops it after the test. `start` starts it again on the same ports.
 *
 * @param {import("node:test").TestContext} t
 */
export async function startLiveKit(t) {
  const directory = mkdtempSync(join(tmpdir(), "moim-livekit-"));
  const [port, tcp, udp] = [await freeTcpPort(), await freeTcpPort(), await freeUdpPort()];
  const config = join(directory, "livekit.json");
  writeFileSync(config, JSON.stringify({
    port,
    bind_addresses: ["127.0.0.1"],
    rtc: { udp_port: udp, tcp_port: tcp, use_external_ip: false, node_ip: "127.0.0.1", enable_loopback_candidate: true, interfaces: { includes: ["lo"] } },
    keys: { [KEY]: SECRET },
  }));
  let child;
  const start = async () => {
    child = startChild(LIVEKIT.binary, ["--config", config], { stdio: "ignore" });
    const deadline = Date.now() + READY_MS;
    while (!(await fetch(`http://127.0.0.1:${port}/`).then(({ ok }) => ok, () => false))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error("livekit-server did not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const stop = () => stopChild(child);
  t.after(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });
  await start();
  return { url: `ws://127.0.0.1:${port}`, port, start, stop };
}

/** A token (JWT, HS256) for a room. */
export function tokenFor(identity, { room = "tea", secret = SECRET, grants = {} } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: KEY, sub: identity, name: identity, nbf: now - 10, exp: now + 600, video: { room, roomJoin: true, canUpdateOwnMetadata: true, ...grants } };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
