//! The side panel: one view at a time beside the tiles, a sheet over them on a phone.

use yew::prelude::*;

use crate::browser;
use crate::ui::{Button, Look, Mark, use_words};

/// What the side panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    Chat,
    People,
    Recordings,
    Files,
    Statistics,
    Devices,
    /// Access to panels without a button of their own.
    More,
}

impl Panel {
    /// The button that opens it.
    pub(crate) fn opener(self) -> &'static str {
        match self {
            Self::Chat => "[data-test=chat-toggle]",
            Self::Recordings => "[data-test=recordings-toggle]",
            Self::Devices => "[data-test=devices-toggle]",
            Self::People => "[data-test=people-toggle]",
            Self::Files | Self::Statistics | Self::More => "[data-test=more-toggle]",
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SidePanelProps {
    pub(crate) panel: Panel,
    pub(crate) on_close: Callback<()>,
    pub(crate) children: Html,
}

#[function_component]
pub(crate) fn SidePanel(props: &SidePanelProps) -> Html {
    let words = use_words();
    let (title, class) = match props.panel {
        Panel::Chat => (words.chat, "panel panel--chat"),
        Panel::Recordings => (words.recordings, "panel panel--recordings"),
        Panel::People => (words.people, "panel panel--people"),
        Panel::Files => (words.files, "panel panel--files"),
        Panel::Statistics => (words.statistics, "panel panel--statistics"),
        Panel::Devices => (words.settings, "panel panel--devices"),
        Panel::More => (words.more, "panel panel--more"),
    };
    // The chat focuses its input itself, and recordings open automatically.
    use_effect_with(props.panel, |panel| {
        if !matches!(panel, Panel::Chat | Panel::Recordings) {
            browser::focus("[data-test=panel]");
        }
    });
    let close = {
        let (on_close, opener) = (props.on_close.clone(), props.panel.opener());
        Callback::from(move |()| {
            on_close.emit(());
            browser::focus(opener);
        })
    };
    let onkeydown = {
        let close = close.clone();
        Callback::from(move |event: KeyboardEvent| {
            // Escape also ends the composition of a syllable; ignore it then.
            if event.key() == "Escape" && !event.is_composing() {
                close.emit(());
            }
        })
    };
    html! {
        <aside {class} aria-label={title} data-test="panel" tabindex="-1" {onkeydown}>
            <header class="panel__head">
                <h2>{ title }</h2>
                <Button
                    name={words.close}
                    icon_only={true}
                    mark={Mark::Close}
                    look={Look::Quiet}
                    test="panel-close"
                    onclick={close}
                />
            </header>
            <div class="panel__body">{ props.children.clone() }</div>
        </aside>
    }
}
