//! The lobby before the call: preview, name, and room.

mod check;
mod form;
mod preview;
mod waiting;

use moim::Error;
use yew::prelude::*;

use crate::errors::{Attempt, refusal, sentence};
use crate::hooks::{LocalMedia, Recordings};
use crate::i18n::fill;
use crate::inputs::{InputNotices, Pickers};
use crate::query;
use crate::recordings::RecordingList;
use crate::ticket::Ticket;
use crate::ui::{Brand, Button, LanguageSwitch, Look, Mark, Notice, Tone, use_words};
use check::SetupCheck;
use form::JoinForm;
use preview::Preview;
use waiting::Waiting;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LobbyProps {
    pub(crate) media: LocalMedia,
    pub(crate) recordings: Recordings,
    pub(crate) ticket: Ticket,
    /// The address names a kind of server that is unknown: joining is disabled.
    pub(crate) server_unknown: bool,
    pub(crate) joining: bool,
    /// Waiting: the host was asked to admit the user.
    pub(crate) waiting: bool,
    /// Why the previous call ended.
    pub(crate) failure: Option<Error>,
    pub(crate) on_join: Callback<Ticket>,
    pub(crate) on_cancel: Callback<()>,
    pub(crate) on_dismiss: Callback<()>,
}

#[function_component]
pub(crate) fn Lobby(props: &LobbyProps) -> Html {
    let words = use_words();
    let as_participant = {
        let (on_join, ticket) = (props.on_join.clone(), props.ticket.clone());
        move |()| on_join.emit(Ticket { host: false, ..ticket.clone() })
    };
    html! {
        <div class="lobby" data-test="lobby">
            <header class="topbar">
                <Brand />
                <LanguageSwitch />
            </header>
            <main class="lobby__main">
                if props.server_unknown {
                    <Notice text={fill(words.server_unknown, "kinds", &query::servers())} tone={Tone::Alarm} />
                }
                if let Some(failure) = &props.failure {
                    <Notice text={sentence(words, Attempt::Call, failure)} tone={Tone::Alarm}>
                        if refusal(failure) == Some("hostRefused") {
                            <Button
                                name={words.join_as_participant}
                                look={Look::Primary}
                                test="join-as-participant"
                                onclick={as_participant}
                            />
                        }
                        <Button
                            name={words.dismiss}
                            icon_only={true}
                            mark={Mark::Close}
                            look={Look::Quiet}
                            onclick={props.on_dismiss.clone()}
                        />
                    </Notice>
                }
                <div class="lobby__columns">
                    <section class="lobby__stage" aria-label={words.preview}>
                        <Preview media={props.media.clone()} />
                        <InputNotices media={props.media.clone()} />
                        <Pickers media={props.media.clone()} />
                        if !props.joining {
                            <SetupCheck media={props.media.clone()} />
                        }
                    </section>
                    <section class="card lobby__card">
                        if props.waiting {
                            <Waiting room={props.ticket.room.clone()} on_cancel={props.on_cancel.clone()} />
                        } else {
                            <h1>{ words.lobby_title }</h1>
                            <p class="soft">{ words.tagline }</p>
                            <JoinForm
                                ticket={props.ticket.clone()}
                                joining={props.joining}
                                disabled={props.server_unknown}
                                on_join={props.on_join.clone()}
                                on_cancel={props.on_cancel.clone()}
                            />
                        }
                    </section>
                </div>
                if !props.recordings.entries().is_empty() {
                    <section class="card lobby__recordings">
                        <h2>{ words.recordings }</h2>
                        <RecordingList recordings={props.recordings.clone()} />
                    </section>
                }
            </main>
        </div>
    }
}
