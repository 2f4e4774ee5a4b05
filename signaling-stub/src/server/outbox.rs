//! The queue of messages to one client. The sender of much data is limited, rather than the client that reads slowly:
//! payloads of others are dropped, first those of the sender with the most queued, and their ends retransmit them; and
//! queued changes of the room are replaced by one roster.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::extract::ws::Utf8Bytes;
use moim_protocol::{ParticipantId, ServerMessage};
use tokio::sync::Notify;

use crate::CloseReason;

/// Overhead of a queued message in addition to its text.
const OVERHEAD: usize = 64;

/// A frame for a socket to send.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Shared by all receivers.
    Text(Utf8Bytes),
    /// The roster at the time when this is sent.
    Roster,
    Close(CloseReason),
}

/// The result of queueing a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is queued, or obsolete.
    Taken,
    /// A payload of this participant was dropped.
    Lost(ParticipantId),
    /// There is no room: the client does not read the replies to its own requests.
    Full,
}

#[derive(Debug)]
pub(super) struct Outbox {
    max: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    /// Bytes of each kind.
    bytes: HashMap<Kind, usize>,
    /// No more messages follow.
    is_closed: bool,
}

#[derive(Debug)]
struct Waiting {
    kind: Kind,
    frame: Frame,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// From another participant, or the SFU.
    Payload(ParticipantId),
    /// A change of the room.
    Room,
    /// A reply to the client's own request.
    Answer,
}

impl Outbox {
    /// Creates an empty queue for this many bytes. Half of them are for payloads, a quarter for changes of the room.
    pub(super) fn new(max: usize) -> Self {
        Self { max, state: Mutex::default(), changed: Notify::new() }
    }

    pub(super) fn push(&self, message: &ServerMessage) -> Verdict {
        self.push_encoded(message, message.encode().into())
    }

    /// Like [`push`](Self::push), with the message's text.
    pub(super) fn push_encoded(&self, message: &ServerMessage, text: Utf8Bytes) -> Verdict {
        let kind = match message {
            ServerMessage::Relay { from, .. } => Kind::Payload(from.clone()),
            ServerMessage::Participant { .. }
            | ServerMessage::ParticipantLeft { .. }
            | ServerMessage::Lobby { .. }
            | ServerMessage::Roster(_) => Kind::Room,
            _ => Kind::Answer,
        };
        let verdict = self.lock().push(kind, text, self.max);
        self.changed.notify_one();
        verdict
    }

    /// Queues a close frame.
    pub(super) fn close(&self, reason: CloseReason) {
        let mut state = self.lock();
        state.waiting.push_back(Waiting { kind: Kind::Answer, frame: Frame::Close(reason) });
        state.is_closed = true;
        drop(state);
        self.changed.notify_one();
    }

