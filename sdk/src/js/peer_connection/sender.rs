//! `Sender` and `DtmfSender` for JavaScript.

use futures::StreamExt;
use js_sys::{Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::RtcRtpSender;

use super::{kind, track_or_null};
use crate::js::identity::object_of;
use crate::js::media::{JsLocalTrack, to_js};
use crate::js::options;
use crate::js::promise::future_to_promise;
use crate::js::streams::async_iterator;
use crate::platform::{DtmfOptions, DtmfSender, SendParameters, Sender};

/// Sends a track to the remote peer. Misspelt options, and arguments of the wrong type or out of range result in
/// `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/webrtc/#rtcrtpsender-interface
/// @example
/// const { sender } = connection.addTrack(camera);
/// const { parameters } = sender;
/// for (const encoding of parameters.encodings ?? []) encoding.maxBitrate = 500_000;
/// await sender.setParameters(parameters);
#[derive(Debug)]
#[wasm_bindgen(js_name = Sender)]
pub struct JsSender(Sender);

impl From<Sender> for JsSender {
    fn from(sender: Sender) -> Self {
        Self(sender)
    }
}

impl JsSender {
    pub(super) fn handle(&self) -> &Sender {
        &self.0
    }
}

#[wasm_bindgen(js_class = Sender)]
impl JsSender {
    /// For `class::handle`.
    #[wasm_bindgen(js_name = __handle, skip_typescript)]
    pub fn js_handle(&self) -> Self {
        Self(self.0.clone())
    }

    /// The browser's send capabilities.
    /// @throws {MoimError} ERR_UNSUPPORTED where the browser does not report them; ERR_INVALID_OPTIONS for an unknown
    /// kind.
    #[wasm_bindgen(unchecked_return_type = "RtpCapabilities")]
    pub fn capabilities(
        #[wasm_bindgen(js_name = kind, unchecked_param_type = "MediaKind")] media_kind: &JsValue,
    ) -> Result<JsValue, JsValue> {
        to_js(&Sender::capabilities(kind(media_kind)?)?)
    }

    /// The sent track, as it will be once all calls so far have completed.
    #[wasm_bindgen(getter, unchecked_return_type = "LocalTrack | undefined")]
    pub fn track(&self) -> Option<JsValue> {
        self.0.track().map(JsLocalTrack::object)
    }

    /// Sends another track of the same kind, or nothing with `null`, without renegotiation.
    /// @throws {MoimError} ERR_INVALID_STATE when the connection is closed or the transceiver stopped;
    /// ERR_INVALID_OPTIONS for a track of another kind, and if it is not a track.
    #[wasm_bindgen(js_name = replaceTrack, unchecked_return_type = "Promise<void>")]
    pub fn replace_track(
        &self,
        #[wasm_bindgen(unchecked_param_type = "TrackLike | null")] track: &JsValue,
    ) -> Promise {
        let replacing = track_or_null(track).map(|track| self.0.replace_track(track.as_ref()));
        future_to_promise(async move {
            replacing?.await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// The sender's parameters, as they will be once all calls so far have completed. Change them and pass them to
    /// `setParameters`.
    /// @throws {MoimError} ERR_NEGOTIATION if the browser returns invalid parameters.
    #[wasm_bindgen(getter, unchecked_return_type = "SendParameters")]
    pub fn parameters(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.parameters()?)
    }

    /// Sets the sender's parameters, without renegotiation. Omitting a limit removes it. Changes are applied in
    /// the order of the calls.
    /// @throws {MoimError} ERR_UNSUPPORTED, with the member's name, for what the browser ignores; ERR_INVALID_STATE
    /// when the connection is closed or the transceiver stopped; ERR_INVALID_OPTIONS for values out of range and
    /// another number of encodings.
    #[wasm_bindgen(js_name = setParameters, unchecked_return_type = "Promise<void>")]
    pub fn set_parameters(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SendParameters")] parameters: JsValue,
    ) -> Promise {
        let parameters = options::parse_value::<SendParameters>(parameters, "send parameters");
        let changing = parameters.map(|parameters| self.0.set_parameters(&parameters));
        future_to_promise(async move {
            changing?.await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// The DTMF sender; audio only.
    #[wasm_bindgen(getter, unchecked_return_type = "DtmfSender | undefined")]
    pub fn dtmf(&self) -> Option<JsValue> {
        self.0.dtmf().map(|dtmf| object_of(dtmf.as_raw(), || JsDtmfSender(dtmf.clone()).into()))
    }

    /// The browser's object.
    #[wasm_bindgen(getter, js_name = rtcRtpSender)]
    pub fn rtc_rtp_sender(&self) -> RtcRtpSender {
        self.0.as_raw().clone()
    }
}

/// Sends DTMF tones. Misspelt options, and arguments of the wrong type or out of range result in
/// `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/webrtc/#rtcdtmfsender
/// @example
/// const { dtmf } = connection.addTrack(microphone).sender;
/// if (dtmf?.canInsert) dtmf.insert("1234#");
#[derive(Debug)]
#[wasm_bindgen(js_name = DtmfSender)]
pub struct JsDtmfSender(DtmfSender);

#[wasm_bindgen(js_class = DtmfSender)]
impl JsDtmfSender {
    /// Whether the connection is established and the remote peer accepts tones.
    #[wasm_bindgen(getter, js_name = canInsert)]
    pub fn can_insert(&self) -> bool {
        self.0.can_insert()
    }

    /// Sends tones, replacing the pending ones: digits, A to D, # and *; a comma is a pause of two seconds. An empty
    /// string stops.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for characters that are not tones, and for a duration or gap out of
    /// range; ERR_INVALID_STATE if tones cannot be sent: see `canInsert`.
    pub fn insert(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] tones: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "DtmfOptions")] options: Option<JsValue>,
    ) -> Result<(), JsValue> {
        let tones: String = options::parse_value(tones, "tones")?;
        let options: DtmfOptions = options::parse(options, "DTMF options")?;
        Ok(self.0.insert(&tones, &options)?)
    }

    /// The tones that are still to be sent.
    #[wasm_bindgen(getter, js_name = toneBuffer)]
    pub fn tone_buffer(&self) -> String {
        self.0.tone_buffer()
    }

    /// Each tone as it starts, and an empty string after the last one: `for await (const tone of dtmf.tones())`.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<string>")]
    pub fn tones(&self) -> Object {
        async_iterator(self.0.tones().map(|tone| Ok(tone.into())).boxed_local())
    }
}
