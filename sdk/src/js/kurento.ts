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
