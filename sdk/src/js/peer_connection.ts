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
