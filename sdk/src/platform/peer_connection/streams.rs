//! Which local tracks belong together.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{MediaStream, RtcRtpSender};

use crate::error::Result;
use crate::model::TrackSource;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::exception::Exception;

/// Tracks in one stream are played in sync (RFC 8830): camera with microphone, screen with its sound.
#[derive(Debug)]
pub(crate) struct LocalStreams {
    person: MediaStream,
    screen: MediaStream,
}

impl LocalStreams {
    pub(crate) fn new() -> Result<Self> {
        let stream = || MediaStream::new().map_err(|value: JsValue| Exception::from(value));
        Ok(Self { person: stream()?, screen: stream()? })
    }

    pub(crate) fn of(&self, source: TrackSource) -> &MediaStream {
        match source {
            TrackSource::Screen | TrackSource::ScreenAudio => &self.screen,
            _ => &self.person,
        }
    }

    /// For `RTCRtpTransceiverInit.streams`.
    pub(crate) fn array_of(&self, source: TrackSource) -> Array {
        Array::of1(self.of(source))
    }

    /// Moves a sender into the stream of its new track.
    pub(crate) fn assign(&self, sender: &RtcRtpSender, source: TrackSource) {
        bindings::set_streams(sender, self.of(source));
    }
}
