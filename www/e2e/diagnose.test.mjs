// The pre-call check against real servers: what a person reads when something is wrong, and what is left afterwards.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { certificatesMissing, theCertificate } from "./lib/certificate.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const missing = (kind) => stubMissing() || browserMissing(kind) || false;

for (const kind of ["chromium", "firefox"]) {
  test(`a good server passes every check in ${kind}`, { skip: missing(kind) || certificatesMissing(kind), timeout: 120_000 }, async (t) => {
    const trusted = theCertificate();
    const stub = await startStub(t, { args: ["--turn", "--tls-cert", trusted.certificate, "--tls-key", trusted.key] });
    const url = stub.url.replace("127.0.0.1", "localhost");
    const visitor = await open(t, kind, url, { trusted, before: hearTheSpeaker });
    const { report, updates, left } = await check(visitor.page);
    const verdicts = Object.fromEntries(report.checks.map(({ check, verdict, finding }) => [check, `${verdict} ${finding}`]));
    const { media, ...others } = verdicts;
    // Firefox's fake devices have no permission that it reports.
    const { cameraPermission, microphonePermission, ...rest } = others;
    for (const permission of [cameraPermission, microphonePermission]) assert.match(permission, /^(passed|skipped) permission/);
    assert.deepEqual(rest, {
      secureContext: "passed secure",
      camera: "passed cameraWorks",
      microphone: "passed microphoneWorks",
      speaker: "passed speakerHeard",
      signaling: "passed signalingWorks",
      stun: rest.stun.includes("Mapped") ? "passed stunMapped" : "passed stunUnmapped",
      turnUdp: "passed turnWorks",
      turnTcp: "passed turnWorks",
      turnTls: "passed turnWorks",
    });
    // How well this machine encodes is not asserted.
    assert.match(media, /^(passed mediaWorks|warning media(Cpu|Poor))/);
    const measured = Object.fromEntries(report.checks.map(({ check, measurements }) => [check, measurements]));
    assert.ok(measured.camera.width > 0 && measured.camera.brightness > 0, JSON.stringify(measured.camera));
    assert.ok(measured.microphone.level > 0.002, JSON.stringify(measured.microphone));
    for (const turn of ["turnUdp", "turnTcp", "turnTls"]) assert.equal(measured[turn].bytes, 16_000, turn);
    const { bitrate, packetLoss, roundTripTimeMs, mos, iceMs, dtlsMs } = measured.media;
    assert.ok(bitrate > 50_000 && packetLoss >= 0 && roundTripTimeMs >= 0 && mos >= 1 && mos <= 4.41, JSON.stringify(measured.media));
    assert.ok(iceMs >= 0 && dtlsMs >= 0, JSON.stringify(measured.media));
    if (media.startsWith("passed")) assert.ok(report.recommendation?.width >= 320, JSON.stringify(report.recommendation));
    assert.deepEqual(report.checks.map(({ check }) => check), updates.filter(({ result }) => result).map(({ check }) => check).sort(byOrder(report)));
    assert.ok(updates.every(({ check, result }) => !result || result.check === check));
    assert.deepEqual(left, { tracks: 0, connections: 0, sockets: 0, contexts: 0 });
    assert.deepEqual(visitor.problems, []);
  });

  test(`a wrong URL, a wrong password and a denied camera are lines with advice in ${kind}`, { skip: missing(kind), timeout: 120_000 }, async (t) => {
    const stub = await startStub(t, { args: ["--turn"] });
    const visitor = await open(t, kind, stub.url);
    await visitor.page.evaluate(denyCamera);
    const iceServers = await visitor.page.evaluate(turnOf);
    assert.match(iceServers[0].urls.join(), /turn:/);
    for (const server of iceServers) server.credential = "wrong";
    const { report, left } = await check(visitor.page, { url: `${stub.url.replace("http", "ws")}/nowhere`, iceServers, speaker: false });
    const of = (name) => report.checks.find(({ check }) => check === name);
    assert.equal(of("camera").finding, "deviceDenied");
    assert.match(of("camera").advice, /site settings/);
    assert.equal(of("microphone").verdict, "passed");
    assert.equal(of("signaling").finding, "signalingUnreachable");
    assert.match(of("signaling").advice, /Check the URL/);
    for (const turn of ["turnUdp", "turnTcp"]) {
      // Older versions of Firefox report no reason.
      assert.match(of(turn).finding, kind === "chromium" ? /^turnRefused$/ : /^turn(Refused|NoRelay)$/, turn);
      assert.match(of(turn).advice, /username and the credential/);
    }
    if (kind === "chromium") assert.match(of("turnUdp").detail, /^401/);
    assert.equal(of("turnTls").finding, "turnMissing");
    assert.match(of("media").finding, /^media(Local|Cpu|Poor)$/);
    assert.equal(report.recommendation, null);
    assert.equal(report.verdict, "failed");
    assert.deepEqual(left, { tracks: 0, connections: 0, sockets: 0, contexts: 0 });
  });

  test(`a server that goes away in the middle fails what is left in ${kind}`, { skip: missing(kind), timeout: 120_000 }, async (t) => {
    const stub = await startStub(t, { args: ["--turn"] });
    const visitor = await open(t, kind, stub.url);
    await visitor.page.evaluate(begin, { camera: null, microphone: null });
    await until(visitor.page, () => window.updates.some(({ check, result }) => check === "signaling" && result), { what: "the signaling check" });
    await stub.stop();
    const begun = await visitor.page.evaluate(() => window.updates.map(({ check }) => check));
    const { report, left } = await finish(visitor.page);
    const of = (name) => report.checks.find(({ check }) => check === name);
    assert.equal(of("signaling").finding, "signalingWorks");
    for (const turn of ["turnUdp", "turnTcp"].filter((turn) => !begun.includes(turn))) assert.equal(of(turn).verdict, "failed", `${turn}: ${of(turn).finding}`);
    assert.match(of("media").finding, /^media/);
    assert.equal(of("camera"), undefined);
    assert.deepEqual(left, { tracks: 0, connections: 0, sockets: 0, contexts: 0 });
  });

  test(`aborting releases everything in ${kind}, whichever check it interrupts`, { skip: missing(kind), timeout: 180_000 }, async (t) => {
    const stub = await startStub(t, { args: ["--turn"] });
    const visitor = await open(t, kind, stub.url);
    for (const interrupted of ["camera", "microphone", "speaker", "signaling", "turnUdp", "media"]) {
      await visitor.page.evaluate(begin, { mediaDurationMs: 60_000 });
      await until(visitor.page, (name) => window.updates.some(({ check }) => check === name), { what: interrupted, args: [interrupted], timeout: 40_000 });
      const { error, left } = await visitor.page.evaluate(async (leftOf) => {
        window.abort.abort();
        const error = await window.report.then(() => "no error", ({ code }) => code);
        await window.iteration;
        return { error, left: await new Function(`return (${leftOf})()`)() };
      }, leftOver.toString());
      assert.equal(error, "ERR_ABORTED", interrupted);
      assert.deepEqual(left, { tracks: 0, connections: 0, sockets: 0, contexts: 0 }, interrupted);
    }
    // Firefox logs a socket that is closed while it connects.
    assert.deepEqual(visitor.problems.filter((problem) => !problem.includes(`${stub.url.replace("http", "ws")}/ws`)), []);
  });
}

