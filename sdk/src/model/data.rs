//! Messages for a server that has a format of its own for data.

use super::{Channel, ParticipantId};

/// A message between participants, for a server whose [data channels have labels](super::LinkProfile::labels).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPacket {
    /// Whether it is reliable, and belongs to files and streams.
    pub channel: Channel,
    /// The receiver of a message to send, `None` for everyone; the sender of a received one.
    pub participant: Option<ParticipantId>,
    /// The content.
    pub content: DataContent,
}

/// The content of a [`DataPacket`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataContent {
    /// A chat message.
    Chat {
        /// The sender's number for it; 0 if no receipt is wanted.
        id: u32,
        /// The text.
        text: String,
        /// Whether it was sent to this receiver only.
        private: bool,
        /// Whether it was sent before, so that the receiver may have it already.
        again: bool,
    },
    /// Application data.
    Data {
        /// The topic, chosen by the application.
        topic: String,
        /// The payload.
        payload: Vec<u8>,
    },
    /// A call.
    Call {
        /// The caller's id for it.
        id: String,
        /// The name of the method.
        method: String,
        /// The application's payload.
        payload: String,
        /// For how long the caller waits.
        timeout_ms: u32,
    },
    /// The response to a call.
    Response {
        /// The caller's id for it.
        id: String,
        /// The payload, or why there is none.
        result: RpcResult,
    },
    /// A message between two moim clients, such as a receipt or a part of a file. It must arrive unchanged.
    Internal(Vec<u8>),
}

/// The response to a call: the application's payload, or an error.
pub type RpcResult = Result<String, RpcFailure>;

/// The error in the response to a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RpcFailure {
    /// The application's, or one of LiveKit's from 1001 to 1999.
    pub code: u32,
    /// What happened.
    pub message: String,
    /// More about it. Empty: nothing.
    pub data: String,
}
