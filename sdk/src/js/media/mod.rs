//! Media capture for JavaScript: `LocalTrack`, `Devices`, `captureDisplay` and so on.

mod controller;
mod devices;
pub(super) mod display;
mod local_track;
mod permission;

use js_sys::Reflect;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStreamTrack;

#[cfg(test)]
pub(crate) use controller::JsCaptureController;
#[cfg(test)]
pub(crate) use devices::JsDevices;
pub(crate) use local_track::JsLocalTrack;

use super::options;
use crate::Result;
use crate::engine::capture::{
    TYPESCRIPT_CAPABILITIES, TYPESCRIPT_CONSTRAINTS, TYPESCRIPT_SETTINGS, TYPESCRIPT_WORDS,
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");
#[wasm_bindgen(typescript_custom_section)]
const WORDS: &str = TYPESCRIPT_WORDS;
#[wasm_bindgen(typescript_custom_section)]
const CONSTRAINTS: &str = TYPESCRIPT_CONSTRAINTS;
#[wasm_bindgen(typescript_custom_section)]
const SETTINGS: &str = TYPESCRIPT_SETTINGS;
#[wasm_bindgen(typescript_custom_section)]
const CAPABILITIES: &str = TYPESCRIPT_CAPABILITIES;
// The dead code lint does not see uses in the sections.
const _: [&str; 4] = [TYPESCRIPT_WORDS, TYPESCRIPT_CONSTRAINTS, TYPESCRIPT_SETTINGS, TYPESCRIPT_CAPABILITIES];

/// The browser's track of a `TrackLike`.
pub(crate) fn raw_track(value: &JsValue, what: &str) -> Result<MediaStreamTrack> {
    if value.is_instance_of::<MediaStreamTrack>() {
        return Ok(value.clone().unchecked_into());
    }
    let inner = Reflect::get(value, &"mediaStreamTrack".into()).ok();
    let expected = "a MediaStreamTrack, a LocalTrack or a RemoteTrack";
    inner.and_then(|inner| inner.dyn_into().ok()).ok_or_else(|| options::expected(what, expected, value))
}

/// The browser's tracks of an array of `TrackLike`s.
pub(crate) fn raw_tracks(tracks: &JsValue) -> Result<Vec<MediaStreamTrack>> {
    if tracks.is_object() && raw_track(tracks, "tracks").is_ok() {
        return Err(options::expected("tracks", "an array: use [track]", tracks));
    }
    options::elements(tracks, "tracks")?
        .enumerate()
        .map(|(at, track)| raw_track(&track?, &format!("tracks[{at}]")))
        .collect()
}

/// Serializes plain data to a JavaScript value.
pub(crate) fn to_js<T: serde::Serialize>(data: &T) -> Result<JsValue, JsValue> {
    Ok(serde_wasm_bindgen::to_value(data)?)
}
