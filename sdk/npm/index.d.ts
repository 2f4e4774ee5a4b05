/* tslint:disable */
/* eslint-disable */

/** What every function of this package throws or rejects with. */
export interface MoimError extends Error {
    /** The cause as a stable word: tell errors apart by it, not by the message. */
    readonly code: ErrorCode;
    /** The browser's own exception, where there is one. */
    readonly cause?: unknown;
    /** With `ERR_MEDIA_OVERCONSTRAINED`: the constraint that no device satisfies, such as `"deviceId"`. */
    readonly constraint?: string;
    /** With `ERR_MEDIA_NOT_ALLOWED`: who refused, as far as it can be known. */
    readonly refusedBy?: Refusal;
}



/** Where a file that is accepted goes. */
export interface AcceptOptions {
    /** A stream to write the file to as it comes, such as that of a file that the user chose with `showSaveFilePicker`,
     * or of the origin's private file system. Default: none, the file is kept in memory. */
    writable?: WritableStream<Uint8Array> | FileSystemWritableFileStream;
}


/**
 * A track that a participant offers to the others.
 */
export interface Publication {
    /**
     * Unique within the participant.
     */
    id: PublicationId;
    /**
     * Sound or pictures.
     */
    kind: MediaKind;
    /**
     * What the track shows.
     */
    source: TrackSource;
    /**
     * The publisher sends silence or black.
     */
    muted: boolean;
}

/**
 * Another participant, as known at the moment of asking.
 */
export interface RemoteParticipant {
    /**
     * Names the participant for as long as it stays.
     */
    id: ParticipantId;
    /**
     * The name to show.
     */
    name: string;
    /**
     * Whatever the application attached.
     */
    metadata: string;
    /**
     * What the participant publishes.
     */
    publications: Publication[];
    /**
     * What can be played of it now.
     */
    tracks: RemoteTrack[];
    /**
     * The state of the connection to it.
     */
    connectionState: ConnectionState;
}

/**
 * How a data channel is made. The defaults give a channel that loses nothing and keeps order.
 */
export interface DataChannelOptions {
    /**
     * Whether messages arrive in the order of sending. Default: true.
     */
    ordered?: boolean;
    /**
     * Milliseconds after which a message that was lost is not sent again. Not together with `maxRetransmits`.
     * Default: none, the channel is reliable.
     */
    maxPacketLifeTime?: number | null;
    /**
     * How often a message that was lost is sent again. Not together with `maxPacketLifeTime`. Default: none, the
     * channel is reliable.
     */
    maxRetransmits?: number | null;
    /**
     * What the application speaks over the channel, for the far end to read. Default: empty.
     */
    protocol?: string;
    /**
     * Whether both ends make the channel, with the same `id`, so that it needs no announcement. Default: false.
     */
    negotiated?: boolean;
    /**
     * The channel's id, from 0 to 65534. For a negotiated channel, and only for such a one.
     */
    id?: number | null;
    /**
     * How the channel shares the connection with others, where the browser knows priorities. Default: its choice.
     */
    priority?: DataChannelPriority | undefined;
    /**
     * How messages are sent and received.
     */
    messages?: MessageOptions;
}

/**
 * How far a transfer is.
 */
export interface FileProgress {
    /**
     * Bytes that the receiver has written down.
     */
    transferred: number;
    /**
     * The file's size in bytes.
     */
    size: number;
}

/**
 * How media flows between participants.
 */
export type Topology = "mesh";

/**
 * How messages are sent and received over a channel. Each end has its own.
 */
export interface MessageOptions {
    /**
     * Whether messages that are too long for the connection are sent in fragments. Both ends must agree: say false when
     * the far end is not moim. Default: true for a channel that is made here; for one that the far end made, what its
     * protocol says.
     */
    framing?: boolean | null;
    /**
     * The longest message in bytes, sent or received, up to 1 GiB. Fragments that wait for the rest take at most twice
     * this much memory. Default: 64 MiB.
     */
    maxMessageSize?: number;
    /**
     * Bytes in the browser's buffer from which on `send` waits; at most 8 MiB. Default: 1 MiB.
     */
    highWaterMark?: number;
    /**
     * Bytes in the browser's buffer at which waiting ends. Default: 256 KiB.
     */
    lowWaterMark?: number;
    /**
     * Bytes of received messages that wait to be read before the oldest are dropped. One message is always kept.
     * Default: 64 MiB.
     */
    maxUnread?: number;
}

/**
 * How much a channel counts beside others: <https://www.w3.org/TR/webrtc-priority/>.
 */
export type DataChannelPriority = "very-low" | "low" | "medium" | "high";

/**
 * How to record.
 */
export interface RecorderOptions {
    /**
     * The container and codecs. Default: the first of a list that this browser can record, WebM before MP4.
     */
    mimeType?: string | null;
    /**
     * Bits per second for pictures. Default: the browser's choice.
     */
    videoBitsPerSecond?: number | null;
    /**
     * Bits per second for sound. Default: the browser's choice.
     */
    audioBitsPerSecond?: number | null;
    /**
     * Milliseconds between two pieces that the browser hands over. 0: everything at the end. Default: 1000.
     */
    timesliceMs?: number;
}

/**
 * Names one participant for as long as it stays in the room. The server chooses it.
 */
export type ParticipantId = string;

/**
 * Names one publication of a participant. The publisher chooses it; it is unique within that participant.
 */
export type PublicationId = string;

/**
 * Something happened in a room.
 */
export type RoomEvent = { type: "statechange"; state: RoomState } | { type: "participantjoined"; participant: RemoteParticipant } | { type: "participantupdated"; participant: RemoteParticipant } | { type: "participantleft"; participantId: ParticipantId; reason: LeaveReason } | { type: "trackadded"; participantId: ParticipantId; track: RemoteTrack } | { type: "trackremoved"; participantId: ParticipantId; publicationId: PublicationId } | { type: "trackmuted"; participantId: ParticipantId; publicationId: PublicationId } | { type: "trackunmuted"; participantId: ParticipantId; publicationId: PublicationId } | { type: "localtrackended"; publicationId: PublicationId } | { type: "connectionstatechange"; participantId: ParticipantId; state: ConnectionState } | { type: "chatreceived"; participantId: ParticipantId; text: string } | { type: "datareceived"; participantId: ParticipantId; topic: string; payload: Uint8Array } | { type: "warning"; error: MoimError } | { type: "left"; error: MoimError | null } | { type: "lagged"; missed: number };

