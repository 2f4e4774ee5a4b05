//! A track of either side as a plain value, and what there is to show of a source.

use web_sys::MediaStreamTrack;

use crate::{LocalTrack, MediaKind, RemoteParticipant, RemoteTrack, TrackSource};

/// A track of this page or of another participant: something to show, for properties of a component.
#[derive(Clone, Debug, PartialEq)]
pub enum Track {
    /// Of this page.
    Local(LocalTrack),
    /// Of another participant.
    Remote(RemoteTrack),
}

impl Track {
    /// `MediaStreamTrack.id`, unique in this page.
    pub fn id(&self) -> String {
        self.as_raw().id()
    }

    /// Sound or pictures.
    pub fn kind(&self) -> MediaKind {
        match self {
            Self::Local(track) => track.kind(),
            Self::Remote(track) => track.kind(),
        }
    }

    /// What the track shows.
    pub fn source(&self) -> TrackSource {
        match self {
            Self::Local(track) => track.source(),
            Self::Remote(track) => track.source(),
        }
    }

    /// Whether it gives silence or black since its publisher wants it so.
    pub fn is_muted(&self) -> bool {
        match self {
            Self::Local(track) => !track.is_enabled(),
            Self::Remote(track) => track.is_muted(),
        }
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &MediaStreamTrack {
        match self {
            Self::Local(track) => track.as_raw(),
            Self::Remote(track) => track.as_raw(),
        }
    }

    /// Another reference to the browser's object. (Its own `clone()` would make a second track.)
    pub fn to_raw(&self) -> MediaStreamTrack {
        Clone::clone(self.as_raw())
    }

    /// Whether an element that shows it makes no sound: a picture has none, and nobody wants to hear oneself.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self, Self::Local(_)) || self.kind() == MediaKind::Video
    }
}

impl From<&LocalTrack> for Track {
    fn from(track: &LocalTrack) -> Self {
        Self::Local(track.clone())
    }
}

impl From<&RemoteTrack> for Track {
    fn from(track: &RemoteTrack) -> Self {
        Self::Remote(track.clone())
    }
}

/// What [`use_track`](super::use_track) shows: a track, or what a participant gives of a source. Made from one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackChoice {
    pub(super) track: Option<Track>,
    pub(super) muted: bool,
}

impl From<Track> for TrackChoice {
    fn from(track: Track) -> Self {
        Self { muted: track.is_muted(), track: Some(track) }
    }
}

impl From<&Track> for TrackChoice {
    fn from(track: &Track) -> Self {
        track.clone().into()
    }
}

impl From<&LocalTrack> for TrackChoice {
    fn from(track: &LocalTrack) -> Self {
        Track::from(track).into()
    }
}

impl From<&RemoteTrack> for TrackChoice {
    fn from(track: &RemoteTrack) -> Self {
        Track::from(track).into()
    }
}

impl From<(&RemoteParticipant, TrackSource)> for TrackChoice {
    fn from((participant, source): (&RemoteParticipant, TrackSource)) -> Self {
        let track = participant.tracks.iter().find(|track| track.source() == source);
        // Publications are there before the tracks, and as fresh as the participant is.
        let publication = participant.publications.iter().find(|publication| publication.source == source);
        Self { track: track.map(Track::from), muted: publication.is_none_or(|publication| publication.muted) }
    }
}

impl<T: Into<TrackChoice>> From<Option<T>> for TrackChoice {
    fn from(choice: Option<T>) -> Self {
        choice.map_or(Self { track: None, muted: true }, Into::into)
    }
}
