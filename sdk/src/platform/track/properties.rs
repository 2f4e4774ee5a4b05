//! Settings, capabilities and constraints of a track: <https://www.w3.org/TR/mediacapture-streams/#constrainable-interface>.

use wasm_bindgen::JsValue;

use super::LocalTrack;
use crate::engine::capture::{ContentHint, TrackCapabilities, TrackConstraints, TrackSettings};
use crate::error::{Error, Result};
use crate::model::{MediaKind, TrackSource};
use crate::platform::bindings::capture::{call, get, require};
use crate::platform::constraints::{member, to_js};
use crate::platform::devices::sorted;

/// Frame counters of the track since its start:
/// <https://www.w3.org/TR/mediacapture-extensions/#the-mediastreamtrackvideostats-interface>.
/// Values that do not apply to this kind of track are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FrameStats {
    /// Frames delivered to the consumers of the track.
    pub delivered_frames: Option<f64>,
    /// Frames discarded, for example for a lower frame rate. Video only.
    pub discarded_frames: Option<f64>,
    /// All frames of the source.
    pub total_frames: Option<f64>,
    /// Total duration of the delivered frames, in milliseconds. Audio only.
    pub delivered_frames_duration: Option<f64>,
    /// Total duration of all frames, in milliseconds. Audio only.
    pub total_frames_duration: Option<f64>,
    /// Latency from capture to delivery, in milliseconds. Audio only.
    pub latency: Option<f64>,
    /// Average latency, in milliseconds. Audio only.
    pub average_latency: Option<f64>,
    /// Minimum latency, in milliseconds. Audio only.
    pub minimum_latency: Option<f64>,
    /// Maximum latency, in milliseconds. Audio only.
    pub maximum_latency: Option<f64>,
}

impl LocalTrack {
    /// The track's current settings: <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getsettings>.
    pub fn settings(&self) -> TrackSettings {
        let settings = JsValue::from(self.as_raw().get_settings());
        TrackSettings::read(|name| member(&settings, name))
    }

    /// The values that the track supports: <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getcapabilities>.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the browser has no `getCapabilities`.
    pub fn capabilities(&self) -> Result<TrackCapabilities> {
        let capabilities = self.raw_capabilities()?;
        Ok(TrackCapabilities::read(|name| member(&capabilities, name)))
    }

    pub(crate) fn raw_capabilities(&self) -> Result<JsValue> {
        call(self.as_raw(), "getCapabilities", &[])
    }

    /// Applies other constraints to the running track, replacing the previous ones. If it fails, nothing changes.
    /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-applyconstraints>
    ///
    /// # Errors
    /// [`MediaError::Overconstrained`](crate::MediaError::Overconstrained) if the source cannot satisfy them, and
    /// [`Error::Unsupported`] for a required constraint that this browser does not support; `InvalidState` if the track
    /// has ended.
    pub async fn apply_constraints(&self, constraints: &TrackConstraints) -> Result<()> {
        let device = match self.source() {
            TrackSource::Camera => "camera",
            TrackSource::Microphone => "microphone",
            TrackSource::Screen | TrackSource::ScreenAudio => "screen",
            _ => "source of the track",
        };
        if self.is_ended() {
            return Err(Error::InvalidState { action: "apply constraints", state: "the track has ended" });
        }
        sorted(self.as_raw(), "applyConstraints", &[to_js(constraints)?], device).await?;
        if self.wanted().is_some() {
            self.set_wanted(constraints.clone());
        }
        Ok(())
    }

    /// The content hint, which tells the encoder what to preserve: <https://www.w3.org/TR/mst-content-hint/>.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the browser has no `contentHint`.
    pub fn content_hint(&self) -> Result<ContentHint> {
        let hint = require(self.as_raw(), "contentHint")?;
        Ok(ContentHint::from(hint.as_string().unwrap_or_default().as_str()))
    }

    /// Sets the content hint.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the browser has no `contentHint`, and [`Error::InvalidOptions`] for a hint of another
    /// kind of media, which the browser would ignore.
    pub fn set_content_hint(&self, hint: &ContentHint) -> Result<()> {
        require(self.as_raw(), "contentHint")?;
        let kind = match hint {
            ContentHint::Speech | ContentHint::SpeechRecognition | ContentHint::Music => {
                Some(MediaKind::Audio)
            }
            ContentHint::Motion | ContentHint::Detail | ContentHint::Text => Some(MediaKind::Video),
            ContentHint::None | ContentHint::Other(_) => None,
        };
        if kind.is_some_and(|kind| kind != self.kind()) {
            let detail = match self.kind() {
                MediaKind::Audio => "speech, speech-recognition or music",
                MediaKind::Video => "motion, detail or text",
            };
            let detail = format!("the content hint {hint} does not fit this track: expected {detail}");
            return Err(Error::InvalidOptions { detail });
        }
        let _ = js_sys::Reflect::set(self.as_raw(), &"contentHint".into(), &hint.as_str().into());
        Ok(())
    }

    /// Returns the frame counters of the track.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the browser has no `MediaStreamTrack.stats`.
    pub fn frame_stats(&self) -> Result<FrameStats> {
        let stats = self.raw_frame_stats()?;
        let number = |name| get(&stats, name).as_f64();
        Ok(FrameStats {
            delivered_frames: number("deliveredFrames"),
            discarded_frames: number("discardedFrames"),
            total_frames: number("totalFrames"),
            delivered_frames_duration: number("deliveredFramesDuration"),
            total_frames_duration: number("totalFramesDuration"),
            latency: number("latency"),
            average_latency: number("averageLatency"),
            minimum_latency: number("minimumLatency"),
            maximum_latency: number("maximumLatency"),
        })
    }

    pub(crate) fn raw_frame_stats(&self) -> Result<JsValue> {
        let feature = "MediaStreamTrack.stats";
        let stats = require(self.as_raw(), "stats").map_err(|_| Error::Unsupported { feature })?;
        // A source without statistics, such as a canvas.
        if stats.is_null() { Err(Error::Unsupported { feature }) } else { call(&stats, "toJSON", &[]) }
    }
}
