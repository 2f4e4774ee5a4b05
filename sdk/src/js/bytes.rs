//! Bytes passed from JavaScript: a buffer, or a view of one.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

// Without names of members that would be converted for each message.
#[wasm_bindgen]
extern "C" {
    /// Any view of a buffer.
    type BufferView;
    #[wasm_bindgen(method, getter)]
    fn buffer(this: &BufferView) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = byteOffset)]
    fn byte_offset(this: &BufferView) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = byteLength)]
    fn byte_length(this: &BufferView) -> JsValue;

    /// A buffer with the member that older browsers lack.
    type MaybeResizable;
    #[wasm_bindgen(method, getter)]
    fn resizable(this: &MaybeResizable) -> Option<bool>;

    /// A constructor that throws for a detached buffer.
    #[wasm_bindgen(js_name = Uint8Array)]
    type Bytes;
    #[wasm_bindgen(constructor, catch, js_class = Uint8Array)]
    fn new(buffer: &JsValue, offset: &JsValue, length: &JsValue) -> Result<Bytes, JsValue>;
}

/// A view of the bytes in an `ArrayBuffer`, a typed array or a `DataView`. They are copied only from a resizable or
/// shared buffer, which browsers refuse to send. `None` for any other value.
pub(crate) fn view(data: &JsValue) -> Option<Uint8Array> {
    let view = if data.is_instance_of::<ArrayBuffer>() {
        construct(data, &JsValue::from(0), &JsValue::UNDEFINED)?
    } else if let Some(bytes) = data.dyn_ref::<Uint8Array>().filter(|bytes| bytes.length() > 0) {
        bytes.clone()
    } else if ArrayBuffer::is_view(data) {
        let view = data.unchecked_ref::<BufferView>();
        construct(&view.buffer(), &view.byte_offset(), &view.byte_length())?
    } else {
        return None;
    };
    if is_plain(&view.buffer()) { Some(view) } else { Some(Uint8Array::new(&view)) }
}

fn is_plain(buffer: &JsValue) -> bool {
    buffer.is_instance_of::<ArrayBuffer>()
        && buffer.unchecked_ref::<MaybeResizable>().resizable() != Some(true)
}

fn construct(buffer: &JsValue, offset: &JsValue, length: &JsValue) -> Option<Uint8Array> {
    Bytes::new(buffer, offset, length).ok().map(JsCast::unchecked_into)
}
