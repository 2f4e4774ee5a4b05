// A double of a Kurento Media Server: not a server, but what moim's tests expect of one. It answers as the server of the
// recordings in sdk/tests/kurento did, and enforces its rules of order. Media is what `media` makes of it: see
// kurento_media.mjs.

import { randomUUID } from "node:crypto";

/** How long a reply is remembered. */
const CACHE_MS = 20_000;

const EVENTS = new Set(
  `Error MediaStateChanged MediaFlowInStateChanged MediaFlowOutStateChanged MediaTranscodingStateChanged ConnectionStateChanged
  MediaSessionStarted MediaSessionTerminated IceCandidateFound IceGatheringDone IceComponentStateChanged NewCandidatePairSelected
  DtlsConnectionStateChange DataChannelOpened DataChannelClosed ElementConnected ElementDisconnected EndOfStream
  UriEndpointStateChanged Recording Paused Stopped ObjectCreated ObjectDestroyed`.split(/\s+/),
);
const TYPES = ["MediaPipeline", "WebRtcEndpoint", "PlayerEndpoint", "RecorderEndpoint", "RtpEndpoint", "HttpPostEndpoint", "Composite", "Dispatcher", "DispatcherOneToMany", "HubPort", "PassThrough"];

/** An error as the server sends it. */
class Refusal extends Error {
  constructor(code, message, type) {
    super(message);
    this.error = { code, message, ...(type && { data: { type } }) };
  }
}

const missing = (id) => new Refusal(40101, `Object '${id}' not found`, "MEDIA_OBJECT_NOT_FOUND");
const malformed = (message) => new Refusal(40001, message, "MARSHALL_ERROR");

/** @typedef {{ open: Function, offer: Function, gather: Function, candidate: Function, connect: Function, release: Function }} Media */

export class KurentoDouble {
  /** @param {Partial<Media>} [media] */
  constructor(media = {}) {
    this.media = media;
    this.forgetEverything();
    this.sockets = new Set();
    this.calls = [];
    this.waiting = [];
  }

  /** What a restart does. */
  forgetEverything() {
    this.sessions = new Map();
    this.objects = new Map([["manager_ServerManager", { type: "ServerManager", listeners: new Map() }]]);
  }

  /** For `startWebSocketServer`. */
  accept = (peer) => {
    const socket = { peer, session: undefined, last: Promise.resolve() };
    this.sockets.add(socket);
    const message = (text) => (socket.last = socket.last.then(() => this.receive(socket, text)).then(() => this.check()));
    return { message, closed: () => this.sockets.delete(socket) };
  };

  /** Resolves when this is true, after a message. */
  until(condition) {
    return new Promise((resolve) => (this.waiting.push({ condition, resolve }), this.check()));
  }

  check() {
    this.waiting = this.waiting.filter(({ condition, resolve }) => !condition() || resolve());
  }

  /** Cuts all connections, without a close frame. */
  cut() {
    for (const { peer } of this.sockets) peer.destroy();
  }

