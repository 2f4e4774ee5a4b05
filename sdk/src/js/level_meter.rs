//! `LevelMeter`.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::media::raw_track;
use crate::platform::LevelMeter;

/// Measures the current level of an audio track. While the browser keeps audio suspended until a user gesture, the
/// level is 0.
/// @see https://www.w3.org/TR/webaudio/#AnalyserNode
/// @example
/// const meter = new LevelMeter(microphone);
/// setInterval(() => console.log(meter.level()), 100);
#[derive(Debug)]
#[wasm_bindgen(js_name = LevelMeter)]
pub struct JsLevelMeter(LevelMeter);

#[wasm_bindgen(js_class = LevelMeter)]
impl JsLevelMeter {
    /// Starts to measure. Call `free()` to stop.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for a video track, and if it is not a track; ERR_UNSUPPORTED
    /// without `AudioContext`.
    #[wasm_bindgen(constructor)]
    pub fn new(#[wasm_bindgen(unchecked_param_type = "TrackLike")] track: &JsValue) -> Result<Self, JsValue> {
        Ok(Self(LevelMeter::new(&raw_track(track, "track")?)?))
    }

    /// The root mean square of about the last 43 ms: 0 is silence, 1 is full scale.
    pub fn level(&self) -> f32 {
        self.0.level()
    }

    /// Whether speech is likely. Call it several times a second; it stays true for 500 ms after a sound.
    #[wasm_bindgen(js_name = isSpeaking)]
    pub fn is_speaking(&self) -> bool {
        self.0.is_speaking()
    }
}
