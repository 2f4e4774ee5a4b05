//! `captureDisplay` for JavaScript.

use std::future::Future;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::JsLocalTrack;
use crate::Result;
use crate::js::options;
use crate::js::promise::future_to_promise;
use crate::platform::{DisplayCapture, capture_display as open_display};

/// Lets the user choose a screen, a window or a tab, and captures it. Call it from an event handler of a click or a key.
/// A user who dismisses the dialog gives `ERR_MEDIA_NOT_ALLOWED`. The browser's own stop button ends the tracks: listen
/// to `"ended"`.
#[wasm_bindgen(js_name = captureDisplay, unchecked_return_type = "Promise<DisplayCapture>")]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn capture_display(
    #[wasm_bindgen(unchecked_optional_param_type = "DisplayOptions")] options: Option<JsValue>,
) -> Promise {
    // The browser is asked here and now, while the user's click still counts.
    to_promise(options::parse(options, "display options").map(|options| open_display(&options)))
}

pub(super) fn to_promise(capture: Result<impl Future<Output = Result<DisplayCapture>> + 'static>) -> Promise {
    future_to_promise(async move {
        let capture = capture?.await?;
        let result = Object::new();
        Reflect::set(&result, &"video".into(), &JsLocalTrack::from(capture.video).into())?;
        if let Some(audio) = capture.audio {
            Reflect::set(&result, &"audio".into(), &JsLocalTrack::from(audio).into())?;
        }
        Ok(result.into())
    })
}
