//! Camera, microphone and screen of a room, by one call each.
//!
//! The room opens the devices and publishes their tracks. `local_tracks.rs` knows what is published, so that an
//! application may publish, mute, replace and unpublish the same tracks by their own calls.

mod prompt;
mod screen;

use std::cell::RefCell;
use std::future::Future;
use std::rc::{Rc, Weak};

use futures::channel::oneshot::Receiver;

use self::prompt::Prompt;
use self::screen::Screen;
use super::driver::Driver;
use super::{Handle, Room};
use crate::engine::capture::TrackConstraints;
use crate::engine::switch::Switch;
use crate::error::{Error, Result};
use crate::model::{Feature, PublicationId, TrackSource};
use crate::options::PublishOptions;
use crate::platform::task::spawn_local;
use crate::platform::{BlackPicture, CameraOptions, LocalTrack, MicrophoneOptions};

/// What the calls of this file have opened in a room.
#[derive(Debug, Default)]
pub(super) struct LocalMedia {
    camera: Device,
    microphone: Device,
    /// Sent in place of the camera while that is off.
    black: RefCell<Option<BlackPicture>>,
    prompt: Prompt,
    screen: Screen,
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Camera,
    Microphone,
}

#[derive(Debug, Default)]
struct Device {
    switch: RefCell<Switch<Result<Option<LocalTrack>>>>,
    /// What was wanted of it last.
    constraints: RefCell<Option<TrackConstraints>>,
    /// The track that the room has opened.
    opened: RefCell<Option<LocalTrack>>,
    /// The publication that it was opened for. The application may have published others of the same source.
    publication: RefCell<Option<PublicationId>>,
}

impl Device {
    fn constraints(&self, input: Input) -> TrackConstraints {
        self.constraints.borrow().clone().unwrap_or_else(|| input.default_constraints())
    }

    fn stop(&self) {
        if let Some(track) = self.opened.take() {
            track.stop();
        }
    }
}

impl LocalMedia {
    fn device(&self, input: Input) -> &Device {
        match input {
            Input::Camera => &self.camera,
            Input::Microphone => &self.microphone,
        }
    }

    /// Whether a track is there in place of a camera that is off.
    pub(super) fn is_black(&self, track: &LocalTrack) -> bool {
        self.black.borrow().as_ref().is_some_and(|black| black.track() == track)
    }

    /// The camera that was switched off is to be switched on for this publication.
    pub(super) fn name_camera(&self, id: &PublicationId) {
        self.camera.publication.replace(Some(id.clone()));
    }

    /// Stops a track, if the room has opened it.
    pub(super) fn stop_opened(&self, track: &LocalTrack) {
        for device in [&self.camera, &self.microphone] {
            if device.opened.borrow().as_ref() == Some(track) {
                device.stop();
            }
        }
    }

    /// The room is left: what it has opened is closed, and nobody gets what is opened from now on.
    pub(super) fn close(&self) {
        for device in [&self.camera, &self.microphone] {
            device.switch.borrow_mut().close();
            device.stop();
        }
        self.black.take();
        self.screen.close();
    }
}

impl Input {
    fn source(self) -> TrackSource {
        match self {
            Self::Camera => TrackSource::Camera,
            Self::Microphone => TrackSource::Microphone,
        }
    }

    fn default_constraints(self) -> TrackConstraints {
        match self {
            Self::Camera => CameraOptions::default().to_constraints(),
            Self::Microphone => MicrophoneOptions::default().to_constraints(),
        }
    }
}

impl Room {
    /// Switches the camera on or off; before [`join`](Self::join) too. On: opens a camera and publishes it, or unmutes
    /// the camera that is published: the one of this method, or else the first that the application has published to
    /// everyone; others stay as they are. Off: mutes all cameras that are published to everyone, and closes the one that the
    /// room has opened, so that its light goes out; the next call opens it again for the same publication. Returns the
    /// track when it is on. The track ends when the camera is switched off and when the room is left.
    ///
    /// `options` apply when a camera is opened. Default options mean: as the last time.
    ///
    /// Of calls in quick succession the last one holds, and all return its result. [`set_muted`](Self::set_muted) to
    /// `true` and [`unpublish`](Self::unpublish) of the camera while it is being opened, and a host's mute, count as
    /// switching it off. If
    /// camera and microphone are enabled without an await in between, the user is asked for both in one prompt. If the
    /// future is dropped, or the room is left, while the user is asked, a camera that comes later is closed at once.
    ///
    /// # Errors
    /// `InvalidState` for enabling it in a room that is left; those of [`Devices::camera`](crate::Devices::camera).
    pub fn set_camera_enabled(
        &self,
        enabled: bool,
        options: &CameraOptions,
    ) -> impl Future<Output = Result<Option<LocalTrack>>> + use<> {
        let wanted = (*options != CameraOptions::default()).then(|| options.to_constraints());
        self.switch_input(Input::Camera, enabled, wanted)
    }

