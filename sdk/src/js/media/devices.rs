//! `Devices` for JavaScript, and the audio output of an element.

use futures::StreamExt;
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::permission::JsPermission;
use super::{JsLocalTrack, to_js};
use crate::Result;
use crate::engine::capture::PermissionName;
use crate::js::abort::{self, NoOptions, abortable};
use crate::js::attach::media_element;
use crate::js::event_target::{listen, unlisten};
use crate::js::promise::future_to_promise;
use crate::js::streams::async_iterator;
use crate::js::{class, options};
use crate::platform::{CameraOptions, Devices, MicrophoneOptions, set_sink_id};

const EVENTS: &[&str] = &["devicechange"];

/// The media devices of this machine. Misspelt options, and arguments of the wrong
/// type or out of range result in `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/mediacapture-streams/#mediadevices
/// @example
/// const devices = new Devices();
/// const camera = await devices.camera({ width: 1280, height: 720 });
#[derive(Debug)]
#[wasm_bindgen(js_name = Devices)]
pub struct JsDevices(Devices);

#[wasm_bindgen(js_class = Devices)]
impl JsDevices {
    /// Uses this page's `navigator.mediaDevices`.
    /// @throws {MoimError} ERR_MEDIA_INSECURE_CONTEXT on a page without https; ERR_UNSUPPORTED if the browser has no
    /// `getUserMedia`.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<Self, JsValue> {
        Ok(Self(Devices::new()?))
    }

    /// Lists the devices; the default of each kind comes first. It does not request permission, without which browsers
    /// report few details.
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser has no `enumerateDevices`.
    #[wasm_bindgen(unchecked_return_type = "Promise<DeviceInfo[]>")]
    pub fn enumerate(&self) -> Promise {
        let list = self.0.enumerate();
        future_to_promise(async move { to_js(&list.await?) })
    }

    /// Opens a camera, prompting the user for permission if necessary.
    /// @throws {MoimError} ERR_MEDIA_NOT_ALLOWED when the user, a permissions policy or the system denies it;
    /// ERR_MEDIA_NOT_FOUND when there is none; ERR_MEDIA_NOT_READABLE when it cannot be read, for example because
    /// another program uses it; ERR_MEDIA_OVERCONSTRAINED when none satisfies a constraint; ERR_MEDIA_ABORTED when it
    /// fails otherwise; ERR_UNSUPPORTED for a required constraint that this browser does not support;
    /// ERR_INVALID_OPTIONS for invalid constraints; ERR_ABORTED when its `signal` is aborted.
    #[wasm_bindgen(unchecked_return_type = "Promise<LocalTrack>")]
    pub fn camera(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "CameraOptions")] options: Option<JsValue>,
    ) -> Promise {
        let devices = self.0.clone();
        abortable(abort::parse(options, "camera options"), |options: CameraOptions| async move {
            Ok(JsLocalTrack::object(devices.camera(&options).await?))
        })
    }

    /// Opens a microphone, prompting the user for permission if necessary.
    /// @throws {MoimError} the codes of `camera`.
    #[wasm_bindgen(unchecked_return_type = "Promise<LocalTrack>")]
    pub fn microphone(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "MicrophoneOptions")] options: Option<JsValue>,
    ) -> Promise {
        let devices = self.0.clone();
        abortable(abort::parse(options, "microphone options"), |options: MicrophoneOptions| async move {
            Ok(JsLocalTrack::object(devices.microphone(&options).await?))
        })
    }

    /// Opens a camera and a microphone, with a single prompt for both. Resolves with both or rejects. A `signal` may be
    /// in either of the options.
    /// @throws {MoimError} the codes of `camera`. The browser does not report which of the two failed.
    #[wasm_bindgen(
        js_name = cameraAndMicrophone,
        unchecked_return_type = "Promise<{ camera: LocalTrack; microphone: LocalTrack }>"
    )]
    pub fn camera_and_microphone(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "CameraOptions")] camera: Option<JsValue>,
        #[wasm_bindgen(unchecked_optional_param_type = "MicrophoneOptions")] microphone: Option<JsValue>,
    ) -> Promise {
        let devices = self.0.clone();
        let options = abort::parse(camera, "camera options")
            .and_then(|camera| Ok(abort::both(camera, abort::parse(microphone, "microphone options")?)));
        abortable(options, |(camera, microphone): (CameraOptions, MicrophoneOptions)| async move {
            let (camera, microphone) = devices.camera_and_microphone(&camera, &microphone).await?;
            let result = Object::new();
            Reflect::set(&result, &"camera".into(), &JsLocalTrack::object(camera))?;
            Reflect::set(&result, &"microphone".into(), &JsLocalTrack::object(microphone))?;
            Ok(result.into())
        })
    }

    /// Replacement tracks: one each time the current device is gone, from the new default device:
    /// `for await (const next of devices.takeOver(track)) await room.replaceTrack(id, next)`. It has the constraints of
    /// the first track except for the device, and is muted if that was muted. While there is no device, it waits for
    /// one. `stop()` of the current track ends the iteration, and so does an error.
    /// @throws {MoimError} ERR_INVALID_STATE for a track that was not opened by `Devices`; ERR_INVALID_OPTIONS if it
    /// is not a `LocalTrack`; during iteration: ERR_MEDIA_NOT_ALLOWED when the next device may not be used.
    #[wasm_bindgen(js_name = takeOver, unchecked_return_type = "AsyncIterableIterator<LocalTrack>")]
    pub fn take_over(
        &self,
        #[wasm_bindgen(unchecked_param_type = "LocalTrack")] track: &JsValue,
    ) -> Result<Object, JsValue> {
        let track = class::handle::<JsLocalTrack>(track, "track", "LocalTrack")?;
        let tracks = self.0.take_over(&track.handle())?;
        Ok(async_iterator(tracks.map(|track| Ok(JsLocalTrack::object(track?)))))
    }

    /// Changes of the device list: devices were plugged in or out, or the default has changed:
    /// `for await (const change of devices.changes())`.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<DeviceChange>")]
    pub fn changes(&self) -> Object {
        async_iterator(self.0.changes().map(|change| to_js(&change)))
    }

    /// Queries the permission to use cameras, microphones or the display.
    /// @throws {MoimError} ERR_UNSUPPORTED where the browser does not report it.
    #[wasm_bindgen(unchecked_return_type = "Promise<Permission>")]
    pub fn permission(
        &self,
        #[wasm_bindgen(unchecked_param_type = "PermissionName")] name: JsValue,
    ) -> Promise {
        let devices = self.0.clone();
        future_to_promise(async move {
            let name: PermissionName = options::parse_value(name, "permission name")?;
            Ok(JsPermission::from(devices.permission(&name).await?).into())
        })
    }

    /// Prompts the user to select a speaker, whose id `setSinkId` accepts. Call it from a click handler.
    /// <https://www.w3.org/TR/audio-output/#mediadevices-extensions>
    /// @throws {MoimError} ERR_UNSUPPORTED if the browser has no `selectAudioOutput`; ERR_MEDIA_NOT_ALLOWED when the
    /// user selects none, or the page may not prompt; ERR_MEDIA_NOT_FOUND when there is none; ERR_INVALID_STATE without
    /// a recent user gesture; ERR_ABORTED when its `signal` is aborted.
    #[wasm_bindgen(js_name = selectAudioOutput, unchecked_return_type = "Promise<DeviceInfo>")]
    pub fn select_audio_output(
        &self,
        #[wasm_bindgen(js_name = deviceId, unchecked_optional_param_type = "string")] device_id: Option<
            JsValue,
        >,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        // The browser is called synchronously, while the user gesture still counts.
        let options = abort::parse::<NoOptions>(options, "options").and_then(|(_, signals)| {
            Ok((device_id.map(|id| options::parse_value::<String>(id, "device id")).transpose()?, signals))
        });
        abortable(options, |id: Option<String>| {
            let device = self.0.select_audio_output(id.as_deref());
            async move { to_js(&device.await?) }
        })
    }

    /// Calls `listener` when devices were plugged in or out; `changes()` reports which.
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"devicechange\"")] event: &JsValue,
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
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"devicechange\"")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "boolean | EventListenerOptions")] options: &JsValue,
    ) -> Result<(), JsValue> {
        unlisten(self.0.as_raw(), event, EVENTS, listener, options)
    }
}

/// Plays the audio of an element on another speaker or headset; `""` selects the default one.
/// @throws {MoimError} ERR_UNSUPPORTED if the browser has no `setSinkId`; ERR_MEDIA_NOT_FOUND if the device does not
/// exist; ERR_MEDIA_NOT_ALLOWED if the page may not use it; ERR_MEDIA_ABORTED if it fails; ERR_INVALID_OPTIONS if it is
/// not a media element.
/// @see https://www.w3.org/TR/audio-output/#dom-htmlmediaelement-setsinkid
#[wasm_bindgen(js_name = setSinkId, unchecked_return_type = "Promise<void>")]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn js_set_sink_id(
    #[wasm_bindgen(unchecked_param_type = "HTMLMediaElement")] element: JsValue,
    #[wasm_bindgen(js_name = deviceId, unchecked_param_type = "string")] device_id: JsValue,
) -> Promise {
    future_to_promise(async move {
        let element = media_element(&element)?;
        let device_id: String = options::parse_value(device_id, "device id")?;
        set_sink_id(element, &device_id).await?;
        Ok(JsValue::UNDEFINED)
    })
}
