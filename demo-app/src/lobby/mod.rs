//! Before the call: how one looks and sounds, one's name, and the room.

mod form;
mod preview;

use moim::Error;
use yew::prelude::*;

use crate::app::Ticket;
use crate::errors::{Attempt, sentence};
use crate::hooks::{LocalMedia, Recordings};
use crate::inputs::{InputNotices, Pickers};
use crate::recordings::RecordingList;
use crate::ui::{Brand, Button, LanguageSwitch, Look, Mark, Notice, Tone, use_words};
use form::JoinForm;
use preview::Preview;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LobbyProps {
    pub(crate) media: LocalMedia,
    pub(crate) recordings: Recordings,
    pub(crate) ticket: Ticket,
    pub(crate) joining: bool,
    /// Why the last call ended.
    pub(crate) failure: Option<Error>,
    pub(crate) on_join: Callback<Ticket>,
    pub(crate) on_cancel: Callback<()>,
    pub(crate) on_dismiss: Callback<()>,
}

#[function_component]
pub(crate) fn Lobby(props: &LobbyProps) -> Html {
    let words = use_words();
    html! {
        <div class="lobby" data-test="lobby">
            <header class="topbar">
                <Brand />
                <LanguageSwitch />
            </header>
            <main class="lobby__main">
                if let Some(failure) = &props.failure {
                    <Notice text={sentence(words, Attempt::Call, failure)} tone={Tone::Alarm}>
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
                    </section>
                    <section class="card lobby__card">
                        <h1>{ words.lobby_title }</h1>
                        <p class="soft">{ words.tagline }</p>
                        <JoinForm
                            ticket={props.ticket.clone()}
                            joining={props.joining}
                            on_join={props.on_join.clone()}
                            on_cancel={props.on_cancel.clone()}
                        />
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
