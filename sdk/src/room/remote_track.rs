//! A track of another participant.

use std::hash::{Hash, Hasher};
use std::rc::{Rc, Weak};

use web_sys::{HtmlMediaElement, MediaStreamTrack, MediaStreamTrackState, RtcRtpReceiver};

use super::driver::Driver;
use super::publication::Publication;
use crate::error::{Error, Result};
use crate::model::{MediaKind, ParticipantId, PublicationId, TrackSource};
use crate::platform::received_track::ReceivedTrack;
use crate::platform::{StatsSource, media_element};

/// Audio or video of another participant. Clones are handles to the same track.
///
/// The track belongs to one publication and ends with it: when the publication ends, when it is unsubscribed from, and
/// when the room is left.
#[derive(Clone, Debug)]
pub struct RemoteTrack(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    participant_id: ParticipantId,
    publication: Publication,
    media: ReceivedTrack,
    /// Its JavaScript object, while the track lives.
    #[cfg(feature = "js")]
    object: std::cell::RefCell<wasm_bindgen::JsValue>,
    driver: Weak<Driver>,
}

impl RemoteTrack {
    pub(super) fn new(
        participant_id: ParticipantId,
        publication: Publication,
        receiver: RtcRtpReceiver,
        driver: Weak<Driver>,
    ) -> Self {
        let media = ReceivedTrack::new(receiver);
        Self(Rc::new(Inner {
            participant_id,
            publication,
            media,
            #[cfg(feature = "js")]
            object: Default::default(),
            driver,
        }))
    }

    /// The publication has ended, or was unsubscribed from.
    pub(super) fn end(&self) {
        self.0.media.end();
        // The object holds this track: a cycle.
        #[cfg(feature = "js")]
        self.0.object.take();
    }

    /// Its JavaScript object: the same one while the track lives.
    #[cfg(feature = "js")]
    pub(crate) fn object(&self, make: impl FnOnce(Self) -> wasm_bindgen::JsValue) -> wasm_bindgen::JsValue {
        let known = self.0.object.borrow().clone();
        if known.is_object() && !crate::js::identity::is_freed(&known) {
            return known;
        }
        let object = make(self.clone());
        if !self.is_ended() {
            self.0.object.replace(object.clone());
        }
        object
    }

    pub(super) fn key(&self) -> (ParticipantId, PublicationId) {
        (self.0.participant_id.clone(), self.publication_id().clone())
    }

    /// Plays the track in an element, and starts playback. Several tracks may be attached to one element, such as the
    /// camera and the microphone of a participant: they play in sync, and the end of one does not affect the others. A
    /// second video track replaces the first. When the track ends it is detached; detach it before discarding the
    /// element.
    ///
    /// If the browser requires a user gesture to play audio, the whole element is blocked: see
    /// [`RoomEvent::AudioPlaybackChange`]. Audio in a separate `<audio>` element does not block the video.
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

    /// [Attaches](Self::attach) the track to a new `<video>` or `<audio>` element, which the application adds to the
    /// page. When nothing is attached to the element any more, it is removed from the page.
    ///
    /// # Errors
    /// The errors of [`attach`](Self::attach).
    pub fn attach_new(&self) -> Result<HtmlMediaElement> {
        let element = media_element(self.kind())?;
        self.attach(&element)?;
        if let Some(driver) = self.0.driver.upgrade() {
            driver.own(&element);
        }
        Ok(element)
    }

    /// Undoes [`attach`](Self::attach). Other tracks of the element continue to play. Has no effect if the track is not
    /// attached to it.
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

    /// The id of the publisher.
    pub fn participant_id(&self) -> &ParticipantId {
        &self.0.participant_id
    }

    /// The id of the publication.
    pub fn publication_id(&self) -> &PublicationId {
        self.0.publication.id()
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        self.0.publication.kind()
    }

    /// The source of the track.
    pub fn source(&self) -> TrackSource {
        self.0.publication.source()
    }

    /// Whether its publisher muted it: it is silent or black.
    pub fn is_muted(&self) -> bool {
        self.0.publication.is_muted()
    }

    /// Whether the track has ended.
    pub fn is_ended(&self) -> bool {
        self.as_raw().ready_state() == MediaStreamTrackState::Ended
    }

    /// The browser's object. When the track ends, its `readyState` becomes `"ended"` and its `ended` event is fired.
    pub fn as_raw(&self) -> &MediaStreamTrack {
        self.0.media.raw()
    }

    /// The receiver of the track; `None` once it has ended, as the receiver is then used for other publications. For
    /// the same reason `RTCRtpReceiver.track` is not this track, and must not be played.
    pub fn as_receiver(&self) -> Option<&RtcRtpReceiver> {
        self.0.media.receiver()
    }

    /// Another reference to the browser's object. (Its own `clone()` would create a second track.)
    pub fn to_raw(&self) -> MediaStreamTrack {
        Clone::clone(self.as_raw())
    }
}

/// Statistics of this track only. They end with it. If its receiver was used before, its counters continue from there.
impl From<&RemoteTrack> for StatsSource {
    fn from(track: &RemoteTrack) -> Self {
        track.0.media.stats()
    }
}

/// The same track of the same publication.
impl PartialEq for RemoteTrack {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for RemoteTrack {}

impl Hash for RemoteTrack {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Rc::as_ptr(&self.0).hash(state);
    }
}
