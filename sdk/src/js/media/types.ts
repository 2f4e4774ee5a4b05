/**
 * A track of the browser, or anything that has one: `LocalTrack`, `RemoteTrack`.
 * @see https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack
 */
export type TrackLike = MediaStreamTrack | { readonly mediaStreamTrack: MediaStreamTrack };

/** What the user chose to share. */
export interface DisplayCapture {
  /** The pictures. */
  readonly video: LocalTrack;
  /** The sound, if it was asked for and the user and the system gave it. */
  readonly audio?: LocalTrack;
}

/**
 * An element of this page, a `CropTarget` or `RestrictionTarget` of the shared page, or `null` for all of it.
 * @see https://www.w3.org/TR/mediacapture-region/
 * @see https://screen-share.github.io/element-capture/
 */
export type CaptureRegion = Element | object | null;

/**
 * What the page in a shared tab says of itself:
 * <https://www.w3.org/TR/capture-handle-identity/#the-capturehandle-dictionary>.
 */
export interface CaptureHandle {
  /** The page's origin, if it is to be known. */
  readonly origin?: string;
  /** Whatever the page wrote, such as the number of a session. */
  readonly handle?: string;
}

/**
 * What is wanted of a track: a bare value is an ideal one, or in `advanced` a required one.
 * @see https://www.w3.org/TR/mediacapture-streams/#dom-mediatrackconstraints
 */
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

/** From where to where a number can be set, in the unit of the member. */
export interface NumberRange {
  /** The smallest value. */
  min?: number;
  /** The largest value. */
  max?: number;
  /** The smallest difference between two values. */
  step?: number;
}

/**
 * Counts of frames from the source to the track, since its start. Which there are depends on the kind of track.
 * @see https://www.w3.org/TR/mediacapture-extensions/#the-mediastreamtrackvideostats-interface
 */
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
