//! Sharing the screen with its sound.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::rc::{Rc, Weak};

use futures::FutureExt;
use futures::future::LocalBoxFuture;

use super::switched;
use crate::engine::switch::Switch;
use crate::error::Result;
use crate::model::{PublicationId, TrackSource};
use crate::options::PublishOptions;
use crate::platform::task::spawn_local;
use crate::platform::{
    DisplayCapture, DisplayOptions, ListenerGuard, LocalTrack, TrackChange, TrackWatch, capture_display,
};
use crate::room::driver::Driver;
use crate::room::{Handle, Room};

type Choosing = LocalBoxFuture<'static, Result<DisplayCapture>>;

/// What is shared, and the switch.
#[derive(Default)]
pub(super) struct Screen {
    switch: RefCell<Switch<Result<Option<DisplayCapture>>>>,
    /// The browser's dialog, until it is waited for.
    choosing: RefCell<Option<Choosing>>,
    /// Whether the dialog is open.
    is_choosing: Cell<bool>,
    shared: RefCell<Option<Shared>>,
    /// Tracks that were muted or unpublished by a newer call than the one that is turning the switch on.
    overruled: RefCell<Vec<LocalTrack>>,
}

/// What the room shares. The sound ends with the picture, whether that is published or not.
#[derive(Debug)]
struct Shared {
    capture: DisplayCapture,
    _watch: TrackWatch,
    _on_ended: ListenerGuard,
}

impl Shared {
    fn new(capture: DisplayCapture, driver: &Driver) -> Self {
        let (this, ended) = (driver.this.clone(), driver.this.clone());
        let watch = capture.video.watch(move |change| {
            if matches!(change, TrackChange::Stopped) {
                this.upgrade().iter().for_each(|driver| driver.check_local_tracks());
            }
        });
        let on_ended = capture.video.on_ended(move || {
            ended.upgrade().iter().for_each(|driver| driver.check_local_tracks());
        });
        Self { capture, _watch: watch, _on_ended: on_ended }
    }