    /// No more messages follow.
    pub(super) fn end(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for the next frame to send; `None` after the last one.
    pub(super) async fn next(&self) -> Option<Frame> {
        loop {
            let (frame, is_closed) = {
                let mut state = self.lock();
                (state.pop(), state.is_closed)
            };
            if frame.is_some() || is_closed {
                return frame;
            }
            self.changed.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent between two statements.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, kind: Kind, text: Utf8Bytes, max: usize) -> Verdict {
        let cost = text.len() + OVERHEAD;
        let mut verdict = Verdict::Taken;
        match &kind {
            Kind::Payload(from) => {
                while self.payloads() + cost > max / 2 {
                    let Some(most) = self.most_payloads().filter(|most| most != from) else {
                        return Verdict::Lost(from.clone());
                    };
                    self.lose_last(&most);
                    verdict = Verdict::Lost(most);
                }
            }
            Kind::Room if self.waiting.iter().any(|waiting| waiting.frame == Frame::Roster) => {
                return verdict;
            }
            Kind::Room if self.of(&kind) + cost > max / 4 => {
                self.replace_by_roster();
                return verdict;
            }
            Kind::Answer if self.bytes.values().sum::<usize>() + cost > max => return Verdict::Full,
            Kind::Room | Kind::Answer => {}
        }
        *self.bytes.entry(kind.clone()).or_default() += cost;
        self.waiting.push_back(Waiting { kind, frame: Frame::Text(text) });
        verdict
    }

    fn pop(&mut self) -> Option<Frame> {
        let Waiting { kind, frame } = self.waiting.pop_front()?;
        self.forget(&kind, &frame);
        Some(frame)
    }

    fn of(&self, kind: &Kind) -> usize {
        self.bytes.get(kind).copied().unwrap_or_default()
    }

    fn payloads(&self) -> usize {
        self.bytes.iter().filter(|(kind, _)| matches!(kind, Kind::Payload(_))).map(|(_, bytes)| bytes).sum()
    }

    /// The sender with the most queued bytes.
    fn most_payloads(&self) -> Option<ParticipantId> {
        let payloads = self.bytes.iter().filter_map(|(kind, bytes)| match kind {
            Kind::Payload(from) => Some((from, bytes)),
            _ => None,
        });
        payloads.max_by_key(|(_, bytes)| **bytes).map(|(from, _)| from.clone())
    }

    fn lose_last(&mut self, from: &ParticipantId) {
        let is_theirs = |waiting: &Waiting| matches!(&waiting.kind, Kind::Payload(id) if id == from);
        if let Some(lost) =
            self.waiting.iter().rposition(is_theirs).and_then(|place| self.waiting.remove(place))
        {
            self.forget(&lost.kind, &lost.frame);
        }
    }

    /// Replaces the first change of the room by one roster, and removes the others. So later messages never
    /// refer to a participant whom the client does not know.
    fn replace_by_roster(&mut self) {
        let place = self.waiting.iter().position(|waiting| waiting.kind == Kind::Room);
        self.waiting.retain(|waiting| waiting.kind != Kind::Room);
        self.bytes.remove(&Kind::Room);
        let place = place.unwrap_or(self.waiting.len());
        self.waiting.insert(place, Waiting { kind: Kind::Room, frame: Frame::Roster });
    }

    fn forget(&mut self, kind: &Kind, frame: &Frame) {
        let Frame::Text(text) = frame else { return };
        if let Some(bytes) = self.bytes.get_mut(kind) {
            *bytes -= text.len() + OVERHEAD;
            if *bytes == 0 {
                self.bytes.remove(kind);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use moim_protocol::{LeaveReason, RelayPayload};

    use super::*;

    const TEXT: usize = 1_000 - OVERHEAD;

    fn payload(state: &mut State, from: &str) -> Verdict {
        state.push(Kind::Payload(from.into()), "x".repeat(TEXT).into(), 20_000)
    }

    #[test]
    fn whoever_has_the_most_waiting_loses_and_others_do_not() {
        let mut state = State::default();
        for _ in 0..9 {
            assert_eq!(payload(&mut state, "mallory"), Verdict::Taken);
        }
        assert_eq!(payload(&mut state, "alice"), Verdict::Taken);
        assert_eq!(payload(&mut state, "mallory"), Verdict::Lost("mallory".into()));
        assert_eq!(
            payload(&mut state, "alice"),
            Verdict::Lost("mallory".into()),
            "alice's payload is delivered"
        );
        let alices = state.waiting.iter().filter(|w| w.kind == Kind::Payload("alice".into())).count();
        assert_eq!((alices, state.payloads()), (2, 10_000));
    }

    #[test]
    fn changes_of_a_room_are_replaced_by_one_roster_in_their_place() {
        let mut state = State::default();
        payload(&mut state, "alice");
        for _ in 0..100 {
            assert_eq!(state.push(Kind::Room, "x".repeat(TEXT).into(), 20_000), Verdict::Taken);
        }
        payload(&mut state, "bob");
        let frames: Vec<_> = std::iter::from_fn(|| state.pop()).collect();
        assert_eq!(frames.len(), 3);
        assert_eq!(frames[1], Frame::Roster);
        assert!(state.bytes.is_empty());
        state.push(Kind::Room, "news".into(), 20_000);
        assert_eq!(state.pop(), Some(Frame::Text("news".into())));
    }

    #[test]
    fn only_what_a_client_asked_for_itself_can_be_too_much() {
        let mut state = State::default();
        for _ in 0..20 {
            assert_eq!(state.push(Kind::Answer, "x".repeat(TEXT).into(), 20_000), Verdict::Taken);
        }
        assert_eq!(state.push(Kind::Answer, "x".repeat(TEXT).into(), 20_000), Verdict::Full);
    }

    #[tokio::test]
    async fn frames_come_in_order_and_then_the_end() {
        let outbox = Outbox::new(10_000);
        let payload = RelayPayload { epoch: 0, seq: 1, ack: 0, signal: None };
        outbox.push(&ServerMessage::Relay { from: "alice".into(), payload });
        let (participant_id, reason) = ("alice".into(), LeaveReason::Left);
        outbox.push(&ServerMessage::ParticipantLeft { revision: 2, participant_id, reason });
        outbox.close(CloseReason::Left);
        assert!(matches!(outbox.next().await, Some(Frame::Text(text)) if text.contains("relay")));
        assert!(matches!(outbox.next().await, Some(Frame::Text(text)) if text.contains("participantLeft")));
        assert_eq!(outbox.next().await, Some(Frame::Close(CloseReason::Left)));
        assert_eq!(outbox.next().await, None);
    }
}
