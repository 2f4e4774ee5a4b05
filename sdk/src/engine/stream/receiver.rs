//! The receiving end of a stream.

use std::collections::VecDeque;
use std::task::Poll;

use super::{StreamHeader, StreamKind, StreamMessage, WINDOW_BYTES};
use crate::error::StreamError;

/// Credit is granted in steps of at least this many bytes.
const CREDIT_STEP: u64 = WINDOW_BYTES / 4;

/// Receives one stream. Feed one input, then drain [`poll_output`](Self::poll_output).
#[derive(Clone, Debug)]
pub struct StreamReceiver {
    header: StreamHeader,
    /// Data that has arrived and was not read yet. One buffer, so that many small chunks take no more memory than a few
    /// large ones.
    buffer: Vec<u8>,
    received: u64,
    granted: u64,
    /// The result, if the stream has ended.
    end: Option<Result<(), StreamError>>,
    outputs: VecDeque<StreamMessage>,
}

impl StreamReceiver {
    /// Accepts a stream that the sender opened.
    pub fn new(header: StreamHeader) -> Self {
        let outputs = VecDeque::from([StreamMessage::Credit { offset: WINDOW_BYTES }]);
        Self { header, buffer: Vec::new(), received: 0, granted: WINDOW_BYTES, end: None, outputs }
    }

    /// The metadata.
    pub fn header(&self) -> &StreamHeader {
        &self.header
    }

    /// Takes all data that has arrived; text is valid UTF-8. `Pending` if there is none yet, and `None` at the end.
    pub fn read(&mut self) -> Poll<Option<Result<Vec<u8>, StreamError>>> {
        if self.buffer.is_empty() {
            return match &self.end {
                None => Poll::Pending,
                Some(Ok(())) => Poll::Ready(None),
                Some(Err(error)) => Poll::Ready(Some(Err(error.clone()))),
            };
        }
        let bytes = std::mem::take(&mut self.buffer);
        let grant = self.received + WINDOW_BYTES;
        if self.end.is_none() && grant >= self.granted + CREDIT_STEP {
            self.granted = grant;
            self.outputs.push_back(StreamMessage::Credit { offset: grant });
        }
        Poll::Ready(Some(Ok(bytes)))
    }

    /// Handles a message from the sender.
    pub fn handle_message(&mut self, message: StreamMessage) {
        if self.end.is_some() {
            return;
        }
        match message {
            StreamMessage::Chunk { offset, bytes } if offset == self.received => self.take(&bytes),
            StreamMessage::Chunk { offset, .. } if offset > self.received => self.miss(),
            StreamMessage::End { size } if size == self.received => {
                self.end = Some(Ok(()));
                self.outputs.push_back(StreamMessage::Received);
            }
            StreamMessage::End { .. } => self.miss(),
            StreamMessage::Abort { reason } => {
                self.end = Some(Err(StreamError::Cancelled { by_remote: true, reason }));
            }
            _ => {}
        }
    }

    /// Cancels the stream. Unread data is discarded.
    pub fn cancel(&mut self, reason: &str) {
        self.buffer = Vec::new();
        if self.end.is_none() {
            self.outputs.push_back(StreamMessage::Cancel { reason: reason.to_owned() });
            self.end = Some(Err(StreamError::Cancelled { by_remote: false, reason: reason.to_owned() }));
        }
    }

    /// The sender has become unreachable. Data that has arrived can still be read.
    pub fn handle_disconnect(&mut self) {
        if self.end.is_none() {
            self.end = Some(Err(StreamError::Interrupted { transferred: self.received }));
        }
    }

    /// Whether the stream has ended; unread data may be left.
    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Whether the stream has ended and everything was read.
    pub fn is_done(&self) -> bool {
        self.is_over() && self.buffer.is_empty()
    }

    /// Returns the next message to send.
    pub fn poll_output(&mut self) -> Option<StreamMessage> {
        self.outputs.pop_front()
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.received.saturating_add(bytes.len() as u64) > self.granted {
            return self.cancel("the sender exceeded its credit");
        }
        if self.header.kind == StreamKind::Text && std::str::from_utf8(bytes).is_err() {
            return self.cancel("a chunk is not UTF-8");
        }
        self.received += bytes.len() as u64;
        self.buffer.extend(bytes);
    }

    fn miss(&mut self) {
        self.outputs.push_back(StreamMessage::Lost);
        self.handle_disconnect();
    }
}
