//! A media element with a changing set of tracks:
//! <https://www.w3.org/TR/mediacapture-streams/#mediastreams-in-media-elements>.

use std::future::Future;

use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlMediaElement, MediaStream, MediaStreamTrack};

use super::element::{set_tracks, stream_of};
use super::exception::Exception;
use super::listener::ListenerGuard;
use crate::error::Result;

/// An element, and the stream that it plays. Dropping this detaches the stream.
#[derive(Debug)]
pub(crate) struct Player {
    _listeners: [ListenerGuard; 2],
    element: HtmlMediaElement,
    stream: MediaStream,
}

impl Player {
    /// `on_change` is called when the element starts to play, and when it is muted or unmuted.
    pub(crate) fn new(element: &HtmlMediaElement, on_change: impl Fn() + Clone + 'static) -> Result<Self> {
        let listen = |event| {
            let on_change = on_change.clone();
            ListenerGuard::new(element, event, move |_| on_change())
        };
        let listeners = [listen("playing"), listen("volumechange")];
        Ok(Self { _listeners: listeners, element: Clone::clone(element), stream: stream_of(&[])? })
    }

    pub(crate) fn element(&self) -> &HtmlMediaElement {
        &self.element
    }

    /// Makes the element play exactly these tracks. A track that it already plays continues unaffected.
    pub(crate) fn set_tracks(&self, tracks: &[MediaStreamTrack]) {
        set_tracks(&self.stream, tracks);
        if !self.is_in_place() {
            self.element.set_src_object(Some(&self.stream));
        }
    }

    /// Starts playback: immediately, as a user gesture counts only while it is being handled. The future resolves with
    /// the result.
    pub(crate) fn play(&self) -> impl Future<Output = std::result::Result<(), Exception>> + use<> {
        let started = self.element.play().map(JsFuture::from);
        async move {
            started?.await?;
            Ok(())
        }
    }

    /// Whether the element still plays this stream.
    fn is_in_place(&self) -> bool {
        self.element.src_object().as_ref() == Some(&self.stream)
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        if self.is_in_place() {
            self.element.set_src_object(None);
        }
    }
}
