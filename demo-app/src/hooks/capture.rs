//! The user's camera or microphone, with its permission and its failures.

use std::cell::Cell;
use std::rc::Rc;

use moim::{CameraOptions, Devices, Error, LocalTrack, MediaError, MicrophoneOptions};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaptureKind {
    Camera,
    Microphone,
}

/// The state of the capture.
#[derive(Clone, Debug)]
pub(crate) enum Capture {
    /// The browser was called and may be prompting the user.
    Starting,
    Live(LocalTrack),
    Failed(Error),
}

impl Capture {
    pub(crate) fn track(&self) -> Option<&LocalTrack> {
        match self {
            Self::Live(track) => Some(track),
            _ => None,
        }
    }

    pub(crate) fn error(&self) -> Option<&Error> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

impl PartialEq for Capture {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Starting, Self::Starting) => true,
            (Self::Live(one), Self::Live(other)) => one.id() == other.id(),
            (Self::Failed(one), Self::Failed(other)) => one == other,
            _ => false,
        }
    }
}

#[derive(Clone, Default, PartialEq)]
struct Request {
    device_id: Option<String>,
    attempt: u32,
}

/// The capture and its actions.
#[derive(Clone, PartialEq)]
pub(crate) struct CaptureHandle {
    pub(crate) capture: Capture,
    request: UseStateHandle<Request>,
}

impl CaptureHandle {
    /// The device of the track, or the requested one.
    pub(crate) fn device_id(&self) -> Option<String> {
        let live = self.capture.track().and_then(LocalTrack::device_id);
        live.or_else(|| self.request.device_id.clone())
    }

    /// Captures from another device.
    pub(crate) fn select(&self, device_id: String) {
        let device_id = Some(device_id).filter(|device_id| !device_id.is_empty());
        self.request.set(Request { device_id, attempt: self.request.attempt + 1 });
    }

    /// Tries again, with any device if the selected one failed.
    pub(crate) fn retry(&self) {
        let gone = matches!(
            self.capture.error(),
            Some(Error::Media(MediaError::Overconstrained { .. } | MediaError::NotFound { .. }))
        );
        let device_id = self.request.device_id.clone().filter(|_| !gone);
        self.request.set(Request { device_id, attempt: self.request.attempt + 1 });
    }
}

async fn open(kind: CaptureKind, device_id: Option<String>) -> Result<LocalTrack, Error> {
    let devices = Devices::new()?;
    match kind {
        CaptureKind::Camera => {
            let options = CameraOptions { device_id, ..CameraOptions::default() };
            devices.camera(&options).await
        }
        CaptureKind::Microphone => {
            let options = MicrophoneOptions { device_id, ..MicrophoneOptions::default() };
            devices.microphone(&options).await
        }
    }
}

/// Captures on mount, and whenever another device is selected.
#[hook]
pub(crate) fn use_capture(kind: CaptureKind) -> CaptureHandle {
    let capture = use_state_eq(|| Capture::Starting);
    let request = use_state(Request::default);
    // The open track: mobile browsers do not open a second camera before the first one is closed.
    let open_track = use_mut_ref(|| None::<LocalTrack>);

    {
        let capture = capture.setter();
        use_effect_with((*request).clone(), move |request| {
            let wanted = Rc::new(Cell::new(true));
            if let Some(previous) = open_track.borrow_mut().take() {
                previous.stop();
            }
            capture.set(Capture::Starting);
            let (device_id, still_wanted) = (request.device_id.clone(), wanted.clone());
            spawn_local(async move {
                let result = open(kind, device_id).await;
                if !still_wanted.get() {
                    return; // dropping a late track stops it
                }
                capture.set(match result {
                    Ok(track) => {
                        open_track.replace(Some(track.clone()));
                        Capture::Live(track)
                    }
                    Err(error) => Capture::Failed(error),
                });
            });
            move || wanted.set(false)
        });
    }
    {
        let setter = capture.setter();
        use_effect_with((*capture).clone(), move |capture| {
            let unplugged = capture.track().map(|track| {
                let device = match kind {
                    CaptureKind::Camera => "camera",
                    CaptureKind::Microphone => "microphone",
                };
                track.on_ended(move || setter.set(Capture::Failed(MediaError::NotFound { device }.into())))
            });
            move || drop(unplugged)
        });
    }
    CaptureHandle { capture: (*capture).clone(), request }
}
