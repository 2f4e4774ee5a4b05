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
