//! Received messages that were not read yet.

use std::collections::VecDeque;

use super::message::RawMessage;
use crate::error::{DataChannelError, Result};

/// Assumed overhead of each message, in bytes.
const OVERHEAD_BYTES: usize = 64;

#[derive(Debug)]
pub(super) struct Inbox {
    queue: VecDeque<(Result<RawMessage>, usize)>,
    bytes: usize,
    max_bytes: usize,
    missed: u32,
    ended: bool,
}

impl Inbox {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { queue: VecDeque::new(), bytes: 0, max_bytes, missed: 0, ended: false }
    }

    pub(super) fn push(&mut self, message: Result<RawMessage>) {
        let cost = OVERHEAD_BYTES + message.as_ref().map_or(0, RawMessage::size);
        while self.bytes + cost > self.max_bytes
            && let Some((_, oldest)) = self.queue.pop_front()
        {
            self.bytes -= oldest;
            self.miss(1);
        }
        self.bytes += cost;
        self.queue.push_back((message, cost));
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
        match self.queue.pop_front() {
            Some((message, cost)) => {
                self.bytes -= cost;
                Some(Some(message))
            }
            None => self.ended.then_some(None),
        }
    }

    /// Ends the inbox after the remaining messages.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }
}
