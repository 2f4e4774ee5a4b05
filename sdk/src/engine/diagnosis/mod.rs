//! The pre-call check: what its measurements mean, without a browser.
//!
//! Each check ends with a [`Finding`], which determines its verdict, its summary and its advice. The measurements of a
//! check are in its [`CheckResult`], and all results in the [`DiagnosisReport`].

mod capture;
mod finding;
mod ice;
mod media;
mod report;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use capture::{Luma, camera, capture_failure, is_loud, microphone, permission, speaker};
pub use finding::{Check, Finding, Verdict};
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) use finding::{TYPESCRIPT_CHECK, TYPESCRIPT_FINDING};
pub use ice::{Candidate, IceFailure, TurnTransport, TurnTrial, stun, stun_servers, turn, turn_servers};
pub use media::{LOOP_BITRATE, MediaTrial, Recommendation, media};
pub use report::{CheckResult, DiagnosisReport, Outcome};
