//! `RTCRtpSender`: <https://www.w3.org/TR/webrtc/#rtcrtpsender-interface>.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::RtcRtpSender;

use super::codec::{RtpCapabilities, send_capabilities};
use super::dtmf::DtmfSender;
use super::encoding::{self, Encoding, SendParameters};
use super::refusal::refusal;
use super::stopping::Stopping;
use crate::error::{Error, Result};
use crate::model::{MediaKind, TrackSource};
use crate::platform::LocalTrack;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::promise::outcome;

/// The tracks that a connection sends. It keeps them from being stopped with their last handle.
#[derive(Clone, Debug, Default)]
pub(super) struct SentTracks(Rc<RefCell<Vec<(RtcRtpSender, LocalTrack)>>>);

impl SentTracks {
    pub(super) fn set(&self, sender: &RtcRtpSender, track: Option<&LocalTrack>) {
        // Dropped outside the borrow: it may stop the track.
        let mut before = self.0.take();
        before.retain(|(known, _)| known != sender);
        before.extend(track.map(|track| (sender.clone(), track.clone())));
        self.0.replace(before);
    }

    pub(super) fn clear(&self) {
        drop(self.0.take());
    }

    fn get(&self, sender: &RtcRtpSender) -> Option<LocalTrack> {
        let raw = sender.track()?;
        let known = self.0.borrow().iter().find(|(known, _)| known == sender).map(|(_, track)| track.clone());
        let known = known.filter(|track| *track.as_raw() == raw);
        Some(known.unwrap_or_else(|| LocalTrack::from_raw(raw, TrackSource::Custom)))
    }
}

/// Sends a track to the far end.
#[derive(Clone, Debug)]
pub struct Sender {
    raw: RtcRtpSender,
    tracks: SentTracks,
    stopping: Stopping,
}

impl Sender {
    pub(super) fn new(raw: RtcRtpSender, tracks: SentTracks, stopping: Stopping) -> Self {
        Self { raw, tracks, stopping }
    }

    /// What the browser can send.
    ///
    /// # Errors
    /// `Unsupported` where the browser does not tell.
    pub fn capabilities(kind: MediaKind) -> Result<RtpCapabilities> {
        send_capabilities(kind)
    }

    /// What is being sent.
    pub fn track(&self) -> Option<LocalTrack> {
        self.tracks.get(&self.raw)
    }

    /// Sends another track of the same kind, or nothing, without a new negotiation.
    ///
    /// # Errors
    /// `InvalidOptions` for a track of the other kind; `InvalidState` when the connection is closed or the transceiver
    /// stopped.
    pub async fn replace_track(&self, track: Option<&LocalTrack>) -> Result<()> {
        self.require_not_stopped("replace the track")?;
        let replaced = self.raw.replace_track(track.map(LocalTrack::as_raw));
        outcome(replaced).await.map_err(refusal("replace the track"))?;
        self.tracks.set(&self.raw, track);
        Ok(())
    }

    /// How the track is sent. Change it and hand it to [`set_parameters`](Self::set_parameters).
    ///
    /// # Errors
    /// `Negotiation` if the browser gives what makes no sense.
    pub fn parameters(&self) -> Result<SendParameters> {
        encoding::read(&bindings::parameters(&self.raw))
    }

    /// Changes how the track is sent, without a new negotiation. What is `None` loses its limit.
    ///
    /// # Errors
    /// `InvalidOptions` for values out of range or another number of encodings; `Unsupported`, with the member's name, for
    /// what the browser passes over; `InvalidState` when the connection is closed or the transceiver stopped.
    pub async fn set_parameters(&self, parameters: &SendParameters) -> Result<()> {
        self.require_not_stopped("set the parameters")?;
        let raw = bindings::parameters(&self.raw);
        encoding::write(parameters, &raw)?;
        let failed = refusal("set the parameters");
        let set = bindings::set_parameters(&self.raw, &raw).map_err(&failed)?;
        outcome(set).await.map_err(failed)?;
        let SendParameters { encodings, degradation_preference } = parameters;
        encoding::check_taken(encodings, *degradation_preference, &bindings::parameters(&self.raw))
    }

    /// Finds what was asked for at the beginning and passed over.
    pub(super) fn check_taken(&self, encodings: &[Encoding]) -> Result<()> {
        encoding::check_taken(encodings, None, &bindings::parameters(&self.raw))
    }

    /// Sends telephone tones; audio only.
    pub fn dtmf(&self) -> Option<DtmfSender> {
        self.raw.dtmf().map(DtmfSender::new)
    }

    /// The browser tells of others itself.
    fn require_not_stopped(&self, action: &'static str) -> Result<()> {
        match self.stopping.contains_sender(&self.raw) {
            true => Err(Error::InvalidState { action, state: "the transceiver is stopped" }),
            false => Ok(()),
        }
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &RtcRtpSender {
        &self.raw
    }
}

/// Sends a video no higher than this, or nothing of the track at all; a video of height 0 is nothing. A sender that is not
/// set up yet stays as it is.
pub(crate) async fn limit(sender: &RtcRtpSender, wanted: bool, max_height: Option<u32>) -> Result<()> {
    let track = sender.track();
    let height = track.as_ref().and_then(|track| track.get_settings().get_height());
    let is_paused = max_height == Some(0) && track.is_none_or(|track| track.kind() == "video");
    let scale = match (height, max_height) {
        (Some(height), Some(max)) => (f64::from(height) / f64::from(max.max(1))).max(1.0),
        _ => 1.0,
    };
    change_parameters(sender, |parameters| {
        for encoding in &mut parameters.encodings {
            encoding.active = wanted && !is_paused;
            // Sound has none.
            encoding.scale_resolution_down_by = height.map(|_| scale);
        }
    })
    .await
}

/// Changes some of the parameters, and leaves the rest as it is.
pub(crate) async fn change_parameters(
    sender: &RtcRtpSender,
    change: impl FnOnce(&mut SendParameters),
) -> Result<()> {
    let raw = bindings::parameters(sender);
    let mut parameters = encoding::read(&raw)?;
    change(&mut parameters);
    encoding::write(&parameters, &raw)?;
    let failed = refusal("change what is sent");
    outcome(bindings::set_parameters(sender, &raw).map_err(&failed)?).await.map_err(failed)?;
    Ok(())
}

impl PartialEq for Sender {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Sender {}
