/** Options of a room. All members are optional. */
export interface RoomOptions {
  /**
   * The signaling server: `wss://host/path` or `ws://host/path`, or relative to the page, as for `WebSocket`: `https:`
   * stands for `wss:`, and `http:` for `ws:`. Default: `/ws` of the page's own server.
   */
  url?: string;
  /**
   * The server, if it is of another kind than moim's own, or with a token. It excludes `url`, which is the short form for
   * moim's own.
   */
  server?: ServerOptions;
  /** A signaling backend of the application, in place of a server. It excludes `url` and `server`. */
  backend?: SignalingBackend;
  /** How media flows between participants. `room.capabilities` lists what the server supports. Default: `"mesh"`. */
  topology?: Topology;
  /** Milliseconds to wait before joining fails with `ERR_TIMEOUT`, from 1 to 2147483647. Default: 10000. */
  joinTimeoutMs?: number;
  /** STUN and TURN servers in addition to those of the signaling server. Default: none. */
  iceServers?: IceServer[];
  /**
   * Which ICE candidates connections use. With `"relay"`, all media and data pass through a TURN server, and the other
   * participants do not receive this participant's addresses. Default: `"all"`.
   */
  iceTransportPolicy?: IceTransportPolicy;
  /** Whether to subscribe to every publication until `subscribe` changes it; if false, to none. Default: true. */
  autoSubscribe?: boolean;
  /**
   * Whether to request remote video that is attached to elements only in the size of the largest visible one, and to
   * pause it while none is visible: scrolled out of view, without a size, or in a hidden page, unless it is in
   * picture-in-picture. Audio is not affected. If false, the full resolution is received; leave it off where remote
   * video is recorded or mixed. Default: false.
   */
  adaptiveStream?: boolean;
  /**
   * Whether to send less video while this device's CPU is too slow to encode it. Every 6 seconds for which that lasts, one
   * step is taken: at most 20 frames per second; then 15, and 2/3 of the width and height; then half of them; then VP8 in
   * place of a costlier codec. Screens keep their size. Once the CPU has sufficed for 30 seconds, the last step is undone;
   * if that was too early, the next attempt is made after twice the time. Default: false.
   */
  cpuRelief?: boolean;
  /** How lost connections are restored. */
  reconnect?: ReconnectOptions;
}

/** How a room restores lost connections: to the signaling server, and to participants, an SFU or a mixer. */
export interface ReconnectOptions {
  /**
   * Milliseconds after which the room gives up, from 0 to 2147483647: it is left if the connection to the signaling
   * server is lost; any other connection is `failed`. 0: it is left as soon as the connection to the signaling server is
   * lost, and ICE is restarted only once. Default: 120000.
   */
  maxDurationMs?: number;
}

/**
 * `RTCIceServer`: a STUN or TURN server. Objects returned by TURN services can be passed unchanged.
 * @see https://www.w3.org/TR/webrtc/#rtciceserver-dictionary
 */
export interface IceServer {
  /** `stun:`, `stuns:`, `turn:` or `turns:` URLs (RFC 7064, RFC 7065): a string or an array of strings. */
  urls: string | string[];
  /** TURN only. */
  username?: string;
  /** TURN only. */
  credential?: string;
  /** @deprecated Ignored, with a warning in the console: use `urls`. */
  url?: string;
  /** @deprecated Ignored, with a warning in the console: credentials are passwords. */
  credentialType?: string;
  /** Seconds for which the credential is valid, as returned by some services. Ignored. */
  ttl?: number | string;
}

/** The server of a room. */
export interface ServerOptions {
  /** The kind of server. Default: `"native"`, which is moim's own. */
  type?: ServerType;
  /** Its URL, which may be relative to the page. Default: `/ws` of the page's own server; required for other kinds. */
  url?: string;
  /** The token for a `join` without another one. Default: none. */
  token?: string;
  /** Janus: the API secret that all its clients share. Default: none. */
  apiSecret?: string;
  /** Janus: the room's PIN. Default: none. */
  pin?: string;
  /** Janus: the room's secret, with which hosts remove and mute participants. Default: none. */
  roomSecret?: string;
  /** Janus: whether to create a room that does not exist. Default: false. */
  createRoom?: boolean;
}

