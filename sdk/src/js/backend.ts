/**
 * A signaling backend of the application: it lets the participants of a room find each other, by any server or without
 * one. A room calls its methods in order and never from within another call.
 * @example
 * const room = new Room({ backend: new MyBackend() });
 */
export interface SignalingBackend {
  /** What the server can do beyond signaling. Default: it does not forward media. */
  readonly capabilities?: SignalingCapabilities;
  /**
   * Called once, before everything else. `report` passes events to the room; it throws `ERR_INVALID_OPTIONS` for an
   * invalid event, and has no effect after the room was left.
   */
  start(report: (event: SignalEvent) => void): void;
  /** Handles a command of the room. If it throws, the connection counts as lost: see the event `lost`. */
  handleCommand(command: SignalCommand): void;
}

/** A command of a room. The first is `join` and the last is `leave`; each is given once. */
export type SignalCommand =
  /** Enter a room. The answer is the event `joined`, `refused`, or none: then `join` fails with `ERR_TIMEOUT`. */
  | { type: "join"; detail: SignalJoin }
  /** A link is needed from now on. */
  | { type: "open"; detail: LinkId }
  /** A link is not needed any more. */
  | { type: "close"; detail: LinkId }
  /** Pass a signal to the far end of a link, in order and exactly once. */
  | { type: "signal"; detail: { link: LinkId; signal: LinkSignal<PublicationId> } }
  /** The complete list of what this participant publishes, from now on. */
  | { type: "publish"; detail: Publication[] }
  /** This participant's profile, from now on. */
  | { type: "update"; detail: SignalProfile }
  /** A decision of the host. */
  | { type: "order"; detail: SignalOrder }
  /**
   * With the capability `resume`: open a new connection, instead of one that is lost or does not reply. The answer is the event
   * `resumed`, `rejoined` or `lost`.
   */
  | { type: "reconnect" }
  /** With the capability `resume`: the network may have changed. Check soon whether the connection still works. */
  | { type: "probe"; withinMs: number }
  /** Leave the room and close the connection. */
  | { type: "leave" };

/** What a backend reports. Reporting something again has no effect. */
export type SignalEvent =
  /** The room is entered. `participants` includes this one, in the order of joining. */
  | { type: "joined"; detail: SignalJoined }
  /** The servers from now on, because credentials expire. */
  | { type: "iceServers"; detail: IceServer[] }
  /** After `reconnect`: the server knows this participant. What changed meanwhile follows. */
  | { type: "resumed"; detail: { iceServers?: IceServer[] } }
  /** After `reconnect`: the server did not know this participant, which has joined again, with the same id or another one. */
  | { type: "rejoined"; detail: SignalJoined }
  /** A participant joined or changed; it may be this one. */
  | { type: "participant"; detail: SignalParticipant }
  /** A participant left. If it is this one, the room is left. */
  | { type: "participantLeft"; detail: { participantId: ParticipantId; reason: LeaveReason } }
  /** The lobby changed. */
  | { type: "lobby"; detail: Lobby }
  /** A host has to admit this participant first. */
  | { type: "waiting" }
  /** A host asks to mute a publication of this participant. */
  | { type: "muteRequested"; detail: { from: ParticipantId; publicationId: PublicationId } }
  /** A signal from the far end of a link, in order and exactly once. */
  | { type: "signal"; detail: { link: LinkId; signal: LinkSignal<LinkSlot> } }
  /** The far end of a link has opened it again: a new connection replaces the one of before. */
  | { type: "reopened"; detail: LinkId }
  /** The server's connections from now on, in place of those of the capabilities. */
  | { type: "lanes"; detail: NonNullable<SignalingCapabilities["lanes"]> }
  /** A request was rejected; while joining, the room. */
  | { type: "refused"; detail: SignalRefusal }
  /** After a rejection: what the server knows of this participant. */
  | { type: "corrected"; detail: { publications: Publication[]; profile: SignalProfile } }
  /** The server ended the stay. */
  | { type: "ended"; detail: SignalRefusal }
  /** The server sent something invalid, which was ignored. */
  | { type: "undecodable"; detail: { detail: string } }
  /** The server is unreachable. */
  | { type: "unreachable"; detail: { url: string } }
  /** The connection was lost. Without the capability `resume`, the room is left. */
  | { type: "lost"; detail: { detail: string } };

/** Identifies a peer connection: to a participant, or to the server. */
export type LinkId = { participant: ParticipantId } | { server: Lane };

/** The purpose of a connection to a server: to send and receive, to send, or to receive. */
export type Lane = "both" | "publish" | "subscribe";

