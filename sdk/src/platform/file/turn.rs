//! How many files are sent over a carrier at the same time.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::carrier::Carrier;
use crate::platform::data_channel::Wakers;

/// The turns of a carrier that are taken.
#[derive(Debug, Default)]
pub(super) struct Turns {
    taken: Cell<usize>,
    waiting: Wakers,
}

/// The right to send a file. Others wait while it lives.
#[derive(Debug)]
#[must_use = "the turn is over as soon as this is dropped"]
pub(super) struct Turn(Rc<dyn Carrier>);

impl Turn {
    /// Waits for a turn.
    pub(super) async fn take(carrier: &Rc<dyn Carrier>) -> Self {
        poll_fn(|context| {
            let turns = carrier.transfers().turns();
            let taken = turns.taken.get();
            if taken < carrier.limits().files_at_once {
                turns.taken.set(taken + 1);
                return Poll::Ready(Self(carrier.clone()));
            }
            turns.waiting.register(context);
            Poll::Pending
        })
        .await
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let turns = self.0.transfers().turns();
        turns.taken.set(turns.taken.get().saturating_sub(1));
        turns.waiting.wake();
    }
}
