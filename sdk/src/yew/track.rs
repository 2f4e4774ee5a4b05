//! A local or remote track as a plain value, and the state of a source.

use web_sys::MediaStreamTrack;

use super::use_participants::Participant;
use crate::{LocalTrack, MediaKind, RemoteParticipant, RemoteTrack, TrackSource};

/// A local or remote track, for the properties of a component.
#[derive(Clone, Debug, PartialEq)]
pub enum Track {
    /// A local track.
    Local(LocalTrack),
    /// A remote track.
    Remote(RemoteTrack),
}

impl Track {
    /// `MediaStreamTrack.id`, unique in this page.
    pub fn id(&self) -> String {
        self.as_raw().id()
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        match self {
            Self::Local(track) => track.kind(),
            Self::Remote(track) => track.kind(),
        }
    }

    /// The source of the track.
    pub fn source(&self) -> TrackSource {
        match self {
            Self::Local(track) => track.source(),
            Self::Remote(track) => track.source(),
        }
    }

    /// Whether it is silent or black because its publisher muted it.
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

    /// Another reference to the browser's object. (Its own `clone()` would create a second track.)
    pub fn to_raw(&self) -> MediaStreamTrack {
        Clone::clone(self.as_raw())
    }

    /// Whether its element must be muted: for video, and for audio of this page, to avoid an echo.
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

/// The argument of [`use_track`](super::use_track): a track, or a participant's source. Created from one of them.
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
        let track = participant.tracks().into_iter().find(|track| track.source() == source);
        // Publications exist before the tracks.
        let publication = participant.publications().into_iter().find(|known| known.source() == source);
        let muted = publication.is_none_or(|publication| publication.is_muted());
        Self { track: track.as_ref().map(Track::from), muted }
    }
}

impl From<(&Participant, TrackSource)> for TrackChoice {
    fn from((participant, source): (&Participant, TrackSource)) -> Self {
        (&**participant, source).into()
    }
}

impl<T: Into<TrackChoice>> From<Option<T>> for TrackChoice {
    fn from(choice: Option<T>) -> Self {
        choice.map_or(Self { track: None, muted: true }, Into::into)
    }
}
