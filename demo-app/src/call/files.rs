//! The file panel: selects files, answers offers, and shows progress.

use std::rc::Rc;

use moim::yew::Participant;
use moim::{FileDirection, ParticipantId, Role};
use web_sys::{File, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::errors::transfer_sentence;
use crate::format;
use crate::hooks::{FileEntry, FileStatus, Files, listed_files, use_interval};
use crate::i18n::fill;
use crate::ui::{Button, Icon, Look, Mark, use_words};

/// The interval at which progress is rendered.
const TICK_MS: u32 = 250;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FilePanelProps {
    pub(crate) files: Files,
    pub(crate) participants: Rc<Vec<Participant>>,
    pub(crate) on_files: Callback<(Vec<File>, Option<ParticipantId>)>,
}

#[function_component]
pub(crate) fn FilePanel(props: &FilePanelProps) -> Html {
    let words = use_words();
    let FilePanelProps { files, participants, on_files } = props;
    let to = use_state_eq(|| None::<ParticipantId>);
    let people = || participants.iter().filter(|participant| participant.role() != Role::Mixer);
    // Deselect a participant who has left.
    let receiver = (*to).clone().filter(|id| people().any(|participant| participant.id() == id));
    let on_choice = {
        let to = to.setter();
        Callback::from(move |event: Event| {
            let id = event.target_unchecked_into::<HtmlSelectElement>().value();
            to.set(Some(ParticipantId(id)).filter(|id| !id.0.is_empty()));
        })
    };
    let onchange = {
        let (on_files, receiver) = (on_files.clone(), receiver.clone());
        Callback::from(move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            on_files.emit((listed_files(input.files()), receiver.clone()));
            input.set_value(""); // so that the same file can be chosen again
        })
    };
    let nobody = people().next().is_none();
    html! {
        <>
            <label class="field">
                <span class="field__label">{ words.files_to }</span>
                <select data-test="files-to" onchange={on_choice} disabled={nobody}>
                    <option value="" selected={receiver.is_none()}>{ words.everyone }</option>
                    { for people().map(|participant| html! {
                        <option value={participant.id().0.clone()} selected={receiver.as_ref() == Some(participant.id())}>
                            { participant.name() }
                        </option>
                    }) }
                </select>
            </label>
            <label class={classes!("button", "button--primary", "picker", nobody.then_some("is-disabled"))}>
                <input type="file" multiple=true data-test="files-input" disabled={nobody} {onchange} />
                <Icon mark={Mark::File} />
                <span>{ words.choose_files }</span>
            </label>
            <p class="soft">{ if nobody { words.nobody_for_files } else { words.files_hint } }</p>
            if !files.entries().is_empty() {
                <ul class="files" aria-label={words.files}>
                    { for files.entries().iter().map(|entry| html! {
                        <Item key={entry.id} files={files.clone()} entry={entry.clone()} />
                    }) }
                </ul>
                <p class="soft">{ words.files_stay }</p>
            }
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ItemProps {
    files: Files,
    entry: FileEntry,
}

#[function_component]
fn Item(props: &ItemProps) -> Html {
    let words = use_words();
    let ItemProps { files, entry } = props;
    let redraw = use_force_update();
    let running = matches!(entry.status, FileStatus::Running(_));
    use_interval(running.then_some(TICK_MS), Callback::from(move |()| redraw.force_update()));
    let label = |template: &str| fill(template, "file", &entry.name);
    let end = {
        let (files, entry) = (files.clone(), entry.clone());
        move |()| files.end(&entry)
    };
    let close = |label: String, test: &'static str| {
        html! {
            <Button
                name={label}
                icon_only={true}
                mark={Mark::Close}
                look={Look::Quiet}
                {test}
                onclick={end.clone()}
            />
        }
    };
    let who = match entry.direction {
        FileDirection::Send => fill(words.file_to, "name", &entry.who),
        FileDirection::Receive => fill(words.file_from, "name", &entry.who),
    };
    let (state, content) = match &entry.status {
        FileStatus::Offered(_) => {
            let accept = {
                let (files, entry) = (files.clone(), entry.clone());
                move |()| files.accept(&entry)
            };
            let content = html! {
                <div class="person__answer">
                    <Button
                        name={words.accept}
                        label={label(words.accept_file)}
                        look={Look::Primary}
                        test="file-accept"
                        onclick={accept}
                    />
                    <Button name={words.decline} label={label(words.decline_file)} test="file-decline" onclick={end} />
                </div>
            };
            ("offered", content)
        }
        FileStatus::Running(transfer) => {
            let done = transfer.transferred();
            let text = match (entry.direction, done) {
                (FileDirection::Send, 0) => words.waits_for_answer.to_owned(),
                _ => format!("{} / {}", format::size(done), format::size(entry.size)),
            };
            let content = html! {
                <div class="file__row">
                    <progress
                        max={entry.size.max(1).to_string()}
                        value={done.to_string()}
                        aria-label={entry.name.clone()}
                        data-test="file-progress"
                    />
                    <span class="soft">{ text }</span>
                    { close(label(words.cancel_file), "file-cancel") }
                </div>
            };
            ("running", content)
        }
        FileStatus::Done(Some(url)) => {
            let content = html! {
                <div class="file__row">
                    <a
                        class="button"
                        href={url.as_str().to_owned()}
                        download={entry.name.clone()}
                        aria-label={label(words.save_file)}
                        data-test="file-download"
                    >
                        <Icon mark={Mark::Download} />
                        <span>{ words.save }</span>
                    </a>
                    { close(label(words.forget_file), "file-forget") }
                </div>
            };
            ("done", content)
        }
        FileStatus::Done(None) => {
            let content = html! {
                <div class="file__row">
                    <span class="file__state" role="status"><Icon mark={Mark::Check} />{ words.file_sent }</span>
                    { close(label(words.forget_file), "file-forget") }
                </div>
            };
            ("done", content)
        }
        FileStatus::Failed(error) => {
            let content = html! {
                <div class="file__row">
                    <span class="file__state file__state--failed" role="status">{ transfer_sentence(words, error) }</span>
                    { close(label(words.forget_file), "file-forget") }
                </div>
            };
            ("failed", content)
        }
    };
    html! {
        <li class="file" data-test="file" data-name={entry.name.clone()} data-who={entry.who.clone()} data-state={state}>
            <h3 class="file__name" title={entry.name.clone()}>{ &entry.name }</h3>
            <p class="soft">{ who }{ " · " }{ format::size(entry.size) }</p>
            { content }
        </li>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct DropHintProps {
    pub(crate) participants: Rc<Vec<Participant>>,
    /// The id of the participant whose tile the files are over; empty for everyone.
    pub(crate) over: String,
}

/// Shows who will receive the dropped files.
#[function_component]
pub(crate) fn DropHint(props: &DropHintProps) -> Html {
    let words = use_words();
    let one = props.participants.iter().find(|participant| participant.id().0 == props.over);
    let text = match one {
        Some(one) => fill(words.drop_for, "name", &one.name()),
        None => words.drop_for_all.to_owned(),
    };
    html! { <p class="drop" role="status"><Icon mark={Mark::File} />{ text }</p> }
}
