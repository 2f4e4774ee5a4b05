//! Call quality as perceived by users: a mean opinion score for audio, a level with its reason for all media, and for
//! each participant of a room the side of the cause.

mod emodel;
mod level;
mod monitor;
mod relief;
mod side;
mod steady;
mod watch;

pub use emodel::{SpeechCodec, SpeechConditions, mean_opinion_score};
pub use level::{MediaQuality, QualityReason};
pub(super) use level::{VideoConditions, speech, video, worst};
#[doc(hidden)]
pub use monitor::{LinkSample, Output, QualityMonitor, SAMPLE_MS, Sample, WatchedTrack};
#[doc(hidden)]
pub use relief::Relief;
#[doc(hidden)]
pub use side::QualityReport;
pub use side::{ParticipantQuality, QualitySide};

// proptest does not build for wasm32.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
