// Janus from the system's packages on free ports of this machine, with its VideoRoom.

import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, stopChild } from "../../../scripts/lib/children.mjs";
import { freeTcpPort } from "../../../scripts/lib/free_port.mjs";
import { which } from "../../../scripts/lib/which.mjs";

const HOST = "127.0.0.1";
const READY_MS = 10_000;
const RECLAIM_S = 20;
const TOKEN_SECRET = "token-secret";

/** The room that is there, its PIN, and the secret of its hosts. */
export const ROOM = { name: "777", pin: "1234", secret: "room-secret" };
/** What opens a server that was started with `locked`, besides a token. */
export const API_SECRET = "api-secret";

/** Why there is no Janus, or false. */
export const janusMissing = () => !which("janus") && "Janus is not installed (apt-get install janus)";

/**
 * Starts a server, and stops it after the test. `start` starts it again on the same port.
 *
 * @param {import("node:test").TestContext} t
 * @param {object} [options]
 * @param {boolean} [options.locked] whether it requires the API secret or a token
 * @param {boolean} [options.announces] whether the room announces those who publish nothing
 */
export async function startJanus(t, { locked = false, announces = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "moim-janus-"));
  const port = await freeTcpPort();
  const write = (name, text) => writeFileSync(join(folder, `${name}.jcfg`), text);
  const auth = `api_secret = "${API_SECRET}"\n token_auth = true\n token_auth_secret = "${TOKEN_SECRET}"`;
  write("janus", `general: {
    debug_level = 3
    session_timeout = 60
    reclaim_session_timeout = ${RECLAIM_S}
    ${locked ? auth : ""}
  }
  media: { rtp_port_range = "20000-40000" }
  plugins: { disable = "${OTHER_PLUGINS.map((name) => `libjanus_${name}.so`).join(",")}" }
  transports: { disable = "${OTHER_TRANSPORTS.map((name) => `libjanus_${name}.so`).join(",")}" }`);
  write("janus.transport.websockets", `general: { json = "compact", ws = true, ws_ip = "${HOST}", ws_port = ${port} }`);
  write("janus.plugin.videoroom", `room-${ROOM.name}: {
    pin = "${ROOM.pin}"
    secret = "${ROOM.secret}"
    publishers = 10
    notify_joining = ${announces}
  }`);
  let child;
  const start = async () => {
    child = startChild("janus", ["-F", folder, "-o"], { stdio: ["ignore", "pipe", "pipe"] });
    let log = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (log += text));
    const deadline = Date.now() + READY_MS;
    while (!(await accepts(port))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`Janus did not start.\n${log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const stop = () => stopChild(child);
  t.after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return { url: `ws://${HOST}:${port}`, port, start, stop };
}

const OTHER_PLUGINS = ["audiobridge", "duktape", "echotest", "lua", "nosip", "recordplay", "sip", "streaming", "textroom", "videocall", "voicemail"];
const OTHER_TRANSPORTS = ["http", "mqtt", "nanomsg", "pfunix", "rabbitmq"];

/** Whether something listens on a port. */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => (socket.destroy(), resolve(true)));
    socket.once("error", () => resolve(false));
  });
}

/** A signed token for the VideoRoom. */
export function tokenFor({ seconds = 600, secret = TOKEN_SECRET } = {}) {
  const grant = `${Math.floor(Date.now() / 1000) + seconds},janus,janus.plugin.videoroom`;
  return `${grant}:${createHmac("sha1", secret).update(grant).digest("base64")}`;
}
