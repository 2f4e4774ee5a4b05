/// <reference lib="esnext.disposable" />
/* tslint:disable */
/* eslint-disable */

/**
 * Options for accepting a file.
 * @see https://streams.spec.whatwg.org/#ws-class
 */
export interface AcceptOptions {
    /** A stream to write the file to as it arrives, such as that of a file that the user selected with `showSaveFilePicker`,
     * or of the origin private file system. Default: none, the file is kept in memory. */
    writable?: WritableStream<Uint8Array> | FileSystemWritableFileStream;
}



/** The log level, from all records to none. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug" | "trace";
/** A log record. It never contains tokens, credentials or queries of URLs. */
export interface LogRecord {
    level: Exclude<LogLevel, "silent">;
    /** The part of the SDK: `"moim::room"`, `"moim::signaling"` or `"moim::connection"`. */
    target: string;
    message: string;
}



/** Why the package is not initialized. See `init`. */
export type InitErrorCode =
/** `init` was not called, or it failed. */
| "ERR_NOT_INITIALIZED"
/** The module is not served, or cannot be compiled. */
| "ERR_INIT_FAILED"
/** The page's Content-Security-Policy forbids WebAssembly. */
| "ERR_INIT_BLOCKED";

/**
 * The error that every function of this package throws or rejects with. Each function documents its codes. In addition,
 * any function that calls a browser API may fail with `ERR_BROWSER`: an exception that has no code of its own, with the
 * exception as `cause`.
 */
export interface MoimError extends Error {
    /** The cause as a stable string: distinguish errors by it, not by the message. */
    readonly code: ErrorCode;
    /** The browser's exception, if there is one. */
    readonly cause?: unknown;
    /** With `ERR_MEDIA_OVERCONSTRAINED`: the constraint that no device satisfies, such as `"deviceId"`. */
    readonly constraint?: string;
    /** With `ERR_MEDIA_NOT_ALLOWED`: who denied it, as far as it is known. */
    readonly refusedBy?: Refusal;
}


/**
 * A codec and its parameters: <https://www.w3.org/TR/webrtc/#dom-rtcrtpcodec>.
 */
export interface Codec {
    /**
     * The MIME type, such as `video/VP9`. Case-insensitive.
     */
    mimeType: string;
    /**
     * The clock rate in Hz.
     */
    clockRate: number;
    /**
     * 1 for mono, 2 for stereo; audio only.
     */
    channels?: number;
    /**
     * The parameters as in SDP, such as `profile-id=0`.
     */
    sdpFmtpLine?: string;
}

/**
 * A hash of a certificate: <https://www.w3.org/TR/webrtc/#dom-rtcdtlsfingerprint>.
 */
export interface Fingerprint {
    /**
     * The hash algorithm, such as `sha-256`.
     */
    algorithm: string;
    /**
     * Hexadecimal bytes separated by colons.
     */
    value: string;
}

/**
 * A kind of server.
 */
export type ServerType = "native" | "whip" | "whep" | "livekit" | "janus";

/**
 * A message of a data channel. Binary data is a `Uint8Array<ArrayBuffer>`, written so that TypeScript before 5.7, where
 * `Uint8Array` is not generic, accepts it too.
 */
export type DataMessage = string | ReturnType<Uint8ArrayConstructor["of"]>;

/** The events of a data channel by name, as passed to listeners. */
export interface DataChannelEventMap {
    /** Messages can be sent. */
    open: Event;
    /** The channel was closed by either peer. */
    close: Event;
    /** A message was received. */
    message: MessageEvent<DataMessage>;
    /** Messages were lost. `detail` is the error, with the codes of `messages()`. The channel continues, unless it failed. */
    messageerror: CustomEvent<MoimError>;
}

export interface DataChannel extends EventTarget {
    /** Calls `listener` for each event of this name. Listening to `"message"` consumes the messages: see `messages()`. */
    addEventListener<K extends keyof DataChannelEventMap>(
    type: K,
    listener: Listener<DataChannelEventMap[K]> | null,
    options?: boolean | AddEventListenerOptions,
    ): void;
    /** Removes a listener. */
    removeEventListener<K extends keyof DataChannelEventMap>(
    type: K,
    listener: Listener<DataChannelEventMap[K]> | null,
    options?: boolean | EventListenerOptions,
    ): void;
}


/**
 * A participant who waits to be admitted.
 */
export interface WaitingParticipant {
    /**
     * Its future id in the room.
     */
    id: ParticipantId;
    /**
     * The display name.
     */
    name: string;
    /**
     * Application data.
     */
    metadata?: string;
}

/**
 * A rectangle in the picture.
 */
export interface Rectangle {
    /**
     * The left edge, from 0 (left edge of the picture) to 1 (right edge).
     */
    x: number;
    /**
     * The top edge, from 0 (top of the picture) to 1 (bottom).
     */
    y: number;
    /**
     * The width; 1 is the picture's width.
     */
    width: number;
    /**
     * The height; 1 is the picture's height.
     */
    height: number;
}

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


/**
 * A source heard or seen in the last ten seconds: <https://www.w3.org/TR/webrtc/#dom-rtcrtpcontributingsource>.
 */
export interface RtpSource {
    /**
     * The SSRC or CSRC.
     */
    source: number;
    /**
     * When its last media was played, in milliseconds since 1970.
     */
    timestamp: number;
    /**
     * The RTP timestamp of that media, in units of the codec's clock rate.
     */
    rtpTimestamp: number;
    /**
     * The audio level from 0, silence, to 1; audio only.
     */
    audioLevel?: number;
}

/**
 * A source of a mixer with its position.
 */
export interface Placement {
    /**
     * The source's id.
     */
    source: number;
    /**
     * Its position in the picture.
     */
    rectangle: Rectangle;
}

/**
 * A tile of a mixer's picture.
 */
export interface MixTile {
    /**
     * The participant shown in it.
     */
    participantId: ParticipantId;
    /**
     * The source of the publication.
     */
    source: TrackSource;
    /**
     * Its position, in fractions of the picture.
     */
    rectangle: Rectangle;
}

/**
 * An RTP header extension (RFC 8285).
 */
export interface HeaderExtension {
    /**
     * The URI that identifies it.
     */
    uri: string;
}

/**
 * An event of a peer connection.
 */
export type PeerConnectionEvent = { type: "trackadded"; transceiver: Transceiver; streamIds: string[] } | { type: "datachanneladded"; channel: DataChannel } | { type: "connectionstatechange"; state: ConnectionState } | { type: "iceconnectionstatechange"; state: IceConnectionState } | { type: "icegatheringstatechange"; state: IceGatheringState } | { type: "signalingstatechange"; state: SignalingState } | { type: "icecandidateerror"; url: string; address: string | undefined; port: number | undefined; errorCode: number; errorText: string } | { type: "recovering"; attempt: number } | { type: "negotiationfailed"; error: MoimError } | { type: "lagged"; missed: number };

/**
 * An event of a room.
 */
export type RoomEvent = { type: "statechange"; state: RoomState } | { type: "reconnecting" } | { type: "reconnected" } | { type: "participantreconnecting"; participant: RemoteParticipant } | { type: "participantreconnected"; participant: RemoteParticipant } | { type: "participantjoined"; participant: RemoteParticipant } | { type: "participantupdated"; participant: RemoteParticipant } | { type: "participantleft"; participantId: ParticipantId; reason: LeaveReason } | { type: "trackadded"; participantId: ParticipantId; track: RemoteTrack } | { type: "trackremoved"; participantId: ParticipantId; publicationId: PublicationId } | { type: "trackmuted"; participantId: ParticipantId; publicationId: PublicationId } | { type: "trackunmuted"; participantId: ParticipantId; publicationId: PublicationId } | { type: "localtrackended"; publicationId: PublicationId } | { type: "connectionstatechange"; participantId: ParticipantId; state: ParticipantConnectionState } | { type: "quality"; participantId: ParticipantId; quality: ParticipantQuality } | { type: "mediastalled"; participantId: ParticipantId; publicationId: PublicationId } | { type: "mediaresumed"; participantId: ParticipantId; publicationId: PublicationId } | { type: "rolechange"; role: Role } | { type: "permissionschange"; permissions: RoomPermission[] } | { type: "lobbychange"; locked: boolean; waiting: WaitingParticipant[] } | { type: "layoutchange"; layout: MixLayout | undefined } | { type: "muterequested"; participantId: ParticipantId; publicationId: PublicationId } | { type: "activespeakerschange"; participantIds: ParticipantId[] } | { type: "dominantspeakerchange"; participantId: ParticipantId | undefined } | { type: "audioplaybackchange"; blocked: boolean } | { type: "chatreceived"; participantId: ParticipantId; text: string; private: boolean } | { type: "datareceived"; participantId: ParticipantId; topic: string; payload: Uint8Array } | { type: "fileoffered"; participantId: ParticipantId; file: IncomingFile } | { type: "streamopened"; participantId: ParticipantId; stream: IncomingStream } | { type: "warning"; participantId: ParticipantId | undefined; error: MoimError } | { type: "left"; error: MoimError | null } | { type: "lagged"; missed: number };

/**
 * Configuration of a connection. All members are optional.
 * @see https://www.w3.org/TR/webrtc/#rtcconfiguration-dictionary
 */
export interface PeerConnectionOptions {
    /** STUN and TURN servers, for peers in different networks. They are validated. Default: none. */
    iceServers?: IceServer[];
    /** Which candidates may be used. Default: `"all"`. */
    iceTransportPolicy?: IceTransportPolicy;
    /** How media shares transports if the remote peer does not support bundling. Default: `"balanced"`. */
    bundlePolicy?: BundlePolicy;
    /** The number of ICE transports for which candidates are gathered in advance, up to 255. Default: 0. */
    iceCandidatePoolSize?: number;
    /** The local certificates: see `generateCertificate`. Default: a new one. */
    certificates?: RTCCertificate[];
    /** Whether this peer gives way when both offer at once; exactly one peer must be polite. Default: the peers decide. */
    polite?: boolean;
    /**
     * Whether to restart ICE when the connection fails, or is interrupted for more than some seconds: up to ten times,
     * with growing delays. Default: `true`.
     */
    restartIceOnFailure?: boolean;
}

/**
 * Options for creating a transceiver. All members are optional.
 * @see https://www.w3.org/TR/webrtc/#dom-rtcrtptransceiverinit
 */
export interface TransceiverOptions {
    /** The direction. Default: `"sendrecv"`. */
    direction?: TransceiverDirection;
    /** The encodings; several, each with a `rid`, for simulcast. Default: one. */
    sendEncodings?: Encoding[];
    /** The codecs to offer first, by MIME type, such as `"video/VP9"`. Default: the browser's order. */
    codecs?: string[];
}

/**
 * Durations of tones. All members are optional.
 * @see https://www.w3.org/TR/webrtc/#dom-rtcdtmfsender-insertdtmf
 */
export interface DtmfOptions {
    /** Duration of each tone in milliseconds, 40 to 6000. Default: 100. */
    durationMs?: number;
    /** Gap between two tones in milliseconds, at least 30. Default: 70. */
    gapMs?: number;
}

/**
 * Options for generating a certificate. All members are optional.
 * @see https://www.w3.org/TR/webrtc/#dom-rtcpeerconnection-generatecertificate
 */
export interface CertificateOptions {
    /** The key type. Default: `"ecdsa"`. */
    algorithm?: CertificateAlgorithm;
    /** Lifetime in milliseconds. Default: the browser's choice, about a month. */
    expiresInMs?: number;
}

/**
 * A message from one peer of a connection to the other. Deliver it unchanged, over any transport: it can be cloned, and
 * serialized as JSON. Its content may change between versions.
 */
export interface Signal {
    readonly from: number;
    readonly polite?: boolean;
    readonly payload: object;
}

/** The events of a peer connection by name: the event is in `detail`. */
export type PeerConnectionEventMap = {
    [E in PeerConnectionEvent as E["type"]]: CustomEvent<E>;
};

export interface PeerConnection extends EventTarget {
    /** Calls `listener` for each event of this name. The event's members are in `event.detail`. */
    addEventListener<K extends keyof PeerConnectionEventMap>(
    type: K,
    listener: Listener<PeerConnectionEventMap[K]> | null,
    options?: boolean | AddEventListenerOptions,
    ): void;
    /** Removes a listener. */
    removeEventListener<K extends keyof PeerConnectionEventMap>(
    type: K,
    listener: Listener<PeerConnectionEventMap[K]> | null,
    options?: boolean | EventListenerOptions,
    ): void;
}


/**
 * How a source fills its rectangle, like CSS `object-fit`.
 */
export type Fit = "cover" | "contain";

/**
 * How media flows between participants.
 */
export type Topology = "mesh" | "sfu" | "mcu";

/**
 * How the sources share the picture. Sources are ordered as they were added.
 */
export type Layout = { type: "grid" } | { type: "spotlight"; source?: number } | { type: "pictureInPicture"; source?: number } | { type: "custom"; rectangles: Rectangle[] };

/**
 * Identifies a participant while it is in the room. Assigned by the server.
 */
export type ParticipantId = string;

/**
 * Identifies a publication. Assigned by the publisher; unique within that participant.
 */
export type PublicationId = string;

/**
 * One of this participant's publications: its id, its object, or the published track. A track that is published several times,
 * such as once for each of some participants, stands for all its publications in the room.
 */
export type PublicationLike = PublicationId | Publication | LocalTrack | MediaStreamTrack;

export interface Room {
    /**
     * Publishes a track to everyone, or to one participant; before `join` too, so that it is there from the start.
     * Resolves with the publication's id. Each call makes a publication with an id of its own. If the track is already
     * published to the same participants, that publication ends, and the new one takes its place. A publication ends when
     * its track does; while the track is disabled, the publication is muted.
     *
     * The source of a `MediaStreamTrack` is `"screen"` for pictures of a display, and else `"camera"` or `"microphone"`;
     * `LocalTrack.fromMediaStreamTrack` takes another one.
     * @throws {MoimError} ERR_INVALID_STATE if the room is left or the track has ended; ERR_UNSUPPORTED for a codec
     * that the browser cannot send; ERR_INVALID_OPTIONS for a codec of the other kind of media or that the SFU does
     * not forward, for a `maxBitrate` of 0, and if it is not a track or a stream; ERR_ROOM_NOT_PERMITTED if this
     * participant may not publish the source: before the room is joined, the track is unpublished on joining instead, with
     * a `warning`; ERR_ABORTED when its `signal` is aborted.
     */
    publish(track: LocalTrack | MediaStreamTrack, options?: PublishOptions): Promise<PublicationId>;
    /**
     * Publishes each track of a stream, and resolves with the ids in the order of `stream.getTracks()`. Tracks that are
     * added to the stream later are not published. Sound that comes with the pictures of a display has the source
     * `"screenAudio"`. If one track fails, none is published.
     * @throws {MoimError} the codes of a single track.
     */
    publish(stream: MediaStream, options?: PublishOptions): Promise<PublicationId[]>;
    /**
     * Stops publishing a track. The track itself continues. Has no effect if the publication has ended already, and for a
     * track that is not published.
     * @throws {MoimError} ERR_INVALID_STATE if the room is left; ERR_INVALID_OPTIONS if there never was a publication
     * with the id, and if it is not a `PublicationLike`.
     */
    unpublish(publication: PublicationLike): Promise<void>;
    /**
     * Sends another track of the same kind under the same publication, such as that of another camera. The publication
     * stays muted if it was. If it has ended with its track, it is published again under the same id.
     * @throws {MoimError} ERR_INVALID_STATE if the room is left or the track has ended; ERR_INVALID_OPTIONS if there is
     * no such publication, for a track of the other kind, and if it is not a track.
     */
    replaceTrack(publication: PublicationLike, track: LocalTrack | MediaStreamTrack): Promise<void>;
    /**
     * Mutes or unmutes a publication. While it is muted, black or silence is sent, and the others see that it is muted.
     * The track itself and its other publications are not affected. Unmuting enables a track that is disabled; its other
     * publications stay muted. Unmuting a camera that `setCameraEnabled` has switched off switches it on.
     * @throws {MoimError} ERR_INVALID_STATE if the room is left; ERR_INVALID_OPTIONS if there is no such publication.
     */
    setMuted(publication: PublicationLike, muted: boolean): Promise<void>;
    /**
     * Sets how much of a remote publication is wanted: nothing, or no larger than it is shown. An SFU forwards a suitable
     * layer; in a mesh the publisher sends less. By default everything is wanted in full. A track stands for its
     * publication after its end too, so it can be subscribed to again.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_INVALID_OPTIONS if it is not a track or an id;
     * ERR_ROOM_NOT_PERMITTED without the permission `"subscribe"`.
     */
    subscribe(track: RemoteTrack, options?: SubscribeOptions): void;
    subscribe(participant: ParticipantLike, publication: PublicationId | Publication, options?: SubscribeOptions): void;
    /**
     * As the host: mutes another participant's publication. Only its publisher can unmute it. Has no effect if there is
     * no such publication.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its host; ERR_INVALID_OPTIONS if it is not a
     * track or an id.
     */
    mute(track: RemoteTrack): void;
    mute(participant: ParticipantLike, publication: PublicationId | Publication): void;
}


/**
 * Options for creating a data channel. The defaults create a reliable, ordered channel.
 */
export interface DataChannelOptions {
    /**
     * Whether messages arrive in the order in which they were sent. Default: true.
     */
    ordered?: boolean;
    /**
     * Milliseconds after which a lost message is no longer retransmitted. Cannot be combined with `maxRetransmits`.
     * Default: none, the channel is reliable.
     */
    maxPacketLifeTime?: number;
    /**
     * How often a lost message is retransmitted. Cannot be combined with `maxPacketLifeTime`. Default: none, the
     * channel is reliable.
     */
    maxRetransmits?: number;
    /**
     * The subprotocol of the application. Default: empty.
     */
    protocol?: string;
    /**
     * Whether both peers create the channel, with the same `id`, instead of announcing it in-band. Default: false.
     */
    negotiated?: boolean;
    /**
     * The channel's id, from 0 to 65534. Required for a negotiated channel, and invalid for others.
     */
    id?: number;
    /**
     * The channel's priority, where the browser supports it. Default: the browser's.
     */
    priority?: DataChannelPriority | undefined;
    /**
     * Options for sending and receiving.
     */
    messages?: MessageOptions;
}

/**
 * Options for opening a camera. The browser comes as close to resolution and frame rate as it can.
 */
export interface CameraOptions {
    /**
     * The camera's device id, required exactly. Default, also for an empty string: the browser's or the user's choice.
     */
    deviceId?: string;
    /**
     * The preferred facing mode. Default: any.
     */
    facingMode?: FacingMode;
    /**
     * Preferred width in pixels; `null` (Rust: `None`) for the browser's choice. Default: 1280.
     */
    width?: number | null;
    /**
     * Preferred height in pixels; `null` (Rust: `None`) for the browser's choice. Default: 720.
     */
    height?: number | null;
    /**
     * Preferred frames per second; `null` (Rust: `None`) for the browser's choice. Default: 30.
     */
    frameRate?: number | null;
    /**
     * Further constraints, also to require one of the values above. A member here replaces the option above.
     */
    constraints?: TrackConstraints;
}

/**
 * Options for opening a microphone, and its audio processing.
 */
export interface MicrophoneOptions {
    /**
     * The microphone's device id, required exactly. Default, also for an empty string: the browser's or the user's
     * choice.
     */
    deviceId?: string;
    /**
     * Echo cancellation. Default: true.
     */
    echoCancellation?: boolean;
    /**
     * Noise suppression. Default: true.
     */
    noiseSuppression?: boolean;
    /**
     * Automatic gain control. Default: true.
     */
    autoGainControl?: boolean;
    /**
     * Further constraints, also to require one of the values above. A member here replaces the option above.
     */
    constraints?: TrackConstraints;
}

/**
 * Options for sending a file in a room.
 */
export interface SendFileOptions {
    /**
     * The receiver. Default: everyone. In JavaScript, `to: undefined` is an error.
     */
    to?: ParticipantLike;
    /**
     * The name. Default: that of the `File`; `"file"` for a `Blob`.
     */
    name?: string;
    /**
     * The MIME type. Default: that of the `Blob`.
     */
    mimeType?: string;
}

/**
 * Options for sending a file.
 */
export interface FileOptions {
    /**
     * The name. Default: that of the `File`; `"file"` for a `Blob`.
     */
    name?: string;
    /**
     * The MIME type. Default: that of the `Blob`.
     */
    mimeType?: string;
}

/**
 * Options for sending and receiving over a channel. Each peer has its own.
 */
export interface MessageOptions {
    /**
     * Whether messages that exceed the connection's limit are fragmented. Both peers must agree: set it to false if
     * the remote peer does not use moim. Default: true for a channel that is created locally; for a remote channel,
     * according to its protocol.
     */
    framing?: boolean;
    /**
     * The longest message in bytes, sent or received, up to 1 GiB. Incomplete messages use at most twice
     * this much memory. Default: 64 MiB.
     */
    maxMessageSize?: number;
    /**
     * Bytes in the browser's buffer above which `send` waits; at most 8 MiB. Default: 1 MiB.
     */
    highWaterMark?: number;
    /**
     * Bytes in the browser's buffer below which `send` continues. Default: 256 KiB.
     */
    lowWaterMark?: number;
    /**
     * Bytes of received messages that are kept for reading before the oldest are dropped. At least one message is
     * kept. Default: 64 MiB.
     */
    maxUnread?: number;
}

/**
 * Options of a mixer's source.
 */
export interface MixerSourceOptions {
    /**
     * The label drawn on its video. Default: none.
     */
    label?: string;
    /**
     * The gain: 0 is silence, 1 unchanged, 4 the maximum. Default: 1.
     */
    gain?: number;
    /**
     * Whether it has a place in the picture even without video: its label on a plain tile. Then it may have no tracks
     * at all. Default: false.
     */
    alwaysShown?: boolean;
}

/**
 * Options of a mixer.
 */
export interface MixerOptions {
    /**
     * Width in pixels, up to 4096. Default: 1280.
     */
    width?: number;
    /**
     * Height in pixels, up to 4096. Default: 720.
     */
    height?: number;
    /**
     * Frames per second, up to 60. Default: 25.
     */
    frameRate?: number;
    /**
     * The background colour, as in CSS. Default: `"#101418"`.
     */
    background?: string;
    /**
     * How a source fills its rectangle. Default: `"cover"`.
     */
    fit?: Fit;
    /**
     * How the sources share the picture. Default: a grid.
     */
    layout?: Layout;
}

/**
 * Options of a recorder.
 */
export interface RecorderOptions {
    /**
     * Acceptable MIME types, in order of preference; the first one that this browser can record is used. Default:
     * WebM with VP8 or VP9 and Opus, then MP4.
     */
    mimeTypes?: string[];
    /**
     * Total bit rate in bit/s, which the browser divides. Default: the browser's choice.
     */
    bitsPerSecond?: number;
    /**
     * Video bit rate in bit/s. Default: the browser's choice.
     */
    videoBitsPerSecond?: number;
    /**
     * Audio bit rate in bit/s. Default: the browser's choice.
     */
    audioBitsPerSecond?: number;
    /**
     * The bit rate mode of audio; a hint that some browsers ignore. Default: the browser's choice.
     */
    audioBitrateMode?: AudioBitrateMode;
    /**
     * Milliseconds between key frames, which players can seek to; a hint that some browsers
     * ignore; `null` (Rust: `None`) for the browser's choice. Default: 5000.
     */
    keyFrameIntervalMs?: number | null;
    /**
     * Milliseconds between chunks. 0: a single chunk at the end. Default: 1000.
     */
    timesliceMs?: number;
    /**
     * Whether the chunks are kept and joined to one file at the end. If false, the recording's blob is empty, and the
     * application stores the chunks as they arrive: hours of recording take no memory. Default: true.
     */
    keep?: boolean;
}

