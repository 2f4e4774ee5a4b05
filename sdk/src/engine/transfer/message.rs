//! The messages of the file transfer, and their encoding.
//!
//! `TRANSFER, type, id (16 bytes)`, then the fields of the type: numbers are big-endian, an offer is JSON.

use std::fmt;

use moim_protocol::{json, record, shorten};
use serde::{Deserialize, Serialize};

use crate::engine::file_name;
use crate::engine::framing::{STREAM, TRANSFER};

const HEADER_BYTES: usize = 18;
/// The length of a chunk's header.
pub const CHUNK_HEADER_BYTES: usize = HEADER_BYTES + 8;
/// The longest reason in bytes; longer ones are cut.
const MAX_TEXT_BYTES: usize = 1024;

/// Whether a frame offers a file, or opens a stream: both have the type 0.
pub fn is_offer(frame: &[u8]) -> bool {
    frame.get(1) == Some(&0)
}

/// Whether the receiver of a frame replies to it, even if it does not know the file or stream: offers, and the messages
/// that resume (and accept) one.
pub fn asks_for_a_reply(frame: &[u8]) -> bool {
    is_offer(frame) || matches!(frame, [TRANSFER, 12, ..] | [STREAM, 8 | 9, ..])
}

/// A transfer's id: random, the same at both ends, and kept when the transfer is resumed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransferId(pub [u8; 16]);

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Describes a file. A transfer is resumed only if all of it is unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FileOffer {
    /// The file's name. It is [cleaned](crate::engine::file_name::clean) at both ends.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its MIME type; may be empty.
    pub mime_type: String,
    /// The time of its last modification, in milliseconds since 1970; 0 if unknown.
    pub last_modified: u64,
    /// Whether the sender continues over a connection that replaces the one that was lost.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub resumes: bool,
}

record! { FileOffer {
    name: "name" optional,
    size: "size" optional,
    mime_type: "mimeType" optional,
    last_modified: "lastModified" optional,
    resumes: "resumes" omitted_if "false",
} }

impl FileOffer {
    fn read(json: &[u8]) -> Option<Self> {
        json::from_text(std::str::from_utf8(json).ok()?).ok()
    }

    /// With a cleaned name.
    pub(crate) fn sanitized(mut self) -> Self {
        self.name = file_name::clean(&self.name, "file");
        shorten(&mut self.mime_type, 255);
        self
    }
}

/// Why an end cancels a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CancelCause {
    /// The application requested it.
    Asked,
    /// The SHA-256 differs.
    Corrupt,
    /// The file cannot be read or written at that end.
    Storage,
    /// A chunk was lost, or that end does not know the transfer. The transfer is interrupted, and can be resumed.
    Lost,
}

/// A message about one transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferMessage {
    /// Sender: offers a file.
    Offer(FileOffer),
    /// Receiver: accepts it, from this byte on.
    Accept {
        /// The offset of the first missing byte.
        offset: u64,
        /// The attempt that it answers, 0 for an offer. `None` if the receiver cannot continue over another connection.
        attempt: Option<u32>,
    },
    /// Receiver: declines it.
    Reject {
        /// A reason for the sender.
        reason: String,
    },
    /// Sender: a chunk.
    Chunk {
        /// The offset.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Receiver: everything before this byte has been written.
    Acknowledge {
        /// The offset.
        offset: u64,
    },
    /// Sender: the end of the file.
    End {
        /// The file's SHA-256.
        hash: [u8; 32],
    },
    /// Receiver: the file is complete and closed.
    Verified,
    /// Sender: acknowledges [`TransferMessage::Verified`].
    Confirmed,
    /// Either end: cancels the transfer.
    Cancel {
        /// The cause.
        cause: CancelCause,
        /// A reason for the remote end.
        reason: String,
    },
    /// Sender: the connection was replaced, or the receiver is silent; the receiver accepts again. Receiver: a chunk was lost;
    /// the sender resumes.
    Resume {
        /// Increases with each attempt of the sender, from 1 on. The receiver sends the next one.
        attempt: u32,
    },
}

