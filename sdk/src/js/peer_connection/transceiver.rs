//! `Transceiver` and `Receiver` for JavaScript.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{MediaStreamTrack, RtcRtpReceiver, RtcRtpTransceiver};

use super::sender::JsSender;
use super::{kind, strings};
use crate::engine::codec::Codec;
use crate::error::Error;
use crate::js::identity::object_of;
use crate::js::media::to_js;
use crate::js::options;
use crate::platform::{Receiver, Transceiver, TransceiverDirection};

/// A sender and a receiver that share a media section. Misspelt options and arguments of the wrong type result in
/// `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/webrtc/#rtcrtptransceiver-interface
/// @example
/// const transceiver = connection.addTransceiver("video", { direction: "recvonly" });
/// transceiver.preferCodecs(["video/VP9"]);
#[derive(Debug)]
#[wasm_bindgen(js_name = Transceiver)]
pub struct JsTransceiver(Transceiver);

impl JsTransceiver {
    /// The object for a transceiver: the same one as long as JavaScript refers to it.
    pub(crate) fn object(transceiver: &Transceiver) -> JsValue {
        object_of(transceiver.as_raw(), || Self(transceiver.clone()).into())
    }
}

#[wasm_bindgen(js_class = Transceiver)]
impl JsTransceiver {
    /// The id of the media section, the same at both peers. `undefined` before negotiation.
    #[wasm_bindgen(getter)]
    pub fn mid(&self) -> Option<String> {
        self.0.mid()
    }

    /// Audio or video.
    #[wasm_bindgen(getter, unchecked_return_type = "MediaKind")]
    pub fn kind(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.kind())
    }

    /// The preferred direction. Setting it takes effect after a negotiation, which starts automatically.
    /// @throws {MoimError} when it is set: ERR_INVALID_STATE when the transceiver is stopped or the connection closed;
    /// ERR_INVALID_OPTIONS for `"stopped"`: call `stop()` instead.
    #[wasm_bindgen(getter, unchecked_return_type = "TransceiverDirection")]
    pub fn direction(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.direction())
    }

    #[wasm_bindgen(setter)]
    pub fn set_direction(
        &self,
        #[wasm_bindgen(unchecked_param_type = "TransceiverDirection")] direction: JsValue,
    ) -> Result<(), JsValue> {
        let direction: TransceiverDirection = options::parse_value(direction, "direction")?;
        Ok(self.0.set_direction(direction)?)
    }

    /// The negotiated direction. `undefined` before negotiation.
    #[wasm_bindgen(getter, js_name = currentDirection, unchecked_return_type = "TransceiverDirection | undefined")]
    pub fn current_direction(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.current_direction())
    }

    /// The sender.
    #[wasm_bindgen(getter, unchecked_return_type = "Sender")]
    pub fn sender(&self) -> JsValue {
        let sender = self.0.sender();
        object_of(sender.as_raw(), || JsSender::from(sender.clone()).into())
    }

    /// The receiver.
    #[wasm_bindgen(getter, unchecked_return_type = "Receiver")]
    pub fn receiver(&self) -> JsValue {
        let receiver = self.0.receiver();
        object_of(receiver.as_raw(), || JsReceiver(receiver.clone()).into())
    }

    /// Sets which codecs to offer, and in which order, from the next negotiation on: some of
    /// `Receiver.capabilities(kind).codecs`. An empty array restores the browser's own order.
    /// @throws {MoimError} ERR_INVALID_STATE when the transceiver is stopped; ERR_UNSUPPORTED if the browser lacks
    /// it; ERR_INVALID_OPTIONS for a codec that the browser does not support.
    #[wasm_bindgen(js_name = setCodecPreferences)]
    pub fn set_codec_preferences(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Codec[]")] codecs: JsValue,
    ) -> Result<(), JsValue> {
        let codecs: Vec<Codec> = options::parse_value(codecs, "codecs")?;
        Ok(self.0.set_codec_preferences(&codecs)?)
    }

    /// Offers codecs of these MIME types first, such as `"video/VP9"`, followed by the others in the browser's order.
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser supports none of them, or lacks `setCodecPreferences`;
    /// ERR_INVALID_STATE when the transceiver is stopped; ERR_INVALID_OPTIONS if the array is empty.
    #[wasm_bindgen(js_name = preferCodecs)]
    pub fn prefer_codecs(
        &self,
        #[wasm_bindgen(js_name = mimeTypes, unchecked_param_type = "string[]")] mime_types: JsValue,
    ) -> Result<(), JsValue> {
        let mime_types = strings(mime_types, "codec types")?;
        Ok(self.0.prefer_codecs(&mime_types.iter().map(String::as_str).collect::<Vec<_>>())?)
    }

    /// Permanently stops sending and receiving. Idempotent.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed.
    pub fn stop(&self) -> Result<(), JsValue> {
        Ok(self.0.stop()?)
    }

    /// The browser's object.
    #[wasm_bindgen(getter, js_name = rtcRtpTransceiver)]
    pub fn rtc_rtp_transceiver(&self) -> RtcRtpTransceiver {
        self.0.as_raw().clone()
    }
}

