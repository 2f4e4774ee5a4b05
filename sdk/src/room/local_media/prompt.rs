//! Asking the user for camera and microphone: in one prompt, if both are wanted at once.

use std::cell::RefCell;
use std::future::Future;

use futures::channel::oneshot;
use futures::join;

use super::{Input, left};
use crate::engine::capture::TrackConstraints;
use crate::error::{Error, MediaError, Result};
use crate::model::MediaKind;
use crate::platform::task::spawn_local;
use crate::platform::{Devices, LocalTrack};
use crate::room::driver::Driver;

/// A device that is to be opened, and who gets it.
type Wanted = Option<(TrackConstraints, oneshot::Sender<Result<LocalTrack>>)>;

/// What the next prompt is to ask for.
#[derive(Debug, Default)]
pub(super) struct Prompt {
    camera: RefCell<Wanted>,
    microphone: RefCell<Wanted>,
}

impl Driver {
    /// Opens a device. If the other one is wanted in the same task, the browser is asked for both at once.
    pub(super) fn open_input(
        &self,
        input: Input,
        constraints: TrackConstraints,
    ) -> impl Future<Output = Result<LocalTrack>> + use<> {
        let (sender, opened) = oneshot::channel();
        let prompt = &self.local_media.prompt;
        let is_first = prompt.camera.borrow().is_none() && prompt.microphone.borrow().is_none();
        let wanted = match input {
            Input::Camera => &prompt.camera,
            Input::Microphone => &prompt.microphone,
        };
        wanted.replace(Some((constraints, sender)));
        if is_first {
            let this = self.this.clone();
            // After whatever else the task has called.
            spawn_local(async move {
                let taken = this.upgrade().map(|driver| {
                    let prompt = &driver.local_media.prompt;
                    (prompt.camera.take(), prompt.microphone.take())
                });
                if let Some((camera, microphone)) = taken {
                    ask(camera, microphone).await;
                }
            });
        }
        async move { opened.await.unwrap_or_else(|_| Err(left())) }
    }
}

/// A caller that was cancelled gets nothing: the device is closed immediately.
async fn ask(camera: Wanted, microphone: Wanted) {
    if let (Some((video, to_camera)), Some((audio, to_microphone))) = (&camera, &microphone)
        && !to_camera.is_canceled()
        && !to_microphone.is_canceled()
    {
        let opened = match Devices::new() {
            Ok(devices) => devices.open_both(video.clone(), audio.clone()).await,
            Err(error) => Err(error),
        };
        let outcomes = match opened {
            Ok((camera, microphone)) => Some((Ok(camera), Ok(microphone))),
            Err(error) if is_refusal(&error) => Some((Err(error.clone()), Err(error))),
            // One of them is missing, or in use. The other one does not suffer from it.
            Err(_) => None,
        };
        if let Some((video, audio)) = outcomes {
            answer(camera, video);
            answer(microphone, audio);
            return;
        }
    }
    join!(ask_alone(camera, MediaKind::Video), ask_alone(microphone, MediaKind::Audio));
}

async fn ask_alone(wanted: Wanted, kind: MediaKind) {
    let Some((constraints, to)) = wanted else { return };
    let opened = match Devices::new() {
        Ok(devices) => devices.open(kind, constraints).await,
        Err(error) => Err(error),
    };
    let _ = to.send(opened);
}

fn answer(wanted: Wanted, outcome: Result<LocalTrack>) {
    if let Some((_, to)) = wanted {
        let _ = to.send(outcome);
    }
}

/// Asking again would ask the user again.
fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Media(MediaError::NotAllowed { .. } | MediaError::InsecureContext))
}
