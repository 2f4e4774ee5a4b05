//! The waiting screen of a locked room.

use yew::prelude::*;

use crate::browser;
use crate::i18n::fill;
use crate::ui::{Button, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct WaitingProps {
    pub(crate) room: String,
    pub(crate) on_cancel: Callback<()>,
}

#[function_component]
pub(crate) fn Waiting(props: &WaitingProps) -> Html {
    let words = use_words();
    // The focused form was removed.
    use_effect_with((), |()| browser::focus("[data-test=waiting-cancel]"));
    html! {
        <div class="waiting" data-test="waiting" role="status">
            <span class="spinner spinner--large" aria-hidden="true" />
            <h1>{ words.waiting_title }</h1>
            <p>{ fill(words.waiting_hint, "room", &props.room) }</p>
            <Button name={words.cancel} test="waiting-cancel" onclick={props.on_cancel.clone()} />
        </div>
    }
}
