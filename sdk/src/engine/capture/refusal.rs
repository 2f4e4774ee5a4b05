//! Who refused a capture. `NotAllowedError` is one name for several causes.

use serde::{Deserialize, Serialize};

#[cfg(any(target_arch = "wasm32", test))]
use super::words::PermissionState;

/// Who did not allow a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Refusal {
    /// The user, now or earlier.
    User,
    /// A permissions policy: of the server, or of the page that embeds this one.
    Policy,
    /// The operating system, which does not let the browser.
    System,
    /// The browser does not tell.
    Unknown,
}

impl Refusal {
    /// The word for it.
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

/// What can be known about a refusal.
#[cfg(any(target_arch = "wasm32", test))]
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Whether the page's permissions policy permits the feature, if the browser tells.
    pub(crate) policy_permits: Option<bool>,
    /// The permission after the refusal, if the browser tells.
    pub(crate) permission: Option<PermissionState>,
    /// Whether the user is asked each time, as for a display.
    pub(crate) always_asked: bool,
}

#[cfg(any(target_arch = "wasm32", test))]
impl Facts {
    pub(crate) fn refusal(&self, name: &str, message: &str) -> Refusal {
        // Chromium tells a refusal of the system by nothing but this message.
        if message.ends_with("by system") {
            return Refusal::System;
        }
        match (self.policy_permits, &self.permission) {
            (Some(false), _) => Refusal::Policy,
            // Capture is switched off for the whole document.
            _ if name == "SecurityError" => Refusal::Policy,
            _ if self.always_asked => Refusal::User,
            // The site may, and yet the device was refused.
            (_, Some(PermissionState::Granted)) => Refusal::System,
            (_, Some(PermissionState::Denied | PermissionState::Prompt)) => Refusal::User,
            _ => Refusal::Unknown,
        }
    }
}
