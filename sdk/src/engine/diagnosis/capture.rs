//! What the devices show.

use super::finding::Finding;
use super::report::Outcome;
use crate::engine::capture::PermissionState;
use crate::error::{Error, MediaError};

/// No pixel of a black picture is brighter than this, from 0 to 1: noise of a covered camera is below.
const BLACK: f64 = 0.12;
/// A muted microphone is below this level, about -86 dBFS; the noise of any other is above.
const SILENT: f64 = 0.000_05;
/// Speech is above this level, about -54 dBFS.
const QUIET: f64 = 0.002;
/// How much louder a tone must be than the noise before it, in dB.
const HEARD: f64 = 8.0;

/// The brightness of a picture, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Luma {
    /// The mean of all pixels.
    pub mean: f64,
    /// The brightest pixel.
    pub max: f64,
}

impl Luma {
    /// The brightness of RGBA pixels (ITU-R BT.601).
    pub fn of(rgba: &[u8]) -> Self {
        let luma = |pixel: &[u8]| match pixel {
            [r, g, b, ..] => (0.299 * f64::from(*r) + 0.587 * f64::from(*g) + 0.114 * f64::from(*b)) / 255.0,
            _ => 0.0,
        };
        let pixels = rgba.chunks_exact(4).map(luma);
        let (sum, max) = pixels.fold((0.0, 0.0), |(sum, max), luma| (sum + luma, f64::max(max, luma)));
        Self { mean: sum / (rgba.len() / 4).max(1) as f64, max }
    }

    /// Whether nothing can be seen.
    pub fn is_black(self) -> bool {
        self.max < BLACK
    }
}

/// Judges a permission.
pub fn permission(state: Option<&PermissionState>) -> Finding {
    match state {
        Some(PermissionState::Granted) => Finding::PermissionGranted,
        Some(PermissionState::Prompt) => Finding::PermissionPrompt,
        Some(PermissionState::Denied) => Finding::PermissionDenied,
        _ => Finding::PermissionUnknown,
    }
}

/// Judges why a device could not be opened.
pub fn capture_failure(error: &Error) -> Outcome {
    let finding = match error {
        Error::Media(error) => match error {
            MediaError::NotAllowed { .. } => Finding::DeviceDenied,
            MediaError::NotFound { .. } => Finding::DeviceNotFound,
            MediaError::NotReadable { .. } => Finding::DeviceBusy,
            MediaError::Overconstrained { .. } => Finding::DeviceUnsuitable,
            MediaError::Aborted { .. } => Finding::DeviceFailed,
            MediaError::InsecureContext => Finding::Insecure,
        },
        _ => Finding::CheckFailed,
    };
    Outcome::from(finding).because(&error.to_string())
}

/// Judges the brightest of some pictures.
pub fn camera(brightest: Option<Luma>) -> Outcome {
    let finding = match brightest {
        None => Finding::CameraFrozen,
        Some(luma) if luma.is_black() => Finding::CameraBlack,
        Some(_) => Finding::CameraWorks,
    };
    Outcome::from(finding).with("brightness", brightest.map(|luma| luma.mean))
}

/// Judges the loudest level, which is `None` if the browser did not process audio.
pub fn microphone(loudest: Option<f64>) -> Outcome {
    let finding = match loudest {
        None => Finding::AudioBlocked,
        Some(level) if level < SILENT => Finding::MicrophoneSilent,
        Some(level) if level < QUIET => Finding::MicrophoneQuiet,
        Some(_) => Finding::MicrophoneWorks,
    };
    Outcome::from(finding).with("level", loudest)
}

/// Whether a level suffices, so that there is no need to listen any longer.
pub fn is_loud(level: f64) -> bool {
    level >= QUIET
}

/// Judges how much louder the microphone was during a tone, in dB; `None` if the browser did not process audio.
pub fn speaker(rise: Option<f64>) -> Outcome {
    let finding = match rise {
        None => Finding::AudioBlocked,
        Some(rise) if rise >= HEARD => Finding::SpeakerHeard,
        Some(_) => Finding::SpeakerNotHeard,
    };
    Outcome::from(finding).with("toneDb", rise)
}
