//! The messages of streams, and their encoding.
//!
//! `STREAM, type, id (16 bytes)`, then the fields of the type: numbers are big-endian, the header is JSON.

use std::collections::BTreeMap;

use moim_protocol::{json, record, shorten, words};
use serde::{Deserialize, Serialize};

use crate::engine::framing::STREAM;
use crate::error::DataChannelError;

const FRAME_HEADER_BYTES: usize = 18;
/// The length of a chunk's header.
pub(super) const CHUNK_HEADER_BYTES: usize = FRAME_HEADER_BYTES + 8;
/// The longest reason in bytes; longer ones are cut.
const MAX_REASON_BYTES: usize = 1024;
/// The longest header, as JSON.
const MAX_HEADER_BYTES: usize = 8 * 1024;

/// A stream's id: random, chosen by its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub [u8; 16]);

/// The content of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum StreamKind {
    /// Bytes.
    #[default]
    Bytes,
    /// Text. Chunks end at character boundaries.
    Text,
}

/// Metadata that the receiver gets before the first chunk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct StreamHeader {
    /// Bytes or text.
    pub kind: StreamKind,
    /// The topic, chosen by the application.
    pub topic: String,
    /// Attributes set by the application.
    pub attributes: BTreeMap<String, String>,
    /// The total number of bytes, if known. It is not verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Whether the sender continues over a connection that replaces the one that was lost.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub resumes: bool,
}

words! { StreamKind { "bytes" Bytes, "text" Text, } }

record! { StreamHeader {
    kind: "kind" optional,
    topic: "topic" optional,
    attributes: "attributes" optional,
    size: "size" omitted_if "null",
    resumes: "resumes" omitted_if "false",
} }

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
        json::to_text(self)
    }

    fn read(json: &[u8]) -> Option<Self> {
        let json = Some(json).filter(|json| json.len() <= MAX_HEADER_BYTES)?;
        json::from_text(std::str::from_utf8(json).ok()?).ok()
    }
}

/// A message about one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamMessage {
    /// Sender: opens a stream.
    Open(StreamHeader),
    /// Sender: a chunk.
    Chunk {
        /// The offset.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Sender: the end of the stream.
    End {
        /// The total number of bytes.
        size: u64,
    },
    /// Sender: aborts the stream.
    Abort {
        /// A reason for the receiver.
        reason: String,
    },
    /// Receiver: grants credit up to this byte.
    Credit {
        /// The offset.
        offset: u64,
    },
    /// Receiver: everything has arrived.
    Received,
    /// Receiver: cancels the stream.
    Cancel {
        /// A reason for the sender.
        reason: String,
    },
    /// Either end: a chunk was lost, or that end does not know the stream.
    Lost,
    /// Either end: the connection was replaced. Sender: or the receiver is silent. Receiver: or a chunk was lost, and the sender
    /// resumes. The receiver accepts again; an end for which the stream has ended says how.
    Resume {
        /// Increases with each attempt of the sender, from 1 on. From the receiver 0, or the next one after a loss.
        attempt: u32,
    },
    /// Receiver: it can continue over another connection. Instead of the first credit if the sender can, too.
    Accept {
        /// The attempt that it answers, 0 for the opening.
        attempt: u32,
        /// The offset of the first missing byte.
        received: u64,
        /// The offset up to which credit is granted.
        credit: u64,
    },
}

impl StreamMessage {
    /// Whether the receiver of a stream may get it.
    pub fn is_for_receiver(&self) -> bool {
        match self {
            Self::Credit { .. } | Self::Received | Self::Cancel { .. } | Self::Accept { .. } => false,
            Self::Open(_) | Self::Chunk { .. } | Self::End { .. } | Self::Abort { .. } => true,
            Self::Lost | Self::Resume { .. } => true,
        }
    }

    /// Whether the sender of a stream may get it.
    pub fn is_for_sender(&self) -> bool {
        matches!(self, Self::Lost | Self::Resume { .. }) || !self.is_for_receiver()
    }
}

/// A message with the id of its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFrame {
    /// The stream.
    pub id: StreamId,
    /// The message.
    pub message: StreamMessage,
}

impl StreamFrame {
    /// Encodes the frame.
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
            StreamMessage::Resume { attempt } => with(8, &[&attempt.to_be_bytes()]),
            StreamMessage::Accept { attempt, received, credit } => {
                with(9, &[&attempt.to_be_bytes(), &received.to_be_bytes(), &credit.to_be_bytes()])
            }
        }
    }

    /// Decodes a frame; `None` if it is malformed or from a later version.
    pub fn decode(frame: &[u8]) -> Option<Self> {
        let (header, body) = frame.split_at_checked(FRAME_HEADER_BYTES)?;
        let [STREAM, kind, id @ ..] = header else { return None };
        let number_at = |at: usize| Some(u64::from_be_bytes(body.get(at..at + 8)?.try_into().ok()?));
        let number = || number_at(0);
        let attempt = || Some(u32::from_be_bytes(body.get(..4)?.try_into().ok()?));
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
            8 => StreamMessage::Resume { attempt: attempt()? },
            9 => {
                StreamMessage::Accept { attempt: attempt()?, received: number_at(4)?, credit: number_at(12)? }
            }
            _ => return None,
        };
        Some(Self { id: StreamId(id.try_into().ok()?), message })
    }
}

fn shortened(mut reason: String) -> String {
    shorten(&mut reason, MAX_REASON_BYTES);
    reason
}
