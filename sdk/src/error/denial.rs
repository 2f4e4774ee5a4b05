//! Who denied a capture. `NotAllowedError` has several causes.

use serde::{Deserialize, Serialize};

/// Who denied a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Refusal {
    /// The user, now or earlier.
    User,
    /// A permissions policy: of the server, or of the embedding page.
    Policy,
    /// The operating system, which denies it to the browser.
    System,
    /// The browser does not report it.
    Unknown,
}

impl Refusal {
    /// The value as a string.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Policy => "policy",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }

    /// The message of the error.
    pub(crate) fn message(self, device: &str) -> String {
        let them = them(device);
        let advice = match self {
            // There is no permission to grant for a display: the user chooses one each time.
            Self::User | Self::Unknown if device == "screen" => {
                return "the screen was not chosen, or not allowed: choose one in the browser's dialog"
                    .to_owned();
            }
            Self::User | Self::Unknown => {
                format!("allow {them} in the browser's site settings, then try again")
            }
            Self::Policy => format!(
                "the server's Permissions-Policy header and the `allow` attribute of the frame must permit {them}"
            ),
            Self::System => {
                format!("let the browser use {them} in the system's privacy settings, then try again")
            }
        };
        format!("the {device} may not be used: {advice}")
    }
}

/// The pronoun of one device, or of several such as `"camera and microphone"`.
pub(super) fn them(device: &str) -> &'static str {
    if device.contains(" and ") { "them" } else { "it" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_about_one_device_several_or_a_screen() {
        for (device, by, message) in [
            (
                "camera and microphone",
                Refusal::User,
                "the camera and microphone may not be used: allow them in the browser's site settings, then try again",
            ),
            (
                "camera and microphone",
                Refusal::System,
                "the camera and microphone may not be used: let the browser use them in the system's privacy \
                 settings, then try again",
            ),
            (
                "camera",
                Refusal::Unknown,
                "the camera may not be used: allow it in the browser's site settings, then try again",
            ),
            (
                "screen",
                Refusal::User,
                "the screen was not chosen, or not allowed: choose one in the browser's dialog",
            ),
            (
                "screen",
                Refusal::System,
                "the screen may not be used: let the browser use it in the system's privacy settings, then try again",
            ),
        ] {
            assert_eq!(by.message(device), message);
        }
    }
}
