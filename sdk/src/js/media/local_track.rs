//! `LocalTrack` for JavaScript.

use futures::StreamExt;
use js_sys::{Object, Promise, Reflect};
use moim_protocol::TrackSource;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MediaStreamTrack};

use super::{raw_track, to_js};
use crate::js::event_target::{listen, unlisten};
use crate::js::identity::{known, object_of, remember};
use crate::js::options;
use crate::js::promise::future_to_promise;
use crate::js::streams::async_iterator;
use crate::platform::{LocalTrack, Region};

const EVENTS: &[&str] = &["ended", "mute", "unmute", "configurationchange", "capturehandlechange"];

/// Audio or video of this page: a camera, a microphone, a shared display, or a track of the application.
/// It runs until `stop()`. Misspelt options, and arguments of the wrong type or out of range result in
/// `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/mediacapture-streams/#mediastreamtrack
/// @example
/// const camera = await new Devices().camera();
/// document.body.append(camera.attach());
/// camera.addEventListener("ended", () => console.log("unplugged"));
/// await room.publish(camera);
#[derive(Debug)]
#[wasm_bindgen(js_name = LocalTrack)]
pub struct JsLocalTrack(LocalTrack);

impl JsLocalTrack {
    /// The object for a track: the same one as long as JavaScript refers to it.
    pub(crate) fn object(track: LocalTrack) -> JsValue {
        track.keep_running_on_drop();
        let raw = track.to_raw();
        object_of(&raw, || Self(track).into())
    }

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

    /// Wraps a track of the application, such as that of a canvas. Returns the same object for the same track and source.
    /// Wrapping a track of this package with another source leaves the object that the package returns for it unchanged.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if it is not a track, and for an unknown source.
    #[wasm_bindgen(js_name = fromMediaStreamTrack, unchecked_return_type = "LocalTrack")]
    pub fn from_media_stream_track(
        #[wasm_bindgen(unchecked_param_type = "MediaStreamTrack")] track: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "TrackSource")] source: JsValue,
    ) -> Result<JsValue, JsValue> {
        let named = source.clone();
        let source: TrackSource = options::parse_value(source, "source")?;
        let raw = raw_track(track, "track")?;
        let has_source =
            |known: &JsValue| Reflect::get(known, &"source".into()).is_ok_and(|source| source == named);
        // An object of another source stays the one of the track. The next one is found through it.
        let mut key: JsValue = Clone::clone(&raw).into();
        while let Some(known) = known(&key) {
            if has_source(&known) {
                return Ok(known);
            }
            key = known;
        }
        let object = Self(LocalTrack::from_raw(raw, source)).into();
        Ok(remember(&key, object))
    }

    /// `MediaStreamTrack.id`, unique in this page.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// Audio or video.
    #[wasm_bindgen(getter, unchecked_return_type = "MediaKind")]
    pub fn kind(&self) -> String {
        self.0.kind().as_str().to_owned()
    }

    /// The source of the track.
    #[wasm_bindgen(getter, unchecked_return_type = "TrackSource")]
    pub fn source(&self) -> Result<JsValue, JsValue> {
        to_js(&self.0.source())
    }

    /// The device's name as reported by the browser. May be empty.
    #[wasm_bindgen(getter)]
    pub fn label(&self) -> String {
        self.0.label()
    }

    /// The id of the track's device, if it has one.
    #[wasm_bindgen(getter, js_name = deviceId)]
    pub fn device_id(&self) -> Option<String> {
        self.0.device_id()
    }

    /// Whether the track is enabled. A disabled track is silent or black wherever it is played, recorded or published,
    /// and its publications are muted. A camera's light may stay on: only `stop()` releases the device. To mute one
    /// publication, use `room.setMuted`.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if it is set to a value other than a boolean.
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

    /// Whether the track has ended.
    #[wasm_bindgen(getter)]
    pub fn ended(&self) -> bool {
        self.0.is_ended()
    }

    /// Ends the track and releases its device. Its publications end too. Idempotent.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Whether the source temporarily provides no media, for example because a headset's own mute switch is on. To mute
    /// from the application, use `enabled`.
    #[wasm_bindgen(getter)]
    pub fn muted(&self) -> bool {
        self.0.is_muted()
    }