/// A message with the id of its transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferFrame {
    /// The transfer.
    pub id: TransferId,
    /// The message.
    pub message: TransferMessage,
}

impl TransferFrame {
    /// Encodes the frame.
    pub fn encode(&self) -> Vec<u8> {
        let start = |kind: u8, room: usize| {
            let mut frame = Vec::with_capacity(HEADER_BYTES + room);
            frame.extend([TRANSFER, kind]);
            frame.extend(self.id.0);
            frame
        };
        let with = |kind: u8, body: &[u8]| {
            let mut frame = start(kind, body.len());
            frame.extend(body);
            frame
        };
        match &self.message {
            TransferMessage::Offer(offer) => with(0, json::to_text(&offer.clone().sanitized()).as_bytes()),
            TransferMessage::Accept { offset, attempt } => {
                let attempt = attempt.map(u32::to_be_bytes);
                with(1, &[&offset.to_be_bytes()[..], attempt.as_ref().map_or(&[], |it| &it[..])].concat())
            }
            TransferMessage::Reject { reason } => with(2, text(reason.clone()).as_bytes()),
            TransferMessage::Chunk { offset, bytes } => {
                let mut frame = start(3, 8 + bytes.len());
                frame.extend(offset.to_be_bytes());
                frame.extend(bytes);
                frame
            }
            TransferMessage::Acknowledge { offset } => with(4, &offset.to_be_bytes()),
            TransferMessage::End { hash } => with(5, hash),
            TransferMessage::Verified => with(6, &[]),
            TransferMessage::Confirmed => with(7, &[]),
            TransferMessage::Cancel { cause, reason } => {
                let kind = match cause {
                    CancelCause::Asked => 8,
                    CancelCause::Corrupt => 9,
                    CancelCause::Storage => 10,
                    CancelCause::Lost => 11,
                };
                with(kind, text(reason.clone()).as_bytes())
            }
            TransferMessage::Resume { attempt } => with(12, &attempt.to_be_bytes()),
        }
    }

    /// Decodes a frame; `None` if it is malformed.
    pub fn decode(frame: &[u8]) -> Option<Self> {
        let (header, body) = frame.split_at_checked(HEADER_BYTES)?;
        let [TRANSFER, kind, id @ ..] = header else { return None };
        let number = || Some(u64::from_be_bytes(body.get(..8)?.try_into().ok()?));
        let attempt = |at: usize| Some(u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?));
        let text = || text(String::from_utf8_lossy(body).into_owned());
        let message = match kind {
            0 => TransferMessage::Offer(FileOffer::read(body)?.sanitized()),
            1 => TransferMessage::Accept { offset: number()?, attempt: attempt(8) },
            2 => TransferMessage::Reject { reason: text() },
            3 => TransferMessage::Chunk { offset: number()?, bytes: body.get(8..)?.to_vec() },
            4 => TransferMessage::Acknowledge { offset: number()? },
            5 => TransferMessage::End { hash: body.try_into().ok()? },
            6 => TransferMessage::Verified,
            7 => TransferMessage::Confirmed,
            8 => TransferMessage::Cancel { cause: CancelCause::Asked, reason: text() },
            9 => TransferMessage::Cancel { cause: CancelCause::Corrupt, reason: text() },
            10 => TransferMessage::Cancel { cause: CancelCause::Storage, reason: text() },
            11 => TransferMessage::Cancel { cause: CancelCause::Lost, reason: text() },
            12 => TransferMessage::Resume { attempt: attempt(0)? },
            _ => return None,
        };
        Some(Self { id: TransferId(id.try_into().ok()?), message })
    }
}

fn text(mut text: String) -> String {
    shorten(&mut text, MAX_TEXT_BYTES);
    text
}
