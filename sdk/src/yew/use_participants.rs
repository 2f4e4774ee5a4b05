//! The other participants of a room.

use std::ops::Deref;
use std::rc::Rc;

use yew::prelude::*;

use super::use_room_value::use_room_value;
use crate::{RemoteParticipant, Room, RoomEvent};

/// A participant for the properties of a component. Two are equal if they are of the same [`RemoteParticipant`] and it has not
/// changed in between. (A `RemoteParticipant` always equals itself.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    participant: RemoteParticipant,
    revision: u32,
}

impl From<RemoteParticipant> for Participant {
    fn from(participant: RemoteParticipant) -> Self {
        Self { revision: participant.revision(), participant }
    }
}

impl Deref for Participant {
    type Target = RemoteParticipant;

    fn deref(&self) -> &RemoteParticipant {
        &self.participant
    }
}

/// The other participants in the room, in the order of joining, with their names, attributes, publications, tracks and
/// the state of the connection. Empty if there is no room.
///
/// Renders when one of these changes: a participant joins or leaves, mutes, publishes, is renamed, is connected. Active
/// speakers are reported by [`use_speakers`](super::use_speakers), so that a list is not rendered with every word.
///
/// ```no_run
/// use moim::Room;
/// use moim::yew::use_participants;
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     room: Room,
/// }
///
/// #[component]
/// fn Names(props: &Props) -> Html {
///     let others = use_participants(&props.room);
///     html! {
///         <ul>{ for others.iter().map(|other| html! { <li key={other.id().to_string()}>{ other.name() }</li> }) }</ul>
///     }
/// }
/// ```
#[hook]
pub fn use_participants<R: Into<Option<Room>>>(room: R) -> Rc<Vec<Participant>> {
    use_room_value(room.into(), concerns_participants, participants)
}

fn participants(room: &Room) -> Vec<Participant> {
    room.participants().into_iter().map(Participant::from).collect()
}

fn concerns_participants(event: &RoomEvent) -> bool {
    // Any event that is not known to be irrelevant: an unnecessary read renders nothing.
    !matches!(
        event,
        RoomEvent::ChatReceived { .. }
            | RoomEvent::DataReceived { .. }
            | RoomEvent::ActiveSpeakersChange { .. }
            | RoomEvent::DominantSpeakerChange { .. }
            | RoomEvent::LobbyChange { .. }
            | RoomEvent::RoleChange { .. }
            | RoomEvent::PermissionsChange { .. }
            | RoomEvent::Warning { .. }
    )
}
