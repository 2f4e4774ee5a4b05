//! Call quality as perceived by users: a mean opinion score for audio, and a level with its reason for
//! all media.

mod emodel;
mod level;

pub use emodel::{SpeechCodec, SpeechConditions, mean_opinion_score};
pub use level::{MediaQuality, QualityReason};
pub(super) use level::{VideoConditions, speech, video, worst};

// proptest does not build for wasm32.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
