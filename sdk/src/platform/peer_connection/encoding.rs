//! `RTCRtpSendParameters`: <https://www.w3.org/TR/webrtc/#dom-rtcrtpsendparameters>.

use js_sys::{Array, Object, Reflect};
use moim_protocol::{options, words};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::codec::Codec;
use crate::engine::simulcast::check_rids;
use crate::error::{Error, Result};
use crate::platform::dictionary;
use crate::platform::exception::Exception;

/// Settings of one encoding of a track; with simulcast there are several.
/// <https://www.w3.org/TR/webrtc/#dom-rtcrtpencodingparameters>, <https://www.w3.org/TR/webrtc-svc/>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Encoding {
    /// The RID of the encoding in simulcast (RFC 8851): letters and digits. Cannot be changed later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub rid: Option<String>,
    /// Whether it is sent. Default: `true`.
    #[cfg_attr(feature = "js", tsify(optional))]
    pub active: bool,
    /// Maximum bit rate in bit/s. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub max_bitrate: Option<u32>,
    /// Maximum frames per second. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub max_framerate: Option<f64>,
    /// The factor by which width and height are scaled down, at least 1. Default: 1, and in simulcast a power of 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub scale_resolution_down_by: Option<f64>,
    /// The scalability mode, such as `L1T3` or `L3T3_KEY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub scalability_mode: Option<String>,
    /// Its priority if the bit rate does not suffice for all encodings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub priority: Option<Priority>,
    /// The priority of its packets in the network (DSCP).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub network_priority: Option<Priority>,
    /// The codec of this encoding, one of the negotiated ones. Default: the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub codec: Option<Codec>,
}

options! { Encoding {
    rid: "rid",
    active: "active",
    max_bitrate: "maxBitrate",
    max_framerate: "maxFramerate",
    scale_resolution_down_by: "scaleResolutionDownBy",
    scalability_mode: "scalabilityMode",
    priority: "priority",
    network_priority: "networkPriority",
    codec: "codec",
} }

impl Default for Encoding {
    fn default() -> Self {
        Self {
            rid: None,
            active: true,
            max_bitrate: None,
            max_framerate: None,
            scale_resolution_down_by: None,
            scalability_mode: None,
            priority: None,
            network_priority: None,
            codec: None,
        }
    }
}

impl Encoding {
    /// Creates a simulcast encoding that is scaled down by this factor.
    pub fn simulcast(rid: &str, scale_resolution_down_by: f64) -> Self {
        Self {
            rid: Some(rid.to_owned()),
            scale_resolution_down_by: Some(scale_resolution_down_by),
            ..Self::default()
        }
    }
}

/// `RTCPriorityType`: <https://www.w3.org/TR/webrtc-priority/#rtc-priority-type>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "self-explanatory")]
pub enum Priority {
    VeryLow,
    Low,
    Medium,
    High,
}

words! { Priority { "very-low" VeryLow, "low" Low, "medium" Medium, "high" High, } }

/// What to degrade when bandwidth or CPU time is insufficient:
/// <https://www.w3.org/TR/mst-content-hint/#degradation-preference-when-encoding>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum DegradationPreference {
    /// Keep the frame rate, reduce the resolution: for motion.
    MaintainFramerate,
    /// Keep the resolution, reduce the frame rate: for text.
    MaintainResolution,
    /// Keep both; drop frames.
    MaintainFramerateAndResolution,
    /// Reduce both, as the browser decides.
    Balanced,
}

words! { DegradationPreference {
    "maintain-framerate" MaintainFramerate,
    "maintain-resolution" MaintainResolution,
    "maintain-framerate-and-resolution" MaintainFramerateAndResolution,
    "balanced" Balanced,
} }

/// Parameters of a sender.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct SendParameters {
    /// The encodings, one or one per `rid`. Their number and order cannot be changed. If empty, they are unchanged.
    pub encodings: Vec<Encoding>,
    /// What to degrade when bandwidth or CPU time is insufficient.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub degradation_preference: Option<DegradationPreference>,
}

options! { SendParameters { encodings: "encodings", degradation_preference: "degradationPreference" } }

const DEGRADATION_PREFERENCE: &str = "degradationPreference";

