//! The elements that play a room's tracks, and the handling of browsers that block audio.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

use futures::future::join_all;
use wasm_bindgen::JsCast;
use web_sys::{HtmlMediaElement, HtmlVideoElement, MediaStreamTrack};

use super::Room;
use super::adaptive_stream::Adaptive;
use super::driver::Driver;
use super::event::RoomEvent;
use super::remote_track::RemoteTrack;
use crate::engine::adaptive_stream::ElementId;
use crate::error::Result;
use crate::model::MediaKind;
use crate::platform::exception::Exception;
use crate::platform::task::spawn_local;
use crate::platform::{Player, View};

/// All elements with attached tracks of a room.
#[derive(Debug, Default)]
pub(super) struct Attachments {
    elements: RefCell<Vec<Rc<Attachment>>>,
    last_id: Cell<ElementId>,
    is_blocked: Cell<bool>,
    /// Set if video is requested no larger than it is shown.
    pub(super) adaptive: Option<Adaptive>,
}

/// One element. Dropping it stops its playback.
#[derive(Debug)]
struct Attachment {
    id: ElementId,
    player: Player,
    tracks: RefCell<Vec<RemoteTrack>>,
    /// Observes the size of its video.
    view: RefCell<Option<View>>,
    is_blocked: Cell<bool>,
    /// Whether the SDK has made the element, and removes it from the page when nothing is attached to it.
    is_own: Cell<bool>,
}

impl Attachments {
    pub(super) fn new(adaptive_stream: bool) -> Self {
        Self { adaptive: adaptive_stream.then(Adaptive::default), ..Self::default() }
    }

    fn of(&self, element: &HtmlMediaElement) -> Option<Rc<Attachment>> {
        self.elements.borrow().iter().find(|known| known.player.element() == element).cloned()
    }

    fn with_id(&self, id: ElementId) -> Option<Rc<Attachment>> {
        self.elements.borrow().iter().find(|known| known.id == id).cloned()
    }

    fn that_play(&self, track: &RemoteTrack) -> Vec<Rc<Attachment>> {
        let plays = |known: &&Rc<Attachment>| known.tracks.borrow().contains(track);
        self.elements.borrow().iter().filter(plays).cloned().collect()
    }

    fn blocked(&self) -> Vec<Rc<Attachment>> {
        self.elements.borrow().iter().filter(|known| known.is_blocked.get()).cloned().collect()
    }
}

impl Attachment {
    /// An element shows one video: the one that was attached before.
    fn other_picture(&self, track: &RemoteTrack) -> Option<RemoteTrack> {
        let is_other = |known: &&RemoteTrack| known.kind() == MediaKind::Video && *known != track;
        let is_picture = track.kind() == MediaKind::Video;
        self.tracks.borrow().iter().find(is_other).filter(|_| is_picture).cloned()
    }

    fn update(&self) {
        let tracks: Vec<MediaStreamTrack> = self.tracks.borrow().iter().map(RemoteTrack::to_raw).collect();
        self.player.set_tracks(&tracks);
    }
}

impl Driver {
    pub(super) fn attach(&self, track: &RemoteTrack, element: &HtmlMediaElement) -> Result<()> {
        let attachment = match self.attachments.of(element) {
            Some(attachment) => attachment,
            None => self.open_attachment(element)?,
        };
        if let Some(before) = attachment.other_picture(track) {
            attachment.tracks.borrow_mut().retain(|known| *known != before);
            self.unwatch(&attachment, &before);
        }
        let is_new = !attachment.tracks.borrow().contains(track);
        if is_new {
            self.watch(&attachment, track)?;
            attachment.tracks.borrow_mut().push(track.clone());
        }
        attachment.update();
        let (played, this) = (self.play(&attachment), self.this.clone());
        spawn_local(async move {
            if let (Err(exception), Some(driver)) = (played.await, this.upgrade())
                && exception.name != NOT_ALLOWED
            {
                driver.events.send(RoomEvent::Warning { participant_id: None, error: exception.into() });
            }
        });
        Ok(())
    }

    /// An element that the SDK has made leaves the page when nothing is attached to it any more.
    pub(super) fn own(&self, element: &HtmlMediaElement) {
        self.attachments.of(element).iter().for_each(|attachment| attachment.is_own.set(true));
    }

    pub(super) fn detach(&self, track: &RemoteTrack, element: &HtmlMediaElement) {
        if let Some(attachment) = self.attachments.of(element) {
            self.take_out(track, &attachment);
        }
    }

    pub(super) fn detach_all(&self, track: &RemoteTrack) {
        for attachment in self.attachments.that_play(track) {
            self.take_out(track, &attachment);
        }
    }

    /// A track has ended, and was removed from the room's list.
    pub(super) fn track_ended(&self, track: &RemoteTrack) {
        track.end();
        self.detach_all(track);
        self.forget_view(track);
    }

