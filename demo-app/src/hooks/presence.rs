//! What a room says beside who is in it: one's own role, the lobby, and who speaks.

use futures::StreamExt;
use futures::future::{AbortHandle, Abortable};
use moim::{Lobby, ParticipantId, Role, Room, RoomEvent};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{JoinedRoom, use_interval};

/// A role that passes on is told to the others, and to oneself by nothing but the roster.
const ROLE_MS: u32 = 1_000;

/// A moment of a room.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Presence {
    pub(crate) role: Option<Role>,
    pub(crate) lobby: Lobby,
    /// Who of the others speaks.
    pub(crate) speakers: Vec<ParticipantId>,
    /// Who of the others leads the conversation.
    pub(crate) dominant: Option<ParticipantId>,
}

impl Presence {
    fn of(room: &Room) -> Self {
        Self {
            role: room.role(),
            lobby: room.lobby(),
            speakers: room.active_speakers(),
            dominant: room.dominant_speaker(),
        }
    }

    pub(crate) fn is_host(&self) -> bool {
        self.role == Some(Role::Host)
    }
}

/// The presence, kept up to date. `on_event` hears the room's events from now on.
#[hook]
pub(crate) fn use_presence(room: &JoinedRoom, on_event: Callback<RoomEvent>) -> Presence {
    let presence = use_state_eq(|| Presence::of(room));
    let latest = use_mut_ref(|| on_event.clone());
    latest.replace(on_event);
    {
        let presence = presence.setter();
        use_effect_with(room.clone(), move |room| {
            let (abort, registration) = AbortHandle::new_pair();
            let (room, mut events) = (room.clone(), room.events());
            let listen = async move {
                while let Some(event) = events.next().await {
                    presence.set(Presence::of(&room));
                    let on_event = latest.borrow().clone();
                    on_event.emit(event);
                }
            };
            spawn_local(async move {
                let _ = Abortable::new(listen, registration).await;
            });
            move || abort.abort()
        });
    }
    {
        let (presence, room) = (presence.setter(), room.clone());
        use_interval(Some(ROLE_MS), Callback::from(move |()| presence.set(Presence::of(&room))));
    }
    (*presence).clone()
}
