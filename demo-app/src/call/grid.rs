//! The tiles, as a grid that fits the window, or around one that is large.

use yew::prelude::*;

use super::tile::{Shown, Tile, label};
use super::tiles::{Source, TileModel};
use crate::browser;
use crate::errors::Attempt;
use crate::hooks::Recordings;
use crate::layout::{Arrangement, Claims, Shape};
use crate::ui::{Button, Look, Mark, use_words};
use moim::{Error, ParticipantId};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct GridProps {
    pub(crate) tiles: Vec<TileModel>,
    /// The layout that the user selected.
    pub(crate) arrangement: Arrangement,
    /// The key of the pinned tile.
    pub(crate) pinned: Option<String>,
    /// The dominant speaker.
    pub(crate) dominant: Option<ParticipantId>,
    pub(crate) on_pin: Callback<String>,
    /// The id of the participant whose tile files are dragged over.
    pub(crate) drop_on: Option<String>,
    pub(crate) recordings: Recordings,
    pub(crate) on_recording: Callback<()>,
    pub(crate) on_error: Callback<(Attempt, Error)>,
    /// The browser blocks audio until a user gesture.
    pub(crate) blocked: bool,
    pub(crate) on_sound: Callback<()>,
    /// The display height of a video has changed.
    pub(crate) on_shown: Callback<Shown>,
}

#[function_component]
pub(crate) fn Grid(props: &GridProps) -> Html {
    let words = use_words();

    let on_record = {
        let (recordings, on_recording, on_error) =
            (props.recordings.clone(), props.on_recording.clone(), props.on_error.clone());
        Callback::from(move |model: TileModel| match recordings.running(&model.key) {
            Some(entry) => recordings.stop(entry),
            None => {
                let who = label(words, &model);
                match recordings.start(model.key.clone(), who, browser::local_stamp(), &model.tracks()) {
                    Ok(()) => on_recording.emit(()),
                    Err(error) => on_error.emit((Attempt::Record, error)),
                }
            }
        })
    };
    // The large tile keeps its position in the list, so that nothing is re-created.
    let count = props.tiles.len();
    let (arrangement, stage) = claims(props).settle(props.arrangement, count);
    let (wide, tall) = (Shape::wide(count), Shape::tall(count));
    let others = count.saturating_sub(1).max(1);
    let strip = Shape::strip(others);
    let style = format!(
        "--wide-columns:{};--wide-rows:{};--tall-columns:{};--tall-rows:{};--others:{};--other-rows:{};--strip-columns:{};--strip-rows:{}",
        wide.columns,
        wide.rows,
        tall.columns,
        tall.rows,
        others,
        others.div_ceil(2),
        strip.columns,
        strip.rows
    );
    html! {
        <main class="area">
            if props.blocked {
                <div class="unlock">
                    <p>{ words.sound_blocked }</p>
                    <Button
                        name={words.enable_sound}
                        mark={Mark::Sound}
                        look={Look::Primary}
                        test="enable-sound"
                        onclick={props.on_sound.clone()}
                    />
                </div>
            }
            <ul class="tiles" data-layout={arrangement.as_str()} data-count={count.to_string()} {style} aria-label={words.participants}>
                { for props.tiles.iter().enumerate().map(|(index, model)| html! {
                    <Tile
                        key={model.key.clone()}
                        model={model.clone()}
                        stage={stage == Some(index)}
                        pinned={props.pinned.as_ref() == Some(&model.key)}
                        on_pin={props.on_pin.clone()}
                        target={is_target(model, props.drop_on.as_deref())}
                        recording={props.recordings.running(&model.key).is_some()}
                        on_record={on_record.clone()}
                        on_shown={props.on_shown.clone()}
                    />
                }) }
            </ul>
        </main>
    }
}

fn is_target(model: &TileModel, drop_on: Option<&str>) -> bool {
    model.receiver().is_some_and(|id| Some(id.0.as_str()) == drop_on)
}

/// The candidates for the large tile.
fn claims(props: &GridProps) -> Claims {
    let GridProps { tiles, pinned, dominant, .. } = props;
    Claims {
        pinned: tiles.iter().position(|tile| pinned.as_ref() == Some(&tile.key)),
        // The most recently shared screen.
        shown: tiles.iter().rposition(|tile| matches!(tile.source, Source::Screen | Source::Mix)),
        speaker: tiles.iter().position(|tile| dominant.is_some() && tile.participant == *dominant),
        other: tiles.iter().position(|tile| !tile.own),
    }
}
