//! Which local tracks belong together: <https://www.w3.org/TR/webrtc/#dom-rtcrtpsender-setstreams>.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{
    MediaStream, MediaStreamTrack, RtcRtpSender, RtcRtpTransceiver, RtcRtpTransceiverDirection,
    RtcRtpTransceiverInit,
};

use super::link::Link;
use super::refusal::refusal;
use crate::error::{Error, Result};
use crate::model::TrackSource;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::exception::Exception;
use crate::platform::promise::ignore;

/// Tracks in one stream are played in sync (RFC 8830): camera with microphone, screen with its sound.
#[derive(Debug)]
pub(crate) struct LocalStreams {
    person: MediaStream,
    screen: MediaStream,
    /// Have sent, and are free: `replaceTrack` takes their track away a moment later.
    freed: RefCell<Vec<RtcRtpTransceiver>>,
}

impl LocalStreams {
    pub(crate) fn new() -> Result<Self> {
        let stream = || MediaStream::new().map_err(|value: JsValue| Exception::from(value));
        Ok(Self { person: stream()?, screen: stream()?, freed: RefCell::default() })
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

    /// Sends a track over a transceiver that is free, or over a new one.
    pub(crate) fn attach(
        &self,
        link: &Link,
        track: &MediaStreamTrack,
        source: TrackSource,
    ) -> Result<RtcRtpTransceiver> {
        let free = link.transceivers().find(|transceiver| {
            !link.stopping().contains(transceiver) && self.is_free(transceiver, &track.kind())
        });
        if let Some(transceiver) = free {
            self.freed.borrow_mut().retain(|freed| *freed != transceiver);
            reuse(&transceiver, track, self.of(source));
            return Ok(transceiver);
        }
        if !link.stopping().is_empty() {
            // `addTrack` could take one of them: to the browser they are merely inactive.
            let init = RtcRtpTransceiverInit::new();
            init.set_streams(&self.array_of(source));
            return link.add_transceiver(track, &init);
        }
        let sender = bindings::add_track(link.as_raw(), track, self.of(source));
        let sender = sender.map_err(refusal("add the track"))?;
        let lost = || Error::Negotiation { step: "adding a track", detail: "it has no transceiver".into() };
        link.transceivers().find(|transceiver| transceiver.sender() == sender).ok_or_else(lost)
    }

    /// Stops sending. The transceiver is free for another track.
    pub(crate) fn detach(&self, transceiver: &RtcRtpTransceiver) {
        replace(&transceiver.sender(), None);
        transceiver.set_direction(match transceiver.direction() {
            RtcRtpTransceiverDirection::Sendrecv | RtcRtpTransceiverDirection::Recvonly => {
                RtcRtpTransceiverDirection::Recvonly
            }
            _ => RtcRtpTransceiverDirection::Inactive,
        });
        let mut freed = self.freed.borrow_mut();
        if !freed.contains(transceiver) {
            freed.push(transceiver.clone());
        }
    }

    /// One that sends nothing by its direction, too, is not merely silent for a while. `addTrack` itself reuses less: only what
    /// has never been used to send.
    fn is_free(&self, transceiver: &RtcRtpTransceiver, kind: &str) -> bool {
        let idle = [RtcRtpTransceiverDirection::Recvonly, RtcRtpTransceiverDirection::Inactive];
        let has_track =
            || transceiver.sender().track().is_some() && !self.freed.borrow().contains(transceiver);
        idle.contains(&transceiver.direction())
            && transceiver.receiver().track().kind() == kind
            && !has_track()
    }
}

/// Sends a track over a transceiver that is free.
pub(crate) fn reuse(transceiver: &RtcRtpTransceiver, track: &MediaStreamTrack, stream: &MediaStream) {
    let sender = transceiver.sender();
    replace(&sender, Some(track));
    bindings::set_streams(&sender, stream);
    transceiver.set_direction(match transceiver.direction() {
        RtcRtpTransceiverDirection::Recvonly => RtcRtpTransceiverDirection::Sendrecv,
        _ => RtcRtpTransceiverDirection::Sendonly,
    });
}

/// Sends another track, without a new negotiation. The promise fails only if the connection is closed or the track was
/// checked wrongly; both show elsewhere.
pub(crate) fn replace(sender: &RtcRtpSender, track: Option<&MediaStreamTrack>) {
    ignore(&sender.replace_track(track));
}
