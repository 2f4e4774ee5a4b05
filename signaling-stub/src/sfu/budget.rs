//! The memory of the messages that wait in the SFU, in total. A queue may be long for its own client only as long as
//! many clients together do not exhaust the memory.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Above this total in bytes, each queue has a smaller limit.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// The limit of a queue then.
const SCARCE_BYTES: usize = 1024 * 1024;

/// The total of all queues.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget(Arc<AtomicUsize>);

/// The part of one queue, which is released when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    /// Creates an empty part.
    pub(super) fn share(&self) -> Share {
        Share { budget: self.clone(), bytes: 0 }
    }

    /// The total in bytes.
    pub(super) fn total(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Share {
    /// The bytes of this queue.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The limit in bytes of a queue that otherwise has the limit `usual`.
    pub(super) fn limit(&self, usual: usize) -> usize {
        if self.budget.total() > MAX_BYTES { usual.min(SCARCE_BYTES) } else { usual }
    }

    pub(super) fn add(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.budget.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn remove(&mut self, bytes: usize) {
        self.bytes -= bytes;
        self.budget.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.remove(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_many_wait_for_much_each_has_less_until_they_are_gone() {
        let budget = Budget::default();
        let mut queues: Vec<_> = (0..9).map(|_| budget.share()).collect();
        for queue in &mut queues {
            assert_eq!(queue.limit(32 << 20), 32 << 20);
            queue.add(32 << 20);
        }
        let mut next = budget.share();
        assert_eq!((next.limit(32 << 20), next.limit(100)), (1 << 20, 100));
        next.add(100);
        drop(queues);
        assert_eq!((next.limit(32 << 20), next.bytes(), budget.total()), (32 << 20, 100, 100));
    }
}
