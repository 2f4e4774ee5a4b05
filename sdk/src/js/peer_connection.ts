/**
 * How a connection is made. Every member may be left out.
 * @see https://www.w3.org/TR/webrtc/#rtcconfiguration-dictionary
 */
export interface PeerConnectionOptions {
  /** STUN and TURN servers, for ends in different networks. They are checked before they are used. Default: none. */
  iceServers?: IceServer[];
  /** Which candidates may be used. Default: `"all"`. */
  iceTransportPolicy?: IceTransportPolicy;
  /** How media shares transports if the far end cannot bundle. Default: `"balanced"`. */
  bundlePolicy?: BundlePolicy;
  /** How many ICE transports to gather candidates for before they are needed, up to 255. Default: 0. */
  iceCandidatePoolSize?: number;
  /** The certificates that this end shows: see `generateCertificate`. Default: a new one. */
  certificates?: RTCCertificate[];
  /** Whether this end gives way when both offer at once; exactly one end must. Default: the ends settle it between them. */
  polite?: boolean;
  /**
   * Restarts ICE when the connection fails, or is interrupted for more than some seconds: up to ten times, each time after
   * a longer wait. Default: `true`.
   */
  restartIceOnFailure?: boolean;
}

/**
 * How a transceiver begins. Every member may be left out.
 * @see https://www.w3.org/TR/webrtc/#dom-rtcrtptransceiverinit
 */
export interface TransceiverOptions {
  /** Default: `"sendrecv"`. */
  direction?: TransceiverDirection;
  /** How the track is sent; several, each with a `rid`, for simulcast. Default: one. */
  sendEncodings?: Encoding[];
  /** The codecs to offer first, by type, such as `"video/VP9"`. Default: the browser's order. */
  codecs?: string[];
}

/**
 * How tones sound. Every member may be left out.
 * @see https://www.w3.org/TR/webrtc/#dom-rtcdtmfsender-insertdtmf
 */
export interface DtmfOptions {
  /** Milliseconds that each tone sounds, 40 to 6000. Default: 100. */
  durationMs?: number;
  /** Milliseconds between two tones, 30 or more. Default: 70. */
  gapMs?: number;
}

/**
 * What kind of certificate to make. Every member may be left out.
 * @see https://www.w3.org/TR/webrtc/#dom-rtcpeerconnection-generatecertificate
 */
export interface CertificateOptions {
  /** Default: `"ecdsa"`. */
  algorithm?: CertificateAlgorithm;
  /** Milliseconds from now until it expires. Default: the browser's choice, about a month. */
  expiresInMs?: number;
}

/**
 * A message from one end of a connection to the other. Hand it over as it is, by whatever carries it: it can be cloned, and
 * written as JSON. What is in it may change.
 */
export interface Signal {
  readonly from: number;
  readonly polite?: boolean;
  readonly payload: object;
}

/** Each event of a peer connection by its name: the event is in `detail`. */
export type PeerConnectionEventMap = {
  [E in PeerConnectionEvent as E["type"]]: CustomEvent<E>;
};

export interface PeerConnection {
  /** Calls `listener` for each event of this name. The event's members are in `event.detail`. */
  addEventListener<K extends keyof PeerConnectionEventMap>(
    type: K,
    listener: Listener<PeerConnectionEventMap[K]>,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Undoes `addEventListener`. */
  removeEventListener<K extends keyof PeerConnectionEventMap>(
    type: K,
    listener: Listener<PeerConnectionEventMap[K]>,
    options?: boolean | EventListenerOptions,
  ): void;
}
