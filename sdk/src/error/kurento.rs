//! Why a Kurento Media Server did not perform a call.

/// Why a Kurento Media Server did not perform a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KurentoError {
    /// The object does not exist: it was released, or the server was restarted, or has forgotten the session. Create it
    /// again.
    #[error("the Kurento server has no such object: {detail}")]
    ObjectLost {
        /// The server's error message.
        detail: String,
    },
    /// The server refused the call.
    #[error("the Kurento server refused the call: {detail} ({code} {kind})")]
    Refused {
        /// Its error code, such as 40001.
        code: i64,
        /// The name of the code, such as `MARSHALL_ERROR`. Empty if it has none.
        kind: String,
        /// The server's error message.
        detail: String,
    },
    /// Too many calls wait for the server.
    #[error("{waiting} calls wait for the Kurento server: await some of them")]
    QueueFull {
        /// How many.
        waiting: usize,
    },
}
