//! The room's state besides its participants: the user's role, the lobby, and the speakers.

use std::rc::Rc;

use moim::yew::{Speakers, use_lobby, use_room_events, use_speakers};
use moim::{Lobby, Role, RoomEvent, RoomState};
use yew::prelude::*;

use super::JoinedRoom;

/// A snapshot of a room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Presence {
    pub(crate) role: Option<Role>,
    pub(crate) lobby: Rc<Lobby>,
    /// The active speakers among the others, and the dominant one.
    pub(crate) speakers: Rc<Speakers>,
    /// The browser blocks audio until a user gesture.
    pub(crate) sound_blocked: bool,
    /// The connection to the signaling server is lost and being restored.
    pub(crate) reconnecting: bool,
}

impl Presence {
    pub(crate) fn is_host(&self) -> bool {
        self.role == Some(Role::Host)
    }
}

/// The room's presence, kept up to date.
#[hook]
pub(crate) fn use_presence(room: &JoinedRoom) -> Presence {
    let role = use_state_eq(|| room.role());
    let sound_blocked = use_state_eq(|| !room.can_play_audio());
    let reconnecting = use_state_eq(|| room.state() == RoomState::Reconnecting);
    let (lobby, speakers) = (use_lobby(room), use_speakers(room));
    {
        let (role, sound_blocked, room) = (role.setter(), sound_blocked.setter(), room.clone());
        let reconnecting = reconnecting.setter();
        use_room_events(&room.clone(), move |event| match event {
            RoomEvent::AudioPlaybackChange { blocked } => sound_blocked.set(blocked),
            RoomEvent::RoleChange { .. } => role.set(room.role()),
            RoomEvent::StateChange { state } => {
                role.set(room.role());
                reconnecting.set(state == RoomState::Reconnecting);
            }
            _ => {}
        });
    }
    Presence { role: *role, lobby, speakers, sound_blocked: *sound_blocked, reconnecting: *reconnecting }
}
