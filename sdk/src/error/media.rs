//! Why capture failed.

use super::denial::them;
use super::{Error, Refusal};

/// Why capture failed: <https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia>.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// `NotAllowedError`: the user, a permissions policy or the system denied it.
    #[error("{}", by.message(device))]
    NotAllowed {
        /// `"camera"`, `"microphone"`, `"screen"` or `"speaker"`.
        device: &'static str,
        /// Who denied it, as far as it is known.
        by: Refusal,
    },
    /// `NotFoundError`: there is no such device.
    #[error("no {} was found: connect one, then try again", device.replace(" and ", " or "))]
    NotFound {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
    },
    /// `NotReadableError`: the device exists but cannot be read, usually because another program uses it.
    #[error(
        "the {device} cannot be read: close other programs that may use {}, then try again",
        them(device)
    )]
    NotReadable {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
    },
    /// `OverconstrainedError`: no device satisfies a constraint.
    #[error("no {} satisfies the constraint `{constraint}`: relax it, or choose another device", device.replace(" and ", " or "))]
    Overconstrained {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
        /// The constraint that failed, such as `"deviceId"`.
        constraint: String,
    },
    /// `AbortError`: the device failed for another reason.
    #[error("the {device} could not be started: {detail}")]
    Aborted {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
        /// The browser's error message.
        detail: String,
    },
    /// The page is not in a secure context, where browsers provide no devices.
    #[error("devices require a secure context: open the page with https:// or from http://localhost")]
    InsecureContext,
}

impl Error {
    /// Classifies an exception of `getUserMedia` or `getDisplayMedia` by its name; `by` tells who denied it.
    #[cfg(any(target_arch = "wasm32", test))]
    pub(crate) fn from_capture(
        device: &'static str,
        name: &str,
        detail: &str,
        constraint: Option<&str>,
        by: Refusal,
    ) -> Self {
        let error = match name {
            "NotAllowedError" | "SecurityError" => MediaError::NotAllowed { device, by },
            "NotFoundError" => MediaError::NotFound { device },
            "NotReadableError" => MediaError::NotReadable { device },
            "OverconstrainedError" => {
                let constraint = constraint.unwrap_or("unknown").to_owned();
                MediaError::Overconstrained { device, constraint }
            }
            "AbortError" => MediaError::Aborted { device, detail: detail.to_owned() },
            "TypeError" => return Self::InvalidOptions { detail: detail.to_owned() },
            "InvalidStateError" => {
                let state = match device {
                    "screen" | "speaker" => "there is no recent user gesture",
                    _ => "the page is not fully active",
                };
                return Self::InvalidState { action: "open a device or a display", state };
            }
            _ => return Self::Browser { name: name.to_owned(), detail: detail.to_owned() },
        };
        Self::Media(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn capture_errors_are_sorted_by_name_and_not_by_message() {
        let error = Error::from_capture("camera", "NotAllowedError", "device not found", None, Refusal::User);
        assert_eq!(error.code(), ErrorCode::MediaNotAllowed);
        let error =
            Error::from_capture("camera", "OverconstrainedError", "", Some("deviceId"), Refusal::User);
        assert!(error.to_string().contains("`deviceId`"));
    }
}
