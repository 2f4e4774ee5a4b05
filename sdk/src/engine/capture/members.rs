//! All constrainable properties in one table, from which the constraints, settings and capabilities and their
//! TypeScript types are generated.

use moim_protocol::json::{self, Fault, Presence, Read, Source};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::constraint::{Constraint, Member, MoveConstraint, NumberConstraint, OneOf};
use super::raw::{Raw, read_any};
use super::values::{EchoCancellation, NumberRange, Point, Value};
use super::words::{Cursor, DisplaySurface, FacingMode, MeteringMode, ResizeMode};

/// The types of a property: as a constraint, a setting and a capability, in Rust and in TypeScript.
macro_rules! kind {
    (constraint ulong) => { NumberConstraint<u32> };
    (setting ulong) => { u32 };
    (constraint double) => { NumberConstraint<f64> };
    (setting double) => { f64 };
    (constraint movement) => { MoveConstraint };
    (setting movement) => { f64 };
    (constraint boolean) => { Constraint<bool> };
    (setting boolean) => { bool };
    (capability boolean) => { Vec<bool> };
    (constraint id) => { Constraint<OneOf<String>> };
    (setting id) => { String };
    (capability id) => { String };
    (constraint echo) => { Constraint<EchoCancellation> };
    (setting echo) => { EchoCancellation };
    (capability echo) => { Vec<EchoCancellation> };
    (constraint points) => { Constraint<OneOf<Point>> };
    (setting points) => { Vec<Point> };
    (capability points) => { Vec<Point> };
    (constraint [$word:ident]) => { Constraint<OneOf<$word>> };
    (setting [$word:ident]) => { $word };
    (capability [$word:ident]) => { Vec<$word> };
    (capability $number:tt) => { NumberRange };
}

#[cfg(all(feature = "js", target_arch = "wasm32"))]
macro_rules! typescript {
    (constraint ulong) => {
        "ConstrainULong"
    };
    (constraint double) => {
        "ConstrainDouble"
    };
    (constraint movement) => {
        "boolean | ConstrainDouble"
    };
    (setting ulong) => {
        "number"
    };
    (setting double) => {
        "number"
    };
    (setting movement) => {
        "number"
    };
    (constraint boolean) => {
        "ConstrainBoolean"
    };
    (setting boolean) => {
        "boolean"
    };
    (capability boolean) => {
        "boolean[]"
    };
    (constraint id) => {
        "ConstrainDOMString"
    };
    (setting id) => {
        "string"
    };
    (capability id) => {
        "string"
    };
    (constraint echo) => {
        "ConstrainEchoCancellation"
    };
    (setting echo) => {
        "boolean | string"
    };
    (capability echo) => {
        "(boolean | string)[]"
    };
    (constraint points) => {
        "ConstrainPoints"
    };
    (setting points) => {
        "{ x: number; y: number }[]"
    };
    (capability points) => {
        "{ x: number; y: number }[]"
    };
    (constraint [$word:ident]) => {
        concat!("ConstrainWord<", stringify!($word), ">")
    };
    (setting [$word:ident]) => {
        "string"
    };
    (capability [$word:ident]) => {
        "string[]"
    };
    (capability $number:tt) => {
        "NumberRange"
    };
}

