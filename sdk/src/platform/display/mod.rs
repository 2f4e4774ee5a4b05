//! Sharing a screen, a window or a tab: <https://www.w3.org/TR/screen-capture/>.

mod controller;
mod options;
mod region;

use std::future::Future;

use moim_protocol::{MediaKind, TrackSource};
use wasm_bindgen::{JsCast, JsValue};

pub use controller::{CaptureController, ZoomLevels};
pub use options::DisplayOptions;
pub use region::Region;

use super::devices::{acquire, media_devices, no_track};
use super::track::LocalTrack;
use crate::error::Result;

/// A shared screen, window or tab. The browser's own stop button ends the tracks: see [`LocalTrack::on_ended`].
#[derive(Clone, Debug)]
pub struct DisplayCapture {
    /// The video track.
    pub video: LocalTrack,
    /// The audio track, if it was requested and the user and the system provide it.
    pub audio: Option<LocalTrack>,
}

/// Prompts the user to select a screen, a window or a tab, and captures it.
///
/// Call it from a click or key handler: browsers require a recent user gesture. The browser is
/// called immediately, before the returned future is first polled.
/// <https://www.w3.org/TR/screen-capture/#dom-mediadevices-getdisplaymedia>
///
/// # Errors
/// A [`MediaError`](crate::MediaError) with the cause: `NotAllowed` if the user dismisses the dialog;
/// [`Error::InvalidOptions`](crate::Error::InvalidOptions) for a required constraint, which a display does not support,
/// and [`Error::Unsupported`](crate::Error::Unsupported) for one that this browser does not support, or if it has no
/// `getDisplayMedia`; [`Error::InvalidState`](crate::Error::InvalidState) without a recent user gesture.
pub fn capture_display(options: &DisplayOptions) -> impl Future<Output = Result<DisplayCapture>> + use<> {
    open_display(options, None)
}

fn open_display(
    options: &DisplayOptions,
    controller: Option<&JsValue>,
) -> impl Future<Output = Result<DisplayCapture>> + use<> {
    let capture = media_devices("getDisplayMedia").and_then(|devices| {
        let wanted = options.to_js(controller)?;
        let call = devices.get_display_media_with_constraints(wanted.unchecked_ref());
        Ok(acquire(call, "screen", TrackSource::Screen, TrackSource::ScreenAudio))
    });
    async move {
        let (videos, audios): (Vec<_>, Vec<_>) =
            capture?.await?.into_iter().partition(|track| track.kind() == MediaKind::Video);
        let video = videos.into_iter().next().ok_or_else(|| no_track("screen"))?;
        Ok(DisplayCapture { video, audio: audios.into_iter().next() })
    }
}
