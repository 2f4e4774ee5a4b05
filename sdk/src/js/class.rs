//! Instances of this package's classes as arguments.

use js_sys::{Function, Reflect};
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::{JsCast, JsValue};

use super::options;
use crate::Result;

/// The name of the method that returns another object for the wrapped value. A parameter of the class itself would fail
/// on a wrong value with an error that has no code, and unwrapping the object would leave it empty.
pub(crate) const HANDLE: &str = "__handle";

/// Converts the value to `T`, whose class is `class` in JavaScript.
pub(crate) fn handle<T: TryFromJsValue>(value: &JsValue, what: &str, class: &str) -> Result<T> {
    let wrong = || options::expected(what, &format!("an object of the class {class}"), value);
    // wasm-bindgen keeps a slot for each exception that it catches, so the common path must not throw.
    if !value.is_object() {
        return Err(wrong());
    }
    let method =
        Reflect::get(value, &HANDLE.into()).ok().and_then(|method| method.dyn_into::<Function>().ok());
    let handle = method.and_then(|method| method.call0(value).ok()).ok_or_else(wrong)?;
    T::try_from_js_value(handle).map_err(|_| wrong())
}
