//! Signals that wait to be sent to the remote peer.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures::Stream;

use crate::engine::peer::Signal;

/// A stream of a connection's signals, since its creation. Each is delivered once, to the first
/// stream that polls. Ends when the connection is closed.
#[derive(Clone, Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct Signals(Rc<Outbox>);

#[derive(Debug, Default)]
struct Outbox {
    waiting: RefCell<VecDeque<Signal>>,
    wakers: RefCell<Vec<Waker>>,
    ended: Cell<bool>,
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
        self.wake();
    }

    pub(super) fn end(&self) {
        self.0.ended.set(true);
        self.wake();
    }

    fn wake(&self) {
        self.0.wakers.take().into_iter().for_each(Waker::wake);
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
        let mut wakers = self.0.wakers.borrow_mut();
        if !wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}
