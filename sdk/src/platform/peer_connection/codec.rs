//! The browser's media capabilities: <https://www.w3.org/TR/webrtc/#dom-rtcrtpcapabilities>.

use moim_protocol::record;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use web_sys::{RtcRtpReceiver, RtcRtpSender};

use crate::engine::codec::Codec;
use crate::error::{Error, Result};
use crate::model::MediaKind;
use crate::platform::bindings::capture::require;
use crate::platform::dictionary;

/// `RTCRtpCapabilities`: <https://www.w3.org/TR/webrtc/#dom-rtcrtpcapabilities>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RtpCapabilities {
    /// Codecs, in the browser's order of preference.
    pub codecs: Vec<Codec>,
    /// RTP header extensions.
    pub header_extensions: Vec<HeaderExtension>,
}

record! { RtpCapabilities { codecs: "codecs" required, header_extensions: "headerExtensions" required, } }

/// An RTP header extension (RFC 8285).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct HeaderExtension {
    /// The URI that identifies it.
    pub uri: String,
}

record! { HeaderExtension { uri: "uri" required, } }

pub(super) fn send_capabilities(kind: MediaKind) -> Result<RtpCapabilities> {
    require(&js_sys::global(), "RTCRtpSender")?;
    read(RtcRtpSender::get_capabilities(kind.as_str()).map(JsValue::from))
}

pub(super) fn receive_capabilities(kind: MediaKind) -> Result<RtpCapabilities> {
    require(&js_sys::global(), "RTCRtpReceiver")?;
    read(RtcRtpReceiver::get_capabilities(kind.as_str()).map(JsValue::from))
}

fn read(raw: Option<JsValue>) -> Result<RtpCapabilities> {
    let unsupported = Error::Unsupported { feature: "getCapabilities" };
    dictionary::read(&raw.ok_or(unsupported.clone())?).map_err(|_| unsupported)
}
