//! What was in flight over a lost connection is sent again over the next one, and received once: chat messages, calls, and
//! in a mesh data (`connection/flight.rs`).

use std::collections::VecDeque;

use super::Session;
use super::receipts::MAX_PENDING;
use crate::collections::SortedMap;
use crate::engine::data::{DataMessage, Frame};
use crate::engine::topology::{FarEnd, Plan};
use crate::error::DataChannelError;
use crate::model::{Channel, LinkId, ParticipantId};

/// The maximum number of senders whose last messages are remembered. Most of them have left.
const MAX_SENDERS: usize = 512;

/// What was received from each participant, as much as can be sent again.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The numbers of the last chat messages.
    chat: SortedMap<ParticipantId, VecDeque<u32>>,
    /// The number of the last data that came directly.
    data: SortedMap<ParticipantId, u32>,
}

impl Heard {
    /// Notes a chat message, which may be a repetition. Returns whether it was not received before.
    pub(super) fn is_new(&mut self, from: &ParticipantId, id: u32, again: bool) -> bool {
        let last = known(&mut self.chat, from);
        if last.contains(&id) {
            if again {
                return false;
            }
            // On a server whose participants keep their ids, the sender has begun another session.
            last.clear();
        }
        if last.len() == MAX_PENDING {
            last.pop_front();
        }
        last.push_back(id);
        true
    }

    /// Notes data, in the order of its numbers. Returns whether it was not received before.
    pub(super) fn is_new_data(&mut self, from: &ParticipantId, number: u32, again: bool) -> bool {
        let last = known(&mut self.data, from);
        let is_new = !again || number > *last;
        if is_new {
            *last = number;
        }
        is_new
    }
}

fn known<'a, T: Default>(map: &'a mut SortedMap<ParticipantId, T>, from: &ParticipantId) -> &'a mut T {
    if map.len() == MAX_SENDERS && !map.contains_key(from) {
        map.pop_first();
    }
    map.get_or_insert_with(from.clone(), T::default)
}

impl Session {
    /// What a new connection sends first: the chat messages that its receivers have not acknowledged, the calls
    /// that they have not answered, and then what the connection before has not sent.
    pub(super) fn to_resend(&self, plan: &Plan, unsent: VecDeque<Frame>) -> VecDeque<Frame> {
        let mut frames = VecDeque::new();
        if !plan.link.sends() {
            return frames;
        }
        // These are sent again below, if that makes sense: under another id, nobody would recognize a repetition.
        let is_repeated = |frame: &Frame| {
            matches!(
                message_of(frame, plan.far_end),
                Some(DataMessage::Call { .. } | DataMessage::Resend | DataMessage::Chat { again: true, .. })
            )
        };
        let unsent: Vec<_> = unsent.into_iter().filter(|frame| !is_repeated(frame)).collect();
        let first_unsent = unsent.iter().find_map(|frame| chat_id(frame, plan.far_end)).unwrap_or(u32::MAX);
        let is_behind = |id: &ParticipantId| plan.far_end.is_relay() || plan.link.participant() == Some(id);
        for receiver in self.others().map(|other| &other.id).filter(|id| is_behind(id)) {
            let in_flight = self.receipts.unacknowledged(receiver).filter(|(id, _)| *id < first_unsent);
            let encoded = in_flight.filter_map(|(_, message)| message.encode().ok());
            let addressed = |frame| addressed(&frame, plan.far_end, Some(receiver), self.own_id()).ok();
            let calls = self.calls.repeated(receiver).filter_map(|call| call.encode().ok());
            frames.extend(encoded.chain(calls).filter_map(addressed));
        }
        frames.extend(unsent);
        frames
    }