/// Receives a remote track. Misspelt options, and arguments of the wrong type or out of range result in
/// `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/webrtc/#rtcrtpreceiver-interface
/// @example
/// const { receiver } = connection.addTransceiver("video", { direction: "recvonly" });
/// video.srcObject = new MediaStream([receiver.mediaStreamTrack]);
#[derive(Debug)]
#[wasm_bindgen(js_name = Receiver)]
pub struct JsReceiver(Receiver);

#[wasm_bindgen(js_class = Receiver)]
impl JsReceiver {
    /// The browser's receive capabilities.
    /// @throws {MoimError} ERR_UNSUPPORTED where the browser does not report them; ERR_INVALID_OPTIONS for an unknown
    /// kind.
    #[wasm_bindgen(unchecked_return_type = "RtpCapabilities")]
    pub fn capabilities(
        #[wasm_bindgen(js_name = kind, unchecked_param_type = "MediaKind")] media_kind: &JsValue,
    ) -> Result<JsValue, JsValue> {
        to_js(&Receiver::capabilities(kind(media_kind)?)?)
    }

    /// The received track. It exists from the start, and is silent or black until media arrives.
    #[wasm_bindgen(getter, js_name = mediaStreamTrack)]
    pub fn media_stream_track(&self) -> MediaStreamTrack {
        self.0.track()
    }

    /// The jitter buffer target in milliseconds, from 0 to 4000: a smaller one for conversation, a larger one for
    /// listening. `undefined` leaves it to the browser.
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser lacks it; ERR_INVALID_OPTIONS if it is set out of range.
    #[wasm_bindgen(getter, js_name = jitterBufferTarget)]
    pub fn jitter_buffer_target(&self) -> Result<Option<f64>, JsValue> {
        Ok(self.0.jitter_buffer_target()?)
    }

    #[wasm_bindgen(setter, js_name = jitterBufferTarget)]
    pub fn set_jitter_buffer_target(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number | undefined")] milliseconds: &JsValue,
    ) -> Result<(), JsValue> {
        let target = match milliseconds.as_f64() {
            None if !milliseconds.is_undefined() && !milliseconds.is_null() => {
                let detail = "jitterBufferTarget: expected a number or undefined".to_owned();
                return Err(Error::InvalidOptions { detail }.into());
            }
            target => target,
        };
        Ok(self.0.set_jitter_buffer_target(target)?)
    }

    /// The sources mixed by a mixer in the last ten seconds (CSRCs).
    #[wasm_bindgen(getter, js_name = contributingSources, unchecked_return_type = "RtpSource[]")]
    pub fn contributing_sources(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.contributing_sources())
    }

    /// The sources of media in the last ten seconds (SSRCs). Their audio level is cheaper than a level meter.
    #[wasm_bindgen(getter, js_name = synchronizationSources, unchecked_return_type = "RtpSource[]")]
    pub fn synchronization_sources(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.synchronization_sources())
    }

    /// The browser's object.
    #[wasm_bindgen(getter, js_name = rtcRtpReceiver)]
    pub fn rtc_rtp_receiver(&self) -> RtcRtpReceiver {
        self.0.as_raw().clone()
    }
}
