//! The messages of streams, and their bytes.
//!
//! `STREAM, type, id (16 bytes)`, then what the type needs: numbers are big-endian, the header is JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::file_name::shorten;
use crate::engine::framing::STREAM;
use crate::error::DataChannelError;

const FRAME_HEADER_BYTES: usize = 18;
/// What comes before the bytes of a chunk.
pub(super) const CHUNK_HEADER_BYTES: usize = FRAME_HEADER_BYTES + 8;
/// Reasons beyond this are cut off.
const MAX_REASON_BYTES: usize = 1024;
/// The longest header, as JSON.
const MAX_HEADER_BYTES: usize = 8 * 1024;

/// A stream's id: random, chosen by its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub [u8; 16]);

/// What a stream carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum StreamKind {
    /// Bytes.
    #[default]
    Bytes,
    /// Text. No character is cut in two.
    Text,
}

/// What the receiver learns before the first chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StreamHeader {
    /// Bytes or text.
    pub kind: StreamKind,
    /// What it is about; the application's choice.
    pub topic: String,
    /// What the application attaches by name.
    pub attributes: BTreeMap<String, String>,
    /// How many bytes it will be, if that is known. It is not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl StreamHeader {
    /// # Errors
    /// `TooLarge` if it is longer than 8 KiB as JSON.
    pub fn check(&self) -> Result<(), DataChannelError> {
        match self.to_json().len() {
            size if size > MAX_HEADER_BYTES => {
                Err(DataChannelError::TooLarge { size, limit: MAX_HEADER_BYTES })
            }
            _ => Ok(()),
        }
    }

    fn to_json(&self) -> String {
        // Strings and numbers can always be written as JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn read(json: &[u8]) -> Option<Self> {
        let json = Some(json).filter(|json| json.len() <= MAX_HEADER_BYTES)?;
        serde_json::from_str(std::str::from_utf8(json).ok()?).ok()
    }
}

/// What the ends say to each other about one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamMessage {
    /// Sender: here is a stream.
    Open(StreamHeader),
    /// Sender: a part.
    Chunk {
        /// Where it belongs.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Sender: that was all.
    End {
        /// How many bytes it was.
        size: u64,
    },
    /// Sender: no more will come.
    Abort {
        /// For the receiver to read.
        reason: String,
    },
    /// Receiver: everything before this byte may be sent.
    Credit {
        /// The byte.
        offset: u64,
    },
    /// Receiver: all has arrived.
    Received,
    /// Receiver: no more is wanted.
    Cancel {
        /// For the sender to read.
        reason: String,
    },
    /// Receiver: a part did not arrive.
    Lost,
}

impl StreamMessage {
    /// Whether it is for the receiver of the stream, and not for its sender.
    pub fn is_for_receiver(&self) -> bool {
        matches!(self, Self::Open(_) | Self::Chunk { .. } | Self::End { .. } | Self::Abort { .. })
    }
}

/// A message and the stream that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFrame {
    /// Which stream.
    pub id: StreamId,
    /// What is said.
    pub message: StreamMessage,
}

impl StreamFrame {
    /// The frame's bytes.
    pub fn encode(self) -> Vec<u8> {
        let with = |kind: u8, parts: &[&[u8]]| {
            let length = parts.iter().map(|part| part.len()).sum::<usize>();
            let mut frame = Vec::with_capacity(FRAME_HEADER_BYTES + length);
            frame.extend([STREAM, kind]);
            frame.extend(self.id.0);
            parts.iter().for_each(|part| frame.extend(*part));
            frame
        };
        match self.message {
            StreamMessage::Open(header) => with(0, &[header.to_json().as_bytes()]),
            StreamMessage::Chunk { offset, bytes } => with(1, &[&offset.to_be_bytes(), &bytes]),
            StreamMessage::End { size } => with(2, &[&size.to_be_bytes()]),
            StreamMessage::Abort { reason } => with(3, &[shortened(reason).as_bytes()]),
            StreamMessage::Credit { offset } => with(4, &[&offset.to_be_bytes()]),
            StreamMessage::Received => with(5, &[]),
            StreamMessage::Cancel { reason } => with(6, &[shortened(reason).as_bytes()]),
            StreamMessage::Lost => with(7, &[]),
        }
    }

    /// Reads a frame; `None` if it makes no sense, or is of a later version.
    pub fn decode(frame: &[u8]) -> Option<Self> {
        let (header, body) = frame.split_at_checked(FRAME_HEADER_BYTES)?;
        let [STREAM, kind, id @ ..] = header else { return None };
        let number = || Some(u64::from_be_bytes(body.get(..8)?.try_into().ok()?));
        let reason = || shortened(String::from_utf8_lossy(body).into_owned());
        let message = match kind {
            0 => StreamMessage::Open(StreamHeader::read(body)?),
            1 => StreamMessage::Chunk { offset: number()?, bytes: body.get(8..)?.to_vec() },
            2 => StreamMessage::End { size: number()? },
            3 => StreamMessage::Abort { reason: reason() },
            4 => StreamMessage::Credit { offset: number()? },
            5 => StreamMessage::Received,
            6 => StreamMessage::Cancel { reason: reason() },
            7 => StreamMessage::Lost,
            _ => return None,
        };
        Some(Self { id: StreamId(id.try_into().ok()?), message })
    }
}

fn shortened(mut reason: String) -> String {
    shorten(&mut reason, MAX_REASON_BYTES);
    reason
}
