//! The lobby of a room.

use std::rc::Rc;

use yew::prelude::*;

use super::use_room_value::use_room_value;
use crate::{Lobby, Room, RoomEvent};

/// The lobby: who waits to be admitted, and whether newcomers have to. Renders when that changes.
///
/// ```no_run
/// use moim::Room;
/// use moim::yew::use_lobby;
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     room: Room,
/// }
///
/// #[component]
/// fn Waiting(props: &Props) -> Html {
///     let lobby = use_lobby(&props.room);
///     html! {
///         for guest in &lobby.waiting {
///             <button onclick={
///                 let (room, id) = (props.room.clone(), guest.id.clone());
///                 move |_| drop(room.admit(&id)) // fails unless this participant is the host
///             }>{ &guest.name }</button>
///         }
///     }
/// }
/// ```
#[hook]
pub fn use_lobby<R: Into<Option<Room>>>(room: R) -> Rc<Lobby> {
    use_room_value(room.into(), concerns_lobby, Room::lobby)
}

fn concerns_lobby(event: &RoomEvent) -> bool {
    matches!(
        event,
        RoomEvent::LobbyChange { .. }
            | RoomEvent::StateChange { .. }
            | RoomEvent::Lagged { .. }
            | RoomEvent::Left { .. }
    )
}
