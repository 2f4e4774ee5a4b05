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

