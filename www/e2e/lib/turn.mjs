// Connections through a TURN server, and a coturn.

import { createConnection } from "node:net";
import { startChild, stopChild } from "../../../scripts/lib/children.mjs";
import { freeUdpPort } from "../../../scripts/lib/free_port.mjs";
import { which } from "../../../scripts/lib/which.mjs";

const HOST = "127.0.0.1";

/** Why there is no coturn, or false. */
export const coturnMissing = () => !which("turnserver") && "coturn is not installed (apt-get install coturn)";

/** What the URL of a TURN server says for each way to it. */
const URLS = { udp: /^turn:.*transport=udp$/, tcp: /^turn:.*transport=tcp$/, tls: /^turns:/ };

/**
 * Lets the connections of a page use one way to the TURN server, and keeps them as `e2eConnections`.
 *
 * @param {"udp" | "tcp" | "tls"} way
 * @returns {(page: import("puppeteer-core").Page) => Promise<void>}
 */
export const onlyBy = (way) => (page) => page.evaluateOnNewDocument((source) => {
  const wanted = new RegExp(source);
  const filtered = (configuration) => ({
    ...configuration,
    iceServers: (configuration?.iceServers ?? [])
      .map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => wanted.test(url)) }))
      .filter(({ urls }) => urls.length > 0),
  });
  globalThis.e2eConnections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(filtered(configuration));
      e2eConnections.push(this);
    }
    setConfiguration(configuration) {
      super.setConfiguration(filtered(configuration));
    }
  };
}, URLS[way].source);

/**
 * The selected local candidate of the page's newest connection: its type, and the protocol to the relay. `port` is that of the
 * relay, which is another one after an ICE restart. `remote` is the type of the remote candidate.
 *
 * @param {import("puppeteer-core").Page} page
 * @returns {Promise<{ type: string, way: string, port: number, remote: string } | null>}
 */
export const relayOf = (page) => page.evaluate(async () => {
  const stats = await e2eConnections.at(-1).getStats();
  const all = [...stats.values()];
  // Firefox has no transport statistics, and says it of the pair.
  const selected = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId)?.selectedCandidatePairId;
  const pair = selected ? stats.get(selected) : all.find(({ type, selected }) => type === "candidate-pair" && selected);
  const local = pair && stats.get(pair.localCandidateId);
  return local ? { type: local.candidateType, way: local.relayProtocol, port: local.port, remote: stats.get(pair.remoteCandidateId)?.candidateType } : null;
});

/** Waits until the newest connection's path is `expected`: a browser can change to a better one. */
export async function untilPath(page, expected, what) {
  const deadline = Date.now() + 10_000;
  for (let path; !(path && expected(path)); ) {
    if (Date.now() > deadline) throw new Error(`Expected the path "${what}", found ${JSON.stringify(path)}`);
    path = await relayOf(page);
  }
}

/**
 * Starts a coturn, and stops it after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ secret: string, certificate: import("./certificate.mjs").Certificate }} options
 * @returns {Promise<string[]>} its URLs
 */
export async function startCoturn(t, { secret, certificate }) {
  const [port, tlsPort] = [await freeUdpPort(HOST), await freeUdpPort(HOST)];
  const args = [
    "-n", "--no-cli", "--no-dtls", "--log-file=stdout", "--use-auth-secret", `--static-auth-secret=${secret}`, "--realm=coturn.test",
    `--listening-ip=${HOST}`, `--relay-ip=${HOST}`, "--listening-port", String(port), "--allow-loopback-peers", "--pidfile", "/dev/null",
    "--cert", certificate.certificate, "--pkey", certificate.key, "--tls-listening-port", String(tlsPort),
  ];
  const child = startChild("turnserver", args, { stdio: "ignore" });
  t.after(() => stopChild(child));
  for (const listening of [port, tlsPort]) await untilOpen(listening);
  return [`turn:${HOST}:${port}?transport=udp`, `turn:${HOST}:${port}?transport=tcp`, `turns:localhost:${tlsPort}?transport=tcp`];
}

async function untilOpen(port) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const isOpen = await new Promise((resolve) => {
      const socket = createConnection({ host: HOST, port }, () => (socket.destroy(), resolve(true)));
      socket.once("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nobody listens on ${HOST}:${port}.`);
}
