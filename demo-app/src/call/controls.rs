//! The bar at the bottom: what a thumb must reach.

use yew::prelude::*;

use super::Panel;
use crate::hooks::LocalMedia;
use crate::i18n::fill;
use crate::inputs::{CameraToggle, MicrophoneToggle};
use crate::ui::{Button, Look, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ControlsProps {
    pub(crate) media: LocalMedia,
    pub(crate) sharing: bool,
    pub(crate) panel: Option<Panel>,
    pub(crate) unread: usize,
    pub(crate) on_share: Callback<()>,
    pub(crate) on_panel: Callback<Panel>,
    pub(crate) on_leave: Callback<()>,
}

#[function_component]
pub(crate) fn Controls(props: &ControlsProps) -> Html {
    let words = use_words();
    let open_chat = {
        let on_panel = props.on_panel.clone();
        move |()| on_panel.emit(Panel::Chat)
    };
    let chat = match props.unread {
        0 => words.chat.to_owned(),
        unread => fill(words.chat_unread, "count", &unread.to_string()),
    };
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
                class={classes!(props.sharing.then_some("is-active"))}
                test="share"
                onclick={props.on_share.clone()}
            />
            <Button
                name={chat}
                icon_only={true}
                look={Look::Round}
                mark={Mark::Chat}
                pressed={props.panel == Some(Panel::Chat)}
                class={classes!((props.panel == Some(Panel::Chat)).then_some("is-active"))}
                badge={props.unread}
                test="chat-toggle"
                onclick={open_chat}
            />
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