    /// A connection to a server or a mixer is open now. What the others have sent before, such as the offer of a file, may be
    /// lost, and so may an earlier request: asks them to send again.
    pub(super) fn resend_both_ways(&mut self, link: &LinkId) {
        for (link, connection) in &mut self.connections {
            let far_end = connection.far_end();
            if link.sends()
                && far_end.is_relay()
                && let Ok(request) = DataMessage::Resend.encode().and_then(|frame| frame.routed(None))
            {
                connection.send(Channel::Reliable, request);
            }
        }
        if !link.sends() {
            // The receipts of the others are lost, and their requests to send again.
            for other in self.others().map(|other| other.id.clone()).collect::<Vec<_>>() {
                self.resend_to(&other);
            }
        }
    }

    /// A participant is back. A server or a mixer in between may have lost what it could not forward.
    pub(super) fn resend_to(&mut self, participant: &ParticipantId) {
        if !self.route(participant).is_some_and(|(_, far_end)| far_end.is_relay()) {
            return;
        }
        let chat = self.receipts.unacknowledged(participant).map(|(_, message)| message.clone());
        let in_flight: Vec<_> = chat.chain(self.calls.repeated(participant)).collect();
        for message in in_flight {
            // One that finds the queue full is not acknowledged, which its receipt says.
            let _ = self.send(&message, Channel::Reliable, Some(participant));
        }
    }
}

/// A frame for one participant or for all, as it is sent to a remote end.
pub(super) fn addressed(
    frame: &Frame,
    far_end: FarEnd,
    to: Option<&ParticipantId>,
    own_id: Option<&ParticipantId>,
) -> Result<Frame, DataChannelError> {
    match far_end {
        FarEnd::Participant => Ok(frame.clone()),
        FarEnd::Server | FarEnd::Mixer => frame.routed(to),
        FarEnd::Listener => frame.routed(own_id),
    }
}

/// The number of the chat message in a frame for a remote end.
fn chat_id(frame: &Frame, far_end: FarEnd) -> Option<u32> {
    match message_of(frame, far_end)? {
        DataMessage::Chat { id, .. } => Some(id),
        _ => None,
    }
}

fn message_of(frame: &Frame, far_end: FarEnd) -> Option<DataMessage> {
    DataMessage::decode(match far_end {
        FarEnd::Participant => frame.clone(),
        _ => frame.clone().unrouted()?.1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_is_recognized_also_after_its_sender_has_left() {
        let mut heard = Heard::default();
        let ids = [1, 2, 2, 1, 3, 2].map(|id| heard.is_new(&"a".into(), id, true));
        assert_eq!(ids, [true, true, false, false, true, false]);
        assert!(heard.is_new(&"b".into(), 1, true));
    }

    #[test]
    fn a_sender_that_counts_from_the_start_again_is_heard() {
        let mut heard = Heard::default();
        for _ in 0..2 {
            assert!([1, 2, 3].iter().all(|id| heard.is_new(&"a".into(), *id, false)));
        }
        assert!(!heard.is_new(&"a".into(), 2, true));
    }

    #[test]
    fn data_that_is_sent_again_is_received_once_and_another_session_begins_anew() {
        let (mut heard, sender) = (Heard::default(), "a".into());
        let mut is_new = |number, again| heard.is_new_data(&sender, number, again);
        assert!(is_new(1, false) && is_new(2, false));
        assert!(
            !is_new(1, true) && !is_new(2, true) && is_new(3, true) && !is_new(3, true) && is_new(4, false)
        );
        assert!(is_new(1, false) && !is_new(1, true) && is_new(2, true));
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let mut heard = Heard::default();
        for sender in 0..2 * MAX_SENDERS {
            let sender = sender.to_string().as_str().into();
            assert!(heard.is_new(&sender, 1, false) && heard.is_new_data(&sender, 1, false));
        }
        assert_eq!((heard.chat.len(), heard.data.len()), (MAX_SENDERS, MAX_SENDERS));
        for id in 0..2 * MAX_PENDING as u32 {
            heard.is_new(&"a".into(), id, false);
        }
        assert_eq!(heard.chat.get(&ParticipantId::from("a")).map(VecDeque::len), Some(MAX_PENDING));
    }
}