    /// Switches the microphone on or off, as [`set_camera_enabled`](Self::set_camera_enabled) does the camera. Off
    /// mutes the publication; the device stays open, so that it is back at once.
    ///
    /// # Errors
    /// `InvalidState` for enabling it in a room that is left; those of [`Devices::microphone`](crate::Devices::microphone).
    pub fn set_microphone_enabled(
        &self,
        enabled: bool,
        options: &MicrophoneOptions,
    ) -> impl Future<Output = Result<Option<LocalTrack>>> + use<> {
        let wanted = (*options != MicrophoneOptions::default()).then(|| options.to_constraints());
        self.switch_input(Input::Microphone, enabled, wanted)
    }

    /// Whether a camera is published to everyone, and not muted.
    pub fn is_camera_enabled(&self) -> bool {
        self.driver().is_sending(TrackSource::Camera)
    }

    /// Whether a microphone is published to everyone, and not muted.
    pub fn is_microphone_enabled(&self) -> bool {
        self.driver().is_sending(TrackSource::Microphone)
    }

    fn switch_input(
        &self,
        input: Input,
        enabled: bool,
        wanted: Option<TrackConstraints>,
    ) -> impl Future<Output = Result<Option<LocalTrack>>> + use<> {
        let asked = self.expect_can_switch(enabled, input.source()).map(|()| {
            let device = self.driver().local_media.device(input);
            if wanted.is_some() {
                device.constraints.replace(wanted);
            }
            let (outcome, begins) = device.switch.borrow_mut().ask(enabled);
            if begins {
                let room = Rc::downgrade(&self.0);
                // After whatever else the task has called, such as the abortion of this call.
                spawn_local(async move { spawn_local(turn(room, input)) });
            }
            outcome
        });
        async move { switched(asked, enabled).await }
    }

    /// Nothing is opened that cannot be published.
    fn expect_can_switch(&self, enabled: bool, source: TrackSource) -> Result<()> {
        self.expect_not_left(ACTION)?;
        if !enabled {
            return Ok(());
        }
        self.expect_supported(Feature::Publish)?;
        self.expect_permitted(ACTION, source)
    }

    /// Sends the track of a device that was opened, as the publication of its kind.
    fn send_input(&self, input: Input, track: &LocalTrack) -> Result<()> {
        self.expect_not_left(ACTION)?;
        let driver = self.driver();
        let id = match driver.input(input) {
            Some((id, _)) => {
                driver.replace_local_track(&id, track);
                driver.mute(&id, false);
                id
            }
            None => self.start_publishing(track, &PublishOptions::default())?,
        };
        driver.local_media.device(input).publication.replace(Some(id));
        Ok(())
    }
}

/// Turns a switch to its wanted position. The room may be dropped meanwhile.
async fn turn(room: Weak<Handle>, input: Input) {
    let upgraded = || room.upgrade().map(Room);
    while let Some(on) =
        upgraded().and_then(|room| room.driver().local_media.device(input).switch.borrow_mut().next_turn())
    {
        let outcome = if on { turn_on(&room, input).await } else { Ok(None) };
        let Some(room) = upgraded() else { return };
        if !on {
            room.driver().turn_off(input);
        }
        room.driver().local_media.device(input).switch.borrow_mut().settle(&outcome);
    }
}

