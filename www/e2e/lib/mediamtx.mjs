// MediaMTX on free ports of this machine, for WHIP and WHEP.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, stopChild } from "../../../scripts/lib/children.mjs";
import { freeTcpPort, freeUdpPort } from "../../../scripts/lib/free_port.mjs";
import { MEDIAMTX } from "../../../scripts/lib/go_servers.mjs";

const READY_MS = 10_000;

/**
 * Starts the server, and stops it after the test. A stream consists of the tracks of which it has received a packet in time: by
 * default in 2 s, in which a busy machine may send only one of two. Everyone may use the path `live`, and only `ana` with the password
 * `secret` publishes to `locked`.
 *
 * @param {import("node:test").TestContext} t
 * @returns {Promise<{ url: string, host: string, restart: () => Promise<void> }>}
 */
export async function startMediaMtx(t) {
  const folder = mkdtempSync(join(tmpdir(), "moim-mediamtx-"));
  const [port, mediaPort] = [await freeTcpPort(), await freeUdpPort("127.0.0.1")];
  const host = `127.0.0.1:${port}`;
  const file = join(folder, "mediamtx.yml");
  writeFileSync(file, configuration(host, mediaPort));
  let server = await start(file);
  t.after(async () => {
    await stopChild(server);
    rmSync(folder, { recursive: true });
  });
  const restart = async () => {
    await stopChild(server);
    server = await start(file);
  };
  return { url: `http://${host}`, host, restart };
}

function start(file) {
  const server = startChild(MEDIAMTX.binary, [file], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`MediaMTX ${why}.\n${log}`));
    const late = setTimeout(() => fail("did not start to listen"), READY_MS);
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        log += text;
        if (!/\[WebRTC\] listener opened/.test(log)) return;
        clearTimeout(late);
        resolve(server);
      });
    }
    server.once("error", (error) => fail(`could not be started: ${error.message}`));
    server.once("exit", (code, signal) => (clearTimeout(late), fail(`exited with ${signal ?? `code ${code}`}`)));
  });
}

const configuration = (host, mediaPort) => `
rtsp: no
rtmp: no
hls: no
srt: no
webrtcAddress: ${host}
webrtcLocalUDPAddress: 127.0.0.1:${mediaPort}
webrtcIPsFromInterfaces: no
webrtcAdditionalHosts: [127.0.0.1]
webrtcTrackGatherTimeout: 20s
authInternalUsers:
- user: any
  permissions: [{ action: publish, path: live }, { action: read, path: live }]
- user: ana
  pass: secret
  permissions: [{ action: publish, path: locked }]
paths: { all_others: }
`;
