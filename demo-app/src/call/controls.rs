//! The control bar at the bottom.

use yew::prelude::*;

use super::Panel;
use super::people::Hand;
use crate::hooks::LocalMedia;
use crate::i18n::fill;
use crate::inputs::{CameraToggle, MicrophoneToggle};
use crate::ui::{Button, Look, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ControlsProps {
    pub(crate) media: LocalMedia,
    pub(crate) sharing: bool,
    pub(crate) hand: Hand,
    pub(crate) panel: Option<Panel>,
    /// Whether the server supports chat.
    pub(crate) chat: bool,
    pub(crate) unread: usize,
    /// The number of participants whom the user can admit from the lobby.
    pub(crate) waiting: usize,
    /// The number of files that await the user's answer.
    pub(crate) offered: usize,
    pub(crate) on_share: Callback<()>,
    pub(crate) on_panel: Callback<Panel>,
    pub(crate) on_leave: Callback<()>,
}

#[function_component]
pub(crate) fn Controls(props: &ControlsProps) -> Html {
    let words = use_words();
    let hand = &props.hand;
    let count = |none: &str, some: &str, count: usize| match count {
        0 => none.to_owned(),
        count => fill(some, "count", &count.to_string()),
    };
    let opener = |panel: Panel, name: String, mark: Mark, badge: usize, test: &'static str| {
        let on_panel = props.on_panel.clone();
        let open = props.panel == Some(panel);
        html! {
            <Button
                {name}
                icon_only={true}
                look={Look::Round}
                {mark}
                pressed={open}
                class={classes!(open.then_some("is-active"))}
                {badge}
                {test}
                onclick={move |()| on_panel.emit(panel)}
            />
        }
    };
    let chat = count(words.chat, words.chat_unread, props.unread);
    let people = count(words.people, words.people_waiting, props.waiting);
    html! {
        <div class="controls" role="group" aria-label={words.call_controls}>
            <MicrophoneToggle input={props.media.microphone.clone()} />
            <CameraToggle input={props.media.camera.clone()} />
            <Button
                name={words.share_screen}
                hint={if props.sharing { words.stop_sharing } else { words.share_screen }}
                icon_only={true}
                look={Look::Round}
                mark={if props.sharing { Mark::ScreenOff } else { Mark::Screen }}
                pressed={props.sharing}
                class={classes!("controls__wide", props.sharing.then_some("is-active"))}
                test="share"
                onclick={props.on_share.clone()}
            />
            <Button
                name={words.raise_hand}
                hint={if hand.up { words.lower_hand } else { words.raise_hand }}
                icon_only={true}
                look={Look::Round}
                mark={Mark::Hand}
                pressed={hand.up}
                class={classes!("controls__wide", hand.up.then_some("is-active"))}
                test="hand"
                onclick={hand.toggle.clone()}
            />
            { opener(Panel::People, people, Mark::People, props.waiting, "people-toggle") }
            if props.chat {
                { opener(Panel::Chat, chat, Mark::Chat, props.unread, "chat-toggle") }
            }
            { opener(Panel::More, count(words.more, words.files_offered, props.offered), Mark::More, props.offered, "more-toggle") }
            <span class="controls__gap" />
            <Button
                name={words.leave}
                icon_only={true}
                look={Look::RoundDanger}
                mark={Mark::Leave}
                test="leave"
                onclick={props.on_leave.clone()}
            />
        </div>
    }
}
