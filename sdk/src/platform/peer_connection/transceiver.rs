//! `RTCRtpTransceiver`: <https://www.w3.org/TR/webrtc/#rtcrtptransceiver-interface>.

use moim_protocol::{options, words};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use web_sys::{RtcRtpTransceiver, RtcRtpTransceiverDirection as Raw, RtcRtpTransceiverInit};

use super::encoding::{Encoding, raw_encodings};
use super::exceptions::refusal;
use super::receiver::Receiver;
use super::sender::Sender;
use super::senders::Senders;
use super::stopping::Stopping;
use crate::engine::codec::{Codec, preferred};
use crate::error::{Error, Result};
use crate::model::MediaKind;
use crate::platform::LocalTrack;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::track::kind_of;

/// A sender and a receiver that share a media section.
#[derive(Clone, Debug)]
pub struct Transceiver {
    raw: RtcRtpTransceiver,
    senders: Senders,
    stopping: Stopping,
}

/// The direction of media: <https://www.w3.org/TR/webrtc/#rtcrtptransceiverdirection>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum TransceiverDirection {
    /// Send and receive.
    #[default]
    Sendrecv,
    /// Send only.
    Sendonly,
    /// Receive only.
    Recvonly,
    /// Neither.
    Inactive,
    /// Permanently stopped.
    Stopped,
}

words! { TransceiverDirection {
    "sendrecv" Sendrecv,
    "sendonly" Sendonly,
    "recvonly" Recvonly,
    "inactive" Inactive,
    "stopped" Stopped,
} }

/// Options for creating a transceiver.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct TransceiverOptions {
    /// The direction. Default: `"sendrecv"`.
    pub direction: TransceiverDirection,
    /// The encodings; several, each with a `rid`, for simulcast. Default: one.
    /// Browsers do not receive simulcast: between two of them one encoding is sent; an SFU receives all.
    pub send_encodings: Vec<Encoding>,
    /// The codecs to offer first, by MIME type, such as `video/VP9`. Default: the browser's order.
    pub codecs: Vec<String>,
}

options! { TransceiverOptions { direction: "direction", send_encodings: "sendEncodings", codecs: "codecs" } }

/// A track or a kind of media.
#[derive(Clone, Copy, Debug)]
pub enum TrackOrKind<'a> {
    /// Sends this track.
    Track(&'a LocalTrack),
    /// Receives, or sends a track of this kind later.
    Kind(MediaKind),
}

impl<'a> From<&'a LocalTrack> for TrackOrKind<'a> {
    fn from(track: &'a LocalTrack) -> Self {
        Self::Track(track)
    }
}

impl From<MediaKind> for TrackOrKind<'_> {
    fn from(kind: MediaKind) -> Self {
        Self::Kind(kind)
    }
}

impl TransceiverDirection {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sendrecv => "sendrecv",
            Self::Sendonly => "sendonly",
            Self::Recvonly => "recvonly",
            Self::Inactive => "inactive",
            Self::Stopped => "stopped",
        }
    }
}

impl From<Raw> for TransceiverDirection {
    fn from(raw: Raw) -> Self {
        match raw {
            Raw::Sendrecv => Self::Sendrecv,
            Raw::Sendonly => Self::Sendonly,
            Raw::Recvonly => Self::Recvonly,
            Raw::Stopped => Self::Stopped,
            _ => Self::Inactive,
        }
    }
}

impl TransceiverOptions {
    pub(crate) fn to_raw(&self) -> Result<RtcRtpTransceiverInit> {
        let raw = RtcRtpTransceiverInit::new();
        raw.set_direction(match self.direction {
            TransceiverDirection::Sendrecv => Raw::Sendrecv,
            TransceiverDirection::Sendonly => Raw::Sendonly,
            TransceiverDirection::Recvonly => Raw::Recvonly,
            TransceiverDirection::Inactive => Raw::Inactive,
            TransceiverDirection::Stopped => {
                let detail = "direction is \"stopped\": a transceiver cannot be created stopped".to_owned();
                return Err(Error::InvalidOptions { detail });
            }
        });
        if !self.send_encodings.is_empty() {
            let encodings = raw_encodings(&self.send_encodings)?;
            raw.set_send_encodings(&encodings);
        }
        Ok(raw)
    }

    /// `None` leaves it to the browser.
    pub(super) fn preferred_codecs(&self, kind: MediaKind) -> Result<Option<Vec<Codec>>> {
        if self.codecs.is_empty() {
            return Ok(None);
        }
        let mime_types: Vec<_> = self.codecs.iter().map(String::as_str).collect();
        available(kind, &mime_types).map(Some)
    }
}

impl Transceiver {
    pub(super) fn new(raw: RtcRtpTransceiver, senders: Senders, stopping: Stopping) -> Self {
        Self { raw, senders, stopping }
    }

