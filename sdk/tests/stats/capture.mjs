// Writes golden/: the real results of getStats() in both browsers. Run it again when browsers change:
//
//   node sdk/tests/stats/capture.mjs
//
// Each file is the list of a report's entries, as JSON.stringify writes them.

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { which } from "../../../scripts/lib/which.mjs";

const BROWSERS = {
  chromium: {
    browser: "chrome",
    executablePath: which("chromium", "chromium-browser", "google-chrome"),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      "--autoplay-policy=no-user-gesture-required",
      "--allow-loopback-in-peer-connection",
    ],
  },
  firefox: {
    browser: "firefox",
    executablePath: which("firefox-esr", "firefox"),
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.peerconnection.ice.loopback": true,
      "media.autoplay.default": 0,
      "media.cubeb.force_mock_context": true,
    },
  },
};

/** A call between two connections of one page. Runs in the page; returns reports by name. */
async function call() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
  const [audio] = stream.getAudioTracks();
  const [video] = stream.getVideoTracks();
  const [caller, callee] = [new RTCPeerConnection(), new RTCPeerConnection()];
  caller.onicecandidate = ({ candidate }) => candidate && callee.addIceCandidate(candidate);
  callee.onicecandidate = ({ candidate }) => candidate && caller.addIceCandidate(candidate);
  callee.ontrack = ({ track }) => {
    const element = Object.assign(document.createElement("video"), { autoplay: true, muted: track.kind === "video" });
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
  };
  const idle = await caller.getStats();
  caller.addTransceiver(audio, { streams: [stream] });
  const sendEncodings = [{ rid: "q", scaleResolutionDownBy: 2 }, { rid: "f" }];
  caller.addTransceiver(video, { streams: [stream], sendEncodings });
  callee.addTrack(audio.clone(), stream); // uses the first transceiver: audio is sent in both directions
  const channel = caller.createDataChannel("chat", { protocol: "lines" });
  await caller.setLocalDescription();
  await callee.setRemoteDescription(caller.localDescription);
  await callee.setLocalDescription();
  await caller.setRemoteDescription(callee.localDescription);
  await new Promise((resolve) => (channel.onopen = resolve));
  channel.send("hello");
  // Receiver reports, round trip times and a second sender report need a few seconds.
  await new Promise((resolve) => setTimeout(resolve, 8000));
  const [videoSender] = caller.getSenders().filter(({ track }) => track?.kind === "video");
  const [videoReceiver] = callee.getReceivers().filter(({ track }) => track?.kind === "video");
  const reports = {
    idle,
    caller: await caller.getStats(),
    callee: await callee.getStats(),
    sender: await videoSender.getStats(),
    receiver: await videoReceiver.getStats(),
  };
  caller.close();
  callee.close();
  const outcome = async (what) => {
    try {
      return `${(await what.getStats()).size} entries`;
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  };
  console.log("closed connection:", await outcome(caller), "closed sender:", await outcome(videoSender));
  return Object.fromEntries(Object.entries(reports).map(([name, report]) => [name, JSON.stringify([...report.values()], null, 1)]));
}

const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><body>"));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
for (const [name, options] of Object.entries(BROWSERS)) {
  const browser = await puppeteer.launch({ headless: true, ...options });
  try {
    const page = await browser.newPage();
    page.on("console", (message) => console.log(`${name}: ${message.text()}`));
    await page.goto(`http://localhost:${server.address().port}/`);
    for (const [report, json] of Object.entries(await page.evaluate(call))) {
      writeFileSync(join(import.meta.dirname, "golden", `${name}-${report}.json`), `${json}\n`);
    }
  } finally {
    await browser.close();
  }
}
server.close();
