//! `getStats()`: <https://www.w3.org/TR/webrtc/#sec.stats-model>.

use futures::future::LocalBoxFuture;
use js_sys::{Array, BigInt, JSON, JsString, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaStreamTrack, MediaStreamTrackState, RtcPeerConnection, RtcRtpReceiver, RtcRtpSender};

use super::chunk;
use super::exception::Exception;
use super::peer_connection::{PeerConnection, Receiver, Sender};
use crate::engine::stats::StatsReport;
use crate::error::{Error, Result};

#[wasm_bindgen]
extern "C" {
    #[derive(Clone, Debug)]
    type GetStats;

    #[wasm_bindgen(method, catch, js_name = getStats)]
    fn get_stats(this: &GetStats) -> Result<JsValue, JsValue>;
}

/// A source of statistics: a connection, a sender, a receiver or a remote track. Created from a reference to one of
/// them.
#[derive(Clone, Debug)]
pub struct StatsSource {
    raw: GetStats,
    /// The track that is measured, if its receiver outlives it.
    track: Option<MediaStreamTrack>,
}

/// The same object of the browser.
impl PartialEq for StatsSource {
    fn eq(&self, other: &Self) -> bool {
        AsRef::<JsValue>::as_ref(&self.raw) == AsRef::<JsValue>::as_ref(&other.raw)
            && self.track == other.track
    }
}

macro_rules! sources {
    ($($raw:ty),+) => {$(
        impl From<&$raw> for StatsSource {
            fn from(raw: &$raw) -> Self {
                Self::new(raw)
            }
        }
    )+};
}

sources!(RtcPeerConnection, RtcRtpSender, RtcRtpReceiver);

macro_rules! wrappers {
    ($($wrapper:ty),+) => {$(
        impl From<&$wrapper> for StatsSource {
            fn from(wrapper: &$wrapper) -> Self {
                wrapper.as_raw().into()
            }
        }
    )+};
}

wrappers!(PeerConnection, Sender, Receiver);

/// The property in which the classes of the npm package hold the browser's object.
#[cfg(feature = "js")]
const RAW: [&str; 3] = ["rtcPeerConnection", "rtcRtpSender", "rtcRtpReceiver"];

/// The types of the entries about media streams, and about the path in use.
const MEDIA: &[&str] = &[
    "inbound-rtp",
    "outbound-rtp",
    "remote-inbound-rtp",
    "remote-outbound-rtp",
    "media-source",
    "codec",
    "candidate-pair",
    "transport",
];

impl StatsSource {
    fn new(raw: &JsValue) -> Self {
        Self { raw: raw.clone().unchecked_into(), track: None }
    }

    /// The statistics of a receiver until `track` has ended.
    pub(super) fn of_track(receiver: &RtcRtpReceiver, track: &MediaStreamTrack) -> Self {
        Self { track: Some(Clone::clone(track)), ..receiver.into() }
    }

    /// Any object that has `getStats()`, or that wraps one.
    #[cfg(feature = "js")]
    pub(crate) fn from_js(value: &JsValue) -> Option<Self> {
        let wrapped = RAW.iter().map(|name| property(value, name)).find(|raw| raw.is_object());
        let value = wrapped.as_ref().unwrap_or(value);
        property(value, "getStats").is_function().then(|| Self::new(value))
    }

    /// Whether it has ended: browsers return an empty or an old report then.
    pub(crate) fn is_closed(&self) -> bool {
        let transport = property(&self.raw, "transport");
        let is_ended = |track: &MediaStreamTrack| track.ready_state() == MediaStreamTrackState::Ended;
        property(&self.raw, "signalingState") == "closed"
            || property(&transport, "state") == "closed"
            || self.track.as_ref().is_some_and(is_ended)
    }

    pub(super) async fn report(&self) -> Result<StatsReport> {
        self.report_of(None).await
    }

    /// The report without entries that say nothing about media streams and the path in use. They are the larger part
    /// of it: candidates and certificates.
    pub(super) async fn media_report(&self) -> Result<StatsReport> {
        self.report_of(Some(MEDIA)).await
    }

    async fn report_of(&self, types: Option<&'static [&'static str]>) -> Result<StatsReport> {
        chunk::load("statistics").await?;
        read_in_statistics_chunk(self.clone(), types).await
    }

    async fn read(&self, types: Option<&[&str]>) -> Result<StatsReport> {
        if self.is_closed() {
            return Err(closed());
        }
        let answer = self.raw.get_stats().map_err(Exception::from)?;
        let report = JsFuture::from(Promise::resolve(&answer)).await.map_err(Exception::from)?;
        if self.is_closed() {
            return Err(closed()); // the report may be that of the next publication
        }
        let no_report = || Error::InvalidOptions {
            detail: "source: its `getStats()` did not return an RTCStatsReport".to_owned(),
        };
        // Entries are serialized by the browser's own JSON.stringify: a call for each member would be much slower.
        let entries = Array::new();
        if !report.is_object() {
            return Err(no_report());
        }
        for pair in js_sys::try_iter(&report).map_err(Exception::from)?.ok_or_else(no_report)? {
            let entry = property(&pair.map_err(Exception::from)?, "1");
            let is_wanted = |types: &[&str]| types.iter().any(|name| property(&entry, "type") == *name);
            if types.is_none_or(is_wanted) {
                entries.push(&entry);
            }
        }
        let json =
            JSON::stringify(&entries).or_else(|_| stringify_with_big(&entries)).map_err(Exception::from)?;
        json.as_string().as_deref().and_then(StatsReport::from_json).ok_or_else(no_report)
    }
}

#[inline(never)]
fn read_in_statistics_chunk(
    source: StatsSource,
    types: Option<&'static [&'static str]>,
) -> LocalBoxFuture<'static, Result<StatsReport>> {
    chunk::boxed(async move { source.read(types).await })
}

/// Serializes a `BigInt` as a string, because JSON does not support it. No browser returns one today.
fn stringify_with_big(entries: &JsValue) -> std::result::Result<JsString, JsValue> {
    let write = |_key: JsValue, value: JsValue| match value.dyn_ref::<BigInt>() {
        Some(big) => big.to_string(10).map_or(JsValue::NULL, JsValue::from),
        None => value,
    };
    let replacer = Closure::wrap(Box::new(write) as Box<dyn Fn(JsValue, JsValue) -> JsValue>);
    JSON::stringify_with_replacer(entries, replacer.as_ref())
}

pub(crate) fn closed() -> Error {
    Error::InvalidState { action: "get statistics", state: "the connection is closed or the track has ended" }
}

/// Gets the statistics of a connection, or of one sender, receiver or remote track.
///
/// # Errors
/// [`Error::InvalidState`] if the connection is closed or the track has ended; [`Error::Browser`] if the browser fails;
/// [`Error::InvalidOptions`] if the result is not a report.
pub async fn get_stats(source: impl Into<StatsSource>) -> Result<StatsReport> {
    source.into().report().await
}

/// A property; `undefined` if it does not exist or throws.
fn property(value: &JsValue, name: &str) -> JsValue {
    // wasm-bindgen keeps a slot for each exception that it catches, so the common path must not throw.
    if !value.is_object() {
        return JsValue::UNDEFINED;
    }
    Reflect::get(value, &name.into()).unwrap_or_default()
}