macro_rules! members {
    ($($(#[doc = $doc:literal])+ $field:ident $name:literal $kind:tt,)+) => {
        /// `MediaTrackConstraintSet`: constraints on a track. Omitted properties are unconstrained.
        /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediatrackconstraintset>
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct ConstraintSet {
            $($(#[doc = $doc])+ pub $field: kind!(constraint $kind),)+
        }

        /// `MediaTrackSettings`: a track's current settings. `None` where the browser reports no value.
        /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediatracksettings>
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct TrackSettings {
            $($(#[doc = $doc])+ pub $field: Option<kind!(setting $kind)>,)+
        }

        /// `MediaTrackCapabilities`: the supported values of a track. `None` where the browser reports no value.
        /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediatrackcapabilities>
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct TrackCapabilities {
            $($(#[doc = $doc])+ pub $field: Option<kind!(capability $kind)>,)+
        }

        impl ConstraintSet {
            /// The members that are set.
            pub(crate) fn entries(&self) -> Vec<(&'static str, Raw)> {
                let members: &[(_, &dyn Member)] = &[$(($name, &self.$field),)+];
                members.iter().filter_map(|(name, member)| Some((*name, member.write()?))).collect()
            }

            /// The members of this set, and those of `defaults` where it has none.
            pub fn or(mut self, defaults: Self) -> Self {
                $(if self.$field == Default::default() {
                    self.$field = defaults.$field;
                })+
                self
            }

            fn parse_member(&mut self, name: &str, raw: Raw) -> Result<(), String> {
                // A table takes less code than an arm for each member.
                let members: &mut [(_, &mut dyn Member)] = &mut [$(($name, &mut self.$field),)+];
                match members.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, member)) => member.read(raw),
                    None => Err(format!("unknown constraint `{name}`")),
                }
            }
        }

        impl TrackSettings {
            /// Reads each property; `get` returns it by its name.
            #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "read from the browser"))]
            pub(crate) fn read(get: impl Fn(&str) -> Option<Raw>) -> Self {
                Self { $($field: get($name).and_then(Value::read),)+ }
            }
        }

        impl TrackCapabilities {
            /// Reads each property; `get` returns it by its name.
            #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "read from the browser"))]
            pub(crate) fn read(get: impl Fn(&str) -> Option<Raw>) -> Self {
                Self { $($field: get($name).and_then(Value::read),)+ }
            }
        }

        /// The names; the last one exists only in the basic set.
        const NAMES: &[&str] = &[$($name,)+ "advanced"];

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_CONSTRAINTS: &str = concat!(
            "/** `MediaTrackConstraintSet`: constraints on a track. Omitted properties are unconstrained. */\n",
            "export interface ConstraintSet {\n",
            $("  /**", $($doc,)+ " */\n  ", $name, "?: ", typescript!(constraint $kind), ";\n",)+
            "}\n"
        );

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_SETTINGS: &str = concat!(
            "/** `MediaTrackSettings`: a track's current settings, as far as the browser reports them. */\n",
            "export interface TrackSettings {\n",
            $("  /**", $($doc,)+ " */\n  ", $name, "?: ", typescript!(setting $kind), ";\n",)+
            "}\n"
        );

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_CAPABILITIES: &str = concat!(
            "/** `MediaTrackCapabilities`: the supported values of a track, as far as the browser reports them. */\n",
            "export interface TrackCapabilities {\n",
            $("  /**", $($doc,)+ " */\n  ", $name, "?: ", typescript!(capability $kind), ";\n",)+
            "}\n"
        );
    };
}

members! {
    /// The id of the device.
    device_id "deviceId" id,
    /// The id of the physical device, which may have several inputs and outputs.
    group_id "groupId" id,
    /// The direction in which the camera faces.
    facing_mode "facingMode" [FacingMode],
    /// Width in pixels.
    width "width" ulong,
    /// Height in pixels.
    height "height" ulong,
    /// Width divided by height.
    aspect_ratio "aspectRatio" double,
    /// Frames per second.
    frame_rate "frameRate" double,
    /// Whether the browser may crop or scale to get other resolutions than the camera's own.
    resize_mode "resizeMode" [ResizeMode],
    /// Sample rate in Hz.
    sample_rate "sampleRate" ulong,
    /// Sample size in bits.
    sample_size "sampleSize" ulong,
    /// Number of audio channels.
    channel_count "channelCount" ulong,
    /// Latency in seconds.
    latency "latency" double,
    /// Echo cancellation: removes the sound of the speakers.
    echo_cancellation "echoCancellation" echo,
    /// Noise suppression.
    noise_suppression "noiseSuppression" boolean,
    /// Automatic gain control.
    auto_gain_control "autoGainControl" boolean,
    /// Voice isolation: keeps only the user's voice.
    voice_isolation "voiceIsolation" boolean,
    /// Blurs the background.
    background_blur "backgroundBlur" boolean,
    /// Keeps the user's face in the middle.
    face_framing "faceFraming" boolean,
    /// Corrects the user's gaze towards the camera.
    eye_gaze_correction "eyeGazeCorrection" boolean,
    /// Horizontal rotation of the camera in arc seconds.
    pan "pan" movement,
    /// Vertical rotation of the camera in arc seconds.
    tilt "tilt" movement,
    /// Zoom, in device-specific units.
    zoom "zoom" movement,
    /// The camera's light.
    torch "torch" boolean,
    /// How exposure is controlled.
    exposure_mode "exposureMode" [MeteringMode],
    /// Exposure time in units of 100 microseconds.
    exposure_time "exposureTime" double,
    /// Exposure compensation, in exposure value (EV) steps.
    exposure_compensation "exposureCompensation" double,
    /// How focus is controlled.
    focus_mode "focusMode" [MeteringMode],
    /// Focus distance in metres.
    focus_distance "focusDistance" double,
    /// How white balance is controlled.
    white_balance_mode "whiteBalanceMode" [MeteringMode],
    /// Colour temperature in kelvin.
    color_temperature "colorTemperature" double,
    /// ISO sensitivity.
    iso "iso" double,
    /// Brightness, in device-specific units.
    brightness "brightness" double,
    /// Contrast, in device-specific units.
    contrast "contrast" double,
    /// Saturation, in device-specific units.
    saturation "saturation" double,
    /// Sharpness, in device-specific units.
    sharpness "sharpness" double,
    /// The points at which exposure, focus and white balance are measured.
    points_of_interest "pointsOfInterest" points,
    /// The type of surface that is shared: a screen, a window or a tab.
    display_surface "displaySurface" [DisplaySurface],
    /// Whether parts of the surface that are hidden on the screen are captured too.
    logical_surface "logicalSurface" boolean,
    /// When the cursor is captured.
    cursor "cursor" [Cursor],
    /// Mutes a shared tab's local playback while it is shared.
    suppress_local_audio_playback "suppressLocalAudioPlayback" boolean,
    /// Excludes this page's own audio from the capture.
    restrict_own_audio "restrictOwnAudio" boolean,
}

/// `MediaTrackConstraints`: constraints on a track.
///
/// A bare or `ideal` member that this browser does not support is ignored. For `exact`, `min` or
/// `max`, the SDK fails with an unsupported error, because the browser would ignore it silently.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackConstraints {
    /// The basic constraint set.
    pub basic: ConstraintSet,
    /// Advanced constraint sets, in order of priority. The browser skips a set if it cannot satisfy all of it.
    pub advanced: Vec<ConstraintSet>,
}

impl From<ConstraintSet> for TrackConstraints {
    fn from(basic: ConstraintSet) -> Self {
        Self { basic, advanced: Vec::new() }
    }
}

impl TrackConstraints {
    /// Whether no constraint is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The first required member for which `is_supported` returns false.
    #[cfg(any(target_arch = "wasm32", test))]
    pub(crate) fn unsupported(&self, is_supported: impl Fn(&str) -> bool) -> Option<&'static str> {
        let mut entries = self.basic.entries().into_iter();
        entries.find(|(name, raw)| raw.is_required() && !is_supported(name)).map(|(name, _)| name)
    }
}

fn serialize<S: Serializer>(
    set: &ConstraintSet,
    advanced: &[ConstraintSet],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let entries = set.entries();
    let mut object =
        serializer.serialize_struct("ConstraintSet", entries.len() + usize::from(!advanced.is_empty()))?;
    for (name, raw) in entries {
        object.serialize_field(name, &raw)?;
    }
    if !advanced.is_empty() {
        object.serialize_field("advanced", advanced)?;
    }
    object.end()
}

impl Serialize for ConstraintSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self, &[], serializer)
    }
}

impl Serialize for TrackConstraints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.basic, &self.advanced, serializer)
    }
}

/// Reads a set, and the advanced ones into `advanced` if it may have any.
fn read_set(
    set: &mut ConstraintSet,
    mut advanced: Option<&mut Vec<ConstraintSet>>,
    from: &dyn Source,
) -> Result<(), Fault> {
    let names = NAMES.iter().take(NAMES.len() - usize::from(advanced.is_none()));
    let members: Vec<_> = names.map(|name| json::Member::new(name, Presence::Optional)).collect();
    from.open("ConstraintSet", &members)?;
    from.map(&mut |name, value| match &mut advanced {
        Some(advanced) if name == "advanced" => advanced.read(value),
        _ => set.parse_member(name, Raw::read_new(value)?).map_err(Fault::new),
    })
}

impl Read for ConstraintSet {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        read_set(self, None, from)
    }
}

impl Read for TrackConstraints {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        read_set(&mut self.basic, Some(&mut self.advanced), from)
    }
}

impl<'de> Deserialize<'de> for ConstraintSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_any(deserializer)
    }
}

impl<'de> Deserialize<'de> for TrackConstraints {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_any(deserializer)
    }
}