/**
 * The list of devices is another one now.
 */
export interface DeviceChange {
    /**
     * All devices.
     */
    devices: DeviceInfo[];
    /**
     * Those that were plugged in.
     */
    added: DeviceInfo[];
    /**
     * Those that were plugged out.
     */
    removed: DeviceInfo[];
    /**
     * Those that have become the default of their kind.
     */
    defaults: DeviceInfo[];
}

/**
 * What a device does.
 */
export type DeviceKind = "audioinput" | "videoinput" | "audiooutput" | "unknown";

/**
 * What a recorder does now.
 */
export type RecorderState = "recording" | "paused" | "stopped";

/**
 * What a track shows.
 */
export type TrackSource = "camera" | "microphone" | "screen" | "screenAudio" | "custom";

/**
 * What the far end is told about a file.
 */
export interface FileOptions {
    /**
     * The name. Default: that of the `File`; `"file"` for a `Blob`.
     */
    name?: string | null;
    /**
     * The MIME type. Default: that of the `Blob`.
     */
    mimeType?: string | null;
}

/**
 * Where a channel is in its life: <https://www.w3.org/TR/webrtc/#dom-rtcdatachannelstate>.
 */
export type DataChannelState = "connecting" | "open" | "closing" | "closed";

/**
 * Where a room is in its life.
 */
export type RoomState = "new" | "joining" | "joined" | "left";

/**
 * Which camera, and what it should give. The browser comes as near to size and rate as it can.
 */
export interface CameraOptions {
    /**
     * Exactly this camera. Default: the browser's or the user's choice.
     */
    deviceId?: string | null;
    /**
     * The camera that points this way, if there is one. Default: any.
     */
    facingMode?: FacingMode | null;
    /**
     * Wanted width in pixels. Default: 1280.
     */
    width?: number | null;
    /**
     * Wanted height in pixels. Default: 720.
     */
    height?: number | null;
    /**
     * Wanted frames per second. Default: 30.
     */
    frameRate?: number | null;
    /**
     * Anything else, and whatever of the above should be more than a wish. A member here replaces the one above.
     */
    constraints?: TrackConstraints;
}

/**
 * Which microphone, and how the browser treats its sound.
 */
export interface MicrophoneOptions {
    /**
     * Exactly this microphone. Default: the browser's or the user's choice.
     */
    deviceId?: string | null;
    /**
     * Removes what the speakers play. Default: true.
     */
    echoCancellation?: boolean;
    /**
     * Removes steady noise. Default: true.
     */
    noiseSuppression?: boolean;
    /**
     * Evens out the loudness. Default: true.
     */
    autoGainControl?: boolean;
    /**
     * Anything else, and whatever of the above should be more than a wish. A member here replaces the one above.
     */
    constraints?: TrackConstraints;
}

/**
 * Which way a file goes.
 */
export type FileDirection = "send" | "receive";

/**
 * Who did not allow a capture.
 */
export type Refusal = "user" | "policy" | "system" | "unknown";

/**
 * Why a participant is gone.
 */
export type LeaveReason = "left" | "disconnected" | "timedOut" | "unknown";

/**
 * `"audio"` or `"video"`.
 */
export type MediaKind = "audio" | "video";

/**
 * `DisplayMediaStreamOptions`: what to share, and what the user is offered. It is a wish: browsers pass over what they
 * do not know, and the user chooses. <https://www.w3.org/TR/screen-capture/#dom-displaymediastreamoptions>
 */
export interface DisplayOptions {
    /**
     * Offers the user to share the sound too; not every browser and system can. Default: false.
     */
    audio?: boolean;
    /**
     * Size and rate of the pictures, the pointer, and the kind of surface to prefer. Only bare and ideal values and
     * `max` are possible. Default: none.
     */
    videoConstraints?: TrackConstraints;
    /**
     * How the sound is treated, such as `suppressLocalAudioPlayback` and `restrictOwnAudio`. Default: none.
     */
    audioConstraints?: TrackConstraints;
    /**
     * Offers this tab first. Default: false.
     */
    preferCurrentTab?: boolean;
    /**
     * Whether this tab is offered at all. Default: the browser's choice.
     */
    selfBrowserSurface?: SurfaceChoice | null;
    /**
     * Whether the user can switch to another tab while sharing. Default: the browser's choice.
     */
    surfaceSwitching?: SurfaceChoice | null;
    /**
     * Whether the sound of the system is offered with a screen. Default: the browser's choice.
     */
    systemAudio?: SurfaceChoice | null;
    /**
     * Which sound is offered with a window. Default: the browser's choice.
     */
    windowAudio?: WindowAudio | null;
    /**
     * Whether whole screens are offered. Default: the browser's choice.
     */
    monitorTypeSurfaces?: SurfaceChoice | null;
}

/**
 * `MediaDeviceInfo`. Before the page has been allowed to capture, browsers leave ids and labels empty.
 */
export interface DeviceInfo {
    /**
     * Names the device on this site.
     */
    deviceId: string;
    /**
     * What the device does.
     */
    kind: DeviceKind;
    /**
     * The name to show.
     */
    label: string;
    /**
     * Equal for the microphone and the camera or speaker of one physical device.
     */
    groupId: string;
}

/**
 * `RTCIceServer`: a STUN or TURN server.
 */
export interface IceServer {
    /**
     * `stun:`, `stuns:`, `turn:` or `turns:` URLs (RFC 7064, RFC 7065).
     */
    urls: string[];
    /**
     * TURN only.
     */
    username?: string;
    /**
     * TURN only.
     */
    credential?: string;
}

/**
 * `RTCPeerConnectionState`: <https://www.w3.org/TR/webrtc/#rtcpeerconnectionstate-enum>.
 */
export type ConnectionState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

/** A track of the browser, or anything that has one: `LocalTrack`, `RemoteTrack`. */
export type TrackLike = MediaStreamTrack | { readonly mediaStreamTrack: MediaStreamTrack };

/** What the user chose to share. */
export interface DisplayCapture {
    /** The pictures. */
    readonly video: LocalTrack;
    /** The sound, if it was asked for and the user and the system gave it. */
    readonly audio?: LocalTrack;
}

