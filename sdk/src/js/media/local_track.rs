//! `LocalTrack` for JavaScript.

use futures::StreamExt;
use js_sys::{Object, Promise};
use moim_protocol::{MediaKind, TrackSource};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MediaStreamTrack};

use super::{raw_track, to_js};
use crate::js::event_target::{listen, unlisten};
use crate::js::options;
use crate::js::promise::future_to_promise;
use crate::js::streams::async_iterator;
use crate::platform::{LocalTrack, Region};

const EVENTS: &[&str] = &["ended", "mute", "unmute", "configurationchange", "capturehandlechange"];

/// Sound or pictures of this page: a camera, a microphone, a shared display, or a track of the application.
/// It runs until `stop()`. Arguments and options that are misspelt, of the wrong type or out of range give
/// `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack
#[derive(Debug)]
#[wasm_bindgen(js_name = LocalTrack)]
pub struct JsLocalTrack(LocalTrack);

impl From<LocalTrack> for JsLocalTrack {
    fn from(track: LocalTrack) -> Self {
        track.keep_running_on_drop();
        Self(track)
    }
}

impl JsLocalTrack {
    /// The track behind the JavaScript object.
    pub(crate) fn handle(&self) -> LocalTrack {
        self.0.clone()
    }
}

#[wasm_bindgen(js_class = LocalTrack)]
impl JsLocalTrack {
    /// For `class::handle`.
    #[wasm_bindgen(js_name = __handle, skip_typescript)]
    pub fn js_handle(&self) -> Self {
        Self(self.0.clone())
    }

    /// Wraps a track that the application made, such as that of a canvas.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for what is no track, and for a source that there is not.
    #[wasm_bindgen(js_name = fromMediaStreamTrack)]
    pub fn from_media_stream_track(
        #[wasm_bindgen(unchecked_param_type = "MediaStreamTrack")] track: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "TrackSource")] source: JsValue,
    ) -> Result<Self, JsValue> {
        let source: TrackSource = options::parse_value(source, "source")?;
        Ok(Self(LocalTrack::from_raw(raw_track(track)?, source)))
    }

    /// `MediaStreamTrack.id`, unique in this page.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// Sound or pictures.
    #[wasm_bindgen(getter, unchecked_return_type = "MediaKind")]
    pub fn kind(&self) -> String {
        match self.0.kind() {
            MediaKind::Audio => "audio".to_owned(),
            MediaKind::Video => "video".to_owned(),
        }
    }

