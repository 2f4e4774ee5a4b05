//! Attaching tracks to media elements, for JavaScript. The overloads of `attach` are in `attach.ts`.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::HtmlMediaElement;

use super::media::JsLocalTrack;
use super::options::expected;
use super::promise::future_to_promise;
use super::room::{JsRemoteTrack, JsRoom};
use crate::Error;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("attach.ts");

#[wasm_bindgen(js_class = RemoteTrack)]
impl JsRemoteTrack {
    #[wasm_bindgen(skip_typescript)]
    pub fn attach(&self, element: &JsValue) -> Result<HtmlMediaElement, JsValue> {
        if element.is_undefined() {
            return Ok(self.track().attach_new()?);
        }
        let element = media_element(element)?;
        self.track().attach(element)?;
        Ok(Clone::clone(element))
    }

    /// Detaches the track from an element, or from all. Other tracks of the element continue to play. Has no effect if
    /// the track is not attached to it.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if it is not a media element.
    pub fn detach(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "HTMLMediaElement")] element: &JsValue,
    ) -> Result<(), JsValue> {
        if element.is_undefined() {
            self.track().detach_all();
        } else {
            self.track().detach(media_element(element)?);
        }
        Ok(())
    }
}

#[wasm_bindgen(js_class = LocalTrack)]
impl JsLocalTrack {
    #[wasm_bindgen(skip_typescript)]
    pub fn attach(&self, element: &JsValue) -> Result<HtmlMediaElement, JsValue> {
        let track = self.handle();
        if element.is_undefined() {
            return Ok(track.attach_new()?);
        }
        let element = media_element(element)?;
        track.attach(element)?;
        Ok(Clone::clone(element))
    }

    /// Detaches the track from an element, or from all. Has no effect if the track is not attached to it.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if it is not a media element.
    pub fn detach(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "HTMLMediaElement")] element: &JsValue,
    ) -> Result<(), JsValue> {
        let track = self.handle();
        if element.is_undefined() {
            track.detach_all();
        } else {
            track.detach(media_element(element)?);
        }
        Ok(())
    }
}

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    /// Whether every element with an attached track may play. If false, the browser requires a user gesture to play
    /// audio: show a button that calls `startAudio`. The event `audioplaybackchange` reports changes.
    #[wasm_bindgen(getter, js_name = canPlayAudio)]
    pub fn can_play_audio(&self) -> bool {
        self.handle().can_play_audio()
    }

    /// Plays what the browser has blocked. Call it from a click handler.
    /// @throws {MoimError} ERR_BROWSER with a `NotAllowedError` as its cause without a user gesture; ERR_INVALID_STATE
    /// after leaving the room.
    #[wasm_bindgen(js_name = startAudio, unchecked_return_type = "Promise<void>")]
    pub fn start_audio(&self) -> Promise {
        let started = self.handle().start_audio();
        future_to_promise(async move {
            started.await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

pub(super) fn media_element(value: &JsValue) -> Result<&HtmlMediaElement, Error> {
    value.dyn_ref().ok_or_else(|| expected("element", "a <video> or an <audio> element", value))
}
