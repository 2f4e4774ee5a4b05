//! Attaches local tracks to media elements, as a preview.

use std::cell::RefCell;

use moim_protocol::{MediaKind, TrackSource};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlMediaElement, MediaStream, MediaStreamTrack};

use super::LocalTrack;
use super::changes::{TrackChange, TrackWatch};
use crate::error::{Error, Result};
use crate::platform::bindings::capture::get;
use crate::platform::element::{media_element, start_muted, stream_of};
use crate::platform::listener::ListenerGuard;

/// A separate property, which does not affect the page's `transform`.
const SCALE: &str = "scale";
const MIRRORED: &str = "-1 1";

thread_local! {
    /// A preview continues without a handle to its track: in JavaScript no reference is needed.
    static ATTACHED: RefCell<Vec<Attachment>> = const { RefCell::new(Vec::new()) };
}

/// An element that plays a track until this is dropped.
struct Attachment {
    track: MediaStreamTrack,
    element: HtmlMediaElement,
    stream: MediaStream,
    /// Whether the SDK has made the element, and removes it from the page when nothing is attached to it.
    is_own: bool,
    _watch: TrackWatch,
    _on_ended: ListenerGuard,
}

impl Attachment {
    fn new(track: &LocalTrack, element: &HtmlMediaElement, is_own: bool) -> Result<Self> {
        let (raw, stream) = (track.to_raw(), stream_of(&[track.to_raw()])?);
        let ended = track.to_raw();
        let on_ended = track.on_ended(move || detach_all(&ended));
        let stopped = track.to_raw();
        let watch = track.watch(move |change| {
            if change == TrackChange::Stopped {
                detach_all(&stopped);
            }
        });
        element.set_src_object(Some(&stream));
        element.set_muted(true);
        style(element, track.is_mirrored());
        let element = Clone::clone(element);
        Ok(Self { track: raw, element, stream, is_own, _watch: watch, _on_ended: on_ended })
    }

    fn is_in_place(&self) -> bool {
        self.element.src_object().as_ref() == Some(&self.stream)
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        if self.is_in_place() {
            self.element.set_src_object(None);
            style(&self.element, false);
            if self.is_own {
                self.element.remove();
            }
        }
    }
}

/// Detaches a track from all elements.
pub(super) fn detach_all(track: &MediaStreamTrack) {
    release(|known| known.track == *track);
}

/// Drops some of the attachments, outside the borrow.
fn release(is_over: impl Fn(&Attachment) -> bool) {
    let (over, kept): (Vec<_>, Vec<_>) = ATTACHED.take().into_iter().partition(is_over);
    ATTACHED.with_borrow_mut(|attached| attached.extend(kept));
    drop(over);
}

fn style(element: &HtmlMediaElement, mirrored: bool) {
    let style = element.unchecked_ref::<HtmlElement>().style();
    // They fail only for an invalid name or value.
    if mirrored {
        let _ = style.set_property(SCALE, MIRRORED);
    } else if style.get_property_value(SCALE).is_ok_and(|value| value == MIRRORED) {
        let _ = style.remove_property(SCALE);
    }
}

impl LocalTrack {
    /// Plays the track in an element, replacing what it plays, and starts playback: a preview. The element is muted,
    /// and mirrored if the track is a camera that faces the user, or has an unknown facing mode: mirrored with the
    /// element's `style.scale`. Both can be changed afterwards. When the track ends, it is detached.
    ///
    /// # Errors
    /// [`Error::InvalidState`](crate::Error::InvalidState) if the track has ended;
    /// [`Error::Browser`](crate::Error::Browser) if the browser cannot create a stream of it.
    pub fn attach(&self, element: &HtmlMediaElement) -> Result<()> {
        release(|known| !known.is_in_place());
        let is_own = |known: &Attachment| known.element == *element && known.is_own;
        self.play_in(element, ATTACHED.with_borrow(|attached| attached.iter().any(is_own)))
    }

    fn play_in(&self, element: &HtmlMediaElement, is_own: bool) -> Result<()> {
        if self.is_ended() {
            return Err(Error::InvalidState { action: "attach a track", state: "the track has ended" });
        }
        let is_attached = |known: &Attachment| known.element == *element && known.track == *self.as_raw();
        if !ATTACHED.with_borrow(|attached| attached.iter().any(is_attached)) {
            let attachment = Attachment::new(self, element, is_own)?;
            release(|known| known.element == *element);
            ATTACHED.with_borrow_mut(|attached| attached.push(attachment));
        }
        start_muted(element);
        Ok(())
    }

    /// [Attaches](Self::attach) the track to a new `<video>` or `<audio>` element, which the application adds to the
    /// page. When nothing is attached to the element any more, it is removed from the page.
    ///
    /// # Errors
    /// The errors of [`attach`](Self::attach).
    pub fn attach_new(&self) -> Result<HtmlMediaElement> {
        let element = media_element(self.kind())?;
        self.play_in(&element, true)?;
        Ok(element)
    }

    /// Undoes [`attach`](Self::attach). Has no effect if the track is not attached to the element.
    pub fn detach(&self, element: &HtmlMediaElement) {
        release(|known| known.element == *element && known.track == *self.as_raw());
    }

    /// Detaches the track from all elements.
    pub fn detach_all(&self) {
        detach_all(self.as_raw());
    }

    fn is_mirrored(&self) -> bool {
        if self.kind() != MediaKind::Video || self.source() != TrackSource::Camera {
            return false;
        }
        // One member only: `settings` would bring the readers of all of them.
        let facing = get(&self.as_raw().get_settings(), "facingMode").as_string();
        facing.is_none_or(|facing| facing.is_empty() || facing == "user")
    }
}
