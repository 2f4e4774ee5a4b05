// Will a call work here? Checked by `tsc --strict`; nothing here runs.
import init, { type DiagnosisCheck, type DiagnosisFinding, type DiagnosisReport, diagnose } from "moim";

await init();
const abort = new AbortController();

// Lines as they come, and the report at the end.
const diagnosis = diagnose({ url: "wss://example.org/ws", camera: { deviceId: "1" }, speaker: false, signal: abort.signal });
for await (const { check, result } of diagnosis) console.log(check, result ? line(result) : "…");
const report: DiagnosisReport = await diagnosis.report;
console.log(report.verdict, report.recommendation?.height, JSON.stringify(report));

// Only the report, without devices.
const { checks } = await diagnose({ camera: null, microphone: null, iceServers: [{ urls: "stun:example.org" }] }).report;
const mos: number | undefined = checks.find(({ check }) => check === "media")?.measurements.mos;
console.log(mos);

function line({ verdict, finding, summary, advice, detail }: DiagnosisCheck): string {
  const known: Partial<Record<DiagnosisFinding, string>> = { cameraBlack: "카메라 화면이 검습니다." };
  switch (verdict) {
    case "passed":
    case "skipped":
      return known[finding] ?? summary;
    case "warning":
    case "failed":
      return `${known[finding] ?? summary} ${advice} ${detail ?? ""}`;
    default:
      return verdict satisfies never;
  }
}

// @ts-expect-error misspelt
diagnose({ iceServer: [] });
// @ts-expect-error an option of the diagnosis, not of the camera
diagnose({ camera: { signal: abort.signal } });
