//! Why a stream ended too early.

/// Why a stream did not reach its end. Both ends learn of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// One end gave it up: the writer aborted it, or the reader cancelled it.
    #[error("the stream was given up{}: {reason}", if *.by_remote { " by the far end" } else { "" })]
    Cancelled {
        /// Whether it was the far end.
        by_remote: bool,
        /// That end's words.
        reason: String,
    },
    /// The far end left, the connection to it was lost, or a part was lost on the way.
    #[error("the stream was interrupted after {transferred} bytes")]
    Interrupted {
        /// Bytes that were sent, or had arrived.
        transferred: u64,
    },
}
