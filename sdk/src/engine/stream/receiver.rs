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
    /// Something is missing, and the sender has not asked yet where this end stands.
    is_suspended: bool,
    /// The highest attempt of the sender to continue.
    attempt: u32,
    /// The result, if the stream has ended.
    end: Option<Result<(), StreamError>>,
    outputs: VecDeque<StreamMessage>,
}

impl StreamReceiver {
    /// Accepts a stream that the sender opened.
    pub fn new(header: StreamHeader) -> Self {
        let (buffer, outputs) = (Vec::new(), VecDeque::new());
        let (received, granted, is_suspended, attempt, end) = (0, WINDOW_BYTES, false, 0, None);
        let mut receiver = Self { header, buffer, received, granted, is_suspended, attempt, end, outputs };
        match receiver.header.resumes {
            true => receiver.accept(0),
            false => receiver.send_credit(),
        }
        receiver
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
            self.send_credit();
        }
        Poll::Ready(Some(Ok(bytes)))
    }

    /// Handles a message from the sender.
    pub fn handle_message(&mut self, message: StreamMessage) {
        if self.end.is_some() {
            return;
        }
        match message {
            // The sender has missed that it was opened.
            StreamMessage::Open(header) if header == self.header && header.resumes => self.accept(0),
            StreamMessage::Resume { attempt } if self.header.resumes => self.accept(attempt),
            // They were in flight when the connection, or what came before them, was lost.
            StreamMessage::Chunk { .. } | StreamMessage::End { .. } if self.is_suspended => {}
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
            StreamMessage::Lost => self.handle_disconnect(),
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

    /// The connection is lost, and another one is expected. With a sender that cannot continue it is interrupted.
    pub fn handle_suspended(&mut self) {
        match self.header.resumes {
            true if self.end.is_none() => {
                self.is_suspended = true;
                self.outputs.clear();
            }
            true => {}
            false => self.handle_disconnect(),
        }
    }

    /// There is another connection, or the sender has another one. A sender that has ended the stream answers with its last
    /// message, any other one asks where this end stands.
    pub fn handle_renewed(&mut self) {
        if self.header.resumes && self.end.is_none() {
            self.outputs.push_back(StreamMessage::Resume { attempt: 0 });
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

    fn accept(&mut self, attempt: u32) {
        self.is_suspended = false;
        self.attempt = self.attempt.max(attempt);
        let (received, credit) = (self.received, self.granted);
        self.outputs.push_back(StreamMessage::Accept { attempt, received, credit });
    }

    fn send_credit(&mut self) {
        self.outputs.push_back(StreamMessage::Credit { offset: self.granted });
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
        if self.header.resumes {
            self.is_suspended = true;
            let attempt = self.attempt.saturating_add(1);
            return self.outputs.push_back(StreamMessage::Resume { attempt });
        }
        self.outputs.push_back(StreamMessage::Lost);
        self.handle_disconnect();
    }
}
