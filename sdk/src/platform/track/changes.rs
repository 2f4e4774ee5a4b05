//! What a page does to its tracks, for which the browser fires no event. It is fired at the browser's own object, so that
//! every handle of the same track learns of it.

use web_sys::{Event, MediaStreamTrack};

use super::LocalTrack;
use crate::platform::listener::ListenerGuard;

const ENABLED: &str = "moim:enabled";
const HOLD: &str = "moim:hold";
pub(super) const STOPPED: &str = "moim:stopped";

/// What happened to a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrackChange {
    /// It was enabled or disabled.
    Enabled,
    /// One of its publications is about to enable it. The others stay silent.
    Hold,
    /// It has ended, by `stop` or by the browser.
    Ended,
}

impl LocalTrack {
    /// Calls `callback` for each change, until the guards are dropped. Changes that were made at the browser's own object
    /// are not noticed.
    pub(crate) fn on_change(&self, callback: impl Fn(TrackChange) + Clone + 'static) -> Vec<ListenerGuard> {
        let changes = [
            (ENABLED, TrackChange::Enabled),
            (HOLD, TrackChange::Hold),
            (STOPPED, TrackChange::Ended),
            ("ended", TrackChange::Ended),
        ];
        let listen = |(name, change)| {
            let callback = callback.clone();
            ListenerGuard::new(self.as_raw(), name, move |_| callback(change))
        };
        changes.into_iter().map(listen).collect()
    }

    /// Enables the track for one of its publications, and leaves the others silent.
    pub(crate) fn enable_for_one(&self) {
        fire(self.as_raw(), HOLD);
        self.set_enabled(true);
    }

    pub(super) fn enabled_changed(&self) {
        fire(self.as_raw(), ENABLED);
    }

    pub(super) fn stopped(&self) {
        fire(self.as_raw(), STOPPED);
    }
}

fn fire(track: &MediaStreamTrack, name: &str) {
    if let Ok(event) = Event::new(name) {
        let _ = track.dispatch_event(&event);
    }
}
