//! A track of another participant.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use web_sys::{HtmlMediaElement, MediaStreamTrack, RtcRtpReceiver};

use super::driver::Driver;
use crate::error::{Error, Result};
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
    driver: Weak<Driver>,
}

impl RemoteTrack {
    pub(super) fn new(
        participant_id: ParticipantId,
        publication: Publication,
        receiver: RtcRtpReceiver,
        driver: Weak<Driver>,
    ) -> Self {
        let muted = Cell::new(publication.muted);
        let raw = receiver.track();
        Self(Rc::new(Inner { participant_id, publication, muted, raw, receiver, driver }))
    }

    pub(super) fn set_muted(&self, muted: bool) {
        self.0.muted.set(muted);
    }

    pub(super) fn key(&self) -> (ParticipantId, PublicationId) {
        (self.0.participant_id.clone(), self.0.publication.id.clone())
    }

    /// Plays the track in an element, and starts playback. Several tracks may be attached to one element, such as the camera
    /// and the microphone of a participant: they play together, and one that ends leaves the others untouched. A second
    /// picture takes the place of the first. When the track ends it is detached; detach it before the element is thrown away.
    ///
    /// A browser that wants a click before there is sound holds the whole element back: see [`RoomEvent::AudioPlaybackChange`].
    /// Sound in an `<audio>` element of its own does not hold the picture back.
    ///
    /// # Errors
    /// `InvalidState` if the track has ended.
    ///
    /// [`RoomEvent::AudioPlaybackChange`]: crate::RoomEvent::AudioPlaybackChange
    pub fn attach(&self, element: &HtmlMediaElement) -> Result<()> {
        let is_live = |driver: &Rc<Driver>| driver.remote_tracks.borrow().get(&self.key()) == Some(self);
        let driver = self.0.driver.upgrade().filter(is_live);
        let ended = Error::InvalidState { action: "attach a track", state: "the track has ended" };
        driver.ok_or(ended)?.attach(self, element)
    }

    /// Undoes [`attach`](Self::attach). The element's other tracks play on. Does nothing if the track is not attached to it.
    pub fn detach(&self, element: &HtmlMediaElement) {
        if let Some(driver) = self.0.driver.upgrade() {
            driver.detach(self, element);
        }
    }

    /// Detaches the track from all elements.
    pub fn detach_all(&self) {
        if let Some(driver) = self.0.driver.upgrade() {
            driver.detach_all(self);
        }
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