const byOrder = ({ checks }) => (a, b) => checks.findIndex(({ check }) => check === a) - checks.findIndex(({ check }) => check === b);

/** Opens a page that knows what the checks open. */
async function open(t, kind, url, { before, trusted } = {}) {
  const visitor = await launch(t, kind, { person: "alice", trusted });
  await visitor.page.bringToFront();
  await visitor.page.evaluateOnNewDocument(watchResources);
  if (before) await visitor.page.evaluateOnNewDocument(before);
  await visitor.page.goto(`${url}/www/`);
  return visitor;
}

async function check(page, options = {}) {
  await page.evaluate(begin, options);
  return finish(page);
}

async function finish(page) {
  await until(page, () => window.isDone, { what: "the report", timeout: 80_000 });
  return page.evaluate(async (leftOf) => {
    const report = await window.report;
    return { report: JSON.parse(JSON.stringify(report)), updates: window.updates, left: await new Function(`return (${leftOf})()`)() };
  }, leftOver.toString());
}

/** In the page: starts a diagnosis and collects its updates. */
async function begin(options) {
  const { default: init, diagnose } = await import("/www/pkg/moim.js");
  await init();
  window.updates = [];
  window.isDone = false;
  window.abort = new AbortController();
  const diagnosis = diagnose({ ...options, signal: window.abort.signal });
  window.report = diagnosis.report;
  window.iteration = (async () => {
    for await (const update of diagnosis) window.updates.push(update);
    window.isDone = true;
  })();
}

