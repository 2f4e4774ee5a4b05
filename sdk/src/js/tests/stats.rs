//! `getStats` and `StatsMonitor` as JavaScript code uses them.

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{code, holds};
use crate::js::stats::{JsStatsMonitor, get_stats};

fn js(expression: &str) -> JsValue {
    js_sys::eval(&format!("({expression})")).expect("an expression")
}

fn text(value: &JsValue, key: &str) -> String {
    js_sys::Reflect::get(value, &key.into()).expect("an object").as_string().expect("a string")
}

/// Counts the calls, and reports 1000 bytes more with each, one second later.
const SOURCE: &str = "{ asked: 0, getStats() {
    this.asked += 1;
    const timestamp = this.asked * 1000;
    return Promise.resolve(new Map(Object.entries({
        s: { id: 's', type: 'outbound-rtp', timestamp, ssrc: 7, kind: 'audio', bytesSent: timestamp, packetsSent: this.asked,
             mid: 5, mood: 'fine' },
        t: { id: 't', type: 'transport', timestamp, dtlsState: 'connected', selectedCandidatePairId: 'p' },
        p: { id: 'p', type: 'candidate-pair', timestamp, state: 'succeeded' },
        q: { id: 'q', type: 'quantum', timestamp, big: 2 ** 60 },
    })));
} }";

fn monitor() -> JsStatsMonitor {
    let options = js("{ intervalMs: 100, history: 2 }");
    JsStatsMonitor::new(&js(SOURCE), Some(options)).expect("a monitor")
}

