//! Rarely needed actions: layout, recording the room, and access to other panels.

use yew::prelude::*;

use super::Panel;
use super::people::Hand;
use crate::i18n::fill;
use crate::layout::Arrangement;
use crate::ui::{Button, Icon, Look, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MoreProps {
    pub(crate) arrangement: Arrangement,
    pub(crate) on_arrangement: Callback<Arrangement>,
    pub(crate) recording: bool,
    pub(crate) on_record: Callback<()>,
    pub(crate) hand: Hand,
    /// Whether the server supports files.
    pub(crate) files: bool,
    /// The number of files that await an answer.
    pub(crate) offered: usize,
    pub(crate) sharing: bool,
    pub(crate) on_share: Callback<()>,
    pub(crate) on_panel: Callback<Panel>,
}

#[function_component]
pub(crate) fn More(props: &MoreProps) -> Html {
    let words = use_words();
    let MoreProps { arrangement, recording, hand, sharing, .. } = props;
    let open = |panel: Panel| {
        let on_panel = props.on_panel.clone();
        move |()| on_panel.emit(panel)
    };
    html! {
        <div class="more">
            <fieldset class="choice">
                <legend class="field__label">{ words.layout }</legend>
                { for Arrangement::ALL.map(|option| {
                    let (name, mark) = match option {
                        Arrangement::Grid => (words.layout_grid, Mark::Grid),
                        Arrangement::Spotlight => (words.layout_spotlight, Mark::Spotlight),
                        Arrangement::Sidebar => (words.layout_sidebar, Mark::Sidebar),
                    };
                    let onchange = {
                        let choose = props.on_arrangement.clone();
                        Callback::from(move |_: Event| choose.emit(option))
                    };
                    html! {
                        <label class="choice__option">
                            <input
                                type="radio"
                                name="layout"
                                value={option.as_str()}
                                checked={option == *arrangement}
                                data-test={format!("layout-{}", option.as_str())}
                                {onchange}
                            />
                            <Icon {mark} />
                            <span>{ name }</span>
                        </label>
                    }
                }) }
            </fieldset>
            <div class="more__small">
                <Button
                    name={if *sharing { words.stop_sharing } else { words.share_screen }}
                    mark={if *sharing { Mark::ScreenOff } else { Mark::Screen }}
                    look={Look::Quiet}
                    test="more-share"
                    onclick={props.on_share.clone()}
                />
                <Button
                    name={if hand.up { words.lower_hand } else { words.raise_hand }}
                    mark={Mark::Hand}
                    look={Look::Quiet}
                    test="more-hand"
                    onclick={hand.toggle.clone()}
                />
            </div>
            <Button
                name={if *recording { words.stop_recording_room } else { words.record_room }}
                mark={if *recording { Mark::Stop } else { Mark::Record }}
                look={Look::Quiet}
                class={classes!(recording.then_some("is-recording"))}
                test="record-room"
                onclick={props.on_record.clone()}
            />
            if props.files {
                <Button
                    name={match props.offered {
                        0 => words.files.to_owned(),
                        offered => fill(words.files_offered, "count", &offered.to_string()),
                    }}
                    mark={Mark::File}
                    look={Look::Quiet}
                    test="files-toggle"
                    onclick={open(Panel::Files)}
                />
            }
            <Button
                name={words.statistics}
                mark={Mark::Chart}
                look={Look::Quiet}
                test="statistics-toggle"
                onclick={open(Panel::Statistics)}
            />
            <Button
                name={words.settings}
                mark={Mark::Devices}
                look={Look::Quiet}
                test="more-settings"
                onclick={open(Panel::Devices)}
            />
        </div>
    }
}
