//! Why a file did not arrive.

/// Why a file did not arrive, or not whole. Both ends learn of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileTransferError {
    /// The far end refused the offer.
    #[error("the file was refused: {reason}")]
    Rejected {
        /// The far end's words.
        reason: String,
    },
    /// One end gave it up.
    #[error("the file transfer was cancelled: {reason}")]
    Cancelled {
        /// Whether it was the far end.
        by_remote: bool,
        /// That end's words.
        reason: String,
    },
    /// The channel closed before the end, or the far end left the room. `resume` goes on over another channel.
    #[error(
        "the far end was lost after {transferred} of {size} bytes: resume over another channel, or send it again"
    )]
    Interrupted {
        /// Bytes that had arrived and were acknowledged.
        transferred: u64,
        /// The file's size in bytes.
        size: u64,
    },
    /// What arrived is not the file that was sent.
    #[error("the file arrived damaged: its SHA-256 is not that of the sender's file")]
    Corrupt,
    /// The file could not be read, or not written, at one of the ends.
    #[error("the file could not be read or written: {detail}")]
    Storage {
        /// The browser's words.
        detail: String,
    },
}
