//! Attaching tracks to media elements, for JavaScript.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::HtmlMediaElement;

use super::media::JsLocalTrack;
use super::options::expected;
use super::promise::future_to_promise;
use super::room::{JsRemoteTrack, JsRoom};
use crate::Error;

#[wasm_bindgen(js_class = RemoteTrack)]
impl JsRemoteTrack {
    /// Plays the track in an element, or in a new `<video>` or `<audio>` that the application adds to the page, and
    /// starts playback. Returns the element. Several tracks may be attached to one element, such as the camera and the
    /// microphone of a participant: they play in sync, and the end of one does not affect the others. A second video
    /// track replaces the first. When the track ends it is detached; detach it before discarding the element.
    ///
    /// If the browser requires a user gesture to play audio, the whole element is blocked: see `room.canPlayAudio`.
    /// Audio in a separate `<audio>` element does not block the video.
    /// @throws {MoimError} ERR_INVALID_STATE when the track has ended; ERR_INVALID_OPTIONS if it is not a media
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
    /// Plays the track in an element, replacing what it plays, or in a new `<video>` or `<audio>` that the application
    /// adds to the page, and starts playback: a preview. Returns the element. It is muted, and mirrored if the track is
    /// a camera that faces the user, or has an unknown facing mode: mirrored with the element's `style.scale`. Both can
    /// be changed afterwards. When the track ends, it is detached; an element that this method has created is then
    /// removed from the page.
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
