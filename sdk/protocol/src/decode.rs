//! Encodes and decodes messages.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{ClientMessage, ServerMessage};

/// A frame that is not a message of this protocol.
#[derive(Debug, thiserror::Error)]
#[error("not a valid message: {}{source}", .member.as_ref().map(|name| format!("`{name}`: ")).unwrap_or_default())]
pub struct DecodeError {
    member: Option<String>,
    source: serde_json::Error,
}

impl DecodeError {
    /// The member with the wrong type, if that is the fault.
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }
}

macro_rules! json {
    ($($message:ty),+) => {$(
        impl $message {
            /// Encodes the message as JSON.
            pub fn encode(&self) -> String {
                encode(self)
            }

            /// Decodes a message from JSON.
            ///
            /// # Errors
            /// Fails on text that is not JSON, and on a known message with a missing or mistyped member.
            /// An unknown message is `Unknown`, not an error.
            pub fn decode(text: &str) -> Result<Self, DecodeError> {
                decode(text)
            }
        }
    )+};
}
json!(ClientMessage, ServerMessage);

impl ClientMessage {
    /// Encodes the message as JSON with a `request`, which an error in response to it repeats.
    pub fn encode_request(&self, request: u32) -> String {
        #[derive(Serialize)]
        struct Numbered<'a> {
            #[serde(flatten)]
            message: &'a ClientMessage,
            request: u32,
        }
        encode(&Numbered { message: self, request })
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

fn encode(message: &impl Serialize) -> String {
    // Serialization fails only for `Unknown`, which is never sent, and for maps without string keys.
    serde_json::to_string(message).unwrap_or_default()
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    serde_json::from_str(text)
        .map_err(|source| DecodeError { member: faulty_member::<T>(text, &source), source })
}

/// No message of this version has more members; a longer object is not worth the search.
const MAX_MEMBERS: usize = 15;
/// The search decodes the message once for each member. For a message longer than this, it would cost the receiver more
/// than a name in an error is worth to the sender.
const MAX_SEARCHED_BYTES: usize = 16 * 1024;

/// Finds the member that `error` is about.
///
/// serde buffers a tagged enum before it reads the variant, and so loses the position of a fault. What
/// remains is a search: the message fails differently, or not at all, once the member is removed.
fn faulty_member<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Option<String> {
    if !error.is_data() || text.len() > MAX_SEARCHED_BYTES {
        return None;
    }
    let Ok(Value::Object(mut members)) = serde_json::from_str(text) else { return None };
    if members.len() > MAX_MEMBERS {
        return None;
    }
    let fault = |members: &Map<String, Value>| T::deserialize(members).err().map(|e| e.to_string());
    let whole = fault(&members);
    let names: Vec<_> = members.keys().filter(|name| *name != "type").cloned().collect();
    names.into_iter().find(|name| {
        let Some(value) = members.remove(name) else { return false };
        let rest = fault(&members);
        members.insert(name.clone(), value);
        rest != whole
    })
}
