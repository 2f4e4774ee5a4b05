//! Shares the screen in a room, until it is stopped here or with the browser's own button.

use moim::yew::Track;
use moim::{DisplayOptions, Error, Room};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The state of screen sharing, and its toggle.
#[derive(Clone)]
pub(crate) struct ScreenShare {
    tracks: UseStateHandle<Option<Vec<Track>>>,
    room: Room,
    on_error: Callback<Error>,
}

impl ScreenShare {
    /// The shared video and audio.
    pub(crate) fn tracks(&self) -> Option<Vec<Track>> {
        (*self.tracks).clone()
    }

    /// Starts or stops sharing. Call it from a click handler, as browsers require it.
    pub(crate) fn toggle(&self) {
        let enabled = self.tracks.is_none();
        let shared = self.room.set_screen_share_enabled(enabled, &DisplayOptions::with_audio());
        let (tracks, on_error) = (self.tracks.setter(), self.on_error.clone());
        spawn_local(async move {
            match shared.await {
                Ok(Some(capture)) => {
                    let both = [Some(&capture.video), capture.audio.as_ref()];
                    tracks.set(Some(both.into_iter().flatten().map(Track::from).collect()));
                    capture.video.ended().await;
                    tracks.set(None);
                }
                Ok(None) => {}
                Err(error) => on_error.emit(error),
            }
        });
    }
}

/// Screen sharing in `room`. It ends with the room.
#[hook]
pub(crate) fn use_screen_share(room: &Room, on_error: Callback<Error>) -> ScreenShare {
    ScreenShare { tracks: use_state(|| None), room: room.clone(), on_error }
}
