//! Wraps browser tracks of the application, with their source as reported by the browser.

use moim_protocol::{MediaKind, TrackSource};
use wasm_bindgen::JsCast;
use web_sys::{MediaStream, MediaStreamTrack};

use super::{LocalTrack, kind_of};
use crate::platform::bindings::capture::get;

/// Like [`from_raw`](LocalTrack::from_raw), with the source [`Screen`](TrackSource::Screen) for video of a display, and
/// otherwise [`Camera`](TrackSource::Camera) or [`Microphone`](TrackSource::Microphone).
impl From<&MediaStreamTrack> for LocalTrack {
    fn from(track: &MediaStreamTrack) -> Self {
        let source = match kind_of(track) {
            MediaKind::Audio => TrackSource::Microphone,
            // <https://www.w3.org/TR/screen-capture/#dom-mediatracksettings-displaysurface>
            _ if get(&track.get_settings(), "displaySurface").is_string() => TrackSource::Screen,
            _ => TrackSource::Camera,
        };
        Self::from_raw(Clone::clone(track), source)
    }
}

impl From<MediaStreamTrack> for LocalTrack {
    fn from(track: MediaStreamTrack) -> Self {
        Self::from(&track)
    }
}

/// Another handle to the same track.
impl From<&LocalTrack> for LocalTrack {
    fn from(track: &LocalTrack) -> Self {
        track.clone()
    }
}

impl LocalTrack {
    /// The tracks of a stream. Audio in a stream with video of a display has the source of the display.
    pub(crate) fn of_stream(stream: &MediaStream) -> Vec<Self> {
        let raw: Vec<MediaStreamTrack> = stream.get_tracks().iter().map(JsCast::unchecked_into).collect();
        let tracks: Vec<Self> = raw.iter().map(Self::from).collect();
        let is_display = tracks.iter().any(|track| track.source() == TrackSource::Screen);
        let of_display = |track: Self| match track.kind() {
            MediaKind::Audio if is_display => Self::from_raw(track.to_raw(), TrackSource::ScreenAudio),
            _ => track,
        };
        tracks.into_iter().map(of_display).collect()
    }
}
