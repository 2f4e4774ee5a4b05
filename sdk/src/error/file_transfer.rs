//! Why a file transfer failed.

/// Why a file was not transferred, or not completely. Reported at both peers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileTransferError {
    /// The remote peer declined the offer.
    #[error("the file was declined: {reason}")]
    Rejected {
        /// The remote peer's reason.
        reason: String,
    },
    /// Either peer cancelled it.
    #[error("the file transfer was cancelled: {reason}")]
    Cancelled {
        /// Whether the remote peer did.
        by_remote: bool,
        /// That peer's reason.
        reason: String,
    },
    /// The channel closed before the end, or the remote peer left the room. `resume` continues over another channel.
    #[error(
        "the remote peer was lost after {transferred} of {size} bytes: resume over another channel, or send it again"
    )]
    Interrupted {
        /// Number of bytes that were acknowledged.
        transferred: u64,
        /// The file's size in bytes.
        size: u64,
    },
    /// The received bytes differ from those of the file.
    #[error("the file arrived damaged: its SHA-256 differs from that of the sender's file")]
    Corrupt,
    /// The file could not be read or written at one of the peers.
    #[error("the file could not be read or written: {detail}")]
    Storage {
        /// The browser's error message.
        detail: String,
    },
}