/**
 * Options of a statistics monitor.
 */
export interface StatsMonitorOptions {
    /**
     * Milliseconds between samples, at least 100. Default: 1000.
     */
    intervalMs?: number;
    /**
     * The number of samples to keep, from 1 to 3600. Default: 60.
     */
    history?: number;
}

/**
 * Parameters of a sender.
 */
export interface SendParameters {
    /**
     * The encodings, one or one per `rid`. Their number and order cannot be changed. If empty, they are unchanged.
     */
    encodings?: Encoding[];
    /**
     * What to degrade when bandwidth or CPU time is insufficient.
     */
    degradationPreference?: DegradationPreference;
}

/**
 * Settings of one encoding of a track; with simulcast there are several.
 * <https://www.w3.org/TR/webrtc/#dom-rtcrtpencodingparameters>, <https://www.w3.org/TR/webrtc-svc/>.
 */
export interface Encoding {
    /**
     * The RID of the encoding in simulcast (RFC 8851): letters and digits. Cannot be changed later.
     */
    rid?: string;
    /**
     * Whether it is sent. Default: `true`.
     */
    active?: boolean;
    /**
     * Maximum bit rate in bit/s. Default: no limit.
     */
    maxBitrate?: number;
    /**
     * Maximum frames per second. Default: no limit.
     */
    maxFramerate?: number;
    /**
     * The factor by which width and height are scaled down, at least 1. Default: 1, and in simulcast a power of 2.
     */
    scaleResolutionDownBy?: number;
    /**
     * The scalability mode, such as `L1T3` or `L3T3_KEY`.
     */
    scalabilityMode?: string;
    /**
     * Its priority if the bit rate does not suffice for all encodings.
     */
    priority?: Priority;
    /**
     * The priority of its packets in the network (DSCP).
     */
    networkPriority?: Priority;
    /**
     * The codec of this encoding, one of the negotiated ones. Default: the first of them.
     */
    codec?: Codec;
}

/**
 * The content of a stream.
 */
export type StreamKind = "bytes" | "text";

/**
 * The difference between two reports for a received stream.
 */
export interface InboundDelta {
    /**
     * The id of its `inbound-rtp` entry.
     */
    id: string;
    /**
     * The `id` of its `MediaStreamTrack`.
     */
    trackIdentifier: string;
    /**
     * The media section (`mid`).
     */
    mid: string | null;
    /**
     * Audio or video.
     */
    kind: MediaKind | null;
    /**
     * Bytes of media received.
     */
    bytes: number;
    /**
     * Packets received.
     */
    packets: number;
    /**
     * Packets lost.
     */
    packetsLost: number;
    /**
     * Media bit rate without headers, in bit/s.
     */
    bitrate: number | null;
    /**
     * Fraction of packets lost, from 0 to 1.
     */
    packetLoss: number | null;
    /**
     * Jitter in seconds.
     */
    jitter: number | null;
    /**
     * Round-trip time in seconds.
     */
    roundTripTime: number | null;
    /**
     * Mean time in the jitter buffer, in seconds.
     */
    jitterBufferDelay: number | null;
    /**
     * Audio: the current level, from 0 to 1, linear.
     */
    audioLevel: number | null;
    /**
     * Audio: the fraction that was concealed because it did not arrive in time, from 0 to 1. Silence does not count.
     */
    concealment: number | null;
    /**
     * Video: decoded frames per second.
     */
    framesPerSecond: number | null;
    /**
     * Video: width in pixels.
     */
    frameWidth: number | null;
    /**
     * Video: height in pixels.
     */
    frameHeight: number | null;
    /**
     * Video: frames dropped.
     */
    framesDropped: number;
    /**
     * Video: freezes that ended.
     */
    freezes: number;
    /**
     * Video: fraction of the time that it was frozen, from 0 to 1.
     */
    frozen: number | null;
    /**
     * The quality.
     */
    quality: MediaQuality;
}

/**
 * The difference between two reports for a sent stream. Loss, jitter and round-trip time come from the remote peer's
 * last report.
 */
export interface OutboundDelta {
    /**
     * The id of its `outbound-rtp` entry.
     */
    id: string;
    /**
     * The media section (`mid`).
     */
    mid: string | null;
    /**
     * The RID of the simulcast layer.
     */
    rid: string | null;
    /**
     * Audio or video.
     */
    kind: MediaKind | null;
    /**
     * Bytes of media sent.
     */
    bytes: number;
    /**
     * Packets sent.
     */
    packets: number;
    /**
     * Packets retransmitted.
     */
    packetsRetransmitted: number;
    /**
     * Media bit rate without headers, in bit/s.
     */
    bitrate: number | null;
    /**
     * Target bit rate of the encoder, in bit/s.
     */
    targetBitrate: number | null;
    /**
     * Fraction of packets lost, from 0 to 1.
     */
    packetLoss: number | null;
    /**
     * Jitter at the remote peer, in seconds.
     */
    jitter: number | null;
    /**
     * Round-trip time in seconds.
     */
    roundTripTime: number | null;
    /**
     * Video: encoded frames per second.
     */
    framesPerSecond: number | null;
    /**
     * Video: frames per second of the source.
     */
    sourceFramesPerSecond: number | null;
    /**
     * Video: width in pixels.
     */
    frameWidth: number | null;
    /**
     * Video: height in pixels.
     */
    frameHeight: number | null;
    /**
     * Video: mean time to encode a frame, in seconds.
     */
    encodeTime: number | null;
    /**
     * Video: what limits resolution or frame rate now.
     */
    qualityLimitationReason: StatsQualityLimitationReason | null;
    /**
     * Video: fraction of the time that the CPU limited it, from 0 to 1.
     */
    limitedByCpu: number | null;
    /**
     * Video: fraction of the time that the network limited it, from 0 to 1.
     */
    limitedByBandwidth: number | null;
    /**
     * The quality.
     */
    quality: MediaQuality;
}

/**
 * The difference between two reports of one connection.
 *
 * Counts are never negative: a counter that falls, and a stream whose source changed, have restarted at 0. A stream
 * that is missing in the first report started in between. Rates are empty (`null` in JavaScript) where no time passed
 * or the browser does not count.
 */
export interface StatsDelta {
    /**
     * Seconds between the reports.
     */
    seconds: number;
    /**
     * The whole connection.
     */
    connection: ConnectionDelta;
    /**
     * Each received stream.
     */
    inbound: InboundDelta[];
    /**
     * Each sent stream; one for each simulcast layer.
     */
    outbound: OutboundDelta[];
    /**
     * The worst quality of all streams, with the lowest score. Streams without media count only if none has any.
     */
    quality: MediaQuality;
}

/**
 * The direction of a file transfer.
 */
export type FileDirection = "send" | "receive";

/**
 * The direction of media: <https://www.w3.org/TR/webrtc/#rtcrtptransceiverdirection>.
 */
export type TransceiverDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive" | "stopped";

/**
 * The key type of a certificate.
 */
export type CertificateAlgorithm = "ecdsa" | "rsa";

/**
 * The kind of a device.
 */
export type DeviceKind = "audioinput" | "videoinput" | "audiooutput" | "unknown";

/**
 * The kind of a mixer's layout.
 */
export type MixLayoutKind = "grid" | "spotlight" | "pictureInPicture" | "custom";

/**
 * The layout of a mixer's picture.
 */
export interface MixLayout {
    /**
     * The kind of layout.
     */
    type?: MixLayoutKind;
    /**
     * The participant who is shown large, if any.
     */
    spotlight?: ParticipantId;
    /**
     * The tiles of the picture, from back to front.
     */
    tiles?: MixTile[];
}

/**
 * The list of devices has changed.
 */
export interface DeviceChange {
    /**
     * All devices.
     */
    devices: DeviceInfo[];
    /**
     * Devices that were connected.
     */
    added: DeviceInfo[];
    /**
     * Devices that were disconnected.
     */
    removed: DeviceInfo[];
    /**
     * Those that have become the default of their kind.
     */
    defaults: DeviceInfo[];
}

/**
 * The lobby: who waits to be admitted, and whether newcomers have to.
 */
export interface Lobby {
    /**
     * Whether newcomers wait until a host admits them.
     */
    locked: boolean;
    /**
     * The waiting participants, in the order in which they joined the lobby.
     */
    waiting?: WaitingParticipant[];
}

/**
 * The perceived quality: 5 excellent, 4 good, 3 fair, 2 poor, 1 bad, 0 no media.
 */
export interface MediaQuality {
    /**
     * From 0 to 5.
     */
    level: 0 | 1 | 2 | 3 | 4 | 5;
    /**
     * What limits the quality.
     */
    reason: QualityReason;
    /**
     * The mean opinion score of audio by the E-model, from 1 to 4.41. Null for video.
     */
    mos: number | null;
}

/**
 * The priority of a channel: <https://www.w3.org/TR/webrtc-priority/>.
 */
export type DataChannelPriority = "very-low" | "low" | "medium" | "high";

/**
 * The progress of a transfer.
 */
export interface FileProgress {
    /**
     * Number of bytes that the receiver has written.
     */
    transferred: number;
    /**
     * The file's size in bytes.
     */
    size: number;
}

/**
 * The quality of a call with a participant, or for this participant, of the whole call.
 */
export interface ParticipantQuality {
    /**
     * 5 excellent, 4 good, 3 fair, 2 poor, 1 bad, 0 no media although it should flow.
     */
    level: 0 | 1 | 2 | 3 | 4 | 5;
    /**
     * What limits the quality.
     */
    reason: QualityReason;
    /**
     * Where the cause is.
     */
    side: QualitySide;
}

/**
 * The receipts of a chat message.
 */
export interface ChatReceipt {
    /**
     * The participants who have received it.
     */
    deliveredTo: ParticipantId[];
    /**
     * The participants who left or did not acknowledge it within 30 seconds, while they were connected. They may have
     * received it nevertheless.
     */
    missedBy: ParticipantId[];
}

/**
 * The result of `getStats()` of a connection, a sender or a receiver, typed.
 * @see https://www.w3.org/TR/webrtc/#rtcstatsreport-object
 */
export interface StatsReport {
    /** When it was created, in milliseconds since 1970. */
    readonly timestamp: number;
    /** All entries: `switch` over their `type`. */
    readonly entries: readonly Stats[];
    /** The candidate pair in use. */
    readonly selectedCandidatePair?: IceCandidatePairStats;
}

/** The members of every entry: <https://www.w3.org/TR/webrtc-stats/#dom-rtcstats>. */
export interface BaseStats {
    /** Identifies the entry within its connection. It is the same in every report. */
    readonly id: string;
    /** When this was measured, in milliseconds since 1970. */
    readonly timestamp: number;
    /** Members of later specifications or of a single browser, and those whose value does not have the specified type. */
    readonly unknown?: Readonly<Record<string, unknown>>;
}

/** An entry of a type that this version does not know. */
export interface UnknownStats extends BaseStats {
    readonly type: "unknown";
    /** The `type` that the browser gave. */
    readonly unknownType: string;
    /** All its members. */
    readonly unknown: Readonly<Record<string, unknown>>;
}

/** A report, and the difference from the previous one. */
export interface StatsSample {
    /** When the report was created, in milliseconds since 1970. */
    readonly timestamp: number;
    /** The difference from the previous report. */
    readonly delta: StatsDelta;
    /** The browser's full report. */
    readonly report: StatsReport;
}

/** Anything with statistics: a connection, a sender, a receiver or a remote track, of this package or of the browser. */
export type StatsSource =
| PeerConnection
| Sender
| Receiver
| RemoteTrack
| { getStats(): Promise<RTCStatsReport> };

/** The events of a monitor by name. */
export interface StatsMonitorEventMap {
    /** A sample was taken; it is in `detail`. */
    sample: CustomEvent<StatsSample>;
    /** No more samples follow. `detail.error` is the reason, except after `close()` or when the connection was closed. */
    ended: CustomEvent<{ readonly error: MoimError | null }>;
}

export interface StatsMonitor extends EventTarget, AsyncIterable<StatsSample> {
    /** Calls `listener` for each event of this name. */
    addEventListener<K extends keyof StatsMonitorEventMap>(
    type: K,
    listener: Listener<StatsMonitorEventMap[K]> | null,
    options?: boolean | AddEventListenerOptions,
    ): void;
    /** Removes a listener. */
    removeEventListener<K extends keyof StatsMonitorEventMap>(
    type: K,
    listener: Listener<StatsMonitorEventMap[K]> | null,
    options?: boolean | EventListenerOptions,
    ): void;
    /** The samples from now on: `for await (const sample of monitor)`. Ends when the monitor is closed. */
    [Symbol.asyncIterator](): AsyncIterableIterator<StatsSample>;
}



/**
 * The role of a participant.
 */
export type Role = "participant" | "host" | "mixer";

/**
 * The source of a track.
 */
export type TrackSource = "camera" | "microphone" | "screen" | "screenAudio" | "custom";

/**
 * The state of a channel: <https://www.w3.org/TR/webrtc/#dom-rtcdatachannelstate>.
 */
export type DataChannelState = "connecting" | "open" | "closing" | "closed";

/**
 * The state of a recorder.
 */
export type RecorderState = "recording" | "paused" | "stopped";

/**
 * The state of a room.
 */
export type RoomState = "new" | "joining" | "waiting" | "joined" | "reconnecting" | "left";

/**
 * The state of the connection to a participant of a room, directly or by way of a server or mixer.
 */
export type ParticipantConnectionState = "new" | "connecting" | "connected" | "reconnecting" | "failed" | "closed";

/**
 * The traffic of the whole connection, including data channels and headers.
 */
export interface ConnectionDelta {
    /**
     * Bytes sent.
     */
    bytesSent: number;
    /**
     * Bytes received.
     */
    bytesReceived: number;
    /**
     * Send rate in bit/s.
     */
    sentBitrate: number | null;
    /**
     * Receive rate in bit/s.
     */
    receivedBitrate: number | null;
    /**
     * Round-trip time in seconds.
     */
    roundTripTime: number | null;
    /**
     * Estimated available send bandwidth in bit/s.
     */
    availableOutgoingBitrate: number | null;
    /**
     * The type of the local candidate in use; `relay` is a TURN server.
     */
    localCandidateType: StatsCandidateType | null;
    /**
     * The type of the remote candidate in use.
     */
    remoteCandidateType: StatsCandidateType | null;
}

/**
 * What a room can do with its server. A call that needs more fails with `Unsupported`.
 */
export interface RoomCapabilities {
    /**
     * The kind of server; `"custom"` with a signaling backend of the application.
     */
    server: ServerType | "custom";
    /**
     * The topologies that it supports.
     */
    topologies: Topology[];
    /**
     * Whether tracks can be published.
     */
    publish: boolean;
    /**
     * Whether the tracks of others are received.
     */
    subscribe: boolean;
    /**
     * Whether a camera is sent in several sizes, of which the server chooses one for each receiver. Only in the topology `sfu`.
     */
    simulcast: boolean;
    /**
     * Whether reliable data can be sent: messages, chat, files and streams.
     */
    reliableData: boolean;
    /**
     * Whether unreliable data can be sent.
     */
    lossyData: boolean;
    /**
     * Whether data can be sent to one participant. Files and streams require it.
     */
    addressedData: boolean;
    /**
     * Whether tracks can be published to one participant.
     */
    addressedTracks: boolean;
    /**
     * Whether a participant's name can be changed.
     */
    name: boolean;
    /**
     * Whether participants have metadata.
     */
    metadata: boolean;
    /**
     * Whether participants have attributes.
     */
    attributes: boolean;
    /**
     * Whether hosts can lock the room and admit those who wait.
     */
    lobby: boolean;
    /**
     * Whether hosts can remove participants.
     */
    remove: boolean;
    /**
     * Whether hosts can mute publications of others.
     */
    mute: boolean;
    /**
     * Whether a lost connection to the server is restored. If not, the room is left.
     */
    resume: boolean;
}

/**
 * What limits the quality.
 */
export type QualityReason = "none" | "loss" | "delay" | "jitter" | "codec" | "frozen" | "cpu" | "bandwidth" | "nomedia";

/**
 * What to degrade when bandwidth or CPU time is insufficient:
 * <https://www.w3.org/TR/mst-content-hint/#degradation-preference-when-encoding>.
 */
export type DegradationPreference = "maintain-framerate" | "maintain-resolution" | "maintain-framerate-and-resolution" | "balanced";

/**
 * Where the cause of poor quality is.
 */
export type QualitySide = "none" | "uplink" | "downlink" | "cpu" | "remoteuplink" | "remotedownlink" | "remotecpu" | "unknown";

/**
 * Who denied a capture.
 */
export type Refusal = "user" | "policy" | "system" | "unknown";

/**
 * Why a participant left.
 */
export type LeaveReason = "left" | "disconnected" | "timedOut" | "removed" | "unknown";

/**
 * `"audio"` or `"video"`.
 */
export type MediaKind = "audio" | "video";

/**
 * `BitrateMode`: the bit rate mode of audio.
 */
export type AudioBitrateMode = "constant" | "variable";

/**
 * `DisplayMediaStreamOptions`: what to share, and what to offer to the user. All of it is a preference: browsers
 * ignore what they do not support, and the user selects.
 * <https://www.w3.org/TR/screen-capture/#dom-displaymediastreamoptions>
 */
export interface DisplayOptions {
    /**
     * Whether to offer sharing audio too; not every browser and system supports it. Default: true when a room shares
     * the screen, otherwise false.
     */
    audio?: boolean;
    /**
     * Resolution, frame rate, cursor, and the preferred surface. Only bare and ideal values and
     * `max` are allowed. Default: none.
     */
    videoConstraints?: TrackConstraints;
    /**
     * Audio constraints, such as `suppressLocalAudioPlayback` and `restrictOwnAudio`. Default: none.
     */
    audioConstraints?: TrackConstraints;
    /**
     * Whether to offer the current tab first. Default: false.
     */
    preferCurrentTab?: boolean;
    /**
     * Whether to offer the current tab at all. Default: the browser's choice.
     */
    selfBrowserSurface?: SurfaceChoice;
    /**
     * Whether the user can switch to another tab while sharing. Default: the browser's choice.
     */
    surfaceSwitching?: SurfaceChoice;
    /**
     * Whether to offer the system audio with a screen. Default: the browser's choice.
     */
    systemAudio?: SurfaceChoice;
    /**
     * The audio to offer with a window. Default: the browser's choice.
     */
    windowAudio?: WindowAudio;
    /**
     * Whether to offer whole screens. Default: the browser's choice.
     */
    monitorTypeSurfaces?: SurfaceChoice;
}

/**
 * `MediaDeviceInfo`. Until the page is allowed to capture, browsers leave ids and labels empty.
 */
export interface DeviceInfo {
    /**
     * The device's id, unique within the site.
     */
    deviceId: string;
    /**
     * The kind of device.
     */
    kind: DeviceKind;
    /**
     * A label to show to the user.
     */
    label: string;
    /**
     * Equal for a microphone, camera or speaker that belong to the same physical device.
     */
    groupId: string;
}

/**
 * `RTCBundlePolicy`: <https://www.w3.org/TR/webrtc/#rtcbundlepolicy-enum>.
 */
export type BundlePolicy = "balanced" | "max-compat" | "max-bundle";

/**
 * `RTCIceConnectionState`: <https://www.w3.org/TR/webrtc/#rtciceconnectionstate-enum>.
 */
export type IceConnectionState = "new" | "checking" | "connected" | "completed" | "failed" | "disconnected" | "closed" | "unknown";

/**
 * `RTCIceGatheringState`: <https://www.w3.org/TR/webrtc/#rtcicegatheringstate-enum>.
 */
export type IceGatheringState = "new" | "gathering" | "complete" | "unknown";

/**
 * `RTCIceTransportPolicy`: <https://www.w3.org/TR/webrtc/#rtcicetransportpolicy-enum>.
 */
export type IceTransportPolicy = "all" | "relay";

/**
 * `RTCPeerConnectionState`: <https://www.w3.org/TR/webrtc/#rtcpeerconnectionstate-enum>.
 */
export type ConnectionState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

/**
 * `RTCPriorityType`: <https://www.w3.org/TR/webrtc-priority/#rtc-priority-type>.
 */
export type Priority = "very-low" | "low" | "medium" | "high";

/**
 * `RTCRtpCapabilities`: <https://www.w3.org/TR/webrtc/#dom-rtcrtpcapabilities>.
 */
export interface RtpCapabilities {
    /**
     * Codecs, in the browser's order of preference.
     */
    codecs: Codec[];
    /**
     * RTP header extensions.
     */
    headerExtensions: HeaderExtension[];
}

/**
 * `RTCSignalingState`: <https://www.w3.org/TR/webrtc/#rtcsignalingstate-enum>.
 */
export type SignalingState = "stable" | "have-local-offer" | "have-remote-offer" | "have-local-pranswer" | "have-remote-pranswer" | "closed" | "unknown";

/** A codec in use: <https://www.w3.org/TR/webrtc-stats/#codec-dict*>. */
export interface CodecStats extends BaseStats {
    readonly type: "codec";
    /** The payload type in RTP packets. */
    readonly payloadType: number;
    /** The id of the transport's entry. */
    readonly transportId: string;
    /** The MIME type, such as `"video/VP8"`. */
    readonly mimeType: string;
    /** The clock rate of RTP timestamps in Hz. */
    readonly clockRate?: number;
    /** Number of audio channels. */
    readonly channels?: number;
    /** The parameters of the `a=fmtp` line. */
    readonly sdpFmtpLine?: string;
    /** `"encode"` or `"decode"`, where a codec is used in one direction only. Firefox only. */
    readonly codecType?: string;
}

/** Common members of media sources: <https://www.w3.org/TR/webrtc-stats/#mststats-dict*>. */
export interface MediaSourceStats extends BaseStats {
    /** The `id` of the `MediaStreamTrack`. */
    readonly trackIdentifier: string;
    /** Audio or video. */
    readonly kind: MediaKind;
}

/** A sent audio track: <https://www.w3.org/TR/webrtc-stats/#audiosourcestats-dict*>. */
export interface AudioSourceStats extends MediaSourceStats {
    readonly type: "media-source";
    readonly kind: "audio";
    /** The current audio level, from 0 to 1, linear. */
    readonly audioLevel?: number;
    /** Total audio energy: the squared level multiplied by the duration. */
    readonly totalAudioEnergy?: number;
    /** Total duration of the audio, in seconds. */
    readonly totalSamplesDuration?: number;
    /** Echo return loss in dB. */
    readonly echoReturnLoss?: number;
    /** Echo return loss enhancement, by the echo canceller, in dB. */
    readonly echoReturnLossEnhancement?: number;
}

/** A sent video track: <https://www.w3.org/TR/webrtc-stats/#videosourcestats-dict*>. */
export interface VideoSourceStats extends MediaSourceStats {
    readonly type: "media-source";
    readonly kind: "video";
    /** Width of the last frame, in pixels. */
    readonly width?: number;
    /** Height of the last frame, in pixels. */
    readonly height?: number;
    /** Frames from the source. */
    readonly frames?: number;
    /** Frames in the last second. */
    readonly framesPerSecond?: number;
}

