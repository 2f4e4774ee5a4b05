//! Limits how many messages of each participant are processed: the application gets an event for each, and may draw it.
//!
//! A browser cannot be told to read a data channel more slowly, so reliable messages beyond the rate wait here. Whoever
//! sends many waits for the acknowledgements (`backlog.rs`), and so never has more in flight than may wait.

use std::collections::VecDeque;

use super::Session;
use crate::collections::SortedMap;
use crate::engine::data::Frame;
use crate::engine::transfer;
use crate::error::DataChannelError;
use crate::model::{Channel, ParticipantId, Timestamp};
use crate::pace::{MESSAGES, MESSAGES_PER_MS, Pace};

/// Messages that wait are processed at this interval.
const PASS_EVERY_MS: Timestamp = 10;
/// The most bytes that wait of one participant. Senders have at most 3 MiB in flight.
const MAX_WAITING_BYTES: usize = 4 << 20;
/// Assumed overhead of a message in memory, in bytes.
const OVERHEAD_BYTES: usize = 64;

/// A message as it has arrived.
#[derive(Debug, PartialEq)]
pub(super) struct Arrived {
    /// Whether this end is the mixer, so that the frame has an address.
    pub(super) is_addressed: bool,
    pub(super) channel: Channel,
    pub(super) frame: Frame,
}

/// The messages of all participants.
#[derive(Debug, Default)]
pub(super) struct Inboxes(SortedMap<ParticipantId, Inbox>);

#[derive(Debug)]
struct Inbox {
    pace: Pace,
    waiting: VecDeque<Arrived>,
    bytes: usize,
    due: Timestamp,
    is_named: bool,
}

/// A message was dropped.
#[derive(Debug, PartialEq)]
struct Dropped {
    is_first: bool,
}

impl Arrived {
    /// Whether it counts. Parts of files and streams do not: their receivers ask for them.
    fn counts(&self) -> bool {
        match &self.frame {
            Frame::Binary(bytes) if self.channel == Channel::Files => {
                !self.is_addressed && transfer::asks_for_a_reply(bytes)
            }
            _ => self.channel != Channel::Files,
        }
    }

    fn cost(&self) -> usize {
        self.frame.len() + OVERHEAD_BYTES
    }
}

impl Inbox {
    fn new() -> Self {
        let pace = Pace::new(MESSAGES, 1);
        Self { pace, waiting: VecDeque::new(), bytes: 0, due: 0, is_named: false }
    }

    /// Returns the message if it can be processed now, and keeps it otherwise, unless it may be lost.
    fn admit(&mut self, message: Arrived, now: Timestamp) -> Result<Option<Arrived>, Dropped> {
        if !message.counts() {
            return Ok(Some(message));
        }
        let waits = message.channel == Channel::Reliable && !self.waiting.is_empty();
        if !waits && self.pace.take(now * MESSAGES_PER_MS).is_ok() {
            return Ok(Some(message));
        }
        let bytes = self.bytes + message.cost();
        if message.channel != Channel::Reliable || bytes > MAX_WAITING_BYTES {
            return Err(Dropped { is_first: !std::mem::replace(&mut self.is_named, true) });
        }
        if self.waiting.is_empty() {
            self.due = now + PASS_EVERY_MS;
        }
        self.bytes = bytes;
        self.waiting.push_back(message);
        Ok(None)
    }

    fn take_due(&mut self, now: Timestamp) -> Option<Arrived> {
        if self.waiting.is_empty() || self.due > now {
            return None;
        }
        if self.pace.take(now * MESSAGES_PER_MS).is_err() {
            self.due = now + PASS_EVERY_MS;
            return None;
        }
        let message = self.waiting.pop_front()?;
        self.bytes -= message.cost();
        Some(message)
    }
}

impl Inboxes {
    /// When messages that wait can be processed.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.0.values().filter(|inbox| !inbox.waiting.is_empty()).map(|inbox| inbox.due).min()
    }

    /// A participant left.
    pub(super) fn left(&mut self, who: &ParticipantId) {
        self.0.remove(who);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn take_due(&mut self, now: Timestamp) -> Option<(ParticipantId, Arrived)> {
        self.0.iter_mut().find_map(|(from, inbox)| Some((from.clone(), inbox.take_due(now)?)))
    }
}

impl Session {
    /// Processes a message of a known participant, now or later.
    pub(super) fn admit(&mut self, from: ParticipantId, message: Arrived, now: Timestamp) {
        let inbox = self.inboxes.0.get_or_insert_with(from.clone(), Inbox::new);
        match inbox.admit(message, now) {
            Ok(Some(message)) => self.process(from, message, now),
            Ok(None) | Err(Dropped { is_first: false }) => {}
            Err(Dropped { is_first: true }) => {
                let detail = "it sends too many messages, and some were dropped".to_owned();
                self.warn(DataChannelError::Failed { detail }.into(), Some(from));
            }
        }
    }

    /// Processes the messages that waited.
    pub(super) fn process_waiting(&mut self, now: Timestamp) {
        while let Some((from, message)) = self.inboxes.take_due(now) {
            self.process(from, message, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chat(bytes: usize) -> Arrived {
        Arrived { is_addressed: false, channel: Channel::Reliable, frame: Frame::Text("x".repeat(bytes)) }
    }

    fn file(kind: u8) -> Arrived {
        let frame = Frame::Binary(vec![3, kind]);
        Arrived { is_addressed: false, channel: Channel::Files, frame }
    }

    /// An inbox from which nothing more may pass now.
    fn exhausted() -> Inbox {
        let mut inbox = Inbox::new();
        assert!((0..MESSAGES).all(|_| inbox.admit(chat(20), 0) == Ok(Some(chat(20)))));
        inbox
    }

    #[test]
    fn reliable_messages_beyond_the_rate_wait_in_their_order() {
        let mut inbox = exhausted();
        for bytes in 20..120 {
            assert_eq!(inbox.admit(chat(bytes), 0), Ok(None));
        }
        let mut passed = Vec::new();
        for now in 0..1_000 {
            passed.extend(std::iter::from_fn(|| inbox.take_due(now)));
            assert!(passed.len() as u64 <= MESSAGES_PER_MS * now, "at the rate");
        }
        assert!(passed.iter().map(|message| message.frame.len()).eq(20..120));
        assert_eq!(inbox.bytes, 0);
    }

    #[test]
    fn what_does_not_fit_or_may_be_lost_is_dropped_and_its_sender_is_named_once() {
        let mut inbox = exhausted();
        let lossy = |inbox: &mut Inbox| inbox.admit(Arrived { channel: Channel::Lossy, ..chat(20) }, 0);
        assert_eq!(lossy(&mut inbox), Err(Dropped { is_first: true }));
        assert_eq!(lossy(&mut inbox), Err(Dropped { is_first: false }));
        let waiting = (0..100_000).filter(|_| inbox.admit(chat(20), 0).is_ok()).count();
        assert_eq!(waiting, MAX_WAITING_BYTES / 84);
    }

    #[test]
    fn offers_of_files_count_and_what_was_asked_for_does_not() {
        let mut inbox = exhausted();
        assert_eq!(inbox.admit(file(0), 0), Err(Dropped { is_first: true }));
        assert_eq!(inbox.admit(file(1), 0), Ok(Some(file(1))));
    }
}