/// Members that can be set and unset, with their names in errors.
const MEMBERS: [&str; 7] = [
    "maxBitrate",
    "maxFramerate",
    "scaleResolutionDownBy",
    "scalabilityMode",
    "priority",
    "networkPriority",
    "codec",
];

pub(super) fn raw_encodings(encodings: &[Encoding]) -> Result<Array> {
    check_rids(encodings.iter().map(|encoding| encoding.rid.as_deref()))?;
    encodings.iter().map(to_js).collect()
}

pub(super) fn read(raw: &Object) -> Result<SendParameters> {
    dictionary::read(raw).map_err(|fault| unreadable(fault.text))
}

/// The negotiated codecs; empty before negotiation.
pub(super) fn codecs(raw: &Object) -> Vec<Codec> {
    let codecs = Reflect::get(raw, &"codecs".into()).ok();
    codecs.and_then(|codecs| dictionary::read(&codecs).ok()).unwrap_or_default()
}

/// Writes the parameters into the browser's object, and leaves its other members unchanged.
pub(super) fn write(parameters: &SendParameters, raw: &Object) -> Result<()> {
    let encodings = encodings_of(raw);
    let is_left_out = parameters.encodings.is_empty();
    if encodings.length() as usize != parameters.encodings.len() && !is_left_out {
        return Err(Error::InvalidOptions {
            detail: format!(
                "got {} encodings: expected {}, the number of encodings of the sender",
                parameters.encodings.len(),
                encodings.length()
            ),
        });
    }
    for (encoding, target) in parameters.encodings.iter().zip(encodings.iter()) {
        let source = to_js(encoding)?;
        MEMBERS.iter().chain(&["active"]).try_for_each(|member| copy(member, &source, &target))?;
    }
    copy(DEGRADATION_PREFERENCE, &to_js(parameters)?, raw)
}

/// `RTCSetParameterOptions` that ask for a key frame of each encoding. A browser that does not know them ignores them.
pub(super) fn key_frames(encodings: usize) -> Object {
    let option = Object::new();
    let _ = Reflect::set(&option, &"keyFrame".into(), &true.into());
    let options = Object::new();
    let each: js_sys::Array = std::iter::repeat_n(option, encodings).collect();
    let _ = Reflect::set(&options, &"encodingOptions".into(), &each);
    options
}

/// Finds a member that was requested and that the browser ignored silently.
pub(super) fn check_taken(
    encodings: &[Encoding],
    degradation_preference: Option<DegradationPreference>,
    raw: &Object,
) -> Result<()> {
    let taken = encodings_of(raw);
    // A browser omits encodings that exceed its limits, and all but one for audio.
    if encodings.len() > taken.length() as usize {
        return Err(Error::Unsupported { feature: "sendEncodings of this number" });
    }
    for (encoding, taken) in encodings.iter().zip(taken.iter()) {
        let asked = to_js(encoding)?;
        if let Some(feature) = MEMBERS.iter().find(|member| has(&asked, member) && !has(&taken, member)) {
            return Err(Error::Unsupported { feature });
        }
    }
    if degradation_preference.is_some() && !has(raw, DEGRADATION_PREFERENCE) {
        return Err(Error::Unsupported { feature: DEGRADATION_PREFERENCE });
    }
    Ok(())
}

fn encodings_of(raw: &Object) -> Array {
    let encodings = Reflect::get(raw, &"encodings".into()).ok();
    encodings.and_then(|encodings| encodings.dyn_into().ok()).unwrap_or_default()
}

fn copy(member: &str, source: &JsValue, target: &JsValue) -> Result<()> {
    let key = JsValue::from_str(member);
    let value = Reflect::get(source, &key).map_err(Exception::from)?;
    match (value.is_undefined(), target.dyn_ref::<Object>()) {
        (true, Some(target)) => Reflect::delete_property(target, &key),
        _ => Reflect::set(target, &key, &value),
    }
    .map_err(Exception::from)?;
    Ok(())
}

fn has(object: &JsValue, member: &str) -> bool {
    Reflect::get(object, &JsValue::from_str(member))
        .is_ok_and(|value| !value.is_undefined() && !value.is_null())
}

fn to_js(value: &impl Serialize) -> Result<JsValue> {
    serde_wasm_bindgen::to_value(value).map_err(|error| unreadable(error.to_string()))
}

fn unreadable(detail: String) -> Error {
    Error::Negotiation { step: "reading the parameters of a sender", detail }
}
