use std::pin::pin;

use futures::{FutureExt, StreamExt};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise, Reflect};
use moim::quality::QualityReason;
use moim::stats::{InboundDelta, InboundRtpStreamStats, OutboundDelta};
use moim::{
    Devices, ErrorCode, LocalTrack, MediaKind, MicrophoneOptions, StatsDelta, StatsMonitor,
    StatsMonitorOptions, StatsReport, StatsView, get_stats,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{RtcPeerConnection, RtcRtpReceiver, RtcRtpSender};

use crate::page::{soon, until};

const QUICK: StatsMonitorOptions = StatsMonitorOptions { interval_ms: 100, history: 3 };

/// A painting and the fake microphone, from one connection of this page to the other.
struct Call {
    caller: RtcPeerConnection,
    callee: RtcPeerConnection,
    raw: JsValue,
    _microphone: LocalTrack,
}

impl Call {
    async fn new() -> Self {
        let devices = Devices::new().expect("devices");
        let microphone = devices.microphone(&MicrophoneOptions::default()).await.expect("a microphone");
        let call = js_sys::eval(&format!("({})", include_str!("call.js"))).expect("a function");
        let call = call.unchecked_ref::<Function>().call1(&JsValue::UNDEFINED, microphone.as_raw());
        let raw = JsFuture::from(call.expect("a promise").unchecked_into::<Promise>()).await.expect("a call");
        let end = |name| get(&raw, name).unchecked_into::<RtcPeerConnection>();
        Self { caller: end("caller"), callee: end("callee"), raw, _microphone: microphone }
    }

    /// The number of painted frames.
    fn painted(&self) -> f64 {
        get(&self.raw, "painted").as_f64().expect("a number")
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let _ = get(&self.raw, "stop").unchecked_into::<Function>().call0(&self.raw);
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect("an object")
}

fn received(report: &StatsReport, kind: MediaKind) -> InboundRtpStreamStats<'_> {
    report.inbound_rtp().find(|stream| stream.kind() == Some(kind)).expect("a stream")
}

/// Polls until the report has both streams.
async fn complete_report(connection: &RtcPeerConnection) -> StatsReport {
    for _ in 0..600 {
        let report = get_stats(connection).await.expect("a report");
        if report.inbound_rtp().filter(|stream| stream.bytes_received() > Some(0)).count() == 2 {
            return report;
        }
        TimeoutFuture::new(100).await;
    }
    panic!("no sound and pictures in 60 s");
}

#[wasm_bindgen_test]
async fn bytes_grow_and_nothing_is_unknown() {
    let call = Call::new().await;
    let before = complete_report(&call.callee).await;
    let painted = call.painted();
    until("more pictures", || call.painted() > painted + 25.0).await;
    let now = complete_report(&call.callee).await;
    for kind in [MediaKind::Audio, MediaKind::Video] {
        assert!(received(&now, kind).bytes_received() > received(&before, kind).bytes_received(), "{kind:?}");
    }
    assert!(received(&now, MediaKind::Video).frames_decoded() > Some(10));
    assert!(received(&now, MediaKind::Video).frame_width().is_some_and(|width| (1..=320).contains(&width)));
    assert!(now.selected_candidate_pair().and_then(|pair| pair.bytes_received()) > Some(1000));
    let sent = get_stats(&call.caller).await.expect("a report");
    for entry in now.entries().iter().chain(sent.entries()) {
        assert!(entry.unknown().is_empty(), "{} has {:?}", entry.type_name(), entry.unknown());
        assert!(!matches!(entry.view(), StatsView::Unknown(_)), "{}", entry.type_name());
    }
    assert_eq!(sent.outbound_rtp().count(), 2);
}

#[wasm_bindgen_test]
async fn senders_and_receivers_have_reports_of_their_own() {
    let call = Call::new().await;
    complete_report(&call.callee).await;
    let receiver: RtcRtpReceiver = call.callee.get_receivers().get(1).unchecked_into();
    let report = get_stats(&receiver).await.expect("a report");
    let kinds: Vec<_> = report.inbound_rtp().map(|stream| stream.kind()).collect();
    assert_eq!(kinds, [Some(MediaKind::Video)]);
    let sender: RtcRtpSender = call.caller.get_senders().get(0).unchecked_into();
    let report = get_stats(&sender).await.expect("a report");
    let kinds: Vec<_> = report.outbound_rtp().map(|stream| stream.kind()).collect();
    assert_eq!(kinds, [Some(MediaKind::Audio)]);
}

#[wasm_bindgen_test]
async fn rates_are_those_that_one_counts_by_hand() {
    let call = Call::new().await;
    complete_report(&call.callee).await;
    let mut sent = StatsMonitor::start(&call.caller, &StatsMonitorOptions::default()).expect("a monitor");
    let mut received = StatsMonitor::start(&call.callee, &StatsMonitorOptions::default()).expect("a monitor");
    // The first interval may still include the start of the call.
    soon("a sample", received.next()).await.expect("a sample");
    let (before, painted) = (soon("a sample", received.next()).await.expect("a sample"), call.painted());
    let mut total = [0, 0];
    let mut decoded = Vec::new();
    for _ in 0..2 {
        let now = soon("a sample", received.next()).await.expect("a sample");
        for (total, kind) in total.iter_mut().zip([MediaKind::Audio, MediaKind::Video]) {
            *total += stream(&now.delta.inbound, kind).bytes;
        }
        decoded.extend(stream(&now.delta.inbound, MediaKind::Video).frames_per_second);
    }
    let (painted, now) = (call.painted() - painted, received.latest().expect("a sample"));
    let seconds = (now.timestamp - before.timestamp) / 1000.0;
    for (total, kind) in total.into_iter().zip([MediaKind::Audio, MediaKind::Video]) {
        let by_hand = |report: &StatsReport| self::received(report, kind).bytes_received().expect("bytes");
        assert_eq!(total, by_hand(&now.report) - by_hand(&before.report), "{kind:?}");
        assert!(total > 1000, "{kind:?}: {total}");
    }
    // By the bytes of the last interval only.
    let history = received.history();
    let samples: Vec<_> = history.iter().collect();
    let [.., earlier, last] = samples[..] else { panic!("too few samples") };
    let (then, now) =
        (self::received(&earlier.report, MediaKind::Video), self::received(&last.report, MediaKind::Video));
    let bytes = (now.bytes_received().expect("bytes") - then.bytes_received().expect("bytes")) as f64;
    let by_hand = bytes * 8.0 / ((now.timestamp() - then.timestamp()) / 1000.0);
    let bitrate = stream(&last.delta.inbound, MediaKind::Video).bitrate.expect("a bitrate");
    assert!((bitrate - by_hand).abs() < 1.0, "{bitrate} is not {by_hand}");
    // The number of decoded frames is close to that of painted ones.
    let decoded = decoded.iter().sum::<f64>() / decoded.len() as f64;
    let painted = painted / seconds;
    assert!((decoded - painted).abs() < painted * 0.4 + 2.0, "{decoded} is not near {painted}");
    // Sent media arrives.
    let sample = soon("a sample", sent.next()).await.expect("a sample");
    let video = sent_stream(&sample.delta.outbound, MediaKind::Video);
    assert!(video.bitrate > Some(bitrate / 10.0) && video.frames_per_second > Some(1.0), "{video:?}");
    assert!(last.delta.quality.level >= 1 && last.delta.quality.reason != QualityReason::NoMedia);
    assert!(last.delta.quality.mos > Some(1.0));
    assert!(last.delta.connection.received_bitrate > Some(bitrate / 2.0), "{:?}", last.delta.connection);
}

fn stream(streams: &[InboundDelta], kind: MediaKind) -> &InboundDelta {
    streams.iter().find(|stream| stream.kind == Some(kind)).expect("a stream")
}

fn sent_stream(streams: &[OutboundDelta], kind: MediaKind) -> &OutboundDelta {
    streams.iter().find(|stream| stream.kind == Some(kind)).expect("a stream")
}

#[wasm_bindgen_test]
async fn a_closed_connection_has_no_statistics() {
    let call = Call::new().await;
    let sender: RtcRtpSender = call.caller.get_senders().get(0).unchecked_into();
    let mut monitor = StatsMonitor::start(&call.caller, &QUICK).expect("a monitor");
    soon("a sample", monitor.next()).await.expect("a sample");
    call.caller.close();
    soon("the end", async { while monitor.next().await.is_some() {} }).await;
    assert!(monitor.is_closed() && monitor.error().is_none());
    assert!(monitor.latest().is_some(), "the history stays");

    let code = |error: moim::Error| (error.code(), error.to_string());
    let closed = (
        ErrorCode::InvalidState,
        "cannot get statistics while the connection is closed or the track has ended".to_owned(),
    );
    assert_eq!(get_stats(&call.caller).await.map_err(code), Err(closed.clone()));
    assert_eq!(get_stats(&sender).await.map_err(code), Err(closed.clone()));
    assert_eq!(StatsMonitor::start(&call.caller, &QUICK).map(drop).map_err(code), Err(closed));
}

#[wasm_bindgen_test]
async fn an_unconnected_connection_has_a_report() {
    let connection = RtcPeerConnection::new().expect("a connection");
    let report = get_stats(&connection).await.expect("a report");
    assert_eq!(report.peer_connections().next().and_then(|entry| entry.data_channels_opened()), Some(0));
    assert_eq!(StatsDelta::between(&report, &report).quality.level, 5, "nothing is wrong yet");
    connection.close();
}

/// An object with `getStats()` that counts the calls.
fn counting() -> RtcPeerConnection {
    let code = "({ asked: 0, getStats() {
        this.asked += 1;
        const entry = { id: 'P', type: 'peer-connection', timestamp: this.asked };
        return Promise.resolve(new Map([['P', entry]]));
    } })";
    js_sys::eval(code).expect("an object").unchecked_into()
}

