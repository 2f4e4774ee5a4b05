//! Sharing a screen, a window or a tab: <https://www.w3.org/TR/screen-capture/>.

use std::future::Future;

use moim_protocol::{MediaKind, TrackSource};
use serde::{Deserialize, Serialize};
use web_sys::DisplayMediaStreamConstraints;

use super::devices::{acquire, media_devices, no_track};
use super::exception::Failure;
use super::track::LocalTrack;
use crate::{Error, Result};

/// What to share besides the pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct DisplayOptions {
    /// Offers the user to share the sound too; not every browser and system can. Default: false.
    pub audio: bool,
}

/// What the user chose to share.
#[derive(Clone, Debug)]
pub struct DisplayCapture {
    /// The pictures.
    pub video: LocalTrack,
    /// The sound, if it was asked for and the user and the system gave it.
    pub audio: Option<LocalTrack>,
}

/// Lets the user choose a screen, a window or a tab, and captures it.
///
/// Call it from an event handler of a click or a key: browsers refuse it without a recent user action. The browser is
/// asked at once, before the returned future is first polled. A user who dismisses the dialog gives
/// [`MediaError::NotAllowed`](crate::MediaError::NotAllowed).
pub fn capture_display(options: &DisplayOptions) -> impl Future<Output = Result<DisplayCapture>> + use<> {
    let capture = open_display(options);
    async move { capture.await.map_err(Error::from) }
}

pub(crate) fn open_display(
    options: &DisplayOptions,
) -> impl Future<Output = Result<DisplayCapture, Failure>> + use<> {
    let capture = media_devices("getDisplayMedia").map(|devices| {
        let wanted = DisplayMediaStreamConstraints::new();
        wanted.set_video(&true.into());
        wanted.set_audio(&options.audio.into());
        let call = devices.get_display_media_with_constraints(&wanted);
        acquire(call, "screen", TrackSource::Screen, TrackSource::ScreenAudio)
    });
    async move {
        let (videos, audios): (Vec<_>, Vec<_>) =
            capture?.await?.into_iter().partition(|track| track.kind() == MediaKind::Video);
        let video = videos.into_iter().next().ok_or_else(|| no_track("screen"))?;
        Ok(DisplayCapture { video, audio: audios.into_iter().next() })
    }
}