/** Options for joining a room. */
export interface JoinOptions {
  /** The room's name. Participants who use the same name meet. At most 128 characters. */
  room: string;
  /** The participant's name, visible to the others. At most 128 characters. */
  name: string;
  /** Application data about the participant, at most 8192 characters. Default: empty. */
  metadata?: string;
  /** Application attributes by name. Keys and values together have at most 8192 characters. Default: none. */
  attributes?: Record<string, string>;
  /** The participant's role. Default: `"participant"`. Only the first participant of a room can be its `"host"`. */
  role?: Role;
  /**
   * The room token, if the server requires one: it proves who this participant is, and says what it may do
   * (`room.permissions`). It must be valid when the room is joined, and when it is joined again after the server was
   * restarted; a call does not end when it expires. A mixer that the server started has another token. Default: none.
   */
  token?: string;
}

/**
 * Something that a participant may do: publish a source, receive the others' publications (`"subscribe"`), send chat
 * messages, data, files and streams (`"data"`), and set its own name, metadata and attributes (`"metadata"`).
 */
export type RoomPermission = TrackSource | "subscribe" | "data" | "metadata";

/** A track that a participant publishes. The same object for as long as it is published; its members are kept up to date. */
export interface Publication {
  /** Unique among the participant's publications. */
  readonly id: PublicationId;
  /** Audio or video. */
  readonly kind: MediaKind;
  /** The source of the track. */
  readonly source: TrackSource;
  /** Whether it is muted by its publisher, and so silent or black. */
  readonly muted: boolean;
  /** The only participant who receives it. Absent: everyone. */
  readonly to?: ParticipantId;
}

/**
 * Another participant. The same object for as long as it is in the room. Its members are kept up to date; after it has left
 * they keep their last values. A list that changes is replaced by another array.
 */
export interface RemoteParticipant {
  /** Identifies the participant for as long as it is in the room. */
  readonly id: ParticipantId;
  /** The display name. */
  readonly name: string;
  /** Application-defined data. */
  readonly metadata: string;
  /** Application-defined data by name. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The participant's role. */
  readonly role: Role;
  /**
   * The identity that the participant's token proves to the server. Absent without a token. Several participants may have
   * the same one.
   */
  readonly identity?: string;
  /** What the participant may do. */
  readonly permissions: readonly RoomPermission[];
  /** The participant's publications. */
  readonly publications: readonly Publication[];
  /** The tracks that can be played. */
  readonly tracks: readonly RemoteTrack[];
  /** The state of the connection to the participant. */
  readonly connectionState: ParticipantConnectionState;
  /** The quality of the call with the participant, in both directions. Absent until it has been measured. */
  readonly quality?: ParticipantQuality;
  /** Whether the participant's connection to the signaling server is lost. Its media may continue. */
  readonly reconnecting: boolean;
}

/** A participant: its id, or the object that has it. */
export type ParticipantLike = ParticipantId | RemoteParticipant | WaitingParticipant;

/** Options for publishing a track. */
export interface PublishOptions {
  /** The only participant who receives it. Default: everyone. A `to` that is `undefined` or `null` is an error. */
  to?: ParticipantLike;
  /**
   * The codec to send, such as `"video/VP9"`, where the receiver supports it too. Default: the browsers' choice;
   * through the SFU it is always `"video/VP8"` and `"audio/opus"`.
   */
  codec?: string;
  /** Maximum bit rate in bit/s, at least 1; with simulcast, that of the largest layer. Default: the browser's choice. */
  maxBitrate?: number;
}

/** Options for subscribing to a publication. */
export interface SubscribeOptions {
  /** Whether to subscribe at all. If false, its track is removed. Default: true. */
  wanted?: boolean;
  /**
   * The height in pixels at which it is shown, so that no larger video need be sent. With 0 the video pauses: its track
   * stays and nothing is sent until the height is larger again. Has no effect on audio. Default: the largest available.
   */
  maxHeight?: number;
}

/** Changes to this participant's profile. */
export interface UpdateOptions {
  /** The name, visible to the others. At most 128 characters. Default: unchanged. */
  name?: string;
  /** Application data. Default: unchanged. */
  metadata?: string;
  /** Attributes to set, or with `null` to remove. Others are unchanged. */
  attributes?: Record<string, string | null>;
}

/** Options for sending a chat message. */
export interface ChatOptions {
  /** The receiver. Default: everyone. A `to` that is `undefined` or `null` is an error. */
  to?: ParticipantLike;
}

/** Options for sending application data. */
export interface DataOptions {
  /** The topic; at most 255 bytes of UTF-8. Default: empty. */
  topic?: string;
  /** The receiver. Default: everyone. A `to` that is `undefined` or `null` is an error. */
  to?: ParticipantLike;
  /**
   * Whether delivery is reliable and ordered. If false, the data is sent once, for values that are soon outdated, such
   * as positions. Default: true.
   */
  reliable?: boolean;
}

/** A function that takes an event, or an object with such a method. */
export type Listener<E> = ((event: E) => void) | { handleEvent(event: E): void };

