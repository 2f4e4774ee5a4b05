/** How a room is reached and run. Every member may be left out. */
export interface RoomOptions {
  /** The signaling server, `wss://host/path` or `ws://host/path`. Default: `/ws` of the page's own server. */
  url?: string;
  /** How media flows between participants. Default: `"mesh"`. */
  topology?: Topology;
  /** Milliseconds to wait before joining fails with `ERR_TIMEOUT`, at least 1. Default: 10000. */
  joinTimeoutMs?: number;
  /** STUN and TURN servers beside those that the signaling server names. Default: none. */
  iceServers?: IceServer[];
  /** Whether everything that others publish is wanted until `subscribe` says otherwise; if not, nothing is. Default: true. */
  autoSubscribe?: boolean;
  /**
   * Whether others' pictures that are attached to elements come no larger than the largest of them shows, and pause while
   * none is seen: scrolled away, without a size, or in a page that is hidden, unless in picture-in-picture. Sound is not
   * affected. Off, an element gets all that there is; leave it off where what arrives is recorded or mixed. Default: false.
   */
  adaptiveStream?: boolean;
}

/**
 * `RTCIceServer`: a STUN or TURN server. What a TURN service returns can be passed on as it is.
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
  /** Seconds for which the credential is valid, as some services say. Ignored. */
  ttl?: number | string;
}

/** Who joins which room. */
export interface JoinOptions {
  /** The room's name. Whoever gives the same name meets. */
  room: string;
  /** The participant's name, for the others to read. */
  name: string;
  /** Whatever the application attaches to the participant. Default: empty. */
  metadata?: string;
  /** What the application attaches by name. Default: nothing. */
  attributes?: Record<string, string>;
  /** What one is in the room for. Default: `"participant"`. Only the first participant of a room can be its `"host"`. */
  role?: Role;
  /** A token that the server asks for, such as that of a mixer that it started. Default: none. */
  token?: string;
}

/** How a track is published. */
export interface PublishOptions {
  /** The only one who gets it. Default: everyone. */
  to?: ParticipantId;
  /**
   * The codec to send with, such as `"video/VP9"`, where the receiver has it too. Default: the browsers' choice; through the
   * SFU it is always `"video/VP8"` and `"audio/opus"`.
   */
  codec?: string;
  /** Most bit/s, at least 1; of several versions, those of the largest. Default: the browser's choice. */
  maxBitrate?: number;
}

/** How much of a publication is wanted. */
export interface SubscribeOptions {
  /** Whether it is wanted at all. If not, its track is removed. Default: true. */
  wanted?: boolean;
  /**
   * The height in pixels at which it is shown, so that no larger one need be sent. With 0 the picture pauses: its track stays
   * and nothing is sent until the height is larger again. Says nothing of sound. Default: the largest there is.
   */
  maxHeight?: number;
}

/** What changes of a participant. */
export interface UpdateOptions {
  /** The name, for the others to read. Default: as it is. */
  name?: string;
  /** Whatever the application attaches. Default: as it is. */
  metadata?: string;
  /** Attributes to set, or with `null` to remove. Those that are not named stay as they are. */
  attributes?: Record<string, string | null>;
}

/** To whom a line of chat goes. */
export interface ChatOptions {
  /** The receiver. Default: everyone. */
  to?: ParticipantId;
}

/** To whom bytes go, and what they are about. */
export interface DataOptions {
  /** What the bytes are about; at most 255 bytes of UTF-8. Default: empty. */
  topic?: string;
  /** The receiver. Default: everyone. */
  to?: ParticipantId;
  /**
   * Whether the bytes arrive, and in order. If not, they are sent once: for what is soon out of date, such as positions.
   * Default: true.
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
  /** Media from a remote participant is gone. Its track is detached already. */
  trackremoved: RoomEventOf<"trackremoved">;
  /** Someone is in the room: was there before, or came. */
  participantjoined: RoomEventOf<"participantjoined">;
  /** Someone has left. */
  participantleft: RoomEventOf<"participantleft">;
  /** Someone's name, metadata, attributes or publications changed. */
  participantupdated: RoomEventOf<"participantupdated">;
  /** The room's own state changed. */
  statechange: RoomEventOf<"statechange">;
  /** The room is left. `error` says why, if `leave()` was not called. The last event. */
  left: RoomEventOf<"left">;
  /** A participant sent a chat message. */
  chatreceived: RoomEventOf<"chatreceived">;
  /** A participant sent bytes. */
  datareceived: RoomEventOf<"datareceived">;
  /** A participant offers a file. Accept or reject it. */
  fileoffered: RoomEventOf<"fileoffered">;
  /** A participant opened a stream to this one: read or cancel `stream.readable`. */
  streamopened: RoomEventOf<"streamopened">;
  /** A remote participant muted a track. */
  trackmuted: RoomEventOf<"trackmuted">;
  /** A remote participant unmuted a track. */
  trackunmuted: RoomEventOf<"trackunmuted">;
  /** The browser ended a local track: its stop button, or an unplugged device. It is unpublished already. */
  localtrackended: RoomEventOf<"localtrackended">;
  /** The browser wants a click before it plays sound, or no longer: see `startAudio`. */
  audioplaybackchange: RoomEventOf<"audioplaybackchange">;
  /** The connection to a participant changed its state. */
  connectionstatechange: RoomEventOf<"connectionstatechange">;
  /** Which of the others speak has changed. */
  activespeakerschange: RoomEventOf<"activespeakerschange">;
  /** Another participant leads the conversation. */
  dominantspeakerchange: RoomEventOf<"dominantspeakerchange">;
  /** The host muted one of this participant's publications. */
  muterequested: RoomEventOf<"muterequested">;
  /** The server gave this participant another role. */
  rolechange: RoomEventOf<"rolechange">;
  /** Who waits to be let in has changed, or whether newcomers wait. */
  lobbychange: RoomEventOf<"lobbychange">;
  /** The layout of the mixer's picture changed. */
  layoutchange: RoomEventOf<"layoutchange">;
  /** Something failed; the call goes on. */
  warning: RoomEventOf<"warning">;
  /** Events were read too slowly, and some are missing before this one. */
  lagged: RoomEventOf<"lagged">;
}

export interface Room {
  /** Calls `listener` for each event of this name. The event's members are in `event.detail`. */
  addEventListener<K extends keyof RoomEventMap>(
    type: K,
    listener: Listener<RoomEventMap[K]>,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Undoes `addEventListener`. */
  removeEventListener<K extends keyof RoomEventMap>(
    type: K,
    listener: Listener<RoomEventMap[K]>,
    options?: boolean | EventListenerOptions,
  ): void;
  /** All events from now on: `for await (const event of room.events())`. Ends after `"left"`. */
  events(): AsyncIterableIterator<RoomEvent>;
}
