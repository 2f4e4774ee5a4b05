//! Received messages that were not read yet.

use super::message::RawMessage;
use crate::byte_queue::ByteQueue;
use crate::error::{DataChannelError, Result};

#[derive(Debug)]
pub(super) struct Inbox {
    queue: ByteQueue<Result<RawMessage>>,
    missed: u32,
    ended: bool,
}

impl Inbox {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { queue: ByteQueue::new(max_bytes), missed: 0, ended: false }
    }

    pub(super) fn push(&mut self, message: Result<RawMessage>) {
        let bytes = message.as_ref().map_or(0, RawMessage::size);
        for _ in self.queue.push(message, bytes) {
            self.miss(1);
        }
    }

    pub(super) fn miss(&mut self, messages: u32) {
        self.missed = self.missed.saturating_add(messages);
    }

    /// The next message; `Some(None)` after the last one.
    pub(super) fn pop(&mut self) -> Option<Option<Result<RawMessage>>> {
        match std::mem::take(&mut self.missed) {
            0 => {}
            missed => return Some(Some(Err(DataChannelError::Lagged { missed }.into()))),
        }
        match self.queue.pop() {
            Some(message) => Some(Some(message)),
            None => self.ended.then_some(None),
        }
    }

    /// Ends the inbox after the remaining messages.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }
}
