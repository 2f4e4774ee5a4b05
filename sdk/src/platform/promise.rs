//! Promises that may never be settled. A browser leaves those of a connection that is closed meanwhile:
//! <https://www.w3.org/TR/webrtc/#dfn-chain>, step 9.1.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;

thread_local! {
    static NOTHING: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {});
}

/// What a promise comes to. It may be dropped at any time: a `JsFuture` stays in memory until its promise is settled.
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
            // The function of a promise's own never throws.
            let _ = settle.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Lets a promise go whatever becomes of it, so that the browser does not complain of a rejection that nobody handles.
pub(super) fn ignore(promise: &Promise) {
    NOTHING.with(|nothing| drop(promise.catch(nothing)));
}
