//! The messages that participants exchange over their data channel, and their encoding.
//!
//! Text frames carry JSON with a `type`; binary frames carry one topic and its payload. Unknown types are ignored, so
//! that later versions can add some.

use moim_protocol::{Routed, json, variants};

use crate::engine::quality::QualityReport;
use crate::error::DataChannelError;
use crate::model::{ParticipantId, RpcFailure, RpcResult};

/// The longest message, in bytes, without the header of data. A longer one would delay the chat messages behind it, and
/// wait in memory for a slow receiver.
pub const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// The longest message through an SFU, in bytes: what every browser sends in one piece (RFC 8841), minus the address.
pub const MAX_ROUTED_BYTES: usize = 64 * 1024 - 512;

/// The longest unreliable message, in bytes. It is split into packets of about 1200 bytes, and lost if any of them is
/// lost.
pub const MAX_LOSSY_BYTES: usize = 16 * 1024;

/// First byte of a binary frame with a topic.
const DATA_FRAME: u8 = 1;

/// First byte of such a frame with its number before it, ...
const NUMBERED: u8 = 2;
/// ... and of one that was sent before, over a connection that was lost.
const NUMBERED_AGAIN: u8 = 3;

/// The header of such a frame: that byte and the length of the topic. It does not count as a part of the message.
const DATA_HEADER_BYTES: usize = 2;
/// What is before a frame with a number: the first byte, and the number in big-endian order.
const NUMBER_BYTES: usize = 5;

/// The longest frame, in bytes.
pub const MAX_FRAME_BYTES: usize = MAX_MESSAGE_BYTES + DATA_HEADER_BYTES + NUMBER_BYTES;

/// The number of data that is sent directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Data that is sent later has a higher one.
    pub number: u32,
    /// Whether it was sent before, so that the receiver may have it already.
    pub again: bool,
}

/// One data channel message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Frame {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
}

/// The content of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataMessage {
    /// A chat message.
    Chat {
        /// The sender's number for it; 0 if no receipt is wanted.
        id: u32,
        /// The text.
        text: String,
        /// Whether it was sent to this receiver only.
        private: bool,
        /// Whether it was sent before, over a connection that was lost, so that the receiver may have it already.
        again: bool,
    },
    /// A receipt for a chat message or a mark.
    Receipt {
        /// The number of the chat message.
        id: u32,
    },
    /// Follows data: its receipt says that everything before it has arrived.
    Mark {
        /// The sender's number for it.
        id: u32,
    },
    /// The sender has another connection to the server or mixer in between: what was in flight to it may be lost.
    Resend,
    /// What the sender knows about its own network and CPU.
    Quality(QualityReport),
    /// Calls a method of the receiver.
    Call {
        /// The sender's id for it.
        id: String,
        /// The name of the method.
        method: String,
        /// The application's payload.
        payload: String,
        /// For how many milliseconds the sender waits for the response.
        timeout_ms: u32,
    },
    /// The response to a call.
    Response {
        /// The id of the call.
        id: String,
        /// The application's payload, or an error.
        result: RpcResult,
    },
    /// Application data.
    Data {
        /// The topic, chosen by the application.
        topic: String,
        /// The payload.
        payload: Vec<u8>,
    },
}

enum TextMessage {
    Chat { id: u32, text: String, private: bool, again: bool },
    Receipt { id: u32 },
    Mark { id: u32 },
    Resend {},
    Quality(QualityReport),
    Call { id: String, method: String, payload: String, timeout_ms: u32 },
    Response { id: String, code: u32, payload: String, message: String },
    Unknown,
}

variants! { TextMessage by "type" else Unknown;
    ["quality" Quality]
    "chat" Chat { id: "id" optional, text: "text" required, private: "private" omitted_if "false",
                  again: "again" omitted_if "false" },
    "receipt" Receipt { id: "id" required },
    "mark" Mark { id: "id" required },
    "resend" Resend { },
    "call" Call { id: "id" required, method: "method" required, payload: "payload" omitted_if "\"\"",
                  timeout_ms: "timeoutMs" required },
    "response" Response { id: "id" required, code: "error" omitted_if "0", payload: "payload" omitted_if "\"\"",
                          message: "message" omitted_if "\"\"" },
}

