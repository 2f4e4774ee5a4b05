//! A track of another participant.

use std::cell::Cell;
use std::rc::{Rc, Weak};

use web_sys::{HtmlMediaElement, MediaStreamTrack, MediaStreamTrackState, RtcRtpReceiver};

use super::driver::Driver;
use crate::error::{Error, Result};
use crate::model::{MediaKind, ParticipantId, Publication, PublicationId, TrackSource};
use crate::platform::received_track::ReceivedTrack;
use crate::platform::{StatsSource, media_element};

/// Sound or pictures of another participant. A clone is another handle of the same track.
///
/// The track carries one publication and ends with it: when the publication is gone, when it is unsubscribed from, and
/// when the room is left.
#[derive(Clone, Debug)]
pub struct RemoteTrack(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    participant_id: ParticipantId,
    publication: Publication,
    muted: Cell<bool>,
    media: ReceivedTrack,
    /// The object that stands for it in JavaScript, while the track lives.
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
        let muted = Cell::new(publication.muted);
        let media = ReceivedTrack::new(receiver);
        Self(Rc::new(Inner {
            participant_id,
            publication,
            muted,
            media,
            #[cfg(feature = "js")]
            object: Default::default(),
            driver,
        }))
    }

    /// The publication is gone, or not subscribed to any more.
    pub(super) fn end(&self) {
        self.0.media.end();
        // The object holds this track: a cycle.
        #[cfg(feature = "js")]
        self.0.object.take();
    }

    /// The object that stands for it in JavaScript: the same one for as long as the track lives.
    #[cfg(feature = "js")]
    pub(crate) fn object(&self, make: impl FnOnce(Self) -> wasm_bindgen::JsValue) -> wasm_bindgen::JsValue {
        let known = self.0.object.borrow().clone();
        let is_freed = || js_sys::Reflect::get(&known, &"__wbg_ptr".into()).is_ok_and(|at| at == 0);
        if known.is_object() && !is_freed() {
            return known;
        }
        let object = make(self.clone());
        if !self.is_ended() {
            self.0.object.replace(object.clone());
        }
        object
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

    /// [Attaches](Self::attach) the track to a new `<video>` or `<audio>` element, which is yours to put into the page.
    ///
    /// # Errors
    /// As [`attach`](Self::attach).
    pub fn attach_new(&self) -> Result<HtmlMediaElement> {
        let element = media_element(self.kind())?;
        self.attach(&element)?;
        Ok(element)
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

    /// Whether the track has ended, for good.
    pub fn is_ended(&self) -> bool {
        self.as_raw().ready_state() == MediaStreamTrackState::Ended
    }

    /// The browser's object. When the track ends, its `readyState` becomes `"ended"` and its `ended` event is fired.
    pub fn as_raw(&self) -> &MediaStreamTrack {
        self.0.media.raw()
    }

    /// What receives the track; `None` once it has ended, as the receiver is then used for other publications. For the
    /// same reason `RTCRtpReceiver.track` is not this track, and must not be played.
    pub fn as_receiver(&self) -> Option<&RtcRtpReceiver> {
        self.0.media.receiver()
    }

    /// Another reference to the browser's object. (Its own `clone()` would make a second track.)
    pub fn to_raw(&self) -> MediaStreamTrack {
        Clone::clone(self.as_raw())
    }
}

/// Statistics of the track alone. They end with it. Where a receiver was used before, its counters go on from there.
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