/** The event of a room with this name, as `addEventListener` passes it: its members are in `detail`. */
export type RoomEventOf<T extends RoomEvent["type"]> = CustomEvent<Extract<RoomEvent, { type: T }>>;

/** The events of a room by their names. */
export interface RoomEventMap {
  /** Media from a remote participant can be played: `track.attach(element)`. */
  trackadded: RoomEventOf<"trackadded">;
  /** Media from a remote participant has ended. Its track was detached already. */
  trackremoved: RoomEventOf<"trackremoved">;
  /** A participant has joined the room, or was already in it when this participant joined. */
  participantjoined: RoomEventOf<"participantjoined">;
  /** A participant has left. */
  participantleft: RoomEventOf<"participantleft">;
  /** A participant's name, metadata, attributes or publications changed. */
  participantupdated: RoomEventOf<"participantupdated">;
  /** A participant lost its connection to the signaling server, and may come back. Its media may continue. */
  participantreconnecting: RoomEventOf<"participantreconnecting">;
  /** A participant's connection to the signaling server is restored. */
  participantreconnected: RoomEventOf<"participantreconnected">;
  /** The connection to the signaling server is lost. The room restores it; its methods work as before. */
  reconnecting: RoomEventOf<"reconnecting">;
  /** The connection to the signaling server is restored. */
  reconnected: RoomEventOf<"reconnected">;
  /** The room's own state changed. */
  statechange: RoomEventOf<"statechange">;
  /** The room was left. `error` is the reason, unless `leave()` was called. The last event. */
  left: RoomEventOf<"left">;
  /** A participant sent a chat message. */
  chatreceived: RoomEventOf<"chatreceived">;
  /** A participant sent binary data. */
  datareceived: RoomEventOf<"datareceived">;
  /** A participant offers a file. Accept or reject it. */
  fileoffered: RoomEventOf<"fileoffered">;
  /** A participant opened a stream to this one: read or cancel `stream.readable`. */
  streamopened: RoomEventOf<"streamopened">;
  /** A remote participant muted a track. */
  trackmuted: RoomEventOf<"trackmuted">;
  /** A remote participant unmuted a track. */
  trackunmuted: RoomEventOf<"trackunmuted">;
  /** The browser ended a local track: its stop button was used, or a device was unplugged. It was unpublished already. */
  localtrackended: RoomEventOf<"localtrackended">;
  /** The browser requires a user gesture to play audio, or no longer: see `startAudio`. */
  audioplaybackchange: RoomEventOf<"audioplaybackchange">;
  /** The state of the connection to a participant changed. */
  connectionstatechange: RoomEventOf<"connectionstatechange">;
  /**
   * The quality of the call with a participant changed, or that of the whole call for this participant. `detail.quality`
   * has the level, what limits it, and on which side.
   */
  quality: RoomEventOf<"quality">;
  /** Media of a publication has stopped arriving although it is neither muted nor paused. */
  mediastalled: RoomEventOf<"mediastalled">;
  /** Stalled media arrives again, or is no longer expected. */
  mediaresumed: RoomEventOf<"mediaresumed">;
  /** The active speakers among the others changed. */
  activespeakerschange: RoomEventOf<"activespeakerschange">;
  /** The dominant speaker changed. */
  dominantspeakerchange: RoomEventOf<"dominantspeakerchange">;
  /** The host muted one of this participant's publications. */
  muterequested: RoomEventOf<"muterequested">;
  /** The server changed this participant's role. */
  rolechange: RoomEventOf<"rolechange">;
  /** The server changed what this participant may do. */
  permissionschange: RoomEventOf<"permissionschange">;
  /** The lobby changed: who waits to be admitted, or whether newcomers wait. */
  lobbychange: RoomEventOf<"lobbychange">;
  /** The layout of the mixer's picture changed. */
  layoutchange: RoomEventOf<"layoutchange">;
  /** A failure that does not end the call. */
  warning: RoomEventOf<"warning">;
  /** Events were read too slowly, and some were dropped before this one. */
  lagged: RoomEventOf<"lagged">;
}

export interface Room extends EventTarget {
  /** Calls `listener` for each event of this name. The event's members are in `event.detail`. */
  addEventListener<K extends keyof RoomEventMap>(
    type: K,
    listener: Listener<RoomEventMap[K]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Removes a listener. */
  removeEventListener<K extends keyof RoomEventMap>(
    type: K,
    listener: Listener<RoomEventMap[K]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /** All events from now on: `for await (const event of room.events())`. Ends after `"left"`. */
  events(): AsyncIterableIterator<RoomEvent>;
}