    fn take_out(&self, track: &RemoteTrack, attachment: &Rc<Attachment>) {
        let before = attachment.tracks.borrow().len();
        attachment.tracks.borrow_mut().retain(|known| known != track);
        let left = attachment.tracks.borrow().len();
        if left == before {
            return;
        }
        self.unwatch(attachment, track);
        if left > 0 {
            return attachment.update();
        }
        self.attachments.elements.borrow_mut().retain(|known| !Rc::ptr_eq(known, attachment));
        if attachment.is_own.get() {
            attachment.player.element().remove();
        }
        self.emit_playback_change();
    }

    fn open_attachment(&self, element: &HtmlMediaElement) -> Result<Rc<Attachment>> {
        let id = self.attachments.last_id.get() + 1;
        self.attachments.last_id.set(id);
        let this = self.this.clone();
        let on_change = move || {
            let Some(driver) = this.upgrade() else { return };
            // It was muted, or there was a user gesture: it may be able to play now.
            if let Some(attachment) = driver.attachments.with_id(id).filter(|known| known.is_blocked.get()) {
                let played = driver.play(&attachment);
                spawn_local(async move { drop(played.await) });
            }
        };
        let attachment = Rc::new(Attachment {
            id,
            player: Player::new(element, on_change)?,
            tracks: RefCell::default(),
            view: RefCell::default(),
            is_blocked: Cell::default(),
            is_own: Cell::default(),
        });
        self.attachments.elements.borrow_mut().push(attachment.clone());
        Ok(attachment)
    }

    fn watch(&self, attachment: &Attachment, track: &RemoteTrack) -> Result<()> {
        let element = attachment.player.element().dyn_ref::<HtmlVideoElement>();
        let Some(element) = element.filter(|_| track.kind() == MediaKind::Video) else { return Ok(()) };
        if self.attachments.adaptive.is_none() {
            return Ok(());
        }
        let (this, id, key) = (self.this.clone(), attachment.id, track.key());
        let view = View::watch(element, move |height| {
            if let Some(driver) = this.upgrade() {
                driver.adapt(|stream, now| stream.handle_view(&key, id, height, now));
            }
        })?;
        view.report();
        drop(attachment.view.replace(Some(view)));
        Ok(())
    }

    fn unwatch(&self, attachment: &Attachment, track: &RemoteTrack) {
        if track.kind() == MediaKind::Video && attachment.view.take().is_some() {
            self.adapt(|stream, now| stream.handle_detached(&track.key(), attachment.id, now));
        }
    }

    /// Starts playback immediately. A call that is superseded by another one is not a failure.
    fn play(
        &self,
        attachment: &Rc<Attachment>,
    ) -> impl Future<Output = std::result::Result<(), Exception>> + use<> {
        let started = attachment.player.play();
        let (this, attachment) = (self.this.clone(), Rc::downgrade(attachment));
        async move {
            let played = started.await;
            let name = played.as_ref().err().map(|exception| exception.name.as_str());
            if name == Some("AbortError") {
                return Ok(());
            }
            if let (Some(driver), Some(attachment)) = (this.upgrade(), attachment.upgrade()) {
                attachment.is_blocked.set(name == Some(NOT_ALLOWED));
                driver.emit_playback_change();
            }
            played
        }
    }

    fn emit_playback_change(&self) {
        let blocked = !self.attachments.blocked().is_empty();
        if self.attachments.is_blocked.replace(blocked) != blocked {
            self.events.send(RoomEvent::AudioPlaybackChange { blocked });
        }
    }
}

/// The exception of `play()` if the browser requires a user gesture.
const NOT_ALLOWED: &str = "NotAllowedError";

impl Room {
    /// Whether every element with an [attached](RemoteTrack::attach) track may play. If false, the browser requires a
    /// user gesture to play audio: show a button that calls [`start_audio`](Self::start_audio).
    pub fn can_play_audio(&self) -> bool {
        !self.driver().attachments.is_blocked.get()
    }

    /// Plays what the browser has blocked. Call it from a click handler: playback starts within the call, and the
    /// future resolves with the result.
    ///
    /// # Errors
    /// [`Error::Browser`](crate::Error::Browser) with the name `NotAllowedError` without a user gesture; `InvalidState` after leaving the
    /// room.
    pub fn start_audio(&self) -> impl Future<Output = Result<()>> + use<> {
        let allowed = self.expect_not_left("start audio");
        let driver = self.driver();
        let started: Vec<_> =
            driver.attachments.blocked().iter().map(|attachment| driver.play(attachment)).collect();
        async move {
            allowed?;
            let played = join_all(started).await;
            Ok(played.into_iter().collect::<std::result::Result<(), _>>()?)
        }
    }
}

#[cfg(test)]
mod tests;
