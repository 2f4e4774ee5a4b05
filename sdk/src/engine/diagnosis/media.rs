//! What media that a page sends to itself shows.

use serde_json::{Value, json};

use super::finding::Finding;
use super::report::Outcome;
use crate::engine::quality::{SpeechCodec, SpeechConditions, mean_opinion_score};
use crate::engine::stats::{InboundDelta, StatsDelta};
use crate::model::MediaKind;

/// The bit rate that is attempted, in bit/s. More than any recommendation requires.
pub const LOOP_BITRATE: u32 = 3_500_000;

/// Above these, a call is noticeably impaired.
const MAX_LOSS: f64 = 0.05;
const MAX_ROUND_TRIP_TIME: f64 = 0.4;
/// Below this score, some users are dissatisfied: ITU-T G.107, Annex B.
const MIN_MOS: f64 = 3.6;
/// Fraction of the time that the CPU may limit the encoder.
const MAX_LIMITED_BY_CPU: f64 = 0.5;

/// Width, height, and the bit rate that suits them, in bit/s.
const SIZES: [(u32, u32, u32); 5] = [
    (1920, 1080, 2_500_000),
    (1280, 720, 1_500_000),
    (960, 540, 900_000),
    (640, 360, 500_000),
    (320, 180, 150_000),
];
/// The largest size for a CPU that limits the encoder.
const MAX_HEIGHT_FOR_SLOW_CPU: u32 = 360;
/// The network needs room for audio and for changes.
const MARGIN: f64 = 1.2;

/// The video to send.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Recommendation {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames per second.
    pub frame_rate: f64,
    /// The maximum bit rate in bit/s.
    pub max_bitrate: u32,
}

impl Recommendation {
    /// The largest video for this bandwidth in bit/s. `None` if it is too low for video.
    pub fn for_bandwidth(bandwidth: f64, is_cpu_slow: bool) -> Option<Self> {
        let fits = |(_, height, bitrate): &(u32, u32, u32)| {
            f64::from(*bitrate) * MARGIN <= bandwidth && (!is_cpu_slow || *height <= MAX_HEIGHT_FOR_SLOW_CPU)
        };
        let (width, height, max_bitrate) = SIZES.into_iter().find(fits)?;
        let frame_rate = if is_cpu_slow || height < 360 { 15.0 } else { 30.0 };
        Some(Self { width, height, frame_rate, max_bitrate })
    }

    pub(super) fn to_value(self) -> Value {
        let Self { width, height, frame_rate, max_bitrate } = self;
        json!({
            "width": width,
            "height": height,
            "frameRate": crate::engine::stats::number(frame_rate),
            "maxBitrate": max_bitrate,
        })
    }
}

/// What happened while one connection sent media to another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaTrial {
    /// Whether it passed through a TURN server.
    pub relayed: bool,
    /// Milliseconds that ICE took.
    pub ice_ms: Option<f64>,
    /// Milliseconds that DTLS took afterwards.
    pub dtls_ms: Option<f64>,
    /// Whether the connection was established.
    pub connected: bool,
    /// The statistics of the sender and of the receiver.
    pub deltas: Option<(StatsDelta, StatsDelta)>,
}

/// Judges media, and recommends what to send.
pub fn media(trial: &MediaTrial) -> (Outcome, Option<Recommendation>) {
    let timed = |finding: Finding| {
        Outcome::from(finding).with_ms("iceMs", trial.ice_ms).with_ms("dtlsMs", trial.dtls_ms)
    };
    let Some((sent, received)) = trial.deltas.as_ref().filter(|_| trial.connected) else {
        let finding = if trial.connected { Finding::MediaMissing } else { Finding::MediaNotConnected };
        return (timed(finding), None);
    };
    let video = stream(received, MediaKind::Video);
    let audio = stream(received, MediaKind::Audio);
    let Some(heard) = audio.or(video) else { return (timed(Finding::MediaMissing), None) };

    let (lost, arrived) = received
        .inbound
        .iter()
        .fold((0, 0), |(lost, arrived), stream| (lost + stream.packets_lost, arrived + stream.packets));
    let loss = lost as f64 / (lost + arrived).max(1) as f64;
    let round_trip_time = sent.connection.round_trip_time.or(received.connection.round_trip_time);
    let mos = network_mos(loss, round_trip_time, heard.jitter);
    let sending = sent.outbound.iter().find(|stream| stream.kind == Some(MediaKind::Video));
    let limited_by_cpu = sending.and_then(|stream| stream.limited_by_cpu);
    let is_cpu_slow = limited_by_cpu.is_some_and(|share| share > MAX_LIMITED_BY_CPU);
    let bitrate = received.connection.received_bitrate.or(heard.bitrate);
    // Firefox estimates nothing: what has arrived is known to fit.
    let bandwidth = sent.connection.available_outgoing_bitrate.into_iter().chain(bitrate).fold(0.0, f64::max);
    let recommendation = Recommendation::for_bandwidth(bandwidth, is_cpu_slow).filter(|_| trial.relayed);

    let finding = match () {
        () if loss > MAX_LOSS || mos < MIN_MOS => Finding::MediaPoor,
        () if round_trip_time.is_some_and(|time| time > MAX_ROUND_TRIP_TIME) => Finding::MediaPoor,
        () if is_cpu_slow => Finding::MediaCpu,
        () if !trial.relayed => Finding::MediaLocal,
        () if recommendation.is_none() => Finding::MediaSlow,
        () => Finding::MediaWorks,
    };
    let ms = |seconds: Option<f64>| seconds.map(|seconds| seconds * 1000.0);
    let outcome = timed(finding)
        .with("bitrate", bitrate.map(f64::round))
        .with("availableBitrate", sent.connection.available_outgoing_bitrate.map(f64::round))
        .with("packetLoss", loss)
        .with_ms("roundTripTimeMs", ms(round_trip_time))
        .with_ms("jitterMs", ms(heard.jitter))
        .with("mos", (mos * 100.0).round() / 100.0)
        .with("framesPerSecond", video.and_then(|stream| stream.frames_per_second).map(f64::round))
        .with("limitedByCpu", limited_by_cpu);
    (outcome, recommendation)
}

/// A received stream of which something arrived.
fn stream(delta: &StatsDelta, kind: MediaKind) -> Option<&InboundDelta> {
    delta.inbound.iter().find(|stream| stream.kind == Some(kind) && stream.packets > 0)
}

/// The score of audio on this path. What a busy device conceals in its own playout does not count.
fn network_mos(loss: f64, round_trip_time: Option<f64>, jitter: Option<f64>) -> f64 {
    let delay = round_trip_time.unwrap_or_default() / 2.0 + jitter.unwrap_or_default() * 2.0;
    mean_opinion_score(SpeechConditions { loss, delay, codec: SpeechCodec::OPUS }.rating())
}
