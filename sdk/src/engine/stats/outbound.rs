//! The difference between two reports for a sent stream.

use moim_protocol::MediaKind;
use serde::Serialize;

use super::counter::{Interval, fraction};
use super::delta::Reports;
use super::names::QualityLimitationReason;
use super::rtp::{OutboundRtpStreamStats, RemoteInboundRtpStreamStats};
use crate::engine::quality::{self, MediaQuality, SpeechConditions, VideoConditions};

/// The difference between two reports for a sent stream. Loss, jitter and round-trip time come from the remote peer's
/// last report.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct OutboundDelta {
    /// The id of its `outbound-rtp` entry.
    pub id: String,
    /// The media section (`mid`).
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub mid: Option<String>,
    /// The RID of the simulcast layer.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub rid: Option<String>,
    /// Audio or video.
    #[cfg_attr(feature = "js", tsify(type = "MediaKind | null"))]
    pub kind: Option<MediaKind>,
    /// Bytes of media sent.
    pub bytes: u64,
    /// Packets sent.
    pub packets: u64,
    /// Packets retransmitted.
    pub packets_retransmitted: u64,
    /// Media bit rate without headers, in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub bitrate: Option<f64>,
    /// Target bit rate of the encoder, in bit/s.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub target_bitrate: Option<f64>,
    /// Fraction of packets lost, from 0 to 1.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub packet_loss: Option<f64>,
    /// Jitter at the remote peer, in seconds.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub jitter: Option<f64>,
    /// Round-trip time in seconds.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub round_trip_time: Option<f64>,
    /// Video: encoded frames per second.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frames_per_second: Option<f64>,
    /// Video: frames per second of the source.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub source_frames_per_second: Option<f64>,
    /// Video: width in pixels.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frame_width: Option<u32>,
    /// Video: height in pixels.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frame_height: Option<u32>,
    /// Video: mean time to encode a frame, in seconds.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub encode_time: Option<f64>,
    /// Video: what limits resolution or frame rate now.
    #[cfg_attr(feature = "js", tsify(type = "StatsQualityLimitationReason | null"))]
    pub quality_limitation_reason: Option<QualityLimitationReason>,
    /// Video: fraction of the time that the CPU limited it, from 0 to 1.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub limited_by_cpu: Option<f64>,
    /// Video: fraction of the time that the network limited it, from 0 to 1.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub limited_by_bandwidth: Option<f64>,
    /// The quality.
    pub quality: MediaQuality,
}

impl OutboundDelta {
    pub(super) fn new(
        reports: &Reports<'_>,
        stream: OutboundRtpStreamStats<'_>,
        connection_round_trip_time: Option<f64>,
    ) -> Self {
        let interval = reports.interval(stream.stats());
        let report = reports.now.remote_inbound_rtp().find(|report| report.local_id() == Some(stream.id()));
        let source = reports.now.video_sources().find(|source| Some(source.id()) == stream.media_source_id());
        let limited = |by: &str| interval.share(interval.total_in("qualityLimitationDurations", by));
        let mut delta = Self {
            id: stream.id().to_owned(),
            mid: stream.mid().map(str::to_owned),
            rid: stream.rid().map(str::to_owned),
            kind: stream.kind(),
            bytes: interval.count("bytesSent"),
            packets: interval.count("packetsSent"),
            packets_retransmitted: interval.count("retransmittedPacketsSent"),
            bitrate: interval.rate("bytesSent").map(|bytes| bytes * 8.0),
            target_bitrate: stream.target_bitrate(),
            packet_loss: report.and_then(|report| remote_loss(&reports.interval(report.stats()), report)),
            jitter: report.and_then(|report| report.jitter()),
            round_trip_time: report
                .and_then(|report| report.round_trip_time())
                .or(connection_round_trip_time),
            frames_per_second: interval.rate("framesEncoded"),
            source_frames_per_second: source
                .and_then(|source| reports.interval(source.stats()).rate("frames")),
            frame_width: stream.frame_width(),
            frame_height: stream.frame_height(),
            encode_time: interval.mean("totalEncodeTime", "framesEncoded"),
            quality_limitation_reason: stream.quality_limitation_reason(),
            limited_by_cpu: limited("cpu"),
            limited_by_bandwidth: limited("bandwidth"),
            quality: MediaQuality::NO_MEDIA,
        };
        if delta.packets > 0 {
            delta.quality = delta.judge(reports, stream);
        }
        delta
    }

    fn judge(&self, reports: &Reports<'_>, stream: OutboundRtpStreamStats<'_>) -> MediaQuality {
        let (loss, jitter) = (self.packet_loss.unwrap_or_default(), self.jitter.unwrap_or_default());
        let delay = self.round_trip_time.unwrap_or_default() / 2.0;
        if self.kind == Some(MediaKind::Audio) {
            let codec = reports.codec(stream.codec_id());
            // Assumes a jitter buffer at the remote peer that is as long as its jitter requires.
            return quality::speech(&SpeechConditions { loss, delay: delay + 2.0 * jitter, codec });
        }
        let dropped = match (self.frames_per_second, self.source_frames_per_second) {
            (Some(sent), Some(given)) if given > 0.0 => (1.0 - sent / given).max(0.0),
            _ => 0.0,
        };
        quality::video(&VideoConditions {
            loss,
            delay,
            jitter,
            frozen: 0.0,
            cpu: self.limited_by_cpu.unwrap_or_default(),
            bandwidth: self.limited_by_bandwidth.unwrap_or_default(),
            dropped,
        })
    }
}

/// Packets lost at the remote peer since its previous report.
fn remote_loss(interval: &Interval<'_>, report: RemoteInboundRtpStreamStats<'_>) -> Option<f64> {
    let counted = || fraction(interval.losses("packetsLost"), interval.count("packetsReceived"));
    report.fraction_lost().or_else(counted).map(|loss| loss.clamp(0.0, 1.0))
}
