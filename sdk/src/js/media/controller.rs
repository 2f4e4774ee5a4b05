//! `CaptureController` for JavaScript.

use futures::StreamExt;
use js_sys::{Object, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

use super::display::to_promise;
use crate::Result;
use crate::js::abort::{self, NoOptions, abortable};
use crate::js::event_target::{listen, unlisten};
use crate::js::options;
use crate::js::streams::async_iterator;
use crate::platform::CaptureController;

const EVENTS: &[&str] = &["zoomlevelchange"];

/// Controls one display capture. Available in Chromium; a missing method results in `ERR_UNSUPPORTED`. Misspelt options
/// and arguments of the wrong type result in `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/screen-capture/#dom-capturecontroller
/// @see https://screen-share.github.io/captured-surface-control/
/// @example
/// const controller = new CaptureController();
/// controller.setFocusBehavior("no-focus-change");
/// const { video } = await controller.captureDisplay();
#[derive(Debug)]
#[wasm_bindgen(js_name = CaptureController)]
pub struct JsCaptureController(CaptureController);

#[wasm_bindgen(js_class = CaptureController)]
impl JsCaptureController {
    /// Creates a controller without a capture.
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser has no `CaptureController`.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<Self, JsValue> {
        Ok(Self(CaptureController::new()?))
    }

    /// Like the function `captureDisplay`, controlled by this object. Can be called once.
    /// @throws {MoimError} the codes of the function; ERR_INVALID_STATE the second time, as a controller controls one
    /// capture, even after that has ended, and without a recent user gesture.
    #[wasm_bindgen(js_name = captureDisplay, unchecked_return_type = "Promise<DisplayCapture>")]
    pub fn capture_display(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "DisplayOptions")] options: Option<JsValue>,
    ) -> Promise {
        to_promise(options, |options| self.0.capture_display(options))
    }

    /// Sets which window gets the focus when sharing begins. Call it before the capture or immediately after it.
    /// @throws {MoimError} ERR_INVALID_STATE if it is called later, or a screen is shared; ERR_UNSUPPORTED if the
    /// browser has no `setFocusBehavior`.
    #[wasm_bindgen(js_name = setFocusBehavior)]
    pub fn set_focus_behavior(
        &self,
        #[wasm_bindgen(unchecked_param_type = "FocusBehavior")] behavior: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.0.set_focus_behavior(&options::parse_value(behavior, "focus behavior")?)?)
    }

    /// The supported zoom levels of a shared tab, in percent, in ascending order.
    /// @throws {MoimError} ERR_INVALID_STATE if no tab is shared; ERR_UNSUPPORTED if the browser has no
    /// `getSupportedZoomLevels`.
    #[wasm_bindgen(js_name = supportedZoomLevels, unchecked_return_type = "number[]")]
    pub fn supported_zoom_levels(&self) -> Result<Vec<u32>, JsValue> {
        Ok(self.0.supported_zoom_levels()?)
    }

    /// The zoom level of the shared tab, in percent. `undefined` if no tab is shared.
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser has no `zoomLevel`.
    #[wasm_bindgen(getter, js_name = zoomLevel)]
    pub fn zoom_level(&self) -> Result<Option<u32>, JsValue> {
        Ok(self.0.zoom_level()?)
    }

    /// Increases the zoom level of the shared tab by one step. Call it from a click handler; the browser may prompt the
    /// user.
    /// @throws {MoimError} ERR_INVALID_STATE if no tab is shared, or at the last level; ERR_UNSUPPORTED if the browser
    /// has no `increaseZoomLevel`; ERR_MEDIA_NOT_ALLOWED if the user denies it, or without a click; ERR_ABORTED when its `signal`
    /// is aborted, after which the browser may still do it.
    #[wasm_bindgen(js_name = increaseZoomLevel, unchecked_return_type = "Promise<void>")]
    pub fn increase_zoom_level(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        done(options, || Ok(self.0.increase_zoom_level()))
    }

    /// Decreases the zoom level of the shared tab by one step, under the same conditions.
    /// @throws {MoimError} the codes of `increaseZoomLevel`.
    #[wasm_bindgen(js_name = decreaseZoomLevel, unchecked_return_type = "Promise<void>")]
    pub fn decrease_zoom_level(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        done(options, || Ok(self.0.decrease_zoom_level()))
    }

    /// Resets the zoom level of the shared tab, under the same conditions.
    /// @throws {MoimError} the codes of `increaseZoomLevel`.
    #[wasm_bindgen(js_name = resetZoomLevel, unchecked_return_type = "Promise<void>")]
    pub fn reset_zoom_level(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        done(options, || Ok(self.0.reset_zoom_level()))
    }

    /// Forwards wheel events on `element` to the shared tab, which scrolls; `null` stops it.
    /// @throws {MoimError} ERR_INVALID_STATE if no tab is shared; ERR_UNSUPPORTED if the browser has no `forwardWheel`;
    /// ERR_MEDIA_NOT_ALLOWED if the user denies it; ERR_INVALID_OPTIONS if it is not an
    /// element; ERR_ABORTED when its `signal` is aborted.
    #[wasm_bindgen(js_name = forwardWheel, unchecked_return_type = "Promise<void>")]
    pub fn forward_wheel(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Element | null")] element: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        done(options, || match element.dyn_ref::<Element>() {
            None if !element.is_null() && !element.is_undefined() => {
                Err(options::expected("element", "an element or null", &element))
            }
            element => Ok(self.0.forward_wheel(element)),
        })
    }

    /// Each new zoom level in percent, including those set by the user in the tab:
    /// `for await (const level of it.zoomLevels())`.
    #[wasm_bindgen(js_name = zoomLevels, unchecked_return_type = "AsyncIterableIterator<number>")]
    pub fn zoom_levels(&self) -> Object {
        async_iterator(self.0.zoom_levels().map(|level| Ok(level.into())))
    }

    /// Calls `listener` when the zoom level changes.
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"zoomlevelchange\"")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "boolean | AddEventListenerOptions")]
        options: &JsValue,
    ) -> Result<(), JsValue> {
        listen(self.0.as_raw(), event, EVENTS, listener, options)
    }

    /// Removes a listener.
    #[wasm_bindgen(js_name = removeEventListener)]
    pub fn remove_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"zoomlevelchange\"")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "boolean | EventListenerOptions")] options: &JsValue,
    ) -> Result<(), JsValue> {
        unlisten(self.0.as_raw(), event, EVENTS, listener, options)
    }
}

/// Begins within the call, as the browser demands a click.
fn done<F>(options: Option<JsValue>, begin: impl FnOnce() -> Result<F>) -> Promise
where
    F: Future<Output = Result<()>> + 'static,
{
    abortable(abort::parse(options, "options"), |NoOptions {}| {
        let action = begin();
        async move {
            action?.await?;
            Ok(JsValue::UNDEFINED)
        }
    })
}
