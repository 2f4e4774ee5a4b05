//! Chat messages whose receivers have not all acknowledged them.

use std::collections::VecDeque;

use crate::collections::{SortedMap, SortedSet};
use crate::engine::data::DataMessage;
use crate::model::{ParticipantId, Timestamp};

/// A receiver that does not acknowledge within this time is treated as unreachable, in milliseconds.
const PATIENCE_MS: Timestamp = 30_000;
/// The maximum number of pending messages: beyond this, the oldest is dropped.
pub(super) const MAX_PENDING: usize = 256;

/// The receipts of a chat message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the message.
    pub id: u32,
    /// The participants who have received it.
    pub delivered_to: Vec<ParticipantId>,
    /// The participants who left or did not acknowledge it within 30 seconds, while they were connected. They may have
    /// received it nevertheless.
    pub missed_by: Vec<ParticipantId>,
}

/// The pending receipts.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    last: u32,
    pending: SortedMap<u32, Pending>,
    done: VecDeque<Receipt>,
}

#[derive(Debug)]
struct Pending {
    missing: SortedSet<ParticipantId>,
    receipt: Receipt,
    deadline: Timestamp,
    /// What is sent over a connection that replaces the one that was lost.
    repetition: DataMessage,
}

impl Receipts {
    /// The number of the next message.
    pub(super) fn next_id(&mut self) -> u32 {
        // 0 is for messages that need no receipt.
        self.last = self.last.checked_add(1).unwrap_or(1);
        self.last
    }

    /// A message was sent to these.
    pub(super) fn expect(
        &mut self,
        id: u32,
        repetition: DataMessage,
        from: SortedSet<ParticipantId>,
        now: Timestamp,
    ) {
        if self.pending.len() == MAX_PENDING
            && let Some((_, oldest)) = self.pending.pop_first()
        {
            self.give_up(oldest);
        }
        let receipt = Receipt { id, ..Receipt::default() };
        self.pending.insert(id, Pending { missing: from, receipt, deadline: now + PATIENCE_MS, repetition });
        self.finish(id);
    }

    /// A participant acknowledged a message.
    pub(super) fn received(&mut self, id: u32, by: &ParticipantId) {
        if let Some(pending) = self.pending.get_mut(&id)
            && pending.missing.remove(by)
        {
            pending.receipt.delivered_to.push(by.clone());
            self.finish(id);
        }
    }

    /// The messages that a participant has not acknowledged, in order, with their numbers.
    pub(super) fn unacknowledged(&self, by: &ParticipantId) -> impl Iterator<Item = (u32, &DataMessage)> {
        let pending = self.pending.iter().filter(|(_, pending)| pending.missing.contains(by));
        pending.map(|(id, pending)| (*id, &pending.repetition))
    }

    /// A participant left.
    pub(super) fn left(&mut self, who: &ParticipantId) {
        let ids: Vec<_> = self.pending.keys().copied().collect();
        for id in ids {
            if let Some(pending) = self.pending.get_mut(&id)
                && pending.missing.remove(who)
            {
                pending.receipt.missed_by.push(who.clone());
                self.finish(id);
            }
        }
    }

    /// No more receipts follow.
    pub(super) fn give_up_all(&mut self) {
        for pending in std::mem::take(&mut self.pending).into_values() {
            self.give_up(pending);
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.pending.values().map(|pending| pending.deadline).min()
    }

    /// Receivers to whom the connection `is_restored` are waited for: they get the message when it has returned.
    pub(super) fn handle_timeout(&mut self, is_restored: impl Fn(&ParticipantId) -> bool, now: Timestamp) {
        for pending in self.pending.values_mut().filter(|pending| pending.deadline <= now) {
            if pending.missing.iter().any(&is_restored) {
                pending.deadline = now + PATIENCE_MS;
            }
        }
        let late = self.pending.iter().filter(|(_, pending)| pending.deadline <= now);
        let late: Vec<_> = late.map(|(id, _)| *id).collect();
        for id in late {
            if let Some(pending) = self.pending.remove(&id) {
                self.give_up(pending);
            }
        }
    }

    /// The next complete receipt.
    pub(super) fn poll(&mut self) -> Option<Receipt> {
        self.done.pop_front()
    }

    fn finish(&mut self, id: u32) {
        if self.pending.get(&id).is_some_and(|pending| pending.missing.is_empty())
            && let Some(pending) = self.pending.remove(&id)
        {
            self.done.push_back(pending.receipt);
        }
    }

    fn give_up(&mut self, Pending { missing, mut receipt, .. }: Pending) {
        receipt.missed_by.extend(missing);
        self.done.push_back(receipt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(names: &[&str]) -> SortedSet<ParticipantId> {
        names.iter().map(|name| (*name).into()).collect()
    }

    fn line() -> DataMessage {
        DataMessage::Chat { id: 1, text: "hello".into(), private: false, again: true }
    }

    #[test]
    fn a_receipt_is_complete_when_everyone_has_the_line_or_is_gone() {
        let mut receipts = Receipts::default();
        let id = receipts.next_id();
        receipts.expect(id, line(), people(&["a", "b"]), 0);
        receipts.received(id, &"a".into());
        receipts.received(id, &"a".into());
        receipts.received(id, &"x".into());
        assert_eq!(receipts.poll(), None);
        receipts.left(&"b".into());
        let receipt = Receipt { id, delivered_to: vec!["a".into()], missed_by: vec!["b".into()] };
        assert_eq!(receipts.poll(), Some(receipt));
        assert_eq!(receipts.poll_timeout(), None);
    }

    #[test]
    fn who_is_alone_waits_for_nobody() {
        let mut receipts = Receipts::default();
        receipts.expect(1, line(), people(&[]), 0);
        assert_eq!(receipts.poll(), Some(Receipt { id: 1, ..Receipt::default() }));
    }

    #[test]
    fn nobody_is_waited_for_without_end() {
        let mut receipts = Receipts::default();
        receipts.expect(1, line(), people(&["a"]), 0);
        receipts.handle_timeout(|_| false, PATIENCE_MS - 1);
        assert_eq!(receipts.poll(), None);
        receipts.handle_timeout(|_| true, PATIENCE_MS);
        assert_eq!(receipts.poll(), None, "the message arrives when the connection is restored");
        receipts.handle_timeout(|_| false, PATIENCE_MS * 2);
        assert_eq!(receipts.poll().unwrap().missed_by, ["a".into()]);
        for id in 2..=MAX_PENDING as u32 + 2 {
            receipts.expect(id, line(), people(&["a"]), 0);
        }
        assert_eq!(receipts.poll().unwrap().id, 2, "the oldest is dropped");
    }
}
