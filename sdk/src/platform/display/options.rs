//! What the user is asked to share: <https://www.w3.org/TR/screen-capture/#dom-displaymediastreamoptions>.

use js_sys::Object;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use crate::engine::capture::{SurfaceChoice, TrackConstraints, WindowAudio};
use crate::error::Result;
use crate::platform::constraints::{set, to_js_or_true};

/// `DisplayMediaStreamOptions`: what to share, and what the user is offered. It is a wish: browsers pass over what they
/// do not know, and the user chooses. <https://www.w3.org/TR/screen-capture/#dom-displaymediastreamoptions>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct DisplayOptions {
    /// Offers the user to share the sound too; not every browser and system can. Default: false.
    pub audio: bool,
    /// Size and rate of the pictures, the pointer, and the kind of surface to prefer. Only bare and ideal values and
    /// `max` are possible. Default: none.
    #[cfg_attr(feature = "js", tsify(type = "TrackConstraints"))]
    pub video_constraints: TrackConstraints,
    /// How the sound is treated, such as `suppressLocalAudioPlayback` and `restrictOwnAudio`. Default: none.
    #[cfg_attr(feature = "js", tsify(type = "TrackConstraints"))]
    pub audio_constraints: TrackConstraints,
    /// Offers this tab first. Default: false.
    pub prefer_current_tab: bool,
    /// Whether this tab is offered at all. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "SurfaceChoice | null"))]
    pub self_browser_surface: Option<SurfaceChoice>,
    /// Whether the user can switch to another tab while sharing. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "SurfaceChoice | null"))]
    pub surface_switching: Option<SurfaceChoice>,
    /// Whether the sound of the system is offered with a screen. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "SurfaceChoice | null"))]
    pub system_audio: Option<SurfaceChoice>,
    /// Which sound is offered with a window. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "WindowAudio | null"))]
    pub window_audio: Option<WindowAudio>,
    /// Whether whole screens are offered. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "SurfaceChoice | null"))]
    pub monitor_type_surfaces: Option<SurfaceChoice>,
}

impl DisplayOptions {
    pub(super) fn to_js(&self, controller: Option<&JsValue>) -> Result<Object> {
        let options = Object::new();
        set(&options, "video", to_js_or_true(&self.video_constraints)?);
        let audio = if self.audio { to_js_or_true(&self.audio_constraints)? } else { JsValue::FALSE };
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
