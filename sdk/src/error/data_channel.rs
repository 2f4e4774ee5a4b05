//! Why a message was not sent or received.

/// Why a message was not sent or received.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataChannelError {
    /// The message exceeds the maximum message size.
    #[error("the message has {size} bytes, and at most {limit} can be sent")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Too much data is queued: the connection is not open yet, or it is slower than the sender.
    #[error("too much data is queued for {participant}: await each send before the next")]
    QueueFull {
        /// The participant's id.
        participant: String,
    },
    /// No participant has this id.
    #[error("there is no participant {participant} in the room")]
    UnknownParticipant {
        /// The id that was given.
        participant: String,
    },
    /// The browser could not send.
    #[error("the data channel failed: {detail}")]
    Failed {
        /// The browser's error message.
        detail: String,
    },
    /// The channel closed before the message was sent or received completely.
    #[error("the data channel is closed; messages that were not delivered by then are lost")]
    Closed,
    /// The reader was too slow, or too many fragments were interleaved, and the oldest messages were dropped.
    #[error("{missed} messages were dropped: read the channel faster, or send less at once")]
    Lagged {
        /// The number of dropped messages.
        missed: u32,
    },
    /// The remote peer sent a frame that is not in moim's format.
    #[error(
        "the remote peer sent an invalid frame: open the channel with `framing: false` if it does not use moim"
    )]
    Malformed,
}
