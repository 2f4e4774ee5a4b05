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
    /// A message between two moim clients, such as a receipt or a part of a file. It must arrive unchanged.
    Internal(Vec<u8>),
}