    /// Returns a second track of the same source, with its own settings and lifetime. The device is released when both
    /// are stopped.
    #[wasm_bindgen(js_name = clone, unchecked_return_type = "LocalTrack")]
    pub fn clone_track(&self) -> JsValue {
        Self::object(self.0.clone_track())
    }

    /// The track's current settings.
    /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getsettings>
    #[wasm_bindgen(unchecked_return_type = "TrackSettings")]
    pub fn settings(&self) -> JsValue {
        self.0.as_raw().get_settings().into()
    }

    /// The values that the track supports. <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getcapabilities>
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser has no `getCapabilities`.
    #[wasm_bindgen(unchecked_return_type = "TrackCapabilities")]
    pub fn capabilities(&self) -> Result<JsValue, JsValue> {
        Ok(self.0.raw_capabilities()?)
    }

    /// Applies other constraints to the running track, replacing the previous ones. If it fails, nothing changes.
    /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-applyconstraints>
    /// @throws {MoimError} ERR_MEDIA_OVERCONSTRAINED if the source cannot satisfy them; ERR_UNSUPPORTED for a required
    /// constraint that this browser does not support; ERR_INVALID_STATE once the track has ended.
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

    /// The content hint, which tells the encoder what to preserve. <https://www.w3.org/TR/mst-content-hint/>
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser has no `contentHint`; ERR_INVALID_OPTIONS if it is set to a
    /// hint of another kind of media, which the browser would ignore.
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

    /// Returns the frame counters of the track.
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser has no `MediaStreamTrack.stats`, and for a source without
    /// statistics, such as a canvas.
    #[wasm_bindgen(js_name = frameStats, unchecked_return_type = "FrameStats")]
    pub fn frame_stats(&self) -> Result<JsValue, JsValue> {
        Ok(self.0.raw_frame_stats()?)
    }

    /// Returns what the page in the shared tab currently exposes; `"capturehandlechange"` reports changes.
    /// `undefined` if the page exposes nothing, or not to this origin, and for a track that is not a tab or has ended.
    /// <https://www.w3.org/TR/capture-handle-identity/#dom-mediastreamtrack-getcapturehandle>
    ///
    /// @throws {MoimError} ERR_UNSUPPORTED in browsers other than Chromium.
    #[wasm_bindgen(getter, js_name = captureHandle, unchecked_return_type = "CaptureHandle | undefined")]
    pub fn capture_handle(&self) -> Result<JsValue, JsValue> {
        Ok(self.0.raw_capture_handle()?.unwrap_or_default())
    }

    /// Crops the video of a shared tab to the rectangle of an element of this page, or to a `CropTarget` created by the
    /// shared page; `null` removes the crop. <https://www.w3.org/TR/mediacapture-region/>
    /// @throws {MoimError} ERR_INVALID_STATE if the track is not the capture of a tab; ERR_UNSUPPORTED in browsers
    /// other than Chromium; ERR_INVALID_OPTIONS for an invalid target; ERR_BROWSER for one of another tab.
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

    /// Restricts the video of a shared tab to one element without what covers it, or to a `RestrictionTarget`; `null`
    /// removes the restriction. <https://screen-share.github.io/element-capture/>
    /// @throws {MoimError} ERR_INVALID_STATE if the track is not the capture of a tab; ERR_UNSUPPORTED in browsers
    /// other than Chromium; ERR_INVALID_OPTIONS for an invalid target; ERR_BROWSER for one of another tab.
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

    /// The track's events: `for await (const event of track.events())`. Ends with the track.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<TrackEvent>")]
    pub fn events(&self) -> Object {
        async_iterator(self.0.events().map(|event| Ok(event.as_str().into())))
    }

    /// Calls `listener` for an event of the track. `"ended"` reports that the browser ended it: the device was
    /// unplugged, the permission was revoked, or sharing was stopped with the browser's own button. `stop()` does not
    /// fire it.
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "TrackEvent")] event: &JsValue,
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
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "TrackEvent")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "boolean | EventListenerOptions")] options: &JsValue,
    ) -> Result<(), JsValue> {
        unlisten(self.0.as_raw(), event, EVENTS, listener, options)
    }

    /// The browser's object. Changes made to it directly, such as `enabled = false` or `stop()`, fire no event: a room
    /// notices them at its next activity, at the latest with the server's heartbeat.
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
