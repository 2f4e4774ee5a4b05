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

    pub(crate) const fn advice(self) -> &'static str {
        match self {
            Self::User | Self::Unknown => "allow it in the browser's site settings, then try again",
            Self::Policy => {
                "the server's Permissions-Policy header and the `allow` attribute of the frame must permit it"
            }
            Self::System => "let the browser use it in the system's privacy settings, then try again",
        }
    }
}
