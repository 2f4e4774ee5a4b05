//! Quality levels from 0 to 5, and the reason that limits them.

use moim_protocol::words;

use super::emodel::{SpeechConditions, mean_opinion_score};

/// What limits the quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum QualityReason {
    /// Nothing.
    None,
    /// Packets are lost, or arrive too late to be played.
    Loss,
    /// The delay is high.
    Delay,
    /// The jitter is high.
    Jitter,
    /// The codec limits the audio quality.
    Codec,
    /// The video freezes.
    Frozen,
    /// The sender's CPU is too slow.
    Cpu,
    /// The sender's network is too slow.
    Bandwidth,
    /// No media flows.
    NoMedia,
}

words! { QualityReason {
    "none" None,
    "loss" Loss,
    "delay" Delay,
    "jitter" Jitter,
    "codec" Codec,
    "frozen" Frozen,
    "cpu" Cpu,
    "bandwidth" Bandwidth,
    "nomedia" NoMedia,
} }

impl QualityReason {
    /// The reason as a string, the same in Rust and in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Loss => "loss",
            Self::Delay => "delay",
            Self::Jitter => "jitter",
            Self::Codec => "codec",
            Self::Frozen => "frozen",
            Self::Cpu => "cpu",
            Self::Bandwidth => "bandwidth",
            Self::NoMedia => "nomedia",
        }
    }
}

/// The perceived quality: 5 excellent, 4 good, 3 fair, 2 poor, 1 bad, 0 no media.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct MediaQuality {
    /// From 0 to 5.
    #[cfg_attr(feature = "js", tsify(type = "0 | 1 | 2 | 3 | 4 | 5"))]
    pub level: u8,
    /// What limits the quality.
    pub reason: QualityReason,
    /// The mean opinion score of audio by the E-model, from 1 to 4.41. Null for video.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub mos: Option<f64>,
}

impl MediaQuality {
    /// Nothing is wrong.
    pub(crate) const EXCELLENT: Self = Self { level: 5, reason: QualityReason::None, mos: None };
    /// No media flows.
    pub(crate) const NO_MEDIA: Self = Self { level: 0, reason: QualityReason::NoMedia, mos: None };
}

/// The transmission conditions of video. Unknown values are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct VideoConditions {
    /// Fraction of packets lost.
    pub(crate) loss: f64,
    /// One-way delay in seconds.
    pub(crate) delay: f64,
    /// Jitter in seconds.
    pub(crate) jitter: f64,
    /// Fraction of the time that the video was frozen.
    pub(crate) frozen: f64,
    /// Fraction of the time that the CPU limited the encoder.
    pub(crate) cpu: f64,
    /// Fraction of the time that the network limited the encoder.
    pub(crate) bandwidth: f64,
    /// Fraction of the source's frames that are not sent.
    pub(crate) dropped: f64,
}

/// The thresholds of the levels 5, 4, 3 and 2.
type Limits = [f64; 4];
const LOSS: Limits = [0.01, 0.03, 0.08, 0.2];
/// ITU-T G.114: up to 150 ms suits most users, above 400 ms is unacceptable.
const DELAY: Limits = [0.15, 0.25, 0.4, 0.7];
const JITTER: Limits = [0.03, 0.05, 0.1, 0.2];
const FROZEN: Limits = [0.0, 0.05, 0.15, 0.4];
/// A smaller picture is still a fair one.
const LIMITED: Limits = [0.1, 0.6, 1.0, 1.0];
/// Fraction of the source's frames, when the encoder is limited.
const DROPPED: Limits = [0.2, 0.4, 0.6, 0.8];

fn grade(value: f64, limits: Limits) -> u8 {
    5 - limits.iter().filter(|limit| value > **limit).count() as u8
}

/// Whether this fraction of lost packets makes video less than excellent.
pub(super) fn is_noticeable_loss(loss: f64) -> bool {
    grade(loss, LOSS) < 5
}

pub(crate) fn video(conditions: &VideoConditions) -> MediaQuality {
    let VideoConditions { loss, delay, jitter, frozen, cpu, bandwidth, dropped } = *conditions;
    let limited = |share: f64| {
        let level = grade(share, LIMITED);
        // Screen shares and still scenes have few frames without any problem.
        if level < 5 { level.min(grade(dropped, DROPPED)) } else { level }
    };
    let grades = [
        (grade(frozen, FROZEN), QualityReason::Frozen),
        (grade(loss, LOSS), QualityReason::Loss),
        (limited(bandwidth), QualityReason::Bandwidth),
        (limited(cpu), QualityReason::Cpu),
        (grade(delay, DELAY), QualityReason::Delay),
        (grade(jitter, JITTER), QualityReason::Jitter),
    ];
    let (level, reason) =
        grades.into_iter().min_by_key(|(level, _)| *level).unwrap_or((5, QualityReason::None));
    let reason = if level == 5 { QualityReason::None } else { reason };
    MediaQuality { level, reason, mos: None }
}

/// The levels correspond to the categories of user satisfaction of ITU-T G.107, Annex B.
pub(crate) fn speech(conditions: &SpeechConditions) -> MediaQuality {
    let rating = conditions.rating();
    let level = 1 + [60.0, 70.0, 80.0, 90.0].iter().filter(|limit| rating >= **limit).count() as u8;
    let codec = conditions.codec.impairment;
    let loss = conditions.equipment_impairment() - codec;
    let delay = conditions.delay_impairment();
    let reason = match () {
        () if level == 5 => QualityReason::None,
        () if loss >= delay && loss >= codec => QualityReason::Loss,
        () if delay >= codec => QualityReason::Delay,
        () => QualityReason::Codec,
    };
    MediaQuality { level, reason, mos: Some(mean_opinion_score(rating)) }
}

/// The worst of several, with the lowest score. Streams without media count only if none has any:
/// a paused track is not a problem.
pub(crate) fn worst(qualities: impl Iterator<Item = MediaQuality> + Clone) -> MediaQuality {
    let mos = qualities.clone().filter_map(|quality| quality.mos).reduce(f64::min);
    let flowing = qualities.clone().filter(|quality| quality.level > 0).min_by_key(|quality| quality.level);
    let worst = flowing.or_else(|| qualities.min_by_key(|quality| quality.level));
    MediaQuality { mos, ..worst.unwrap_or(MediaQuality::EXCELLENT) }
}
