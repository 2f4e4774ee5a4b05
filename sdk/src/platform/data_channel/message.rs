//! Messages of a data channel.

use js_sys::Uint8Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::engine::framing::Assembly;
use crate::error::{Error, Result};
use crate::platform::bindings::data_channel::new_bytes;

/// One message of a data channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// Text.
    Text(String),
    /// Binary data.
    Binary(Vec<u8>),
}

impl Message {
    /// Creates a text message with `value` as JSON.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] if `value` cannot be serialized.
    pub fn from_json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let text = serde_json::to_string(value);
        text.map(Self::Text).map_err(|error| Error::InvalidOptions { detail: error.to_string() })
    }

    /// Parses the message as JSON.
    ///
    /// # Errors
    /// [`Error::InvalidOptions`] if it is not JSON, or not a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let wrong = |words: String| Error::InvalidOptions { detail: format!("the message: {words}") };
        let text = std::str::from_utf8(self.as_bytes()).map_err(|error| wrong(error.to_string()))?;
        serde_json::from_str(text).map_err(|error| wrong(error.to_string()))
    }

    /// The text, if it is a text message.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }

    /// The bytes; UTF-8 for a text message.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// Like [`as_bytes`](Self::as_bytes), without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.into_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Message {
    fn from(bytes: &[u8]) -> Self {
        Self::Binary(bytes.to_owned())
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes)
    }
}

/// A message from the browser, not yet copied into the module's memory, which can only grow.
#[derive(Clone, Debug)]
pub(crate) enum RawMessage {
    /// A string.
    Text(JsValue),
    Binary(Uint8Array),
}

impl RawMessage {
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(text) => js_sys::JsString::from(text.clone()).length() as usize,
            Self::Binary(bytes) => bytes.length() as usize,
        }
    }
}

impl From<RawMessage> for Message {
    fn from(raw: RawMessage) -> Self {
        match raw {
            RawMessage::Text(text) => Self::Text(text.as_string().unwrap_or_default()),
            RawMessage::Binary(bytes) => Self::Binary(bytes.to_vec()),
        }
    }
}

/// A message that is reassembled outside the module's memory.
#[derive(Debug)]
pub(super) struct AssembledBytes(pub(super) Uint8Array);

impl Assembly for AssembledBytes {
    type Chunk = Uint8Array;

    fn with_length(length: usize) -> Option<Self> {
        new_bytes(length).map(Self)
    }

    fn write(&mut self, offset: usize, chunk: &Uint8Array) {
        self.0.set(chunk, offset as u32);
    }
}
