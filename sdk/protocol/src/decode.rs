//! Encodes and decodes messages.

use serde::Deserialize;

use crate::json::{self, Fault};
use crate::{ClientMessage, ServerMessage};

/// A frame that is not a message of this protocol.
#[derive(Debug, thiserror::Error)]
#[error("not a valid message: {}{text}", .member.map(|name| format!("`{name}`: ")).unwrap_or_default())]
pub struct DecodeError {
    member: Option<&'static str>,
    text: String,
}

impl DecodeError {
    /// The member with the wrong type, if that is the fault.
    pub fn member(&self) -> Option<&str> {
        self.member
    }
}

macro_rules! json {
    ($($message:ty),+) => {$(
        impl $message {
            /// Encodes the message as JSON.
            pub fn encode(&self) -> String {
                json::to_text(self)
            }

            /// Decodes a message from JSON.
            ///
            /// # Errors
            /// Fails on text that is not JSON, and on a known message with a missing or mistyped member.
            /// An unknown message is `Unknown`, not an error.
            pub fn decode(text: &str) -> Result<Self, DecodeError> {
                json::from_text(text).map_err(failed)
            }
        }
    )+};
}
json!(ClientMessage, ServerMessage);

impl ClientMessage {
    /// Encodes the message as JSON with a `request`, which an error in response to it repeats.
    pub fn encode_request(&self, request: u32) -> String {
        let mut text = self.encode();
        if text.pop().is_some() {
            text.push_str(&format!(",\"request\":{request}}}"));
        }
        text
    }

    /// The `request` of a message, even if the message cannot be decoded.
    pub fn request_of(text: &str) -> Option<u32> {
        #[derive(Deserialize)]
        struct Numbered {
            request: Option<u32>,
        }
        serde_json::from_str::<Numbered>(text).ok()?.request
    }
}

/// Separate, because it does not depend on the type.
fn failed(Fault { text, member, .. }: Fault) -> DecodeError {
    DecodeError { member, text }
}
