//! Signals that wait to be sent to the remote peer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::Stream;

use crate::engine::peer::Signal;
use crate::platform::wakers::Wakers;

/// A stream of a connection's signals, since its creation. Each is delivered once, to the first
/// stream that polls. Ends when the connection is closed.
#[derive(Clone, Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct Signals(Rc<Outbox>);

#[derive(Debug, Default)]
struct Outbox {
    waiting: RefCell<VecDeque<Signal>>,
    ended: Cell<bool>,
    readers: Wakers,
}

impl Signals {
    pub(super) fn new() -> Self {
        Self(Rc::default())
    }

    pub(super) fn send(&self, signal: Signal) {
        {
            let mut waiting = self.0.waiting.borrow_mut();
            // Repeats a signal that was not read yet.
            if waiting.contains(&signal) {
                return;
            }
            waiting.push_back(signal);
        }
        self.0.readers.wake();
    }

    pub(super) fn end(&self) {
        self.0.ended.set(true);
        self.0.readers.wake();
    }
}

impl Stream for Signals {
    type Item = Signal;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Signal>> {
        if let Some(signal) = self.0.waiting.borrow_mut().pop_front() {
            return Poll::Ready(Some(signal));
        }
        if self.0.ended.get() {
            return Poll::Ready(None);
        }
        self.0.readers.register(context);
        Poll::Pending
    }
}
