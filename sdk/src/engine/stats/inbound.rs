//! The difference between two reports for a received stream.

use moim_protocol::MediaKind;
use serde::Serialize;

use super::counter::{Interval, fraction};
use super::delta::Reports;
use super::rtp::InboundRtpStreamStats;
use crate::engine::quality::{self, MediaQuality, SpeechConditions, VideoConditions};

/// The difference between two reports for a received stream.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct InboundDelta {
    /// The id of its `inbound-rtp` entry.
    pub id: String,
    /// The `id` of its `MediaStreamTrack`.
    pub track_identifier: String,
    /// The media section (`mid`).
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub mid: Option<String>,
    /// Audio or video.
    #[cfg_attr(feature = "js", tsify(type = "MediaKind | null"))]
    pub kind: Option<MediaKind>,
    /// Bytes of media received.
    pub bytes: u64,
    /// Packets received.
    pub packets: u64,
    /// Packets lost.
    pub packets_lost: u64,
    /// Media bit rate without headers, in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub bitrate: Option<f64>,
    /// Fraction of packets lost, from 0 to 1.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub packet_loss: Option<f64>,
    /// Jitter in seconds.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub jitter: Option<f64>,
    /// Round-trip time in seconds.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub round_trip_time: Option<f64>,
    /// Mean time in the jitter buffer, in seconds.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub jitter_buffer_delay: Option<f64>,
    /// Audio: the current level, from 0 to 1, linear.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub audio_level: Option<f64>,
    /// Audio: the fraction that was concealed because it did not arrive in time, from 0 to 1. Silence does not count.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub concealment: Option<f64>,
    /// Video: decoded frames per second.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frames_per_second: Option<f64>,
    /// Video: width in pixels.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frame_width: Option<u32>,
    /// Video: height in pixels.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frame_height: Option<u32>,
    /// Video: frames dropped.
    pub frames_dropped: u64,
    /// Video: freezes that ended.
    pub freezes: u64,
    /// Video: fraction of the time that it was frozen, from 0 to 1.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frozen: Option<f64>,
    /// The quality.
    pub quality: MediaQuality,
}

impl InboundDelta {
    pub(super) fn new(
        reports: &Reports<'_>,
        stream: InboundRtpStreamStats<'_>,
        connection_round_trip_time: Option<f64>,
    ) -> Self {
        let interval = reports.interval(stream.stats());
        let report = reports.now.remote_outbound_rtp().find(|report| report.local_id() == Some(stream.id()));
        let (packets, packets_lost) = (interval.count("packetsReceived"), interval.losses("packetsLost"));
        let mut delta = Self {
            id: stream.id().to_owned(),
            track_identifier: stream.track_identifier().unwrap_or_default().to_owned(),
            mid: stream.mid().map(str::to_owned),
            kind: stream.kind(),
            bytes: interval.count("bytesReceived"),
            packets,
            packets_lost,
            bitrate: interval.rate("bytesReceived").map(|bytes| bytes * 8.0),
            packet_loss: fraction(packets_lost, packets),
            jitter: stream.jitter(),
            round_trip_time: report
                .and_then(|report| report.round_trip_time())
                .or(connection_round_trip_time),
            jitter_buffer_delay: interval.mean("jitterBufferDelay", "jitterBufferEmittedCount"),
            audio_level: stream.audio_level(),
            concealment: concealment(&interval),
            frames_per_second: interval.rate("framesDecoded"),
            frame_width: stream.frame_width(),
            frame_height: stream.frame_height(),
            frames_dropped: interval.count("framesDropped"),
            freezes: interval.count("freezeCount"),
            frozen: frozen(&interval, stream, packets),
            quality: MediaQuality::NO_MEDIA,
        };
        if packets > 0 {
            delta.quality = delta.judge(reports, stream, &interval);
        }
        delta
    }

    fn judge(
        &self,
        reports: &Reports<'_>,
        stream: InboundRtpStreamStats<'_>,
        interval: &Interval<'_>,
    ) -> MediaQuality {
        let buffered = self.jitter_buffer_delay.unwrap_or_else(|| self.jitter.unwrap_or_default() * 2.0);
        let delay = self.round_trip_time.unwrap_or_default() / 2.0 + buffered;
        let loss = self.packet_loss.unwrap_or_default();
        if self.kind == Some(MediaKind::Audio) {
            let codec = reports.codec(stream.codec_id());
            let discarded = fraction(interval.count("packetsDiscarded"), self.packets).unwrap_or_default();
            let loss = (loss + discarded).max(self.concealment.unwrap_or_default());
            return quality::speech(&SpeechConditions { loss, delay, codec });
        }
        quality::video(&VideoConditions {
            loss,
            delay,
            jitter: self.jitter.unwrap_or_default(),
            frozen: self.frozen.unwrap_or_default(),
            ..VideoConditions::default()
        })
    }
}

/// Audible concealed samples: while the sender is silent, browsers count concealed silence too.
fn concealment(interval: &Interval<'_>) -> Option<f64> {
    let concealed =
        interval.count("concealedSamples").saturating_sub(interval.count("silentConcealedSamples"));
    fraction(concealed, interval.count("totalSamplesReceived").saturating_sub(concealed))
}

/// Browsers count a freeze when it ends. One in progress shows as packets without any new frame.
fn frozen(interval: &Interval<'_>, stream: InboundRtpStreamStats<'_>, packets: u64) -> Option<f64> {
    let stands = stream.frames_decoded()? > 0 && interval.count("framesDecoded") == 0 && packets > 0;
    if stands {
        interval.seconds().map(|_| 1.0)
    } else {
        interval.share(interval.total("totalFreezesDuration"))
    }
}