/** Playout of received audio: <https://www.w3.org/TR/webrtc-stats/#playoutstats-dict*>. */
export interface AudioPlayoutStats extends BaseStats {
    readonly type: "media-playout";
    /** Always audio. */
    readonly kind: MediaKind;
    /** Total duration of synthesized samples, in seconds. */
    readonly synthesizedSamplesDuration?: number;
    /** Number of times that samples were synthesized. */
    readonly synthesizedSamplesEvents?: number;
    /** Total duration of all samples, in seconds. */
    readonly totalSamplesDuration?: number;
    /** Total playout delay of all samples, in seconds. Divide by `totalSamplesCount`. */
    readonly totalPlayoutDelay?: number;
    /** Samples played. */
    readonly totalSamplesCount?: number;
}



/** An entry of a report. Its `type` determines its members. */
export type Stats =
| CodecStats
| InboundRtpStreamStats
| OutboundRtpStreamStats
| RemoteInboundRtpStreamStats
| RemoteOutboundRtpStreamStats
| AudioSourceStats
| VideoSourceStats
| AudioPlayoutStats
| PeerConnectionStats
| DataChannelStats
| TransportStats
| IceCandidatePairStats
| IceCandidateStats
| CertificateStats
| UnknownStats;



/** Classes with events are `EventTarget`s. Only moim fires their events: `dispatchEvent` throws ERR_UNSUPPORTED. */
export interface CaptureController extends EventTarget {}
export interface Devices extends EventTarget {}
export interface LocalTrack extends EventTarget {}
export interface Permission extends EventTarget {}

/**
 * A track of the browser, or an object that wraps one: `LocalTrack`, `RemoteTrack`.
 * @see https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack
 */
export type TrackLike = MediaStreamTrack | { readonly mediaStreamTrack: MediaStreamTrack };

/** A shared screen, window or tab. */
export interface DisplayCapture {
    /** The video track. */
    readonly video: LocalTrack;
    /** The audio track, if it was requested and the user and the system provide it. */
    readonly audio?: LocalTrack;
}

/**
 * An element of this page, a `CropTarget` or `RestrictionTarget` of the shared page, or `null` for the whole tab.
 * @see https://www.w3.org/TR/mediacapture-region/
 * @see https://screen-share.github.io/element-capture/
 */
export type CaptureRegion = Element | object | null;

/**
 * What the page in a shared tab exposes:
 * <https://www.w3.org/TR/capture-handle-identity/#the-capturehandle-dictionary>.
 */
export interface CaptureHandle {
    /** The page's origin, if exposed. */
    readonly origin?: string;
    /** A string chosen by the page, such as a session number. */
    readonly handle?: string;
}

/**
 * Constraints on a track: a bare value is an ideal one, or in `advanced` a required one.
 * @see https://www.w3.org/TR/mediacapture-streams/#dom-mediatrackconstraints
 */
export interface TrackConstraints extends ConstraintSet {
    /** Advanced constraint sets, in order of priority. The browser skips a set if it cannot satisfy all of it. */
    advanced?: ConstraintSet[];
}

/** A constraint of strings. */
export type ConstrainWord<W extends string> = W | W[] | { exact?: W | W[]; ideal?: W | W[] };

/** The audio that echo cancellation removes: `"all"` system audio, or only that of remote participants. */
export type EchoCancellation = boolean | "all" | "remote-only";

/** A constraint of echo cancellation. */
export type ConstrainEchoCancellation =
| EchoCancellation
| { exact?: EchoCancellation; ideal?: EchoCancellation };

/** A constraint of points, whose coordinates range from 0 (left, top) to 1. */
export type ConstrainPoints =
| { x: number; y: number }[]
| { exact?: { x: number; y: number }[]; ideal?: { x: number; y: number }[] };

/** The range of a numeric setting, in the unit of the member. */
export interface NumberRange {
    /** The smallest value. */
    min?: number;
    /** The largest value. */
    max?: number;
    /** The step between values. */
    step?: number;
}

/**
 * Frame counters of a track since its start. Which members exist depends on the kind of track.
 * @see https://www.w3.org/TR/mediacapture-extensions/#the-mediastreamtrackvideostats-interface
 */
export interface FrameStats {
    /** Frames delivered to the consumers of the track. */
    deliveredFrames: number;
    /** Frames discarded, for example for a lower frame rate. Video only. */
    discardedFrames?: number;
    /** All frames of the source. */
    totalFrames: number;
    /** Total duration of the delivered frames, in milliseconds. Audio only. */
    deliveredFramesDuration?: number;
    /** Total duration of all frames, in milliseconds. Audio only. */
    totalFramesDuration?: number;
    /** Latency from capture to delivery, in milliseconds. Audio only. */
    latency?: number;
    /** Average latency, in milliseconds. Audio only. */
    averageLatency?: number;
    /** Minimum latency, in milliseconds. Audio only. */
    minimumLatency?: number;
    /** Maximum latency, in milliseconds. Audio only. */
    maximumLatency?: number;
}


/** Common members of RTP streams: <https://www.w3.org/TR/webrtc-stats/#streamstats-dict*>. */
export interface RtpStreamStats extends BaseStats {
    /** The synchronization source. */
    readonly ssrc: number;
    /** Audio or video. */
    readonly kind: MediaKind;
    /** The id of the transport's entry. */
    readonly transportId?: string;
    /** The id of the codec's entry. */
    readonly codecId?: string;
    /** The older name of `kind`. Not in the specification. */
    readonly mediaType?: MediaKind;
}

/** Common members of received streams: <https://www.w3.org/TR/webrtc-stats/#receivedrtpstats-dict*>. */
export interface ReceivedRtpStreamStats extends RtpStreamStats {
    /** Packets received. */
    readonly packetsReceived?: number;
    /** Packets received with the ECN mark ECT(1). */
    readonly packetsReceivedWithEct1?: number;
    /** Packets received with the ECN mark CE, which signals congestion. */
    readonly packetsReceivedWithCe?: number;
    /** Packets reported as lost by RFC 8888 feedback. */
    readonly packetsReportedAsLost?: number;
    /** Packets reported as lost that arrived later. */
    readonly packetsReportedAsLostButRecovered?: number;
    /** Packets lost (RFC 3550): decreases, even below zero, when packets arrive late or twice. */
    readonly packetsLost?: number;
    /** Jitter in seconds. */
    readonly jitter?: number;
}

/** A received stream: <https://www.w3.org/TR/webrtc-stats/#inboundrtpstats-dict*>. */
export interface InboundRtpStreamStats extends ReceivedRtpStreamStats {
    readonly type: "inbound-rtp";
    /** The `id` of the `MediaStreamTrack`. */
    readonly trackIdentifier: string;
    /** The media section (`mid`). */
    readonly mid?: string;
    /** The id of the sender's report, a `remote-outbound-rtp`. */
    readonly remoteId?: string;
    /** Frames decoded. */
    readonly framesDecoded?: number;
    /** Key frames decoded. */
    readonly keyFramesDecoded?: number;
    /** Frames rendered. */
    readonly framesRendered?: number;
    /** Frames dropped before or after decoding, for example because they arrived too late. */
    readonly framesDropped?: number;
    /** Width of the last decoded frame, in pixels. */
    readonly frameWidth?: number;
    /** Height of the last decoded frame, in pixels. */
    readonly frameHeight?: number;
    /** Frames decoded in the last second. */
    readonly framesPerSecond?: number;
    /** Sum of the quantization parameters of decoded frames. Its range depends on the codec. */
    readonly qpSum?: number;
    /** Total time spent decoding, in seconds. */
    readonly totalDecodeTime?: number;
    /** Total time between rendered frames, in seconds. */
    readonly totalInterFrameDelay?: number;
    /** Total of the squared times between rendered frames, for the variance. */
    readonly totalSquaredInterFrameDelay?: number;
    /** Number of pauses: no new frame for at least 5 s. */
    readonly pauseCount?: number;
    /** Total duration of pauses, in seconds. */
    readonly totalPausesDuration?: number;
    /** Number of freezes: a frame stayed much longer than the previous ones. */
    readonly freezeCount?: number;
    /** Total duration of freezes, in seconds. */
    readonly totalFreezesDuration?: number;
    /** When the last packet arrived, in milliseconds since 1970. */
    readonly lastPacketReceivedTimestamp?: number;
    /** Bytes received in headers and padding. */
    readonly headerBytesReceived?: number;
    /** Packets discarded because they arrived too late or too early for the jitter buffer. */
    readonly packetsDiscarded?: number;
    /** Bytes received for forward error correction. */
    readonly fecBytesReceived?: number;
    /** Packets received for forward error correction. */
    readonly fecPacketsReceived?: number;
    /** Error correction packets that were discarded. */
    readonly fecPacketsDiscarded?: number;
    /** Bytes of media received, without headers. */
    readonly bytesReceived?: number;
    /** NACK requests sent. */
    readonly nackCount?: number;
    /** Full Intra Requests sent. */
    readonly firCount?: number;
    /** Picture Loss Indications sent. */
    readonly pliCount?: number;
    /** Total time from the first packet to the decoded frame or audio, in seconds. */
    readonly totalProcessingDelay?: number;
    /** When the media that is playing was captured, in milliseconds on the sender's NTP clock. */
    readonly estimatedPlayoutTimestamp?: number;
    /** Total time that emitted samples or frames spent in the jitter buffer, in seconds. Divide by `jitterBufferEmittedCount`. */
    readonly jitterBufferDelay?: number;
    /** Total target delay of the jitter buffer, in seconds. Divide likewise. */
    readonly jitterBufferTargetDelay?: number;
    /** Samples or frames emitted by the jitter buffer. */
    readonly jitterBufferEmittedCount?: number;
    /** Total minimum delay required by the network alone, in seconds. Divide likewise. */
    readonly jitterBufferMinimumDelay?: number;
    /** Samples received, including concealed ones. */
    readonly totalSamplesReceived?: number;
    /** Concealed samples, which replace lost ones. */
    readonly concealedSamples?: number;
    /** Concealed samples that are silent. */
    readonly silentConcealedSamples?: number;
    /** Number of concealment events. */
    readonly concealmentEvents?: number;
    /** Samples inserted to slow down playout. */
    readonly insertedSamplesForDeceleration?: number;
    /** Samples removed to speed up playout. */
    readonly removedSamplesForAcceleration?: number;
    /** The current audio level, from 0 to 1, linear. */
    readonly audioLevel?: number;
    /** Total audio energy: the squared level multiplied by the duration. */
    readonly totalAudioEnergy?: number;
    /** Total duration of the received samples, in seconds. */
    readonly totalSamplesDuration?: number;
    /** Complete frames received. */
    readonly framesReceived?: number;
    /** The name of the decoder. */
    readonly decoderImplementation?: string;
    /** The id of the `media-playout` entry. */
    readonly playoutId?: string;
    /** Whether the decoder is power-efficient, for example in hardware. */
    readonly powerEfficientDecoder?: boolean;
    /** Frames that arrived in more than one packet. */
    readonly framesAssembledFromMultiplePackets?: number;
    /** Total time from the first to the last packet of those frames, in seconds. */
    readonly totalAssemblyTime?: number;
    /** Retransmitted packets received. */
    readonly retransmittedPacketsReceived?: number;
    /** Retransmitted bytes received. */
    readonly retransmittedBytesReceived?: number;
    /** The synchronization source of retransmissions. */
    readonly rtxSsrc?: number;
    /** The synchronization source of error correction. */
    readonly fecSsrc?: number;
    /** Total corruption probability of all measurements. */
    readonly totalCorruptionProbability?: number;
    /** Total of the squared corruption probabilities. */
    readonly totalSquaredCorruptionProbability?: number;
    /** Number of corruption measurements. */
    readonly corruptionMeasurements?: number;
    /** `"screenshare"` for screen sharing. Chromium only. */
    readonly contentType?: string;
    /** Comma-separated timestamps of one frame on its way. Chromium only. */
    readonly googTimingFrameInfo?: string;
    /** The older name of `packetsDiscarded`. Firefox only. */
    readonly discardedPackets?: number;
    /** Number of times that the jitter buffer was flushed. Chromium only. */
    readonly jitterBufferFlushes?: number;
    /** Samples concealed because their packets were late. Chromium only. */
    readonly delayedPacketOutageSamples?: number;
    /** Total delay of packets relative to the fastest ones, in seconds. Chromium only. */
    readonly relativePacketArrivalDelay?: number;
    /** Number of audio interruptions of at least 150 ms. Chromium only. */
    readonly interruptionCount?: number;
    /** Total duration of such interruptions, in seconds. Chromium only. */
    readonly totalInterruptionDuration?: number;
    /** The requested minimum playout delay, in seconds. Chromium only. */
    readonly minPlayoutDelay?: number;
}

/** The remote peer's report about a sent stream: <https://www.w3.org/TR/webrtc-stats/#remoteinboundrtpstats-dict*>. */
export interface RemoteInboundRtpStreamStats extends ReceivedRtpStreamStats {
    readonly type: "remote-inbound-rtp";
    /** The id of the `outbound-rtp` entry. */
    readonly localId?: string;
    /** Round-trip time in seconds. */
    readonly roundTripTime?: number;
    /** Total of the measured round-trip times, in seconds. */
    readonly totalRoundTripTime?: number;
    /** Fraction of packets lost since the previous report, from 0 to 1. */
    readonly fractionLost?: number;
    /** Number of round-trip time measurements. */
    readonly roundTripTimeMeasurements?: number;
    /** Packets whose ECN mark ECT(1) was removed on the way. */
    readonly packetsWithBleachedEct1Marking?: number;
}

/** Common members of sent streams: <https://www.w3.org/TR/webrtc-stats/#sentrtpstats-dict*>. */
export interface SentRtpStreamStats extends RtpStreamStats {
    /** Packets sent. */
    readonly packetsSent?: number;
    /** Bytes of media sent, without headers. */
    readonly bytesSent?: number;
}

/** A sent stream; one for each simulcast layer: <https://www.w3.org/TR/webrtc-stats/#outboundrtpstats-dict*>. */
export interface OutboundRtpStreamStats extends SentRtpStreamStats {
    readonly type: "outbound-rtp";
    /** The media section (`mid`). */
    readonly mid?: string;
    /** The id of the `media-source` entry. */
    readonly mediaSourceId?: string;
    /** The id of the receiver's report, a `remote-inbound-rtp`. */
    readonly remoteId?: string;
    /** The RID of the simulcast layer. */
    readonly rid?: string;
    /** The index in the sender's encodings. */
    readonly encodingIndex?: number;
    /** Bytes sent in headers and padding. */
    readonly headerBytesSent?: number;
    /** Packets retransmitted. */
    readonly retransmittedPacketsSent?: number;
    /** Bytes retransmitted. */
    readonly retransmittedBytesSent?: number;
    /** The synchronization source of retransmissions. */
    readonly rtxSsrc?: number;
    /** Target bit rate of the encoder, in bit/s. */
    readonly targetBitrate?: number;
    /** Total target size of all encoded frames, in bytes. */
    readonly totalEncodedBytesTarget?: number;
    /** Width of the last frame, in pixels. */
    readonly frameWidth?: number;
    /** Height of the last frame, in pixels. */
    readonly frameHeight?: number;
    /** Frames encoded in the last second. */
    readonly framesPerSecond?: number;
    /** Frames sent. */
    readonly framesSent?: number;
    /** Frames sent that were at least 2.5 times larger than the average. */
    readonly hugeFramesSent?: number;
    /** Frames encoded. */
    readonly framesEncoded?: number;
    /** Key frames encoded. */
    readonly keyFramesEncoded?: number;
    /** Sum of the quantization parameters. Its range depends on the codec. */
    readonly qpSum?: number;
    /** Total peak signal-to-noise ratios in dB, by component. */
    readonly psnrSum?: Readonly<Record<string, number>>;
    /** Number of such measurements. */
    readonly psnrMeasurements?: number;
    /** Total time spent encoding, in seconds. */
    readonly totalEncodeTime?: number;
    /** Total time that packets waited to be sent, in seconds. */
    readonly totalPacketSendDelay?: number;
    /** What limits resolution or frame rate now. */
    readonly qualityLimitationReason?: StatsQualityLimitationReason;
    /** The duration of each limitation reason, in seconds. */
    readonly qualityLimitationDurations?: Readonly<Record<string, number>>;
    /** Number of resolution changes for such a reason. */
    readonly qualityLimitationResolutionChanges?: number;
    /** NACK requests received. */
    readonly nackCount?: number;
    /** Full Intra Requests received. */
    readonly firCount?: number;
    /** Picture Loss Indications received. */
    readonly pliCount?: number;
    /** The name of the encoder. */
    readonly encoderImplementation?: string;
    /** Whether the encoder is power-efficient, for example in hardware. */
    readonly powerEfficientEncoder?: boolean;
    /** Whether this encoding is active. */
    readonly active?: boolean;
    /** The scalability mode: <https://www.w3.org/TR/webrtc-svc/#scalabilitymodes*>. */
    readonly scalabilityMode?: string;
    /** Packets sent with the ECN mark ECT(1). */
    readonly packetsSentWithEct1?: number;
    /** `"screenshare"` for screen sharing. Chromium only. */
    readonly contentType?: string;
}

/** The remote peer's report about a received stream: <https://www.w3.org/TR/webrtc-stats/#remoteoutboundrtpstats-dict*>. */
export interface RemoteOutboundRtpStreamStats extends SentRtpStreamStats {
    readonly type: "remote-outbound-rtp";
    /** The id of the `inbound-rtp` entry. */
    readonly localId?: string;
    /** When the report was created, in milliseconds since 1970 on the remote peer's clock. */
    readonly remoteTimestamp?: number;
    /** Sender reports sent. */
    readonly reportsSent?: number;
    /** Round-trip time in seconds. */
    readonly roundTripTime?: number;
    /** Total of the measured round-trip times, in seconds. */
    readonly totalRoundTripTime?: number;
    /** Number of round-trip time measurements. */
    readonly roundTripTimeMeasurements?: number;
}



/** How to reach a Kurento Media Server: by a URL or with a transport. */
export interface KurentoOptions {
    /** A `ws:` or `wss:` URL, such as `wss://host:8433/kurento`, which may be relative to the page. */
    url?: string;
    /**
     * Opens a connection of the application's own, again after each one that was closed: a `WebSocket`, or an object with the same interface, to a
     * server that checks what the page may do.
     */
    transport?: () => KurentoSocket;
}

/** The part of a `WebSocket` that a transport of the application needs. The handlers are set when it is returned. */
export interface KurentoSocket {
    onopen: ((event: any) => void) | null;
    onmessage: ((event: any) => void) | null;
    onclose: ((event: any) => void) | null;
    send(message: string): void;
    close(): void;
}

/** What happens to the connection to a Kurento Media Server. */
export type KurentoEvent =
/** It was cut, and is being restored. Calls wait. */
| { readonly type: "interrupted" }
/** It is back. Objects and events continue; events in the meantime are lost. */
| { readonly type: "restored" }
/** It is back, but the server has lost all objects, for example because it was restarted: create them again. */
| { readonly type: "objectslost" }
/** It has ended. */
| { readonly type: "closed"; readonly error: MoimError }
/** Events were read too slowly, and some were dropped before this one. */
| { readonly type: "lagged"; readonly missed: number };

/** Options of a `WebRtcEndpoint`. They apply before its connection is negotiated: the server ignores later changes. */
export interface KurentoWebRtcOptions {
    /** Whether it has a data channel. Default: false. */
    dataChannels?: boolean;
    /** The most that the browser should send, in kbit/s; 0 for no limit. Default: the server's, 0. */
    maxVideoRecvKbps?: number;
    /** The least that the browser should send, in kbit/s. Default: the server's, 100. */
    minVideoRecvKbps?: number;
    /** The most to send to the browser, in kbit/s. Default: the server's, 500. */
    maxVideoSendKbps?: number;
    /** The least to send to the browser, in kbit/s. Default: the server's, 100. */
    minVideoSendKbps?: number;
    /** The most audio that the browser should send, in kbit/s. Default: the server's, no limit. */
    maxAudioRecvKbps?: number;
    /** The IP address of the STUN server that the server uses. Default: as the server is configured. */
    stunServerAddress?: string;
    /** Its port. */
    stunServerPort?: number;
    /** The TURN server that the server uses: `user:password@address:port?transport=udp`. */
    turnUrl?: string;
}

/** A kind of media that flows between elements. */
export type KurentoMedia = "audio" | "video" | "data";

/** Which media is meant. */
export interface KurentoConnectOptions {
    /** One kind of media. Default: all. */
    media?: KurentoMedia;
}

/** Options of the connection of this page to a `WebRtcEndpoint`. */
export interface KurentoLinkOptions {
    /** The tracks to send, at most one audio track and one video track. Default: none. */
    send?: readonly TrackLike[];
    /** The kinds of media to receive. Default: audio and video. */
    receive?: MediaKind[];
    /** STUN and TURN servers that the browser uses. Default: none. */
    iceServers?: IceServer[];
    /** Which candidates the browser may use. Default: `"all"`. */
    iceTransportPolicy?: IceTransportPolicy;
}

/**
 * The options of the types that `KurentoObject.create` knows. Declare more for the modules of a server:
 * `declare module "moim" { interface KurentoTypes { ChromaFilter: { window: object } } }`.
 */
export interface KurentoTypes {
    PlayerEndpoint: { uri: string };
    RecorderEndpoint: { uri: string; mediaProfile?: KurentoMediaProfile; stopOnEndOfStream?: boolean };
    RtpEndpoint: Record<string, unknown>;
    HttpPostEndpoint: Record<string, unknown>;
    Composite: { width?: number; height?: number; framerate?: number };
    Mixer: Record<string, unknown>;
    AlphaBlending: Record<string, unknown>;
    Dispatcher: Record<string, unknown>;
    DispatcherOneToMany: Record<string, unknown>;
}

/** The container and codecs of a recording. One with audio and video needs both: see the profiles with one of them. */
export type KurentoMediaProfile = "WEBM" | "WEBM_AUDIO_ONLY" | "WEBM_VIDEO_ONLY" | "MP4" | "MP4_AUDIO_ONLY" | "MP4_VIDEO_ONLY" | "MKV";

/** What an endpoint plays. Zeros until it runs. */
export interface KurentoVideoInfo {
    readonly isSeekable: boolean;
    /** The first and the last position that can be sought, in ms. */
    readonly seekableInit: number;
    readonly seekableEnd: number;
    /** In ms. */
    readonly duration: number;
}

/** The parameters and results of the operations that `KurentoObject.invoke` knows. Others may be declared. */
export interface KurentoOperations {
    play: [void, null];
    record: [void, null];
    pause: [void, null];
    stop: [void, null];
    /** Resolves when the file is complete. */
    stopAndWait: [void, null];
    getState: [void, "START" | "PAUSE" | "STOP"];
    getUri: [void, string];
    /** In ms. */
    getPosition: [void, number];
    setPosition: [{ position: number }, null];
    getVideoInfo: [void, KurentoVideoInfo];
    generateOffer: [void, string];
    processOffer: [{ offer: string }, string];
    processAnswer: [{ answer: string }, string];
    getName: [void, string];
    setName: [{ name: string }, null];
    /** By id. Kurento's own names of the members. */
    getStats: [{ mediaType?: "AUDIO" | "VIDEO" } | void, Record<string, { readonly id: string; readonly type: string; readonly [member: string]: unknown }>];
    isMediaFlowingIn: [{ mediaType: "AUDIO" | "VIDEO" | "DATA" }, boolean];
    isMediaFlowingOut: [{ mediaType: "AUDIO" | "VIDEO" | "DATA" }, boolean];
}

