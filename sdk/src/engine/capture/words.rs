//! The enumerations of the specifications. Browsers may return values that this crate does not know.

use std::fmt;

use moim_protocol::json::{Fault, Read, Source};
use serde::de::{EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An enumeration with string values.
pub(super) trait Word: for<'a> From<&'a str> {
    /// The values that this crate knows.
    const KNOWN: &'static [&'static str];
    /// The value as a string.
    fn text(&self) -> &str;
}

macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $about:literal])+ $variant:ident = $text:literal,)+ })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            #[non_exhaustive]
            pub enum $name {
                $($(#[doc = $about])+ $variant,)+
                /// A value that this version does not know.
                Other(String),
            }

            impl $name {
                /// The value as spelt in the specification.
                pub fn as_str(&self) -> &str {
                    match self {
                        $(Self::$variant => $text,)+
                        Self::Other(text) => text,
                    }
                }
            }

            impl From<&str> for $name {
                fn from(text: &str) -> Self {
                    match text {
                        $($text => Self::$variant,)+
                        _ => Self::Other(text.to_owned()),
                    }
                }
            }

            impl Word for $name {
                const KNOWN: &'static [&'static str] = &[$($text,)+];

                fn text(&self) -> &str {
                    self.as_str()
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl Serialize for $name {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl Read for $name {
                fn blank() -> Self {
                    Self::Other(String::new())
                }

                fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
                    let word = from.word(Self::KNOWN, false)?;
                    *self = Self::from(*Self::KNOWN.get(word).unwrap_or(&""));
                    Ok(())
                }
            }

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = deserializer.deserialize_enum(stringify!($name), Self::KNOWN, Text)?;
                    Ok(Self::from(text.as_str()))
                }
            }
        )+

        /// The TypeScript type.
        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_WORDS: &str = concat!($(
            "/**", $($doc,)+ " */\nexport type ", stringify!($name), " =", $("\n  | \"", $text, "\"",)+ ";\n\n",
        )+);
    };
}

/// Parses a string as the name of a unit variant, so that a strict deserializer can reject unknown ones.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<String, A::Error> {
        let (text, content) = data.variant()?;
        content.unit_variant()?;
        Ok(text)
    }
}

words! {
    /// `VideoFacingModeEnum`: the direction in which a camera faces.
    FacingMode {
        /// Towards the user.
        User = "user",
        /// Away from the user.
        Environment = "environment",
        /// To the user's left.
        Left = "left",
        /// To the user's right.
        Right = "right",
    }
    /// `VideoResizeModeEnum`: whether the browser may crop or scale to get other resolutions than the camera's own.
    ResizeMode {
        /// Only resolutions of the camera itself.
        None = "none",
        /// The browser may crop and scale down.
        CropAndScale = "crop-and-scale",
    }
    /// `MeteringMode`: how exposure, focus or white balance is controlled.
    MeteringMode {
        /// Off.
        None = "none",
        /// Manual: uses the value that was set.
        Manual = "manual",
        /// Automatic, once.
        SingleShot = "single-shot",
        /// Automatic, continuously.
        Continuous = "continuous",
    }
    /// `DisplayCaptureSurfaceType`: the type of surface that is shared.
    DisplaySurface {
        /// A screen, or all screens.
        Monitor = "monitor",
        /// An application window.
        Window = "window",
        /// A browser tab.
        Browser = "browser",
    }
    /// `CursorCaptureConstraint`: when the cursor is captured in a shared display.
    Cursor {
        /// Never.
        Never = "never",
        /// Always.
        Always = "always",
        /// Only while it moves.
        Motion = "motion",
    }
    /// `MediaStreamTrack.contentHint`: the type of content, which tells the encoder what to preserve.
    ContentHint {
        /// No hint.
        None = "",
        /// Audio: conversation.
        Speech = "speech",
        /// Audio: speech for speech recognition.
        SpeechRecognition = "speech-recognition",
        /// Audio: music.
        Music = "music",
        /// Video: smooth motion matters more than sharpness.
        Motion = "motion",
        /// Video: sharpness matters more than smooth motion.
        Detail = "detail",
        /// Video: text and lines, which must stay readable.
        Text = "text",
    }
    /// An event of a track.
    TrackEvent {
        /// The source temporarily provides no media.
        Mute = "mute",
        /// The source provides media again.
        Unmute = "unmute",
        /// The track has ended: the device was unplugged, the permission was revoked, or sharing was stopped with the
        /// browser's own button.
        Ended = "ended",
        /// The system or the user changed the source's settings, or the shared surface.
        ConfigurationChange = "configurationchange",
        /// Another tab is shared, or the shared tab changed its capture handle (Chromium).
        CaptureHandleChange = "capturehandlechange",
    }
    /// A permission that a page can have.
    PermissionName {
        /// To use cameras.
        Camera = "camera",
        /// To use microphones.
        Microphone = "microphone",
        /// To capture the display.
        DisplayCapture = "display-capture",
    }
    /// `PermissionState`: the state of a permission.
    PermissionState {
        /// Granted: the user is not asked.
        Granted = "granted",
        /// Denied: the user is not asked.
        Denied = "denied",
        /// The user will be asked.
        Prompt = "prompt",
    }
    /// Whether an option is offered in the dialog that selects what to share.
    SurfaceChoice {
        /// Offered.
        Include = "include",
        /// Not offered.
        Exclude = "exclude",
    }
    /// `WindowAudioPreferenceEnum`: the audio to share with a window.
    WindowAudio {
        /// None.
        Exclude = "exclude",
        /// The window's audio.
        Window = "window",
        /// All system audio.
        System = "system",
    }
    /// `CaptureStartFocusBehavior`: which window gets the focus when sharing begins.
    FocusBehavior {
        /// The capturing one.
        FocusCapturingApplication = "focus-capturing-application",
        /// The captured one.
        FocusCapturedSurface = "focus-captured-surface",
        /// Focus does not change.
        NoFocusChange = "no-focus-change",
    }
}
