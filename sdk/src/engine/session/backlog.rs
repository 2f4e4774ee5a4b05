//! Tracks how much data is in flight to each participant, so that a sender can wait for a slow one.
//!
//! After every [`MARK_BYTES`] a mark is sent, which the receiver acknowledges on arrival. That measures the whole path,
//! also through an SFU or a mixer, which have no back-pressure, and through the receiver's own queues.
//!
//! On a server with other clients, which do not acknowledge marks, only those are waited for who have sent something that only
//! moim sends. The others are sent as much as the data channel takes.

use std::collections::VecDeque;

use crate::collections::{SortedMap, SortedSet};
use crate::model::{Capabilities, ParticipantId, Timestamp};

/// Bytes in flight to one participant above which senders should wait.
const WINDOW_BYTES: usize = 512 * 1024;
/// Bytes in flight above which no more is accepted for a participant behind an SFU, which would drop it.
const MAX_RELAYED_BYTES: usize = 3 * 1024 * 1024;
/// Minimum bytes between two marks.
const MARK_BYTES: usize = 64 * 1024;
/// Overhead of a message in a queue, in bytes.
const MESSAGE_OVERHEAD: usize = 64;
/// A receiver without any acknowledgement for this long is no longer waited for, in milliseconds.
const PATIENCE_MS: Timestamp = 30_000;

/// The data in flight.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    flows: SortedMap<ParticipantId, Flow>,
    /// Participants may use another client.
    has_other_clients: bool,
    /// Those who use moim, as far as it is known and matters.
    known: SortedSet<ParticipantId>,
}

#[derive(Debug, Default)]
struct Flow {
    bytes: usize,
    /// Of these, the bytes after the last mark.
    unmarked: usize,
    /// The pending marks, each with the number of bytes before it.
    marks: VecDeque<(u32, usize)>,
    deadline: Timestamp,
}

impl Backlog {
    pub(super) fn new(capabilities: &Capabilities) -> Self {
        // moim's own format for data is nobody else's.
        let has_other_clients = capabilities.lanes.iter().any(|lane| !lane.profile.labels.is_empty());
        Self { has_other_clients, ..Self::default() }
    }

    /// A participant has sent something that only moim sends.
    pub(super) fn recognized(&mut self, participant: &ParticipantId) {
        if self.has_other_clients && !self.known.contains(participant) {
            self.known.insert(participant.clone());
        }
    }

    fn waits_for(&self, who: &ParticipantId) -> bool {
        !self.has_other_clients || self.known.contains(who)
    }

    /// Data was sent to a participant.
    pub(super) fn sent(&mut self, to: &ParticipantId, bytes: usize) {
        let flow = self.flows.get_or_insert_with(to.clone(), Flow::default);
        flow.bytes += bytes + MESSAGE_OVERHEAD;
        flow.unmarked += bytes + MESSAGE_OVERHEAD;
    }

    /// The participants to whom a mark should be sent. One at a time shows whether a participant uses moim.
    pub(super) fn due(&self) -> Vec<ParticipantId> {
        let is_due = |(who, flow): &(&ParticipantId, &Flow)| {
            flow.unmarked >= MARK_BYTES && (flow.marks.is_empty() || self.waits_for(who))
        };
        let due = self.flows.iter().filter(is_due);
        due.map(|(who, _)| who.clone()).collect()
    }

    /// A mark was sent.
    pub(super) fn marked(&mut self, to: &ParticipantId, id: u32, now: Timestamp) {
        if let Some(flow) = self.flows.get_mut(to) {
            if flow.marks.is_empty() {
                flow.deadline = now + PATIENCE_MS;
            }
            flow.marks.push_back((id, std::mem::take(&mut flow.unmarked)));
        }
    }

    /// A participant acknowledged a mark, and so has received everything before it. Returns whether they became able to
    /// receive more.
    pub(super) fn answered(&mut self, id: u32, by: &ParticipantId, now: Timestamp) -> bool {
        let Some(flow) = self.flows.get_mut(by) else { return false };
        let Some(at) = flow.marks.iter().position(|(mark, _)| *mark == id) else { return false };
        let was_ahead = flow.is_ahead();
        flow.bytes -= flow.marks.drain(..=at).map(|(_, bytes)| bytes).sum::<usize>();
        flow.deadline = now + PATIENCE_MS;
        was_ahead && !flow.is_ahead()
    }

    /// What was in flight to a participant is lost.
    pub(super) fn lost(&mut self, who: &ParticipantId) {
        self.flows.remove(who);
    }

    /// A participant left.
    pub(super) fn left(&mut self, who: &ParticipantId) {
        self.lost(who);
        self.known.remove(who);
    }

    pub(super) fn clear(&mut self) {
        self.flows.clear();
        self.known.clear();
    }

    /// Whether senders should wait for this participant, or, if `None`, for any.
    pub(super) fn is_ahead(&self, to: Option<&ParticipantId>) -> bool {
        match to {
            Some(to) => self.waits_for(to) && self.flows.get(to).is_some_and(Flow::is_ahead),
            None => self.flows.iter().any(|(who, flow)| flow.is_ahead() && self.waits_for(who)),
        }
    }

