//! A track of the browser as a plain value.

use std::ops::Deref;

use web_sys::MediaStreamTrack;

/// The browser's track. Its clone is the same track: `MediaStreamTrack::clone` would make a second one, which keeps
/// the device open.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RawTrack(MediaStreamTrack);

impl RawTrack {
    pub(crate) fn list(tracks: &[Self]) -> Vec<MediaStreamTrack> {
        tracks.iter().map(|track| Clone::clone(&track.0)).collect()
    }
}

impl From<&MediaStreamTrack> for RawTrack {
    fn from(track: &MediaStreamTrack) -> Self {
        Self(Clone::clone(track))
    }
}

impl Deref for RawTrack {
    type Target = MediaStreamTrack;

    fn deref(&self) -> &MediaStreamTrack {
        &self.0
    }
}
