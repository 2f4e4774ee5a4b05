//! `getStats` and `StatsMonitor`.

use futures::StreamExt;
use js_sys::{Array, JSON, Object, Promise};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::event_target::{Method, Target, event_name};
use super::promise::future_to_promise;
use super::room::JsRemoteTrack;
use super::streams::async_iterator;
use super::{class, options};
use crate::Result;
use crate::engine::stats::{
    StatsDelta, StatsHistory, StatsMonitorOptions, StatsReport, StatsSample, Typed, typescript,
};
use crate::platform::task::spawn_local;
use crate::platform::{StatsMonitor, StatsSource, get_stats as read_stats};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("stats.ts");
#[wasm_bindgen(typescript_custom_section)]
const NAMES: &str = typescript::NAMES;
#[wasm_bindgen(typescript_custom_section)]
const RTP: &str = typescript::RTP;
#[wasm_bindgen(typescript_custom_section)]
const MEDIA: &str = typescript::MEDIA;
#[wasm_bindgen(typescript_custom_section)]
const TRANSPORT: &str = typescript::TRANSPORT;
#[wasm_bindgen(typescript_custom_section)]
const VIEWS: &str = typescript::VIEWS;
// The dead code lint does not see uses in the sections.
const _: [&str; 5] =
    [typescript::NAMES, typescript::RTP, typescript::MEDIA, typescript::TRANSPORT, typescript::VIEWS];

const EVENTS: &[&str] = &["sample", "ended"];

const SOURCE: &str = "a PeerConnection, a Sender, a Receiver, a RemoteTrack, or an RTCPeerConnection, RTCRtpSender or \
    RTCRtpReceiver";

/// Gets the statistics of a connection, or of one sender, receiver or remote track. If a track's
/// receiver was used by another publication before, its counters continue from there.
/// @throws {MoimError} ERR_INVALID_STATE if the connection is closed or the track has ended; ERR_INVALID_OPTIONS if it
/// has no statistics; ERR_CHUNK_NOT_LOADED if the package's chunk `statistics` is not served.
/// @see https://www.w3.org/TR/webrtc/#sec.stats-model
#[wasm_bindgen(js_name = getStats, unchecked_return_type = "Promise<StatsReport>")]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn get_stats(#[wasm_bindgen(unchecked_param_type = "StatsSource")] source: &JsValue) -> Promise {
    let source = source_of(source);
    future_to_promise(async move { report_in_statistics_chunk(&read_stats(source?).await?) })
}

fn source_of(value: &JsValue) -> Result<StatsSource> {
    match class::handle::<JsRemoteTrack>(value, "source", "RemoteTrack") {
        Ok(track) => Ok(track.track().into()),
        Err(_) => StatsSource::from_js(value).ok_or_else(|| options::expected("source", SOURCE, value)),
    }
}

/// Collects statistics at an interval: a sample each time, with `for await` or as events. It runs until `close()` or
/// `free()`, or until the connection is closed or the track has ended. No reference to it is needed until then.
/// @see https://www.w3.org/TR/webrtc-stats/
/// @example
/// const monitor = new StatsMonitor(remoteTrack);
/// for await (const { delta } of monitor) console.log(delta);
#[derive(Debug)]
#[wasm_bindgen(js_name = StatsMonitor)]
pub struct JsStatsMonitor {
    monitor: StatsMonitor,
    target: Target,
}

