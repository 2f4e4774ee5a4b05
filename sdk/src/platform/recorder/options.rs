//! Options of a recorder: <https://www.w3.org/TR/mediastream-recording/#mediarecorderoptions-section>.

use js_sys::Reflect;
use moim_protocol::{options, words};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use web_sys::MediaRecorderOptions;

use crate::error::{Error, Result};

/// `BitrateMode`: the bit rate mode of audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AudioBitrateMode {
    /// Constant bit rate.
    Constant,
    /// Variable bit rate.
    Variable,
}

words! { AudioBitrateMode { "constant" Constant, "variable" Variable, } }

/// Options of a recorder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct RecorderOptions {
    /// Acceptable MIME types, in order of preference; the first one that this browser can record is used. Default:
    /// WebM with VP8 or VP9 and Opus, then MP4.
    pub mime_types: Vec<String>,
    /// Total bit rate in bit/s, which the browser divides. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub bits_per_second: Option<u32>,
    /// Video bit rate in bit/s. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub video_bits_per_second: Option<u32>,
    /// Audio bit rate in bit/s. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub audio_bits_per_second: Option<u32>,
    /// The bit rate mode of audio; a hint that some browsers ignore. Default: the browser's choice.
    #[cfg_attr(feature = "js", tsify(type = "AudioBitrateMode | null"))]
    pub audio_bitrate_mode: Option<AudioBitrateMode>,
    /// Milliseconds between key frames, which players can seek to; a hint that some browsers
    /// ignore; `null` (Rust: `None`) for the browser's choice. Default: 5000.
    #[cfg_attr(feature = "js", tsify(type = "number | null"))]
    pub key_frame_interval_ms: Option<u32>,
    /// Milliseconds between chunks. 0: a single chunk at the end. Default: 1000.
    pub timeslice_ms: u32,
    /// Whether the chunks are kept and joined to one file at the end. If false, the recording's blob is empty, and the
    /// application stores the chunks as they arrive: hours of recording take no memory. Default: true.
    pub keep: bool,
}

options! { RecorderOptions {
    mime_types: "mimeTypes",
    bits_per_second: "bitsPerSecond",
    video_bits_per_second: "videoBitsPerSecond",
    audio_bits_per_second: "audioBitsPerSecond",
    audio_bitrate_mode: "audioBitrateMode",
    key_frame_interval_ms: "keyFrameIntervalMs",
    timeslice_ms: "timesliceMs",
    keep: "keep",
} }

impl Default for RecorderOptions {
    fn default() -> Self {
        Self {
            mime_types: Vec::new(),
            bits_per_second: None,
            video_bits_per_second: None,
            audio_bits_per_second: None,
            audio_bitrate_mode: None,
            key_frame_interval_ms: Some(5000),
            timeslice_ms: 1000,
            keep: true,
        }
    }
}

impl RecorderOptions {
    pub(super) fn check(&self) -> Result<()> {
        if self.timeslice_ms > i32::MAX as u32 {
            let detail = format!("timesliceMs is {}: expected at most {}", self.timeslice_ms, i32::MAX);
            return Err(Error::InvalidOptions { detail });
        }
        for (key, rate) in [
            ("bitsPerSecond", self.bits_per_second),
            ("videoBitsPerSecond", self.video_bits_per_second),
            ("audioBitsPerSecond", self.audio_bits_per_second),
        ] {
            if rate == Some(0) {
                return Err(Error::InvalidOptions { detail: format!("{key} is 0: expected 1 or more") });
            }
        }
        Ok(())
    }

    pub(super) fn to_raw(&self, mime_type: &str) -> MediaRecorderOptions {
        let raw = MediaRecorderOptions::new();
        raw.set_mime_type(mime_type);
        let mode = self.audio_bitrate_mode.map(|mode| match mode {
            AudioBitrateMode::Constant => "constant",
            AudioBitrateMode::Variable => "variable",
        });
        let members = [
            ("bitsPerSecond", self.bits_per_second.map(JsValue::from)),
            ("videoBitsPerSecond", self.video_bits_per_second.map(JsValue::from)),
            ("audioBitsPerSecond", self.audio_bits_per_second.map(JsValue::from)),
            ("audioBitrateMode", mode.map(JsValue::from)),
            ("videoKeyFrameIntervalDuration", self.key_frame_interval_ms.map(JsValue::from)),
        ];
        for (key, value) in members {
            if let Some(value) = value {
                // Setting a property of a new object cannot fail.
                let _ = Reflect::set(&raw, &key.into(), &value);
            }
        }
        raw
    }
}
