//! A track of another participant.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::{MediaStreamTrack, RtcRtpReceiver};

use crate::model::{MediaKind, ParticipantId, Publication, PublicationId, TrackSource};
use crate::platform::StatsSource;

/// Sound or pictures of another participant. A clone is another handle of the same track.
#[derive(Clone, Debug)]
pub struct RemoteTrack(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    participant_id: ParticipantId,
    publication: Publication,
    muted: Cell<bool>,
    raw: MediaStreamTrack,
    receiver: RtcRtpReceiver,
}

impl RemoteTrack {
    pub(super) fn new(
        participant_id: ParticipantId,
        publication: Publication,
        receiver: RtcRtpReceiver,
    ) -> Self {
        let muted = Cell::new(publication.muted);
        let raw = receiver.track();
        Self(Rc::new(Inner { participant_id, publication, muted, raw, receiver }))
    }

    pub(super) fn set_muted(&self, muted: bool) {
        self.0.muted.set(muted);
    }

    /// Who publishes the track.
    pub fn participant_id(&self) -> &ParticipantId {
        &self.0.participant_id
    }

    /// Which publication of that participant it is.
    pub fn publication_id(&self) -> &PublicationId {
        &self.0.publication.id
    }

    /// Sound or pictures.
    pub fn kind(&self) -> MediaKind {
        self.0.publication.kind
    }

    /// What the track shows.
    pub fn source(&self) -> TrackSource {
        self.0.publication.source
    }

    /// Whether its publisher muted it: it gives silence or black.
    pub fn is_muted(&self) -> bool {
        self.0.muted.get()
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &MediaStreamTrack {
        &self.0.raw
    }

    /// What receives it: for statistics of this track alone.
    pub fn as_receiver(&self) -> &RtcRtpReceiver {
        &self.0.receiver
    }

    /// Another reference to the browser's object. (Its own `clone()` would make a second track.)
    pub fn to_raw(&self) -> MediaStreamTrack {
        Clone::clone(&self.0.raw)
    }
}

impl From<&RemoteTrack> for StatsSource {
    fn from(track: &RemoteTrack) -> Self {
        track.as_receiver().into()
    }
}

impl PartialEq for RemoteTrack {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
