//! Playing tracks in elements, for JavaScript.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::HtmlMediaElement;

use super::media::JsLocalTrack;
use super::promise::future_to_promise;
use super::room::{JsRemoteTrack, JsRoom};
use crate::Error;

#[wasm_bindgen(js_class = RemoteTrack)]
impl JsRemoteTrack {
    /// Plays the track in an element, or in a new `<video>` or `<audio>` that is yours to put into the page, and starts
    /// playback. Returns the element. Several tracks may be attached to one element, such as the camera
    /// and the microphone of a participant: they play together, and one that ends leaves the others untouched. A second
    /// picture takes the place of the first. When the track ends it is detached; detach it before the element is thrown away.
    ///
    /// A browser that wants a click before there is sound holds the whole element back: see `room.canPlayAudio`. Sound in an
    /// `<audio>` element of its own does not hold the picture back.
    /// @throws {MoimError} ERR_INVALID_STATE when the track has ended; ERR_INVALID_OPTIONS for what is no media
    /// element.
    #[wasm_bindgen(unchecked_return_type = "HTMLMediaElement")]
    pub fn attach(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "HTMLMediaElement")] element: &JsValue,
    ) -> Result<HtmlMediaElement, JsValue> {
        if element.is_undefined() {
            return Ok(self.track().attach_new()?);
        }
        let element = media_element(element)?;
        self.track().attach(element)?;
        Ok(Clone::clone(element))
    }

    /// Undoes `attach` for an element, or for all. The element's other tracks play on. Does nothing if the track is not
    /// attached to it.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for what is no media element.
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
    /// Plays the track in an element, in place of what it plays, or in a new `<video>` or `<audio>` that is yours to put into
    /// the page, and starts playback: a preview. Returns the element. It is muted, and mirrored if the track is a camera
    /// that faces the user, or that does not say where it faces: mirrored by the element's `style.scale`. Both can be
    /// changed afterwards. When the track ends, it is detached.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if it is not a media element.
    #[wasm_bindgen(unchecked_return_type = "HTMLMediaElement")]
    pub fn attach(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "HTMLMediaElement")] element: &JsValue,
    ) -> Result<HtmlMediaElement, JsValue> {
        let track = self.handle();
        if element.is_undefined() {
            return Ok(track.attach_new()?);
        }
        let element = media_element(element)?;
        track.attach(element)?;
        Ok(Clone::clone(element))
    }

    /// Undoes `attach` for an element, or for all. Does nothing if the track is not attached to it.
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
    /// Whether every element with an attached track may play. If not, the browser wants a click before there is sound: offer
    /// a button that calls `startAudio`. The event `audioplaybackchange` says when it changes.
    #[wasm_bindgen(getter, js_name = canPlayAudio)]
    pub fn can_play_audio(&self) -> bool {
        self.handle().can_play_audio()
    }

    /// Plays what the browser has held back. Call it while a click is handled.
    /// @throws {MoimError} ERR_BROWSER with a `NotAllowedError` as its cause if that was no click; ERR_INVALID_STATE
    /// when the room is left.
    #[wasm_bindgen(js_name = startAudio, unchecked_return_type = "Promise<void>")]
    pub fn start_audio(&self) -> Promise {
        let started = self.handle().start_audio();
        future_to_promise(async move {
            started.await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

fn media_element(value: &JsValue) -> Result<&HtmlMediaElement, Error> {
    let wrong = || Error::InvalidOptions {
        detail: format!("element: expected a <video> or an <audio> element, got {}", described(value)),
    };
    value.dyn_ref::<HtmlMediaElement>().ok_or_else(wrong)
}

fn described(value: &JsValue) -> String {
    match value.dyn_ref::<web_sys::Element>() {
        Some(element) => format!("<{}>", element.local_name()),
        None if value.is_object() => "an object that is none".to_owned(),
        None => format!("{value:?}").trim_start_matches("JsValue(").trim_end_matches(')').to_owned(),
    }
}
