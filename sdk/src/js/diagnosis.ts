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
