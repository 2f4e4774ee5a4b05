//! Notices that disappear after some seconds.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::Panel;
use super::log::Note;
use crate::ui::{Button, Look, Mark, Notice, Tone, use_words};

const MILD_MS: u32 = 5_000;
const ALARM_MS: u32 = 12_000;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ToastsProps {
    pub(crate) notes: Vec<Note>,
    /// The open panel, whose content needs no notice.
    pub(crate) panel: Option<Panel>,
    pub(crate) on_dismiss: Callback<u32>,
    pub(crate) on_panel: Callback<Panel>,
}

#[function_component]
pub(crate) fn Toasts(props: &ToastsProps) -> Html {
    let is_shown = |note: &Note| note.event.panel().is_some_and(|panel| props.panel == Some(panel));
    html! {
        <div class="toasts">
            { for props.notes.iter().filter(|note| !is_shown(note)).map(|note| html! {
                <Toast
                    key={note.id}
                    note={note.clone()}
                    on_dismiss={props.on_dismiss.clone()}
                    on_panel={props.on_panel.clone()}
                />
            }) }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ToastProps {
    note: Note,
    on_dismiss: Callback<u32>,
    on_panel: Callback<Panel>,
}

#[function_component]
fn Toast(props: &ToastProps) -> Html {
    let words = use_words();
    let (id, tone) = (props.note.id, props.note.event.tone());
    let dismiss = {
        let on_dismiss = props.on_dismiss.clone();
        Callback::from(move |()| on_dismiss.emit(id))
    };
    {
        let dismiss = dismiss.clone();
        use_effect_with(id, move |_| {
            let delay = if tone == Tone::Alarm { ALARM_MS } else { MILD_MS };
            let timer = Timeout::new(delay, move || dismiss.emit(()));
            move || drop(timer)
        });
    }
    let show = props.note.event.panel().map(|panel| {
        let (on_panel, dismiss) = (props.on_panel.clone(), dismiss.clone());
        let show = move |()| {
            dismiss.emit(());
            on_panel.emit(panel);
        };
        html! { <Button name={words.show} test="toast-show" onclick={show} /> }
    });
    html! {
        <Notice text={props.note.event.text(words)} {tone}>
            { show }
            <Button name={words.dismiss} icon_only={true} mark={Mark::Close} look={Look::Quiet} onclick={dismiss} />
        </Notice>
    }
}
