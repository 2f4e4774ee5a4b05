//! Tracks how much data is in flight to each participant, so that a sender can wait for a slow one.
//!
//! After every [`MARK_BYTES`] a mark is sent, which the receiver acknowledges on arrival. That measures the whole path,
//! also through an SFU or a mixer, which have no back-pressure, and through the receiver's own queues.

use std::collections::VecDeque;

use crate::collections::SortedMap;
use crate::model::{ParticipantId, Timestamp};

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
pub(super) struct Backlog(SortedMap<ParticipantId, Flow>);

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
    /// Data was sent to a participant.
    pub(super) fn sent(&mut self, to: &ParticipantId, bytes: usize) {
        if !self.0.contains_key(to) {
            self.0.insert(to.clone(), Flow::default());
        }
        let Some(flow) = self.0.get_mut(to) else { return };
        flow.bytes += bytes + MESSAGE_OVERHEAD;
        flow.unmarked += bytes + MESSAGE_OVERHEAD;
    }

    /// The participants to whom a mark should be sent.
    pub(super) fn due(&self) -> Vec<ParticipantId> {
        let due = self.0.iter().filter(|(_, flow)| flow.unmarked >= MARK_BYTES);
        due.map(|(who, _)| who.clone()).collect()
    }

    /// A mark was sent.
    pub(super) fn marked(&mut self, to: &ParticipantId, id: u32, now: Timestamp) {
        if let Some(flow) = self.0.get_mut(to) {
            if flow.marks.is_empty() {
                flow.deadline = now + PATIENCE_MS;
            }
            flow.marks.push_back((id, std::mem::take(&mut flow.unmarked)));
        }
    }

    /// A participant acknowledged a mark, and so has received everything before it. Returns whether they became able to
    /// receive more.
    pub(super) fn answered(&mut self, id: u32, by: &ParticipantId, now: Timestamp) -> bool {
        let Some(flow) = self.0.get_mut(by) else { return false };
        let Some(at) = flow.marks.iter().position(|(mark, _)| *mark == id) else { return false };
        let was_ahead = flow.is_ahead();
        flow.bytes -= flow.marks.drain(..=at).map(|(_, bytes)| bytes).sum::<usize>();
        flow.deadline = now + PATIENCE_MS;
        was_ahead && !flow.is_ahead()
    }

    /// A participant left.
    pub(super) fn left(&mut self, who: &ParticipantId) {
        self.0.remove(who);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether senders should wait for this participant, or, if `None`, for any.
    pub(super) fn is_ahead(&self, to: Option<&ParticipantId>) -> bool {
        match to {
            Some(to) => self.0.get(to).is_some_and(Flow::is_ahead),
            None => self.0.values().any(Flow::is_ahead),
        }
    }

    /// This participant, or, if `None`, any participant, who is so far behind that an SFU would drop their data.
    pub(super) fn overrun(&self, to: Option<&ParticipantId>) -> Option<&ParticipantId> {
        let is_overrun = |(who, flow): &(&ParticipantId, &Flow)| {
            flow.bytes >= MAX_RELAYED_BYTES && to.is_none_or(|to| to == *who)
        };
        self.0.iter().find(is_overrun).map(|(who, _)| who)
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let waiting = self.0.values().filter(|flow| !flow.marks.is_empty());
        waiting.map(|flow| flow.deadline).min()
    }

    /// Advances time. Returns whether it has stopped waiting for a participant. It continues to wait for those to whom the
    /// connection `is_restored`.
    pub(super) fn handle_timeout(
        &mut self,
        is_restored: impl Fn(&ParticipantId) -> bool,
        now: Timestamp,
    ) -> bool {
        for (_, flow) in self.0.iter_mut().filter(|(who, flow)| flow.deadline <= now && is_restored(who)) {
            flow.deadline = now + PATIENCE_MS;
        }
        let before = self.0.len();
        self.0.retain(|_, flow| flow.marks.is_empty() || flow.deadline > now);
        self.0.len() < before
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
        assert_eq!((backlog.0.get(&a).unwrap().bytes, backlog.poll_timeout()), (0, None));
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
    fn what_an_sfu_would_lose_is_known() {
        let (mut backlog, a) = (Backlog::default(), "a".into());
        while backlog.overrun(None).is_none() {
            backlog.sent(&a, CHUNK);
        }
        assert!((MAX_RELAYED_BYTES..=MAX_RELAYED_BYTES + CHUNK).contains(&backlog.0.get(&a).unwrap().bytes));
        assert_eq!(backlog.overrun(Some(&"b".into())), None);
        assert_eq!(backlog.overrun(Some(&a)), Some(&a));
    }
}