/** An element of this page, a `CropTarget` or `RestrictionTarget` of the shared page, or `null` for all of it. */
export type CaptureRegion = Element | object | null;

/** What is wanted of a track: a bare value is an ideal one, or in `advanced` a required one. */
export interface TrackConstraints extends ConstraintSet {
    /** More wishes, the most important first. The browser skips each set that cannot be met as a whole. */
    advanced?: ConstraintSet[];
}

/** A constraint of words. */
export type ConstrainWord<W extends string> = W | W[] | { exact?: W | W[]; ideal?: W | W[] };

/** Which sound echo cancellation removes: `"all"` that the system plays, or only that of remote participants. */
export type EchoCancellation = boolean | "all" | "remote-only";

/** A constraint of echo cancellation. */
export type ConstrainEchoCancellation =
| EchoCancellation
| { exact?: EchoCancellation; ideal?: EchoCancellation };

/** A constraint of points, whose numbers go from 0, at the left and the top, to 1. */
export type ConstrainPoints =
| { x: number; y: number }[]
| { exact?: { x: number; y: number }[]; ideal?: { x: number; y: number }[] };

/** From where to where a number can be set. */
export interface NumberRange {
    /** The smallest value. */
    min?: number;
    /** The largest value. */
    max?: number;
    /** The smallest difference between two values. */
    step?: number;
}

/** Counts of frames from the source to the track, since its start. Which there are depends on the kind of track. */
export interface FrameStats {
    /** Frames that reached whoever uses the track. */
    deliveredFrames: number;
    /** Frames that were given up, such as for a lower frame rate. Pictures only. */
    discardedFrames?: number;
    /** All frames of the source. */
    totalFrames: number;
    /** How long the delivered frames last, in milliseconds. Sound only. */
    deliveredFramesDuration?: number;
    /** How long all frames last, in milliseconds. Sound only. */
    totalFramesDuration?: number;
    /** From capture to delivery, in milliseconds. Sound only. */
    latency?: number;
    /** The mean of it, in milliseconds. Sound only. */
    averageLatency?: number;
    /** The least of it, in milliseconds. Sound only. */
    minimumLatency?: number;
    /** The most of it, in milliseconds. Sound only. */
    maximumLatency?: number;
}


/** How a room is reached and run. Every member may be left out. */
export interface RoomOptions {
    /** The signaling server, `wss://host/path` or `ws://host/path`. Default: `/ws` of the page's own server. */
    url?: string;
    /** How media flows between participants. Default: `"mesh"`. */
    topology?: Topology;
    /** Milliseconds to wait before joining fails. Default: 10000. */
    joinTimeoutMs?: number;
    /** STUN and TURN servers beside those that the signaling server names. Default: none. */
    iceServers?: IceServer[];
}

/** Who joins which room. */
export interface JoinOptions {
    /** The room's name. Whoever gives the same name meets. */
    room: string;
    /** The participant's name, for the others to read. */
    name: string;
    /** Whatever the application attaches to the participant. Default: empty. */
    metadata?: string;
}

/** To whom bytes go, and what they are about. */
export interface DataOptions {
    /** What the bytes are about; at most 255 bytes of UTF-8. Default: empty. */
    topic?: string;
    /** The receiver. Default: everyone. */
    to?: ParticipantId;
}

/** Each event of a room by its name, as `addEventListener` hands it over: the event is in `detail`. */
export type RoomEventMap = { [E in RoomEvent as E["type"]]: CustomEvent<E> };