    fn stop(&self) {
        self.capture.video.stop();
        self.capture.audio.iter().for_each(LocalTrack::stop);
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl Screen {
    /// What is shared now.
    fn shared(&self) -> Option<DisplayCapture> {
        let capture = self.shared.borrow().as_ref().map(|shared| shared.capture.clone());
        capture.filter(|capture| !capture.video.is_ended())
    }

    fn stop(&self) {
        if let Some(shared) = self.shared.take() {
            shared.stop();
        }
    }

    pub(super) fn close(&self) {
        self.switch.borrow_mut().close();
        drop(self.choosing.take());
        self.stop();
    }
}

impl Room {
    /// Shares the screen, or stops sharing it. On: lets the user choose a screen, a window or a tab, and publishes its video
    /// and, unless `options.audio` is `false`, its audio, if there is one. If a screen is shared already it does nothing, and if that was
    /// muted or unpublished, it is unmuted or published again, without a dialog. Off: unpublishes and stops both. The browser's own
    /// stop button does the same, with [`RoomEvent::LocalTrackEnded`] for each. Returns what is shared.
    ///
    /// Call it from an event handler of a click or a key: the browser is asked at once, before the future is first polled. Of
    /// calls in quick succession the last one holds. If the future is dropped, or the room is left, while the user chooses, nothing
    /// is shared.
    ///
    /// # Errors
    /// `InvalidState` for enabling it in a room that is left; those of [`capture_display`].
    ///
    /// [`RoomEvent::LocalTrackEnded`]: crate::RoomEvent::LocalTrackEnded
    pub fn set_screen_share_enabled(
        &self,
        enabled: bool,
        options: &DisplayOptions,
    ) -> impl Future<Output = Result<Option<DisplayCapture>>> + use<> {
        let asked = self.expect_can_switch(enabled, TrackSource::Screen).map(|()| {
            let screen = &self.driver().local_media.screen;
            screen.overruled.take();
            if enabled && self.driver().sharing().is_none() && !screen.is_choosing.replace(true) {
                let options = DisplayOptions { audio: options.audio.or(Some(true)), ..options.clone() };
                screen.choosing.replace(Some(capture_display(&options).boxed_local()));
            }
            let (outcome, begins) = screen.switch.borrow_mut().ask(enabled);
            if begins {
                let room = Rc::downgrade(&self.0);
                // After whatever else the task has called, such as the abortion of this call.
                spawn_local(async move { spawn_local(turn(room)) });
            }
            outcome
        });
        async move { switched(asked, enabled).await }
    }

    /// Whether a screen is published to everyone, and not muted.
    pub fn is_screen_share_enabled(&self) -> bool {
        self.driver().is_sending(TrackSource::Screen)
    }

    /// Publishes both tracks, or neither. A track that is published to everyone already is unmuted, and one that a newer
    /// call has muted or unpublished stays so.
    fn share(&self, capture: &DisplayCapture) -> Result<()> {
        let driver = self.driver();
        let active = [Some(&capture.video), capture.audio.as_ref()];
        let overruled = driver.local_media.screen.overruled.take();
        let is_meant = |track: &&LocalTrack| !track.is_ended() && !overruled.contains(track);
        let active = active.into_iter().flatten().filter(is_meant).cloned();
        let (published, new): (Vec<_>, Vec<_>) =
            active.partition(|track| driver.published_to_all_of(track).is_some());
        self.start_publishing_all(&new, &PublishOptions::default())?;
        for id in published.iter().filter_map(|track| driver.published_to_all_of(track)) {
            driver.mute(&id, false);
        }
        Ok(())
    }
}

/// Turns the switch to its wanted position. The room may be dropped meanwhile.
async fn turn(room: Weak<Handle>) {
    let upgraded = || room.upgrade().map(Room);
    while let Some((on, choosing)) = upgraded().and_then(|room| {
        let screen = &room.driver().local_media.screen;
        let next = screen.switch.borrow_mut().next_turn();
        next.map(|on| (on, screen.choosing.take()))
    }) {
        // Also if nothing is to be shared any more: the dialog is open until the user has answered.
        let chosen = match choosing {
            Some(choosing) => Some(choosing.await),
            None => None,
        };
        let Some(room) = upgraded() else { return };
        let screen = &room.driver().local_media.screen;
        if chosen.is_some() {
            screen.is_choosing.set(false);
        }
        let on = screen.switch.borrow_mut().latest(on);
        let is_wanted = screen.switch.borrow().is_wanted();
        let outcome = match (on, chosen) {
            (true, Some(Ok(capture))) if is_wanted => room.share(&capture).map(|()| {
                screen.stop();
                screen.shared.replace(Some(Shared::new(capture.clone(), room.driver())));
                Some(capture)
            }),
            (true, Some(Err(error))) => Err(error),
            (true, None) if is_wanted && !room.is_screen_share_enabled() => match room.driver().sharing() {
                Some(capture) => room.share(&capture).map(|()| Some(capture)),
                None => Ok(None),
            },
            (true, _) => Ok(room.driver().sharing()),
            (false, _) => {
                room.driver().stop_sharing();
                Ok(None)
            }
        };
        screen.switch.borrow_mut().settle(&outcome);
    }
}

impl Driver {
    /// What is shared now, or was unpublished or muted and can be shared again: by the room, or by the application.
    fn sharing(&self) -> Option<DisplayCapture> {
        let active = |source| {
            let tracks = self.published_to_all(source).into_iter().filter_map(|id| self.local_track(&id));
            tracks.into_iter().find(|track| !track.is_ended())
        };
        self.local_media.screen.shared().or_else(|| {
            let video = active(TrackSource::Screen)?;
            Some(DisplayCapture { video, audio: active(TrackSource::ScreenAudio) })
        })
    }

    fn published_to_all_of(&self, track: &LocalTrack) -> Option<PublicationId> {
        let same = |id: &PublicationId| self.local_track(id).as_ref() == Some(track);
        self.published_to_all(track.source()).into_iter().find(same)
    }

    /// See [`overrule_switch`](Self::overrule_switch). Muting a screen does not end it.
    pub(super) fn overrule_screen(&self, id: &PublicationId, on: bool) -> bool {
        let screen = &self.local_media.screen;
        let track = self.local_track(id).filter(|track| self.published_to_all_of(track).as_ref() == Some(id));
        let is_screen =
            |track: &LocalTrack| matches!(track.source(), TrackSource::Screen | TrackSource::ScreenAudio);
        let Some(track) = track.filter(is_screen).filter(|_| screen.switch.borrow().is_turning()) else {
            return false;
        };
        screen.overruled.borrow_mut().retain(|known| *known != track);
        if on {
            screen.switch.borrow_mut().overrule(true);
        } else {
            screen.overruled.borrow_mut().push(track);
        }
        true
    }

    fn stop_sharing(&self) {
        for source in [TrackSource::Screen, TrackSource::ScreenAudio] {
            self.published_to_all(source).iter().for_each(|id| self.unpublish_track(id));
        }
        self.local_media.screen.stop();
    }

    /// If the shared picture has ended, so does its sound. Their publications have ended before.
    pub(in crate::room) fn check_shared(&self) {
        let screen = &self.local_media.screen;
        let has_ended = screen.shared.borrow().as_ref().is_some_and(|shared| shared.capture.video.is_ended());
        let Some(shared) = has_ended.then(|| screen.shared.take()).flatten() else { return };
        shared.stop();
        for track in [Some(&shared.capture.video), shared.capture.audio.as_ref()].into_iter().flatten() {
            self.publications_of(track).iter().for_each(|id| drop(self.forget(id)));
        }
    }
}
