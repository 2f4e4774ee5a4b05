//! What a room says beside who is in it: one's own role, the lobby, and who speaks.

use std::rc::Rc;

use moim::yew::{Speakers, use_lobby, use_room_events, use_speakers};
use moim::{Lobby, Role, RoomEvent};
use yew::prelude::*;

use super::JoinedRoom;

/// A moment of a room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Presence {
    pub(crate) role: Option<Role>,
    pub(crate) lobby: Rc<Lobby>,
    /// Who of the others speaks, and who leads.
    pub(crate) speakers: Rc<Speakers>,
    /// The browser holds sound back until there is a click.
    pub(crate) sound_blocked: bool,
}

impl Presence {
    pub(crate) fn is_host(&self) -> bool {
        self.role == Some(Role::Host)
    }
}

/// The presence, kept up to date.
#[hook]
pub(crate) fn use_presence(room: &JoinedRoom) -> Presence {
    let role = use_state_eq(|| room.role());
    let sound_blocked = use_state_eq(|| !room.can_play_audio());
    let (lobby, speakers) = (use_lobby(room), use_speakers(room));
    {
        let (role, sound_blocked, room) = (role.setter(), sound_blocked.setter(), room.clone());
        use_room_events(&room.clone(), move |event| match event {
            RoomEvent::AudioPlaybackChange { blocked } => sound_blocked.set(blocked),
            RoomEvent::RoleChange { .. } | RoomEvent::StateChange { .. } => role.set(room.role()),
            _ => {}
        });
    }
    Presence { role: *role, lobby, speakers, sound_blocked: *sound_blocked }
}
