// How good is the call, and why? Checked by `tsc --strict`; nothing here runs.
import init, { type MediaQuality, type Stats, type StatsReport, type StatsSample, StatsMonitor, getStats } from "moim";

await init();
const connection = new RTCPeerConnection();

// A complete report, once. Entries are distinguished by type.
const report = await getStats(connection);
for (const entry of report.entries) console.log(describe(entry));
const bytes: number | undefined = report.selectedCandidatePair?.bytesSent;
for (const sender of connection.getSenders()) await getStats(sender);
for (const receiver of connection.getReceivers()) await getStats(receiver);

// The changes, every two seconds, until the connection is closed.
const monitor = new StatsMonitor(connection, { intervalMs: 2000, history: 150 });
for await (const { delta } of monitor) {
  const { level, reason } = delta.quality;
  console.log(`${level} of 5, held back by ${reason}`);
  for (const { kind, bitrate, packetLoss, quality } of delta.inbound) console.log(kind, bitrate, packetLoss, quality.mos);
  for (const { rid, framesPerSecond, qualityLimitationReason } of delta.outbound) {
    console.log(rid, framesPerSecond, qualityLimitationReason === "cpu");
  }
}

// The same as events, and the history as a table.
monitor.addEventListener("sample", ({ detail }) => console.log(detail.delta.connection.roundTripTime));
monitor.addEventListener("ended", ({ detail }) => console.log(detail.error?.code ?? "closed"));
const table = new Blob([monitor.toCsv()], { type: "text/csv" });
monitor.close();

/** Every type is known: a new one makes this fail to compile. */
function describe(entry: Stats): string {
  switch (entry.type) {
    case "inbound-rtp":
      return `${entry.kind} ${entry.ssrc}: ${entry.framesDecoded ?? entry.totalSamplesReceived}, jitter ${entry.jitter}`;
    case "outbound-rtp":
      return `${entry.rid}: ${entry.bytesSent} bytes, limited by ${entry.qualityLimitationReason}`;
    case "remote-inbound-rtp":
    case "remote-outbound-rtp":
      return `${entry.localId}: ${entry.roundTripTime} s`;
    case "media-source":
      return entry.kind === "audio" ? `${entry.audioLevel}` : `${entry.width} x ${entry.height}`;
    case "media-playout":
      return `${entry.totalPlayoutDelay}`;
    case "codec":
      return entry.mimeType;
    case "peer-connection":
      return `${entry.dataChannelsOpened} channels`;
    case "data-channel":
      return `${entry.label} is ${entry.state}`;
    case "transport":
      return entry.dtlsState;
    case "candidate-pair":
      return `${entry.localCandidateId} to ${entry.remoteCandidateId}: ${entry.state}`;
    case "local-candidate":
    case "remote-candidate":
      return `${entry.candidateType} ${entry.address}:${entry.port}`;
    case "certificate":
      return entry.fingerprint;
    case "unknown":
      return `${entry.unknownType}: ${JSON.stringify(entry.unknown)}`;
    default:
      return ((never: never) => never)(entry);
  }
}

type Exactly<A, B> = [A, B] extends [B, A] ? (0 extends 1 & A ? "any is not allowed" : true) : false;
const is = <_T extends true>(): void => undefined;
is<Exactly<typeof report, StatsReport>>();
is<Exactly<typeof monitor.history, StatsSample[]>>();
is<Exactly<StatsSample["delta"]["quality"], MediaQuality>>();
is<Exactly<MediaQuality["mos"], number | null>>();
is<Exactly<MediaQuality["level"], 0 | 1 | 2 | 3 | 4 | 5>>();
// @ts-expect-error: a misspelt option
new StatsMonitor(connection, { interval: 1000 });
// @ts-expect-error: a misspelt member
report.entries.find((entry) => entry.type === "codec" && entry.mimetype);
// @ts-expect-error: an object without statistics
await getStats(document);
// @ts-expect-error: an event that does not exist
monitor.addEventListener("samples", () => undefined);
void [bytes, table];