/** The events that `KurentoObject.events` knows. Others may be declared. */
export interface KurentoEvents {
    EndOfStream: {};
    Error: { readonly description: string };
    UriEndpointStateChanged: { readonly state: "START" | "PAUSE" | "STOP" };
    Recording: {};
    Paused: {};
    Stopped: {};
    MediaStateChanged: { readonly oldState: string; readonly newState: "CONNECTED" | "DISCONNECTED" };
    MediaFlowInStateChanged: { readonly mediaType: string; readonly state: "FLOWING" | "NOT_FLOWING" };
    MediaFlowOutStateChanged: { readonly mediaType: string; readonly state: "FLOWING" | "NOT_FLOWING" };
    ConnectionStateChanged: { readonly oldState: string; readonly newState: string };
    DataChannelOpened: { readonly channelId: number };
    DataChannelClosed: { readonly channelId: number };
}

export interface KurentoObject {
    /** Creates an element in this pipeline, or a port of this hub: of any type that the server has, with the options of that type. */
    create<T extends string>(
    type: T | keyof KurentoTypes,
    options?: T extends keyof KurentoTypes ? KurentoTypes[T] : Record<string, unknown>,
    ): Promise<KurentoObject>;
    /**
     * Calls an operation that the type has, such as `play` of a `PlayerEndpoint`, and resolves with its result. A property is read with `getName` and
     * set with `setName`, whose parameter has the property's name.
     */
    invoke<O extends string>(
    operation: O | keyof KurentoOperations,
    parameters?: O extends keyof KurentoOperations ? KurentoOperations[O][0] : Record<string, unknown>,
    ): Promise<O extends keyof KurentoOperations ? KurentoOperations[O][1] : any>;
    /**
     * The events of a type, from now on: `for await (const event of player.events("EndOfStream"))`. An error ends it: the object has no such event.
     * Ends when the object is released.
     */
    events<E extends string>(
    type: E | keyof KurentoEvents,
    ): AsyncIterableIterator<{ readonly type: string; readonly source: string } & (E extends keyof KurentoEvents ? KurentoEvents[E] : Record<string, any>)>;
}


/** One check of a diagnosis, in the order of the report. */
export type DiagnosisCheckName =
| "secureContext"
| "cameraPermission"
| "microphonePermission"
| "camera"
| "microphone"
| "speaker"
| "signaling"
| "stun"
| "turnUdp"
| "turnTcp"
| "turnTls"
| "media";


/** Options for calling a method of a participant. */
export interface CallOptions {
    /** Milliseconds to wait for the result, from 1 to 2147483647. Default: 15000. */
    timeoutMs?: number;
    /** Ends the waiting with ERR_ABORTED. The handler may be executed nevertheless. */
    signal?: AbortSignal;
}

/** A call of another participant. */
export interface RpcInvocation {
    /** The caller. */
    readonly participantId: ParticipantId;
    /** How long the caller waits for the result, in milliseconds. */
    readonly timeoutMs: number;
}

/**
 * Thrown by the handler of a method, it arrives at the caller, with a message of at most 256 bytes and `data` of at most
 * 15 KiB as JSON. For other errors the caller gets ERR_RPC_FAILED, and they are reported like an exception in an event
 * listener.
 * @example
 * room.registerRpc("seats", () => {
 *   throw new RpcError(409, "the room is full", { seats: 0 });
 * });
 */
export class RpcError extends Error {
    /** @throws {MoimError} ERR_INVALID_OPTIONS if the code is not a whole number from 1 to 4294967295. */
    constructor(rpcCode: number, message: string, data?: unknown);
    readonly name: "RpcError";
    readonly code: "ERR_RPC_APPLICATION";
    /** The application's code, from 1 to 4294967295. Those from 1001 to 1999 are LiveKit's and moim's own. */
    readonly rpcCode: number;
    /** More about it: a value that JSON can express, in at most 15 KiB. */
    readonly data?: unknown;
}

export interface Room {
    /**
     * Registers the handler of a method, which the other participants call with `call`. It may be registered before the room
     * is joined, so that no call is missed. Calls may overlap. Returns a function that removes the handler; leaving the room does
     * so, too.
     * @throws {MoimError} ERR_INVALID_STATE if the room is left, or the method has a handler; ERR_INVALID_OPTIONS if the
     * name is not 1 to 64 bytes long, or the handler is not a function.
     * @example
     * const remove = room.registerRpc<[number, number], number>("divide", ([a, b]) => {
     *   if (b === 0) throw new RpcError(1, "division by zero");
     *   return a / b;
     * });
     */
    registerRpc<Payload = any, Result = unknown>(
    method: string,
    handler: (payload: Payload, invocation: RpcInvocation) => Result | PromiseLike<Result>,
    ): () => void;
    /**
     * Calls a method of another participant. Resolves with what its handler returns. The handler is executed at most once,
     * even if a connection is replaced meanwhile. The payload and the result are at most 15 KiB as JSON.
     * @throws {MoimError} ERR_RPC_APPLICATION if the handler threw an `RpcError`; ERR_RPC_FAILED if it failed otherwise;
     * ERR_RPC_NO_HANDLER; ERR_TIMEOUT after `timeoutMs`, even if the cause is that the participant lacks the permission `"data"`;
     * ERR_RPC_PARTICIPANT_LEFT if it left; ERR_RPC_CONNECTION_LOST if the room was left, or the connection to the
     * participant was lost for good; ERR_DATA_TOO_LARGE; ERR_DATA_UNKNOWN_PARTICIPANT if there is no such participant;
     * ERR_DATA_QUEUE_FULL if 64 calls to the participant have no result yet, or too much is queued; ERR_INVALID_STATE unless the room is joined;
     * ERR_INVALID_OPTIONS if JSON cannot express the payload; ERR_ROOM_NOT_PERMITTED without the permission `"data"`;
     * ERR_ABORTED when its `signal` is aborted.
     * @example
     * const three = await room.call<number>(participant, "divide", [6, 2], { timeoutMs: 5000 });
     */
    call<Result = unknown>(
    to: ParticipantLike,
    method: string,
    payload?: unknown,
    options?: CallOptions,
    ): Promise<Result>;
}


/** Options of a pre-call check. */
export interface DiagnoseOptions extends AbortOptions {
    /** The URL of the signaling server, as in `RoomOptions`. Default: `/ws` on the server of the page. */
    url?: string;
    /** Whether to check the signaling server, which also provides STUN and TURN servers. Default: true. */
    signaling?: boolean;
    /** STUN and TURN servers to check in addition to those of the signaling server. Default: none. */
    iceServers?: IceServer[];
    /** The camera to check; `null` for none. Default: the browser's choice. */
    camera?: Omit<CameraOptions, "signal"> | null;
    /** The microphone to check; `null` for none. Default: the browser's choice. */
    microphone?: Omit<MicrophoneOptions, "signal"> | null;
    /** Whether to play a tone that the microphone should hear. Default: true. */
    speaker?: boolean;
    /** Milliseconds for which media is measured, from 1000 to 60000. Default: 5000. */
    mediaDurationMs?: number;
}

/** A running pre-call check, and an iterator of its updates. */
export interface Diagnosis extends AsyncIterableIterator<DiagnosisUpdate> {
    /**
     * Resolves with the report when all checks are done. A plain object, for `JSON.stringify`.
     * @throws {MoimError} ERR_ABORTED when the `signal` is aborted.
     */
    readonly report: Promise<DiagnosisReport>;
}

/** A check started or ended. */
export interface DiagnosisUpdate {
    /** The check. */
    readonly check: DiagnosisCheckName;
    /** Its result. `null` when it starts. */
    readonly result: DiagnosisCheck | null;
}

/** `"warning"`: calls are possible, but may be impaired. `"skipped"`: there was nothing to check, or it was not possible. */
export type DiagnosisVerdict = "passed" | "warning" | "failed" | "skipped";

/** The result of one check. */
export interface DiagnosisCheck {
    /** The check. */
    readonly check: DiagnosisCheckName;
    /** The verdict. */
    readonly verdict: DiagnosisVerdict;
    /** What was found, which determines `verdict`, `summary` and `advice`. More are added in later versions. */
    readonly finding: DiagnosisFinding;
    /** One sentence in English for a user. */
    readonly summary: string;
    /** What to do about it, in English; empty if there is nothing to do. */
    readonly advice: string;
    /** The message of a server or of the browser, if it says more. */
    readonly detail: string | null;
    /** How long it took, in milliseconds. */
    readonly durationMs: number;
    /** The measurements; which ones depends on the check, and on what the browser reports. */
    readonly measurements: DiagnosisMeasurements;
}

/** What a check has measured. Names ending in `Ms` are milliseconds. */
export interface DiagnosisMeasurements {
    /** Camera, microphone: the device's name. */
    readonly label?: string;
    /** Camera: width in pixels. */
    readonly width?: number;
    /** Camera: height in pixels. */
    readonly height?: number;
    /** Camera: frames per second. */
    readonly frameRate?: number;
    /** Camera: mean brightness, from 0 (black) to 1. */
    readonly brightness?: number;
    /** Microphone: the loudest level (root mean square), from 0 to 1. */
    readonly level?: number;
    /** Speaker: how much louder the microphone was during the tone, in dB. */
    readonly toneDb?: number;
    /** Signaling: the time until the socket was open. TURN: until data could be sent. */
    readonly connectMs?: number;
    /** Signaling: the time until the room was joined. */
    readonly joinMs?: number;
    /** Signaling, TURN, media: the round-trip time. */
    readonly roundTripTimeMs?: number;
    /** STUN: the public address of this device. */
    readonly mappedAddress?: string;
    /** STUN: the public port. */
    readonly mappedPort?: number;
    /** STUN: the time to gather candidates. */
    readonly gatheringMs?: number;
    /** TURN: the address of the relay. */
    readonly relayAddress?: string;
    /** TURN: bytes that were sent through it and came back. */
    readonly bytes?: number;
    /** Media: the time that ICE took. */
    readonly iceMs?: number;
    /** Media: the time that DTLS took after ICE. */
    readonly dtlsMs?: number;
    /** Media: the received bit rate in bit/s, with all headers. */
    readonly bitrate?: number;
    /** Media: the estimated available bandwidth in bit/s (Chromium). */
    readonly availableBitrate?: number;
    /** Media: fraction of packets lost, from 0 to 1. */
    readonly packetLoss?: number;
    /** Media: the jitter. */
    readonly jitterMs?: number;
    /** Media: the mean opinion score of audio by the E-model (ITU-T G.107), from 1 to 4.41. */
    readonly mos?: number;
    /** Media: decoded frames per second, of 30. */
    readonly framesPerSecond?: number;
    /** Media: fraction of the time that the CPU limited the encoder, from 0 to 1 (Chromium). */
    readonly limitedByCpu?: number;
}

/** The video to send on this network. */
export interface DiagnosisRecommendation {
    /** Width in pixels. */
    readonly width: number;
    /** Height in pixels. */
    readonly height: number;
    /** Frames per second. */
    readonly frameRate: number;
    /** The maximum bit rate in bit/s. */
    readonly maxBitrate: number;
}

/**
 * The report of a diagnosis. It has the names of the devices, and the public address if there is a STUN server, but no
 * credentials.
 */
export interface DiagnosisReport {
    /** The version of this schema: it increases when a member is removed or gets another meaning. */
    readonly version: 1;
    /**
     * The worst verdict of all checks. A STUN or TURN server that fails is only a warning as long as media flows, because a
     * call needs only one way.
     */
    readonly verdict: DiagnosisVerdict;
    /** When it started, in milliseconds since 1970. */
    readonly startedAt: number;
    /** How long it took, in milliseconds. */
    readonly durationMs: number;
    /** `navigator.userAgent`. */
    readonly userAgent: string;
    /** The results, in a fixed order. */
    readonly checks: readonly DiagnosisCheck[];
    /** The video to send. `null` if the network was not measured, because no TURN server works, or is too slow for video. */
    readonly recommendation: DiagnosisRecommendation | null;
}


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


/** Options of an operation that waits for a user or the network, and can be aborted. */
export interface AbortOptions {
    /**
     * Aborts the operation: its promise rejects with a `MoimError` whose `name` is `"AbortError"`, whose `code` is
     * `"ERR_ABORTED"` and whose `cause` is the signal's `reason`. A late result is undone: a camera is stopped,
     * a room is left, a file is cancelled.
     * @see https://dom.spec.whatwg.org/#interface-abortsignal
     */
    signal?: AbortSignal;
}
export interface AcceptOptions extends AbortOptions {}
export interface CameraOptions extends AbortOptions {}
export interface ChatOptions extends AbortOptions {}
export interface DataOptions extends AbortOptions {}
export interface DisplayOptions extends AbortOptions {}
export interface FileOptions extends AbortOptions {}
export interface JoinOptions extends AbortOptions {}
export interface MicrophoneOptions extends AbortOptions {}
export interface PublishOptions extends AbortOptions {}
export interface SendFileOptions extends AbortOptions {}


/** The cause of a MoimError. */
export type ErrorCode =
/** The user, a permissions policy or the system denied capture. */
| "ERR_MEDIA_NOT_ALLOWED"
/** The device does not exist. */
| "ERR_MEDIA_NOT_FOUND"
/** The device is in use or broken. */
| "ERR_MEDIA_NOT_READABLE"
/** No device satisfies a constraint. */
| "ERR_MEDIA_OVERCONSTRAINED"
/** The device failed to start. */
| "ERR_MEDIA_ABORTED"
/** Devices require https or localhost. */
| "ERR_MEDIA_INSECURE_CONTEXT"
/** The offer/answer exchange failed. */
| "ERR_NEGOTIATION"
/** The signaling server cannot be reached. */
| "ERR_SIGNALING_UNREACHABLE"
/** The connection to the signaling server was lost. */
| "ERR_SIGNALING_LOST"
/** The signaling server sent an invalid message. */
| "ERR_SIGNALING_UNDECODABLE"
/** The signaling server rejected a request, for another reason than those below. */
| "ERR_SIGNALING_REFUSED"
/** The room is full. */
| "ERR_ROOM_FULL"
/** The room has another topology, or the server does not support this one. */
| "ERR_ROOM_TOPOLOGY"
/** The room needs a mixer, and has none. */
| "ERR_ROOM_NO_MIXER"
/** The host did not admit this participant. */
| "ERR_ROOM_NOT_ADMITTED"
/** The host removed this participant from the room. */
| "ERR_ROOM_REMOVED"
/** This participant has resumed over another connection, such as another tab's. */
| "ERR_ROOM_SUPERSEDED"
/** The room already exists, and cannot be joined as its host. */
| "ERR_ROOM_HOST_REFUSED"
/** The server requires a token to join. */
| "ERR_ROOM_TOKEN_MISSING"
/** The token is malformed, or not of this server. */
| "ERR_ROOM_TOKEN_INVALID"
/** The token has expired. */
| "ERR_ROOM_TOKEN_EXPIRED"
/** The token is for another room. */
| "ERR_ROOM_TOKEN_WRONG_ROOM"
/** This participant's token does not permit it. */
| "ERR_ROOM_NOT_PERMITTED"
/** A data message is too large. */
| "ERR_DATA_TOO_LARGE"
/** Too many data messages are queued for a connection. */
| "ERR_DATA_QUEUE_FULL"
/** No such participant. */
| "ERR_DATA_UNKNOWN_PARTICIPANT"
/** The data channel failed. */
| "ERR_DATA_FAILED"
/** The data channel closed before a message was complete. */
| "ERR_DATA_CLOSED"
/** Messages that were not read in time were dropped. */
| "ERR_DATA_LAGGED"
/** The remote peer does not use moim's framing. */
| "ERR_DATA_MALFORMED"
/** The remote peer declined the file. */
| "ERR_TRANSFER_REJECTED"
/** Either peer cancelled the file. */
| "ERR_TRANSFER_CANCELLED"
/** The channel closed during the transfer, which can be resumed, or the remote peer left the room. */
| "ERR_TRANSFER_INTERRUPTED"
/** The received bytes differ from those of the file. */
| "ERR_TRANSFER_CORRUPT"
/** The file could not be read or written. */
| "ERR_TRANSFER_STORAGE"
/** Either peer cancelled a stream. */
| "ERR_STREAM_CANCELLED"
/** The remote peer of a stream left, or a chunk was lost. */
| "ERR_STREAM_INTERRUPTED"
/** The participant has no handler for the called method. */
| "ERR_RPC_NO_HANDLER"
/** The handler of a call failed, for a reason that it did not give. */
| "ERR_RPC_FAILED"
/** The handler of a call failed with an error of the application. */
| "ERR_RPC_APPLICATION"
/** The called participant left before it responded. */
| "ERR_RPC_PARTICIPANT_LEFT"
/** The connection was lost for good, or the room was left, before a called participant responded. */
| "ERR_RPC_CONNECTION_LOST"
/** The Kurento server no longer has the object: it was released, or the server was restarted. */
| "ERR_KURENTO_OBJECT_LOST"
/** The Kurento server refused a call. */
| "ERR_KURENTO_REFUSED"
/** Too many calls wait for the Kurento server. */
| "ERR_KURENTO_QUEUE_FULL"
/** A recording failed. */
| "ERR_RECORDER"
/** The operation is not possible in this state. */
| "ERR_INVALID_STATE"
/** An argument or option is invalid. */
| "ERR_INVALID_OPTIONS"
/** The caller aborted the operation. */
| "ERR_ABORTED"
/** An operation timed out. */
| "ERR_TIMEOUT"
/** The browser, or the room's server, does not have the feature. */
| "ERR_UNSUPPORTED"
/** A part of the package that is fetched when it is first used is not served, or cannot be compiled. */
| "ERR_CHUNK_NOT_LOADED"
/** Any other exception of the browser. */
| "ERR_BROWSER"
| InitErrorCode;


/** The options of `openStream`. */
export interface StreamOptions {
    /** Whether the stream carries bytes or text. Default: `"bytes"`. */
    kind?: StreamKind;
    /** The topic, chosen by the application. Default: `""`. */
    topic?: string;
    /** Further properties, by name. With the topic at most 8 KiB as JSON. Default: none. */
    attributes?: Record<string, string>;
    /** The size in bytes, if it is known. It is a hint for the receiver, and not checked. */
    size?: number;
}

/** A stream that another participant opened: see the event `streamopened`. */
export type IncomingStream = IncomingByteStream | IncomingTextStream;

export interface IncomingStreamInfo {
    /** The topic, or `""`. */
    topic: string;
    /** Further properties, by name. */
    attributes: Record<string, string>;
    /** The size in bytes, if the sender gave one. It is not checked. */
    size?: number;
}

export interface IncomingByteStream extends IncomingStreamInfo {
    kind: "bytes";
    /**
     * The bytes, in order. Chunks need not be those that were written. Reading fails with ERR_STREAM_CANCELLED if the
     * writer aborts the stream, and with ERR_STREAM_INTERRUPTED if the writer leaves. `cancel(reason)` sends the reason
     * to the writer.
     */
    readable: ReadableStream<Uint8Array>;
}

export interface IncomingTextStream extends IncomingStreamInfo {
    kind: "text";
    /** The text, in order; otherwise as `IncomingByteStream.readable`. A chunk never ends within a character. */
    readable: ReadableStream<string>;
}

export interface Room {
    /**
     * Opens a stream to one participant, who gets the event `streamopened`. At most 256 KiB are sent ahead of the reader:
     * then writes wait until it reads. `close()` resolves when all bytes have arrived, `abort(reason)` sends the reason
     * to the reader.
     *
     * The stream fails with ERR_STREAM_CANCELLED if the reader cancels it or nobody reads it, with ERR_STREAM_INTERRUPTED
     * if the participant leaves or a lost connection is not replaced, and with ERR_INVALID_OPTIONS if a chunk is not of its kind.
     *
     * @param to the participant who reads
     * @returns a stream that takes strings if `kind` is `"text"`, and otherwise an `ArrayBuffer` or a view of one
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_UNKNOWN_PARTICIPANT if there is no such
     * participant; ERR_DATA_CLOSED if there is no connection to them; ERR_DATA_TOO_LARGE if topic and attributes exceed 8
     * KiB; ERR_INVALID_OPTIONS; ERR_ROOM_NOT_PERMITTED without the permission `"data"`.
     * @example
     * const writer = room.openStream(participant, { kind: "text", topic: "captions" }).getWriter();
     * try {
     *   await writer.write("Hello");
     *   await writer.close();
     * } catch (error) {
     *   console.warn((error as MoimError).code); // such as ERR_STREAM_CANCELLED
     * }
     *
     * // The other participant:
     * room.addEventListener("streamopened", async ({ detail: { stream } }) => {
     *   if (stream.kind !== "text") return;
     *   const reader = stream.readable.getReader(); // Safari has no `for await` for streams
     *   try {
     *     for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) captions.append(value!);
     *   } catch (error) {
     *     console.warn((error as MoimError).code); // such as ERR_STREAM_INTERRUPTED
     *   }
     * });
     */
    openStream(to: ParticipantLike, options: StreamOptions & { kind: "text" }): WritableStream<string>;
    openStream(to: ParticipantLike, options?: StreamOptions & { kind?: "bytes" }): WritableStream<ArrayBuffer | ArrayBufferView>;
}


/** The whole connection: <https://www.w3.org/TR/webrtc-stats/#pcstats-dict*>. */
export interface PeerConnectionStats extends BaseStats {
    readonly type: "peer-connection";
    /** Data channels that were opened. */
    readonly dataChannelsOpened?: number;
    /** Data channels that were closed after opening. */
    readonly dataChannelsClosed?: number;
}

/** A data channel: <https://www.w3.org/TR/webrtc-stats/#dcstats-dict*>. */
export interface DataChannelStats extends BaseStats {
    readonly type: "data-channel";
    /** Its label. */
    readonly label?: string;
    /** Its subprotocol. */
    readonly protocol?: string;
    /** Its `id`. */
    readonly dataChannelIdentifier?: number;
    /** The state. */
    readonly state: StatsChannelState;
    /** Messages sent. */
    readonly messagesSent?: number;
    /** Bytes sent. */
    readonly bytesSent?: number;
    /** Messages received. */
    readonly messagesReceived?: number;
    /** Bytes received. */
    readonly bytesReceived?: number;
}

/** A transport, ICE and DTLS: <https://www.w3.org/TR/webrtc-stats/#transportstats-dict*>. */
export interface TransportStats extends BaseStats {
    readonly type: "transport";
    /** Packets sent. */
    readonly packetsSent?: number;
    /** Packets received. */
    readonly packetsReceived?: number;
    /** Bytes sent. */
    readonly bytesSent?: number;
    /** Bytes received. */
    readonly bytesReceived?: number;
    /** The ICE role of the local peer. */
    readonly iceRole?: StatsIceRole;
    /** The local ICE user name fragment. */
    readonly iceLocalUsernameFragment?: string;
    /** The state of the DTLS transport. */
    readonly dtlsState: StatsDtlsTransportState;
    /** The state of the ICE transport. */
    readonly iceState?: StatsIceTransportState;
    /** The id of the selected `candidate-pair`. */
    readonly selectedCandidatePairId?: string;
    /** The id of the local `certificate`. */
    readonly localCertificateId?: string;
    /** The id of the remote `certificate`. */
    readonly remoteCertificateId?: string;
    /** The DTLS version as four hexadecimal digits, such as `"FEFC"` for DTLS 1.3. */
    readonly tlsVersion?: string;
    /** The DTLS cipher suite. */
    readonly dtlsCipher?: string;
    /** The DTLS role of the local peer. */
    readonly dtlsRole?: StatsDtlsRole;
    /** The SRTP cipher suite. */
    readonly srtpCipher?: string;
    /** Number of times that the selected pair changed. */
    readonly selectedCandidatePairChanges?: number;
    /** Congestion feedback messages of RFC 8888 sent. */
    readonly ccfbMessagesSent?: number;
    /** Congestion feedback messages of RFC 8888 received. */
    readonly ccfbMessagesReceived?: number;
}

