//! `captureDisplay` for JavaScript.

use std::future::Future;

use futures::FutureExt;
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::JsLocalTrack;
use crate::Result;
use crate::js::abort::{self, abortable};
use crate::platform::{DisplayCapture, DisplayOptions, capture_display as open_display};

/// Prompts the user to select a screen, a window or a tab, and captures it. Call it from a click or key handler.
/// The browser's own stop button ends the tracks: listen to `"ended"`.
/// @throws {MoimError} ERR_MEDIA_NOT_ALLOWED when the user dismisses the dialog, or a permissions policy or the system
/// denies it; ERR_MEDIA_INSECURE_CONTEXT on a page without https; ERR_MEDIA_NOT_FOUND when there is nothing to share;
/// ERR_MEDIA_NOT_READABLE or ERR_MEDIA_ABORTED when it cannot be captured; ERR_MEDIA_OVERCONSTRAINED when it does not
/// satisfy a constraint; ERR_UNSUPPORTED if the browser has no `getDisplayMedia`; ERR_INVALID_OPTIONS for options that
/// are misspelt or of the wrong type, and for required constraints, which a display does not support; ERR_INVALID_STATE
/// without a recent user gesture; ERR_ABORTED when its `signal` is aborted.
/// @see https://www.w3.org/TR/screen-capture/#dom-mediadevices-getdisplaymedia
#[wasm_bindgen(js_name = captureDisplay, unchecked_return_type = "Promise<DisplayCapture>")]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn capture_display(
    #[wasm_bindgen(unchecked_optional_param_type = "DisplayOptions")] options: Option<JsValue>,
) -> Promise {
    // The browser is called synchronously, while the user gesture still counts.
    to_promise(options, open_display)
}

pub(super) fn to_promise<F>(options: Option<JsValue>, open: impl FnOnce(&DisplayOptions) -> F) -> Promise
where
    F: Future<Output = Result<DisplayCapture>> + 'static,
{
    abortable(abort::parse(options, "display options"), |options| objects(open(&options)).boxed_local())
}

async fn objects(capture: impl Future<Output = Result<DisplayCapture>>) -> Result<JsValue, JsValue> {
    object(capture.await?)
}

/// A `DisplayCapture`.
pub(in crate::js) fn object(capture: DisplayCapture) -> Result<JsValue, JsValue> {
    let result = Object::new();
    Reflect::set(&result, &"video".into(), &JsLocalTrack::object(capture.video))?;
    if let Some(audio) = capture.audio {
        Reflect::set(&result, &"audio".into(), &JsLocalTrack::object(audio))?;
    }
    Ok(result.into())
}
