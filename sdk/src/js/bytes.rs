//! Bytes passed from JavaScript: a buffer, or a view of one.

use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// A view of the bytes in an `ArrayBuffer`, a typed array or a `DataView`. They are copied only from a resizable or
/// shared buffer, which browsers refuse to send. `None` for any other value.
pub(crate) fn view(data: &JsValue) -> Option<Uint8Array> {
    let member = |key: &str| Reflect::get(data, &key.into()).ok();
    let view = if data.is_instance_of::<ArrayBuffer>() {
        construct(data, &JsValue::from(0), &JsValue::UNDEFINED)
    } else if ArrayBuffer::is_view(data) {
        construct(&member("buffer")?, &member("byteOffset")?, &member("byteLength")?)
    } else {
        None
    }?;
    if is_plain(&view.buffer()) { Some(view) } else { Some(Uint8Array::new(&view)) }
}

fn is_plain(buffer: &JsValue) -> bool {
    let resizable = Reflect::get(buffer, &"resizable".into()).is_ok_and(|resizable| resizable.is_truthy());
    buffer.is_instance_of::<ArrayBuffer>() && !resizable
}

/// `new Uint8Array(buffer, offset, length)`, which throws for a detached buffer.
fn construct(buffer: &JsValue, offset: &JsValue, length: &JsValue) -> Option<Uint8Array> {
    let constructor: Function =
        Reflect::get(&js_sys::global(), &"Uint8Array".into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&constructor, &Array::of3(buffer, offset, length)).ok()?.dyn_into().ok()
}