fn asked(source: &RtcPeerConnection) -> f64 {
    get(source, "asked").as_f64().expect("a number")
}

#[wasm_bindgen_test]
async fn a_monitor_stops_when_it_is_closed_or_dropped() {
    let source = counting();
    let mut monitor = StatsMonitor::start(&source, &QUICK).expect("a monitor");
    let mut reader = monitor.clone();
    assert_eq!(soon("a sample", monitor.next()).await.map(|sample| sample.timestamp), Some(2.0));
    monitor.close();
    monitor.close();
    let end = monitor.next().now_or_never();
    assert!(matches!(end, Some(None)), "{end:?}");
    let sample = reader.next().await.map(|sample| sample.timestamp);
    assert_eq!(sample, Some(2.0), "what was measured can still be read");
    assert_eq!(reader.next().await.map(drop), None);

    let monitor = StatsMonitor::start(&source, &QUICK).expect("a monitor");
    until("a measurement", || asked(&source) >= 4.0).await;
    let reader = monitor.clone();
    drop(monitor);
    let before = asked(&source);
    until("another one, for the clone", || asked(&source) > before).await;
    drop(reader);
    let before = asked(&source);
    TimeoutFuture::new(350).await;
    assert_eq!(asked(&source), before, "nobody is left to measure for");
}

