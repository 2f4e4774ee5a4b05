// The RTCPeerConnections of a page, and their traffic.

/**
 * Stores every connection that the page creates from now on in `e2eConnections`.
 *
 * @param {import("puppeteer-core").Page} page
 */
export const rememberConnections = (page) => page.evaluateOnNewDocument(() => {
  globalThis.e2eConnections = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      e2eConnections.push(this);
    }
  };
});

/**
 * The path of the page's newest connection.
 *
 * @param {import("puppeteer-core").Page} page
 * @returns {Promise<{ protocol: "udp" | "tcp", local: string, remote: string } | null>} null if there is none
 */
export const pathOf = (page) => page.evaluate(async () => {
  const stats = await e2eConnections.at(-1).getStats();
  const all = [...stats.values()];
  const pair = all.find(({ type, state, nominated, selected }) => type === "candidate-pair" && state === "succeeded" && (selected ?? nominated));
  if (!pair) return null;
  const [local, remote] = [pair.localCandidateId, pair.remoteCandidateId].map((id) => stats.get(id));
  const where = ({ address, ip, port }) => `${address ?? ip}:${port}`;
  return { protocol: local.protocol, local: where(local), remote: where(remote) };
});
