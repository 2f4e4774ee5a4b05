//! Room events, with the names of the participants that they are about.

use std::collections::{HashMap, HashSet};

use moim::yew::{RoomHandle, use_room_events};
use moim::{ParticipantId, RoomEvent, RoomState};
use yew::prelude::*;

/// An event, with the participant's name, which is kept after the participant has left.
#[derive(Debug)]
pub(crate) struct NamedEvent {
    pub(crate) event: RoomEvent,
    pub(crate) name: String,
    /// The participant was in the room before the user: `ParticipantJoined` is emitted for them too.
    pub(crate) was_there: bool,
}

#[derive(Default)]
struct Known {
    names: HashMap<ParticipantId, String>,
    earlier: HashSet<ParticipantId>,
    has_joined: bool,
}

impl Known {
    fn named(&mut self, event: RoomEvent) -> NamedEvent {
        if matches!(event, RoomEvent::StateChange { state: RoomState::Joined }) && !self.has_joined {
            self.has_joined = true;
            self.earlier.extend(self.names.keys().cloned());
        }
        let was_there = match &event {
            RoomEvent::ParticipantJoined { participant } => self.earlier.remove(participant.id()),
            _ => false,
        };
        let name = about(&event).and_then(|id| self.names.get(id).cloned()).unwrap_or_default();
        if matches!(event, RoomEvent::Left { .. }) {
            *self = Self::default();
        }
        NamedEvent { event, name, was_there }
    }
}

/// Calls `on_event` with each event of the room.
#[hook]
pub(crate) fn use_named_events(room: &RoomHandle, on_event: Callback<NamedEvent>) {
    let known = use_mut_ref(Known::default);
    let current = room.room();
    use_room_events(room, move |event| {
        let participants = current.as_ref().map(moim::Room::participants).unwrap_or_default();
        let named = {
            let mut known = known.borrow_mut();
            known.names.extend(
                participants.into_iter().map(|participant| (participant.id().clone(), participant.name())),
            );
            known.named(event)
        };
        on_event.emit(named);
    });
}

/// The participant that an event is about.
fn about(event: &RoomEvent) -> Option<&ParticipantId> {
    match event {
        RoomEvent::ParticipantJoined { participant } | RoomEvent::ParticipantUpdated { participant } => {
            Some(participant.id())
        }
        RoomEvent::ParticipantLeft { participant_id, .. }
        | RoomEvent::ChatReceived { participant_id, .. }
        | RoomEvent::ConnectionStateChange { participant_id, .. } => Some(participant_id),
        _ => None,
    }
}
