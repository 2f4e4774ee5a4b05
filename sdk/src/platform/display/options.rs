//! Options for sharing a display: <https://www.w3.org/TR/screen-capture/#dom-displaymediastreamoptions>.

use js_sys::Object;
use moim_protocol::options;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use crate::engine::capture::{SurfaceChoice, TrackConstraints, WindowAudio};
use crate::error::Result;
use crate::platform::constraints::{set, to_js_or_true};

/// `DisplayMediaStreamOptions`: what to share, and what to offer to the user. All of it is a preference: browsers
/// ignore what they do not support, and the user selects.
/// <https://www.w3.org/TR/screen-capture/#dom-displaymediastreamoptions>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct DisplayOptions {
    /// Whether to offer sharing audio too; not every browser and system supports it. Default: true when a room shares
    /// the screen, otherwise false.
    #[cfg_attr(feature = "js", tsify(type = "boolean | null"))]
    pub audio: Option<bool>,
    /// Resolution, frame rate, cursor, and the preferred surface. Only bare and ideal values and
    /// `max` are allowed. Default: none.
    #[cfg_attr(feature = "js", tsify(type = "TrackConstraints"))]
    pub video_constraints: TrackConstraints,
    /// Audio constraints, such as `suppressLocalAudioPlayback` and `restrictOwnAudio`. Default: none.
    #[cfg_attr(feature = "js", tsify(type = "TrackConstraints"))]
    pub audio_constraints: TrackConstraints,
    /// Whether to offer the current tab first. Default: false.
    pub prefer_current_tab: bool,
    /// Whether to offer the current tab at all. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "SurfaceChoice | null"))]
    pub self_browser_surface: Option<SurfaceChoice>,
    /// Whether the user can switch to another tab while sharing. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "SurfaceChoice | null"))]
    pub surface_switching: Option<SurfaceChoice>,
    /// Whether to offer the system audio with a screen. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "SurfaceChoice | null"))]
    pub system_audio: Option<SurfaceChoice>,
    /// The audio to offer with a window. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "WindowAudio | null"))]
    pub window_audio: Option<WindowAudio>,
    /// Whether to offer whole screens. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "SurfaceChoice | null"))]
    pub monitor_type_surfaces: Option<SurfaceChoice>,
}

options! { DisplayOptions {
    audio: "audio",
    video_constraints: "videoConstraints",
    audio_constraints: "audioConstraints",
    prefer_current_tab: "preferCurrentTab",
    self_browser_surface: "selfBrowserSurface",
    surface_switching: "surfaceSwitching",
    system_audio: "systemAudio",
    window_audio: "windowAudio",
    monitor_type_surfaces: "monitorTypeSurfaces",
} }

impl DisplayOptions {
    /// The default, and the sound with it.
    pub fn with_audio() -> Self {
        Self { audio: Some(true), ..Self::default() }
    }

    pub(super) fn to_js(&self, controller: Option<&JsValue>) -> Result<Object> {
        let options = Object::new();
        set(&options, "video", to_js_or_true(&self.video_constraints)?);
        let audio = match self.audio {
            Some(true) => to_js_or_true(&self.audio_constraints)?,
            _ => JsValue::FALSE,
        };
        set(&options, "audio", audio);
        if self.prefer_current_tab {
            set(&options, "preferCurrentTab", true);
        }
        for (key, choice) in [
            ("selfBrowserSurface", &self.self_browser_surface),
            ("surfaceSwitching", &self.surface_switching),
            ("systemAudio", &self.system_audio),
            ("monitorTypeSurfaces", &self.monitor_type_surfaces),
        ] {
            if let Some(choice) = choice {
                set(&options, key, choice.as_str());
            }
        }
        if let Some(choice) = &self.window_audio {
            set(&options, "windowAudio", choice.as_str());
        }
        if let Some(controller) = controller {
            set(&options, "controller", controller);
        }
        Ok(options)
    }
}
