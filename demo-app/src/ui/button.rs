//! Buttons.

use web_sys::MouseEvent;
use yew::prelude::*;

use super::{Icon, Mark};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Look {
    #[default]
    Plain,
    Primary,
    Danger,
    /// A round icon button of the control bar.
    Round,
    /// The same, for leaving the call.
    RoundDanger,
    /// A small icon, without a background.
    Quiet,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "button",
            Self::Primary => "button button--primary",
            Self::Danger => "button button--danger",
            Self::Round => "button button--round",
            Self::RoundDanger => "button button--round button--danger",
            Self::Quiet => "button button--quiet",
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ButtonProps {
    /// The label; shown unless it is an icon button.
    pub(crate) name: AttrValue,
    pub(crate) onclick: Callback<()>,
    #[prop_or_default]
    pub(crate) mark: Option<Mark>,
    #[prop_or_default]
    pub(crate) look: Look,
    /// Shows only the icon.
    #[prop_or_default]
    pub(crate) icon_only: bool,
    /// The accessible name, where the context is not visible: "Admit Min" where "Admit" is shown.
    #[prop_or_default]
    pub(crate) label: Option<AttrValue>,
    /// The tooltip.
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    /// For a toggle: whether it is on.
    #[prop_or_default]
    pub(crate) pressed: Option<bool>,
    #[prop_or_default]
    pub(crate) disabled: bool,
    /// A small number in the corner.
    #[prop_or_default]
    pub(crate) badge: Option<usize>,
    /// `data-test`.
    #[prop_or_default]
    pub(crate) test: Option<&'static str>,
    #[prop_or_default]
    pub(crate) class: Classes,
}

#[function_component]
pub(crate) fn Button(props: &ButtonProps) -> Html {
    let onclick = {
        let onclick = props.onclick.clone();
        Callback::from(move |_: MouseEvent| onclick.emit(()))
    };
    let title = props.hint.clone().or_else(|| props.icon_only.then(|| props.name.clone()));
    html! {
        <button
            type="button"
            class={classes!(props.look.class(), props.class.clone())}
            aria-label={props.label.clone().or_else(|| props.icon_only.then(|| props.name.clone()))}
            aria-pressed={props.pressed.map(|pressed| pressed.to_string())}
            {title}
            disabled={props.disabled}
            data-test={props.test}
            {onclick}
        >
            if let Some(mark) = props.mark { <Icon {mark} /> }
            if !props.icon_only { <span>{ props.name.clone() }</span> }
            if let Some(badge) = props.badge.filter(|badge| *badge > 0) {
                <span class="badge" aria-hidden="true">{ badge }</span>
            }
        </button>
    }
}
