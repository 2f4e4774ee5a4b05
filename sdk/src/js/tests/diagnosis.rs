//! The pre-call check without servers, with devices that do not work.

use js_sys::Object;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{code, holds};
use crate::js::diagnosis::js_diagnose;

/// The function, for `run`.
fn diagnose() -> JsValue {
    let call = |options: JsValue| -> Result<Object, JsValue> { js_diagnose(Some(options)) };
    Closure::<dyn Fn(JsValue) -> Result<Object, JsValue>>::new(call).into_js_value()
}

/// Replaces the devices while `body` runs; `devices` returns a stream for the constraints.
fn with_devices(devices: &str, body: &str) -> String {
    format!(
        "const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
         navigator.mediaDevices.getUserMedia = async (constraints) => {{ {devices} }};
         const local = {{ signaling: false, mediaDurationMs: 1000 }};
         const of = ({{ checks }}, name) => checks.find(({{ check }}) => check === name) ?? {{}};
         try {{ {body} }} finally {{ delete navigator.mediaDevices.getUserMedia; }}"
    )
}

#[wasm_bindgen_test]
async fn a_black_picture_and_a_silent_microphone_are_warnings() {
    let devices = "
        if (constraints.video) {
          const canvas = document.createElement('canvas');
          const context = canvas.getContext('2d');
          const stream = canvas.captureStream();
          const drawing = setInterval(() => stream.active ? context.fillRect(0, 0, 300, 150) : clearInterval(drawing), 50);
          return stream;
        }
        window.quiet = new AudioContext();
        return new MediaStreamAudioDestinationNode(window.quiet).stream;";
    let body = "
        const report = await x({ ...local, speaker: false }).report;
        void window.quiet.close();
        const camera = of(report, 'camera'), microphone = of(report, 'microphone');
        return camera.finding === 'cameraBlack' && camera.verdict === 'warning' && camera.advice.includes('cover')
          && camera.measurements.brightness < 0.01 && microphone.finding === 'microphoneSilent' && microphone.measurements.level === 0
          || JSON.stringify(report);";
    holds(diagnose(), &with_devices(devices, body)).await;
}

#[wasm_bindgen_test]
async fn a_denied_permission_is_a_verdict_and_not_an_exception() {
    let devices =
        "throw new DOMException('denied', constraints.video ? 'NotAllowedError' : 'NotFoundError');";
    let body = "
        const lines = [];
        const diagnosis = x(local);
        for await (const { check, result } of diagnosis) lines.push(`${check} ${result?.finding ?? 'starts'}`);
        const report = await diagnosis.report;
        const known = ['camera starts', 'camera deviceDenied', 'microphone deviceNotFound', 'speaker speakerNeedsMicrophone',
          'stun stunMissing', 'turnUdp turnMissing', 'turnTls turnMissing'];
        return known.every((line) => lines.includes(line)) && report.verdict === 'failed' && report.recommendation === null
          && /^media(Local|Cpu|Poor)$/.test(of(report, 'media').finding) && of(report, 'media').measurements.bitrate > 0
          && of(report, 'camera').detail.includes('camera') && of(report, 'signaling').check === undefined
          || [...lines, JSON.stringify(report)].join();";
    holds(diagnose(), &with_devices(devices, body)).await;
}

#[wasm_bindgen_test]
async fn working_devices_pass_and_are_closed() {
    let devices = "
        const stream = await real(constraints);
        (window.opened ??= []).push(...stream.getTracks());
        return stream;";
    let body = "
        const report = await x({ ...local, speaker: false }).report;
        const findings = ['camera', 'microphone'].map((name) => of(report, name).finding).join();
        return findings === 'cameraWorks,microphoneWorks' && window.opened.length === 2
          && window.opened.every(({ readyState }) => readyState === 'ended') || JSON.stringify(report);";
    holds(diagnose(), &with_devices(devices, body)).await;
}

#[wasm_bindgen_test]
async fn an_aborted_check_ends_at_once_and_closes_what_comes_late() {
    let devices = "
        window.late = new Promise((answer) => { window.answer = async () => answer(await real({ video: true })); });
        return window.late;";
    let body = "
        const abort = new AbortController();
        const diagnosis = x({ ...local, signal: abort.signal });
        for await (const { check } of diagnosis) if (check === 'camera') break;
        while (!window.answer) await new Promise((next) => setTimeout(next));
        abort.abort('enough');
        const error = await diagnosis.report.then(() => ({}), (error) => error);
        await window.answer();
        const [track] = (await window.late).getTracks();
        for (let turn = 0; turn < 10; turn += 1) await 0;
        const early = await x({ ...local, signal: AbortSignal.abort() }).report.catch(({ code }) => code);
        return error.code === 'ERR_ABORTED' && error.cause === 'enough' && track.readyState === 'ended' && early === 'ERR_ABORTED'
          || [error, track.readyState, early].join();";
    holds(diagnose(), &with_devices(devices, body)).await;
}

#[wasm_bindgen_test]
async fn what_is_wrong_with_an_option_is_named() {
    for (options, message) in [
        ("{ urls: 'ws://host' }", "unknown option `urls`"),
        ("{ url: 'ftp://host' }", "expected wss://host/path or ws://host/path"),
        ("{ camera: { widht: 5 } }", "`camera` in the diagnose options: unknown option `widht`"),
        ("{ mediaDurationMs: 5 }", "mediaDurationMs is 5"),
        ("{ iceServers: [{ urls: 'turn:host' }] }", "credential"),
        ("{ speaker: 'loud' }", "`speaker` in the diagnose options"),
        ("{ signal: 5 }", "expected an AbortSignal"),
    ] {
        let (code_, text) = code(diagnose(), &format!("x({options})")).await;
        assert_eq!(code_, "ERR_INVALID_OPTIONS", "{options}");
        assert!(text.contains(message), "{options}: {text}");
    }
}
