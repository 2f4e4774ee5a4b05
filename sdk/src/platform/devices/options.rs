//! Options for cameras and microphones: the common cases, on top of constraints for everything else.

use moim_protocol::options;
use serde::{Deserialize, Serialize};

use crate::engine::capture::{Constraint, ConstraintSet, FacingMode, OneOf, TrackConstraints};

/// Options for opening a camera. The browser comes as close to resolution and frame rate as it can.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct CameraOptions {
    /// The camera's device id, required exactly. Default, also for an empty string: the browser's or the user's choice.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub device_id: Option<String>,
    /// The preferred facing mode. Default: any.
    #[cfg_attr(feature = "js", tsify(type = "FacingMode | null"))]
    pub facing_mode: Option<FacingMode>,
    /// Preferred width in pixels; `null` (Rust: `None`) for the browser's choice. Default: 1280.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub width: Option<u32>,
    /// Preferred height in pixels; `null` (Rust: `None`) for the browser's choice. Default: 720.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub height: Option<u32>,
    /// Preferred frames per second; `null` (Rust: `None`) for the browser's choice. Default: 30.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub frame_rate: Option<f64>,
    /// Further constraints, also to require one of the values above. A member here replaces the option above.
    #[cfg_attr(feature = "js", tsify(type = "TrackConstraints"))]
    pub constraints: TrackConstraints,
}

options! { CameraOptions {
    device_id: "deviceId",
    facing_mode: "facingMode",
    width: "width",
    height: "height",
    frame_rate: "frameRate",
    constraints: "constraints",
} }

impl Default for CameraOptions {
    fn default() -> Self {
        Self {
            device_id: None,
            facing_mode: None,
            width: Some(1280),
            height: Some(720),
            frame_rate: Some(30.0),
            constraints: TrackConstraints::default(),
        }
    }
}

impl CameraOptions {
    /// Converts the options to constraints.
    pub fn to_constraints(&self) -> TrackConstraints {
        let simple = ConstraintSet {
            device_id: exactly(self.device_id.as_deref()),
            facing_mode: self.facing_mode.clone().map(Constraint::ideal).unwrap_or_default(),
            width: self.width.map(Into::into).unwrap_or_default(),
            height: self.height.map(Into::into).unwrap_or_default(),
            frame_rate: self.frame_rate.map(Into::into).unwrap_or_default(),
            ..ConstraintSet::default()
        };
        with_defaults(&self.constraints, simple)
    }
}

/// Options for opening a microphone, and its audio processing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct MicrophoneOptions {
    /// The microphone's device id, required exactly. Default, also for an empty string: the browser's or the user's
    /// choice.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub device_id: Option<String>,
    /// Echo cancellation. Default: true.
    pub echo_cancellation: bool,
    /// Noise suppression. Default: true.
    pub noise_suppression: bool,
    /// Automatic gain control. Default: true.
    pub auto_gain_control: bool,
    /// Further constraints, also to require one of the values above. A member here replaces the option above.
    #[cfg_attr(feature = "js", tsify(type = "TrackConstraints"))]
    pub constraints: TrackConstraints,
}

options! { MicrophoneOptions {
    device_id: "deviceId",
    echo_cancellation: "echoCancellation",
    noise_suppression: "noiseSuppression",
    auto_gain_control: "autoGainControl",
    constraints: "constraints",
} }

impl Default for MicrophoneOptions {
    fn default() -> Self {
        Self {
            device_id: None,
            echo_cancellation: true,
            noise_suppression: true,
            auto_gain_control: true,
            constraints: TrackConstraints::default(),
        }
    }
}

impl MicrophoneOptions {
    /// Converts the options to constraints.
    pub fn to_constraints(&self) -> TrackConstraints {
        let simple = ConstraintSet {
            device_id: exactly(self.device_id.as_deref()),
            echo_cancellation: Constraint::Bare(self.echo_cancellation.into()),
            noise_suppression: self.noise_suppression.into(),
            auto_gain_control: self.auto_gain_control.into(),
            ..ConstraintSet::default()
        };
        with_defaults(&self.constraints, simple)
    }
}

/// An empty id selects the default device, as in `setSinkId`.
fn exactly(device_id: Option<&str>) -> Constraint<OneOf<String>> {
    device_id.filter(|id| !id.is_empty()).map(Constraint::exact).unwrap_or_default()
}

fn with_defaults(own: &TrackConstraints, defaults: ConstraintSet) -> TrackConstraints {
    TrackConstraints { basic: own.basic.clone().or(defaults), advanced: own.advanced.clone() }
}