/** An ICE candidate: <https://www.w3.org/TR/webrtc-stats/#icecandidate-dict*>. */
export interface IceCandidateStats extends BaseStats {
    readonly type: "local-candidate" | "remote-candidate";
    /** The id of the transport's entry. */
    readonly transportId: string;
    /** The address. Null if the browser hides it. */
    readonly address?: string | null;
    /** The port. */
    readonly port?: number;
    /** `"udp"` or `"tcp"`. */
    readonly protocol?: string;
    /** The type. */
    readonly candidateType: StatsCandidateType;
    /** The priority (RFC 8445). */
    readonly priority?: number;
    /** The STUN or TURN server that provided it. */
    readonly url?: string;
    /** The transport protocol to the TURN server. */
    readonly relayProtocol?: StatsRelayProtocol;
    /** The foundation: equal for candidates of the same type and base. */
    readonly foundation?: string;
    /** The related address. */
    readonly relatedAddress?: string;
    /** The related port. */
    readonly relatedPort?: number;
    /** The ICE user name fragment. */
    readonly usernameFragment?: string;
    /** The type of a TCP candidate. */
    readonly tcpType?: StatsTcpType;
    /** The older name of `address`. Chromium only. */
    readonly ip?: string;
    /** Whether it is a remote candidate. Chromium only. */
    readonly isRemote?: boolean;
    /** The adapter type, such as `"ethernet"` or `"wifi"`. Chromium only. */
    readonly networkType?: string;
    /** The network type, such as `"wifi"` or `"cellular4g"`. Chromium only. */
    readonly networkAdapterType?: string;
    /** Whether it uses a VPN. Chromium only. */
    readonly vpn?: boolean;
    /** Which of several addresses is reported. Firefox only. */
    readonly proxied?: string;
}

/** A candidate pair: <https://www.w3.org/TR/webrtc-stats/#candidatepair-dict*>. */
export interface IceCandidatePairStats extends BaseStats {
    readonly type: "candidate-pair";
    /** The id of the transport's entry. */
    readonly transportId: string;
    /** The id of the `local-candidate`. */
    readonly localCandidateId: string;
    /** The id of the `remote-candidate`. */
    readonly remoteCandidateId: string;
    /** The state of its check. */
    readonly state: StatsCandidatePairState;
    /** Whether it was nominated. */
    readonly nominated?: boolean;
    /** Packets sent. */
    readonly packetsSent?: number;
    /** Packets received. */
    readonly packetsReceived?: number;
    /** Bytes sent, without headers. */
    readonly bytesSent?: number;
    /** Bytes received, without headers. */
    readonly bytesReceived?: number;
    /** When the last packet was sent, in milliseconds since 1970. */
    readonly lastPacketSentTimestamp?: number;
    /** When the last packet was received, in milliseconds since 1970. */
    readonly lastPacketReceivedTimestamp?: number;
    /** Total round-trip time of all checks, in seconds. */
    readonly totalRoundTripTime?: number;
    /** Round-trip time of the last check, in seconds. */
    readonly currentRoundTripTime?: number;
    /** Estimated available send bandwidth, in bit/s. */
    readonly availableOutgoingBitrate?: number;
    /** Estimated available receive bandwidth, in bit/s. */
    readonly availableIncomingBitrate?: number;
    /** Connectivity checks received. */
    readonly requestsReceived?: number;
    /** Connectivity checks sent. */
    readonly requestsSent?: number;
    /** Check responses received. */
    readonly responsesReceived?: number;
    /** Check responses sent. */
    readonly responsesSent?: number;
    /** Consent checks sent (RFC 7675). */
    readonly consentRequestsSent?: number;
    /** Packets discarded by the socket. */
    readonly packetsDiscardedOnSend?: number;
    /** Bytes discarded by the socket. */
    readonly bytesDiscardedOnSend?: number;
    /** The priority (RFC 8445). Not in the specification. */
    readonly priority?: number;
    /** Whether local checks were answered. Not in the specification. */
    readonly writable?: boolean;
    /** Whether remote checks were received. Firefox only. */
    readonly readable?: boolean;
    /** Whether it is the selected pair. Firefox only. */
    readonly selected?: boolean;
}

/** A certificate: <https://www.w3.org/TR/webrtc-stats/#certificatestats-dict*>. */
export interface CertificateStats extends BaseStats {
    readonly type: "certificate";
    /** Its fingerprint, as in the session description. */
    readonly fingerprint: string;
    /** The hash algorithm of the fingerprint, such as `"sha-256"`. */
    readonly fingerprintAlgorithm: string;
    /** The certificate, DER in base64. */
    readonly base64Certificate: string;
    /** The id of its issuer's certificate. */
    readonly issuerCertificateId?: string;
}



/** What a check has found, for translations of its summary and advice. */
export type DiagnosisFinding =
| "timedOut"
| "checkFailed"
| "secure"
| "insecure"
| "permissionGranted"
| "permissionPrompt"
| "permissionDenied"
| "permissionUnknown"
| "deviceDenied"
| "deviceNotFound"
| "deviceBusy"
| "deviceUnsuitable"
| "deviceFailed"
| "deviceNotAllowedYet"
| "cameraWorks"
| "cameraBlack"
| "cameraFrozen"
| "microphoneWorks"
| "microphoneQuiet"
| "microphoneSilent"
| "audioBlocked"
| "speakerHeard"
| "speakerNotHeard"
| "speakerNeedsMicrophone"
| "signalingWorks"
| "signalingUnreachable"
| "signalingRefused"
| "signalingLost"
| "signalingSilent"
| "stunMapped"
| "stunUnmapped"
| "stunUnreachable"
| "stunMissing"
| "turnWorks"
| "turnUnreachable"
| "turnRefused"
| "turnNoRelay"
| "turnNoData"
| "turnMissing"
| "mediaWorks"
| "mediaLocal"
| "mediaPoor"
| "mediaSlow"
| "mediaCpu"
| "mediaMissing"
| "mediaNotConnected";


/** What limits an encoder: <https://www.w3.org/TR/webrtc-stats/#rtcqualitylimitationreason-enum>. */
export type StatsQualityLimitationReason = | "none" | "cpu" | "bandwidth" | "other";

/** The state of a candidate pair: <https://www.w3.org/TR/webrtc-stats/#rtcstatsicecandidatepairstate-enum>. */
export type StatsCandidatePairState = | "frozen" | "waiting" | "in-progress" | "inprogress" | "failed" | "succeeded" | "cancelled";

/** The ICE role: <https://www.w3.org/TR/webrtc/#rtcicerole-enum>. */
export type StatsIceRole = | "unknown" | "controlling" | "controlled";

/** The state of an ICE transport: <https://www.w3.org/TR/webrtc/#rtcicetransportstate-enum>. */
export type StatsIceTransportState = | "new" | "checking" | "connected" | "completed" | "disconnected" | "failed" | "closed";

/** The state of a DTLS transport: <https://www.w3.org/TR/webrtc/#rtcdtlstransportstate-enum>. */
export type StatsDtlsTransportState = | "new" | "connecting" | "connected" | "closed" | "failed";

/** The DTLS role: <https://www.w3.org/TR/webrtc-stats/#dom-rtcdtlsrole>. */
export type StatsDtlsRole = | "client" | "server" | "unknown";

/** The type of an ICE candidate: <https://www.w3.org/TR/webrtc/#rtcicecandidatetype-enum>. */
export type StatsCandidateType = | "host" | "srflx" | "prflx" | "relay";

/** The transport protocol to a TURN server: <https://www.w3.org/TR/webrtc/#rtciceservertransportprotocol-enum>. */
export type StatsRelayProtocol = | "udp" | "tcp" | "tls";

/** The type of a TCP candidate: <https://www.w3.org/TR/webrtc/#rtcicetcpcandidatetype-enum>. */
export type StatsTcpType = | "active" | "passive" | "so";

/** The state of a data channel: <https://www.w3.org/TR/webrtc/#rtcdatachannelstate-enum>. */
export type StatsChannelState = | "connecting" | "open" | "closing" | "closed";



/** `MediaTrackCapabilities`: the supported values of a track, as far as the browser reports them. */
export interface TrackCapabilities {
    /** The id of the device. */
    deviceId?: string;
    /** The id of the physical device, which may have several inputs and outputs. */
    groupId?: string;
    /** The direction in which the camera faces. */
    facingMode?: string[];
    /** Width in pixels. */
    width?: NumberRange;
    /** Height in pixels. */
    height?: NumberRange;
    /** Width divided by height. */
    aspectRatio?: NumberRange;
    /** Frames per second. */
    frameRate?: NumberRange;
    /** Whether the browser may crop or scale to get other resolutions than the camera's own. */
    resizeMode?: string[];
    /** Sample rate in Hz. */
    sampleRate?: NumberRange;
    /** Sample size in bits. */
    sampleSize?: NumberRange;
    /** Number of audio channels. */
    channelCount?: NumberRange;
    /** Latency in seconds. */
    latency?: NumberRange;
    /** Echo cancellation: removes the sound of the speakers. */
    echoCancellation?: (boolean | string)[];
    /** Noise suppression. */
    noiseSuppression?: boolean[];
    /** Automatic gain control. */
    autoGainControl?: boolean[];
    /** Voice isolation: keeps only the user's voice. */
    voiceIsolation?: boolean[];
    /** Blurs the background. */
    backgroundBlur?: boolean[];
    /** Keeps the user's face in the middle. */
    faceFraming?: boolean[];
    /** Corrects the user's gaze towards the camera. */
    eyeGazeCorrection?: boolean[];
    /** Horizontal rotation of the camera in arc seconds. */
    pan?: NumberRange;
    /** Vertical rotation of the camera in arc seconds. */
    tilt?: NumberRange;
    /** Zoom, in device-specific units. */
    zoom?: NumberRange;
    /** The camera's light. */
    torch?: boolean[];
    /** How exposure is controlled. */
    exposureMode?: string[];
    /** Exposure time in units of 100 microseconds. */
    exposureTime?: NumberRange;
    /** Exposure compensation, in exposure value (EV) steps. */
    exposureCompensation?: NumberRange;
    /** How focus is controlled. */
    focusMode?: string[];
    /** Focus distance in metres. */
    focusDistance?: NumberRange;
    /** How white balance is controlled. */
    whiteBalanceMode?: string[];
    /** Colour temperature in kelvin. */
    colorTemperature?: NumberRange;
    /** ISO sensitivity. */
    iso?: NumberRange;
    /** Brightness, in device-specific units. */
    brightness?: NumberRange;
    /** Contrast, in device-specific units. */
    contrast?: NumberRange;
    /** Saturation, in device-specific units. */
    saturation?: NumberRange;
    /** Sharpness, in device-specific units. */
    sharpness?: NumberRange;
    /** The points at which exposure, focus and white balance are measured. */
    pointsOfInterest?: { x: number; y: number }[];
    /** The type of surface that is shared: a screen, a window or a tab. */
    displaySurface?: string[];
    /** Whether parts of the surface that are hidden on the screen are captured too. */
    logicalSurface?: boolean[];
    /** When the cursor is captured. */
    cursor?: string[];
    /** Mutes a shared tab's local playback while it is shared. */
    suppressLocalAudioPlayback?: boolean[];
    /** Excludes this page's own audio from the capture. */
    restrictOwnAudio?: boolean[];
}


/** `MediaTrackConstraintSet`: constraints on a track. Omitted properties are unconstrained. */
export interface ConstraintSet {
    /** The id of the device. */
    deviceId?: ConstrainDOMString;
    /** The id of the physical device, which may have several inputs and outputs. */
    groupId?: ConstrainDOMString;
    /** The direction in which the camera faces. */
    facingMode?: ConstrainWord<FacingMode>;
    /** Width in pixels. */
    width?: ConstrainULong;
    /** Height in pixels. */
    height?: ConstrainULong;
    /** Width divided by height. */
    aspectRatio?: ConstrainDouble;
    /** Frames per second. */
    frameRate?: ConstrainDouble;
    /** Whether the browser may crop or scale to get other resolutions than the camera's own. */
    resizeMode?: ConstrainWord<ResizeMode>;
    /** Sample rate in Hz. */
    sampleRate?: ConstrainULong;
    /** Sample size in bits. */
    sampleSize?: ConstrainULong;
    /** Number of audio channels. */
    channelCount?: ConstrainULong;
    /** Latency in seconds. */
    latency?: ConstrainDouble;
    /** Echo cancellation: removes the sound of the speakers. */
    echoCancellation?: ConstrainEchoCancellation;
    /** Noise suppression. */
    noiseSuppression?: ConstrainBoolean;
    /** Automatic gain control. */
    autoGainControl?: ConstrainBoolean;
    /** Voice isolation: keeps only the user's voice. */
    voiceIsolation?: ConstrainBoolean;
    /** Blurs the background. */
    backgroundBlur?: ConstrainBoolean;
    /** Keeps the user's face in the middle. */
    faceFraming?: ConstrainBoolean;
    /** Corrects the user's gaze towards the camera. */
    eyeGazeCorrection?: ConstrainBoolean;
    /** Horizontal rotation of the camera in arc seconds. */
    pan?: boolean | ConstrainDouble;
    /** Vertical rotation of the camera in arc seconds. */
    tilt?: boolean | ConstrainDouble;
    /** Zoom, in device-specific units. */
    zoom?: boolean | ConstrainDouble;
    /** The camera's light. */
    torch?: ConstrainBoolean;
    /** How exposure is controlled. */
    exposureMode?: ConstrainWord<MeteringMode>;
    /** Exposure time in units of 100 microseconds. */
    exposureTime?: ConstrainDouble;
    /** Exposure compensation, in exposure value (EV) steps. */
    exposureCompensation?: ConstrainDouble;
    /** How focus is controlled. */
    focusMode?: ConstrainWord<MeteringMode>;
    /** Focus distance in metres. */
    focusDistance?: ConstrainDouble;
    /** How white balance is controlled. */
    whiteBalanceMode?: ConstrainWord<MeteringMode>;
    /** Colour temperature in kelvin. */
    colorTemperature?: ConstrainDouble;
    /** ISO sensitivity. */
    iso?: ConstrainDouble;
    /** Brightness, in device-specific units. */
    brightness?: ConstrainDouble;
    /** Contrast, in device-specific units. */
    contrast?: ConstrainDouble;
    /** Saturation, in device-specific units. */
    saturation?: ConstrainDouble;
    /** Sharpness, in device-specific units. */
    sharpness?: ConstrainDouble;
    /** The points at which exposure, focus and white balance are measured. */
    pointsOfInterest?: ConstrainPoints;
    /** The type of surface that is shared: a screen, a window or a tab. */
    displaySurface?: ConstrainWord<DisplaySurface>;
    /** Whether parts of the surface that are hidden on the screen are captured too. */
    logicalSurface?: ConstrainBoolean;
    /** When the cursor is captured. */
    cursor?: ConstrainWord<Cursor>;
    /** Mutes a shared tab's local playback while it is shared. */
    suppressLocalAudioPlayback?: ConstrainBoolean;
    /** Excludes this page's own audio from the capture. */
    restrictOwnAudio?: ConstrainBoolean;
}


/** `MediaTrackSettings`: a track's current settings, as far as the browser reports them. */
export interface TrackSettings {
    /** The id of the device. */
    deviceId?: string;
    /** The id of the physical device, which may have several inputs and outputs. */
    groupId?: string;
    /** The direction in which the camera faces. */
    facingMode?: string;
    /** Width in pixels. */
    width?: number;
    /** Height in pixels. */
    height?: number;
    /** Width divided by height. */
    aspectRatio?: number;
    /** Frames per second. */
    frameRate?: number;
    /** Whether the browser may crop or scale to get other resolutions than the camera's own. */
    resizeMode?: string;
    /** Sample rate in Hz. */
    sampleRate?: number;
    /** Sample size in bits. */
    sampleSize?: number;
    /** Number of audio channels. */
    channelCount?: number;
    /** Latency in seconds. */
    latency?: number;
    /** Echo cancellation: removes the sound of the speakers. */
    echoCancellation?: boolean | string;
    /** Noise suppression. */
    noiseSuppression?: boolean;
    /** Automatic gain control. */
    autoGainControl?: boolean;
    /** Voice isolation: keeps only the user's voice. */
    voiceIsolation?: boolean;
    /** Blurs the background. */
    backgroundBlur?: boolean;
    /** Keeps the user's face in the middle. */
    faceFraming?: boolean;
    /** Corrects the user's gaze towards the camera. */
    eyeGazeCorrection?: boolean;
    /** Horizontal rotation of the camera in arc seconds. */
    pan?: number;
    /** Vertical rotation of the camera in arc seconds. */
    tilt?: number;
    /** Zoom, in device-specific units. */
    zoom?: number;
    /** The camera's light. */
    torch?: boolean;
    /** How exposure is controlled. */
    exposureMode?: string;
    /** Exposure time in units of 100 microseconds. */
    exposureTime?: number;
    /** Exposure compensation, in exposure value (EV) steps. */
    exposureCompensation?: number;
    /** How focus is controlled. */
    focusMode?: string;
    /** Focus distance in metres. */
    focusDistance?: number;
    /** How white balance is controlled. */
    whiteBalanceMode?: string;
    /** Colour temperature in kelvin. */
    colorTemperature?: number;
    /** ISO sensitivity. */
    iso?: number;
    /** Brightness, in device-specific units. */
    brightness?: number;
    /** Contrast, in device-specific units. */
    contrast?: number;
    /** Saturation, in device-specific units. */
    saturation?: number;
    /** Sharpness, in device-specific units. */
    sharpness?: number;
    /** The points at which exposure, focus and white balance are measured. */
    pointsOfInterest?: { x: number; y: number }[];
    /** The type of surface that is shared: a screen, a window or a tab. */
    displaySurface?: string;
    /** Whether parts of the surface that are hidden on the screen are captured too. */
    logicalSurface?: boolean;
    /** When the cursor is captured. */
    cursor?: string;
    /** Mutes a shared tab's local playback while it is shared. */
    suppressLocalAudioPlayback?: boolean;
    /** Excludes this page's own audio from the capture. */
    restrictOwnAudio?: boolean;
}


/** `VideoFacingModeEnum`: the direction in which a camera faces. */
export type FacingMode =
| "user"
| "environment"
| "left"
| "right";

/** `VideoResizeModeEnum`: whether the browser may crop or scale to get other resolutions than the camera's own. */
export type ResizeMode =
| "none"
| "crop-and-scale";

/** `MeteringMode`: how exposure, focus or white balance is controlled. */
export type MeteringMode =
| "none"
| "manual"
| "single-shot"
| "continuous";

/** `DisplayCaptureSurfaceType`: the type of surface that is shared. */
export type DisplaySurface =
| "monitor"
| "window"
| "browser";

/** `CursorCaptureConstraint`: when the cursor is captured in a shared display. */
export type Cursor =
| "never"
| "always"
| "motion";

/** `MediaStreamTrack.contentHint`: the type of content, which tells the encoder what to preserve. */
export type ContentHint =
| ""
| "speech"
| "speech-recognition"
| "music"
| "motion"
| "detail"
| "text";

/** An event of a track. */
export type TrackEvent =
| "mute"
| "unmute"
| "ended"
| "configurationchange"
| "capturehandlechange";

/** A permission that a page can have. */
export type PermissionName =
| "camera"
| "microphone"
| "display-capture";

/** `PermissionState`: the state of a permission. */
export type PermissionState =
| "granted"
| "denied"
| "prompt";

/** Whether an option is offered in the dialog that selects what to share. */
export type SurfaceChoice =
| "include"
| "exclude";

/** `WindowAudioPreferenceEnum`: the audio to share with a window. */
export type WindowAudio =
| "exclude"
| "window"
| "system";

/** `CaptureStartFocusBehavior`: which window gets the focus when sharing begins. */
export type FocusBehavior =
| "focus-capturing-application"
| "focus-captured-surface"
| "no-focus-change";



export interface RemoteTrack {
    /**
     * Plays the track in an element, or in a new `<video>` or `<audio>` that the application adds to the page, and
     * starts playback. Returns the element. Several tracks may be attached to one element, such as the camera and the
     * microphone of a participant: they play in sync, and the end of one does not affect the others. A second video
     * track replaces the first. When the track ends, it is detached; an element that this method has created is then
     * removed from the page, unless another track plays in it. Detach it before discarding the element.
     *
     * If the browser requires a user gesture to play audio, the whole element is blocked: see `room.canPlayAudio`.
     * Audio in a separate `<audio>` element does not block the video.
     * @throws {MoimError} ERR_INVALID_STATE when the track has ended; ERR_INVALID_OPTIONS if it is not a media
     * element.
     */
    attach<T extends HTMLMediaElement>(element: T): T;
    attach(): HTMLVideoElement | HTMLAudioElement;
}

export interface LocalTrack {
    /**
     * Plays the track in an element, replacing what it plays, or in a new `<video>` or `<audio>` that the application
     * adds to the page, and starts playback: a preview. Returns the element. It is muted, and mirrored if the track is
     * a camera that faces the user, or has an unknown facing mode: mirrored with the element's `style.scale`. Both can
     * be changed afterwards. When the track ends, it is detached; an element that this method has created is then
     * removed from the page.
     * @throws {MoimError} ERR_INVALID_STATE when the track has ended; ERR_INVALID_OPTIONS if it is not a media
     * element.
     */
    attach<T extends HTMLMediaElement>(element: T): T;
    attach(): HTMLVideoElement | HTMLAudioElement;
}



/**
 * Controls one display capture. Available in Chromium; a missing method results in `ERR_UNSUPPORTED`. Misspelt options
 * and arguments of the wrong type result in `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/screen-capture/#dom-capturecontroller
 * @see https://screen-share.github.io/captured-surface-control/
 * @example
 * const controller = new CaptureController();
 * controller.setFocusBehavior("no-focus-change");
 * const { video } = await controller.captureDisplay();
 */
