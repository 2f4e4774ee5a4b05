//! Finds who refused a capture by what the browser tells besides.

use super::words::PermissionState;
use crate::error::Refusal;

/// What can be known about a refusal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Whether the page's permissions policy permits the feature, if the browser tells.
    pub(crate) policy_permits: Option<bool>,
    /// The permission after the refusal, if the browser tells.
    pub(crate) permission: Option<PermissionState>,
    /// Whether the user is asked each time, as for a display.
    pub(crate) always_asked: bool,
}

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
