//! What the two ends of a connection tell each other.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::RelayPayload;

/// A message from one end of a peer connection to the other: hand it over as it is, by whatever carries it. It can be
/// serialized by serde; [`to_json`](Self::to_json) is the form that all ends understand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// The random number of the sending connection.
    pub(super) from: u32,
    /// What the sender was told to be in a glare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) polite: Option<bool>,
    pub(super) payload: RelayPayload,
}

impl Signal {
    /// The signal as JSON text.
    pub fn to_json(&self) -> String {
        // Strings, numbers and maps with text for keys cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a signal.
    ///
    /// # Errors
    /// `InvalidOptions` if the text is no signal.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|_| {
            let detail = "signal: expected one that the far end's signals() gave, unchanged".to_owned();
            Error::InvalidOptions { detail }
        })
    }
}
