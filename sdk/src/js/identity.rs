//! One JavaScript object of this package for each object of the browser.

use js_sys::{Object, Reflect, WeakMap, WeakRef};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// By the browser's object. An object of this package holds the browser's, so a strong reference would never go.
    static KNOWN: WeakMap = WeakMap::new();
}

/// The object for `raw`: the same one as long as JavaScript refers to it. `make` creates it.
pub(crate) fn object_of(raw: &JsValue, make: impl FnOnce() -> JsValue) -> JsValue {
    known(raw).unwrap_or_else(|| remember(raw, make()))
}

/// The object for `raw`, if there is one.
pub(crate) fn known(raw: &JsValue) -> Option<JsValue> {
    let reference = KNOWN.with(|known| known.get(raw.unchecked_ref::<Object>()));
    let object: JsValue = reference.dyn_into::<WeakRef>().ok()?.deref()?.into();
    (!is_freed(&object)).then_some(object)
}

/// Whether an object of this package was freed.
pub(crate) fn is_freed(object: &JsValue) -> bool {
    Reflect::get(object, &"__wbg_ptr".into()).is_ok_and(|pointer| pointer == 0)
}

/// Makes `object` the one for `raw`, and returns it.
pub(crate) fn remember(raw: &JsValue, object: JsValue) -> JsValue {
    let reference = WeakRef::new(object.unchecked_ref::<Object>());
    KNOWN.with(|known| known.set(raw.unchecked_ref(), &reference));
    object
}
