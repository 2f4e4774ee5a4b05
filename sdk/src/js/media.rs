//! `LocalTrack`, `Devices` and `captureDisplay`.

use js_sys::{Function, Object, Promise, Reflect};
use moim_protocol::{MediaKind, TrackSource};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventTarget, MediaStreamTrack};

use super::options;
use super::promise::future_to_promise;
use crate::platform::{Devices, LocalTrack, open_display};
use crate::{Error, Result};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A track of the browser, or anything that has one: `LocalTrack`, `RemoteTrack`. */
export type TrackLike = MediaStreamTrack | { readonly mediaStreamTrack: MediaStreamTrack };

/** What the user chose to share. */
export interface DisplayCapture {
  /** The pictures. */
  readonly video: LocalTrack;
  /** The sound, if it was asked for and the user and the system gave it. */
  readonly audio?: LocalTrack;
}
"#;

/// Sound or pictures of this page: a camera, a microphone, a shared display, or a track of the application.
/// It runs until `stop()`.
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

    /// Whether media flows; set it to mute and unmute. A disabled track gives silence or black, and a camera's light
    /// may stay on: only `stop()` frees the device.
    #[wasm_bindgen(getter)]
    pub fn enabled(&self) -> bool {
        self.0.is_enabled()
    }

    #[wasm_bindgen(setter)]
    pub fn set_enabled(&self, enabled: bool) {
        self.0.set_enabled(enabled);
    }

    /// Whether the track is over for good.
    #[wasm_bindgen(getter)]
    pub fn ended(&self) -> bool {
        self.0.is_ended()
    }

    /// Ends the track and frees its device. Stopping again does nothing.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// Calls `listener` when the browser ends the track: the device was unplugged, the permission withdrawn, or
    /// sharing stopped from the browser's own button. `stop()` does not call it.
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"ended\"")] event: &str,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
    ) -> Result<(), JsValue> {
        listen(self.0.as_raw(), event, "ended", listener)
    }

    /// Undoes `addEventListener`.
    #[wasm_bindgen(js_name = removeEventListener)]
    pub fn remove_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"ended\"")] event: &str,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
    ) -> Result<(), JsValue> {
        unlisten(self.0.as_raw(), event, "ended", listener)
    }

    /// The browser's object.
    #[wasm_bindgen(getter, js_name = mediaStreamTrack)]
    pub fn media_stream_track(&self) -> MediaStreamTrack {
        self.0.to_raw()
    }
}

/// The devices of this machine, as far as the browser shows them.
#[derive(Debug)]
#[wasm_bindgen(js_name = Devices)]
pub struct JsDevices(Devices);

#[wasm_bindgen(js_class = Devices)]
impl JsDevices {
    /// Throws `ERR_MEDIA_INSECURE_CONTEXT` on a page without https, and `ERR_UNSUPPORTED` where there is no
    /// `getUserMedia`.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<Self, JsValue> {
        Ok(Self(Devices::new()?))
    }

    /// Lists the devices. Asks for no permission.
    #[wasm_bindgen(unchecked_return_type = "Promise<DeviceInfo[]>")]
    pub fn enumerate(&self) -> Promise {
        let devices = self.0.clone();
        future_to_promise(async move { to_js(&devices.enumerate().await?) })
    }

    /// Opens a camera, asking the user for permission if need be.
    #[wasm_bindgen(unchecked_return_type = "Promise<LocalTrack>")]
    pub fn camera(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "CameraOptions")] options: Option<JsValue>,
    ) -> Promise {
        let devices = self.0.clone();
        future_to_promise(async move {
            let options = options::parse(options, "camera options")?;
            Ok(JsLocalTrack::from(devices.open_camera(&options).await?).into())
        })
    }

    /// Opens a microphone, asking the user for permission if need be.
    #[wasm_bindgen(unchecked_return_type = "Promise<LocalTrack>")]
    pub fn microphone(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "MicrophoneOptions")] options: Option<JsValue>,
    ) -> Promise {
        let devices = self.0.clone();
        future_to_promise(async move {
            let options = options::parse(options, "microphone options")?;
            Ok(JsLocalTrack::from(devices.open_microphone(&options).await?).into())
        })
    }

    /// Calls `listener` when devices were plugged in or out.
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"devicechange\"")] event: &str,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
    ) -> Result<(), JsValue> {
        listen(self.0.as_raw(), event, "devicechange", listener)
    }

    /// Undoes `addEventListener`.
    #[wasm_bindgen(js_name = removeEventListener)]
    pub fn remove_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"devicechange\"")] event: &str,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
    ) -> Result<(), JsValue> {
        unlisten(self.0.as_raw(), event, "devicechange", listener)
    }
}

/// Lets the user choose a screen, a window or a tab, and captures it. Call it from an event handler of a click or a key.
/// A user who dismisses the dialog gives `ERR_MEDIA_NOT_ALLOWED`.
#[wasm_bindgen(js_name = captureDisplay, unchecked_return_type = "Promise<DisplayCapture>")]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn capture_display(
    #[wasm_bindgen(unchecked_optional_param_type = "DisplayOptions")] options: Option<JsValue>,
) -> Promise {
    // The browser is asked here and now, while the user's click still counts.
    let capture = options::parse(options, "display options").map(|options| open_display(&options));
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

/// The browser's track in a `TrackLike`.
pub(crate) fn raw_track(value: &JsValue) -> Result<MediaStreamTrack> {
    if value.is_instance_of::<MediaStreamTrack>() {
        return Ok(value.clone().unchecked_into());
    }
    let inner = Reflect::get(value, &"mediaStreamTrack".into()).ok();
    inner.and_then(|inner| inner.dyn_into().ok()).ok_or_else(|| Error::InvalidOptions {
        detail: "expected a MediaStreamTrack, a LocalTrack or a RemoteTrack".to_owned(),
    })
}

/// Turns plain data into a JavaScript value.
pub(crate) fn to_js<T: serde::Serialize>(data: &T) -> Result<JsValue, JsValue> {
    Ok(serde_wasm_bindgen::to_value(data)?)
}

fn listen(target: &EventTarget, event: &str, known: &str, listener: &JsValue) -> Result<(), JsValue> {
    target.add_event_listener_with_callback(known, check_listener(event, known, listener)?)
}

fn unlisten(target: &EventTarget, event: &str, known: &str, listener: &JsValue) -> Result<(), JsValue> {
    target.remove_event_listener_with_callback(known, check_listener(event, known, listener)?)
}

fn check_listener<'a>(event: &str, known: &str, listener: &'a JsValue) -> Result<&'a Function> {
    if event != known {
        let detail = format!("there is no event \"{event}\"; there is \"{known}\"");
        return Err(Error::InvalidOptions { detail });
    }
    let wrong =
        || Error::InvalidOptions { detail: format!("the listener of \"{known}\" must be a function") };
    listener.dyn_ref().ok_or_else(wrong)
}
