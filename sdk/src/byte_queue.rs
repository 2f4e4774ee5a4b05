//! A queue that holds a limited number of bytes.

use std::collections::VecDeque;

/// Assumed overhead of each item, in bytes.
const OVERHEAD_BYTES: usize = 64;

/// A queue that drops its oldest items when a new one would exceed its limit. It holds one item of any size.
#[derive(Clone, Debug)]
pub(crate) struct ByteQueue<T> {
    items: VecDeque<(T, usize)>,
    bytes: usize,
    max_bytes: usize,
}

impl<T> ByteQueue<T> {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { items: VecDeque::new(), bytes: 0, max_bytes }
    }

    /// Adds an item of `bytes` bytes. Returns the items that were dropped for it, the oldest first.
    #[must_use = "the receiver is usually notified of what it misses"]
    pub(crate) fn push(&mut self, item: T, bytes: usize) -> Vec<T> {
        let cost = OVERHEAD_BYTES + bytes;
        let mut dropped = Vec::new();
        while self.bytes + cost > self.max_bytes
            && let Some(oldest) = self.pop()
        {
            dropped.push(oldest);
        }
        self.bytes += cost;
        self.items.push_back((item, cost));
        dropped
    }

    /// Removes all items.
    pub(crate) fn take(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.bytes = 0;
        std::mem::take(&mut self.items).into_iter().map(|(item, _)| item)
    }

    /// Whether there is no item.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Removes the oldest item.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let (item, cost) = self.items.pop_front()?;
        self.bytes -= cost;
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_items_are_dropped_when_a_new_one_exceeds_the_limit() {
        let mut queue = ByteQueue::new(1_000);
        assert_eq!(queue.push("a", 300), [""; 0]);
        assert_eq!(queue.push("b", 300), [""; 0]);
        assert_eq!(queue.push("c", 700), ["a", "b"]);
        assert_eq!(queue.push("d", 100), [""; 0], "what was dropped no longer counts");
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some("c"), Some("d"), None));
        assert_eq!(queue.push("e", 900), [""; 0], "neither does what was removed");
        assert_eq!(queue.take().collect::<Vec<_>>(), ["e"]);
        assert_eq!(queue.push("f", 900), [""; 0], "nor what was taken");
    }

    #[test]
    fn one_item_may_exceed_the_limit() {
        let mut queue = ByteQueue::new(1_000);
        assert_eq!(queue.push("a", 5_000), [""; 0]);
        assert_eq!(queue.push("b", 0), ["a"]);
    }

    #[test]
    fn items_without_content_are_limited_too() {
        let mut queue = ByteQueue::new(1_000);
        let dropped: usize = (0..100).map(|item| queue.push(item, 0).len()).sum();
        assert_eq!(dropped, 85);
    }
}