#[wasm_bindgen_test]
async fn closing_wakes_a_reader_that_waits() {
    let mut monitor = StatsMonitor::start(&counting(), &StatsMonitorOptions::default()).expect("a monitor");
    let closer = monitor.clone();
    let next = pin!(monitor.next());
    let (sample, ()) = soon("the end", futures::future::join(next, async { closer.close() })).await;
    assert!(sample.is_none());
}

#[wasm_bindgen_test]
async fn a_slow_reader_loses_what_left_the_history() {
    let source = counting();
    let mut monitor = StatsMonitor::start(&source, &QUICK).expect("a monitor");
    until("six measurements", || asked(&source) >= 7.0).await;
    until("their sample", || monitor.latest().is_some_and(|sample| sample.timestamp >= 7.0)).await;
    monitor.close();
    let kept: Vec<_> = monitor.history().iter().map(|sample| sample.timestamp).collect();
    let mut read = Vec::new();
    while let Some(sample) = monitor.next().await {
        read.push(sample.timestamp);
    }
    assert_eq!((read.len(), &read), (3, &kept));
    assert_eq!(monitor.history().to_csv().lines().count(), 1 + 3);
}

#[wasm_bindgen_test]
async fn a_browser_that_refuses_ends_the_monitor_with_its_error() {
    let code = "({ getStats() { return Promise.reject(new DOMException('no', 'OperationError')); } })";
    let source: RtcPeerConnection = js_sys::eval(code).expect("an object").unchecked_into();
    let mut monitor = StatsMonitor::start(&source, &QUICK).expect("a monitor");
    assert!(soon("the end", monitor.next()).await.is_none());
    assert_eq!(monitor.error().map(|error| error.code()), Some(ErrorCode::Browser));
    assert_eq!(get_stats(&source).await.map_err(|error| error.code()), Err(ErrorCode::Browser));
}

#[wasm_bindgen_test]
async fn two_hundred_monitors_leave_nothing_behind() {
    let connection = RtcPeerConnection::new().expect("a connection");
    let round = async || {
        let mut monitor = StatsMonitor::start(&connection, &QUICK).expect("a monitor");
        assert!(monitor.next().now_or_never().is_none());
        get_stats(&connection).await.expect("a report");
    };
    let memory = || {
        let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
        memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length()
    };
    for _ in 0..50 {
        round().await;
    }
    let (bytes, values) = (memory(), wasm_bindgen::externref_heap_live_count());
    for _ in 0..1_200 {
        round().await;
    }
    let is_free = || memory() <= bytes && wasm_bindgen::externref_heap_live_count() <= values;
    until("what the monitors held is free", is_free).await;
    connection.close();
}