impl DataMessage {
    /// Encodes the message as a frame.
    ///
    /// # Errors
    /// `TooLarge` if the frame is longer than [`MAX_MESSAGE_BYTES`], or the topic longer than 255 bytes.
    pub fn encode(&self) -> Result<Frame, DataChannelError> {
        let json = |message: TextMessage| Frame::Text(json::to_text(&message));
        let frame = match self {
            Self::Chat { id, text, private, again } => {
                json(TextMessage::Chat { id: *id, text: text.clone(), private: *private, again: *again })
            }
            Self::Receipt { id } => json(TextMessage::Receipt { id: *id }),
            Self::Mark { id } => json(TextMessage::Mark { id: *id }),
            Self::Resend => json(TextMessage::Resend {}),
            Self::Quality(report) => json(TextMessage::Quality(*report)),
            Self::Call { id, method, payload, timeout_ms } => json(TextMessage::Call {
                id: id.clone(),
                method: method.clone(),
                payload: payload.clone(),
                timeout_ms: *timeout_ms,
            }),
            Self::Response { id, result } => json(response(id.clone(), result.clone())),
            Self::Data { topic, payload } => {
                let topic_length = u8::try_from(topic.len()).map_err(|_| DataChannelError::TooLarge {
                    size: topic.len(),
                    limit: usize::from(u8::MAX),
                })?;
                let mut bytes = Vec::with_capacity(DATA_HEADER_BYTES + topic.len() + payload.len());
                bytes.extend([DATA_FRAME, topic_length]);
                bytes.extend(topic.as_bytes());
                bytes.extend(payload);
                Frame::Binary(bytes)
            }
        };
        frame.check(MAX_MESSAGE_BYTES)?;
        Ok(frame)
    }

    /// The length of the application's part, in bytes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Chat { text, .. } => text.len(),
            Self::Call { payload, .. } => payload.len(),
            Self::Response { .. }
            | Self::Receipt { .. }
            | Self::Mark { .. }
            | Self::Resend
            | Self::Quality(_) => 0,
            Self::Data { topic, payload } => topic.len() + payload.len(),
        }
    }

    /// Decodes a frame; `None` if it is from a later version or malformed.
    pub fn decode(frame: Frame) -> Option<Self> {
        match frame {
            Frame::Text(text) => match json::from_text(&text).ok()? {
                TextMessage::Chat { id, text, private, again } => {
                    Some(Self::Chat { id, text, private, again })
                }
                TextMessage::Receipt { id } => Some(Self::Receipt { id }),
                TextMessage::Mark { id } => Some(Self::Mark { id }),
                TextMessage::Resend {} => Some(Self::Resend),
                TextMessage::Quality(report) => Some(Self::Quality(report)),
                TextMessage::Call { id, method, payload, timeout_ms } => {
                    Some(Self::Call { id, method, payload, timeout_ms })
                }
                TextMessage::Response { id, code: 0, payload, .. } => {
                    Some(Self::Response { id, result: Ok(payload) })
                }
                TextMessage::Response { id, code, payload: data, message } => {
                    Some(Self::Response { id, result: Err(RpcFailure { code, message, data }) })
                }
                TextMessage::Unknown => None,
            },
            Frame::Binary(mut bytes) => {
                let [DATA_FRAME, topic_length, rest @ ..] = bytes.as_slice() else { return None };
                let topic = rest.get(..usize::from(*topic_length))?;
                let topic = str::from_utf8(topic).ok()?.to_owned();
                bytes.drain(..DATA_HEADER_BYTES + topic.len());
                Some(Self::Data { topic, payload: bytes })
            }
        }
    }
}

/// The payload of an error is what the application adds to it.
fn response(id: String, result: RpcResult) -> TextMessage {
    match result {
        Ok(payload) => TextMessage::Response { id, code: 0, payload, message: String::new() },
        Err(RpcFailure { code, message, data }) => {
            // 0 stands for success.
            TextMessage::Response { id, code: code.max(1), payload: data, message }
        }
    }
}

impl Frame {
    /// Whether it is application data, without a number.
    pub fn is_data(&self) -> bool {
        matches!(self, Self::Binary(bytes) if bytes.first() == Some(&DATA_FRAME))
    }

    /// Puts a number before application data.
    #[must_use]
    pub fn numbered(self, Number { number, again }: Number) -> Self {
        let Self::Binary(mut bytes) = self else { return self };
        let mut header = [if again { NUMBERED_AGAIN } else { NUMBERED }; NUMBER_BYTES];
        header[1..].copy_from_slice(&number.to_be_bytes());
        bytes.splice(..0, header);
        Self::Binary(bytes)
    }

    /// The number of application data, if there is one.
    pub fn number(&self) -> Option<Number> {
        let Self::Binary(bytes) = self else { return None };
        let [kind @ (NUMBERED | NUMBERED_AGAIN), rest @ ..] = bytes.as_slice() else { return None };
        let (number, _) = rest.split_first_chunk()?;
        Some(Number { number: u32::from_be_bytes(*number), again: *kind == NUMBERED_AGAIN })
    }

    /// Removes the number, if there is one.
    #[must_use]
    pub fn unnumbered(self) -> Self {
        if self.number().is_none() {
            return self;
        }
        let Self::Binary(mut bytes) = self else { return self };
        bytes.drain(..NUMBER_BYTES);
        Self::Binary(bytes)
    }