export interface Room {
    /** Calls `listener` for each event of this name. The event's members are in `event.detail`. */
    addEventListener<K extends keyof RoomEventMap>(
    type: K,
    listener: (event: RoomEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
    ): void;
    /** Undoes `addEventListener`. */
    removeEventListener<K extends keyof RoomEventMap>(
    type: K,
    listener: (event: RoomEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
    ): void;
    /** All events from now on: `for await (const event of room.events())`. Ends after `"left"`. */
    events(): AsyncIterableIterator<RoomEvent>;
}


/** The cause of a MoimError. */
export type ErrorCode =
| "ERR_MEDIA_NOT_ALLOWED"
| "ERR_MEDIA_NOT_FOUND"
| "ERR_MEDIA_NOT_READABLE"
| "ERR_MEDIA_OVERCONSTRAINED"
| "ERR_MEDIA_ABORTED"
| "ERR_MEDIA_INSECURE_CONTEXT"
| "ERR_NEGOTIATION"
| "ERR_SIGNALING_UNREACHABLE"
| "ERR_SIGNALING_LOST"
| "ERR_SIGNALING_UNDECODABLE"
| "ERR_SIGNALING_REFUSED"
| "ERR_DATA_TOO_LARGE"
| "ERR_DATA_QUEUE_FULL"
| "ERR_DATA_UNKNOWN_PARTICIPANT"
| "ERR_DATA_FAILED"
| "ERR_DATA_CLOSED"
| "ERR_DATA_LAGGED"
| "ERR_DATA_MALFORMED"
| "ERR_TRANSFER_REJECTED"
| "ERR_TRANSFER_CANCELLED"
| "ERR_TRANSFER_INTERRUPTED"
| "ERR_TRANSFER_CORRUPT"
| "ERR_TRANSFER_STORAGE"
| "ERR_RECORDER"
| "ERR_INVALID_STATE"
| "ERR_INVALID_OPTIONS"
| "ERR_TIMEOUT"
| "ERR_UNSUPPORTED"
| "ERR_BROWSER";


/** What goes over a data channel. */
export type DataMessage = string | Uint8Array<ArrayBuffer>;

/** The events of a data channel by their names, as `addEventListener` hands them over. */
export interface DataChannelEventMap {
    /** Messages can be sent. */
    open: Event;
    /** It is over, by whichever end. */
    close: Event;
    /** A message came. */
    message: MessageEvent<DataMessage>;
    /** Messages did not come, and why: they were too long, or read too late. The channel goes on. */
    messageerror: CustomEvent<MoimError>;
}

export interface DataChannel {
    /** Calls `listener` for each event of this name. Listening to `"message"` takes the messages: see `messages()`. */
    addEventListener<K extends keyof DataChannelEventMap>(
    type: K,
    listener: (event: DataChannelEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
    ): void;
    /** Undoes `addEventListener`. */
    removeEventListener<K extends keyof DataChannelEventMap>(
    type: K,
    listener: (event: DataChannelEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
    ): void;
}


/** `MediaTrackCapabilities`: what a track could be, as far as the browser tells. */
export interface TrackCapabilities {
    /** The device, by its id. */
    deviceId?: string;
    /** The physical device, which may have several parts. */
    groupId?: string;
    /** Where the camera points. */
    facingMode?: string[];
    /** Width in pixels. */
    width?: NumberRange;
    /** Height in pixels. */
    height?: NumberRange;
    /** Width divided by height. */
    aspectRatio?: NumberRange;
    /** Frames per second. */
    frameRate?: NumberRange;
    /** Whether the browser may make other sizes out of those that the camera has. */
    resizeMode?: string[];
    /** Samples per second. */
    sampleRate?: NumberRange;
    /** Bits per sample. */
    sampleSize?: NumberRange;
    /** Channels of sound. */
    channelCount?: NumberRange;
    /** Seconds from the sound to its samples. */
    latency?: NumberRange;
    /** Removes what the speakers play. */
    echoCancellation?: (boolean | string)[];
    /** Removes steady noise. */
    noiseSuppression?: boolean[];
    /** Evens out the loudness. */
    autoGainControl?: boolean[];
    /** Keeps the user's voice alone. */
    voiceIsolation?: boolean[];
    /** Blurs what is behind the user. */
    backgroundBlur?: boolean[];
    /** Keeps the user's face in the middle. */
    faceFraming?: boolean[];
    /** Makes the user look into the camera. */
    eyeGazeCorrection?: boolean[];
    /** Arc seconds by which the camera is turned sideways. */
    pan?: NumberRange;
    /** Arc seconds by which the camera is turned up. */
    tilt?: NumberRange;
    /** How near the camera shows things, in units of its own. */
    zoom?: NumberRange;
    /** The light beside the camera. */
    torch?: boolean[];
    /** How exposure is found. */
    exposureMode?: string[];
    /** How long one picture is exposed, in units of 100 microseconds. */
    exposureTime?: NumberRange;
    /** How much lighter or darker than measured, in steps of exposure value. */
    exposureCompensation?: NumberRange;
    /** How focus is found. */
    focusMode?: string[];
    /** Metres to what is sharp. */
    focusDistance?: NumberRange;
    /** How white balance is found. */
    whiteBalanceMode?: string[];
    /** The colour temperature of white, in kelvin. */
    colorTemperature?: NumberRange;
    /** Sensitivity by the ISO scale. */
    iso?: NumberRange;
    /** Brightness, in units of the camera's own. */
    brightness?: NumberRange;
    /** Contrast, in units of the camera's own. */
    contrast?: NumberRange;
    /** Saturation, in units of the camera's own. */
    saturation?: NumberRange;
    /** Sharpness, in units of the camera's own. */
    sharpness?: NumberRange;
    /** Where exposure, focus and white balance are measured. */
    pointsOfInterest?: { x: number; y: number }[];
    /** What is shared: a screen, a window or a tab. */
    displaySurface?: string[];
    /** Whether what is shared is complete even where it cannot be seen. */
    logicalSurface?: boolean[];
    /** When the pointer is seen. */
    cursor?: string[];
    /** Silences a shared tab's sound here while it is shared. */
    suppressLocalAudioPlayback?: boolean[];
    /** Leaves this page's own sound out of what is shared. */
    restrictOwnAudio?: boolean[];
}


/** `MediaTrackConstraintSet`: what is wanted of a track. What is left out may be anything. */
export interface ConstraintSet {
    /** The device, by its id. */
    deviceId?: ConstrainDOMString;
    /** The physical device, which may have several parts. */
    groupId?: ConstrainDOMString;
    /** Where the camera points. */
    facingMode?: ConstrainWord<FacingMode>;
    /** Width in pixels. */
    width?: ConstrainULong;
    /** Height in pixels. */
    height?: ConstrainULong;
    /** Width divided by height. */
    aspectRatio?: ConstrainDouble;
    /** Frames per second. */
    frameRate?: ConstrainDouble;
    /** Whether the browser may make other sizes out of those that the camera has. */
    resizeMode?: ConstrainWord<ResizeMode>;
    /** Samples per second. */
    sampleRate?: ConstrainULong;
    /** Bits per sample. */
    sampleSize?: ConstrainULong;
    /** Channels of sound. */
    channelCount?: ConstrainULong;
    /** Seconds from the sound to its samples. */
    latency?: ConstrainDouble;
    /** Removes what the speakers play. */
    echoCancellation?: ConstrainEchoCancellation;
    /** Removes steady noise. */
    noiseSuppression?: ConstrainBoolean;
    /** Evens out the loudness. */
    autoGainControl?: ConstrainBoolean;
    /** Keeps the user's voice alone. */
    voiceIsolation?: ConstrainBoolean;
    /** Blurs what is behind the user. */
    backgroundBlur?: ConstrainBoolean;
    /** Keeps the user's face in the middle. */
    faceFraming?: ConstrainBoolean;
    /** Makes the user look into the camera. */
    eyeGazeCorrection?: ConstrainBoolean;
    /** Arc seconds by which the camera is turned sideways. */
    pan?: boolean | ConstrainDouble;
    /** Arc seconds by which the camera is turned up. */
    tilt?: boolean | ConstrainDouble;
    /** How near the camera shows things, in units of its own. */
    zoom?: boolean | ConstrainDouble;
    /** The light beside the camera. */
    torch?: ConstrainBoolean;
    /** How exposure is found. */
    exposureMode?: ConstrainWord<MeteringMode>;
    /** How long one picture is exposed, in units of 100 microseconds. */
    exposureTime?: ConstrainDouble;
    /** How much lighter or darker than measured, in steps of exposure value. */
    exposureCompensation?: ConstrainDouble;
    /** How focus is found. */
    focusMode?: ConstrainWord<MeteringMode>;
    /** Metres to what is sharp. */
    focusDistance?: ConstrainDouble;
    /** How white balance is found. */
    whiteBalanceMode?: ConstrainWord<MeteringMode>;
    /** The colour temperature of white, in kelvin. */
    colorTemperature?: ConstrainDouble;
    /** Sensitivity by the ISO scale. */
    iso?: ConstrainDouble;
    /** Brightness, in units of the camera's own. */
    brightness?: ConstrainDouble;
    /** Contrast, in units of the camera's own. */
    contrast?: ConstrainDouble;
    /** Saturation, in units of the camera's own. */
    saturation?: ConstrainDouble;
    /** Sharpness, in units of the camera's own. */
    sharpness?: ConstrainDouble;
    /** Where exposure, focus and white balance are measured. */
    pointsOfInterest?: ConstrainPoints;
    /** What is shared: a screen, a window or a tab. */
    displaySurface?: ConstrainWord<DisplaySurface>;
    /** Whether what is shared is complete even where it cannot be seen. */
    logicalSurface?: ConstrainBoolean;
    /** When the pointer is seen. */
    cursor?: ConstrainWord<Cursor>;
    /** Silences a shared tab's sound here while it is shared. */
    suppressLocalAudioPlayback?: ConstrainBoolean;
    /** Leaves this page's own sound out of what is shared. */
    restrictOwnAudio?: ConstrainBoolean;
}


/** `MediaTrackSettings`: what a track is at present, as far as the browser tells. */
export interface TrackSettings {
    /** The device, by its id. */
    deviceId?: string;
    /** The physical device, which may have several parts. */
    groupId?: string;
    /** Where the camera points. */
    facingMode?: string;
    /** Width in pixels. */
    width?: number;
    /** Height in pixels. */
    height?: number;
    /** Width divided by height. */
    aspectRatio?: number;
    /** Frames per second. */
    frameRate?: number;
    /** Whether the browser may make other sizes out of those that the camera has. */
    resizeMode?: string;
    /** Samples per second. */
    sampleRate?: number;
    /** Bits per sample. */
    sampleSize?: number;
    /** Channels of sound. */
    channelCount?: number;
    /** Seconds from the sound to its samples. */
    latency?: number;
    /** Removes what the speakers play. */
    echoCancellation?: boolean | string;
    /** Removes steady noise. */
    noiseSuppression?: boolean;
    /** Evens out the loudness. */
    autoGainControl?: boolean;
    /** Keeps the user's voice alone. */
    voiceIsolation?: boolean;
    /** Blurs what is behind the user. */
    backgroundBlur?: boolean;
    /** Keeps the user's face in the middle. */
    faceFraming?: boolean;
    /** Makes the user look into the camera. */
    eyeGazeCorrection?: boolean;
    /** Arc seconds by which the camera is turned sideways. */
    pan?: number;
    /** Arc seconds by which the camera is turned up. */
    tilt?: number;
    /** How near the camera shows things, in units of its own. */
    zoom?: number;
    /** The light beside the camera. */
    torch?: boolean;
    /** How exposure is found. */
    exposureMode?: string;
    /** How long one picture is exposed, in units of 100 microseconds. */
    exposureTime?: number;
    /** How much lighter or darker than measured, in steps of exposure value. */
    exposureCompensation?: number;
    /** How focus is found. */
    focusMode?: string;
    /** Metres to what is sharp. */
    focusDistance?: number;
    /** How white balance is found. */
    whiteBalanceMode?: string;
    /** The colour temperature of white, in kelvin. */
    colorTemperature?: number;
    /** Sensitivity by the ISO scale. */
    iso?: number;
    /** Brightness, in units of the camera's own. */
    brightness?: number;
    /** Contrast, in units of the camera's own. */
    contrast?: number;
    /** Saturation, in units of the camera's own. */
    saturation?: number;
    /** Sharpness, in units of the camera's own. */
    sharpness?: number;
    /** Where exposure, focus and white balance are measured. */
    pointsOfInterest?: { x: number; y: number }[];
    /** What is shared: a screen, a window or a tab. */
    displaySurface?: string;
    /** Whether what is shared is complete even where it cannot be seen. */
    logicalSurface?: boolean;
    /** When the pointer is seen. */
    cursor?: string;
    /** Silences a shared tab's sound here while it is shared. */
    suppressLocalAudioPlayback?: boolean;
    /** Leaves this page's own sound out of what is shared. */
    restrictOwnAudio?: boolean;
}


/** `VideoFacingModeEnum`: where a camera points. */
export type FacingMode =
| "user"
| "environment"
| "left"
| "right";

/** `VideoResizeModeEnum`: whether the browser may make other sizes out of those that the camera has. */
export type ResizeMode =
| "none"
| "crop-and-scale";

/** `MeteringMode`: how exposure, focus or white balance are found. */
export type MeteringMode =
| "none"
| "manual"
| "single-shot"
| "continuous";

/** `DisplayCaptureSurfaceType`: what is shared. */
export type DisplaySurface =
| "monitor"
| "window"
| "browser";

/** `CursorCaptureConstraint`: when the pointer is seen in a shared display. */
export type Cursor =
| "never"
| "always"
| "motion";

/** `MediaStreamTrack.contentHint`: what the media is, so that the encoder keeps what matters. */
export type ContentHint =
| ""
| "speech"
| "speech-recognition"
| "music"
| "motion"
| "detail"
| "text";

/** What the browser says of a track. */
export type TrackEvent =
| "mute"
| "unmute"
| "ended"
| "configurationchange"
| "capturehandlechange";

/** What a page may be permitted. */
export type PermissionName =
| "camera"
| "microphone"
| "display-capture";

/** `PermissionState`: whether a page is permitted something. */
export type PermissionState =
| "granted"
| "denied"
| "prompt";

/** Whether the user is offered something when choosing what to share. */
export type SurfaceChoice =
| "include"
| "exclude";

/** `WindowAudioPreferenceEnum`: which sound goes with a shared window. */
export type WindowAudio =
| "exclude"
| "window"
| "system";

/** `CaptureStartFocusBehavior`: which window has the focus when sharing begins. */
export type FocusBehavior =
| "focus-capturing-application"
| "focus-captured-surface"
| "no-focus-change";




/**
 * Controls one capture of a display. Chromium has it; what a browser lacks is `ERR_UNSUPPORTED`.
 */
export class CaptureController {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` when the zoom level has changed.
     */
    addEventListener(type: "zoomlevelchange", listener: (event: Event) => void): void;
    /**
     * The same as the function `captureDisplay`, under the control of this object; once.
     */
    captureDisplay(options?: DisplayOptions): Promise<DisplayCapture>;
    /**
     * Shows the shared tab one level smaller, on the same terms.
     */
    decreaseZoomLevel(): Promise<void>;
    /**
     * Turns of the wheel over `element` scroll the shared tab; `null` ends it.
     */
    forwardWheel(element: Element | null): Promise<void>;
    /**
     * Shows the shared tab one level larger. Call it from an event handler of a click; the browser may ask the user.
     */
    increaseZoomLevel(): Promise<void>;
    /**
     * Throws `ERR_UNSUPPORTED` where there is no `CaptureController`.
     */
    constructor();
    /**
     * Undoes `addEventListener`.
     */
    removeEventListener(type: "zoomlevelchange", listener: (event: Event) => void): void;
    /**
     * Shows the shared tab in its first size, on the same terms.
     */
    resetZoomLevel(): Promise<void>;
    /**
     * Which window has the focus when sharing begins. To be called before the capture, or at once after it.
     */
    setFocusBehavior(behavior: FocusBehavior): void;
    /**
     * The zoom levels of a shared tab, in percent, from small to large.
     */
    supportedZoomLevels(): number[];
    /**
     * Each new zoom level, also those that the user sets in the tab: `for await (const level of it.zoomLevels())`.
     */
    zoomLevels(): AsyncIterableIterator<number>;
    /**
     * How large the shared tab is shown, in percent. `undefined` while no tab is shared.
     */
    readonly zoomLevel: number | undefined;
}

/**
 * A channel for messages and files between two ends of a peer connection. It is open until `close()`, or until the
 * far end or the connection closes it.
 */
export class DataChannel {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Closes the channel for both ends. What waits to be sent fails, files under way are interrupted. Closing again does
     * nothing.
     */
    close(): void;
    /**
     * Fulfilled when the channel is closed, by whichever end; rejected when it failed.
     */
    closed(): Promise<void>;
    /**
     * Makes a channel on a connection of the browser. The far end gets a `datachannel` event, unless the channel is
     * negotiated. Throws `ERR_INVALID_OPTIONS` for options that make no sense, alone or together.
     */
    static create(connection: RTCPeerConnection, label: string, options?: DataChannelOptions): DataChannel;
    /**
     * The files that the far end offers: `for await (const file of channel.files())`. Ends when the channel is closed.
     */
    files(): AsyncIterableIterator<IncomingFile>;
    /**
     * Fulfilled when everything is sent.
     */
    flushed(): Promise<void>;
    /**
     * Wraps a channel of the browser, such as that of a `datachannel` event of `connection`: in the event itself, or its
     * first messages are missed.
     */
    static fromRtcDataChannel(channel: RTCDataChannel, connection: RTCPeerConnection, options?: MessageOptions): DataChannel;
    /**
     * The messages: `for await (const message of channel.messages())`. Those that came before somebody read too. Ends
     * when the channel is closed, and throws when messages did not come: call it again to go on. Each message goes to
     * one reader only: an iterator, `readable`, or the listeners of `"message"`.
     */
    messages(): AsyncIterableIterator<DataMessage>;
    /**
     * Fulfilled when the channel is open.
     */
    opened(): Promise<void>;
    /**
     * Offers a file to the far end, and sends it when it is accepted. Several files may be under way at once, and
     * messages between them. Throws `ERR_INVALID_STATE` on a channel that may lose messages, does not keep order, or is
     * without framing.
     */
    sendFile(file: Blob, options?: FileOptions): FileTransfer;
    /**
     * Sends a value as JSON text.
     */
    sendJson(value: unknown): Promise<void>;
    /**
     * Sends a message. Fulfilled when all of it is handed to the browser: at once while there is room in its buffer,
     * later when it is above the high-water mark or the channel is not open yet. Await it before you send more. Messages
     * are sent in the order of the calls. Rejects with `ERR_DATA_TOO_LARGE` beyond `maxMessageSize`, and with
     * `ERR_DATA_CLOSED` when the channel closes first.
     */
    send(data: string | ArrayBuffer | ArrayBufferView): Promise<void>;
    /**
     * Bytes that wait to be sent, here and in the browser's buffer.
     */
    readonly bufferedAmount: number;
    /**
     * Whether long messages are sent in fragments, and files can be sent.
     */
    readonly framing: boolean;
    /**
     * Its id, once the connection has given it one.
     */
    readonly id: number | undefined;
    /**
     * The name that it was made with.
     */
    readonly label: string;
    /**
     * The longest message in bytes that can be sent now.
     */
    readonly maxMessageSize: number;
    /**
     * What the application speaks over it.
     */
    readonly protocol: string;
    /**
     * The messages as a Web Stream, always the same.
     */
    readonly readable: ReadableStream<DataMessage>;
    /**
     * The browser's object.
     */
    readonly rtcDataChannel: RTCDataChannel;
    /**
     * Where the channel is in its life.
     */
    readonly state: DataChannelState;
    /**
     * A Web Stream that sends what is written to it, always the same. Closing it sends all and closes the channel.
     */
    readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>;
}

/**
 * The devices of this machine, as far as the browser shows them.
 */
export class Devices {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` when devices were plugged in or out; `changes()` says which.
     */
    addEventListener(type: "devicechange", listener: (event: Event) => void): void;
    /**
     * Opens a camera and a microphone, with one question to the user for both. It gives both or neither.
     */
    cameraAndMicrophone(camera?: CameraOptions, microphone?: MicrophoneOptions): Promise<{ camera: LocalTrack; microphone: LocalTrack }>;
    /**
     * Opens a camera, asking the user for permission if need be.
     */
    camera(options?: CameraOptions): Promise<LocalTrack>;
    /**
     * What changes each time devices are plugged in or out, or another one becomes the default:
     * `for await (const change of devices.changes())`.
     */
    changes(): AsyncIterableIterator<DeviceChange>;
    /**
     * Lists the devices; the default of each kind comes first. Asks for no permission, and without one the browser
     * tells little.
     */
    enumerate(): Promise<DeviceInfo[]>;
    /**
     * Opens a microphone, asking the user for permission if need be.
     */
    microphone(options?: MicrophoneOptions): Promise<LocalTrack>;
    /**
     * Throws `ERR_MEDIA_INSECURE_CONTEXT` on a page without https, and `ERR_UNSUPPORTED` where there is no
     * `getUserMedia`.
     */
    constructor();
    /**
     * Whether the page may use cameras, microphones or the display. Rejects with `ERR_UNSUPPORTED` where the browser
     * does not tell.
     */
    permission(name: PermissionName): Promise<Permission>;
    /**
     * Undoes `addEventListener`.
     */
    removeEventListener(type: "devicechange", listener: (event: Event) => void): void;
    /**
     * Lets the user choose a speaker, whose id `setSinkId` takes. Call it from an event handler of a click. Rejects with
     * `ERR_UNSUPPORTED` where there is no `selectAudioOutput`.
     */
    selectAudioOutput(deviceId?: string): Promise<DeviceInfo>;
    /**
     * Gives another track each time the device of the present one is gone, from the device that is then the default:
     * `for await (const next of devices.takeOver(track)) await room.replaceTrack(id, next)`. It has the constraints of
     * the first except for the device, and is muted if that was muted. Where there is no device, it waits till one is
     * plugged in. `stop()` of the present track ends the iteration, and so does an error.
     */
    takeOver(track: LocalTrack): AsyncIterableIterator<LocalTrack>;
}

/**
 * A file under way. It goes on without this object, too.
 */
export class FileTransfer {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Gives the transfer up at both ends; the reason is for the far end to read. Does nothing once it is over.
     */
    cancel(reason?: string): void;
    /**
     * How far it is, now and whenever that changes: `for await (const { transferred, size } of transfer.progress())`.
     * Ends with the transfer.
     */
    progress(): AsyncIterableIterator<FileProgress>;
    /**
     * Goes on over another channel, after the last one closed too early. Both ends have to call it; it does not matter
     * which is first. Use the transfer that it returns from now on.
     */
    resume(channel: DataChannel): FileTransfer;
    /**
     * Which way the file goes.
     */
    readonly direction: FileDirection;
    /**
     * Fulfilled at either end when the receiver has the file, whole and with the right SHA-256. The receiver gets it here,
     * unless it is written to a stream. Rejects with `ERR_TRANSFER_…`; after `ERR_TRANSFER_INTERRUPTED`, `resume()` goes
     * on.
     */
    readonly finished: Promise<File | undefined>;
    /**
     * The transfer's name: the same at both ends, and when it is resumed.
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
     * The file's size in bytes.
     */
    readonly size: number;
    /**
     * Bytes that the receiver has written down, as far as is known here.
     */
    readonly transferred: number;
}

/**
 * A file that the far end offers. One that is never answered is refused when it is collected.
 */
export class IncomingFile {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Takes the file. Throws `ERR_INVALID_STATE` if somebody else writes to the stream, or the offer is answered already.
     */
    accept(options?: AcceptOptions): FileTransfer;
    /**
     * Refuses the file; the reason is for the sender to read. Does nothing once the offer is answered.
     */
    reject(reason?: string): void;
    /**
     * The transfer's name: the same at both ends, and when it is resumed.
     */
    readonly id: string;
    /**
     * When the file was last changed, in milliseconds since 1970, as the far end says; 0 if that is not known.
     */
    readonly lastModified: number;
    /**
     * The MIME type as the far end says; may be empty.
     */
    readonly mimeType: string;
    /**
     * The file's name as the far end says, without a path. It may lie about the type.
     */
    readonly name: string;
    /**
     * The file's size in bytes.
     */
    readonly size: number;
}

/**
 * Measures how loud an audio track is now. Where the browser keeps audio suspended until the user has acted, the
 * level is 0 till the next click or key. Chromium measures a remote track only while a media element plays it.
 */
export class LevelMeter {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Whether somebody seems to speak. Ask several times a second; it stays true for 500 ms after a sound.
     */
    isSpeaking(): boolean;
    /**
     * The root mean square of the last 43 ms or so: 0 is silence, 1 the loudest possible sound.
     */
    level(): number;
    /**
     * Starts to measure. Throws `ERR_INVALID_OPTIONS` for a video track. Call `free()` to end it.
     */
    constructor(track: TrackLike);
}

/**
 * Sound or pictures of this page: a camera, a microphone, a shared display, or a track of the application.
 * It runs until `stop()`.
 */
export class LocalTrack {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` for an event of the track. `"ended"` says that the browser ended it: the device was unplugged,
     * the permission withdrawn, or sharing stopped from the browser's own button. `stop()` does not call it.
     */
    addEventListener(type: TrackEvent, listener: (event: Event) => void): void;
    /**
     * Makes the running track keep to other constraints, which replace those of before. If it fails, all stays.
     */
    applyConstraints(constraints?: TrackConstraints): Promise<void>;
    /**
     * What the track could be. Throws `ERR_UNSUPPORTED` where there is no `getCapabilities`.
     */
    capabilities(): TrackCapabilities;
    /**
     * A second track of the same source, with settings and an end of its own. The device is free when both are
     * stopped.
     */
    clone(): LocalTrack;
    /**
     * Cuts the pictures of a shared tab to the rectangle of an element of this page, or to a `CropTarget` that the
     * shared page made; `null` ends it. Rejects with `ERR_UNSUPPORTED` where the track has no `cropTo`.
     */
    cropTo(region: CaptureRegion): Promise<void>;
    /**
     * What the browser says of the track: `for await (const event of track.events())`. Ends with the track.
     */
    events(): AsyncIterableIterator<TrackEvent>;
    /**
     * Counts of the source's frames so far. Throws `ERR_UNSUPPORTED` where there is no `MediaStreamTrack.stats`.
     */
    frameStats(): FrameStats;
    /**
     * Wraps a track that the application made, such as that of a canvas.
     */
    static fromMediaStreamTrack(track: MediaStreamTrack, source: TrackSource): LocalTrack;
    /**
     * Undoes `addEventListener`.
     */
    removeEventListener(type: TrackEvent, listener: (event: Event) => void): void;
    /**
     * Cuts the pictures of a shared tab to one element without what covers it, or to a `RestrictionTarget`; `null`
     * ends it. Rejects with `ERR_UNSUPPORTED` where the track has no `restrictTo`.
     */
    restrictTo(region: CaptureRegion): Promise<void>;
    /**
     * What the track is at present.
     */
    settings(): TrackSettings;
    /**
     * Ends the track and frees its device. Stopping again does nothing.
     */
    stop(): void;
    /**
     * What the media is, so that the encoder keeps what matters. Throws `ERR_UNSUPPORTED` where there is no
     * `contentHint`.
     */
    contentHint: ContentHint;
    /**
     * The device that feeds the track, if there is one.
     */
    readonly deviceId: string | undefined;
    /**
     * Whether media flows; set it to mute and unmute. A disabled track gives silence or black, and a camera's light
     * may stay on: only `stop()` frees the device.
     */
    enabled: boolean;
    /**
     * Whether the track is over for good.
     */
    readonly ended: boolean;
    /**
     * `MediaStreamTrack.id`, unique in this page.
     */
    readonly id: string;
    /**
     * Sound or pictures.
     */
    readonly kind: MediaKind;
    /**
     * The device's name as the browser shows it. May be empty.
     */
    readonly label: string;
    /**
     * The browser's object.
     */
    readonly mediaStreamTrack: MediaStreamTrack;
    /**
     * Whether the source gives nothing at present, such as a headset whose own switch is off. The application mutes
     * by `enabled` instead.
     */
    readonly muted: boolean;
    /**
     * What the track shows.
     */
    readonly source: TrackSource;
}

/**
 * Whether the page may use something, and whether that changes.
 */
export class Permission {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` when the state has changed.
     */
    addEventListener(type: "change", listener: (event: Event) => void): void;
    /**
     * Each new state: `for await (const state of permission.changes())`.
     */
    changes(): AsyncIterableIterator<PermissionState>;
    /**
     * Undoes `addEventListener`.
     */
    removeEventListener(type: "change", listener: (event: Event) => void): void;
    /**
     * Whether the page may at present.
     */
    readonly state: PermissionState;
}

/**
 * Records tracks into one file.
 */
export class Recorder {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Waits for the recording without ending it: until `stop()` is called, or all tracks have ended.
     */
    finished(): Promise<Recording>;
    /**
     * Stops taking media in until `resume()`. The file has no gap.
     */
    pause(): void;
    /**
     * Goes on after `pause()`.
     */
    resume(): void;
    /**
     * Starts to record. Throws `ERR_INVALID_OPTIONS` when there is no track or this browser cannot write the MIME
     * type, and `ERR_UNSUPPORTED` without `MediaRecorder`.
     */
    static start(tracks: readonly TrackLike[], options?: RecorderOptions): Recorder;
    /**
     * Ends the recording and returns it. Stopping again, or after the tracks have ended, returns the same recording.
     */
    stop(): Promise<Recording>;
    /**
     * Milliseconds recorded so far, pauses left out.
     */
    readonly elapsedMs: number;
    /**
     * The container and codecs.
     */
    readonly mimeType: string;
    /**
     * Bytes that the browser has handed over so far.
     */
    readonly size: number;
    /**
     * What the recorder does now.
     */
    readonly state: RecorderState;
}

/**
 * What a recorder recorded: one file.
 */
export class Recording {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A file name with the right extension: `"moim-alice"` gives `"moim-alice.webm"`. Characters that file systems
     * refuse become `_`.
     */
    fileName(stem: string): string;
    /**
     * The file.
     */
    readonly blob: Blob;
    /**
     * Its length in milliseconds, pauses left out.
     */
    readonly durationMs: number;
    /**
     * Why the recording ended before it was stopped: its tracks ended, or the browser failed.
     */
    readonly endedEarly: MoimError | undefined;
    /**
     * Its MIME type with codecs, such as `video/webm;codecs=vp8,opus`.
     */
    readonly mimeType: string;
}

/**
 * Sound or pictures of another participant.
 */
export class RemoteTrack {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Sound or pictures.
     */
    readonly kind: MediaKind;
    /**
     * The browser's object: put it into a `MediaStream` to play it.
     */
    readonly mediaStreamTrack: MediaStreamTrack;
    /**
     * Whether its publisher muted it: it gives silence or black.
     */
    readonly muted: boolean;
    /**
     * Who publishes the track.
     */
    readonly participantId: ParticipantId;
    /**
     * Which publication of that participant it is.
     */
    readonly publicationId: PublicationId;
    /**
     * What the track shows.
     */
    readonly source: TrackSource;
}

/**
 * A gathering of participants who see, hear and write to each other.
 */
export class Room {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Enters a room. Ready when the server let us in; the others' tracks come as events.
     */
    join(options: JoinOptions): Promise<void>;
    /**
     * Leaves the room. Published tracks go on: they belong to the application. Calling it again does nothing.
     */
    leave(): Promise<void>;
    /**
     * Prepares a room. Nothing is connected before `join`, so no event is missed.
     */
    constructor(options?: RoomOptions | null);
    /**
     * Publishes a track to everyone; before `join` too, so that it is there from the start. Gives the
     * publication's id.
     */
    publish(track: LocalTrack): Promise<PublicationId>;
    /**
     * Sends another track of the same kind under the same publication, such as that of another camera.
     */
    replaceTrack(publicationId: PublicationId, track: LocalTrack): Promise<void>;
    /**
     * Writes to everyone. Each participant gets the lines of another in order.
     */
    sendChat(text: string): void;
    /**
     * Sends bytes, reliably and in order; at most 1 MiB with the topic.
     */
    sendData(payload: BufferSource, options?: DataOptions | null): void;
    /**
     * Mutes a publication: silence or black is sent, and the others are told.
     */
    setMuted(publicationId: PublicationId, muted: boolean): Promise<void>;
    /**
     * Stops publishing a track. The track itself goes on.
     */
    unpublish(publicationId: PublicationId): Promise<void>;
    /**
     * Who one is, once joined.
     */
    readonly participantId: ParticipantId | undefined;
    /**
     * Everyone else in the room, in the order of joining, as they are now.
     */
    readonly participants: RemoteParticipant[];
    /**
     * What one publishes.
     */
    readonly publications: Publication[];
    /**
     * Where the room is in its life.
     */
    readonly state: RoomState;
}

/**
 * Lets the user choose a screen, a window or a tab, and captures it. Call it from an event handler of a click or a key.
 * A user who dismisses the dialog gives `ERR_MEDIA_NOT_ALLOWED`. The browser's own stop button ends the tracks: listen
 * to `"ended"`.
 */
export function captureDisplay(options?: DisplayOptions): Promise<DisplayCapture>;

/**
 * Plays an element through another speaker or headset; `""` is the default one. Rejects with `ERR_UNSUPPORTED` where
 * there is no `setSinkId`, and with `ERR_MEDIA_NOT_FOUND` if there is no such device.
 */
export function setSinkId(element: HTMLMediaElement, deviceId: string): Promise<void>;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
