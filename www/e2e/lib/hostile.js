// Runs in a page of its own: a participant that speaks the protocol without the SDK, and means harm.

/** Joins a mesh, and connects to everyone in the room. Resolves with what it can do to them. */
async function joinAsStranger({ url, room, name }) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const say = (message) => socket.send(JSON.stringify(message));
  const others = new Map();
  const errors = [];

  const relay = (other, signal) => {
    other.seq += 1;
    say({ type: "relay", to: other.id, payload: { epoch: other.epoch, seq: other.seq, ack: other.received, signal } });
  };
  const connect = async (id) => {
    const connection = new RTCPeerConnection();
    const channels = ["moim", "moim-lossy", "moim-files"].map((label, id) => connection.createDataChannel(label, {
      negotiated: true, id, ...(id === 0 && { protocol: "+moim.1" }), ...(id === 1 && { ordered: false, maxRetransmits: 0 }),
    }));
    const other = { id, connection, channels, seq: 0, received: 0, epoch: 0 };
    others.set(id, other);
    connection.onicecandidate = ({ candidate }) => candidate && relay(other, { kind: "candidate", candidate: candidate.toJSON() });
    await connection.setLocalDescription();
    relay(other, { kind: "description", description: connection.localDescription.toJSON(), mids: {} });
  };
  const hear = async ({ from, payload }) => {
    const other = others.get(from);
    if (!other || payload.epoch) return;
    if (payload.seq === other.received + 1) other.received = payload.seq;
    const { kind, description, candidate } = payload.signal ?? {};
    if (kind === "description" && other.connection.signalingState === "have-local-offer") await other.connection.setRemoteDescription(description);
    if (kind === "candidate") await other.connection.addIceCandidate(candidate).catch(() => {});
  };

  const welcome = await new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "welcome") resolve(message);
      if (message.type === "relay") hear(message);
      if (message.type === "error") errors.push(message.code);
    };
    say({ type: "join", version: 1, room, name, publications: [] });
  });
  const own = welcome.participantId;
  for (const { id } of welcome.roster.participants) if (id !== own) await connect(id);
  await Promise.all([...others.values()].flatMap(({ channels }) => channels).map((channel) => new Promise((resolve) => {
    if (channel.readyState === "open") resolve();
    else channel.onopen = resolve;
  })));

  /** Sends each of these over a channel to everyone, no faster than it takes them. */
  const send = async (at, messages) => {
    for (const { channels } of others.values()) {
      const channel = channels[at];
      for (const message of messages) {
        while (channel.bufferedAmount > 1 << 20 && channel.readyState === "open") await new Promise((resolve) => setTimeout(resolve, 5));
        if (channel.readyState !== "open") break;
        channel.send(message);
      }
    }
  };
  const each = (signal) => others.forEach((other) => relay(other, signal));
  const bytes = (...parts) => Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));
  const number = (value) => [value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 255);
  const transfer = (first, kind, id, ...fields) => bytes([first, kind], number(id), number(0), number(0), number(0), ...fields);
  const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));

  return {
    own,
    errors,
    /** Candidates without end, descriptions that no browser should have to read, and publications that do not exist. */
    signals() {
      const offer = (sdp, mids = {}) => each({ kind: "description", description: { type: "offer", sdp }, mids });
      for (let index = 0; index < 400; index += 1) {
        each({ kind: "candidate", candidate: { candidate: `candidate:${index} 1 udp 1 192.0.2.1 ${index + 1} typ host`, sdpMid: "0", sdpMLineIndex: 0 } });
      }
      offer(`v=0\r\n${"m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(2_000)}`);
      offer("v=0\r\nnothing that a browser understands\r\n", { 0: "forged", 1: "forged", x: "forged" });
      each({ kind: "refusal", type: "offer", reason: "no".repeat(1_000) });
      each({ kind: "slots", slots: { 0: { participantId: "nobody", publicationId: "forged" } } });
      each({ kind: "ask", audio: 4_000_000_000, video: 4_000_000_000 });
      each({ kind: "wishes", wishes: times(500, (index) => ({ participantId: own, publicationId: `p${index}`, wanted: true })), others: true });
    },
    /** Frames that are malformed, fragments of messages that never end, files and streams without end, and chat. */
    async data() {
      await send(0, times(300, (index) => bytes([1], number(index), number(0x10_0002), number(60_000), number(0), "x".repeat(60_000))));
      await send(0, [bytes([1], number(1), number(0xffffffff), number(1), number(9)), bytes([9]), bytes([]), "{", '{"type":"chat"}', '{"type":"receipt","id":4294967295}']);
      await send(1, times(100, () => bytes([1, 255])));
      await send(2, times(500, (index) => transfer(3, 0, index, '{"name":"x","size":18446744073709551615}')));
      await send(2, times(500, (index) => transfer(5, 0, index, '{"kind":"text"}')));
      await send(2, times(100, (index) => transfer(5, 1, 0, number(0), number(index * 60_000), "x".repeat(60_000))));
      await send(0, times(5_000, (index) => JSON.stringify({ type: "chat", id: index + 1, text: "buy ".repeat(50) })));
    },
    /** Data channels that nobody has asked for. */
    async channels() {
      const opened = [...others.values()].flatMap(({ connection }) => times(200, (index) => connection.createDataChannel(`extra ${index}`)));
      // The other end closes them.
      const done = opened.map((channel) => new Promise((resolve) => (channel.onclose = resolve)));
      await Promise.all(done);
    },
    /** Chat, more than anyone can read. */
    async chat() {
      await send(0, times(12_000, (index) => JSON.stringify({ type: "chat", id: index + 1, text: "buy" })));
    },
    /** The link is opened again and again, which replaces the connection at the other end. */
    epochs() {
      for (let epoch = 1; epoch <= 200; epoch += 1) {
        others.forEach((other) => say({ type: "relay", to: other.id, payload: { epoch, seq: 1, ack: 0 } }));
      }
    },
  };
}
