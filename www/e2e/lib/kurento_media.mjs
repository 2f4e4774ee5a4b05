// The media of the double: a page whose peer connections answer, and send on what they receive.

/**
 * Opens the page in a browser.
 *
 * @param {import("./browsers.mjs").Visitor} visitor
 * @returns {Promise<import("./kurento_double.mjs").Media>}
 */
export async function openMediaPage(visitor) {
  const page = await visitor.openPage();
  const gathering = new Map();
  await page.exposeFunction("found", (id, candidate) => gathering.get(id)?.(candidate));
  await page.evaluate(install);
  const call = (name) => (...args) => page.evaluate((name, args) => media[name](...args), name, args);
  return {
    offer: call("offer"),
    candidate: call("candidate"),
    connect: call("connect"),
    release: (id) => void call("release")(id).catch(() => {}), // the test may have ended
    gather: (id, found) => (gathering.set(id, found), call("gather")(id)),
  };
}

/** Runs in the page. */
function install() {
  const endpoints = new Map();
  const edges = [];

  /** Lets each endpoint send what flows to it. */
  async function flow() {
    for (const [id, { connection }] of endpoints) {
      for (const { sender, receiver } of connection.getTransceivers()) {
        const kind = receiver.track.kind;
        const from = edges.findLast(({ sink, media }) => sink === id && media === kind.toUpperCase())?.source;
        const source = endpoints.get(from)?.connection.getTransceivers().find((transceiver) => transceiver.receiver.track.kind === kind);
        const track = source?.receiver.track ?? null;
        if (sender.track !== track) await sender.replaceTrack(track);
      }
    }
  }

  globalThis.media = {
    async offer(id, sdp) {
      const connection = new RTCPeerConnection();
      const endpoint = { connection, found: [], isGathering: false };
      endpoints.set(id, endpoint);
      connection.onicecandidate = ({ candidate }) => {
        if (!candidate?.candidate) return;
        const { sdpMid, sdpMLineIndex } = candidate;
        if (endpoint.isGathering) found(id, { candidate: candidate.candidate, sdpMid, sdpMLineIndex });
        else endpoint.found.push({ candidate: candidate.candidate, sdpMid, sdpMLineIndex });
      };
      await connection.setRemoteDescription({ type: "offer", sdp });
      for (const transceiver of connection.getTransceivers()) transceiver.direction = "sendrecv";
      await flow();
      const answer = await connection.createAnswer();
      await connection.setLocalDescription(answer);
      return answer.sdp; // without candidates
    },
    async gather(id) {
      const endpoint = endpoints.get(id);
      endpoint.isGathering = true;
      for (const candidate of endpoint.found.splice(0)) await found(id, candidate);
    },
    candidate: (id, candidate) => endpoints.get(id)?.connection.addIceCandidate(candidate),
    async connect(source, sink, media, isOn) {
      const at = edges.findIndex((edge) => edge.source === source && edge.sink === sink && edge.media === media);
      if (at >= 0) edges.splice(at, 1);
      if (isOn) edges.push({ source, sink, media });
      await flow();
    },
    async release(id) {
      endpoints.get(id)?.connection.close();
      endpoints.delete(id);
      for (let at = edges.length; at--; ) if ([edges[at].source, edges[at].sink].includes(id)) edges.splice(at, 1);
      await flow();
    },
  };
}