#[wasm_bindgen(js_class = StatsMonitor)]
impl JsStatsMonitor {
    /// Starts the monitor. The first sample is taken after one interval.
    /// @throws {MoimError} ERR_INVALID_STATE if the connection is closed or the track has ended; ERR_INVALID_OPTIONS if
    /// it has no statistics, and for options that are misspelt, of the wrong type or out of range.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "StatsSource")] source: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "StatsMonitorOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let options: StatsMonitorOptions = options::parse(options, "stats monitor options")?;
        let monitor = StatsMonitor::start(source_of(source)?, &options)?;
        let target = Target::new()?;
        spawn_local(dispatch(monitor.clone(), target.clone()));
        Ok(Self { monitor, target })
    }

    /// The newest samples, oldest first.
    #[wasm_bindgen(getter, unchecked_return_type = "StatsSample[]")]
    pub fn history(&self) -> Result<JsValue, JsValue> {
        self.monitor
            .history()
            .iter()
            .map(sample_in_statistics_chunk)
            .collect::<Result<Array, _>>()
            .map(Into::into)
    }

    /// Whether the monitor has ended.
    #[wasm_bindgen(getter)]
    pub fn closed(&self) -> bool {
        self.monitor.is_closed()
    }

    /// The history as CSV text, with a header: for each sample one row for the connection and one for each stream.
    #[wasm_bindgen(js_name = toCsv)]
    pub fn to_csv(&self) -> String {
        let history = self.monitor.history();
        if history.is_empty() { StatsHistory::csv_header() } else { csv_in_statistics_chunk(&history) }
    }

    /// The history as JSON text: for each sample its `timestamp`, `delta`, and `report`, the list of the entries,
    /// unchanged from the browser.
    #[wasm_bindgen(js_name = toJson)]
    pub fn to_json(&self) -> String {
        let history = self.monitor.history();
        if history.is_empty() { "[]".to_owned() } else { json_in_statistics_chunk(&history) }
    }

    /// Stops the monitor. The history is kept. Idempotent.
    pub fn close(&self) {
        self.monitor.close();
    }

    #[wasm_bindgen(js_name = addEventListener, skip_typescript)]
    pub fn add_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        self.target.call(Method::Add, &event_name(event, EVENTS)?, listener, options)
    }

    #[wasm_bindgen(js_name = removeEventListener, skip_typescript)]
    pub fn remove_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        self.target.call(Method::Remove, &event_name(event, EVENTS)?, listener, options)
    }

    #[wasm_bindgen(js_name = "[Symbol.asyncIterator]", skip_typescript)]
    pub fn iterate(&self) -> Object {
        async_iterator(self.monitor.from_now().map(|sample| sample_in_statistics_chunk(&sample)))
    }
}

/// Fires an event for each sample, and then the end.
async fn dispatch(mut monitor: StatsMonitor, target: Target) {
    while let Some(sample) = monitor.next().await {
        if let Ok(sample) = sample_in_statistics_chunk(&sample) {
            target.fire_detail("sample", &sample);
        }
    }
    let detail = Object::new();
    let error = monitor.error().map_or(JsValue::NULL, JsValue::from);
    let _ = js_sys::Reflect::set(&detail, &"error".into(), &error);
    target.fire_detail("ended", &detail);
    target.end();
}

// Reports are created in the chunk: where there is one, it is loaded.

#[inline(never)]
fn report_in_statistics_chunk(report: &StatsReport) -> Result<JsValue, JsValue> {
    to_object(&TypedReport::from(report))
}

#[inline(never)]
fn sample_in_statistics_chunk(sample: &StatsSample) -> Result<JsValue, JsValue> {
    to_object(&TypedSample::from(sample))
}

#[inline(never)]
fn csv_in_statistics_chunk(history: &StatsHistory) -> String {
    history.to_csv()
}

#[inline(never)]
fn json_in_statistics_chunk(history: &StatsHistory) -> String {
    history.to_json()
}

/// A report for TypeScript.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TypedReport<'a> {
    timestamp: f64,
    entries: Vec<Typed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected_candidate_pair: Option<Typed<'a>>,
}

impl<'a> From<&'a StatsReport> for TypedReport<'a> {
    fn from(report: &'a StatsReport) -> Self {
        Self {
            timestamp: report.timestamp(),
            entries: report.entries().iter().map(Typed).collect(),
            selected_candidate_pair: report
                .selected_candidate_pair()
                .and_then(|pair| report.get(pair.id()))
                .map(Typed),
        }
    }
}

/// A sample for TypeScript.
#[derive(Serialize)]
struct TypedSample<'a> {
    timestamp: f64,
    delta: &'a StatsDelta,
    report: TypedReport<'a>,
}

impl<'a> From<&'a StatsSample> for TypedSample<'a> {
    fn from(sample: &'a StatsSample) -> Self {
        Self { timestamp: sample.timestamp, delta: &sample.delta, report: (&sample.report).into() }
    }
}

/// With the browser's own parser: much faster than a call for each member.
fn to_object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    JSON::parse(&serde_json::to_string(value).unwrap_or_default())
}
