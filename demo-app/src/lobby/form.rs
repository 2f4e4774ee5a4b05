//! The form with name, room and the join button.

use moim::Topology;
use web_sys::{HtmlInputElement, HtmlSelectElement, SubmitEvent};
use yew::prelude::*;

use crate::browser;
use crate::query;
use crate::ticket::Ticket;
use crate::ui::{Button, Icon, Look, Mark, use_words};

/// Longer names do not fit the layout; the server accepts twice as much.
const MAX_LENGTH: &str = "64";

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct JoinFormProps {
    pub(crate) ticket: Ticket,
    pub(crate) joining: bool,
    /// There is no server to join.
    pub(crate) disabled: bool,
    pub(crate) on_join: Callback<Ticket>,
    pub(crate) on_cancel: Callback<()>,
}

#[function_component]
pub(crate) fn JoinForm(props: &JoinFormProps) -> Html {
    let words = use_words();
    let draft = use_state_eq(|| props.ticket.clone());
    let nameless = use_state_eq(|| false);
    {
        let draft = draft.setter();
        use_effect_with(props.ticket.clone(), move |ticket| draft.set(ticket.clone()));
    }

    let on_name = {
        let (draft, nameless) = (draft.clone(), nameless.setter());
        Callback::from(move |event: InputEvent| {
            let name = event.target_unchecked_into::<HtmlInputElement>().value();
            nameless.set(false);
            draft.set(Ticket { name, ..(*draft).clone() });
        })
    };
    let on_room = {
        let draft = draft.clone();
        Callback::from(move |event: InputEvent| {
            let room = event.target_unchecked_into::<HtmlInputElement>().value();
            draft.set(Ticket { room, ..(*draft).clone() });
        })
    };
    let on_topology = {
        let draft = draft.clone();
        Callback::from(move |event: Event| {
            let topology = query::topology(&event.target_unchecked_into::<HtmlSelectElement>().value());
            draft.set(Ticket { topology, ..(*draft).clone() });
        })
    };
    let on_host = {
        let draft = draft.clone();
        Callback::from(move |event: Event| {
            let host = event.target_unchecked_into::<HtmlInputElement>().checked();
            draft.set(Ticket { host, ..(*draft).clone() });
        })
    };
    let suggest = {
        let draft = draft.clone();
        Callback::from(move |()| draft.set(Ticket { room: Ticket::suggest_room(), ..(*draft).clone() }))
    };
    let onsubmit = {
        let (draft, nameless, on_join) = (draft.clone(), nameless.setter(), props.on_join.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let name = draft.name.trim().to_owned();
            if name.is_empty() {
                nameless.set(true);
                return browser::focus("[data-test=name]");
            }
            let room = Some(draft.room.trim().to_owned()).filter(|room| !room.is_empty());
            let room = room.unwrap_or_else(Ticket::suggest_room);
            let ticket = Ticket { name, room, ..(*draft).clone() };
            draft.set(ticket.clone());
            on_join.emit(ticket);
        })
    };
    html! {
        <form class="form" {onsubmit} novalidate=true>
            <label class="field">
                <span class="field__label">{ words.your_name }</span>
                <input
                    data-test="name"
                    value={draft.name.clone()}
                    maxlength={MAX_LENGTH}
                    autocomplete="name"
                    placeholder={words.your_name_hint}
                    aria-invalid={nameless.then_some("true")}
                    aria-describedby={nameless.then_some("name-needed")}
                    oninput={on_name}
                />
                if *nameless {
                    <span id="name-needed" class="field__error" role="alert">{ words.name_needed }</span>
                }
            </label>
            <div class="field">
                <label class="field__label" for="room">{ words.room }</label>
                <div class="field__row">
                    <input
                        id="room"
                        data-test="room"
                        value={draft.room.clone()}
                        maxlength={MAX_LENGTH}
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        aria-describedby="room-hint"
                        oninput={on_room}
                    />
                    <Button
                        name={words.suggest_room}
                        icon_only={true}
                        mark={Mark::Refresh}
                        look={Look::Quiet}
                        onclick={suggest}
                    />
                </div>
                <span id="room-hint" class="soft">{ words.room_hint }</span>
            </div>
            if draft.has_choice() {
                <label class="field">
                    <span class="field__label">{ words.topology }</span>
                    <select data-test="topology" onchange={on_topology}>
                        { for [(Topology::Mesh, words.mesh), (Topology::Sfu, words.sfu), (Topology::Mcu, words.mcu)].map(|(topology, name)| html! {
                            <option value={topology.as_str()} selected={topology == draft.topology}>{ name }</option>
                        }) }
                    </select>
                </label>
                <label class="check">
                    <input
                        type="checkbox"
                        data-test="as-host"
                        checked={draft.host}
                        aria-describedby="host-hint"
                        onchange={on_host}
                    />
                    <span>
                        { words.as_host }
                        <span id="host-hint" class="soft">{ words.as_host_hint }</span>
                    </span>
                </label>
            }
            <button type="submit" class="button button--primary button--wide" data-test="join" disabled={props.joining || props.disabled}>
                if props.joining {
                    <span class="spinner" aria-hidden="true" />
                } else {
                    <Icon mark={Mark::Camera} />
                }
                <span aria-live="polite">{ if props.joining { words.joining } else { words.join } }</span>
            </button>
            if props.joining {
                <Button name={words.cancel} look={Look::Plain} onclick={props.on_cancel.clone()} />
            }
        </form>
    }
}
