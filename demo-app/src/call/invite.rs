//! The invite link.

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::browser;
use crate::ticket::Ticket;
use crate::ui::{Button, Look, Mark, use_words};

/// Copies the link, or shows it where the browser denies clipboard access.
#[derive(Clone, PartialEq)]
pub(crate) struct Invite {
    link: String,
    by_hand: UseStateHandle<bool>,
    on_copied: Callback<()>,
}

impl Invite {
    pub(crate) fn copy(&self) {
        let (link, by_hand, on_copied) = (self.link.clone(), self.by_hand.setter(), self.on_copied.clone());
        spawn_local(async move {
            let copied = browser::copy(&link).await;
            by_hand.set(!copied);
            if copied {
                on_copied.emit(());
            }
        });
    }
}

#[hook]
pub(crate) fn use_invite(ticket: &Ticket, on_copied: Callback<()>) -> Invite {
    let by_hand = use_state_eq(|| false);
    Invite { link: browser::invitation(ticket), by_hand, on_copied }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct InviteProps {
    pub(crate) invite: Invite,
    /// Nobody else is here.
    pub(crate) alone: bool,
}

/// A line above the tiles: for the first participant, and for a link that must be copied manually.
#[function_component]
pub(crate) fn InviteBar(props: &InviteProps) -> Html {
    let words = use_words();
    let field = use_node_ref();
    let by_hand = *props.invite.by_hand;
    use_effect_with((field.clone(), by_hand), |(field, by_hand)| {
        if let Some(field) = field.cast::<HtmlInputElement>().filter(|_| *by_hand) {
            let _ = field.focus();
            field.select();
        }
    });
    if by_hand {
        let close = {
            let by_hand = props.invite.by_hand.clone();
            move |()| by_hand.set(false)
        };
        return html! {
            <div class="invite">
                <label class="invite__text" for="invite-link">{ words.link_by_hand }</label>
                <input
                    ref={field}
                    id="invite-link"
                    data-test="invite-link"
                    readonly=true
                    value={props.invite.link.clone()}
                    aria-label={words.invite_link}
                />
                <Button name={words.close} icon_only={true} mark={Mark::Close} look={Look::Quiet} onclick={close} />
            </div>
        };
    }
    if !props.alone {
        return Html::default();
    }
    let invite = props.invite.clone();
    html! {
        <div class="invite" data-test="alone">
            <p class="invite__text"><b>{ words.alone }</b>{ ". " }{ words.alone_hint }</p>
            <Button name={words.copy_link} mark={Mark::Link} onclick={move |()| invite.copy()} />
        </div>
    }
}
