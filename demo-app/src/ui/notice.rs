//! A message about what happened and what to do.

use yew::prelude::*;

use super::{Icon, Mark};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// An error: announced immediately.
    Alarm,
    /// Information: announced when the screen reader is idle.
    #[default]
    Mild,
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct NoticeProps {
    pub(crate) text: AttrValue,
    #[prop_or_default]
    pub(crate) tone: Tone,
    /// Buttons.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[function_component]
pub(crate) fn Notice(props: &NoticeProps) -> Html {
    let (class, role, mark) = match props.tone {
        Tone::Alarm => ("notice notice--alarm", "alert", Mark::Warning),
        Tone::Mild => ("notice", "status", Mark::Info),
    };
    html! {
        <div {class} {role} data-test="notice">
            <Icon {mark} />
            <p>{ props.text.clone() }</p>
            { props.children.clone() }
        </div>
    }
}
