//! Moves messages between the application and the browser's buffer.

use std::task::{Context, Poll};

use futures::channel::oneshot;
use web_sys::RtcDataChannelState;

use super::outbox::{Entry, SHORT_BYTES, SendProgress, send_next};
use super::{DEFAULT_MAX_MESSAGE_SIZE, DataChannel, DataChannelState, Inner, Payload, RawMessage, bindings};
use crate::error::{DataChannelError, Error, Result};

impl DataChannel {
    /// Queues a message; the receiver resolves when it is in the browser's buffer.
    pub(crate) fn queue(&self, payload: Payload) -> Result<oneshot::Receiver<Result<()>>> {
        let (done, through) = oneshot::channel();
        self.enqueue(payload, Some(done))?;
        Ok(through)
    }

    pub(crate) fn enqueue(&self, payload: Payload, done: Option<oneshot::Sender<Result<()>>>) -> Result<()> {
        if self.0.over.get() {
            return Err(self.closed_error());
        }
        let (size, limit) = (payload.size(), self.0.options.max_message_size as usize);
        if size > limit.min(SHORT_BYTES) && !matches!(payload, Payload::Frame(_)) {
            // Without framing the connection's own limit applies, which is known once the channel is open.
            let is_open = self.state() == DataChannelState::Open;
            let limit = if is_open { self.max_message_size() } else { limit };
            if size > limit {
                return Err(DataChannelError::TooLarge { size, limit }.into());
            }
        }
        self.0.outbox.borrow_mut().push(Entry::new(payload, done));
        self.0.pump();
        self.0.outbox.borrow_mut().own_last();
        Ok(())
    }

    pub(crate) fn poll_message(&self, context: &Context<'_>) -> Poll<Option<Result<RawMessage>>> {
        match self.0.inbox.borrow_mut().pop() {
            Some(message) => Poll::Ready(message),
            None => {
                self.0.readers.register(context);
                Poll::Pending
            }
        }
    }

    /// Whether another message can be sent without waiting.
    pub(crate) fn poll_capacity(&self, context: &Context<'_>) -> Poll<Result<()>> {
        if self.0.over.get() {
            return Poll::Ready(Err(self.closed_error()));
        }
        let has_room = self.0.raw.buffered_amount() < self.0.options.high_water_mark;
        if self.state() == DataChannelState::Open && self.0.outbox.borrow().is_empty() && has_room {
            return Poll::Ready(Ok(()));
        }
        self.0.writers.register(context);
        Poll::Pending
    }

    pub(super) fn poll_handed_over(&self, context: &Context<'_>) -> Poll<Result<()>> {
        if self.0.outbox.borrow().lost {
            return Poll::Ready(Err(self.closed_error()));
        }
        if self.0.outbox.borrow().is_empty() {
            return Poll::Ready(Ok(()));
        }
        self.0.writers.register(context);
        Poll::Pending
    }

    pub(super) fn poll_sent(&self, context: &Context<'_>) -> Poll<Result<()>> {
        if self.poll_handed_over(context)?.is_pending() {
            return Poll::Pending;
        }
        // Set the threshold before reading the amount: it may fall in between, and then no event is fired.
        self.0.raw.set_buffered_amount_low_threshold(0);
        if self.0.raw.buffered_amount() == 0 {
            self.0.raw.set_buffered_amount_low_threshold(self.0.options.low_water_mark);
            return Poll::Ready(Ok(()));
        }
        if self.0.over.get() {
            return Poll::Ready(Err(self.closed_error()));
        }
        self.0.writers.register(context);
        Poll::Pending
    }

    pub(super) fn poll_close_after_sending(&self, context: &Context<'_>) -> Poll<Result<()>> {
        let sent = self.poll_sent(context)?;
        if sent.is_ready() {
            self.close();
        }
        sent.map(Ok)
    }

    pub(super) fn closed_error(&self) -> Error {
        self.0.failure.borrow().clone().unwrap_or(DataChannelError::Closed.into())
    }
}

impl Inner {
    pub(super) fn max_frame_size(&self) -> usize {
        bindings::max_message_size(&self.connection).unwrap_or(DEFAULT_MAX_MESSAGE_SIZE) as usize
    }

    /// Passes frames to the browser while its buffer has room.
    pub(super) fn pump(&self) {
        let mut progress = false;
        while !self.over.get()
            && !self.outbox.borrow().is_empty()
            && self.raw.ready_state() == RtcDataChannelState::Open
            && self.raw.buffered_amount() < self.options.high_water_mark
        {
            let Some(mut entry) = self.outbox.borrow_mut().pop() else { break };
            let limit = || self.max_frame_size();
            let sent = send_next(&self.raw, &mut entry, self.framing, limit, &self.outbox);
            match sent {
                SendProgress::More => self.outbox.borrow_mut().put_back(entry),
                SendProgress::NotNow => {
                    self.outbox.borrow_mut().put_back(entry);
                    break;
                }
                SendProgress::Through => entry.finish(Ok(())),
                SendProgress::Failed(error) => {
                    let nobody_waits = entry.done.is_none();
                    self.outbox.borrow_mut().lost |= nobody_waits;
                    entry.finish(Err(error.into()));
                }
            }
            progress = true;
        }
        if progress {
            self.writers.wake();
        }
    }

    /// The channel has closed. Called once.
    pub(super) fn end(&self) {
        if self.over.replace(true) {
            return;
        }
        let cut_off = self.reliable && self.reassembler.borrow().incomplete() > 0;
        self.reassembler.borrow_mut().clear();
        let failure = self.failure.borrow().clone();
        {
            let mut inbox = self.inbox.borrow_mut();
            if let Some(error) = failure.or(cut_off.then_some(DataChannelError::Closed.into())) {
                inbox.push(Err(error));
            }
            inbox.end();
        }
        loop {
            let Some(entry) = self.outbox.borrow_mut().pop() else { break };
            let nobody_waits = entry.done.is_none();
            self.outbox.borrow_mut().lost |= nobody_waits;
            entry.finish(Err(DataChannelError::Closed.into()));
        }
        drop(self.listeners.take());
        self.transfers.disconnect();
        for wakers in [&self.readers, &self.writers, &self.watchers] {
            wakers.wake();
        }
    }
}
