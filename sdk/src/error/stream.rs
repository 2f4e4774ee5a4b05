//! Why a stream ended early.

/// Why a stream did not reach its end. Reported at both ends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// Either end cancelled it: the writer aborted it, or the reader cancelled it.
    #[error("the stream was cancelled{}: {reason}", if *.by_remote { " by the remote participant" } else { "" })]
    Cancelled {
        /// Whether the remote participant did.
        by_remote: bool,
        /// That end's reason.
        reason: String,
    },
    /// The remote participant left, the connection was lost, or a chunk was lost.
    #[error("the stream was interrupted after {transferred} bytes")]
    Interrupted {
        /// Number of bytes that were sent or received.
        transferred: u64,
    },
}
