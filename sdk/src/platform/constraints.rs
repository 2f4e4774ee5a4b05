//! Converts constraints for the browser, and settings and capabilities from it:
//! <https://www.w3.org/TR/mediacapture-streams/#constrainable-interface>.

use js_sys::Object;
use wasm_bindgen::JsValue;

use super::bindings::capture::{call, get};
use super::devices::media_devices;
use super::dictionary;
use crate::engine::capture::{Raw, TrackConstraints};
use crate::error::{Error, Result};

/// Converts constraints for the browser. A required member that the browser does not support is an error,
/// because the browser would ignore it.
pub(super) fn to_js(constraints: &TrackConstraints) -> Result<JsValue> {
    // Where the browser does not list the supported constraints, nothing can be checked.
    let known = media_devices("getSupportedConstraints")
        .and_then(|devices| call(&devices, "getSupportedConstraints", &[]));
    if let Ok(known) = known
        && let Some(feature) = constraints.unsupported(|name| get(&known, name).is_truthy())
    {
        return Err(Error::Unsupported { feature });
    }
    serde_wasm_bindgen::to_value(constraints)
        .map_err(|error| Error::InvalidOptions { detail: error.to_string() })
}

/// The constraints for `getUserMedia` and `getDisplayMedia`, which expect `true` when none are set.
pub(super) fn to_js_or_true(constraints: &TrackConstraints) -> Result<JsValue> {
    if constraints.is_empty() { Ok(JsValue::TRUE) } else { to_js(constraints) }
}

/// Reads a member of a settings or capabilities object.
pub(super) fn member(object: &JsValue, name: &str) -> Option<Raw> {
    let value = get(object, name);
    if value.is_undefined() { None } else { dictionary::read(&value).ok() }
}

/// Sets a property of a new object, which cannot fail.
pub(super) fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    let _ = js_sys::Reflect::set(object, &JsValue::from_str(key), &value.into());
}
