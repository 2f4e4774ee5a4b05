//! Camera, microphone and screen of a room by one call each, for JavaScript.

use std::future::Future;

use js_sys::Promise;
use moim_protocol::json::Read;
use wasm_bindgen::prelude::*;

use super::abort::{self, Abortable, abortable};
use super::media::{JsLocalTrack, display};
use super::options;
use super::room::JsRoom;
use crate::platform::{CameraOptions, DisplayOptions, MicrophoneOptions};
use crate::room::Room;
use crate::{Error, Result};

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    /// Switches the camera on or off; before `join` too. On: opens a camera and publishes it, or unmutes the camera that is
    /// published: the one of this method, or else the first that the application has published to everyone; others stay as
    /// they are. After `replaceTrack` the camera that this method has opened stays open until it is switched off, as the new
    /// track may be made from it. Off: mutes all cameras that are published to everyone, and closes the one that the room has opened, so that its
    /// light goes out; the next call opens it again for the same publication. Resolves with the track when it is on: `attach` it for a preview.
    /// The track ends when the camera is switched off and when the room is left.
    ///
    /// The options count when a camera is opened. Default: those of the last time.
    ///
    /// Of calls in quick succession the last one holds, and all resolve with its result. `setMuted(id, true)` and `unpublish` of
    /// the camera while it is being opened, and a host's mute, count as switching it off. If `setMicrophoneEnabled(true)` is called as well, without an `await` in between, the user is asked for both in one prompt. If the call is aborted, or the room is
    /// left, while the user is asked, a camera that comes later is closed at once.
    /// @throws {MoimError} the codes of `Devices.camera`; ERR_INVALID_STATE for enabling it in a room that is left;
    /// ERR_ROOM_NOT_PERMITTED if this participant may not publish it.
    /// @example
    /// const [camera] = await Promise.all([room.setCameraEnabled(true), room.setMicrophoneEnabled(true)]);
    /// if (camera) document.body.append(camera.attach());
    #[wasm_bindgen(js_name = setCameraEnabled, unchecked_return_type = "Promise<LocalTrack | undefined>")]
    pub fn set_camera_enabled(
        &self,
        #[wasm_bindgen(unchecked_param_type = "boolean")] enabled: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CameraOptions")] options: Option<JsValue>,
    ) -> Promise {
        let call = |room: &Room, enabled, options: CameraOptions| room.set_camera_enabled(enabled, &options);
        self.switch(read(enabled, options, "camera options"), call, |track| Ok(JsLocalTrack::object(track)))
    }

    /// Switches the microphone on or off, as `setCameraEnabled` does the camera. Off mutes the publication; the device stays
    /// open, so that it is back at once.
    /// @throws {MoimError} the codes of `Devices.microphone`; ERR_INVALID_STATE for enabling it in a room that is left;
    /// ERR_ROOM_NOT_PERMITTED if this participant may not publish it.
    #[wasm_bindgen(js_name = setMicrophoneEnabled, unchecked_return_type = "Promise<LocalTrack | undefined>")]
    pub fn set_microphone_enabled(
        &self,
        #[wasm_bindgen(unchecked_param_type = "boolean")] enabled: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "MicrophoneOptions")] options: Option<JsValue>,
    ) -> Promise {
        let call =
            |room: &Room, enabled, options: MicrophoneOptions| room.set_microphone_enabled(enabled, &options);
        self.switch(read(enabled, options, "microphone options"), call, |track| {
            Ok(JsLocalTrack::object(track))
        })
    }

    /// Shares the screen, or stops sharing it. On: lets the user choose a screen, a window or a tab, and publishes its video
    /// and, unless the option `audio` is false, its audio. If a screen is shared already it does nothing, and if that was muted or
    /// unpublished, it is unmuted or published again, without a dialog. Off: unpublishes and stops
    /// both. The browser's own stop button does the same, and `localtrackended` is emitted for each. Resolves with what is shared.
    ///
    /// Call it from an event handler of a click or a key. Of calls in quick succession the last one holds. If the call is aborted,
    /// or the room is left, while the user chooses, nothing is shared.
    /// @throws {MoimError} the codes of `captureDisplay`; ERR_INVALID_STATE for enabling it in a room that is left;
    /// ERR_ROOM_NOT_PERMITTED if this participant may not publish it.
    #[wasm_bindgen(js_name = setScreenShareEnabled, unchecked_return_type = "Promise<DisplayCapture | undefined>")]
    pub fn set_screen_share_enabled(
        &self,
        #[wasm_bindgen(unchecked_param_type = "boolean")] enabled: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "DisplayOptions")] options: Option<JsValue>,
    ) -> Promise {
        let call =
            |room: &Room, enabled, options: DisplayOptions| room.set_screen_share_enabled(enabled, &options);
        self.switch(read(enabled, options, "display options"), call, display::object)
    }

    /// Whether a camera is published to everyone, and not muted.
    #[wasm_bindgen(getter, js_name = cameraEnabled)]
    pub fn camera_enabled(&self) -> bool {
        self.handle().is_camera_enabled()
    }

    /// Whether a microphone is published to everyone, and not muted.
    #[wasm_bindgen(getter, js_name = microphoneEnabled)]
    pub fn microphone_enabled(&self) -> bool {
        self.handle().is_microphone_enabled()
    }

    /// Whether a screen is published to everyone, and not muted.
    #[wasm_bindgen(getter, js_name = screenShareEnabled)]
    pub fn screen_share_enabled(&self) -> bool {
        self.handle().is_screen_share_enabled()
    }
}

fn read<T: Read + Default>(
    enabled: JsValue,
    options: Option<JsValue>,
    what: &str,
) -> Result<Abortable<(bool, T)>, Error> {
    let enabled = options::parse_value(enabled, "enabled")?;
    let (options, signals) = abort::parse(options, what)?;
    Ok(((enabled, options), signals))
}

impl JsRoom {
    /// Calls a switch of the room, which lives until it has turned, and passes on what is on.
    fn switch<T, O, F: Future<Output = Result<Option<O>>> + 'static>(
        &self,
        arguments: Result<Abortable<(bool, T)>, Error>,
        call: impl FnOnce(&Room, bool, T) -> F,
        object: impl FnOnce(O) -> std::result::Result<JsValue, JsValue> + 'static,
    ) -> Promise {
        let room = self.handle();
        abortable(arguments, |(enabled, options)| {
            let done = call(&room, enabled, options);
            async move {
                let outcome = done.await;
                drop(room);
                outcome?.map_or(Ok(JsValue::UNDEFINED), object)
            }
        })
    }
}
