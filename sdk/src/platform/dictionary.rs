//! Reads dictionaries of the browser.

use js_sys::JSON;
use moim_protocol::json::{Fault, Read, from_text};
use wasm_bindgen::JsValue;

/// Reads what has a JSON form, by way of JSON: with the tables that read everything else. Unknown members are ignored.
///
/// # Errors
/// If it has another form.
pub(crate) fn read<T: Read>(dictionary: &JsValue) -> Result<T, Fault> {
    let text = JSON::stringify(dictionary).ok().and_then(|text| text.as_string());
    from_text(&text.ok_or_else(|| Fault::new("expected a dictionary".to_owned()))?)
}
