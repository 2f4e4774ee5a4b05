//! The quality of the call for this participant.

use yew::prelude::*;

use super::use_room_value::use_room_value;
use crate::{ParticipantQuality, Room, RoomEvent};

/// The quality of the call for this participant, with what limits it and on which side. Renders when it changes. `None`
/// until it has been measured. That of the call with another one is the `quality()` of a participant from
/// [`use_participants`](super::use_participants).
///
/// ```no_run
/// use moim::yew::use_quality;
/// use moim::{QualitySide, Room};
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     room: Room,
/// }
///
/// #[component]
/// fn Hint(props: &Props) -> Html {
///     let quality = use_quality(&props.room);
///     let is_own_network = quality.is_some_and(|quality| quality.level < 3 && quality.side == QualitySide::Uplink);
///     html! { if is_own_network { <p>{ "Your connection is slow." }</p> } }
/// }
/// ```
#[hook]
pub fn use_quality<R: Into<Option<Room>>>(room: R) -> Option<ParticipantQuality> {
    *use_room_value(room.into(), concerns_quality, Room::quality)
}

fn concerns_quality(event: &RoomEvent) -> bool {
    matches!(event, RoomEvent::Quality { .. } | RoomEvent::Lagged { .. })
}
