//! What a room says beside who is in it: one's own role, the lobby, and who speaks.

use std::rc::Rc;

use moim::yew::{Speakers, use_lobby, use_room_events, use_speakers};
use moim::{Lobby, Role, RoomEvent};
use yew::prelude::*;

use super::{JoinedRoom, use_interval};

/// A role that passes on is told to the others, and to oneself by nothing but the roster.
const ROLE_MS: u32 = 1_000;

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
        let sound_blocked = sound_blocked.setter();
        use_room_events(room, move |event| {
            if let RoomEvent::AudioPlaybackChange { blocked } = event {
                sound_blocked.set(blocked);
            }
        });
    }
    let look = {
        let (role, room) = (role.setter(), room.clone());
        Callback::from(move |()| role.set(room.role()))
    };
    use_interval(Some(ROLE_MS), look);
    Presence { role: *role, lobby, speakers, sound_blocked: *sound_blocked }
}
