//! Promises that may never be settled. Browsers do not settle those of a connection that is closed meanwhile:
//! <https://www.w3.org/TR/webrtc/#dfn-chain>, step 9.1.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    static NOTHING: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {});
}

/// The result of a promise. It can be dropped at any time, whereas a `JsFuture` stays in memory until its promise is
/// settled.
pub(super) async fn outcome(promise: Promise) -> Result<JsValue, JsValue> {
    let mut give_up = None;
    let given_up = Promise::new(&mut |settle, _| give_up = Some(settle));
    let _guard = GiveUp(give_up);
    JsFuture::from(Promise::race(&Array::of2(&promise, &given_up))).await
}

/// Settles a promise when it is dropped.
struct GiveUp(Option<Function>);

impl Drop for GiveUp {
    fn drop(&mut self) {
        if let Some(settle) = &self.0 {
            // A promise's own resolve function never throws.
            let _ = settle.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Ignores the result of a promise, so that the browser does not report an unhandled rejection.
pub(crate) fn ignore(promise: &Promise) {
    NOTHING.with(|nothing| drop(promise.catch(nothing)));
}
