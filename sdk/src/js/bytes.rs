//! Bytes passed from JavaScript: a buffer, or a view of one.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

// In one call: there may be thousands of messages in a second.
#[wasm_bindgen(module = "/src/js/snippets.js")]
extern "C" {
    #[wasm_bindgen(js_name = bytesOf)]
    fn bytes_of(data: &JsValue) -> Option<Uint8Array>;
}

/// A view of the bytes in an `ArrayBuffer`, a typed array or a `DataView`. They are copied only from a resizable or
/// shared buffer, which browsers refuse to send. `None` for any other value.
pub(crate) fn view(data: &JsValue) -> Option<Uint8Array> {
    bytes_of(data)
}
