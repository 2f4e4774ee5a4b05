//! The bar at the top: the room, and rarely needed buttons.

use yew::prelude::*;

use super::Panel;
use super::invite::Invite;
use crate::hooks::Recordings;
use crate::ui::{Brand, Button, Icon, LanguageSwitch, Look, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HeaderProps {
    pub(crate) room: String,
    pub(crate) invite: Invite,
    pub(crate) recordings: Recordings,
    pub(crate) locked: bool,
    pub(crate) reconnecting: bool,
    pub(crate) panel: Option<Panel>,
    pub(crate) on_panel: Callback<Panel>,
}

#[function_component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let words = use_words();
    let invite = props.invite.clone();
    let open = |panel: Panel| {
        let on_panel = props.on_panel.clone();
        move |()| on_panel.emit(panel)
    };
    let running = props.recordings.entries().iter().filter(|entry| entry.is_running()).count();
    let any = !props.recordings.entries().is_empty();
    html! {
        <header class="topbar topbar--call">
            <Brand />
            <h1 class="topbar__room" title={props.room.clone()}>{ &props.room }</h1>
            if props.locked {
                <span class="sign" role="img" aria-label={words.locked} title={words.locked} data-test="locked">
                    <Icon mark={Mark::Lock} />
                </span>
            }
            <span class="topbar__state" role="status">
                if props.reconnecting {
                    <span data-test="reconnecting">{ words.room_reconnecting }</span>
                }
            </span>
            if any {
                <Button
                    name={if running > 0 { words.recording } else { words.recordings }}
                    mark={if running > 0 { Mark::Record } else { Mark::Reel }}
                    look={Look::Quiet}
                    pressed={props.panel == Some(Panel::Recordings)}
                    class={classes!("topbar__recordings", (running > 0).then_some("is-recording"))}
                    test="recordings-toggle"
                    onclick={open(Panel::Recordings)}
                />
            }
            <Button
                name={words.copy_link}
                icon_only={true}
                mark={Mark::Link}
                look={Look::Quiet}
                test="copy-link"
                onclick={move |()| invite.copy()}
            />
            <Button
                name={words.settings}
                icon_only={true}
                mark={Mark::Devices}
                look={Look::Quiet}
                pressed={props.panel == Some(Panel::Devices)}
                test="devices-toggle"
                onclick={open(Panel::Devices)}
            />
            <LanguageSwitch />
        </header>
    }
}
