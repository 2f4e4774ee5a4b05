//! `RTCRtpReceiver`: <https://www.w3.org/TR/webrtc/#rtcrtpreceiver-interface>.

use js_sys::{Array, Reflect};
use moim_protocol::record;
use serde::{Deserialize, Serialize};
use web_sys::{MediaStreamTrack, RtcRtpReceiver};

use super::codec::{RtpCapabilities, receive_capabilities};
use super::exceptions::refusal;
use crate::error::{Error, Result};
use crate::model::MediaKind;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::dictionary;

/// The maximum jitter buffer target of browsers, in milliseconds.
const MAX_JITTER_BUFFER_MS: f64 = 4_000.0;

/// Receives a remote track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver(RtcRtpReceiver);

/// A source heard or seen in the last ten seconds: <https://www.w3.org/TR/webrtc/#dom-rtcrtpcontributingsource>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct RtpSource {
    /// The SSRC or CSRC.
    pub source: u32,
    /// When its last media was played, in milliseconds since 1970.
    pub timestamp: f64,
    /// The RTP timestamp of that media, in units of the codec's clock rate.
    pub rtp_timestamp: u32,
    /// The audio level from 0, silence, to 1; audio only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub audio_level: Option<f64>,
}

record! { RtpSource {
    source: "source" required,
    timestamp: "timestamp" required,
    rtp_timestamp: "rtpTimestamp" required,
    audio_level: "audioLevel" omitted_if "null",
} }

impl Receiver {
    pub(super) fn new(raw: RtcRtpReceiver) -> Self {
        Self(raw)
    }

    /// The browser's receive capabilities.
    ///
    /// # Errors
    /// `Unsupported` where the browser does not report them.
    pub fn capabilities(kind: MediaKind) -> Result<RtpCapabilities> {
        receive_capabilities(kind)
    }

    /// The received track. It exists from the start, and is silent or black until media arrives.
    pub fn track(&self) -> MediaStreamTrack {
        self.0.track()
    }

    /// The requested jitter buffer target in milliseconds, if any.
    ///
    /// # Errors
    /// `Unsupported` where the browser lacks it.
    pub fn jitter_buffer_target(&self) -> Result<Option<f64>> {
        self.require_jitter_buffer_target()?;
        Ok(bindings::jitter_buffer_target(&self.0))
    }

    /// Requests a jitter buffer of about this many milliseconds, 0 to 4000: a smaller one for conversation, a larger
    /// one for listening. `None` leaves it to the browser.
    ///
    /// # Errors
    /// `Unsupported` where the browser lacks it; `InvalidOptions` out of range.
    pub fn set_jitter_buffer_target(&self, milliseconds: Option<f64>) -> Result<()> {
        self.require_jitter_buffer_target()?;
        if milliseconds.is_some_and(|target| !(0.0..=MAX_JITTER_BUFFER_MS).contains(&target)) {
            let detail = "jitterBufferTarget: expected 0 to 4000 milliseconds".to_owned();
            return Err(Error::InvalidOptions { detail });
        }
        bindings::set_jitter_buffer_target(&self.0, milliseconds)
            .map_err(refusal("set the jitter buffer target"))
    }

    /// The sources mixed by a mixer (CSRCs).
    pub fn contributing_sources(&self) -> Vec<RtpSource> {
        sources(&self.0.get_contributing_sources())
    }

    /// The sources of the media (SSRCs). Their audio level is cheaper than a level meter.
    pub fn synchronization_sources(&self) -> Vec<RtpSource> {
        sources(&self.0.get_synchronization_sources())
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &RtcRtpReceiver {
        &self.0
    }

    fn require_jitter_buffer_target(&self) -> Result<()> {
        let feature = "jitterBufferTarget";
        let has = Reflect::has(&self.0, &feature.into()).unwrap_or(false);
        if has { Ok(()) } else { Err(Error::Unsupported { feature }) }
    }
}

/// The current audio level of the received track, from 0 to 1; 0 where the browser does not report it.
pub(crate) fn audio_level(receiver: &RtcRtpReceiver) -> f64 {
    let levels = sources(&receiver.get_synchronization_sources()).into_iter();
    levels.filter_map(|source| source.audio_level).fold(0.0, f64::max)
}

/// When media was played last, in milliseconds since 1970; 0 if that was long ago.
pub(crate) fn last_played(receiver: &RtcRtpReceiver) -> f64 {
    let times = receiver.get_synchronization_sources().into_iter();
    times.filter_map(|source| Reflect::get(&source, &"timestamp".into()).ok()?.as_f64()).fold(0.0, f64::max)
}

fn sources(raw: &Array) -> Vec<RtpSource> {
    raw.iter().filter_map(|source| dictionary::read(&source).ok()).collect()
}
