//! `MediaStreamTrack`s of this page: <https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack>.

mod attach;
mod capture_handle;
mod changes;
mod events;
mod of_browser;
mod properties;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::StreamExt;
use moim_protocol::{MediaKind, TrackSource};
use web_sys::{MediaStreamTrack, MediaStreamTrackState};

pub use capture_handle::CaptureHandle;
pub(crate) use changes::{TrackChange, TrackWatch};
pub use events::TrackEvents;
pub use properties::FrameStats;

use super::listener::ListenerGuard;
use crate::engine::capture::{TrackConstraints, TrackEvent};

/// `MediaStreamTrack.kind`.
pub(crate) fn kind_of(track: &MediaStreamTrack) -> MediaKind {
    if track.kind() == MediaKind::Audio.as_str() { MediaKind::Audio } else { MediaKind::Video }
}

/// Audio or video of this page: a camera, a microphone, a shared display, or a track of the application.
///
/// Clones are handles to the same track. A track that was captured through this crate is stopped
/// when its last handle is dropped; one of the application is stopped only by [`stop`](Self::stop).
#[derive(Clone, Debug)]
pub struct LocalTrack(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    raw: MediaStreamTrack,
    source: TrackSource,
    stop_on_drop: Cell<bool>,
    /// The constraints that were applied when it was opened by `Devices`, or later.
    wanted: RefCell<Option<TrackConstraints>>,
}

impl LocalTrack {
    /// Wraps a track of the application, such as that of a canvas. Dropping the handle leaves it running.
    pub fn from_raw(track: MediaStreamTrack, source: TrackSource) -> Self {
        Self::new(track, source, false)
    }

    /// Wraps a captured track: it is stopped with the last handle.
    pub(super) fn captured(track: MediaStreamTrack, source: TrackSource) -> Self {
        Self::new(track, source, true)
    }

    fn new(raw: MediaStreamTrack, source: TrackSource, stop_on_drop: bool) -> Self {
        Self(Rc::new(Inner {
            raw,
            source,
            stop_on_drop: Cell::new(stop_on_drop),
            wanted: RefCell::default(),
        }))
    }

    /// Leaves the track to the garbage collector, which must not stop a camera at an arbitrary time.
    #[cfg(feature = "js")]
    pub(crate) fn keep_running_on_drop(&self) {
        self.0.stop_on_drop.set(false);
    }

    /// `MediaStreamTrack.id`, unique in this page.
    pub fn id(&self) -> String {
        self.0.raw.id()
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        kind_of(&self.0.raw)
    }

    /// The source of the track.
    pub fn source(&self) -> TrackSource {
        self.0.source
    }

    /// The device's name as reported by the browser. May be empty.
    pub fn label(&self) -> String {
        self.0.raw.label()
    }

    /// The id of the track's device, if it has one.
    pub fn device_id(&self) -> Option<String> {
        self.0.raw.get_settings().get_device_id().filter(|id| !id.is_empty())
    }

    /// Whether the track is enabled. A disabled track is silent or black.
    pub fn is_enabled(&self) -> bool {
        self.0.raw.enabled()
    }

    /// Disables (`false`) or enables the track, wherever it is played, recorded or published: the publications of a
    /// disabled track are muted. A camera's light may stay on: only [`stop`](Self::stop) frees the device. To mute one
    /// publication, use [`Room::set_muted`](crate::Room::set_muted).
    pub fn set_enabled(&self, enabled: bool) {
        self.0.raw.set_enabled(enabled);
        self.changed(TrackChange::Enabled);
    }

    /// Whether the track has ended.
    pub fn is_ended(&self) -> bool {
        self.0.raw.ready_state() == MediaStreamTrackState::Ended
    }

    /// Ends the track and frees its device. Its publications end too. Stopping again does nothing.
    pub fn stop(&self) {
        self.0.raw.stop();
        self.changed(TrackChange::Stopped);
    }

    /// Whether the source temporarily provides no media, for example because a headset's own mute switch is on. To mute
    /// from the application, use [`set_enabled`](Self::set_enabled).
    pub fn is_muted(&self) -> bool {
        self.0.raw.muted()
    }

    /// `MediaStreamTrack.clone`: a second track of the same source, with its own settings and lifetime. The device is
    /// released when both are stopped. (`Clone::clone` creates another handle to this track.)
    pub fn clone_track(&self) -> Self {
        #[allow(clippy::disallowed_methods, reason = "a second track is intended")]
        let copy = Self::captured(self.0.raw.clone(), self.0.source);
        copy.0.wanted.replace(self.wanted());
        copy
    }

    /// A stream of the track's events. It ends when the track has ended; for an ended track it is empty.
    pub fn events(&self) -> TrackEvents {
        TrackEvents::new(&self.0.raw)
    }

    /// A disabled [`clone_track`](Self::clone_track): black or silence of the same format.
    pub(crate) fn silent_copy(&self) -> Self {
        let copy = self.clone_track();
        copy.0.raw.set_enabled(false);
        copy
    }

    /// Calls `callback` when the browser ends the track: the device was unplugged, the permission was revoked, or
    /// sharing was stopped with the browser's own button. [`stop`](Self::stop) does not call it.
    pub fn on_ended(&self, mut callback: impl FnMut() + 'static) -> ListenerGuard {
        ListenerGuard::new(&self.0.raw, "ended", move |_| callback())
    }

    /// Resolves when the track has ended, either by the browser or by [`stop`](Self::stop).
    pub async fn ended(&self) {
        self.ended_by_browser().await;
    }

    /// Resolves when the track has ended. Returns true if it was not ended by [`stop`](Self::stop).
    pub(super) async fn ended_by_browser(&self) -> bool {
        self.events().any(|event| async move { event == TrackEvent::Ended }).await
    }

    pub(super) fn wanted(&self) -> Option<TrackConstraints> {
        self.0.wanted.borrow().clone()
    }

    pub(super) fn set_wanted(&self, wanted: TrackConstraints) {
        self.0.wanted.replace(Some(wanted));
    }

    /// The browser's object, owned. Changes made to it directly, such as `enabled = false` or `stop()`, fire no event:
    /// a room notices them at its next activity, at the latest with the server's heartbeat. This differs from
    /// `as_raw().clone()`, which is `MediaStreamTrack.clone()`: that creates a second track, and the device stays open
    /// until both are stopped.
    pub fn to_raw(&self) -> MediaStreamTrack {
        Clone::clone(&self.0.raw)
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &MediaStreamTrack {
        &self.0.raw
    }
}

impl PartialEq for LocalTrack {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.id() == other.id()
    }
}

impl Eq for LocalTrack {}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.stop_on_drop.get() {
            self.raw.stop();
            attach::detach_all(&self.raw);
        }
    }
}
