//! Records all participants into one file.

use moim::{Error, MediaKind};
use yew::prelude::*;

use super::tile::label;
use super::tiles::{Source, TileModel};
use crate::browser;
use crate::errors::Attempt;
use crate::hooks::{MixPart, Recordings, use_room_mix};
use crate::ui::use_words;

/// The key of this recording, in place of a tile's key.
pub(crate) const ROOM: &str = "room";

/// Whether the room is being recorded, and the toggle.
#[derive(Clone, PartialEq)]
pub(crate) struct RecordedRoom {
    pub(crate) running: bool,
    pub(crate) toggle: Callback<()>,
}

/// Records all `tiles` into one video and one audio track, added to the list of recordings.
#[hook]
pub(crate) fn use_recorded_room(
    recordings: &Recordings,
    tiles: &[TileModel],
    on_recording: Callback<()>,
    on_error: Callback<(Attempt, Error)>,
) -> RecordedRoom {
    let words = use_words();
    let mixed = tiles.iter().any(|tile| tile.source == Source::Mix);
    let part = |tile: &TileModel| -> MixPart {
        let part = tile.mix_part(label(words, tile));
        // A mixer's video includes the user; only the user's own voice is missing.
        let tracks =
            part.tracks.into_iter().filter(|track| !(mixed && tile.own) || track.kind() == MediaKind::Audio);
        MixPart { tracks: tracks.collect(), ..part }
    };
    let needed = recordings.is_needed(ROOM);
    let mix = use_room_mix(tiles.iter().map(part).collect(), needed);
    let running = recordings.running(ROOM).cloned();
    let toggle = {
        let (recordings, running) = (recordings.clone(), running.clone());
        Callback::from(move |()| {
            if let Some(running) = &running {
                return recordings.stop(running);
            }
            let started = mix.start().and_then(|tracks| {
                recordings.start(ROOM.to_owned(), words.the_room.to_owned(), browser::local_stamp(), &tracks)
            });
            match started {
                Ok(()) => on_recording.emit(()),
                Err(error) => on_error.emit((Attempt::Record, error)),
            }
        })
    };
    RecordedRoom { running: running.is_some(), toggle }
}