    /// This participant, or, if `None`, any participant, who is so far behind that an SFU would drop their data.
    pub(super) fn overrun(&self, to: Option<&ParticipantId>) -> Option<&ParticipantId> {
        let is_overrun = |(who, flow): &(&ParticipantId, &Flow)| {
            flow.bytes >= MAX_RELAYED_BYTES && to.is_none_or(|to| to == *who) && self.waits_for(who)
        };
        self.flows.iter().find(is_overrun).map(|(who, _)| who)
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let waiting = self.flows.values().filter(|flow| !flow.marks.is_empty());
        waiting.map(|flow| flow.deadline).min()
    }

    /// Advances time. Returns whether it has stopped waiting for a participant. It continues to wait for those to whom the
    /// connection `is_restored`.
    pub(super) fn handle_timeout(
        &mut self,
        is_restored: impl Fn(&ParticipantId) -> bool,
        now: Timestamp,
    ) -> bool {
        for (_, flow) in self.flows.iter_mut().filter(|(who, flow)| flow.deadline <= now && is_restored(who))
        {
            flow.deadline = now + PATIENCE_MS;
        }
        let before = self.flows.len();
        self.flows.retain(|_, flow| flow.marks.is_empty() || flow.deadline > now);
        self.flows.len() < before
    }
}

impl Flow {
    fn is_ahead(&self) -> bool {
        self.bytes >= WINDOW_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: usize = MARK_BYTES;

    /// Sends until the sender should wait; returns the marks.
    fn fill(backlog: &mut Backlog, to: &ParticipantId) -> Vec<u32> {
        let mut marks = Vec::new();
        while !backlog.is_ahead(Some(to)) {
            backlog.sent(to, CHUNK);
            if backlog.due().contains(to) {
                marks.push(marks.len() as u32);
                backlog.marked(to, marks.len() as u32 - 1, 0);
            }
        }
        marks
    }

    #[test]
    fn who_is_behind_is_waited_for_until_they_answer() {
        let (mut backlog, a, b) = (Backlog::default(), "a".into(), "b".into());
        backlog.sent(&b, CHUNK);
        let marks = fill(&mut backlog, &a);
        assert_eq!(marks.len() * CHUNK, WINDOW_BYTES);
        assert!(backlog.is_ahead(None) && !backlog.is_ahead(Some(&b)));
        assert!(!backlog.answered(marks[0], &b, 0), "another's mark");
        assert!(backlog.answered(marks[0], &a, 0));
        assert!(!backlog.is_ahead(None));
        assert!(!backlog.answered(marks[0], &a, 0), "twice");
    }

    #[test]
    fn an_answer_counts_for_what_was_lost_before_it() {
        let (mut backlog, a) = (Backlog::default(), "a".into());
        let marks = fill(&mut backlog, &a);
        assert!(backlog.answered(*marks.last().unwrap(), &a, 0));
        assert_eq!((backlog.flows.get(&a).unwrap().bytes, backlog.poll_timeout()), (0, None));
    }

    #[test]
    fn short_messages_are_not_free() {
        let (mut backlog, a) = (Backlog::default(), ParticipantId::from("a"));
        let mut count = 0;
        while backlog.due().is_empty() {
            backlog.sent(&a, 0);
            count += 1;
        }
        assert_eq!(count, MARK_BYTES / MESSAGE_OVERHEAD);
    }

    #[test]
    fn nobody_is_waited_for_without_end_and_progress_prolongs() {
        let (mut backlog, a) = (Backlog::default(), "a".into());
        let marks = fill(&mut backlog, &a);
        assert_eq!(backlog.poll_timeout(), Some(PATIENCE_MS));
        backlog.answered(marks[0], &a, 10);
        assert!(!backlog.handle_timeout(|_| false, PATIENCE_MS));
        assert!(backlog.handle_timeout(|_| false, PATIENCE_MS + 10));
        assert!(!backlog.is_ahead(Some(&a)));
        fill(&mut backlog, &a);
        backlog.left(&a);
        assert!(!backlog.is_ahead(None));
    }

    #[test]
    fn another_client_is_not_waited_for_and_gets_one_mark_at_a_time() {
        let a = ParticipantId::from("a");
        let mut backlog = Backlog { has_other_clients: true, ..Backlog::default() };
        for _ in 0..100 {
            backlog.sent(&a, CHUNK);
            if backlog.due().contains(&a) {
                backlog.marked(&a, 7, 0);
            }
        }
        assert!(!backlog.is_ahead(None) && !backlog.is_ahead(Some(&a)) && backlog.overrun(None).is_none());
        assert_eq!(backlog.flows.get(&a).unwrap().marks.len(), 1);

        backlog.recognized(&a);
        assert!(backlog.is_ahead(None) && backlog.is_ahead(Some(&a)));
        assert!(!backlog.answered(7, &a, 0));
        assert_eq!(backlog.due(), std::slice::from_ref(&a));
        backlog.lost(&a);
        fill(&mut backlog, &a);
        assert!(backlog.is_ahead(Some(&a)), "another connection, the same client");
        backlog.left(&a);
        backlog.sent(&a, WINDOW_BYTES);
        assert!(!backlog.is_ahead(Some(&a)));
    }

    #[test]
    fn what_an_sfu_would_lose_is_known() {
        let (mut backlog, a) = (Backlog::default(), "a".into());
        while backlog.overrun(None).is_none() {
            backlog.sent(&a, CHUNK);
        }
        assert!(
            (MAX_RELAYED_BYTES..=MAX_RELAYED_BYTES + CHUNK).contains(&backlog.flows.get(&a).unwrap().bytes)
        );
        assert_eq!(backlog.overrun(Some(&"b".into())), None);
        assert_eq!(backlog.overrun(Some(&a)), Some(&a));
    }
}