  async receive(socket, text) {
    const send = (message) => socket.peer.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
    let request;
    try {
      request = JSON.parse(text);
    } catch {
      return socket.peer.destroy();
    }
    const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
    const { id, method, params = {} } = isObject(request) ? request : {};
    if (socket.session && (!isObject(request) || !isObject(params))) return socket.peer.destroy();
    if (!isObject(request) || request.jsonrpc !== "2.0" || typeof method !== "string" || isObject(id)) {
      return send({ id: null, error: { code: -32600, message: "Invalid JSON-RPC request." } });
    }
    this.calls.push({ method, ...params });
    const named = params.sessionId ?? socket.session;
    const cached = this.sessions.get(named)?.replies.get(String(id));
    if (cached) return socket.peer.send(cached);
    let reply;
    try {
      reply = { id, result: await this.perform(socket, method, params) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply = { id, error: error.error };
    }
    if (id === undefined) {
      return send({ id: null, error: { code: -32000, message: "Ignoring response because of a notification request", data: reply.result } });
    }
    const { replies } = this.sessions.get(socket.session) ?? {};
    if (replies && method !== "closeSession") {
      replies.set(String(id), JSON.stringify({ jsonrpc: "2.0", ...reply }));
      setTimeout(() => replies.delete(String(id)), CACHE_MS).unref();
    }
    send(reply);
  }

  async perform(socket, method, params) {
    const call = { connect: this.connect, ping: this.ping, create: this.create, invoke: this.invoke, subscribe: this.subscribe, unsubscribe: this.unsubscribe, release: this.release, describe: this.describe, closeSession: this.closeSession }[method];
    if (!call) throw new Refusal(-32601, "Method not found.");
    if (!["connect", "closeSession"].includes(method)) {
      const session = params.sessionId ?? socket.session ?? (method === "ping" ? undefined : randomUUID());
      if (session) this.use(socket, session);
    }
    if (["invoke", "subscribe", "unsubscribe", "release", "describe"].includes(method)) {
      if (params.object === undefined) throw new Refusal(-32000, "'object' parameter is required");
      if (typeof params.object !== "string") throw new Refusal(-32000, "'object' parameter should be a string");
    }
    const value = await call.call(this, params, socket);
    return value === null ? null : { ...value, ...(socket.session && { sessionId: socket.session }) };
  }

  /** Events of a session go to the socket that has used it last. */
  use(socket, id) {
    socket.session = id;
    if (!this.sessions.has(id)) this.sessions.set(id, { isKnown: false, replies: new Map(), objects: new Set() });
    this.sessions.get(id).socket = socket;
  }

  connect({ sessionId }, socket) {
    const session = sessionId ?? socket.session;
    if (session && !this.sessions.get(session)?.isKnown) throw new Refusal(40007, "Invalid session", "INVALID_SESSION");
    this.use(socket, session ?? randomUUID());
    return { serverId: "double" };
  }

  ping() {
    return { value: "pong" };
  }

  closeSession({ sessionId, release }, socket) {
    const session = this.sessions.get(sessionId);
    this.sessions.delete(sessionId);
    if (socket.session === sessionId) socket.session = undefined;
    const isHeld = (id) => !release && [...this.sessions.values()].some(({ objects }) => objects.has(id));
    for (const id of session?.objects ?? []) if (!isHeld(id)) this.remove(id);
    return null;
  }

  create({ type, constructorParams: options }, { session }) {
    const kind = type.replace(/^kurento\./, "");
    if (!TYPES.includes(kind)) throw new Refusal(40108, `Factory '${type}' not found`, "MEDIA_OBJECT_NOT_AVAILABLE");
    if (!options) throw malformed("'constructorParams' is required");
    let id = `${randomUUID()}_kurento.${kind}`;
    const [key, wanted] = kind === "HubPort" ? ["hub", /Composite|Dispatcher/] : ["mediaPipeline", /MediaPipeline/];
    if (kind !== "MediaPipeline") {
      const parent = options[key];
      if (typeof parent !== "string") throw malformed(`'${key}' parameter should be a string`);
      if (!this.objects.has(parent)) throw missing(parent);
      if (!wanted.test(this.objects.get(parent).type)) throw new Refusal(-32603, "Unexpected error while processing method: bad_weak_ptr");
      id = `${parent}/${id}`;
    }
    this.objects.set(id, { type: kind, options, properties: {}, listeners: new Map() });
    const known = this.sessions.get(session);
    known.isKnown = true;
    known.objects.add(id);
    return { value: id };
  }

  describe({ object }) {
    const { type } = this.find(object);
    return { type, qualifiedType: `kurento.${type}`, hierarchy: ["kurento.MediaObject"] };
  }

  subscribe({ object, type }, { session }) {
    const { listeners } = this.find(object);
    if (!EVENTS.has(type)) throw new Refusal(40106, `Event '${type}' not supported`, "MEDIA_OBJECT_EVENT_NOT_SUPPORTED");
    const id = randomUUID();
    listeners.set(id, { session, type });
    return { value: id };
  }

  unsubscribe({ object, subscription }) {
    this.objects.get(object)?.listeners.delete(subscription);
    return {};
  }

  release({ object }) {
    this.remove(object);
    return {};
  }

  async invoke({ object, operation, operationParams: options = {} }, { session }) {
    const found = this.find(object);
    const known = this.sessions.get(session);
    known.isKnown = true;
    if (object !== "manager_ServerManager") known.objects.add(object);
    if (operation === "getIceTcp") {
      this.forgetEverything();
      this.cut();
      return {};
    }
    const call = OPERATIONS[operation] ?? property(operation, options);
    if (!call) throw new Refusal(40008, `Method '${operation}' with ${Object.keys(options).length} parameters not found`, "MALFORMED_TRANSACTION");
    return { value: (await call.call(this, found, object, options)) ?? null };
  }

  find(id) {
    const object = this.objects.get(id);
    if (!object) throw missing(id);
    return object;
  }

  remove(id) {
    for (const known of [...this.objects.keys()]) {
      if (known !== id && !known.startsWith(`${id}/`)) continue;
      this.media.release?.(known);
      this.objects.delete(known);
    }
  }

  /** One event for all subscriptions of a session; none without a socket. */
  emit(object, type, data = {}) {
    const listeners = [...(this.objects.get(object)?.listeners.values() ?? [])].filter((listener) => listener.type === type);
    const value = { object, type, data: { source: object, type, tags: [], timestampMillis: String(Date.now()), ...data } };
    for (const session of new Set(listeners.map((listener) => listener.session))) {
      const socket = this.sessions.get(session)?.socket;
      if (socket) socket.peer.send(JSON.stringify({ jsonrpc: "2.0", method: "onEvent", params: { value } }));
    }
  }
}

const pipelineOf = (id) => id.split("/")[0];
const kinds = ({ mediaType }) => (mediaType ? [mediaType] : ["AUDIO", "VIDEO", "DATA"]);

/** What objects do. `this` is the double. */
const OPERATIONS = {
  async connect(_, source, { sink, ...options }) {
    this.find(sink);
    if (pipelineOf(source) !== pipelineOf(sink)) throw new Refusal(40004, "Media elements do not share pipeline", "CONNECT_ERROR");
    for (const kind of kinds(options)) await this.media.connect?.(source, sink, kind, true);
    this.emit(source, "ElementConnected", { sink, mediaType: options.mediaType ?? "AUDIO" });
  },
  async disconnect(_, source, { sink, ...options }) {
    this.find(sink);
    for (const kind of kinds(options)) await this.media.connect?.(source, sink, kind, false);
  },
  async processOffer(endpoint, id, { offer }) {
    if (typeof offer !== "string") throw malformed("'offer' parameter should be a string");
    if (endpoint.answer) throw new Refusal(40208, "Endpoint already negotiated", "SDP_END_POINT_ALREADY_NEGOTIATED");
    if (offer === "") throw new Refusal(40201, "Empty offer not valid", "SDP_PARSE_ERROR");
    if (!offer.startsWith("v=0")) throw new Refusal(40201, "Invalid SDP", "SDP_PARSE_ERROR");
    endpoint.answer = (await this.media.offer?.(id, offer)) ?? "v=0\r\n";
    this.emit(id, "MediaSessionStarted");
    return endpoint.answer;
  },
  processAnswer() {
    throw new Refusal(40209, "Offer not generated. It is not possible to process an answer.", "SDP_END_POINT_NOT_OFFER_GENERATED");
  },
  getLocalSessionDescriptor({ answer }) {
    if (!answer) throw new Refusal(40202, "No local SDP", "SDP_END_POINT_NO_LOCAL_SDP_ERROR");
    return answer;
  },
  async gatherCandidates({ answer }, id) {
    if (!answer) return; // and gathers nothing
    const found = (candidate) => this.emit(id, "IceCandidateFound", { candidate: { __module__: "kurento", __type__: "IceCandidate", ...candidate } });
    await this.media.gather?.(id, found);
  },
  async addIceCandidate({ answer }, id, { candidate }) {
    for (const [key, type] of [["candidate", "string"], ["sdpMid", "string"], ["sdpMLineIndex", "number"]]) {
      if (typeof candidate?.[key] !== type) throw malformed(`'${key}' parameter should be a ${type}`);
    }
    if (answer) await this.media.candidate?.(id, candidate);
  },
  addTag({ properties }, _, { key, value }) {
    (properties.tags ??= []).push({ __module__: "kurento", __type__: "Tag", key, value });
  },
  getTags: ({ properties }) => properties.tags ?? [],
  getTag({ properties }, _, { key }) {
    const tag = properties.tags?.find((tag) => tag.key === key);
    if (!tag) throw new Refusal(40110, "Tag key not found", "MEDIA_OBJECT_TAG_KEY_NOT_FOUND");
    return tag.value;
  },
  getInfo: () => ({ __module__: "kurento", __type__: "ServerInfo", version: "double", modules: [] }),
  getPipelines() {
    return [...this.objects.keys()].filter((id) => id.endsWith("_kurento.MediaPipeline") && !id.includes("/"));
  },
  getSessions() {
    return ["", ...this.sessions.keys()];
  },
  getSinkConnections: () => [],
  getUsedMemory: () => 1,
  getCpuCount: () => 1,
  getUsedCpu: (_, __, { interval }) => new Promise((done) => setTimeout(done, Math.min(interval, 50), 0)),
};

const NUMBERS = /Bandwidth$|Bitrate$|Port$/;

/** Reads or writes a property. */
function property(operation, options) {
  const [, verb, initial, rest] = /^(get|set)([A-Z])(\w*)$/.exec(operation) ?? [];
  const name = verb && initial.toLowerCase() + rest;
  if (verb === "get") return ({ properties }, id) => properties[name] ?? (name === "name" ? id : null);
  if (verb === "set") {
    return ({ properties }) => {
      if (!(name in options)) throw malformed(`'${name}' is required`);
      if (NUMBERS.test(name) && typeof options[name] !== "number") throw malformed(`'${name}' parameter should be a integer`);
      properties[name] = options[name];
    };
  }
  return undefined;
}
