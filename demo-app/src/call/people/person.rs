//! One line of the list of people.

use moim::{ParticipantConnectionState, ParticipantId, PublicationId};
use yew::prelude::*;

use crate::browser;
use crate::format;
use crate::i18n::fill;
use crate::ui::{Button, Icon, Look, Mark, use_words};

/// The number of avatar colours in tokens.css.
const TINTS: u32 = 6;

/// The data of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PersonModel {
    /// `None` for the user.
    pub(super) id: Option<ParticipantId>,
    pub(super) name: String,
    pub(super) host: bool,
    pub(super) microphone: bool,
    pub(super) camera: bool,
    pub(super) hand: bool,
    /// `None` for the user, whose level is measured locally.
    pub(super) speaking: Option<bool>,
    pub(super) connection: Option<ParticipantConnectionState>,
    /// The publications that a host can mute.
    pub(super) microphone_publication: Option<PublicationId>,
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PersonProps {
    pub(super) model: PersonModel,
    /// Whether the user is the host, and may act on this participant.
    pub(super) host: bool,
    pub(super) on_mute: Callback<(ParticipantId, PublicationId)>,
    pub(super) on_remove: Callback<ParticipantId>,
    #[prop_or_default]
    pub(super) node: NodeRef,
}

#[function_component]
pub(super) fn Person(props: &PersonProps) -> Html {
    let words = use_words();
    let PersonProps { model, host, on_mute, on_remove, node } = props;
    let PersonModel { name, hand, microphone, camera, .. } = model;
    let asking = use_state_eq(|| false);
    let shown_name = match model.id {
        None => fill(words.you, "name", name),
        Some(_) => name.clone(),
    };
    let connection = match model.connection {
        None | Some(ParticipantConnectionState::Connected | ParticipantConnectionState::Closed) => None,
        Some(ParticipantConnectionState::New | ParticipantConnectionState::Connecting) => {
            Some(words.connecting)
        }
        Some(ParticipantConnectionState::Reconnecting | ParticipantConnectionState::Failed) => {
            Some(words.reconnecting)
        }
    };
    let sign = |mark: Mark, name: &'static str, class: &'static str| {
        html! { <span class={classes!("sign", class)} role="img" aria-label={name} title={name}><Icon {mark} /></span> }
    };
    let target = model.id.clone().zip(model.microphone_publication.clone()).filter(|_| *host);
    let mute = target.map(|target| {
        let on_mute = on_mute.clone();
        html! {
            <Button
                name={fill(words.mute_person, "name", name)}
                icon_only={true}
                mark={Mark::Microphone}
                look={Look::Quiet}
                class="person__order"
                test="person-mute"
                onclick={move |()| on_mute.emit(target.clone())}
            />
        }
    });
    let ask = |open: bool| {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(open))
    };
    let remove = {
        let (id, on_remove, asking) = (model.id.clone(), on_remove.clone(), asking.setter());
        Callback::from(move |()| {
            asking.set(false);
            if let Some(id) = &id {
                on_remove.emit(id.clone());
            }
            browser::focus("[data-test=panel-close]"); // the button that had the focus goes with its line
        })
    };
    html! {
        <li
            class="person"
            ref={node.clone()}
            data-test="person"
            data-participant={name.clone()}
            data-role={if model.host { "host" } else { "participant" }}
            data-hand={hand.to_string()}
            data-muted={(!microphone).to_string()}
            data-camera={if *camera { "on" } else { "off" }}
        >
            <div class="person__line" data-speaking={model.speaking.map(|speaking| speaking.to_string())}>
                <span class="person__face" aria-hidden="true" data-tint={format::tint(name, TINTS).to_string()}>
                    { format::initials(name) }
                </span>
                <span class="person__who">
                    <span class="person__name">{ shown_name }</span>
                    <span class="person__notes">
                        if model.host { <span class="tag"><Icon mark={Mark::Star} />{ words.host }</span> }
                        if let Some(connection) = connection { <span class="soft">{ connection }</span> }
                        if model.speaking == Some(true) { <span class="soft">{ words.speaking }</span> }
                    </span>
                </span>
                if *hand { { sign(Mark::Hand, words.hand_raised, "sign--hand") } }
                { match (mute, microphone) {
                    (Some(mute), _) => mute,
                    (None, true) => sign(Mark::Microphone, words.microphone_on, "sign--voice"),
                    (None, false) => sign(Mark::MicrophoneOff, words.muted, "sign--off"),
                } }
                { match camera {
                    true => sign(Mark::Camera, words.camera_on, ""),
                    false => sign(Mark::CameraOff, words.camera_off, "sign--off"),
                } }
                if *host {
                    <Button
                        name={fill(words.remove_person, "name", name)}
                        icon_only={true}
                        mark={Mark::PersonOff}
                        look={Look::Quiet}
                        class="person__order"
                        test="person-remove"
                        onclick={ask(!*asking)}
                    />
                }
            </div>
            if *host && *asking {
                <div class="person__question" role="alertdialog" aria-label={fill(words.remove_question, "name", name)}>
                    <p>{ fill(words.remove_question, "name", name) }</p>
                    <Button name={words.remove_now} look={Look::Danger} test="person-remove-confirm" onclick={remove} />
                    <Button name={words.cancel} onclick={ask(false)} />
                </div>
            }
        </li>
    }
}