    /// Encodes the frame for the SFU, with the receiver; `None` for everyone.
    ///
    /// # Errors
    /// `TooLarge` if the frame is longer than [`MAX_ROUTED_BYTES`].
    pub fn routed(&self, to: Option<&ParticipantId>) -> Result<Self, DataChannelError> {
        self.check(MAX_ROUTED_BYTES)?;
        let (is_binary, message) = match self {
            Self::Text(text) => (false, text.as_bytes()),
            Self::Binary(bytes) => (true, bytes.as_slice()),
        };
        let routed = Routed { peer: to.map_or("", ParticipantId::as_str), is_binary, message };
        let too_large = || DataChannelError::TooLarge { size: self.len(), limit: MAX_ROUTED_BYTES };
        routed.encode().map(Self::Binary).ok_or_else(too_large)
    }

    /// Decodes a frame of the SFU, with the sender; `None` if it is malformed.
    pub fn unrouted(self) -> Option<(ParticipantId, Self)> {
        let Self::Binary(bytes) = self else { return None };
        let Routed { peer, is_binary, message } = Routed::decode(&bytes)?;
        let frame = match is_binary {
            true => Self::Binary(message.to_vec()),
            false => Self::Text(String::from_utf8(message.to_vec()).ok()?),
        };
        Some((peer.into(), frame))
    }

    /// Checks its length, without the header of data.
    ///
    /// # Errors
    /// `TooLarge` if it is longer than `limit` bytes.
    pub(super) fn check(&self, limit: usize) -> Result<(), DataChannelError> {
        let header = match self {
            Self::Binary(bytes) if bytes.first() == Some(&DATA_FRAME) => DATA_HEADER_BYTES,
            _ => 0,
        };
        match self.len().saturating_sub(header) {
            size if size > limit => Err(DataChannelError::TooLarge { size, limit }),
            _ => Ok(()),
        }
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

// proptest does not build for wasm32.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::quality::{ParticipantQuality, QualityReason, QualitySide};

    proptest! {
        #[test]
        fn every_message_that_fits_survives(id: u32, text in ".*", topic in "[a-z]{0,40}", payload: Vec<u8>) {
            let chat = DataMessage::Chat { id, text, private: id % 2 == 0, again: false };
            let data = DataMessage::Data { topic, payload };
            let quality = ParticipantQuality { level: 3, reason: QualityReason::Cpu, side: QualitySide::Cpu };
            let quality = DataMessage::Quality(QualityReport { up: quality, down: quality });
            for message in [chat, DataMessage::Receipt { id }, DataMessage::Mark { id }, quality, data] {
                prop_assert_eq!(DataMessage::decode(message.encode().unwrap()), Some(message));
            }
        }

        #[test]
        fn no_bytes_panic(text in ".*", bytes: Vec<u8>) {
            DataMessage::decode(Frame::Text(text));
            DataMessage::decode(Frame::Binary(bytes));
        }
    }

    #[test]
    fn a_message_that_is_too_large_is_refused_with_both_numbers() {
        let message =
            DataMessage::Chat { id: 1, text: "x".repeat(MAX_MESSAGE_BYTES), private: false, again: false };
        let error = message.encode().unwrap_err().to_string();
        assert!(error.contains("1048576"), "{error}");
    }

    #[test]
    fn data_of_the_documented_length_is_sent() {
        let data = |size: usize| DataMessage::Data { topic: "abc".into(), payload: vec![0; size - 3] };
        assert!(data(MAX_MESSAGE_BYTES).encode().is_ok());
        let too_large = |limit| Err(DataChannelError::TooLarge { size: limit + 1, limit });
        assert_eq!(data(MAX_MESSAGE_BYTES + 1).encode(), too_large(MAX_MESSAGE_BYTES));
        let frame = |size| data(size).encode().unwrap();
        assert!(frame(MAX_ROUTED_BYTES).routed(None).is_ok());
        assert_eq!(frame(MAX_ROUTED_BYTES + 1).routed(None), too_large(MAX_ROUTED_BYTES));
        assert_eq!(frame(MAX_LOSSY_BYTES).check(MAX_LOSSY_BYTES), Ok(()));
    }

    #[test]
    fn data_can_have_a_number() {
        let data = DataMessage::Data { topic: "pen".into(), payload: vec![9, 8] }.encode().unwrap();
        for again in [false, true] {
            let number = Number { number: 0x0102_0304, again };
            let numbered = data.clone().numbered(number);
            assert_eq!(
                numbered,
                Frame::Binary(vec![2 + u8::from(again), 1, 2, 3, 4, 1, 3, b'p', b'e', b'n', 9, 8])
            );
            assert!(data.is_data() && !numbered.is_data());
            assert_eq!((numbered.number(), numbered.unnumbered()), (Some(number), data.clone()));
        }
        for short in [vec![], vec![2], vec![3, 0, 0, 1], vec![1, 0, 0, 0, 1], vec![4, 0, 0, 0, 1]] {
            assert_eq!(Frame::Binary(short).number(), None);
        }
    }

    #[test]
    fn a_message_of_a_later_version_is_ignored() {
        assert_eq!(DataMessage::decode(Frame::Text(r#"{"type":"reaction","emoji":"👍"}"#.into())), None);
        assert_eq!(DataMessage::decode(Frame::Binary(vec![9, 0, 1])), None);
    }
}