/** What one end of a link tells the other. `T` is what a media section carries. */
export type LinkSignal<T> =
  /** A session description, and what its sender sends, by `mid`; `null` leaves that unchanged. */
  | { type: "description"; detail: { description: LinkDescription; carries: Record<string, T> | null } }
  /** An ICE candidate (RFC 8838). */
  | { type: "candidate"; detail: RTCIceCandidateInit }
  /**
   * The end that makes no offers requests one, with at least `sections` media sections in which it can send. With
   * `restart` the offer must restart ICE, because the requesting end has lost the connection.
   */
  | { type: "requestOffer"; detail: { sections: { audio: number; video: number }; restart?: boolean } }
  /** The last description of this type cannot be used. */
  | { type: "rejected"; detail: { sdpType: "offer" | "answer"; reason: string } }
  /** What its sender sends from now on, by `mid`. */
  | { type: "slots"; detail: Record<string, T> }
  /** What its sender wants to receive from now on; `others` is for publications that are not listed. */
  | { type: "wishes"; detail: { wishes: LinkWish[]; others: boolean } };

/** `RTCSessionDescriptionInit`. */
export interface LinkDescription {
  type: "offer" | "answer";
  sdp: string;
}

/** The publication in a media section. */
export interface LinkSlot {
  participantId: ParticipantId;
  publicationId: PublicationId;
}

/** What is wanted of a publication. */
export interface LinkWish extends LinkSlot {
  wanted: boolean;
  maxHeight?: number;
}

/** The server's connections that forward media, for the topology `"sfu"`. */
export interface SignalingCapabilities {
  lanes?: {
    lane: Lane;
    /** Who makes the offers: this end, the far end when this one requests it, or the server at any time. */
    offerer: "us" | "themOnRequest" | "server";
    profile?: LinkProfile;
  }[];
  /** The first offer can be sent with the request to join: see `SignalJoin.carriesOffer`. Default: false. */
  joinCarriesOffer?: boolean;
  /** The sections of the first offer to receive in, before the publications are known. Default: none. */
  receive?: { audio: number; video: number };
  /** A lost connection can be replaced. Default: false. */
  resume?: boolean;
}

/** How media and data are sent over a link to a server. */
export interface LinkProfile {
  /** Each media section sends or receives, never both. Default: true. */
  oneWay?: boolean;
  /** The codecs, such as `"video/VP8"`. Default: all that the browser has. */
  codecs?: string[];
  /** The RIDs of a camera's encodings (RFC 8851), the smallest first. Default: one encoding. */
  rids?: string[];
  /** The data channels. Default: all. */
  channels?: ("reliable" | "lossy" | "files")[];
  /** Messages that are too long are sent in several pieces. Default: false. */
  framing?: boolean;
  /** Bytes that may be queued on a reliable data channel. Default: 16 MiB. */
  maxWaiting?: number;
}

/** Who enters which room. */
export interface SignalJoin {
  room: string;
  profile: SignalProfile;
  topology: Topology;
  role: Role;
  token: string | null;
  publications: Publication[];
  /** The first offer to the server follows at once: send both together. Only with `joinCarriesOffer`. */
  carriesOffer: boolean;
  /** Whether the server should keep this participant's place for some time after the connection is lost. */
  resumable: boolean;
}

/** What the others know of a participant. */
export interface SignalProfile {
  name: string;
  metadata: string;
  attributes: Record<string, string>;
}

/** The answer to `join`. */
export interface SignalJoined {
  participantId: ParticipantId;
  participants: SignalParticipant[];
  lobby?: Lobby;
  iceServers?: IceServer[];
}

/** A participant. */
export interface SignalParticipant {
  id: ParticipantId;
  /** Of two participants, the one with the larger number joined later. At most 2³² - 1. */
  joinOrder: number;
  name: string;
  metadata?: string;
  attributes?: Record<string, string>;
  role?: Role;
  /** The identity that its token proves. */
  identity?: string;
  /** What it may do. Default: everything. */
  permissions?: RoomPermission[];
  publications?: Publication[];
  /** Its connection to the server is interrupted. */
  reconnecting?: boolean;
}

/** A decision of the host. */
export type SignalOrder =
  | { lock: boolean }
  | { admit: ParticipantId }
  | { remove: ParticipantId }
  | { mute: [ParticipantId, PublicationId] };

/** A rejection. */
export interface SignalRefusal {
  /**
   * `"roomFull"`, `"unsupportedTopology"`, `"noMixer"`, `"notAdmitted"`, `"removed"`, `"hostRefused"`, `"notHost"`,
   * `"tokenMissing"`, `"tokenInvalid"`, `"tokenExpired"`, `"tokenWrongRoom"`, `"notPermitted"`, or another code.
   */
  code: string;
  /** The server's error message. */
  detail: string;
  /** Whether the same may succeed later. Default: false. */
  retry?: boolean;
}