async fn turn_on(room: &Weak<Handle>, input: Input) -> Result<Option<LocalTrack>> {
    let upgraded = || room.upgrade().map(Room).ok_or_else(left);
    loop {
        let (asked, opening) = {
            let room = upgraded()?;
            let driver = room.driver();
            let device = driver.local_media.device(input);
            if !device.switch.borrow().is_wanted() {
                return Ok(None);
            }
            if let Some(track) = driver.unmute_input(input) {
                return Ok(Some(track));
            }
            let opened = device.opened.borrow().clone();
            if let Some(track) = opened.filter(|track| !track.is_ended()) {
                room.send_input(input, &track)?;
                return Ok(Some(track));
            }
            let asked = device.constraints(input);
            (asked.clone(), driver.open_input(input, asked))
        };
        let track = opening.await?;
        let room = upgraded()?;
        let driver = room.driver();
        let device = driver.local_media.device(input);
        if !device.switch.borrow().is_wanted() {
            return Ok(None); // the last handle of the track
        }
        // The application may have published another one meanwhile.
        if let Some(track) = driver.unmute_input(input) {
            return Ok(Some(track));
        }
        // A later call may have other options.
        if device.constraints(input) == asked {
            room.send_input(input, &track)?;
            device.opened.replace(Some(track.clone()));
            driver.drop_unused_black();
            return Ok(Some(track));
        }
    }
}

impl Driver {
    /// Unmutes the published track of a device, if there is one that is active.
    fn unmute_input(&self, input: Input) -> Option<LocalTrack> {
        let (id, track) = self.input(input)?;
        if track.is_ended() || self.local_media.is_black(&track) {
            return None;
        }
        self.mute(&id, false);
        self.drop_unused_black();
        Some(track)
    }

    fn turn_off(&self, input: Input) {
        let media = &self.local_media;
        let device = media.device(input);
        let opened = device.opened.borrow().clone();
        for id in self.published_to_all(input.source()) {
            let Some(track) = self.local_track(&id) else { continue };
            if track.is_ended() || media.is_black(&track) {
                continue;
            }
            self.mute(&id, true);
            if matches!(input, Input::Camera)
                && opened.as_ref() == Some(&track)
                && let Ok(black) = BlackPicture::in_place_of(&track)
            {
                self.replace_local_track(&id, black.track());
                media.black.replace(Some(black));
            }
        }
        if matches!(input, Input::Camera) {
            device.stop();
        }
        self.drop_unused_black();
    }

    /// A publication is muted, unmuted or withdrawn by another call, or muted by a host: call this before. If its switch
    /// is turning, this newer call holds. Returns whether it is.
    pub(in crate::room) fn overrule_switch(&self, id: &PublicationId, on: bool) -> bool {
        let is_input = |input: &Input| self.input(*input).is_some_and(|(switched, _)| switched == *id);
        let Some(input) = [Input::Camera, Input::Microphone].into_iter().find(is_input) else {
            return self.overrule_screen(id, on);
        };
        let mut switch = self.local_media.device(input).switch.borrow_mut();
        switch.overrule(on);
        switch.is_turning()
    }

    /// The application may have unpublished it, or sent another track in its place.
    fn drop_unused_black(&self) {
        let media = &self.local_media;
        let track = media.black.borrow().as_ref().map(|black| black.track().clone());
        if track.is_some_and(|track| self.publications_of(&track).is_empty()) {
            drop(media.black.take());
        }
    }

    /// The publication for everyone that a switch turns on, with its track: an active one, or else one that has ended.
    /// The one of the room comes first, then the application's in the order of publishing.
    fn input(&self, input: Input) -> Option<(PublicationId, LocalTrack)> {
        let own = self.local_media.device(input).publication.borrow().clone();
        let active =
            self.session.borrow().publications().iter().map(|one| one.id.clone()).collect::<Vec<_>>();
        let place = |id: &PublicationId| active.iter().position(|one| one == id);
        let has_ended = |id: &PublicationId| self.local_track(id).is_none_or(|track| track.is_ended());
        let found = self.published_to_all(input.source());
        let id = found.into_iter().min_by_key(|id| (has_ended(id), own.as_ref() != Some(id), place(id)))?;
        let track = self.local_track(&id)?;
        Some((id, track))
    }

    fn is_sending(&self, source: TrackSource) -> bool {
        self.published_to_all(source).iter().any(|id| self.is_live(id))
    }
}

const ACTION: &str = "open the camera, the microphone or the screen";

/// The result of a switch. In a room that is left, everything is off.
async fn switched<T>(asked: Result<Receiver<Result<Option<T>>>>, enabled: bool) -> Result<Option<T>> {
    let outcome = match asked {
        Ok(outcome) => outcome.await.unwrap_or_else(|_| Err(left())),
        Err(error) => Err(error),
    };
    if enabled { outcome } else { outcome.or(Ok(None)) }
}

fn left() -> Error {
    super::left(ACTION)
}
