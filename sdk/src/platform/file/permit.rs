//! Limits how many files are sent over a carrier at the same time.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::carrier::Carrier;
use crate::platform::wakers::Wakers;

/// The permits of a carrier that are in use.
#[derive(Debug, Default)]
pub(super) struct Permits {
    taken: Cell<usize>,
    waiting: Wakers,
}

/// The permission to send a file. Other senders wait until it is dropped.
#[derive(Debug)]
#[must_use = "the permit is returned as soon as this is dropped"]
pub(super) struct Permit(Rc<dyn Carrier>);

impl Permit {
    /// Waits for a permit.
    pub(super) async fn take(carrier: &Rc<dyn Carrier>) -> Self {
        poll_fn(|context| {
            let permits = carrier.transfers().permits();
            let taken = permits.taken.get();
            if taken < carrier.limits().files_at_once {
                permits.taken.set(taken + 1);
                return Poll::Ready(Self(carrier.clone()));
            }
            permits.waiting.register(context);
            Poll::Pending
        })
        .await
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let permits = self.0.transfers().permits();
        permits.taken.set(permits.taken.get().saturating_sub(1));
        permits.waiting.wake();
    }
}
