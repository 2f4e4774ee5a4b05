//! The list of recordings: running ones with their timers, and finished ones to play and download.

use moim::RecorderState;
use yew::prelude::*;

use crate::errors::{Attempt, sentence};
use crate::format;
use crate::hooks::{Entry, Recordings, Status, use_interval};
use crate::i18n::fill;
use crate::ui::{Button, Icon, Look, Mark, Notice, Tone, use_words};

/// The interval at which a timer is rendered.
const TICK_MS: u32 = 250;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct RecordingListProps {
    pub(crate) recordings: Recordings,
}

#[function_component]
pub(crate) fn RecordingList(props: &RecordingListProps) -> Html {
    let words = use_words();
    let recordings = &props.recordings;
    if recordings.entries().is_empty() {
        return html! { <p class="soft">{ words.no_recordings }</p> };
    }
    html! {
        <>
            <ul class="recordings">
                { for recordings.entries().iter().map(|entry| html! {
                    <li key={entry.id} class="recording">
                        <Item recordings={recordings.clone()} entry={entry.clone()} />
                    </li>
                }) }
            </ul>
            <p class="soft recordings__note">{ words.recordings_stay }</p>
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ItemProps {
    recordings: Recordings,
    entry: Entry,
}

#[function_component]
fn Item(props: &ItemProps) -> Html {
    let words = use_words();
    let ItemProps { recordings, entry } = props;
    let remove = {
        let (recordings, id) = (recordings.clone(), entry.id);
        html! {
            <Button
                name={words.remove}
                icon_only={true}
                mark={Mark::Remove}
                look={Look::Quiet}
                onclick={move |()| recordings.remove(id)}
            />
        }
    };
    let title = html! { <h3>{ fill(words.recording_of, "name", &entry.who) }</h3> };
    match &entry.status {
        Status::Running(_) => html! { <>{ title }<Running ..props.clone() /></> },
        Status::Finishing => html! {
            <>{ title }<p class="soft" role="status">{ words.recording_finishing }</p></>
        },
        Status::Failed(error) => html! {
            <>
                { title }
                <Notice text={sentence(words, Attempt::Record, error)} tone={Tone::Alarm}>{ remove }</Notice>
            </>
        },
        Status::Done(finished) => {
            let recording = &finished.recording;
            let name = recording.file_name(&format::recording_stem(&entry.who, &entry.stamp));
            let facts = format!(
                "{} · {}",
                format::clock(recording.duration_ms),
                format::size(recording.blob.size() as u64)
            );
            let source = finished.url.as_str().to_owned();
            html! {
                <>
                    { title }
                    <video
                        data-test="recording-playback"
                        aria-label={fill(words.recording_of, "name", &entry.who)}
                        src={source.clone()}
                        controls=true
                        playsinline=true
                        preload="auto"
                    />
                    <div class="recording__row">
                        <span class="soft">{ facts }</span>
                        <a class="button" href={source} download={name} data-test="recording-download">
                            <Icon mark={Mark::Download} />
                            <span>{ words.download }</span>
                        </a>
                        { remove }
                    </div>
                </>
            }
        }
    }
}

/// A running recording: its timer, pause and stop.
#[function_component]
fn Running(props: &ItemProps) -> Html {
    let words = use_words();
    let redraw = use_force_update();
    let ItemProps { recordings, entry } = props;
    {
        let (recordings, entry) = (recordings.clone(), entry.clone());
        let tick = Callback::from(move |()| {
            if let Status::Running(recorder) = &entry.status
                && recorder.state() == RecorderState::Stopped
            {
                recordings.stop(&entry); // the tracks ended: keep the recording
            }
            redraw.force_update();
        });
        use_interval(Some(TICK_MS), tick);
    }
    let Status::Running(recorder) = &entry.status else { return Html::default() };
    let paused = recorder.state() == RecorderState::Paused;
    let toggle = {
        let (recordings, entry) = (recordings.clone(), entry.clone());
        move |()| recordings.toggle_pause(&entry)
    };
    let stop = {
        let (recordings, entry) = (recordings.clone(), entry.clone());
        move |()| recordings.stop(&entry)
    };
    html! {
        <>
            <p class={classes!("recording__state", paused.then_some("is-paused"))}>
                <span class="dot" aria-hidden="true" />
                <span role="status">{ if paused { words.recording_paused } else { words.recording } }</span>
                <span class="clock" role="timer" aria-live="off" data-test="record-timer">
                    { format::clock(recorder.elapsed_ms()) }
                </span>
            </p>
            <div class="recording__row">
                <Button
                    name={if paused { words.resume } else { words.pause }}
                    mark={if paused { Mark::Play } else { Mark::Pause }}
                    test="record-pause"
                    onclick={toggle}
                />
                <Button name={words.stop} mark={Mark::Stop} look={Look::Danger} test="record-stop" onclick={stop} />
            </div>
        </>
    }
}
