//! Whether media arrives, from anyone.

use std::cell::Cell;

use super::driver::Driver;
use super::remote_track::RemoteTrack;
use crate::model::MediaKind;
use crate::platform::last_played;

/// When the newest media was played that is known.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    newest: Cell<f64>,
}

impl Driver {
    /// Tells the session whether media has arrived since the last call. One track is enough, so the others are read only
    /// during a silence. Audio is first, because its packets arrive more often, and because its levels have just been read:
    /// a browser collects the sources of a receiver once in a task.
    pub(super) fn check_arrivals(&self) {
        let tracks: Vec<RemoteTrack> = self.remote_tracks.borrow().values().cloned().collect();
        let known = self.arrivals.newest.get();
        let of_kind = |kind| tracks.iter().filter(move |track| track.kind() == kind);
        let newer = of_kind(MediaKind::Audio)
            .chain(of_kind(MediaKind::Video))
            .map(|track| track.as_receiver().map_or(0.0, last_played))
            .find(|played| *played > known);
        self.arrivals.newest.set(newer.unwrap_or(known));
        self.with_session(|session| session.handle_arrivals(newer.is_some()));
    }
}
