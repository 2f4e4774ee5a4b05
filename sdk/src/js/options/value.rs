//! Determines the type of a value without trusting it.

use js_sys::{Array, ArrayBuffer, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

use crate::js::identity::is_freed;

/// The type's name in messages.
pub(super) fn described(value: &JsValue) -> String {
    match value.as_string() {
        Some(text) => format!("\"{text}\""),
        None if is_array(value) => "an array".to_owned(),
        None if value.is_function() => "a function".to_owned(),
        None if is_detached(value) => "a detached buffer, whose bytes were transferred".to_owned(),
        None if value.is_object() => match value.dyn_ref::<Element>() {
            Some(element) => format!("<{}>", element.local_name()),
            None => class_name(value),
        },
        None => format!("{value:?}").trim_start_matches("JsValue(").trim_end_matches(')').to_owned(),
    }
}

/// `Array.isArray` throws for a revoked proxy.
pub(super) fn is_array(value: &JsValue) -> bool {
    Reflect::has(value, &"length".into()).is_ok() && Array::is_array(value)
}

/// `an object of the class Date`
fn class_name(object: &JsValue) -> String {
    let class = Reflect::get(object, &"constructor".into());
    let name = class.and_then(|class| Reflect::get(&class, &"name".into())).ok();
    match name.and_then(|name| name.as_string()).filter(|name| !name.is_empty() && name != "Object") {
        Some(name) if is_freed(object) => format!("a {name} after free()"),
        Some(name) => format!("an object of the class {name}"),
        None => "an object".to_owned(),
    }
}

/// An `ArrayBuffer` that was transferred, or a view of one.
fn is_detached(value: &JsValue) -> bool {
    let detached = |buffer: &JsValue| {
        Reflect::get(buffer, &"detached".into()).is_ok_and(|detached| detached.is_truthy())
    };
    if ArrayBuffer::is_view(value) {
        Reflect::get(value, &"buffer".into()).is_ok_and(|buffer| detached(&buffer))
    } else {
        value.is_instance_of::<ArrayBuffer>() && detached(value)
    }
}

/// Not a `Date`, a `Map` or a `MediaStream`: they have no own properties, and would be accepted as empty options.
pub(super) fn may_hold_options(object: &Object) -> bool {
    let is_root = |prototype: &Object| Reflect::get_prototype_of(prototype).is_ok_and(|next| next.is_null());
    let is_plain = |prototype: Object| prototype.is_null() || is_root(&prototype);
    let has_keys = Reflect::own_keys(object).is_ok_and(|keys| keys.length() > 0);
    has_keys || Reflect::get_prototype_of(object).is_ok_and(is_plain)
}

pub(super) fn length(array: &JsValue) -> u32 {
    let length = Reflect::get(array, &"length".into()).ok().and_then(|length| length.as_f64());
    length.unwrap_or_default() as u32
}
