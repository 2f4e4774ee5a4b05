//! The active speakers among the others.

use std::rc::Rc;

use yew::prelude::*;

use super::use_room_value::use_room_value;
use crate::{ParticipantId, Room, RoomEvent};

/// The active speakers among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speakers {
    /// The active speakers.
    pub active: Vec<ParticipantId>,
    /// The dominant speaker; stays while everyone is silent.
    pub dominant: Option<ParticipantId>,
}

impl Speakers {
    /// Whether this participant is speaking.
    pub fn is_active(&self, participant: &ParticipantId) -> bool {
        self.active.contains(participant)
    }
}

/// The active and the dominant speakers among the others. Renders when they change. This participant is not included.
///
/// ```no_run
/// use moim::Room;
/// use moim::yew::{use_participants, use_speakers};
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     room: Room,
/// }
///
/// #[component]
/// fn Leader(props: &Props) -> Html {
///     let (others, speakers) = (use_participants(&props.room), use_speakers(&props.room));
///     let leader = others.iter().find(|other| Some(other.id()) == speakers.dominant.as_ref());
///     html! { <h2>{ leader.map(|leader| leader.name()) }</h2> }
/// }
/// ```
#[hook]
pub fn use_speakers<R: Into<Option<Room>>>(room: R) -> Rc<Speakers> {
    use_room_value(room.into(), concerns_speakers, |room| Speakers {
        active: room.active_speakers(),
        dominant: room.dominant_speaker(),
    })
}

fn concerns_speakers(event: &RoomEvent) -> bool {
    matches!(
        event,
        RoomEvent::ActiveSpeakersChange { .. }
            | RoomEvent::DominantSpeakerChange { .. }
            | RoomEvent::Lagged { .. }
            | RoomEvent::Left { .. }
    )
}
