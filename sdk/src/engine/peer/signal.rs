//! The messages between the two ends of a connection.

use moim_protocol::{RelayPayload, json, record};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A message from one end of a peer connection to the other: deliver it unchanged, over any transport. It can be
/// serialized with serde; [`to_json`](Self::to_json) is the format that all ends understand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// The random number of the sender's connection.
    pub(super) from: u32,
    /// The sender's configured politeness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) polite: Option<bool>,
    pub(super) payload: RelayPayload,
}

record! { Signal {
    from: "from" required,
    polite: "polite" omitted_if "null",
    payload: "payload" required,
} }

impl Signal {
    /// Returns the signal as JSON text.
    pub fn to_json(&self) -> String {
        json::to_text(self)
    }

    /// Parses a signal.
    ///
    /// # Errors
    /// `InvalidOptions` if the text is not a signal.
    pub fn from_json(text: &str) -> Result<Self> {
        json::from_text(text).map_err(|_| {
            let detail = "signal: expected one that the remote end emitted, unchanged".to_owned();
            Error::InvalidOptions { detail }
        })
    }
}
