//! The user's camera and microphone, with their on/off state.

use std::rc::Rc;

use moim::yew::{Track, use_devices};
use moim::{DeviceInfo, LocalTrack};
use yew::prelude::*;

use super::{Capture, CaptureHandle, CaptureKind, use_capture};

/// A device with its on/off state.
#[derive(Clone, PartialEq)]
pub(crate) struct Input {
    pub(crate) kind: CaptureKind,
    pub(crate) handle: CaptureHandle,
    on: UseStateHandle<bool>,
}

impl Input {
    /// Whether it provides media now.
    pub(crate) fn is_on(&self) -> bool {
        *self.on && self.handle.capture.track().is_some()
    }

    /// Whether the user turned it off.
    pub(crate) fn is_muted(&self) -> bool {
        !*self.on
    }

    /// The live track, turned on or not.
    pub(crate) fn track(&self) -> Option<Track> {
        self.handle.capture.track().map(Track::from)
    }

    /// Turns it off, after the host has muted it.
    pub(crate) fn switch_off(&self) {
        self.on.set(false);
    }

    /// Turns it on or off; tries again if the capture has failed.
    pub(crate) fn toggle(&self) {
        match self.handle.capture {
            Capture::Live(_) => self.on.set(!*self.on),
            Capture::Starting => {}
            Capture::Failed(_) => {
                self.on.set(true);
                self.handle.retry();
            }
        }
    }
}

/// Camera, microphone, and the list of devices.
#[derive(Clone, PartialEq)]
pub(crate) struct LocalMedia {
    pub(crate) camera: Input,
    pub(crate) microphone: Input,
    pub(crate) devices: Rc<Vec<DeviceInfo>>,
}

impl LocalMedia {
    /// The tracks to publish.
    pub(crate) fn tracks(&self) -> Vec<LocalTrack> {
        let inputs = [&self.camera, &self.microphone];
        inputs.into_iter().filter_map(|input| input.handle.capture.track().cloned()).collect()
    }
}

#[hook]
fn use_input(kind: CaptureKind) -> Input {
    let handle = use_capture(kind);
    let on = use_state_eq(|| true);
    use_effect_with((handle.capture.clone(), *on), |(capture, on)| {
        // Immediately, before the room is updated, so that a muted track is not sent for a moment.
        if let Some(track) = capture.track().filter(|track: &&LocalTrack| track.is_enabled() != *on) {
            track.set_enabled(*on);
        }
    });
    Input { kind, handle, on }
}

/// Captures camera and microphone. They are requested separately, so that a missing one does not prevent the other.
#[hook]
pub(crate) fn use_local_media() -> LocalMedia {
    let camera = use_input(CaptureKind::Camera);
    let microphone = use_input(CaptureKind::Microphone);
    let devices = use_devices();
    {
        // Some browsers report labels only during a capture.
        let devices = devices.clone();
        let captures = (camera.handle.capture.clone(), microphone.handle.capture.clone());
        use_effect_with(captures, move |_| devices.refresh());
    }
    LocalMedia { camera, microphone, devices: devices.all() }
}
