//! Determines who denied a capture, from what else the browser reports.

use super::words::PermissionState;
use crate::error::Refusal;

/// What is known about a denial.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// Whether the page's permissions policy allows the feature, if the browser reports it.
    pub(crate) policy_permits: Option<bool>,
    /// The permission's state after the denial, if the browser reports it.
    pub(crate) permission: Option<PermissionState>,
    /// Whether the user is asked each time, as for a display.
    pub(crate) always_asked: bool,
}

impl Facts {
    pub(crate) fn refusal(&self, name: &str, message: &str) -> Refusal {
        // Chromium marks a denial by the system only with this message.
        if message.ends_with("by system") {
            return Refusal::System;
        }
        match (self.policy_permits, &self.permission) {
            (Some(false), _) => Refusal::Policy,
            // Capture is disabled for the whole document.
            _ if name == "SecurityError" => Refusal::Policy,
            _ if self.always_asked => Refusal::User,
            // The site has permission, and yet the device was denied.
            (_, Some(PermissionState::Granted)) => Refusal::System,
            (_, Some(PermissionState::Denied | PermissionState::Prompt)) => Refusal::User,
            _ => Refusal::Unknown,
        }
    }
}