    /// The id of the media section, the same at both peers. `None` before negotiation.
    pub fn mid(&self) -> Option<String> {
        self.raw.mid()
    }

    /// Audio or video.
    pub fn kind(&self) -> MediaKind {
        kind_of(&self.raw.receiver().track())
    }

    /// The preferred direction.
    pub fn direction(&self) -> TransceiverDirection {
        if self.stopping.contains(&self.raw) {
            TransceiverDirection::Stopped
        } else {
            self.raw.direction().into()
        }
    }

    /// Sets the preferred direction. It takes effect after a negotiation, which starts automatically.
    ///
    /// # Errors
    /// `InvalidState` if the transceiver is stopped or the connection closed; `InvalidOptions` for `Stopped`: call
    /// [`stop`](Self::stop).
    pub fn set_direction(&self, direction: TransceiverDirection) -> Result<()> {
        if direction == TransceiverDirection::Stopped {
            let detail = "direction is \"stopped\": call stop() instead".to_owned();
            return Err(Error::InvalidOptions { detail });
        }
        self.require_not_stopped("change the direction")?;
        bindings::set_direction(&self.raw, direction.as_str()).map_err(refusal("change the direction"))
    }

    /// The negotiated direction. `None` before negotiation.
    pub fn current_direction(&self) -> Option<TransceiverDirection> {
        self.raw.current_direction().map(TransceiverDirection::from)
    }

    /// The sender.
    pub fn sender(&self) -> Sender {
        Sender::new(self.raw.sender(), self.senders.clone(), self.stopping.clone())
    }

    /// The receiver.
    pub fn receiver(&self) -> Receiver {
        Receiver::new(self.raw.receiver())
    }

    /// Sets which codecs to offer, and in which order, from the next negotiation on. They must be
    /// [capabilities](Receiver::capabilities) of the browser. An empty list restores its own order.
    ///
    /// # Errors
    /// `InvalidOptions` for a codec that the browser does not support; `InvalidState` if the transceiver is stopped;
    /// `Unsupported` if it lacks the method.
    pub fn set_codec_preferences(&self, codecs: &[Codec]) -> Result<()> {
        self.require_not_stopped("set the codec preferences")?;
        set_codec_preferences(&self.raw, codecs)
    }

    /// Offers codecs of these MIME types first, such as `video/VP9`, followed by the others in the browser's order.
    ///
    /// # Errors
    /// `Unsupported` if the browser supports none of them, or lacks the method; `InvalidOptions` if `types` is empty;
    /// `InvalidState` if the transceiver is stopped.
    pub fn prefer_codecs(&self, mime_types: &[&str]) -> Result<()> {
        self.set_codec_preferences(&available(self.kind(), mime_types)?)
    }

    /// Permanently stops sending and receiving. Its media section can be reused by another transceiver. Idempotent.
    ///
    /// # Errors
    /// `InvalidState` if the connection is closed.
    pub fn stop(&self) -> Result<()> {
        self.stopping.stop(&self.raw).map_err(refusal("stop the transceiver"))?;
        self.senders.of(&self.raw.sender()).release();
        Ok(())
    }

    fn require_not_stopped(&self, action: &'static str) -> Result<()> {
        match self.direction() {
            TransceiverDirection::Stopped => {
                Err(Error::InvalidState { action, state: "the transceiver is stopped" })
            }
            _ => Ok(()),
        }
    }

    /// The browser's object. Do not call its `stop`: this crate stops it without an endless negotiation.
    pub fn as_raw(&self) -> &RtcRtpTransceiver {
        &self.raw
    }
}

/// The browser's codecs, with these types first.
fn available(kind: MediaKind, mime_types: &[&str]) -> Result<Vec<Codec>> {
    preferred(Receiver::capabilities(kind)?.codecs, mime_types)
}

/// [`Transceiver::set_codec_preferences`].
pub(crate) fn set_codec_preferences(transceiver: &RtcRtpTransceiver, codecs: &[Codec]) -> Result<()> {
    let feature = "setCodecPreferences";
    if !js_sys::Reflect::has(transceiver, &feature.into()).unwrap_or(false) {
        return Err(Error::Unsupported { feature });
    }
    let raw = serde_wasm_bindgen::to_value(codecs);
    let raw = raw.map_err(|error| Error::InvalidOptions { detail: error.to_string() })?;
    bindings::set_codec_preferences(transceiver, &raw).map_err(refusal("set the codec preferences"))
}

impl PartialEq for Transceiver {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Transceiver {}

impl TrackOrKind<'_> {
    pub(super) fn kind(self) -> MediaKind {
        match self {
            Self::Track(track) => track.kind(),
            Self::Kind(kind) => kind,
        }
    }

    pub(crate) fn to_raw(self) -> JsValue {
        match self {
            Self::Track(track) => track.to_raw().into(),
            Self::Kind(kind) => kind.as_str().into(),
        }
    }
}
