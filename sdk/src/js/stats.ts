/**
 * What `getStats()` of a connection, a sender or a receiver gives, typed.
 * @see https://www.w3.org/TR/webrtc/#rtcstatsreport-object
 */
export interface StatsReport {
  /** When it was made, in milliseconds since 1970. */
  readonly timestamp: number;
  /** Every entry: `switch` over its `type`. */
  readonly entries: readonly Stats[];
  /** The way that media and data take now. */
  readonly selectedCandidatePair?: IceCandidatePairStats;
}

/** What every entry has: <https://www.w3.org/TR/webrtc-stats/#dom-rtcstats>. */
export interface BaseStats {
  /** Names the entry in its connection. The same thing keeps its id from report to report. */
  readonly id: string;
  /** When this was measured, in milliseconds since 1970. */
  readonly timestamp: number;
  /** Members of later specifications or of one browser alone, and those whose value is not of the specified type. */
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

/** A report, and what happened since the one before. */
export interface StatsSample {
  /** When the report was made, in milliseconds since 1970. */
  readonly timestamp: number;
  /** What happened since the report before. */
  readonly delta: StatsDelta;
  /** Everything that the browser gave. */
  readonly report: StatsReport;
}

/** Anything with statistics: a connection, a sender, a receiver or a remote track, of this package or of the browser. */
export type StatsSource =
  | PeerConnection
  | Sender
  | Receiver
  | RemoteTrack
  | { getStats(): Promise<RTCStatsReport> };

/** Each event of a monitor by its name. */
export interface StatsMonitorEventMap {
  /** A sample was taken; it is in `detail`. */
  sample: CustomEvent<StatsSample>;
  /** No more samples come. `detail.error` says why, if not by `close()` or since the connection was closed. */
  ended: CustomEvent<{ readonly error: MoimError | null }>;
}

export interface StatsMonitor extends AsyncIterable<StatsSample> {
  /** Calls `listener` for each event of this name. */
  addEventListener<K extends keyof StatsMonitorEventMap>(
    type: K,
    listener: Listener<StatsMonitorEventMap[K]>,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Undoes `addEventListener`. */
  removeEventListener<K extends keyof StatsMonitorEventMap>(
    type: K,
    listener: Listener<StatsMonitorEventMap[K]>,
    options?: boolean | EventListenerOptions,
  ): void;
  /** The samples from now on: `for await (const sample of monitor)`. Ends when the monitor is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<StatsSample>;
}