export class CaptureController {
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` when the zoom level changes.
     */
    addEventListener(type: "zoomlevelchange", listener: (event: Event) => void, options?: boolean | AddEventListenerOptions): void;
    /**
     * Like the function `captureDisplay`, controlled by this object. Can be called once.
     * @throws {MoimError} the codes of the function; ERR_INVALID_STATE the second time, as a controller controls one
     * capture, even after that has ended, and without a recent user gesture.
     */
    captureDisplay(options?: DisplayOptions): Promise<DisplayCapture>;
    /**
     * Decreases the zoom level of the shared tab by one step, under the same conditions.
     * @throws {MoimError} the codes of `increaseZoomLevel`.
     */
    decreaseZoomLevel(options?: AbortOptions): Promise<void>;
    /**
     * Forwards wheel events on `element` to the shared tab, which scrolls; `null` stops it.
     * @throws {MoimError} ERR_INVALID_STATE if no tab is shared; ERR_UNSUPPORTED if the browser has no `forwardWheel`;
     * ERR_MEDIA_NOT_ALLOWED if the user denies it; ERR_INVALID_OPTIONS if it is not an
     * element; ERR_ABORTED when its `signal` is aborted.
     */
    forwardWheel(element: Element | null, options?: AbortOptions): Promise<void>;
    /**
     * Increases the zoom level of the shared tab by one step. Call it from a click handler; the browser may prompt the
     * user.
     * @throws {MoimError} ERR_INVALID_STATE if no tab is shared, or at the last level; ERR_UNSUPPORTED if the browser
     * has no `increaseZoomLevel`; ERR_MEDIA_NOT_ALLOWED if the user denies it, or without a click; ERR_ABORTED when its `signal`
     * is aborted, after which the browser may still do it.
     */
    increaseZoomLevel(options?: AbortOptions): Promise<void>;
    /**
     * Creates a controller without a capture.
     * @throws {MoimError} ERR_UNSUPPORTED if the browser has no `CaptureController`.
     */
    constructor();
    /**
     * Removes a listener.
     */
    removeEventListener(type: "zoomlevelchange", listener: (event: Event) => void, options?: boolean | EventListenerOptions): void;
    /**
     * Resets the zoom level of the shared tab, under the same conditions.
     * @throws {MoimError} the codes of `increaseZoomLevel`.
     */
    resetZoomLevel(options?: AbortOptions): Promise<void>;
    /**
     * Sets which window gets the focus when sharing begins. Call it before the capture or immediately after it.
     * @throws {MoimError} ERR_INVALID_STATE if it is called later, or a screen is shared; ERR_UNSUPPORTED if the
     * browser has no `setFocusBehavior`.
     */
    setFocusBehavior(behavior: FocusBehavior): void;
    /**
     * The supported zoom levels of a shared tab, in percent, in ascending order.
     * @throws {MoimError} ERR_INVALID_STATE if no tab is shared; ERR_UNSUPPORTED if the browser has no
     * `getSupportedZoomLevels`.
     */
    supportedZoomLevels(): number[];
    /**
     * Each new zoom level in percent, including those set by the user in the tab:
     * `for await (const level of it.zoomLevels())`.
     */
    zoomLevels(): AsyncIterableIterator<number>;
    /**
     * The zoom level of the shared tab, in percent. `undefined` if no tab is shared.
     * @throws {MoimError} ERR_UNSUPPORTED if the browser has no `zoomLevel`.
     */
    readonly zoomLevel: number | undefined;
}

/**
 * A channel for messages and files between two peers. It stays open until `close()` is called, or until the
 * remote peer or the connection closes it. Misspelt options, and arguments of the wrong type or out of range result in
 * `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/webrtc/#rtcdatachannel
 * @example
 * const channel = connection.createDataChannel("notes");
 * await channel.send("hello");
 * for await (const message of channel.messages()) console.log(message);
 */
export class DataChannel {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Closes the channel for both peers. Queued messages fail, file transfers are interrupted. Idempotent.
     */
    close(): void;
    /**
     * Resolves when the channel is closed by either peer.
     * @throws {MoimError} ERR_DATA_FAILED when it failed; ERR_ABORTED when its
     * `signal` is aborted, which does not affect the channel.
     */
    closed(options?: AbortOptions): Promise<void>;
    /**
     * Creates a channel on a browser's connection. The remote peer gets a `datachannel` event, unless the channel is
     * negotiated.
     * @throws {MoimError} ERR_INVALID_OPTIONS for invalid or conflicting options, and if it is not an
     * `RTCPeerConnection`; ERR_INVALID_STATE when the connection is closed.
     */
    static create(connection: RTCPeerConnection, label: string, options?: DataChannelOptions): DataChannel;
    /**
     * The files that the remote peer offers: `for await (const file of channel.files())`. Ends when the channel is
     * closed.
     */
    files(): AsyncIterableIterator<IncomingFile>;
    /**
     * Resolves when everything was sent.
     * @throws {MoimError} ERR_DATA_CLOSED when the channel closes first; ERR_DATA_FAILED when it fails; ERR_ABORTED
     * when its `signal` is aborted, which does not affect the channel.
     */
    flushed(options?: AbortOptions): Promise<void>;
    /**
     * Wraps a browser's channel, such as that of a `datachannel` event of `connection`. Call it synchronously in the
     * event handler, or the first messages are missed.
     * @throws {MoimError} ERR_INVALID_OPTIONS for invalid options, and if an argument is not an `RTCDataChannel` or
     * an `RTCPeerConnection`.
     */
    static fromRtcDataChannel(channel: RTCDataChannel, connection: RTCPeerConnection, options?: MessageOptions): DataChannel;
    /**
     * The received messages: `for await (const message of channel.messages())`. Includes those that arrived before the
     * first call. Ends when the channel is closed, and throws when messages were lost: call it again to continue. Each
     * message is delivered to one reader only: an iterator, `readable`, or the listeners of `"message"`.
     * @throws {MoimError} during iteration: ERR_DATA_LAGGED when messages were dropped because they were not read in
     * time; ERR_DATA_TOO_LARGE for a message that exceeds this peer's limit; ERR_DATA_MALFORMED when the remote peer
     * does not use moim's framing; ERR_DATA_CLOSED when the channel closed before a message was complete;
     * ERR_DATA_FAILED when it failed.
     */
    messages(): AsyncIterableIterator<DataMessage>;
    /**
     * Resolves when the channel is open.
     * @throws {MoimError} ERR_DATA_CLOSED when it closes without having been open; ERR_DATA_FAILED when it fails;
     * ERR_ABORTED when its `signal` is aborted, which does not affect the channel.
     */
    opened(options?: AbortOptions): Promise<void>;
    /**
     * Offers a file to the remote peer, and sends it when it is accepted. Several files may be transferred at once,
     * and messages between them.
     * @throws {MoimError} ERR_INVALID_STATE on a channel that is unreliable, unordered, or without
     * framing; ERR_DATA_CLOSED on a closed one; ERR_INVALID_OPTIONS if it is not a `Blob`; ERR_ABORTED
     * if its `signal` is already aborted.
     */
    sendFile(file: Blob, options?: FileOptions): FileTransfer;
    /**
     * Sends a value as JSON text.
     * @throws {MoimError} the codes of `send`; ERR_INVALID_OPTIONS if the value cannot be serialized, such as a
     * function, a `BigInt` or a cyclic object.
     */
    sendJson(value: unknown, options?: AbortOptions): Promise<void>;
    /**
     * Sends a message. Resolves when all of it is in the browser's buffer: immediately while there is room,
     * later when the buffer is above the high-water mark or the channel is not open yet. Await it before sending more.
     * Messages are sent in the order of the calls.
     * @throws {MoimError} ERR_DATA_TOO_LARGE if it exceeds `maxMessageSize`; ERR_DATA_CLOSED when the channel is
     * closed, or closes first; ERR_DATA_FAILED when the channel or the browser fails; ERR_INVALID_OPTIONS if it is not
     * a string or a `BufferSource`; ERR_ABORTED when its `signal` is aborted: then it is not sent, unless the browser's
     * buffer already has a part of it.
     */
    send(data: string | ArrayBuffer | ArrayBufferView, options?: AbortOptions): Promise<void>;
    /**
     * Bytes that are queued to be sent, here and in the browser's buffer.
     */
    readonly bufferedAmount: number;
    /**
     * Whether long messages are fragmented, which also allows sending files.
     */
    readonly framing: boolean;
    /**
     * The id, from 0 to 65534, once assigned.
     */
    readonly id: number | undefined;
    /**
     * The label.
     */
    readonly label: string;
    /**
     * The longest message in bytes that can currently be sent.
     */
    readonly maxMessageSize: number;
    /**
     * The application's subprotocol.
     */
    readonly protocol: string;
    /**
     * The received messages as a `ReadableStream`, always the same object. An error that `messages()` throws ends it
     * permanently.
     */
    readonly readable: ReadableStream<DataMessage>;
    /**
     * The browser's object.
     */
    readonly rtcDataChannel: RTCDataChannel;
    /**
     * The channel's state.
     */
    readonly state: DataChannelState;
    /**
     * A `WritableStream` that sends what is written to it, always the same object. Closing it sends all queued
     * messages and closes the channel.
     */
    readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>;
}

/**
 * The media devices of this machine. Misspelt options, and arguments of the wrong
 * type or out of range result in `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/mediacapture-streams/#mediadevices
 * @example
 * const devices = new Devices();
 * const camera = await devices.camera({ width: 1280, height: 720 });
 */
export class Devices {
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` when devices were plugged in or out; `changes()` reports which.
     */
    addEventListener(type: "devicechange", listener: (event: Event) => void, options?: boolean | AddEventListenerOptions): void;
    /**
     * Opens a camera and a microphone, with a single prompt for both. Resolves with both or rejects. A `signal` may be
     * in either of the options.
     * @throws {MoimError} the codes of `camera`. The browser does not report which of the two failed.
     */
    cameraAndMicrophone(camera?: CameraOptions, microphone?: MicrophoneOptions): Promise<{ camera: LocalTrack; microphone: LocalTrack }>;
    /**
     * Opens a camera, prompting the user for permission if necessary.
     * @throws {MoimError} ERR_MEDIA_NOT_ALLOWED when the user, a permissions policy or the system denies it;
     * ERR_MEDIA_NOT_FOUND when there is none; ERR_MEDIA_NOT_READABLE when it cannot be read, for example because
     * another program uses it; ERR_MEDIA_OVERCONSTRAINED when none satisfies a constraint; ERR_MEDIA_ABORTED when it
     * fails otherwise; ERR_UNSUPPORTED for a required constraint that this browser does not support;
     * ERR_INVALID_OPTIONS for invalid constraints; ERR_ABORTED when its `signal` is aborted.
     */
    camera(options?: CameraOptions): Promise<LocalTrack>;
    /**
     * Changes of the device list: devices were plugged in or out, or the default has changed:
     * `for await (const change of devices.changes())`.
     */
    changes(): AsyncIterableIterator<DeviceChange>;
    /**
     * Lists the devices; the default of each kind comes first. It does not request permission, without which browsers
     * report few details.
     * @throws {MoimError} ERR_UNSUPPORTED if the browser has no `enumerateDevices`.
     */
    enumerate(): Promise<DeviceInfo[]>;
    /**
     * Opens a microphone, prompting the user for permission if necessary.
     * @throws {MoimError} the codes of `camera`.
     */
    microphone(options?: MicrophoneOptions): Promise<LocalTrack>;
    /**
     * Uses this page's `navigator.mediaDevices`.
     * @throws {MoimError} ERR_MEDIA_INSECURE_CONTEXT on a page without https; ERR_UNSUPPORTED if the browser has no
     * `getUserMedia`.
     */
    constructor();
    /**
     * Queries the permission to use cameras, microphones or the display.
     * @throws {MoimError} ERR_UNSUPPORTED where the browser does not report it.
     */
    permission(name: PermissionName): Promise<Permission>;
    /**
     * Removes a listener.
     */
    removeEventListener(type: "devicechange", listener: (event: Event) => void, options?: boolean | EventListenerOptions): void;
    /**
     * Prompts the user to select a speaker, whose id `setSinkId` accepts. Call it from a click handler.
     * <https://www.w3.org/TR/audio-output/#mediadevices-extensions>
     * @throws {MoimError} ERR_UNSUPPORTED if the browser has no `selectAudioOutput`; ERR_MEDIA_NOT_ALLOWED when the
     * user selects none, or the page may not prompt; ERR_MEDIA_NOT_FOUND when there is none; ERR_INVALID_STATE without
     * a recent user gesture; ERR_ABORTED when its `signal` is aborted.
     */
    selectAudioOutput(deviceId?: string, options?: AbortOptions): Promise<DeviceInfo>;
    /**
     * Replacement tracks: one each time the current device is gone, from the new default device:
     * `for await (const next of devices.takeOver(track)) await room.replaceTrack(id, next)`. It has the constraints of
     * the first track except for the device, and is muted if that was muted. While there is no device, it waits for
     * one. `stop()` of the current track ends the iteration, and so does an error.
     * @throws {MoimError} ERR_INVALID_STATE for a track that was not opened by `Devices`; ERR_INVALID_OPTIONS if it
     * is not a `LocalTrack`; during iteration: ERR_MEDIA_NOT_ALLOWED when the next device may not be used.
     */
    takeOver(track: LocalTrack): AsyncIterableIterator<LocalTrack>;
}

/**
 * Sends DTMF tones. Misspelt options, and arguments of the wrong type or out of range result in
 * `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/webrtc/#rtcdtmfsender
 * @example
 * const { dtmf } = connection.addTrack(microphone).sender;
 * if (dtmf?.canInsert) dtmf.insert("1234#");
 */
export class DtmfSender {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Sends tones, replacing the pending ones: digits, A to D, # and *; a comma is a pause of two seconds. An empty
     * string stops.
     * @throws {MoimError} ERR_INVALID_OPTIONS for characters that are not tones, and for a duration or gap out of
     * range; ERR_INVALID_STATE if tones cannot be sent: see `canInsert`.
     */
    insert(tones: string, options?: DtmfOptions): void;
    /**
     * Each tone as it starts, and an empty string after the last one: `for await (const tone of dtmf.tones())`.
     */
    tones(): AsyncIterableIterator<string>;
    /**
     * Whether the connection is established and the remote peer accepts tones.
     */
    readonly canInsert: boolean;
    /**
     * The tones that are still to be sent.
     */
    readonly toneBuffer: string;
}

/**
 * A file transfer. It continues without a reference to it. Arguments of the wrong type result in
 * `ERR_INVALID_OPTIONS`.
 * @example
 * const [transfer] = room.sendFile(file, { to: participantId });
 * for await (const { transferred, size } of transfer.progress()) progress.value = transferred / size;
 * await transfer.finished;
 */
export class FileTransfer {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Cancels the transfer at both peers; the remote peer gets the reason. Has no effect once it has ended.
     * @throws {MoimError} ERR_INVALID_OPTIONS if the reason is not a string.
     */
    cancel(reason?: string): void;
    /**
     * The progress, starting with the current one:
     * `for await (const { transferred, size } of transfer.progress())`.
     * Ends with the transfer.
     */
    progress(): AsyncIterableIterator<FileProgress>;
    /**
     * Continues over another channel, after the previous one closed too early. Both peers have to call it, in either
     * order. The returned transfer replaces this one.
     * @throws {MoimError} ERR_INVALID_STATE unless the transfer is interrupted, and on a channel that is
     * unreliable, unordered, or without framing; ERR_DATA_CLOSED on a closed one; ERR_INVALID_OPTIONS
     * if it is not a `DataChannel`.
     */
    resume(channel: DataChannel): FileTransfer;
    /**
     * The direction of the transfer.
     */
    readonly direction: FileDirection;
    /**
     * Resolves, at both peers, when the receiver has the complete file with a matching SHA-256. The receiver gets it
     * as the result, unless it is written to a stream.
     * @throws {MoimError} ERR_TRANSFER_REJECTED when the remote peer declines the file; ERR_TRANSFER_CANCELLED when
     * either peer cancels it; ERR_TRANSFER_INTERRUPTED when the channel closed or the remote peer left the room, after
     * which `resume()` continues over another channel; ERR_TRANSFER_CORRUPT when the received bytes differ from the
     * sent ones; ERR_TRANSFER_STORAGE when either peer could not read or write; ERR_ABORTED when the `signal` that it
     * was started with is aborted.
     */
    readonly finished: Promise<File | undefined>;
    /**
     * The transfer's id: the same at both peers, and kept when it is resumed.
     */
    readonly id: string;
    /**
     * The file's MIME type; may be empty.
     */
    readonly mimeType: string;
    /**
     * The file's name.
     */
    readonly name: string;
    /**
     * The remote participant, if the file is sent through a room.
     */
    readonly participantId: ParticipantId | undefined;
    /**
     * The file's size in bytes.
     */
    readonly size: number;
    /**
     * Number of bytes that the receiver has written, as far as is known locally.
     */
    readonly transferred: number;
}

/**
 * A file that the remote peer offers. It can be answered once: all listeners of `fileoffered` get the
 * same object. One that is never answered is declined when it is garbage-collected. Misspelt options and arguments of
 * the wrong type result in `ERR_INVALID_OPTIONS`.
 * @example
 * room.addEventListener("fileoffered", async ({ detail: { file } }) => {
 *   if (!confirm(`Accept ${file.name}?`)) return file.reject();
 *   const received = await file.accept().finished;
 * });
 */
export class IncomingFile {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Accepts the file.
     * @throws {MoimError} ERR_INVALID_STATE if the stream is locked, or the offer was already answered;
     * ERR_INVALID_OPTIONS if `writable` is not a `WritableStream`; ERR_ABORTED if its `signal` is already aborted.
     */
    accept(options?: AcceptOptions): FileTransfer;
    /**
     * Declines the file; the sender gets the reason.
     * @throws {MoimError} ERR_INVALID_STATE if the offer was already answered; ERR_INVALID_OPTIONS if the reason is
     * not a string.
     */
    reject(reason?: string): void;
    /**
     * The transfer's id: the same at both peers, and kept when it is resumed.
     */
    readonly id: string;
    /**
     * When the file was last modified, in milliseconds since 1970, as given by the sender; 0 if unknown.
     */
    readonly lastModified: number;
    /**
     * The MIME type as given by the sender; may be empty.
     */
    readonly mimeType: string;
    /**
     * The file's name as given by the sender, cleaned so that it is safe to save under: at most 255 bytes, with its
     * extension, and with `_` for characters that file systems refuse. The extension may not match the content.
     */
    readonly name: string;
    /**
     * The sender, if the file was offered in a room.
     */
    readonly participantId: ParticipantId | undefined;
    /**
     * The file's size in bytes.
     */
    readonly size: number;
}

/**
 * A session with a Kurento Media Server 7. After an interruption it continues with its objects, and calls wait until then.
 * It lives until `close()`, even without a reference, as long as there are objects.
 *
 * **Kurento's protocol has no authorisation**: whoever reaches the server may use and release everything on it, and read and
 * write its files with a `PlayerEndpoint` and a `RecorderEndpoint`. Let pages reach it only through a server that checks what
 * they may do, behind the URL or with a `transport`.
 * @see https://doc-kurento.readthedocs.io
 * @example
 * const kms = await Kurento.connect({ url: "wss://media.example/kurento" });
 * const pipe = await kms.pipeline();
 * const endpoint = await pipe.webRtcEndpoint();
 * await endpoint.connect(endpoint);
 * const link = await endpoint.link({ send: [camera, microphone] });
 * video.srcObject = link.stream;
 */
export class Kurento {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Ends the session. The server releases its objects, except those that another session has used. Idempotent.
     */
    close(): void;
    /**
     * Connects to a server.
     * @throws {MoimError} ERR_SIGNALING_UNREACHABLE if the server cannot be reached; ERR_INVALID_OPTIONS for an invalid URL
     * and misspelt options; ERR_CHUNK_NOT_LOADED if the package's chunk `kurento` is not served.
     */
    static connect(options: KurentoOptions): Promise<Kurento>;
    /**
     * What happens to the connection, from now on: `for await (const event of kms.events())`. Ends with the session.
     */
    events(): AsyncIterableIterator<KurentoEvent>;
    /**
     * An object that exists, such as one of another page, by its id. `"manager_ServerManager"` is the server itself.
     * @throws {MoimError} ERR_INVALID_OPTIONS if the id is not a string.
     */
    object(id: string): KurentoObject;
    /**
     * Creates a pipeline, in which elements are connected.
     * @throws {MoimError} ERR_KURENTO_REFUSED if the server refuses it; ERR_INVALID_STATE when the connection is closed.
     */
    pipeline(): Promise<KurentoObject>;
}

/**
 * The connection of this page to a `WebRtcEndpoint`. An endpoint is negotiated once: every change is a new endpoint and a
 * new connection, made before the old ones go. See `update`. It lives until `close()`, even without a reference.
 * @example
 * const link = await endpoint.link({ send: [camera] });
 * video.srcObject = link.stream;
 * await link.update({ send: [screen] });
 */
export class KurentoLink {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Closes the connection. The endpoint stays. Idempotent.
     */
    close(): void;
    /**
     * Sends other tracks, or connects again after the connection was lost: makes another endpoint with the options of this
     * one, connects to it, connects it to the same elements, and releases the old one. Resolves when that is done. The
     * endpoint's object is the same, with another id.
     * @throws {MoimError} The codes of `KurentoObject.link`; the old connection then stays. ERR_INVALID_STATE if the
     * endpoint was not created by this page, during another update, and when the link is closed.
     */
    update(options?: KurentoLinkOptions): Promise<void>;
    /**
     * The data channel of an endpoint that was created with `dataChannels`. Every page that wants to receive needs one. It
     * is another one after an update.
     */
    readonly channel: DataChannel | undefined;
    /**
     * The browser's connection, for its state and `getStats`. It is another one after an update. `undefined` when the link
     * is closed.
     */
    readonly rtcPeerConnection: RTCPeerConnection | undefined;
    /**
     * What the endpoint sends, for the `srcObject` of a media element. It is the same stream after an update.
     */
    readonly stream: MediaStream;
}

/**
 * An object of a Kurento Media Server: a pipeline, an element such as an endpoint or a filter, a hub, or a hub's port. It
 * stays on the server until `close()`, or until the session ends.
 *
 * The methods reject with ERR_KURENTO_OBJECT_LOST if the server no longer has the object, ERR_KURENTO_REFUSED if it refuses
 * the call, ERR_SIGNALING_LOST if the connection was lost meanwhile, ERR_INVALID_STATE when the object or the connection is
 * closed, and ERR_INVALID_OPTIONS for arguments of the wrong type and misspelt options.
 * @example
 * const recorder = await pipe.create("RecorderEndpoint", { uri: "file:///tmp/call.webm", mediaProfile: "WEBM" });
 * await endpoint.connect(recorder);
 * await recorder.invoke("record");
 * for await (const event of recorder.events("Recording")) break;
 */
export class KurentoObject {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Releases the object and what is in it, for everyone who uses it. Idempotent.
     */
    close(): void;
    /**
     * Media flows from this element to another one of the pipeline, which may be this one.
     */
    connect(sink: KurentoObject, options?: KurentoConnectOptions): Promise<void>;
    /**
     * Media no longer flows from this element to another one.
     */
    disconnect(sink: KurentoObject, options?: KurentoConnectOptions): Promise<void>;
    /**
     * Leaves the object on the server when the handle is released with `free()`.
     */
    keep(): void;
    /**
     * Connects this page to this `WebRtcEndpoint`. Resolves when the connection is established.
     * @throws {MoimError} Also ERR_NEGOTIATION, and ERR_TIMEOUT if no path is found. ERR_KURENTO_REFUSED if the endpoint has
     * been connected before: use `update` of the link.
     */
    link(options?: KurentoLinkOptions): Promise<KurentoLink>;
    /**
     * Creates a port of this hub.
     */
    port(): Promise<KurentoObject>;
    /**
     * Creates a `WebRtcEndpoint` in this pipeline.
     */
    webRtcEndpoint(options?: KurentoWebRtcOptions): Promise<KurentoObject>;
    /**
     * Its type, such as `"WebRtcEndpoint"`.
     */
    readonly kind: string;
    /**
     * The server's id of the object. It is all that another page needs to use it: see `Kurento.object`. An update of the
     * endpoint's link changes it.
     */
    readonly objectId: string;
}

/**
 * Measures the current level of an audio track. While the browser keeps audio suspended until a user gesture, the
 * level is 0.
 * @see https://www.w3.org/TR/webaudio/#AnalyserNode
 * @example
 * const meter = new LevelMeter(microphone);
 * setInterval(() => console.log(meter.level()), 100);
 */
export class LevelMeter {
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Whether speech is likely. Call it several times a second; it stays true for 500 ms after a sound.
     */
    isSpeaking(): boolean;
    /**
     * The root mean square of about the last 43 ms: 0 is silence, 1 is full scale.
     */
    level(): number;
    /**
     * Starts to measure. Call `free()` to stop.
     * @throws {MoimError} ERR_INVALID_OPTIONS for a video track, and if it is not a track; ERR_UNSUPPORTED
     * without `AudioContext`.
     */
    constructor(track: TrackLike);
}

/**
 * Audio or video of this page: a camera, a microphone, a shared display, or a track of the application.
 * It runs until `stop()`. Misspelt options, and arguments of the wrong type or out of range result in
 * `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack
 * @example
 * const camera = await new Devices().camera();
 * document.body.append(camera.attach());
 * camera.addEventListener("ended", () => console.log("unplugged"));
 * await room.publish(camera);
 */
export class LocalTrack {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` for an event of the track. `"ended"` reports that the browser ended it: the device was
     * unplugged, the permission was revoked, or sharing was stopped with the browser's own button. `stop()` does not
     * fire it.
     */
    addEventListener(type: TrackEvent, listener: (event: Event) => void, options?: boolean | AddEventListenerOptions): void;
    /**
     * Applies other constraints to the running track, replacing the previous ones. If it fails, nothing changes.
     * <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-applyconstraints>
     * @throws {MoimError} ERR_MEDIA_OVERCONSTRAINED if the source cannot satisfy them; ERR_UNSUPPORTED for a required
     * constraint that this browser does not support; ERR_INVALID_STATE once the track has ended.
     */
    applyConstraints(constraints?: TrackConstraints): Promise<void>;
    /**
     * The values that the track supports. <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getcapabilities>
     * @throws {MoimError} ERR_UNSUPPORTED if the browser has no `getCapabilities`.
     */
    capabilities(): TrackCapabilities;
    /**
     * Returns a second track of the same source, with its own settings and lifetime. The device is released when both
     * are stopped.
     */
    clone(): LocalTrack;
    /**
     * Crops the video of a shared tab to the rectangle of an element of this page, or to a `CropTarget` created by the
     * shared page; `null` removes the crop. <https://www.w3.org/TR/mediacapture-region/>
     * @throws {MoimError} ERR_INVALID_STATE if the track is not the capture of a tab; ERR_UNSUPPORTED in browsers
     * other than Chromium; ERR_INVALID_OPTIONS for an invalid target; ERR_BROWSER for one of another tab.
     */
    cropTo(region: CaptureRegion): Promise<void>;
    /**
     * Detaches the track from an element, or from all. Has no effect if the track is not attached to it.
     * @throws {MoimError} ERR_INVALID_OPTIONS if it is not a media element.
     */
    detach(element?: HTMLMediaElement): void;
    /**
     * The track's events: `for await (const event of track.events())`. Ends with the track.
     */
    events(): AsyncIterableIterator<TrackEvent>;
    /**
     * Returns the frame counters of the track.
     * @throws {MoimError} ERR_UNSUPPORTED if the browser has no `MediaStreamTrack.stats`, and for a source without
     * statistics, such as a canvas.
     */
    frameStats(): FrameStats;
    /**
     * Wraps a track of the application, such as that of a canvas. Returns the same object for the same track and source.
     * Wrapping a track of this package with another source leaves the object that the package returns for it unchanged.
     * @throws {MoimError} ERR_INVALID_OPTIONS if it is not a track, and for an unknown source.
     */
    static fromMediaStreamTrack(track: MediaStreamTrack, source: TrackSource): LocalTrack;
    /**
     * Removes a listener.
     */
    removeEventListener(type: TrackEvent, listener: (event: Event) => void, options?: boolean | EventListenerOptions): void;
    /**
     * Restricts the video of a shared tab to one element without what covers it, or to a `RestrictionTarget`; `null`
     * removes the restriction. <https://screen-share.github.io/element-capture/>
     * @throws {MoimError} ERR_INVALID_STATE if the track is not the capture of a tab; ERR_UNSUPPORTED in browsers
     * other than Chromium; ERR_INVALID_OPTIONS for an invalid target; ERR_BROWSER for one of another tab.
     */
    restrictTo(region: CaptureRegion): Promise<void>;
    /**
     * The track's current settings.
     * <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getsettings>
     */
    settings(): TrackSettings;
    /**
     * Ends the track and releases its device. Its publications end too. Idempotent.
     */
    stop(): void;
    /**
     * Returns what the page in the shared tab currently exposes; `"capturehandlechange"` reports changes.
     * `undefined` if the page exposes nothing, or not to this origin, and for a track that is not a tab or has ended.
     * <https://www.w3.org/TR/capture-handle-identity/#dom-mediastreamtrack-getcapturehandle>
     *
     * @throws {MoimError} ERR_UNSUPPORTED in browsers other than Chromium.
     */
    readonly captureHandle: CaptureHandle | undefined;
    /**
     * The content hint, which tells the encoder what to preserve. <https://www.w3.org/TR/mst-content-hint/>
     * @throws {MoimError} ERR_UNSUPPORTED if the browser has no `contentHint`; ERR_INVALID_OPTIONS if it is set to a
     * hint of another kind of media, which the browser would ignore.
     */
    contentHint: ContentHint;
    /**
     * The id of the track's device, if it has one.
     */
    readonly deviceId: string | undefined;
    /**
     * Whether the track is enabled. A disabled track is silent or black wherever it is played, recorded or published,
     * and its publications are muted. A camera's light may stay on: only `stop()` releases the device. To mute one
     * publication, use `room.setMuted`.
     * @throws {MoimError} ERR_INVALID_OPTIONS if it is set to a value other than a boolean.
     */
    enabled: boolean;
    /**
     * Whether the track has ended.
     */
    readonly ended: boolean;
    /**
     * `MediaStreamTrack.id`, unique in this page.
     */
    readonly id: string;
    /**
     * Audio or video.
     */
    readonly kind: MediaKind;
    /**
     * The device's name as reported by the browser. May be empty.
     */
    readonly label: string;
    /**
     * The browser's object. Changes made to it directly, such as `enabled = false` or `stop()`, fire no event: a room
     * notices them at its next activity, at the latest with the server's heartbeat.
     */
    readonly mediaStreamTrack: MediaStreamTrack;
    /**
     * Whether the source temporarily provides no media, for example because a headset's own mute switch is on. To mute
     * from the application, use `enabled`.
     */
    readonly muted: boolean;
    /**
     * The source of the track.
     */
    readonly source: TrackSource;
}

/**
 * Mixes the video and audio of any number of tracks into one track each: to record a whole room as one file, or to
 * publish it. It runs until `close()`, in a hidden tab too. Misspelt options, and arguments of the wrong type
 * or out of range result in `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/mediacapture-fromelement/#dom-htmlcanvaselement-capturestream
 * @see https://www.w3.org/TR/webaudio/#MediaStreamAudioDestinationNode
 * @example
 * const mixer = new Mixer();
 * mixer.add([camera, microphone]);
 * const recorder = Recorder.start([mixer.videoTrack, mixer.audioTrack]);
 */
export class Mixer {
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Adds a source with video, audio, or both. It is mixed until `remove()`. The tracks themselves continue.
     * @throws {MoimError} ERR_INVALID_STATE once the mixer is closed; ERR_INVALID_OPTIONS if there is no track, one
     * has ended or there are two video tracks, and for a gain out of range.
     */
    add(tracks: readonly TrackLike[], options?: MixerSourceOptions): MixerSource;
    /**
     * The audio of all sources except one, to be played to that one. It ends when that source is removed.
     * @throws {MoimError} ERR_INVALID_STATE once the mixer is closed; ERR_INVALID_OPTIONS for a source that is not in
     * the mix.
     */
    audioTrackWithout(source: MixerSource): LocalTrack;
    /**
     * Closes the mixer: its tracks end, those of the sources continue. Idempotent.
     */
    close(): void;
    /**
     * Starts to mix.
     * @throws {MoimError} ERR_INVALID_OPTIONS for an invalid size, frame rate or background colour,
     * and for a layout that names a source or exceeds the picture; ERR_UNSUPPORTED without
     * `HTMLCanvasElement.captureStream`.
     */
    constructor(options?: MixerOptions);
    /**
     * The current positions of the sources, in fractions of the picture, from back to front. Sources without video are
     * left out, unless they are `alwaysShown`.
     */
    placement(): Placement[];
    /**
     * Changes the layout: `{ type: "grid" }`, `{ type: "spotlight", source: source.id }` and so on. It may
     * name a source that was removed, as sources come and go at any time: then the first source is the large one.
     * @throws {MoimError} ERR_INVALID_STATE once the mixer is closed; ERR_INVALID_OPTIONS for a source that this mixer
     * never had, and for rectangles outside the picture.
     */
    setLayout(layout: Layout): void;
    /**
     * The mixed audio track. It ends with the mixer. It is silent until a user gesture if the browser requires
     * one.
     * @throws {MoimError} ERR_INVALID_STATE once the mixer is closed.
     */
    readonly audioTrack: LocalTrack;
    /**
     * The mixed video track. It ends with the mixer.
     * @throws {MoimError} ERR_INVALID_STATE once the mixer is closed.
     */
    readonly videoTrack: LocalTrack;
}

/**
 * A source of a mixer. Arguments of the wrong type or out of range result in `ERR_INVALID_OPTIONS`.
 * @example
 * const source = mixer.add([camera, microphone]);
 * source.setGain(0.5);
 * mixer.setLayout({ type: "spotlight", source: source.id });
 */
export class MixerSource {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Removes it from the mix. Its tracks continue. Idempotent.
     */
    remove(): void;
    /**
     * Sets the gain in the mix: 0 is silence, 1 unchanged, 4 the maximum.
     * @throws {MoimError} ERR_INVALID_STATE once the source is removed or the mixer closed; ERR_INVALID_OPTIONS for a
     * gain out of range.
     */
    setGain(gain: number): void;
    /**
     * Sets the label drawn on its video; empty for none.
     * @throws {MoimError} ERR_INVALID_STATE once the source is removed or the mixer closed; ERR_INVALID_OPTIONS if
     * it is not a string.
     */
    setLabel(label: string): void;
    /**
     * Replaces the tracks. The source keeps its id, its position and its audio without itself; a
     * video track that stays continues without a gap.
     * @throws {MoimError} the codes of `Mixer.add`; ERR_INVALID_STATE once the source is removed or the mixer closed.
     */
    setTracks(tracks: readonly TrackLike[]): void;
    /**
     * The id that layouts use.
     */
    readonly id: number;
}

/**
 * One peer of a connection for audio, video and data.
 *
 * Send its `signals()` to the other peer, over any transport, and pass those from there to `handleSignal`. Everything
 * else is automatic: offers, answers, candidates, who gives way when both peers negotiate at once, and the ICE restart
 * when the connection is lost.
 *
 * Misspelt options, and arguments of the wrong type or out of range result in `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/webrtc/#rtcpeerconnection-interface
 * @example
 * const connection = new PeerConnection();
 * connection.addTrack(camera);
 * for await (const signal of connection.signals()) send(JSON.stringify(signal));
 */
export class PeerConnection {
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Sends a track over a free or a new transceiver. A transceiver that was used for another track sends this one
     * with its original encodings.
     * @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS if the track is already
     * being sent, and if it is not a track.
     */
    addTrack(track: TrackLike): Transceiver;
    /**
     * Adds a transceiver for a track or a kind of media.
     * @throws {MoimError} ERR_UNSUPPORTED, with the member's name, for what the browser would ignore, and if it
     * supports none of the codecs; ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for invalid
     * encodings, for the direction `"stopped"`, and if it is not a track or a kind.
     */
    addTransceiver(trackOrKind: TrackLike | MediaKind, options?: TransceiverOptions): Transceiver;
    /**
     * Closes the connection, ends the streams and releases the tracks. Idempotent.
     *
     * The remote peer is not notified: it sees a lost connection after some seconds, unless the application notifies
     * it. A connection that is never closed is never garbage-collected.
     */
    close(): void;
    /**
     * Creates a data channel. The remote peer gets it with `"datachanneladded"`, unless it is negotiated.
     * @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for invalid
     * or conflicting options.
     */
    createDataChannel(label: string, options?: DataChannelOptions): DataChannel;
    /**
     * All events from now on: `for await (const event of connection.events())`. Ends when the connection is closed.
     */
    events(): AsyncIterableIterator<PeerConnectionEvent>;
    /**
     * Generates a certificate for `certificates`. It can outlive the page if it is stored in IndexedDB.
     * <https://www.w3.org/TR/webrtc/#dom-rtcpeerconnection-generatecertificate>
     * @throws {MoimError} ERR_INVALID_OPTIONS for invalid options; ERR_BROWSER if the browser cannot generate
     * one.
     */
    static generateCertificate(options?: CertificateOptions): Promise<RTCCertificate>;
    /**
     * Handles a signal from the remote peer. Resulting actions are automatic; their failures are emitted as
     * `"negotiationfailed"` and do not close the connection.
     * @throws {MoimError} ERR_INVALID_OPTIONS if it is not a signal, for a signal of another connection, and if both
     * peers have the same `polite`; ERR_INVALID_STATE when the connection is closed.
     */
    handleSignal(signal: Signal): void;
    /**
     * Creates a connection. Nothing is sent before a track, a transceiver or a data channel is added by either peer.
     * @throws {MoimError} ERR_INVALID_OPTIONS for options that a browser would reject, or accept and never use;
     * ERR_UNSUPPORTED without `RTCPeerConnection`; ERR_NEGOTIATION if the browser cannot create a connection, for
     * example because there are too many.
     */
    constructor(options?: PeerConnectionOptions);
    /**
     * Stops sending the track of a sender. Its transceiver is free for another track.
     * @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for a sender of
     * another connection, and if it is not a `Sender`.
     */
    removeTrack(sender: Sender): void;
    /**
     * Emits again all signals that are not acknowledged: call it after the transport was interrupted.
     */
    resendSignals(): void;
    /**
     * Restarts ICE, for example after a change of networks. Media continues meanwhile, if possible.
     * @throws {MoimError} ERR_INVALID_STATE when the connection is closed.
     */
    restartIce(): void;
    /**
     * Sets other ICE servers, used from the next gathering on, for example when TURN credentials expire.
     * @throws {MoimError} ERR_INVALID_STATE when the connection is closed; ERR_INVALID_OPTIONS for invalid
     * servers.
     */
    setIceServers(servers: IceServer[]): void;
    /**
     * The signals for the remote peer, in order: `for await (const signal of connection.signals())`. They are kept
     * until they are read, and each is delivered once. Ends when the connection is closed.
     */
    signals(): AsyncIterableIterator<Signal>;
    /**
     * The connection state.
     */
    readonly connectionState: ConnectionState;
    /**
     * The ICE connection state.
     */
    readonly iceConnectionState: IceConnectionState;
    /**
     * The ICE gathering state.
     */
    readonly iceGatheringState: IceGatheringState;
    /**
     * The browser's object, for `getStats` and so on. Do not use it to set descriptions or candidates.
     */
    readonly rtcPeerConnection: RTCPeerConnection;
    /**
     * The signaling state.
     */
    readonly signalingState: SignalingState;
    /**
     * All transceivers, including those that the remote peer added, in the order of their media sections.
     */
    readonly transceivers: Transceiver[];
}

/**
 * The state of a permission, and its changes.
 * @see https://www.w3.org/TR/permissions/#permissionstatus-interface
 * @example
 * const permission = await new Devices().permission("camera");
 * permission.addEventListener("change", () => console.log(permission.state));
 */
export class Permission {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` when the state changes.
     */
    addEventListener(type: "change", listener: (event: Event) => void, options?: boolean | AddEventListenerOptions): void;
    /**
     * Each new state: `for await (const state of permission.changes())`.
     */
    changes(): AsyncIterableIterator<PermissionState>;
    /**
     * Removes a listener.
     */
    removeEventListener(type: "change", listener: (event: Event) => void, options?: boolean | EventListenerOptions): void;
    /**
     * The current state.
     */
    readonly state: PermissionState;
}

/**
 * Receives a remote track. Misspelt options, and arguments of the wrong type or out of range result in
 * `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/webrtc/#rtcrtpreceiver-interface
 * @example
 * const { receiver } = connection.addTransceiver("video", { direction: "recvonly" });
 * video.srcObject = new MediaStream([receiver.mediaStreamTrack]);
 */
export class Receiver {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * The browser's receive capabilities.
     * @throws {MoimError} ERR_UNSUPPORTED where the browser does not report them; ERR_INVALID_OPTIONS for an unknown
     * kind.
     */
    static capabilities(kind: MediaKind): RtpCapabilities;
    /**
     * The sources mixed by a mixer in the last ten seconds (CSRCs).
     */
    readonly contributingSources: RtpSource[];
    /**
     * The jitter buffer target in milliseconds, from 0 to 4000: a smaller one for conversation, a larger one for
     * listening. `undefined` leaves it to the browser.
     * @throws {MoimError} ERR_UNSUPPORTED if the browser lacks it; ERR_INVALID_OPTIONS if it is set out of range.
     */
    jitterBufferTarget: number | undefined;
    /**
     * The received track. It exists from the start, and is silent or black until media arrives.
     */
    readonly mediaStreamTrack: MediaStreamTrack;
    /**
     * The browser's object.
     */
    readonly rtcRtpReceiver: RTCRtpReceiver;
    /**
     * The sources of media in the last ten seconds (SSRCs). Their audio level is cheaper than a level meter.
     */
    readonly synchronizationSources: RtpSource[];
}

/**
 * Records tracks into one file, until `stop()` or `free()`, or until all tracks have ended. No reference to it is
 * needed until then. Misspelt options, and arguments of the wrong type or out of range result in
 * `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/mediastream-recording/#mediarecorder-api
 * @example
 * const recorder = Recorder.start([camera, microphone]);
 * const { blob } = await recorder.stop();
 */
export class Recorder {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * The file's chunks as the browser provides them, from now on: `for await (const chunk of recorder.chunks())`.
     * One every `timesliceMs`; ends with the recording. With `keep: false`, chunks are not kept otherwise. The
     * concatenated chunks are the file as written by the browser, so a WebM file has no duration.
     */
    chunks(): AsyncIterableIterator<Blob>;
    /**
     * Resolves when the recording has ended: after `stop()` was called, or all tracks have ended.
     * @throws {MoimError} the codes of `stop`.
     */
    finished(options?: AbortOptions): Promise<Recording>;
    /**
     * Whether this browser can record this container and codecs, such as `video/webm;codecs=vp9,opus`.
     * @throws {MoimError} ERR_INVALID_OPTIONS if it is not a string.
     */
    static isTypeSupported(mimeType: string): boolean;
    /**
     * Pauses the recording until `resume()`. The file has no gap. Idempotent.
     * @throws {MoimError} ERR_INVALID_STATE once the recorder is stopped or its tracks have ended.
     */
    pause(): void;
    /**
     * Continues after `pause()`. Has no effect if it is not paused.
     * @throws {MoimError} ERR_INVALID_STATE once the recorder is stopped or its tracks have ended.
     */
    resume(): void;
    /**
     * Starts to record. Several audio tracks are mixed; if the browser requires a user gesture to run an
     * `AudioContext`, they are silent until then.
     * @throws {MoimError} ERR_INVALID_OPTIONS if there is no track, one has ended or there are two video tracks, and
     * if this browser cannot record these tracks in the MIME type; ERR_UNSUPPORTED without `MediaRecorder`;
     * ERR_RECORDER if the browser fails otherwise.
     */
    static start(tracks: readonly TrackLike[], options?: RecorderOptions): Recorder;
    /**
     * Stops the recording and resolves with it. Further calls, and calls after the tracks have ended, resolve with the
     * same recording. If it fails later, the result is what was recorded, with `endedEarly`.
     * @throws {MoimError} ERR_RECORDER if nothing was recorded, for example if it is stopped right after the start: a
     * file with a header and without media counts as nothing, whether it is kept or not; ERR_ABORTED when its `signal`
     * is aborted, which does not affect the recording.
     */
    stop(options?: AbortOptions): Promise<Recording>;
    /**
     * Milliseconds recorded so far, excluding pauses.
     */
    readonly elapsedMs: number;
    /**
     * The MIME type with container and codecs.
     */
    readonly mimeType: string;
    /**
     * Bytes that the browser has provided so far.
     */
    readonly size: number;
    /**
     * The recorder's state.
     */
    readonly state: RecorderState;
}

/**
 * A recorded file. Arguments of the wrong type result in `ERR_INVALID_OPTIONS`.
 * @example
 * const { blob, durationMs, endedEarly } = await recorder.stop();
 * video.src = URL.createObjectURL(blob);
 */
export class Recording {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Returns a file name with the right extension: `"moim-alice"` becomes `"moim-alice.webm"`. Characters that file
     * systems refuse become `_`, Windows device names are prefixed with one, and names longer than 255 bytes are
     * shortened. An empty name becomes `"recording"`.
     * @throws {MoimError} ERR_INVALID_OPTIONS if it is not a string.
     */
    fileName(stem: string): string;
    /**
     * The file.
     */
    readonly blob: Blob;
    /**
     * Its duration in milliseconds, excluding pauses.
     */
    readonly durationMs: number;
    /**
     * Why the recording ended before it was stopped, or is incomplete: its tracks ended, or only its audio or its
     * video, or the browser failed.
     */
    readonly endedEarly: MoimError | undefined;
    /**
     * Its MIME type with codecs, such as `video/webm;codecs=vp8,opus`.
     */
    readonly mimeType: string;
}

/**
 * Audio or video of another participant. The track belongs to one publication and ends with it: when the publication
 * ends, when it is unsubscribed from, and when the room is left.
 * @see https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack
 * @example
 * room.addEventListener("trackadded", ({ detail: { track } }) => document.body.append(track.attach()));
 */
export class RemoteTrack {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Detaches the track from an element, or from all. Other tracks of the element continue to play. Has no effect if
     * the track is not attached to it.
     * @throws {MoimError} ERR_INVALID_OPTIONS if it is not a media element.
     */
    detach(element?: HTMLMediaElement): void;
    /**
     * Whether the track has ended.
     */
    readonly ended: boolean;
    /**
     * Audio or video.
     */
    readonly kind: MediaKind;
    /**
     * The browser's object. To play it, `attach` the track. When the track ends, its `readyState` becomes `"ended"`
     * and its `ended` event is fired.
     */
    readonly mediaStreamTrack: MediaStreamTrack;
    /**
     * Whether its publisher muted it: it is silent or black.
     */
    readonly muted: boolean;
    /**
     * The id of the publisher.
     */
    readonly participantId: ParticipantId;
    /**
     * The id of the publication.
     */
    readonly publicationId: PublicationId;
    /**
     * The receiver of the track; `undefined` once it has ended, as the receiver is then used for other publications.
     * For the same reason `rtcRtpReceiver.track` is not this track, and must not be played. `getStats(track)` and `new
     * StatsMonitor(track)` accept the track itself.
     */
    readonly rtcRtpReceiver: RTCRtpReceiver | undefined;
    /**
     * The source of the track.
     */
    readonly source: TrackSource;
}

/**
 * A call between participants who exchange media and data. Once joined it lives until it is left: with `leave()`,
 * with `free()`, or by the server. No reference to it is needed until then. Misspelt options, and arguments of the
 * wrong type or out of range result in `ERR_INVALID_OPTIONS`.
 * @example
 * const room = new Room({ url: "wss://example.org/ws" });
 * room.addEventListener("trackadded", ({ detail: { track } }) => track.attach(video));
 * await room.setCameraEnabled(true);
 * await room.join({ room: "tea", name: "Ana" });
 */
export class Room {
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * As the host: admits a waiting participant. Has no effect if nobody with this id waits.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its host; ERR_INVALID_OPTIONS if it is
     * not an id or an object that has one.
     */
    admit(participantId: ParticipantLike): void;
    /**
     * Joins a room. Resolves when the server has admitted this participant; the others' tracks are emitted as events.
     * After an error, or when it is aborted, the room is left: create a new one to try again. A call with a signal that is
     * aborted already has no effect on the room. In an effect that React
     * runs twice:
     *
     * ```js
     * useEffect(() => {
     *   const room = new Room();
     *   const abort = new AbortController();
     *   room.join({ room: "tea", name, signal: abort.signal }).catch(show); // ERR_ABORTED is no failure
     *   return () => {
     *     abort.abort();
     *     void room.leave();
     *   };
     * }, [name]);
     * ```
     * @throws {MoimError} ERR_INVALID_OPTIONS for an empty or too long room or name, which does not leave the room;
     * ERR_INVALID_STATE if it was called before, or `leave` meanwhile; ERR_TIMEOUT after `joinTimeoutMs`;
     * ERR_SIGNALING_UNREACHABLE if the server cannot be reached; ERR_SIGNALING_LOST if the connection to it is lost;
     * ERR_ROOM_FULL, ERR_ROOM_TOPOLOGY, ERR_ROOM_NO_MIXER, ERR_ROOM_NOT_ADMITTED, ERR_ROOM_HOST_REFUSED,
     * ERR_ROOM_TOKEN_MISSING, ERR_ROOM_TOKEN_INVALID, ERR_ROOM_TOKEN_EXPIRED, ERR_ROOM_TOKEN_WRONG_ROOM,
     * ERR_ROOM_NOT_PERMITTED for the role, or, for any other reason, ERR_SIGNALING_REFUSED if the server rejects it; ERR_ABORTED when its `signal` is aborted.
     */
    join(options: JoinOptions): Promise<void>;
    /**
     * Leaves the room. Tracks that the application has published continue; those that `setCameraEnabled` and similar
     * methods have opened are stopped. Idempotent.
     */
    leave(): Promise<void>;
    /**
     * Creates a room. It does not connect before `join`, so no event is missed.
     * @throws {MoimError} ERR_INVALID_OPTIONS if `url` is not a URL for the server, or is relative or missing on a page
     * without a server, together with `server`, for an unknown `server.type`, for a `joinTimeoutMs` out of range, and for
     * invalid ICE servers; ERR_UNSUPPORTED if the server does not support the topology, and outside a window, such as in a
     * worker.
     */
    constructor(options?: RoomOptions);
    /**
     * As the host: removes a participant from the room or from the lobby. Has no effect if nobody has
     * this id.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its host; ERR_INVALID_OPTIONS if it is
     * not an id or an object that has one.
     */
    remove(participantId: ParticipantLike): void;
    /**
     * Sends a chat message to everyone, or to one participant. Each participant receives the messages of another in
     * order. Resolves when all receivers have acknowledged it or become unreachable; it is sent before that. The limit
     * is about 1 MiB in a mesh, and 65024 bytes through an SFU or a mixer.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_TOO_LARGE if the text is too long;
     * ERR_DATA_UNKNOWN_PARTICIPANT if no participant has this id; ERR_DATA_QUEUE_FULL if too many messages are queued
     * for a receiver, in which case the others receive it; ERR_ROOM_NOT_PERMITTED without the permission `"data"`.
     */
    sendChat(text: string, options?: ChatOptions): Promise<ChatReceipt>;
    /**
     * Sends bytes to everyone, or to one participant. Reliable messages have, with the topic, at most 1 MiB in a mesh, and
     * 65024 bytes through an SFU or a mixer; unreliable ones 16 KiB.
     *
     * The bytes are copied and queued at once, so messages keep the order of the calls. The promise resolves when there is
     * room for more: when less than 512 KiB are on their way to each receiver. Await it to send no faster than they read. A
     * receiver without a response for 30 seconds is ignored.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_TOO_LARGE for more bytes than that, or
     * a topic of more than 255 bytes; ERR_DATA_UNKNOWN_PARTICIPANT if there is no such participant;
     * ERR_DATA_QUEUE_FULL if too much waits already because the promises of earlier calls were not awaited: 16 MiB in a mesh,
     * and then the other participants get the message; 3 MiB through an SFU or a mixer, and then nobody gets it; 256 messages
     * while a connection is being established; ERR_INVALID_OPTIONS if the payload is not a BufferSource;
     * ERR_ROOM_NOT_PERMITTED without the permission `"data"`; ERR_ABORTED when its `signal` is aborted, which ends the
     * waiting: the bytes are sent, unless it was aborted before the call.
     */
    sendData(payload: BufferSource, options?: DataOptions): Promise<void>;
    /**
     * Offers a file to everyone, or to one participant, and sends it to those who accept it. They get `fileoffered`.
     * Returns a transfer for each of them, so none in an empty room; mixers get no files. Several files may be
     * transferred at once, along with chat. A transfer is interrupted when either participant leaves.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_UNKNOWN_PARTICIPANT if no
     * participant has this id; ERR_INVALID_OPTIONS if it is not a `Blob`; ERR_ABORTED
     * if its `signal` is already aborted.
     */
    sendFile(file: Blob, options?: SendFileOptions): FileTransfer[];
    /**
     * Switches the camera on or off; before `join` too. On: opens a camera and publishes it, or unmutes the camera that is
     * published: the one of this method, or else the first that the application has published to everyone; others stay as
     * they are. After `replaceTrack` the camera that this method has opened stays open until it is switched off, as the new
     * track may be made from it. Off: mutes all cameras that are published to everyone, and closes the one that the room has opened, so that its
     * light goes out; the next call opens it again for the same publication. Resolves with the track when it is on: `attach` it for a preview.
     * The track ends when the camera is switched off and when the room is left.
     *
     * The options count when a camera is opened. Default: those of the last time.
     *
     * Of calls in quick succession the last one holds, and all resolve with its result. `setMuted(id, true)` and `unpublish` of
     * the camera while it is being opened, and a host's mute, count as switching it off. If `setMicrophoneEnabled(true)` is called as well, without an `await` in between, the user is asked for both in one prompt. If the call is aborted, or the room is
     * left, while the user is asked, a camera that comes later is closed at once.
     * @throws {MoimError} the codes of `Devices.camera`; ERR_INVALID_STATE for enabling it in a room that is left;
     * ERR_ROOM_NOT_PERMITTED if this participant may not publish it.
     * @example
     * const [camera] = await Promise.all([room.setCameraEnabled(true), room.setMicrophoneEnabled(true)]);
     * if (camera) document.body.append(camera.attach());
     */
    setCameraEnabled(enabled: boolean, options?: CameraOptions): Promise<LocalTrack | undefined>;
    /**
     * As the mixer: publishes the layout of the picture. The others get `layoutchange`.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its mixer; ERR_INVALID_OPTIONS if it is not a
     * layout.
     */
    setLayout(layout: MixLayout): void;
    /**
     * As the host: sets whether newcomers wait in the lobby until they are admitted.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its host; ERR_INVALID_OPTIONS if it is not a
     * boolean.
     */
    setLocked(locked: boolean): void;
    /**
     * Switches the microphone on or off, as `setCameraEnabled` does the camera. Off mutes the publication; the device stays
     * open, so that it is back at once.
     * @throws {MoimError} the codes of `Devices.microphone`; ERR_INVALID_STATE for enabling it in a room that is left;
     * ERR_ROOM_NOT_PERMITTED if this participant may not publish it.
     */
    setMicrophoneEnabled(enabled: boolean, options?: MicrophoneOptions): Promise<LocalTrack | undefined>;
    /**
     * Shares the screen, or stops sharing it. On: lets the user choose a screen, a window or a tab, and publishes its video
     * and, unless the option `audio` is false, its audio. If a screen is shared already it does nothing, and if that was muted or
     * unpublished, it is unmuted or published again, without a dialog. Off: unpublishes and stops
     * both. The browser's own stop button does the same, and `localtrackended` is emitted for each. Resolves with what is shared.
     *
     * Call it from an event handler of a click or a key. Of calls in quick succession the last one holds. If the call is aborted,
     * or the room is left, while the user chooses, nothing is shared.
     * @throws {MoimError} the codes of `captureDisplay`; ERR_INVALID_STATE for enabling it in a room that is left;
     * ERR_ROOM_NOT_PERMITTED if this participant may not publish it.
     */
    setScreenShareEnabled(enabled: boolean, options?: DisplayOptions): Promise<DisplayCapture | undefined>;
    /**
     * Plays what the browser has blocked. Call it from a click handler.
     * @throws {MoimError} ERR_BROWSER with a `NotAllowedError` as its cause without a user gesture; ERR_INVALID_STATE
     * after leaving the room.
     */
    startAudio(): Promise<void>;
    /**
     * Changes this participant's name, metadata, attributes, or several of them. The others get `participantupdated`.
     * @throws {MoimError} ERR_INVALID_STATE unless the room is joined or being joined; ERR_INVALID_OPTIONS for an
     * empty or too long name, and if the metadata, or all attributes together, exceed 8192 characters;
     * ERR_ROOM_NOT_PERMITTED without the permission `"metadata"`.
     */
    update(options: UpdateOptions): void;
    /**
     * The active speakers among the others.
     */
    readonly activeSpeakers: ParticipantId[];
    /**
     * Whether a camera is published to everyone, and not muted.
     */
    readonly cameraEnabled: boolean;
    /**
     * Whether every element with an attached track may play. If false, the browser requires a user gesture to play
     * audio: show a button that calls `startAudio`. The event `audioplaybackchange` reports changes.
     */
    readonly canPlayAudio: boolean;
    /**
     * What the room can do with its server, known before it is joined. What it cannot do fails with ERR_UNSUPPORTED.
     */
    readonly capabilities: RoomCapabilities;
    /**
     * The dominant speaker among the others.
     */
    readonly dominantSpeaker: ParticipantId | undefined;
    /**
     * The layout of the mixer's picture; `undefined` without a mixer, or before it was published.
     */
    readonly layout: MixLayout | undefined;
    /**
     * The lobby: who waits to be admitted, and whether newcomers have to.
     */
    readonly lobby: Lobby;
    /**
     * Whether a microphone is published to everyone, and not muted.
     */
    readonly microphoneEnabled: boolean;
    /**
     * This participant's id, once joined.
     */
    readonly participantId: ParticipantId | undefined;
    /**
     * The other participants in the room, in the order of joining. A participant is the same object for as long as it is in
     * the room. The array is replaced when a participant joins, leaves or changes, and is the same until then: with
     * `useSyncExternalStore(subscribe, () => room.participants)` a React component renders on each change.
     */
    readonly participants: readonly RemoteParticipant[];
    /**
     * What this participant may do: everything, unless its token says otherwise, and until the room is joined.
     */
    readonly permissions: readonly RoomPermission[];
    /**
     * This participant's publications. A publication is the same object for as long as it is published. The array is
     * replaced when a publication is added, removed or changed, and is the same until then.
     */
    readonly publications: readonly Publication[];
    /**
     * The quality of the call for this participant: of what it sends to all, and of what it receives from all.
     * `undefined` until it has been measured. That of the call with another one is the `quality` of the
     * `RemoteParticipant`.
     */
    readonly quality: ParticipantQuality | undefined;
    /**
     * This participant's role, once joined.
     */
    readonly role: Role | undefined;
    /**
     * Whether a screen is published to everyone, and not muted.
     */
    readonly screenShareEnabled: boolean;
    /**
     * The room's state.
     */
    readonly state: RoomState;
}

/**
 * Sends a track to the remote peer. Misspelt options, and arguments of the wrong type or out of range result in
 * `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/webrtc/#rtcrtpsender-interface
 * @example
 * const { sender } = connection.addTrack(camera);
 * const { parameters } = sender;
 * for (const encoding of parameters.encodings ?? []) encoding.maxBitrate = 500_000;
 * await sender.setParameters(parameters);
 */
export class Sender {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * The browser's send capabilities.
     * @throws {MoimError} ERR_UNSUPPORTED where the browser does not report them; ERR_INVALID_OPTIONS for an unknown
     * kind.
     */
    static capabilities(kind: MediaKind): RtpCapabilities;
    /**
     * Sends another track of the same kind, or nothing with `null`, without renegotiation.
     * @throws {MoimError} ERR_INVALID_STATE when the connection is closed or the transceiver stopped;
     * ERR_INVALID_OPTIONS for a track of another kind, and if it is not a track.
     */
    replaceTrack(track: TrackLike | null): Promise<void>;
    /**
     * Sets the sender's parameters, without renegotiation. Omitting a limit removes it. Changes are applied in
     * the order of the calls.
     * @throws {MoimError} ERR_UNSUPPORTED, with the member's name, for what the browser ignores; ERR_INVALID_STATE
     * when the connection is closed or the transceiver stopped; ERR_INVALID_OPTIONS for values out of range and
     * another number of encodings.
     */
    setParameters(parameters: SendParameters): Promise<void>;
    /**
     * The DTMF sender; audio only.
     */
    readonly dtmf: DtmfSender | undefined;
    /**
     * The sender's parameters, as they will be once all calls so far have completed. Change them and pass them to
     * `setParameters`.
     * @throws {MoimError} ERR_NEGOTIATION if the browser returns invalid parameters.
     */
    readonly parameters: SendParameters;
    /**
     * The browser's object.
     */
    readonly rtcRtpSender: RTCRtpSender;
    /**
     * The sent track, as it will be once all calls so far have completed.
     */
    readonly track: LocalTrack | undefined;
}

/**
 * Collects statistics at an interval: a sample each time, with `for await` or as events. It runs until `close()` or
 * `free()`, or until the connection is closed or the track has ended. No reference to it is needed until then.
 * @see https://www.w3.org/TR/webrtc-stats/
 * @example
 * const monitor = new StatsMonitor(remoteTrack);
 * for await (const { delta } of monitor) console.log(delta);
 */
export class StatsMonitor {
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Stops the monitor. The history is kept. Idempotent.
     */
    close(): void;
    /**
     * Starts the monitor. The first sample is taken after one interval.
     * @throws {MoimError} ERR_INVALID_STATE if the connection is closed or the track has ended; ERR_INVALID_OPTIONS if
     * it has no statistics, and for options that are misspelt, of the wrong type or out of range.
     */
    constructor(source: StatsSource, options?: StatsMonitorOptions);
    /**
     * The history as CSV text, with a header: for each sample one row for the connection and one for each stream.
     */
    toCsv(): string;
    /**
     * The history as JSON text: for each sample its `timestamp`, `delta`, and `report`, the list of the entries,
     * unchanged from the browser.
     */
    toJson(): string;
    /**
     * Whether the monitor has ended.
     */
    readonly closed: boolean;
    /**
     * The newest samples, oldest first.
     */
    readonly history: StatsSample[];
}

/**
 * A sender and a receiver that share a media section. Misspelt options and arguments of the wrong type result in
 * `ERR_INVALID_OPTIONS`.
 * @see https://www.w3.org/TR/webrtc/#rtcrtptransceiver-interface
 * @example
 * const transceiver = connection.addTransceiver("video", { direction: "recvonly" });
 * transceiver.preferCodecs(["video/VP9"]);
 */
export class Transceiver {
    private constructor();
    free(): void;
    /** The members that have a value, for `JSON.stringify` and consoles. */
    toJSON(): Record<string, unknown>;
    [Symbol.dispose](): void;
    /**
     * Offers codecs of these MIME types first, such as `"video/VP9"`, followed by the others in the browser's order.
     * @throws {MoimError} ERR_UNSUPPORTED if the browser supports none of them, or lacks `setCodecPreferences`;
     * ERR_INVALID_STATE when the transceiver is stopped; ERR_INVALID_OPTIONS if the array is empty.
     */
    preferCodecs(mimeTypes: string[]): void;
    /**
     * Sets which codecs to offer, and in which order, from the next negotiation on: some of
     * `Receiver.capabilities(kind).codecs`. An empty array restores the browser's own order.
     * @throws {MoimError} ERR_INVALID_STATE when the transceiver is stopped; ERR_UNSUPPORTED if the browser lacks
     * it; ERR_INVALID_OPTIONS for a codec that the browser does not support.
     */
    setCodecPreferences(codecs: Codec[]): void;
    /**
     * Permanently stops sending and receiving. Idempotent.
     * @throws {MoimError} ERR_INVALID_STATE when the connection is closed.
     */
    stop(): void;
    /**
     * The negotiated direction. `undefined` before negotiation.
     */
    readonly currentDirection: TransceiverDirection | undefined;
    /**
     * The preferred direction. Setting it takes effect after a negotiation, which starts automatically.
     * @throws {MoimError} when it is set: ERR_INVALID_STATE when the transceiver is stopped or the connection closed;
     * ERR_INVALID_OPTIONS for `"stopped"`: call `stop()` instead.
     */
    direction: TransceiverDirection;
    /**
     * Audio or video.
     */
    readonly kind: MediaKind;
    /**
     * The id of the media section, the same at both peers. `undefined` before negotiation.
     */
    readonly mid: string | undefined;
    /**
     * The receiver.
     */
    readonly receiver: Receiver;
    /**
     * The browser's object.
     */
    readonly rtcRtpTransceiver: RTCRtpTransceiver;
    /**
     * The sender.
     */
    readonly sender: Sender;
}

/**
 * Prompts the user to select a screen, a window or a tab, and captures it. Call it from a click or key handler.
 * The browser's own stop button ends the tracks: listen to `"ended"`.
 * @throws {MoimError} ERR_MEDIA_NOT_ALLOWED when the user dismisses the dialog, or a permissions policy or the system
 * denies it; ERR_MEDIA_INSECURE_CONTEXT on a page without https; ERR_MEDIA_NOT_FOUND when there is nothing to share;
 * ERR_MEDIA_NOT_READABLE or ERR_MEDIA_ABORTED when it cannot be captured; ERR_MEDIA_OVERCONSTRAINED when it does not
 * satisfy a constraint; ERR_UNSUPPORTED if the browser has no `getDisplayMedia`; ERR_INVALID_OPTIONS for options that
 * are misspelt or of the wrong type, and for required constraints, which a display does not support; ERR_INVALID_STATE
 * without a recent user gesture; ERR_ABORTED when its `signal` is aborted.
 * @see https://www.w3.org/TR/screen-capture/#dom-mediadevices-getdisplaymedia
 */
export function captureDisplay(options?: DisplayOptions): Promise<DisplayCapture>;

/**
 * Checks devices, servers and the network before a call: permissions, camera, microphone and speaker, the signaling
 * server, each STUN and TURN transport, and the quality of media that is sent to itself. What fails is in the results: the
 * `report` rejects only if the `signal` is aborted, or if the package's chunk `diagnosis` cannot be loaded. Each check has
 * a limit in time.
 *
 * The browser may ask for permission, and the speaker plays a tone for a second. Call it from a click handler, because
 * browsers keep audio suspended until a user gesture. The checks start immediately, even if the updates are not iterated,
 * and ending the iteration does not stop them. Afterwards, also when aborted, all devices and connections are released.
 * @throws {MoimError} ERR_INVALID_OPTIONS for options that are misspelt, of the wrong type or out of range, and without a
 * `url` on a page without a server. `report` rejects with ERR_ABORTED when the `signal` is aborted, and with
 * ERR_CHUNK_NOT_LOADED if the chunk is not served.
 * @example
 * const diagnosis = diagnose({ signal });
 * for await (const { check, result } of diagnosis) if (result) console.log(check, result.verdict, result.advice);
 * const report = await diagnosis.report;
 */
export function diagnose(options?: DiagnoseOptions): Diagnosis;

/**
 * Gets the statistics of a connection, or of one sender, receiver or remote track. If a track's
 * receiver was used by another publication before, its counters continue from there.
 * @throws {MoimError} ERR_INVALID_STATE if the connection is closed or the track has ended; ERR_INVALID_OPTIONS if it
 * has no statistics; ERR_CHUNK_NOT_LOADED if the package's chunk `statistics` is not served.
 * @see https://www.w3.org/TR/webrtc/#sec.stats-model
 */
export function getStats(source: StatsSource): Promise<StatsReport>;

/**
 * Sets the log level: records are written to the console, unless `setLogSink` was called. Default: `"silent"`.
 * @throws {MoimError} ERR_INVALID_OPTIONS for an unknown level.
 */
export function setLogLevel(level: LogLevel): void;

/**
 * Passes each record to a function instead of the console; `null` restores the console. `setLogLevel` sets which
 * records there are. The function is called shortly after the event, in order.
 * @throws {MoimError} ERR_INVALID_OPTIONS if it is not a function or `null`.
 */
export function setLogSink(sink: ((record: LogRecord) => void) | null): void;

/**
 * Plays the audio of an element on another speaker or headset; `""` selects the default one.
 * @throws {MoimError} ERR_UNSUPPORTED if the browser has no `setSinkId`; ERR_MEDIA_NOT_FOUND if the device does not
 * exist; ERR_MEDIA_NOT_ALLOWED if the page may not use it; ERR_MEDIA_ABORTED if it fails; ERR_INVALID_OPTIONS if it is
 * not a media element.
 * @see https://www.w3.org/TR/audio-output/#dom-htmlmediaelement-setsinkid
 */
export function setSinkId(element: HTMLMediaElement, deviceId: string): Promise<void>;

/** A `WebAssembly.Module`. TypeScript's own type of it is empty, and would accept any object. */
export type CompiledModule = { readonly module?: never; readonly module_or_path?: never };

/** The source of the WebAssembly module: its URL, a response, its bytes, or the module itself. */
export type InitInput = RequestInfo | URL | Response | BufferSource | CompiledModule;

/** The module's exports. */
export interface InitOutput {
    readonly memory: WebAssembly.Memory;
}

export type SyncInitInput = BufferSource | CompiledModule;

/**
 * Loads the WebAssembly module, which the package requires. By default it is fetched from
 * `moim_bg.wasm` next to the package's JavaScript. Further calls return the same promise; after a failure a call tries
 * again. Importing `moim/auto` calls it automatically.
 *
 * @throws {MoimError} ERR_INIT_FAILED if the module is not served or cannot be compiled; ERR_INIT_BLOCKED if the page's
 * Content-Security-Policy lacks `'wasm-unsafe-eval'`; ERR_UNSUPPORTED without WebAssembly; ERR_INVALID_OPTIONS if
 * `module_or_path` is none of the above.
 * @example
 * import init, { Room } from "moim";
 *
 * await init();
 * const room = new Room();
 */
export default function init(options?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;

/** A part of the package that is fetched when it is first used. */
export type ChunkName =
    /** Signaling backends that are written in JavaScript: `backend` of the room options. */
    | "backend"
    /** `diagnose`. */
    | "diagnosis"
    /** Sending and receiving files. */
    | "files"
    /** Rooms on a Janus server: `server.type` of the room options. */
    | "janus"
    /** `Kurento`: the pipelines of a Kurento Media Server. */
    | "kurento"
    /** Rooms on a LiveKit server: `server.type` of the room options. */
    | "livekit"
    /** Completing recordings. */
    | "recorder"
    /** `getStats`, `StatsMonitor`, and the quality of a call, which a room measures from two seconds after it was joined. */
    | "statistics"
    /** Publishing with WHIP and playing with WHEP. */
    | "whip";

/**
 * Loads chunks, by default all of them, together with the WebAssembly module: to have everything before the first use, or
 * while there is a network. Otherwise each is fetched when it is first used, and the operation that needs it takes
 * longer.
 *
 * @throws {MoimError} ERR_CHUNK_NOT_LOADED if one is not served or cannot be compiled; the codes of `init`;
 * ERR_INVALID_OPTIONS for a name that is not one of a chunk.
 * @example
 * import init, { preload } from "moim";
 *
 * await init();
 * void preload("files");
 */
export function preload(...names: ChunkName[]): Promise<void>;

/**
 * Initializes the package synchronously with a module that was already loaded. Browsers reject large modules in a
 * page, and accept them in a worker.
 *
 * @throws {MoimError} the codes of `init`.
 */
export function initSync(options: { module: SyncInitInput } | SyncInitInput): InitOutput;
