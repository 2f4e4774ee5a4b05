//! Files over a data channel, as two sans-IO state machines: [`FileSender`] and [`FileReceiver`].
//!
//! The sender offers; the receiver accepts and says from which byte. Chunks follow, at most [`WINDOW_BYTES`] ahead of
//! what the receiver has written down and acknowledged, so that a slow disk slows the sender. At the end the sender
//! gives the SHA-256 of the file. The receiver compares it with that of what arrived, closes the file and says
//! `Verified`; the sender answers `Confirmed`. So a sender that has completed knows that the receiver has the file.
//!
//! When the channel closes before that, or loses a part, both ends are interrupted. Over another channel the sender offers again under
//! the same id, and the receiver goes on from what it has.

mod message;
mod receiver;
mod sender;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use message::{CHUNK_HEADER_BYTES, CancelCause, FileOffer, TransferFrame, TransferId, TransferMessage};
pub use receiver::FileReceiver;
pub use sender::FileSender;

use super::framing::MAX_FRAME_BYTES;
use crate::error::FileTransferError;

/// How far a sender may be ahead of what is acknowledged, in bytes. This much the receiver may have to hold in memory.
pub const WINDOW_BYTES: u64 = 8 << 20;
/// The receiver acknowledges after this many bytes. No window is smaller.
pub const ACKNOWLEDGE_BYTES: u64 = 256 << 10;
/// The longest chunk whose frame every connection between moim ends takes.
pub const CHUNK_BYTES: usize = MAX_FRAME_BYTES - CHUNK_HEADER_BYTES;

/// What a machine wants done. Outputs are done in order; `Read`, `Write` and `Close` are answered by an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this to the far end.
    Send(TransferMessage),
    /// Read this much of the file: [`FileSender::handle_read`].
    Read {
        /// From which byte.
        offset: u64,
        /// How many bytes.
        length: usize,
    },
    /// Append these bytes to the file: [`FileReceiver::handle_written`].
    Write(Vec<u8>),
    /// The file is whole; close it: [`FileReceiver::handle_closed`].
    Close,
    /// This many bytes are at the receiver, written down.
    Progress(u64),
    /// It is over. After [`FileTransferError::Interrupted`] it can be resumed.
    Finished(Result<(), FileTransferError>),
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct FileProgress {
    /// Bytes that the receiver has written down.
    #[cfg_attr(feature = "js", tsify(type = "number"))]
    pub transferred: u64,
    /// The file's size in bytes.
    #[cfg_attr(feature = "js", tsify(type = "number"))]
    pub size: u64,
}
