//! The list of participants and of those who wait, with the host's actions.

mod door;
mod person;

use std::rc::Rc;

use moim::yew::Participant;
use moim::{ParticipantId, PublicationId, RemoteParticipant, Role, TrackSource};
use yew::prelude::*;

use crate::hooks::{JoinedRoom, LocalMedia, Presence, use_level};
use crate::ui::{Button, Mark, use_words};
use door::Door;
use person::{Person, PersonModel};

/// The attribute of a raised hand.
const HAND: &str = "hand";

/// Whether a participant's hand is raised.
pub(crate) fn has_hand_up(participant: &RemoteParticipant) -> bool {
    participant.attribute(HAND).is_some()
}

/// The user's raised hand and its toggle.
#[derive(Clone, PartialEq)]
pub(crate) struct Hand {
    pub(crate) up: bool,
    pub(crate) toggle: Callback<()>,
}

/// Publishes the user's raised hand as an attribute.
#[hook]
pub(crate) fn use_hand(room: &JoinedRoom) -> Hand {
    let up = use_state_eq(|| false);
    let toggle = {
        let (up, room) = (up.clone(), room.clone());
        Callback::from(move |()| {
            let mut update = moim::UpdateOptions::default();
            update.attributes.insert(HAND.to_owned(), (!*up).then(|| "up".to_owned()));
            if room.update(update).is_ok() {
                up.set(!*up);
            }
        })
    };
    Hand { up: *up, toggle }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PeopleProps {
    pub(crate) room: JoinedRoom,
    /// The user's own name.
    pub(crate) name: String,
    pub(crate) media: LocalMedia,
    pub(crate) hand: Hand,
    pub(crate) presence: Presence,
    pub(crate) participants: Rc<Vec<Participant>>,
}

#[function_component]
pub(crate) fn People(props: &PeopleProps) -> Html {
    let words = use_words();
    let PeopleProps { room, media, hand, presence, participants, .. } = props;
    // It fails only when the room is left or the role was passed on, and then there is no button for it.
    let on_mute = use_callback(room.clone(), |(who, what): (ParticipantId, PublicationId), room| {
        let _ = room.mute(&who, &what);
    });
    let on_remove = use_callback(room.clone(), |who: ParticipantId, room| {
        let _ = room.remove(&who);
    });
    let own_row = use_node_ref();
    use_level(own_row.clone(), media.microphone.track().filter(|_| media.microphone.is_on()));
    let own = PersonModel {
        id: None,
        name: props.name.clone(),
        host: presence.is_host(),
        microphone: media.microphone.is_on(),
        camera: media.camera.is_on(),
        hand: hand.up,
        speaking: None,
        connection: None,
        microphone_publication: None,
    };
    html! {
        <>
            <Door room={room.clone()} lobby={presence.lobby.clone()} host={presence.is_host()} />
            <ul class="people" aria-label={words.people}>
                <Person
                    key="self"
                    node={own_row}
                    model={own}
                    host={false}
                    on_mute={on_mute.clone()}
                    on_remove={on_remove.clone()}
                />
                { for participants.iter().filter(|participant| participant.role() != Role::Mixer).map(|participant| html! {
                    <Person
                        key={participant.id().to_string()}
                        model={model(participant, presence)}
                        host={presence.is_host()}
                        on_mute={on_mute.clone()}
                        on_remove={on_remove.clone()}
                    />
                }) }
            </ul>
            <Button
                name={if hand.up { words.lower_hand } else { words.raise_hand }}
                mark={Mark::Hand}
                pressed={hand.up}
                test="people-hand"
                onclick={hand.toggle.clone()}
            />
        </>
    }
}

fn model(participant: &RemoteParticipant, presence: &Presence) -> PersonModel {
    let on = |source: TrackSource| {
        participant
            .publications()
            .into_iter()
            .find(|publication| publication.source() == source && !publication.is_muted())
    };
    let microphone = on(TrackSource::Microphone);
    PersonModel {
        id: Some(participant.id().clone()),
        name: participant.name(),
        host: participant.role() == Role::Host,
        microphone: microphone.is_some(),
        camera: on(TrackSource::Camera).is_some(),
        hand: has_hand_up(participant),
        speaking: Some(presence.speakers.is_active(participant.id())),
        connection: Some(participant.connection_state()),
        microphone_publication: microphone.map(|publication| publication.id().clone()),
    }
}
