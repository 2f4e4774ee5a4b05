//! Messages that wait for a receiver. A sender has a limit of its own. If there are too many in total, the sender with the
//! most of them loses its newest, so that nobody loses a message because of the messages of another sender.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, VecDeque},
};

use super::budget::{Budget, Share};

/// The memory that a waiting message uses in addition to its content.
const OVERHEAD_BYTES: usize = 64;

#[derive(Debug)]
struct Waiting {
    from: String,
    bytes: Vec<u8>,
}

impl Waiting {
    fn cost(&self) -> usize {
        self.bytes.len() + OVERHEAD_BYTES
    }
}

/// The queue of one channel.
#[derive(Debug)]
pub(super) struct Backlog {
    messages: VecDeque<Waiting>,
    by_sender: BTreeMap<String, usize>,
    share: Share,
}

impl Backlog {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { messages: VecDeque::new(), by_sender: BTreeMap::new(), share: budget.share() }
    }

    /// Appends a message. If it and all others do not fit into `max` bytes, or those of its sender into `max_of_sender`, one or
    /// several are dropped. Returns whose they were.
    pub(super) fn push(
        &mut self,
        from: &str,
        bytes: Vec<u8>,
        max: usize,
        max_of_sender: usize,
    ) -> BTreeSet<String> {
        let max = self.share.limit(max);
        let message = Waiting { from: from.to_owned(), bytes };
        let cost = message.cost();
        if self.by_sender.get(from).copied().unwrap_or_default() + cost > max_of_sender {
            return BTreeSet::from([message.from]);
        }
        let mut losers = BTreeSet::new();
        while self.share.bytes() + cost > max {
            let own = self.by_sender.get(from).copied().unwrap_or_default() + cost;
            let most = self.by_sender.iter().max_by_key(|(name, bytes)| (**bytes, Reverse(*name)));
            let most = most.filter(|(_, bytes)| **bytes > own).map(|(name, _)| name.clone());
            let newest = |most: &String| self.messages.iter().rposition(|waiting| waiting.from == *most);
            let Some((most, newest)) = most.and_then(|most| newest(&most).map(|newest| (most, newest)))
            else {
                losers.insert(message.from);
                return losers;
            };
            self.take(newest);
            losers.insert(most);
        }
        self.share.add(cost);
        *self.by_sender.entry(message.from.clone()).or_default() += cost;
        self.messages.push_back(message);
        losers
    }

    /// The bytes that wait.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.share.bytes()
    }

    /// The next message.
    pub(super) fn front(&self) -> Option<&[u8]> {
        self.messages.front().map(|waiting| waiting.bytes.as_slice())
    }

    /// Removes the next message.
    pub(super) fn pop(&mut self) {
        self.take(0);
    }

    fn take(&mut self, place: usize) {
        let Some(message) = self.messages.remove(place) else { return };
        self.share.remove(message.cost());
        if let Some(bytes) = self.by_sender.get_mut(&message.from) {
            *bytes -= message.cost();
            if *bytes == 0 {
                self.by_sender.remove(&message.from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 100_000;

    fn senders(mut backlog: Backlog) -> Vec<u8> {
        let mut senders = Vec::new();
        while let Some([sender, ..]) = backlog.front() {
            senders.push(*sender);
            backlog.pop();
        }
        assert_eq!((backlog.share.bytes(), backlog.by_sender.len()), (0, 0));
        senders
    }

    #[test]
    fn whoever_has_the_most_waiting_loses() {
        let mut backlog = Backlog::new(&Budget::default());
        let mallory = BTreeSet::from(["mallory".to_owned()]);
        while backlog.push("mallory", vec![b'm'; 936], MAX, MAX).is_empty() {}
        assert_eq!(backlog.push("alice", vec![b'a'; 1_936], MAX, MAX), mallory, "two are dropped for it");
        assert_eq!(backlog.push("mallory", vec![b'm'; 936], MAX, MAX), mallory);
        assert!(backlog.share.bytes() <= MAX);
        assert_eq!(senders(backlog), [vec![b'm'; 98], vec![b'a']].concat());
    }

    #[test]
    fn one_sender_has_a_limit_of_its_own() {
        let mut backlog = Backlog::new(&Budget::default());
        while backlog.push("mallory", vec![b'm'; 936], MAX, MAX / 10).is_empty() {}
        assert_eq!(backlog.share.bytes(), MAX / 10);
        assert!(backlog.push("alice", vec![b'a'; 936], MAX, MAX / 10).is_empty());
    }

    #[test]
    fn nobody_takes_more_than_the_others() {
        let mut backlog = Backlog::new(&Budget::default());
        for _ in 0..1_000 {
            backlog.push("mallory", vec![b'm'; 936], MAX, MAX);
            backlog.push("alice", vec![b'a'; 936], MAX, MAX);
        }
        let senders = senders(backlog);
        assert_eq!(senders.len(), 100);
        assert_eq!(senders.iter().filter(|sender| **sender == b'a').count(), 50);
    }
}
