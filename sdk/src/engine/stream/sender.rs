//! The sending end of a stream.

use std::collections::VecDeque;

use super::{CHUNK_BYTES, StreamHeader, StreamKind, StreamMessage};
use crate::error::StreamError;

/// Sends one stream. Feed one input, then drain [`poll_output`](Self::poll_output).
#[derive(Clone, Debug)]
pub struct StreamSender {
    kind: StreamKind,
    phase: Phase,
    sent: u64,
    /// The offset up to which credit was granted.
    credit: u64,
    outputs: VecDeque<StreamMessage>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// The end was sent, and is not confirmed.
    Closing,
    Over(Result<(), StreamError>),
}

impl StreamSender {
    /// Opens a stream.
    pub fn new(header: StreamHeader) -> Self {
        let kind = header.kind;
        let outputs = VecDeque::from([StreamMessage::Open(header)]);
        Self { kind, phase: Phase::Open, sent: 0, credit: 0, outputs }
    }

    /// Sends as much of `bytes` as the credit and one chunk allow; returns how many. Text is cut at character
    /// boundaries.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        let credit = usize::try_from(self.credit.saturating_sub(self.sent)).unwrap_or(usize::MAX);
        let mut length = bytes.len().min(credit).min(CHUNK_BYTES);
        if self.kind == StreamKind::Text {
            let is_inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
            while length > 0 && is_inside(length) {
                length -= 1;
            }
        }
        if self.phase != Phase::Open || length == 0 {
            return 0;
        }
        let chunk = StreamMessage::Chunk { offset: self.sent, bytes: bytes[..length].to_vec() };
        self.outputs.push_back(chunk);
        self.sent += length as u64;
        length
    }

    /// Whether anything can be written now. A character of text may need more.
    pub fn has_credit(&self) -> bool {
        self.phase == Phase::Open && self.sent < self.credit
    }

    /// Ends the stream. It has completed when the receiver confirms.
    pub fn close(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Closing;
            self.outputs.push_back(StreamMessage::End { size: self.sent });
        }
    }

    /// Aborts the stream.
    pub fn abort(&mut self, reason: &str) {
        if self.result().is_none() {
            self.outputs.push_back(StreamMessage::Abort { reason: reason.to_owned() });
            self.fail(StreamError::Cancelled { by_remote: false, reason: reason.to_owned() });
        }
    }

    /// Handles a message from the receiver.
    pub fn handle_message(&mut self, message: StreamMessage) {
        match message {
            StreamMessage::Credit { offset } => self.credit = self.credit.max(offset),
            StreamMessage::Received if self.phase == Phase::Closing => self.phase = Phase::Over(Ok(())),
            StreamMessage::Cancel { reason } => self.fail(StreamError::Cancelled { by_remote: true, reason }),
            StreamMessage::Lost => self.handle_disconnect(),
            _ => {}
        }
    }

    /// The receiver has become unreachable.
    pub fn handle_disconnect(&mut self) {
        self.fail(StreamError::Interrupted { transferred: self.sent });
    }

    /// The result, if the stream has ended.
    pub fn result(&self) -> Option<&Result<(), StreamError>> {
        match &self.phase {
            Phase::Over(result) => Some(result),
            Phase::Open | Phase::Closing => None,
        }
    }

    /// Returns the next message to send.
    pub fn poll_output(&mut self) -> Option<StreamMessage> {
        self.outputs.pop_front()
    }

    fn fail(&mut self, error: StreamError) {
        if self.result().is_none() {
            self.phase = Phase::Over(Err(error));
        }
    }
}
