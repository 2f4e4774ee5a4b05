// A call between two pages without a room: signals can be sent over any text transport.
import init, {
  type DataChannel,
  type MoimError,
  type PeerConnectionEvent,
  type Signal,
  Devices,
  PeerConnection,
  Receiver,
} from "moim";

await init();
const socket = new WebSocket("wss://example.org/call");
const connection = new PeerConnection({
  iceServers: [
    { urls: ["turn:turn.example.org?transport=tcp"], username: "ana", credential: "secret" },
    { urls: "stun:host", url: "stun:host", credentialType: "password", ttl: 86400 },
  ],
  iceTransportPolicy: "relay",
});

// Signals are sent in one place, and received in one place.
socket.addEventListener("message", ({ data }) => connection.handleSignal(JSON.parse(data) as Signal));
socket.addEventListener("close", () => connection.close());
void (async () => {
  for await (const signal of connection.signals()) socket.send(JSON.stringify(signal));
})();

// Signals from the remote peer.
const video = document.querySelector("video")!;
connection.addEventListener("trackadded", ({ detail: { transceiver } }) => {
  video.srcObject = new MediaStream([transceiver.receiver.mediaStreamTrack]);
  transceiver.receiver.jitterBufferTarget = 200;
});
connection.addEventListener("datachanneladded", ({ detail: { channel } }) => {
  const notes: DataChannel = channel;
  void notes.send("hello");
});
connection.addEventListener("icecandidateerror", ({ detail: { url, errorCode } }) => console.warn(url, errorCode));
connection.addEventListener("negotiationfailed", ({ detail: { error } }) => {
  const told: MoimError = error;
  console.warn(told.code);
});

// Signals to the remote peer.
const devices = new Devices();
const camera = await devices.camera();
const { sender } = connection.addTransceiver(camera, {
  direction: "sendonly",
  codecs: ["video/VP9", "video/H264"],
  sendEncodings: [
    { rid: "q", scaleResolutionDownBy: 4 },
    { rid: "f", maxBitrate: 1_500_000, maxFramerate: 30 },
  ],
});
const { encodings = [] } = sender.parameters;
await sender.setParameters({ encodings, degradationPreference: "maintain-resolution" });
await sender.replaceTrack(null);

// DTMF tones.
const dtmf = connection.addTrack(await devices.microphone()).sender.dtmf;
if (dtmf?.canInsert) {
  dtmf.insert("123#", { durationMs: 80 });
  for await (const tone of dtmf.tones()) if (tone === "") break;
}

// All events in one place instead, and every state.
for await (const event of connection.events()) {
  switch (event.type) {
    case "connectionstatechange":
      console.log(event.state === "failed", connection.iceConnectionState === "checking");
      break;
    case "recovering":
      console.log(event.attempt);
      break;
  }
}
const transceiver = connection.transceivers[0]!;
transceiver.setCodecPreferences(Receiver.capabilities("video").codecs);
transceiver.direction = "inactive";
console.log(transceiver.mid, transceiver.currentDirection === "stopped", transceiver.receiver.synchronizationSources[0]?.audioLevel);
const certificate: RTCCertificate = await PeerConnection.generateCertificate({ algorithm: "ecdsa" });
new PeerConnection({ certificates: [certificate], polite: true, restartIceOnFailure: false });
connection.restartIce();
const states: PeerConnectionEvent["type"][] = ["signalingstatechange", "icegatheringstatechange"];
console.log(states, await connection.rtcPeerConnection.getStats());

// @ts-expect-error: unknown direction
transceiver.direction = "both";
// @ts-expect-error: the policy is not an option of a server
new PeerConnection({ iceServers: [{ urls: ["stun:host"], iceTransportPolicy: "relay" }] });
// @ts-expect-error: signals are created by signals()
connection.handleSignal("offer");
export {};