#[wasm_bindgen_test]
async fn a_report_is_a_plain_object_with_what_is_unknown_apart() {
    let report = JsFuture::from(get_stats(&js(SOURCE))).await.expect("a report");
    holds(
        report,
        "const [s, t, p, q] = x.entries;
         return x.timestamp === 1000 && s.type === 'outbound-rtp' && s.bytesSent === 1000 && !('mid' in s)
             && JSON.stringify(s.unknown) === '{\"mid\":5,\"mood\":\"fine\"}' && !('unknown' in t)
             && q.type === 'unknown' && q.unknownType === 'quantum' && q.unknown.big === 2 ** 60
             && x.selectedCandidatePair.id === p.id;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn samples_come_by_for_await() {
    holds(
        monitor(),
        "const rates = [];
         for await (const sample of x) {
             rates.push(sample.delta.outbound[0].bitrate);
             if (rates.length === 3) break;
         }
         const lines = x.toCsv().trim().split('\\r\\n').length;
         const json = JSON.parse(x.toJson());
         const open = !x.closed;
         x.close();
         x.close();
         return rates.join() === '8000,8000,8000' && x.history.length === 2 && lines === 5 && open && x.closed
             && json.length === 2 && json[1].report[0].mood === 'fine'
             && x.history[1].delta.quality.level === 5 && x.history[1].report.entries[0].ssrc === 7;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn an_iteration_ends_when_the_monitor_is_closed() {
    holds(monitor(), "setTimeout(() => x.close(), 20); for await (const _ of x); return true;").await;
    let source = js(SOURCE);
    let options = js("{ intervalMs: 100 }");
    holds(
        JsStatsMonitor::new(&source, Some(options)).expect("a monitor"),
        "const samples = x[Symbol.asyncIterator]();
         x.free(); // As it is when JavaScript collects it: what is measured still comes.
         const first = await samples.next();
         await samples.return();
         return first.done === false && (await samples.next()).done === true;",
    )
    .await;
    js_sys::Reflect::set(&source, &"getStats".into(), &JsValue::NULL).expect("set"); // ends the monitor
}

#[wasm_bindgen_test]
async fn samples_and_the_end_come_as_events() {
    holds(
        monitor(),
        "const sample = await new Promise((done) => x.addEventListener('sample', done, { once: true }));
         let heard = 0;
         const listener = () => { heard += 1; };
         x.addEventListener('sample', listener);
         x.removeEventListener('sample', listener);
         const ended = new Promise((done) => x.addEventListener('ended', done));
         x.close();
         const { detail } = await ended;
         return sample.detail.delta.seconds === 1 && detail.error === null && heard === 0;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn the_end_tells_an_error() {
    let source = js("{ getStats: async () => { throw new DOMException('no', 'OperationError'); } }");
    let monitor = JsStatsMonitor::new(&source, None).expect("a monitor");
    holds(
        monitor,
        "const { detail } = await new Promise((done) => x.addEventListener('ended', done));
         return detail.error instanceof Error && detail.error.code === 'ERR_BROWSER';",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_closed_monitor_asks_no_more() {
    let source = js(SOURCE);
    let monitor = JsStatsMonitor::new(&source, Some(js("{ intervalMs: 100 }"))).expect("a monitor");
    let pair = js_sys::Object::new();
    js_sys::Reflect::set(&pair, &"source".into(), &source).expect("an object");
    js_sys::Reflect::set(&pair, &"monitor".into(), &monitor.into()).expect("an object");
    holds(
        pair,
        "await new Promise((done) => x.monitor.addEventListener('sample', done));
         x.monitor.close();
         const { asked } = x.source;
         await new Promise((done) => setTimeout(done, 350));
         return x.source.asked === asked;",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_closed_connection_rejects_with_its_code() {
    let connection = js("(() => { const pc = new RTCPeerConnection(); pc.close(); return pc; })()");
    let (code, message) = code(get_stats(&connection), "await x").await;
    assert_eq!(code, "ERR_INVALID_STATE");
    assert_eq!(message, "cannot get statistics while the connection is closed or the track has ended");
    let error = JsStatsMonitor::new(&connection, None).expect_err("closed");
    assert_eq!(text(&error, "code"), "ERR_INVALID_STATE");
}

/// Arbitrary JavaScript values.
const ODD: &[&str] = &[
    "undefined",
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "NaN",
    "Infinity",
    "1n",
    "''",
    "'x'",
    "Symbol('x')",
    "[]",
    "[1]",
    "{}",
    "() => 1",
    "new Map()",
    "new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; } })",
    "Object.create(null)",
    "new Date(NaN)",
    "document",
    "new Uint8Array(3)",
    "{ getStats: 1 }",
    "{ intervalMs: 'x' }",
    "{ intervalMs: -1 }",
    "{ intervalMs: 99 }",
    "{ history: 0 }",
    "{ history: 1e9 }",
    "{ history: 1.5 }",
    "{ interval: 1000 }",
    "{ intervalMs: { valueOf() { throw 3; } } }",
    "{ get history() { throw 4; } }",
    "{ intervalMs: 1000, history: 60n }",
];

#[wasm_bindgen_test]
async fn odd_sources_and_options_are_refused() {
    for odd in ODD {
        let error = JsFuture::from(get_stats(&js(odd))).await.expect_err(odd);
        let code = text(&error, "code");
        assert!(
            code == "ERR_INVALID_OPTIONS" || (*odd == "{ getStats: 1 }" && code == "ERR_BROWSER"),
            "{odd}: {code}"
        );
        assert!(JsStatsMonitor::new(&js(odd), None).is_err(), "{odd}");
        let harmless = [
            "undefined",
            "null",
            "{}",
            "() => 1",
            "new Map()",
            "Object.create(null)",
            "new Date(NaN)",
            "document",
        ];
        match JsStatsMonitor::new(&js(SOURCE), Some(js(odd))) {
            Ok(monitor) => {
                monitor.close();
                assert!(harmless.contains(odd), "{odd} was taken");
            }
            Err(error) => assert_eq!(text(&error, "code"), "ERR_INVALID_OPTIONS", "{odd}"),
        }
    }
}

#[wasm_bindgen_test]
async fn odd_reports_are_refused_or_read() {
    for odd in ODD {
        for source in [
            format!("{{ getStats: () => ({odd}) }}"),
            format!("{{ getStats: async () => ({odd}) }}"),
            format!("{{ getStats: async () => {{ throw ({odd}); }} }}"),
            format!("{{ getStats: async () => new Map([[1, ({odd})]]) }}"),
            format!(
                "{{ getStats: async () => new Map([['a', {{ id: ({odd}), type: 'codec', timestamp: ({odd}) }}]]) }}"
            ),
            format!(
                "{{ getStats: async () => new Map([['a', {{ id: 'a', type: 'codec', mimeType: ({odd}) }}]]) }}"
            ),
        ] {
            if let Err(error) = JsFuture::from(get_stats(&js(&source))).await {
                let code = text(&error, "code");
                assert!(code == "ERR_INVALID_OPTIONS" || code == "ERR_BROWSER", "{source}: {code}");
            }
        }
    }
    let big = js(
        "{ getStats: async () => new Map([['a', { id: 'a', type: 'new', timestamp: 1, count: 9007199254740993n }]]) }",
    );
    let report = JsFuture::from(get_stats(&big)).await.expect("a report");
    let text_of = js_sys::JSON::stringify(&report).expect("JSON").as_string().expect("text");
    assert!(text_of.contains("9007199254740993"), "{text_of}");
    let circular = js(
        "(() => { const a = { id: 'a' }; a.a = a; return { getStats: async () => new Map([['a', a]]) }; })()",
    );
    let error = JsFuture::from(get_stats(&circular)).await.expect_err("circular");
    assert_eq!(text(&error, "code"), "ERR_BROWSER");
}
