//! The enumerations of the specifications. Browsers may know words that this crate does not.

use std::fmt;

use serde::de::{EnumAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An enumeration whose values are written as words.
pub(super) trait Word: for<'a> From<&'a str> {
    /// The words that this crate knows.
    const KNOWN: &'static [&'static str];
    /// The word as it is written.
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
                /// A word that this version of the crate does not know.
                Other(String),
            }

            impl $name {
                /// The word as the specification spells it.
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

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = deserializer.deserialize_enum(stringify!($name), Self::KNOWN, Text)?;
                    Ok(Self::from(text.as_str()))
                }
            }
        )+

        /// The same words for TypeScript.
        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_WORDS: &str = concat!($(
            "/**", $($doc,)+ " */\nexport type ", stringify!($name), " =", $("\n  | \"", $text, "\"",)+ ";\n\n",
        )+);
    };
}

/// Reads a word as the name of a variant without content, so that a strict deserializer can refuse unknown ones.
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
    /// `VideoFacingModeEnum`: where a camera points.
    FacingMode {
        /// At the user.
        User = "user",
        /// Away from the user.
        Environment = "environment",
        /// At the user, from the left.
        Left = "left",
        /// At the user, from the right.
        Right = "right",
    }
    /// `VideoResizeModeEnum`: whether the browser may make other sizes out of those that the camera has.
    ResizeMode {
        /// Only what the camera itself gives.
        None = "none",
        /// Pictures may be made smaller, and cut to another shape.
        CropAndScale = "crop-and-scale",
    }
    /// `MeteringMode`: how exposure, focus or white balance are found.
    MeteringMode {
        /// Not at all.
        None = "none",
        /// By the value that was set.
        Manual = "manual",
        /// By the camera, once.
        SingleShot = "single-shot",
        /// By the camera, all the time.
        Continuous = "continuous",
    }
    /// `DisplayCaptureSurfaceType`: what is shared.
    DisplaySurface {
        /// A screen, or all of them.
        Monitor = "monitor",
        /// A window of an application.
        Window = "window",
        /// A tab of the browser.
        Browser = "browser",
    }
    /// `CursorCaptureConstraint`: when the pointer is seen in a shared display.
    Cursor {
        /// Never.
        Never = "never",
        /// Always.
        Always = "always",
        /// While it moves.
        Motion = "motion",
    }
    /// `MediaStreamTrack.contentHint`: what the media is, so that the encoder keeps what matters.
    ContentHint {
        /// Nothing is known.
        None = "",
        /// Sound: people who talk.
        Speech = "speech",
        /// Sound: speech that a machine shall understand.
        SpeechRecognition = "speech-recognition",
        /// Sound: music.
        Music = "music",
        /// Pictures: fluent motion matters more than sharpness.
        Motion = "motion",
        /// Pictures: sharpness matters more than fluent motion.
        Detail = "detail",
        /// Pictures: text and lines, which must be readable.
        Text = "text",
    }
    /// What the browser says of a track.
    TrackEvent {
        /// The source gives nothing for now.
        Mute = "mute",
        /// The source gives media again.
        Unmute = "unmute",
        /// The track is over: the device was unplugged, the permission withdrawn, or sharing stopped from the browser's
        /// own button.
        Ended = "ended",
        /// The system or the user changed settings of the source, or what is shared.
        ConfigurationChange = "configurationchange",
        /// Another tab is shared now, or the shared one tells another handle (Chromium).
        CaptureHandleChange = "capturehandlechange",
    }
    /// What a page may be permitted.
    PermissionName {
        /// To open cameras.
        Camera = "camera",
        /// To open microphones.
        Microphone = "microphone",
        /// To share the display.
        DisplayCapture = "display-capture",
    }
    /// `PermissionState`: whether a page is permitted something.
    PermissionState {
        /// It is, without a question to the user.
        Granted = "granted",
        /// It is not, and the user is not asked.
        Denied = "denied",
        /// The user will be asked.
        Prompt = "prompt",
    }
    /// Whether the user is offered something when choosing what to share.
    SurfaceChoice {
        /// It is offered.
        Include = "include",
        /// It is not offered.
        Exclude = "exclude",
    }
    /// `WindowAudioPreferenceEnum`: which sound goes with a shared window.
    WindowAudio {
        /// None.
        Exclude = "exclude",
        /// That of the window.
        Window = "window",
        /// That of the whole system.
        System = "system",
    }
    /// `CaptureStartFocusBehavior`: which window has the focus when sharing begins.
    FocusBehavior {
        /// The one that shares.
        FocusCapturingApplication = "focus-capturing-application",
        /// The one that is shared.
        FocusCapturedSurface = "focus-captured-surface",
        /// The one that had it.
        NoFocusChange = "no-focus-change",
    }
}
