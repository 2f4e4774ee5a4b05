//! Media capture APIs that web-sys lacks. Everything is looked up by name when it is used, because every browser lacks
//! some of it: a missing one results in [`Error::Unsupported`] with that name.

use std::future::Future;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::error::{Error, Result};
use crate::platform::exception::Exception;

/// Gets a property; `undefined` if it does not exist or cannot be read.
pub(in crate::platform) fn get(target: &JsValue, key: &str) -> JsValue {
    Reflect::get(target, &JsValue::from_str(key)).unwrap_or_default()
}

/// Gets a property that the browser may lack.
pub(in crate::platform) fn require(target: &JsValue, feature: &'static str) -> Result<JsValue> {
    let value = get(target, feature);
    if value.is_undefined() { Err(Error::Unsupported { feature }) } else { Ok(value) }
}

/// Gets a function that the browser may lack.
pub(in crate::platform) fn function(target: &JsValue, feature: &'static str) -> Result<Function> {
    get(target, feature).dyn_into().map_err(|_| Error::Unsupported { feature })
}

/// Calls a method that the browser may lack.
pub(in crate::platform) fn call(
    target: &JsValue,
    feature: &'static str,
    arguments: &[JsValue],
) -> Result<JsValue> {
    let arguments: Array = arguments.iter().collect();
    Ok(function(target, feature)?.apply(target, &arguments).map_err(Exception::from)?)
}

/// Calls a method that returns a promise immediately, and awaits it when the future is polled.
pub(in crate::platform) fn call_async(
    target: &JsValue,
    feature: &'static str,
    arguments: &[JsValue],
) -> impl Future<Output = Result<JsValue>> + use<> {
    let called = call(target, feature, arguments);
    async move { Ok(JsFuture::from(Promise::resolve(&called?)).await.map_err(Exception::from)?) }
}

/// Constructs an object of a class that the browser may lack.
pub(in crate::platform) fn construct(class: &'static str) -> Result<JsValue> {
    let constructor = function(&js_sys::global(), class)?;
    Ok(Reflect::construct(&constructor, &Array::new()).map_err(Exception::from)?)
}
