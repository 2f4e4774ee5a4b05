/* tslint:disable */
/* eslint-disable */

/** A track of the browser, or anything that has one: `LocalTrack`, `RemoteTrack`. */
export type TrackLike = MediaStreamTrack | { readonly mediaStreamTrack: MediaStreamTrack };

/** What the user chose to share. */
export interface DisplayCapture {
    /** The pictures. */
    readonly video: LocalTrack;
    /** The sound, if it was asked for and the user and the system gave it. */
    readonly audio?: LocalTrack;
}



/** What every function of this package throws or rejects with. */
export interface MoimError extends Error {
    /** The cause as a stable word: tell errors apart by it, not by the message. */
    readonly code: ErrorCode;
    /** The browser's own exception, where there is one. */
    readonly cause?: unknown;
    /** With `ERR_MEDIA_OVERCONSTRAINED`: the constraint that no device satisfies, such as `"deviceId"`. */
    readonly constraint?: string;
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
 * How media flows between participants.
 */
export type Topology = "mesh";

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
 * What to share besides the pictures.
 */
export interface DisplayOptions {
    /**
     * Offers the user to share the sound too; not every browser and system can. Default: false.
     */
    audio?: boolean;
}

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
}

/**
 * Why a participant is gone.
 */
export type LeaveReason = "left" | "disconnected" | "timedOut" | "unknown";

/**
 * `"audio"` or `"video"`.
 */
export type MediaKind = "audio" | "video";

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

/**
 * `VideoFacingModeEnum`: where a camera points.
 */
export type FacingMode = "user" | "environment" | "left" | "right";

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
| "ERR_RECORDER"
| "ERR_INVALID_STATE"
| "ERR_INVALID_OPTIONS"
| "ERR_TIMEOUT"
| "ERR_UNSUPPORTED"
| "ERR_BROWSER";



/**
 * The devices of this machine, as far as the browser shows them.
 */
export class Devices {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Calls `listener` when devices were plugged in or out.
     */
    addEventListener(type: "devicechange", listener: (event: Event) => void): void;
    /**
     * Opens a camera, asking the user for permission if need be.
     */
    camera(options?: CameraOptions): Promise<LocalTrack>;
    /**
     * Lists the devices. Asks for no permission.
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
     * Undoes `addEventListener`.
     */
    removeEventListener(type: "devicechange", listener: (event: Event) => void): void;
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
     * Calls `listener` when the browser ends the track: the device was unplugged, the permission withdrawn, or
     * sharing stopped from the browser's own button. `stop()` does not call it.
     */
    addEventListener(type: "ended", listener: (event: Event) => void): void;
    /**
     * Wraps a track that the application made, such as that of a canvas.
     */
    static fromMediaStreamTrack(track: MediaStreamTrack, source: TrackSource): LocalTrack;
    /**
     * Undoes `addEventListener`.
     */
    removeEventListener(type: "ended", listener: (event: Event) => void): void;
    /**
     * Ends the track and frees its device. Stopping again does nothing.
     */
    stop(): void;
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
     * What the track shows.
     */
    readonly source: TrackSource;
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
     * Sends bytes, reliably and in order; at most 16 KiB with the topic.
     */
    sendData(payload: Uint8Array, options?: DataOptions | null): void;
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
 * A user who dismisses the dialog gives `ERR_MEDIA_NOT_ALLOWED`.
 */
export function captureDisplay(options?: DisplayOptions): Promise<DisplayCapture>;

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
