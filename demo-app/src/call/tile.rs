//! The video or screen of one participant.

use moim::yew::{Track, use_track};
use moim::{ParticipantConnectionState, ParticipantId, PublicationId, RemoteTrack};
use yew::prelude::*;

use super::quality::QualityBars;
use super::tiles::{Source, TileModel};
use crate::format;
use crate::hooks::{use_attached, use_level, use_shown_height};
use crate::i18n::{Words, fill};
use crate::ui::{Button, Icon, Look, Mark, use_words};

/// The number of avatar colours in tokens.css.
const TINTS: u32 = 6;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TileProps {
    pub(crate) model: TileModel,
    /// Shown large.
    pub(crate) stage: bool,
    /// Pinned.
    pub(crate) pinned: bool,
    /// Files are dragged over it.
    pub(crate) target: bool,
    pub(crate) recording: bool,
    pub(crate) on_pin: Callback<String>,
    /// Starts or stops a recording.
    pub(crate) on_record: Callback<TileModel>,
    pub(crate) on_shown: Callback<Shown>,
}

/// The publication shown, and its height; `None` if it is higher than all steps.
pub(crate) type Shown = ((ParticipantId, PublicationId), Option<u32>);

/// The text on a tile.
pub(crate) fn label(words: &'static Words, model: &TileModel) -> String {
    match (model.source, model.own) {
        (Source::Screen, true) => words.your_screen.to_owned(),
        (Source::Screen, false) => fill(words.screen_of, "name", &model.name),
        (Source::Mix, _) => words.everyone.to_owned(),
        (_, true) => fill(words.you, "name", &model.name),
        (_, false) => model.name.clone(),
    }
}

#[function_component]
pub(crate) fn Tile(props: &TileProps) -> Html {
    let words = use_words();
    let TileProps { model, stage, pinned, recording, .. } = props;
    let (tile, video) = (use_node_ref(), use_node_ref());
    use_track(&video, model.picture.as_ref());
    let voice = model.sound.first().filter(|_| model.source == Source::Camera && !model.muted);
    use_level(tile.clone(), voice.cloned());

    let on_shown =
        use_memo((model.publication.clone(), props.on_shown.clone()), |(publication, on_shown)| {
            let (publication, on_shown) = (publication.clone()?, on_shown.clone());
            Some(Callback::from(move |height| on_shown.emit((publication.clone(), height))))
        });
    use_shown_height(tile.clone(), (*on_shown).clone());

    let label = label(words, model);
    let status = match model.connection {
        None | Some(ParticipantConnectionState::Connected | ParticipantConnectionState::Closed) => None,
        Some(ParticipantConnectionState::New | ParticipantConnectionState::Connecting) => {
            Some(words.connecting)
        }
        Some(ParticipantConnectionState::Reconnecting | ParticipantConnectionState::Failed) => {
            Some(words.reconnecting)
        }
    };
    let record = {
        let (on_record, model) = (props.on_record.clone(), model.clone());
        move |()| on_record.emit(model.clone())
    };
    let pin = {
        let (on_pin, key) = (props.on_pin.clone(), model.key.clone());
        move |()| on_pin.emit(key.clone())
    };
    let record_name = if *recording { words.stop_recording_of } else { words.record };
    html! {
        <li
            ref={tile}
            class={classes!(
                "tile",
                stage.then_some("tile--stage"),
                model.own.then_some("tile--own"),
                props.target.then_some("is-target"),
                format!("tile--{}", model.source.as_str())
            )}
            data-test="tile"
            data-participant={model.name.clone()}
            data-drop={model.receiver().map(|id| id.0.clone())}
            data-own={model.own.to_string()}
            data-source={model.source.as_str()}
            data-muted={model.muted.to_string()}
            data-hand={model.hand.to_string()}
            data-pinned={pinned.to_string()}
            data-camera={if model.visible { "on" } else { "off" }}
            data-tint={format::tint(&model.name, TINTS).to_string()}
        >
            <video
                ref={video}
                class={classes!(
                    (model.own && model.source == Source::Camera).then_some("mirrored"),
                    (!model.visible).then_some("hidden")
                )}
                aria-label={label.clone()}
                autoplay=true
                playsinline=true
                muted=true
            />
            if !model.visible {
                <span class="tile__face" aria-hidden="true">{ format::initials(&model.name) }</span>
            }
            // A list of its own: mixed with others, a keyed child would re-create them all.
            <>
                { for model.sound.iter().filter_map(|track| match track {
                    Track::Remote(track) => {
                        Some(html! { <Sound key={track.as_raw().id()} track={track.clone()} /> })
                    }
                    Track::Local(_) => None, // the user's own audio is not played
                }) }
            </>
            if let Some(status) = status {
                <span class="tile__status" role="status">{ status }</span>
            }
            <span class="tile__label">
                if model.muted {
                    <span class="tile__muted" role="img" aria-label={words.muted} title={words.muted}>
                        <Icon mark={Mark::MicrophoneOff} />
                    </span>
                }
                if model.source == Source::Screen { <Icon mark={Mark::Screen} /> }
                <span class="tile__name">{ label.clone() }</span>
                if let Some(quality) = model.quality { <QualityBars {quality} /> }
            </span>
            if model.hand {
                <span class="tile__hand" role="img" aria-label={words.hand_raised} title={words.hand_raised}>
                    <Icon mark={Mark::Hand} />
                </span>
            }
            <div class="tile__tools">
                <Button
                    name={fill(if *pinned { words.unpin } else { words.pin }, "name", &label)}
                    icon_only={true}
                    look={Look::Quiet}
                    mark={Mark::Pin}
                    pressed={*pinned}
                    class={classes!("tile__tool", pinned.then_some("is-on"))}
                    test="pin"
                    onclick={pin}
                />
                <Button
                    name={fill(record_name, "name", &label)}
                    icon_only={true}
                    look={Look::Quiet}
                    mark={if *recording { Mark::Stop } else { Mark::Record }}
                    pressed={*recording}
                    class={classes!("tile__tool", recording.then_some("is-recording"))}
                    disabled={!recording && model.picture.is_none() && model.sound.is_empty()}
                    test="record"
                    onclick={record}
                />
            </div>
        </li>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct SoundProps {
    track: RemoteTrack,
}

/// A separate audio element, so that blocked audio does not block the video.
#[function_component]
fn Sound(props: &SoundProps) -> Html {
    let audio = use_node_ref();
    use_attached(audio.clone(), props.track.clone());
    html! { <audio ref={audio} autoplay=true /> }
}
