//! `RTCRtpSender`: <https://www.w3.org/TR/webrtc/#rtcrtpsender-interface>.

use std::future::Future;

use web_sys::RtcRtpSender;

use super::codec::{RtpCapabilities, send_capabilities};
use super::dtmf::DtmfSender;
use super::encoding::{self, Encoding, SendParameters};
use super::exceptions::refusal;
use super::senders::Senders;
use super::stopping::Stopping;
use crate::error::{Error, Result};
use crate::model::MediaKind;
use crate::platform::LocalTrack;
use crate::platform::bindings::peer_connection as bindings;

/// Sends a track to the remote peer.
#[derive(Clone, Debug)]
pub struct Sender {
    raw: RtcRtpSender,
    senders: Senders,
    stopping: Stopping,
}

impl Sender {
    pub(super) fn new(raw: RtcRtpSender, senders: Senders, stopping: Stopping) -> Self {
        Self { raw, senders, stopping }
    }

    /// The browser's send capabilities.
    ///
    /// # Errors
    /// `Unsupported` where the browser does not report them.
    pub fn capabilities(kind: MediaKind) -> Result<RtpCapabilities> {
        send_capabilities(kind)
    }

    /// The sent track, as it will be once all calls so far have completed.
    pub fn track(&self) -> Option<LocalTrack> {
        self.senders.local_track(&self.raw)
    }

    /// Sends another track of the same kind, or nothing, without renegotiation. It starts with the call; the future
    /// resolves when it is done.
    ///
    /// # Errors
    /// `InvalidOptions` for a track of another kind; `InvalidState` if the connection is closed or the transceiver
    /// stopped.
    pub fn replace_track(&self, track: Option<&LocalTrack>) -> impl Future<Output = Result<()>> + use<> {
        let action = "replace the track";
        let replacing = self
            .require_not_stopped(action)
            .map(|()| self.senders.of(&self.raw).replace(track.map(LocalTrack::to_raw), track));
        async move { replacing?.await.map_err(refusal(action)) }
    }

    /// The sender's parameters, as they will be once all calls so far have completed. Change them and pass them to
    /// [`set_parameters`](Self::set_parameters).
    ///
    /// # Errors
    /// `Negotiation` if the browser returns invalid parameters.
    pub fn parameters(&self) -> Result<SendParameters> {
        self.senders.of(&self.raw).parameters()
    }

    /// Sets the sender's parameters, without renegotiation. `None` removes a limit. Changes are applied in the
    /// order of the calls; the future resolves when this one is done.
    ///
    /// # Errors
    /// `InvalidOptions` for values out of range or another number of encodings; `Unsupported`, with the member's name,
    /// for what the browser ignores; `InvalidState` if the connection is closed or the transceiver stopped.
    pub fn set_parameters(&self, parameters: &SendParameters) -> impl Future<Output = Result<()>> + use<> {
        let wanted = parameters.clone();
        let changing = self.require_not_stopped("set the parameters").map(|()| {
            let wanted = wanted.clone();
            self.senders.of(&self.raw).change(move |parameters, _| {
                if !wanted.encodings.is_empty() {
                    parameters.encodings.clone_from(&wanted.encodings);
                }
                parameters.degradation_preference = wanted.degradation_preference;
            })
        });
        let raw = self.raw.clone();
        async move {
            changing?.await?;
            let SendParameters { encodings, degradation_preference } = wanted;
            encoding::check_taken(&encodings, degradation_preference, &bindings::parameters(&raw))
        }
    }

    /// Finds an initial setting that the browser ignored.
    pub(super) fn check_taken(&self, encodings: &[Encoding]) -> Result<()> {
        encoding::check_taken(encodings, None, &bindings::parameters(&self.raw))
    }

    /// The DTMF sender; audio only.
    pub fn dtmf(&self) -> Option<DtmfSender> {
        self.raw.dtmf().map(DtmfSender::new)
    }

    /// The browser reports the other cases itself.
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

impl PartialEq for Sender {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Sender {}