    /// What the track shows.
    #[wasm_bindgen(getter, unchecked_return_type = "TrackSource")]
    pub fn source(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.source())
    }

    /// The device's name as the browser shows it. May be empty.
    #[wasm_bindgen(getter)]
    pub fn label(&self) -> String {
        self.0.label()
    }

    /// The device that feeds the track, if there is one.
    #[wasm_bindgen(getter, js_name = deviceId)]
    pub fn device_id(&self) -> Option<String> {
        self.0.device_id()
    }

    /// Whether media flows. A disabled track gives silence or black wherever it is played, recorded or published, and its
    /// publications are muted. A camera's light may stay on: only `stop()` frees the device. To mute one publication, use
    /// `room.setMuted`.
    /// @throws {MoimError} ERR_INVALID_OPTIONS when it is set to something else than true or false.
    #[wasm_bindgen(getter)]
    pub fn enabled(&self) -> bool {
        self.0.is_enabled()
    }

    #[wasm_bindgen(setter)]
    pub fn set_enabled(
        &self,
        #[wasm_bindgen(unchecked_param_type = "boolean")] enabled: JsValue,
    ) -> Result<(), JsValue> {
        self.0.set_enabled(options::parse_value(enabled, "enabled")?);
        Ok(())
    }

    /// Whether the track is over for good.
    #[wasm_bindgen(getter)]
    pub fn ended(&self) -> bool {
        self.0.is_ended()
    }

    /// Ends the track and frees its device. Its publications end too. Stopping again does nothing.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Whether the source gives nothing at present, such as a headset whose own switch is off. The application mutes
    /// by `enabled` instead.
    #[wasm_bindgen(getter)]
    pub fn muted(&self) -> bool {
        self.0.is_muted()
    }

    /// A second track of the same source, with settings and an end of its own. The device is free when both are
    /// stopped.
    #[wasm_bindgen(js_name = clone)]
    pub fn clone_track(&self) -> Self {
        Self::from(self.0.clone_track())
    }

    /// What the track is at present.
    /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getsettings>
    #[wasm_bindgen(unchecked_return_type = "TrackSettings")]
    pub fn settings(&self) -> JsValue {
        self.0.as_raw().get_settings().into()
    }

    /// What the track could be. <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getcapabilities>
    /// @throws {MoimError} ERR_UNSUPPORTED where there is no `getCapabilities`.
    #[wasm_bindgen(unchecked_return_type = "TrackCapabilities")]
    pub fn capabilities(&self) -> Result<JsValue, JsValue> {
        Ok(self.0.raw_capabilities()?)
    }

    /// Makes the running track keep to other constraints, which replace those of before. If it fails, all stays.
    /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-applyconstraints>
    /// @throws {MoimError} ERR_MEDIA_OVERCONSTRAINED if the source cannot; ERR_UNSUPPORTED for a required constraint
    /// that this browser does not know; ERR_INVALID_STATE once the track has ended.
    #[wasm_bindgen(js_name = applyConstraints, unchecked_return_type = "Promise<void>")]
    pub fn apply_constraints(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "TrackConstraints")] constraints: Option<JsValue>,
    ) -> Promise {
        let track = self.0.clone();
        future_to_promise(async move {
            track.apply_constraints(&options::parse(constraints, "constraints")?).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// What the media is, so that the encoder keeps what matters. <https://www.w3.org/TR/mst-content-hint/>
    /// @throws {MoimError} ERR_UNSUPPORTED where there is no `contentHint`; ERR_INVALID_OPTIONS when it is set to a
    /// hint of the other kind of media, which the browser would ignore.
    #[wasm_bindgen(getter, js_name = contentHint, unchecked_return_type = "ContentHint")]
    pub fn content_hint(&self) -> Result<String, JsValue> {
        Ok(self.0.content_hint()?.as_str().to_owned())
    }

    #[wasm_bindgen(setter, js_name = contentHint)]
    pub fn set_content_hint(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ContentHint")] hint: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.0.set_content_hint(&options::parse_value(hint, "content hint")?)?)
    }

    /// Counts of the source's frames so far.
    /// @throws {MoimError} ERR_UNSUPPORTED where there is no `MediaStreamTrack.stats`, and for a source that counts
    /// nothing, such as a canvas.
    #[wasm_bindgen(js_name = frameStats, unchecked_return_type = "FrameStats")]
    pub fn frame_stats(&self) -> Result<JsValue, JsValue> {
        Ok(self.0.raw_frame_stats()?)
    }

    /// What the page in the shared tab says of itself at present; `"capturehandlechange"` tells that it has changed.
    /// `undefined` if the page says nothing, or not to this origin, and for a track that shows no tab or has ended.
    /// <https://www.w3.org/TR/capture-handle-identity/#dom-mediastreamtrack-getcapturehandle>
    ///
    /// @throws {MoimError} ERR_UNSUPPORTED in browsers other than Chromium.
    #[wasm_bindgen(getter, js_name = captureHandle, unchecked_return_type = "CaptureHandle | undefined")]
    pub fn capture_handle(&self) -> Result<JsValue, JsValue> {
        Ok(self.0.raw_capture_handle()?.unwrap_or_default())
    }

    /// Cuts the pictures of a shared tab to the rectangle of an element of this page, or to a `CropTarget` that the
    /// shared page made; `null` ends it. <https://www.w3.org/TR/mediacapture-region/>
    /// @throws {MoimError} ERR_INVALID_STATE for a track that shows no tab; ERR_UNSUPPORTED in browsers other than
    /// Chromium; ERR_INVALID_OPTIONS for a target that is none; ERR_BROWSER for one of another tab.
    #[wasm_bindgen(js_name = cropTo, unchecked_return_type = "Promise<void>")]
    pub fn crop_to(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CaptureRegion")] region: JsValue,
    ) -> Promise {
        let track = self.0.clone();
        future_to_promise(async move {
            track.crop_to(as_region(&region)).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Cuts the pictures of a shared tab to one element without what covers it, or to a `RestrictionTarget`; `null`
    /// ends it. <https://screen-share.github.io/element-capture/>
    /// @throws {MoimError} ERR_INVALID_STATE for a track that shows no tab; ERR_UNSUPPORTED in browsers other than
    /// Chromium; ERR_INVALID_OPTIONS for a target that is none; ERR_BROWSER for one of another tab.
    #[wasm_bindgen(js_name = restrictTo, unchecked_return_type = "Promise<void>")]
    pub fn restrict_to(
        &self,
        #[wasm_bindgen(unchecked_param_type = "CaptureRegion")] region: JsValue,
    ) -> Promise {
        let track = self.0.clone();
        future_to_promise(async move {
            track.restrict_to(as_region(&region)).await?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// What the browser says of the track: `for await (const event of track.events())`. Ends with the track.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<TrackEvent>")]
    pub fn events(&self) -> Object {
        async_iterator(self.0.events().map(|event| Ok(event.as_str().into())))
    }

    /// Calls `listener` for an event of the track. `"ended"` says that the browser ended it: the device was unplugged,
    /// the permission withdrawn, or sharing stopped from the browser's own button. `stop()` does not call it.
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "TrackEvent")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
    ) -> Result<(), JsValue> {
        listen(self.0.as_raw(), event, EVENTS, listener)
    }

    /// Undoes `addEventListener`.
    #[wasm_bindgen(js_name = removeEventListener)]
    pub fn remove_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "TrackEvent")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
    ) -> Result<(), JsValue> {
        unlisten(self.0.as_raw(), event, EVENTS, listener)
    }

    /// The browser's object. What is done to it directly, such as `enabled = false` or `stop()`, fires no event: a room
    /// notices it with the next thing that happens in it, at the latest with the heartbeat of its server.
    #[wasm_bindgen(getter, js_name = mediaStreamTrack)]
    pub fn media_stream_track(&self) -> MediaStreamTrack {
        self.0.to_raw()
    }
}

/// An element, a target of another page, or nothing.
fn as_region(region: &JsValue) -> Region<'_> {
    match region.dyn_ref::<Element>() {
        Some(element) => Region::Element(element),
        None if region.is_null() || region.is_undefined() => Region::Whole,
        None => Region::Target(region),
    }
}
