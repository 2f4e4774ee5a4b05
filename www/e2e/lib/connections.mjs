// The RTCPeerConnections of a page, and what goes over them.

/**
 * Keeps every connection that the page makes from now on, as `e2eConnections`.
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
 * Which way the page's newest connection takes.
 *
 * @param {import("puppeteer-core").Page} page
 * @returns {Promise<{ protocol: "udp" | "tcp", local: string, remote: string } | null>} null if it takes none
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
