//! Changes that the page makes to its tracks through this crate. The browser fires no event for them, and Firefox does
//! not deliver one that is dispatched at a track.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use web_sys::MediaStreamTrack;

use super::LocalTrack;

thread_local! {
    static WATCHES: RefCell<Vec<(MediaStreamTrack, Callback)>> = const { RefCell::new(Vec::new()) };
}

type Callback = Rc<dyn Fn(TrackChange)>;

/// A change that the page made to a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrackChange {
    /// It enabled or disabled the track.
    Enabled,
    /// It is about to enable the track for one of its publications. The others must stay silent.
    Hold,
    /// It stopped the track.
    Stopped,
}

/// Calls its callback for each change of a track, made through any of its handles, until it is dropped.
#[must_use = "the watch ends as soon as it is dropped"]
pub(crate) struct TrackWatch(Callback);

impl TrackWatch {
    pub(super) fn new(track: &MediaStreamTrack, callback: impl Fn(TrackChange) + 'static) -> Self {
        let callback: Callback = Rc::new(callback);
        WATCHES.with_borrow_mut(|watches| watches.push((Clone::clone(track), callback.clone())));
        Self(callback)
    }
}

impl Drop for TrackWatch {
    fn drop(&mut self) {
        WATCHES.with_borrow_mut(|watches| watches.retain(|(_, callback)| !Rc::ptr_eq(callback, &self.0)));
    }
}

impl fmt::Debug for TrackWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrackWatch")
    }
}

impl LocalTrack {
    /// Watches the changes made to the track through this crate. Changes made to the browser's object directly are not
    /// noticed.
    pub(crate) fn watch(&self, callback: impl Fn(TrackChange) + 'static) -> TrackWatch {
        TrackWatch::new(self.as_raw(), callback)
    }

    /// Enables the track for one of its publications, and keeps the others silent.
    pub(crate) fn enable_for_one(&self) {
        self.changed(TrackChange::Hold);
        self.set_enabled(true);
    }

    pub(super) fn changed(&self, change: TrackChange) {
        let callbacks: Vec<_> = WATCHES.with_borrow(|watches| {
            let of_track = watches.iter().filter(|(track, _)| track == self.as_raw());
            of_track.map(|(_, callback)| callback.clone()).collect()
        });
        callbacks.iter().for_each(|callback| callback(change));
    }
}
