//! What a track is, could be and shall be: <https://www.w3.org/TR/mediacapture-streams/#constrainable-interface>.

use wasm_bindgen::JsValue;

use super::LocalTrack;
use crate::engine::capture::{ContentHint, TrackCapabilities, TrackConstraints, TrackSettings};
use crate::error::{Error, Result};
use crate::model::{MediaKind, TrackSource};
use crate::platform::bindings::capture::{call, get, require};
use crate::platform::constraints::{member, to_js};
use crate::platform::devices::sorted;

/// Counts of frames from the source to the track, since its start:
/// <https://www.w3.org/TR/mediacapture-extensions/#the-mediastreamtrackvideostats-interface>.
/// What there is not for this kind of track is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FrameStats {
    /// Frames that reached whoever uses the track.
    pub delivered_frames: Option<f64>,
    /// Frames that were given up, such as for a lower frame rate. Pictures only.
    pub discarded_frames: Option<f64>,
    /// All frames of the source.
    pub total_frames: Option<f64>,
    /// How long the delivered frames last, in milliseconds. Sound only.
    pub delivered_frames_duration: Option<f64>,
    /// How long all frames last, in milliseconds. Sound only.
    pub total_frames_duration: Option<f64>,
    /// From capture to delivery, in milliseconds. Sound only.
    pub latency: Option<f64>,
    /// The mean of it, in milliseconds. Sound only.
    pub average_latency: Option<f64>,
    /// The least of it, in milliseconds. Sound only.
    pub minimum_latency: Option<f64>,
    /// The most of it, in milliseconds. Sound only.
    pub maximum_latency: Option<f64>,
}

impl LocalTrack {
    /// What the track is at present: <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getsettings>.
    pub fn settings(&self) -> TrackSettings {
        let settings = JsValue::from(self.as_raw().get_settings());
        TrackSettings::read(|name| member(&settings, name))
    }

    /// What the track could be: <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-getcapabilities>.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there is no `getCapabilities`.
    pub fn capabilities(&self) -> Result<TrackCapabilities> {
        let capabilities = self.raw_capabilities()?;
        Ok(TrackCapabilities::read(|name| member(&capabilities, name)))
    }

    pub(crate) fn raw_capabilities(&self) -> Result<JsValue> {
        call(self.as_raw(), "getCapabilities", &[])
    }

    /// Makes the running track keep to other constraints, which replace those of before. If it fails, all stays.
    /// <https://www.w3.org/TR/mediacapture-streams/#dom-mediastreamtrack-applyconstraints>
    ///
    /// # Errors
    /// [`MediaError::Overconstrained`](crate::MediaError::Overconstrained) if the source cannot, and
    /// [`Error::Unsupported`] for a required constraint that this browser does not know; `InvalidState` once the track has
    /// ended.
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

    /// What the media is, so that the encoder keeps what matters: <https://www.w3.org/TR/mst-content-hint/>.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there is no `contentHint`.
    pub fn content_hint(&self) -> Result<ContentHint> {
        let hint = require(self.as_raw(), "contentHint")?;
        Ok(ContentHint::from(hint.as_string().unwrap_or_default().as_str()))
    }

    /// Says what the media is.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there is no `contentHint`, and [`Error::InvalidOptions`] for a hint of the other
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

    /// Counts of the source's frames so far.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there is no `MediaStreamTrack.stats`.
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
        // A source that gives no statistics, such as a canvas.
        if stats.is_null() { Err(Error::Unsupported { feature }) } else { call(&stats, "toJSON", &[]) }
    }
}
