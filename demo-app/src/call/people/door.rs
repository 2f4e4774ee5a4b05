//! The lobby of the room: whether it is locked, and who waits.

use std::rc::Rc;

use moim::{Lobby, ParticipantId};
use yew::prelude::*;

use crate::browser;
use crate::hooks::JoinedRoom;
use crate::i18n::fill;
use crate::ui::{Button, Icon, Look, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct DoorProps {
    pub(super) room: JoinedRoom,
    pub(super) lobby: Rc<Lobby>,
    /// Whether the user may change it.
    pub(super) host: bool,
}

#[function_component]
pub(super) fn Door(props: &DoorProps) -> Html {
    let words = use_words();
    let DoorProps { room, lobby, host } = props;
    if !host {
        return match lobby.locked {
            true => html! { <p class="door soft"><Icon mark={Mark::Lock} />{ words.room_locked }</p> },
            false => Html::default(),
        };
    }
    // It fails only when the room is left or the role was passed on, and then this is not shown.
    let lock = {
        let (room, locked) = (room.clone(), lobby.locked);
        move |()| {
            let _ = room.set_locked(!locked);
        }
    };
    let decide = |id: &ParticipantId, let_in: bool| {
        let (room, id) = (room.clone(), id.clone());
        Callback::from(move |()| {
            let _ = if let_in { room.admit(&id) } else { room.remove(&id) };
            browser::focus("[data-test=lock]"); // the button that had the focus goes with its line
        })
    };
    html! {
        <section class="door">
            <Button
                name={if lobby.locked { words.unlock_room } else { words.lock_room }}
                mark={Mark::Lock}
                test="lock"
                onclick={lock}
            />
            <p class="soft">{ if lobby.locked { words.lock_hint } else { words.unlocked_hint } }</p>
            if !lobby.waiting.is_empty() {
                <h3>{ words.waiting_title }</h3>
                <ul class="people">
                    { for lobby.waiting.iter().map(|waiting| html! {
                        <li
                            key={waiting.id.to_string()}
                            class="person person--waiting"
                            data-test="waiting-person"
                            data-participant={waiting.name.clone()}
                        >
                            <span class="person__name">{ &waiting.name }</span>
                            <div class="person__answer">
                                <Button
                                    name={words.admit}
                                    label={fill(words.admit_person, "name", &waiting.name)}
                                    look={Look::Primary}
                                    test="admit"
                                    onclick={decide(&waiting.id, true)}
                                />
                                <Button
                                    name={words.turn_away}
                                    label={fill(words.turn_away_person, "name", &waiting.name)}
                                    test="turn-away"
                                    onclick={decide(&waiting.id, false)}
                                />
                            </div>
                        </li>
                    }) }
                </ul>
            }
        </section>
    }
}
