//! Groups local tracks into streams, and assigns them to transceivers:
//! <https://www.w3.org/TR/webrtc/#dom-rtcrtpsender-setstreams>.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{
    MediaStream, MediaStreamTrack, RtcRtpTransceiver, RtcRtpTransceiverDirection, RtcRtpTransceiverInit,
};

use super::exceptions::refusal;
use super::link::Link;
use super::senders::SenderState;
use crate::error::{Error, Result};
use crate::model::TrackSource;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::exception::Exception;

/// Tracks of one stream are played in sync (RFC 8830): camera with microphone, screen with its audio.
#[derive(Debug)]
pub(crate) struct LocalStreams {
    person: MediaStream,
    screen: MediaStream,
}

/// A track that is being sent.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) transceiver: RtcRtpTransceiver,
    pub(crate) sender: Rc<SenderState>,
    /// The transceiver has sent another track before, and still has the encodings of that track.
    pub(crate) is_used: bool,
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

    /// Sends a track over a free or a new transceiver.
    pub(crate) fn attach(
        &self,
        link: &Link,
        track: &MediaStreamTrack,
        source: TrackSource,
    ) -> Result<Attached> {
        let free = link.transceivers().find(|transceiver| {
            !link.stopping().contains(transceiver) && is_free(link, transceiver, &track.kind())
        });
        if let Some(transceiver) = free {
            return Ok(reuse(link, transceiver, track, self.of(source)));
        }
        if !link.stopping().is_empty() {
            // `addTrack` could take one of them: to the browser they are merely inactive.
            let init = RtcRtpTransceiverInit::new();
            init.set_streams(&self.array_of(source));
            return Ok(added(link, link.add_transceiver(track, &init)?));
        }
        let sender = bindings::add_track(link.as_raw(), track, self.of(source));
        let sender = sender.map_err(refusal("add the track"))?;
        let lost = || Error::Negotiation { step: "adding a track", detail: "it has no transceiver".into() };
        let transceiver = link.transceivers().find(|transceiver| transceiver.sender() == sender);
        Ok(added(link, transceiver.ok_or_else(lost)?))
    }
}

/// Stops sending. The transceiver becomes free for another track.
///
/// `removeTrack` would do nothing while a `replaceTrack` is pending, which would then send the track.
pub(crate) fn detach(link: &Link, transceiver: &RtcRtpTransceiver) {
    drop(link.senders().of(&transceiver.sender()).replace(None, None));
    transceiver.set_direction(match transceiver.direction() {
        RtcRtpTransceiverDirection::Sendrecv | RtcRtpTransceiverDirection::Recvonly => {
            RtcRtpTransceiverDirection::Recvonly
        }
        _ => RtcRtpTransceiverDirection::Inactive,
    });
}

/// Sends a track over a free transceiver.
pub(crate) fn reuse(
    link: &Link,
    transceiver: RtcRtpTransceiver,
    track: &MediaStreamTrack,
    stream: &MediaStream,
) -> Attached {
    let raw = transceiver.sender();
    let sender = link.senders().of(&raw);
    let is_used = sender.has_sent();
    drop(sender.replace(Some(Clone::clone(track)), None));
    bindings::set_streams(&raw, stream);
    transceiver.set_direction(match transceiver.direction() {
        RtcRtpTransceiverDirection::Recvonly => RtcRtpTransceiverDirection::Sendrecv,
        _ => RtcRtpTransceiverDirection::Sendonly,
    });
    Attached { transceiver, sender, is_used }
}

/// What a new transceiver sends.
pub(crate) fn added(link: &Link, transceiver: RtcRtpTransceiver) -> Attached {
    let sender = link.senders().of(&transceiver.sender());
    Attached { transceiver, sender, is_used: false }
}

/// A free transceiver also has a direction without sending, so it is not only paused. `addTrack` itself reuses fewer:
/// only those that have never sent.
fn is_free(link: &Link, transceiver: &RtcRtpTransceiver, kind: &str) -> bool {
    let idle = [RtcRtpTransceiverDirection::Recvonly, RtcRtpTransceiverDirection::Inactive];
    idle.contains(&transceiver.direction())
        && transceiver.receiver().track().kind() == kind
        && link.senders().track(&transceiver.sender()).is_none()
}