/** In the page, before anything else: remembers tracks, connections, sockets and audio contexts. */
function watchResources() {
  if (!globalThis.MediaDevices) return; // about:blank in Firefox
  const opened = (window.opened = { tracks: [], connections: [], sockets: [], contexts: [] });
  const remembering = (name, list) => {
    const Original = globalThis[name];
    globalThis[name] = class extends Original {
      constructor(...args) {
        super(...args);
        list.push(this);
      }
    };
  };
  remembering("RTCPeerConnection", opened.connections);
  remembering("WebSocket", opened.sockets);
  remembering("AudioContext", opened.contexts);
  const getUserMedia = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (...args) {
    const stream = await getUserMedia.apply(this, args);
    opened.tracks.push(...stream.getTracks());
    return stream;
  };
  const captureStream = HTMLCanvasElement.prototype.captureStream;
  HTMLCanvasElement.prototype.captureStream = function (...args) {
    const stream = captureStream.apply(this, args);
    opened.tracks.push(...stream.getTracks());
    return stream;
  };
}

/** In the page: what is still open, after what closes asynchronously has had time to. */
async function leftOver() {
  const count = () => ({
    tracks: window.opened.tracks.filter(({ readyState }) => readyState === "live").length,
    connections: window.opened.connections.filter(({ signalingState }) => signalingState !== "closed").length,
    sockets: window.opened.sockets.filter(({ readyState }) => readyState < WebSocket.CLOSING).length,
    contexts: window.opened.contexts.filter(({ state }) => state !== "closed").length,
  });
  const end = performance.now() + 5000;
  while (performance.now() < end && Object.values(count()).some(Boolean)) await new Promise((next) => setTimeout(next, 20));
  return count();
}

/** In the page, before anything else: the microphone hears what the page plays, and speaks. */
function hearTheSpeaker() {
  const { connect } = AudioNode.prototype;
  const rooms = new Map();
  const roomOf = (context) => {
    if (!rooms.has(context)) rooms.set(context, new MediaStreamAudioDestinationNode(context));
    return rooms.get(context);
  };
  AudioNode.prototype.connect = function (target, ...args) {
    if (target instanceof AudioDestinationNode) connect.call(this, roomOf(this.context));
    return connect.call(this, target, ...args);
  };
  const createMediaStreamSource = AudioContext.prototype.createMediaStreamSource;
  AudioContext.prototype.createMediaStreamSource = function (stream) {
    const source = createMediaStreamSource.call(this, stream);
    const mixed = new GainNode(this);
    connect.call(source, mixed);
    connect.call(createMediaStreamSource.call(this, roomOf(this).stream), mixed);
    return mixed;
  };
}

/** In the page. */
function denyCamera() {
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (constraints.video) throw new DOMException("denied", "NotAllowedError");
    return getUserMedia(constraints);
  };
}

/** In the page: the TURN servers that the signaling server provides. */
async function turnOf() {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws`);
  await new Promise((resolve) => (socket.onopen = resolve));
  const welcome = new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(JSON.parse(data))));
  socket.send(JSON.stringify({ type: "join", version: 1, room: "servers", name: "x", topology: "mesh" }));
  const { iceServers } = await welcome;
  socket.close();
  return iceServers;
}
