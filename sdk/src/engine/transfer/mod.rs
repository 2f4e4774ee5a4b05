//! Files over a data channel, as two sans-IO state machines: [`FileSender`] and [`FileReceiver`].
//!
//! The sender offers; the receiver accepts and tells from which byte. Chunks follow, at most [`WINDOW_BYTES`] ahead of
//! what the receiver has written and acknowledged, so that a slow disk slows the sender. At the end the sender
//! sends the SHA-256 of the file. The receiver compares it with that of the received data, closes the file and sends
//! `Verified`; the sender replies `Confirmed`. So a sender that has completed knows that the receiver has the file.
//!
//! When the channel closes before that, both ends are interrupted. Over another channel the sender
//! offers the file again under the same id, and the receiver continues with what is missing.
//!
//! In a room, a connection that is lost is replaced by another one. Both ends are suspended meanwhile. Over the new one
//! the sender sends `Resume`, and the receiver accepts again, from the first byte that it does not have. `Accept` and the
//! offer say whether that end can do so; otherwise both are interrupted. [`EndedTransfers`] replies to an end that has
//! missed how the transfer has ended.
//!
//! An SFU that is out of room drops chunks. The receiver reports the gap and the sender resumes with a smaller window; if the
//! receiver is silent, the sender resumes without a report.

mod early;
mod ended;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod loss_tests;
mod message;
mod receiver;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod renewal_tests;
mod sender;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

pub use early::EarlyMessages;
pub use ended::EndedTransfers;
pub use message::{
    CHUNK_HEADER_BYTES, CancelCause, FileOffer, TransferFrame, TransferId, TransferMessage, asks_for_a_reply,
    is_offer,
};
pub use receiver::FileReceiver;
pub use sender::FileSender;

use super::framing::MAX_FRAME_BYTES;
use crate::error::FileTransferError;

/// How far a sender may be ahead of the acknowledged data, in bytes. The receiver may have to hold this much in memory.
pub const WINDOW_BYTES: u64 = 8 << 20;
/// The receiver acknowledges after this many bytes. No window is smaller.
pub const ACKNOWLEDGE_BYTES: u64 = 256 << 10;
/// The largest chunk whose frame fits into every connection between moim ends.
pub const CHUNK_BYTES: usize = MAX_FRAME_BYTES - CHUNK_HEADER_BYTES;

/// An action to perform. Outputs are performed in order; `Read`, `Write` and `Close` are answered with an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this to the remote end.
    Send(TransferMessage),
    /// Read from the file: [`FileSender::handle_read`].
    Read {
        /// The offset.
        offset: u64,
        /// The number of bytes.
        length: usize,
    },
    /// Append these bytes to the file: [`FileReceiver::handle_written`].
    Write(Vec<u8>),
    /// The file is complete; close it: [`FileReceiver::handle_closed`].
    Close,
    /// The receiver has written this many bytes.
    Progress(u64),
    /// The transfer has ended. After [`FileTransferError::Interrupted`] it can be resumed.
    Finished(Result<(), FileTransferError>),
}

/// The progress of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct FileProgress {
    /// Number of bytes that the receiver has written.
    #[cfg_attr(feature = "js", tsify(type = "number"))]
    pub transferred: u64,
    /// The file's size in bytes.
    #[cfg_attr(feature = "js", tsify(type = "number"))]
    pub size: u64,
}
