//! Chat.

use web_sys::{Element, HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use super::log::Message;
use crate::browser;
use crate::ui::{Icon, Mark, use_words};

/// The maximum length in characters that fits into a message, in any script.
const MAX_LENGTH: &str = "2000";

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ChatProps {
    pub(crate) messages: Vec<Message>,
    /// The user's own name.
    pub(crate) name: String,
    /// Sends a message; `false` if that failed and the text must stay in the input.
    pub(crate) on_send: Callback<String, bool>,
}

#[function_component]
pub(crate) fn Chat(props: &ChatProps) -> Html {
    let words = use_words();
    let (list, input) = (use_node_ref(), use_node_ref());
    use_effect_with((), |()| browser::focus("[data-test=chat-input]"));
    use_effect_with((list.clone(), props.messages.len()), |(list, _)| {
        if let Some(list) = list.cast::<Element>() {
            list.set_scroll_top(list.scroll_height());
        }
    });
    let onsubmit = {
        let (input, on_send) = (input.clone(), props.on_send.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let text = input.value().trim().to_owned();
            if !text.is_empty() && on_send.emit(text) {
                input.set_value("");
            }
        })
    };
    html! {
        <div class="chat">
            <ul class="chat__list" ref={list} role="log" aria-live="polite" aria-label={words.chat} tabindex="0">
                if props.messages.is_empty() {
                    <li class="chat__empty soft">{ words.no_messages }</li>
                }
                { for props.messages.iter().enumerate().map(|(index, message)| {
                    let own = message.from.is_none();
                    let from = message.from.as_ref().unwrap_or(&props.name);
                    let shown = message.from.as_deref().unwrap_or(words.chat_you);
                    html! {
                        <li
                            key={index}
                            class={classes!("message", own.then_some("message--own"))}
                            data-test="chat-message"
                            data-from={from.clone()}
                        >
                            <p class="message__head"><b>{ shown }</b>{ " " }<time>{ &message.time }</time></p>
                            <p class="message__text">{ &message.text }</p>
                        </li>
                    }
                }) }
            </ul>
            <form class="chat__form" {onsubmit}>
                <input
                    ref={input}
                    data-test="chat-input"
                    aria-label={words.message}
                    placeholder={words.message_hint}
                    maxlength={MAX_LENGTH}
                    autocomplete="off"
                    enterkeyhint="send"
                />
                <button
                    type="submit"
                    class="button button--primary button--square"
                    data-test="chat-send"
                    aria-label={words.send}
                    title={words.send}
                >
                    <Icon mark={Mark::Send} />
                </button>
            </form>
        </div>
    }
}
