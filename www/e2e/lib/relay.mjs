// A narrow path: a UDP relay between a page and the SFU, with limited bandwidth towards the page.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";

/** How much the bottleneck queues before it drops packets, in milliseconds. */
const QUEUE_MS = 300;

/** The address of the SFU: it omits the loopback address, if there is another. */
const hostAddress = () => Object.values(networkInterfaces()).flat()
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";

/**
 * Starts a relay to the SFU on `sfuPort`, and stops it after the test. One page uses it.
 *
 * @param {import("node:test").TestContext} t
 * @param {number} sfuPort
 * @returns {Promise<{
 *   enter: (page: import("puppeteer-core").Page) => Promise<void>,
 *   limit: (bitsPerSecond: number | null) => void,
 * }>} `enter` makes the page use it, before the page is opened; `limit` sets the bandwidth towards the page, or removes
 * the limit
 */
export async function startRelay(t, sfuPort) {
  const host = hostAddress();
  const [toPage, toSfu] = [createSocket("udp4").bind(0, host), createSocket("udp4").bind(0, host)];
  t.after(() => [toPage, toSfu].forEach((socket) => socket.close()));
  await Promise.all([once(toPage, "listening"), once(toSfu, "listening")]);

  let page = null;
  let bitrate = null;
  let freeAt = 0;
  toPage.on("message", (packet, from) => {
    page = from;
    toSfu.send(packet, sfuPort, host);
  });
  toSfu.on("message", (packet) => {
    const { port, address } = page;
    if (!bitrate) return toPage.send(packet, port, address);
    const now = performance.now();
    freeAt = Math.max(freeAt, now);
    if (freeAt > now + QUEUE_MS) return;
    freeAt += (packet.length * 8000) / bitrate;
    // A timer may be late, and a socket that was closed meanwhile accepts nothing.
    setTimeout(() => { try { toPage.send(packet, port, address); } catch {} }, freeAt - now);
  });

  const { port } = toPage.address();
  return {
    limit: (bitsPerSecond) => { bitrate = bitsPerSecond; },
    enter: (page) => page.evaluateOnNewDocument((host, port) => {
      /** Keeps one candidate, which is the relay. */
      const detour = (sdp) => {
        const rest = sdp.split("\r\n").filter((line) => !line.startsWith("a=candidate:"));
        const media = rest.findIndex((line) => line.startsWith("c=IN"));
        rest.splice(media + 1, 0, `a=candidate:1 1 udp 2130706431 ${host} ${port} typ host`);
        return rest.join("\r\n");
      };
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        setRemoteDescription({ type, sdp }) {
          return super.setRemoteDescription({ type, sdp: detour(sdp) });
        }
      };
    }, host, port),
  };
}
