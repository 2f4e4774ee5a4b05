//! Every constrainable property, written once: constraints, settings and capabilities come from one table, and so do
//! their TypeScript types.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::constraint::{Constraint, Member, MoveConstraint, NumberConstraint, OneOf};
use super::raw::Raw;
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
        /// `MediaTrackConstraintSet`: what is wanted of a track. What is left out may be anything.
        /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediatrackconstraintset>
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct ConstraintSet {
            $($(#[doc = $doc])+ pub $field: kind!(constraint $kind),)+
        }

        /// `MediaTrackSettings`: what a track is at present. What the browser does not tell is `None`.
        /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediatracksettings>
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct TrackSettings {
            $($(#[doc = $doc])+ pub $field: Option<kind!(setting $kind)>,)+
        }

        /// `MediaTrackCapabilities`: what a track could be. What the browser does not tell is `None`.
        /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediatrackcapabilities>
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct TrackCapabilities {
            $($(#[doc = $doc])+ pub $field: Option<kind!(capability $kind)>,)+
        }

        impl ConstraintSet {
            /// The members that say something.
            pub(crate) fn entries(&self) -> Vec<(&'static str, Raw)> {
                let entries = [$(($name, self.$field.write()),)+];
                entries.into_iter().filter_map(|(name, raw)| Some((name, raw?))).collect()
            }

            /// The members of this set, and those of `defaults` where it says nothing.
            pub fn or(mut self, defaults: Self) -> Self {
                $(if self.$field == Default::default() {
                    self.$field = defaults.$field;
                })+
                self
            }

            fn parse_member(&mut self, name: &str, raw: Raw) -> Result<(), String> {
                match name {
                    $($name => self.$field = Member::parse(raw)?,)+
                    _ => return Err(format!("there is no constraint `{name}`")),
                }
                Ok(())
            }
        }

        impl TrackSettings {
            /// Reads each property; `get` looks it up by its name.
            #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "read from the browser"))]
            pub(crate) fn read(get: impl Fn(&str) -> Option<Raw>) -> Self {
                Self { $($field: get($name).and_then(Value::read),)+ }
            }
        }

        impl TrackCapabilities {
            /// Reads each property; `get` looks it up by its name.
            #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "read from the browser"))]
            pub(crate) fn read(get: impl Fn(&str) -> Option<Raw>) -> Self {
                Self { $($field: get($name).and_then(Value::read),)+ }
            }
        }

        /// The names, and last the one that only the basic set has.
        const NAMES: &[&str] = &[$($name,)+ "advanced"];

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_CONSTRAINTS: &str = concat!(
            "/** `MediaTrackConstraintSet`: what is wanted of a track. What is left out may be anything. */\n",
            "export interface ConstraintSet {\n",
            $("  /**", $($doc,)+ " */\n  ", $name, "?: ", typescript!(constraint $kind), ";\n",)+
            "}\n"
        );

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_SETTINGS: &str = concat!(
            "/** `MediaTrackSettings`: what a track is at present, as far as the browser tells. */\n",
            "export interface TrackSettings {\n",
            $("  /**", $($doc,)+ " */\n  ", $name, "?: ", typescript!(setting $kind), ";\n",)+
            "}\n"
        );

        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_CAPABILITIES: &str = concat!(
            "/** `MediaTrackCapabilities`: what a track could be, as far as the browser tells. */\n",
            "export interface TrackCapabilities {\n",
            $("  /**", $($doc,)+ " */\n  ", $name, "?: ", typescript!(capability $kind), ";\n",)+
            "}\n"
        );
    };
}

members! {
    /// The device, by its id.
    device_id "deviceId" id,
    /// The physical device, which may have several parts.
    group_id "groupId" id,
    /// Where the camera points.
    facing_mode "facingMode" [FacingMode],
    /// Width in pixels.
    width "width" ulong,
    /// Height in pixels.
    height "height" ulong,
    /// Width divided by height.
    aspect_ratio "aspectRatio" double,
    /// Frames per second.
    frame_rate "frameRate" double,
    /// Whether the browser may make other sizes out of those that the camera has.
    resize_mode "resizeMode" [ResizeMode],
    /// Samples per second.
    sample_rate "sampleRate" ulong,
    /// Bits per sample.
    sample_size "sampleSize" ulong,
    /// Channels of sound.
    channel_count "channelCount" ulong,
    /// Seconds from the sound to its samples.
    latency "latency" double,
    /// Removes what the speakers play.
    echo_cancellation "echoCancellation" echo,
    /// Removes steady noise.
    noise_suppression "noiseSuppression" boolean,
    /// Evens out the loudness.
    auto_gain_control "autoGainControl" boolean,
    /// Keeps the user's voice alone.
    voice_isolation "voiceIsolation" boolean,
    /// Blurs what is behind the user.
    background_blur "backgroundBlur" boolean,
    /// Keeps the user's face in the middle.
    face_framing "faceFraming" boolean,
    /// Makes the user look into the camera.
    eye_gaze_correction "eyeGazeCorrection" boolean,
    /// Arc seconds by which the camera is turned sideways.
    pan "pan" movement,
    /// Arc seconds by which the camera is turned up.
    tilt "tilt" movement,
    /// How near the camera shows things, in units of its own.
    zoom "zoom" movement,
    /// The light beside the camera.
    torch "torch" boolean,
    /// How exposure is found.
    exposure_mode "exposureMode" [MeteringMode],
    /// How long one picture is exposed, in units of 100 microseconds.
    exposure_time "exposureTime" double,
    /// How much lighter or darker than measured, in steps of exposure value.
    exposure_compensation "exposureCompensation" double,
    /// How focus is found.
    focus_mode "focusMode" [MeteringMode],
    /// Metres to what is sharp.
    focus_distance "focusDistance" double,
    /// How white balance is found.
    white_balance_mode "whiteBalanceMode" [MeteringMode],
    /// The colour temperature of white, in kelvin.
    color_temperature "colorTemperature" double,
    /// Sensitivity by the ISO scale.
    iso "iso" double,
    /// Brightness, in units of the camera's own.
    brightness "brightness" double,
    /// Contrast, in units of the camera's own.
    contrast "contrast" double,
    /// Saturation, in units of the camera's own.
    saturation "saturation" double,
    /// Sharpness, in units of the camera's own.
    sharpness "sharpness" double,
    /// Where exposure, focus and white balance are measured.
    points_of_interest "pointsOfInterest" points,
    /// What is shared: a screen, a window or a tab.
    display_surface "displaySurface" [DisplaySurface],
    /// Whether what is shared is complete even where it cannot be seen.
    logical_surface "logicalSurface" boolean,
    /// When the pointer is seen.
    cursor "cursor" [Cursor],
    /// Silences a shared tab's sound here while it is shared.
    suppress_local_audio_playback "suppressLocalAudioPlayback" boolean,
    /// Leaves this page's own sound out of what is shared.
    restrict_own_audio "restrictOwnAudio" boolean,
}

/// `MediaTrackConstraints`: what is wanted of a track.
///
/// A member that this browser does not know is ignored where it is bare or `ideal`. Where it is `exact`, `min` or
/// `max`, the SDK refuses it as unsupported, because the browser would ignore it in silence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackConstraints {
    /// What must or should be.
    pub basic: ConstraintSet,
    /// More wishes, the most important first. The browser skips each set that cannot be met as a whole.
    pub advanced: Vec<ConstraintSet>,
}

impl From<ConstraintSet> for TrackConstraints {
    fn from(basic: ConstraintSet) -> Self {
        Self { basic, advanced: Vec::new() }
    }
}

impl TrackConstraints {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The first required member that `is_supported` denies.
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

impl<'de> Deserialize<'de> for ConstraintSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = NAMES.split_last().map_or(NAMES, |(_advanced, names)| names);
        let visitor = SetVisitor { is_basic: false };
        deserializer.deserialize_struct("ConstraintSet", names, visitor).map(|constraints| constraints.basic)
    }
}

impl<'de> Deserialize<'de> for TrackConstraints {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("TrackConstraints", NAMES, SetVisitor { is_basic: true })
    }
}

struct SetVisitor {
    is_basic: bool,
}

impl<'de> Visitor<'de> for SetVisitor {
    type Value = TrackConstraints;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of constraints")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TrackConstraints, A::Error> {
        let mut constraints = TrackConstraints::default();
        while let Some(name) = map.next_key::<String>()? {
            if self.is_basic && name == "advanced" {
                constraints.advanced = map.next_value()?;
            } else {
                map.next_value_seed(MemberSeed { set: &mut constraints.basic, name })?;
            }
        }
        Ok(constraints)
    }
}

/// Reads one member into its place.
struct MemberSeed<'a> {
    set: &'a mut ConstraintSet,
    name: String,
}

impl<'de> DeserializeSeed<'de> for MemberSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        self.set.parse_member(&self.name, raw).map_err(D::Error::custom)
    }
}
