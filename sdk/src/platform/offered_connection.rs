//! A peer connection that is negotiated once: this end offers, and a media server answers.

use std::rc::Rc;

use web_sys::{
    MediaStream, MediaStreamTrack, RtcPeerConnection, RtcRtpTransceiverDirection, RtcRtpTransceiverInit,
};

use super::exception::Exception;
use super::peer_connection::{Link, Spare};
use super::{DataChannel, LocalTrack, PeerConnectionOptions};
use crate::engine::exchange::{Command, Input};
use crate::error::{Error, Result};
use crate::model::{IceCandidate, MediaKind, SdpType, SessionDescription};
use crate::options::DataChannelOptions;

/// Closed when it is dropped.
#[derive(Debug)]
pub(crate) struct OfferedConnection {
    link: Link,
    /// What is sent, played in sync.
    stream: MediaStream,
    /// Keeps them running.
    _tracks: Vec<LocalTrack>,
}

impl OfferedConnection {
    /// Creates a connection that sends the tracks, and receives these kinds of media. The events are passed to `on_input`,
    /// never during a call.
    pub(crate) fn open(
        options: &PeerConnectionOptions,
        send: &[LocalTrack],
        receive: &[MediaKind],
        on_input: impl Fn(Input) + 'static,
    ) -> Result<Self> {
        let link = Link::open(&options.to_raw()?, &Spare::default(), Rc::new(on_input))?;
        let stream = MediaStream::new().map_err(Exception::from)?;
        let this = Self { link, stream, _tracks: send.to_vec() };
        let mut missing = receive.to_vec();
        for track in send {
            let at = missing.iter().position(|kind| *kind == track.kind());
            let is_received = at.map(|at| missing.swap_remove(at)).is_some();
            this.send(track, is_received)?;
        }
        for kind in missing {
            let init = RtcRtpTransceiverInit::new();
            init.set_direction(RtcRtpTransceiverDirection::Recvonly);
            this.link.add_transceiver(&kind.as_str().into(), &init)?;
        }
        Ok(this)
    }

    fn send(&self, track: &LocalTrack, is_received: bool) -> Result<()> {
        let init = RtcRtpTransceiverInit::new();
        init.set_streams(&js_sys::Array::of1(&self.stream));
        init.set_direction(match is_received {
            true => RtcRtpTransceiverDirection::Sendrecv,
            false => RtcRtpTransceiverDirection::Sendonly,
        });
        self.link.add_transceiver(track.as_raw(), &init)?;
        Ok(())
    }

    /// Creates a data channel. It must be in the offer.
    pub(crate) fn create_data_channel(
        &self,
        label: &str,
        options: &DataChannelOptions,
    ) -> Result<DataChannel> {
        DataChannel::create(self.link.as_raw(), label, options)
    }

    /// Makes the offer, and starts to gather candidates.
    pub(crate) async fn offer(&self) -> Result<String> {
        match self.link.perform(Command::SetLocalDescription).await? {
            Some(Input::LocalDescriptionSet(offer)) => Ok(offer.sdp),
            Some(Input::OperationFailed { error, .. }) => Err(error),
            _ => Err(closed()),
        }
    }

    /// Applies the answer.
    pub(crate) async fn answer(&self, sdp: String) -> Result<()> {
        let answer = SessionDescription { sdp_type: SdpType::Answer, sdp };
        match self.link.perform(Command::SetRemoteDescription(answer)).await? {
            Some(Input::RemoteDescriptionSet) => Ok(()),
            Some(Input::OperationFailed { error, .. }) => Err(error),
            _ => Err(closed()),
        }
    }

    /// Adds a candidate of the server, after the answer.
    pub(crate) async fn add_candidate(&self, candidate: IceCandidate) -> Result<()> {
        self.link.perform(Command::AddIceCandidate(candidate)).await.map(drop)
    }

    /// The tracks that the server sends.
    pub(crate) fn received(&self) -> Vec<MediaStreamTrack> {
        use RtcRtpTransceiverDirection::{Recvonly, Sendrecv};
        let receives = self
            .link
            .transceivers()
            .filter(|transceiver| matches!(transceiver.current_direction(), Some(Recvonly | Sendrecv)));
        receives.map(|transceiver| transceiver.receiver().track()).collect()
    }

    pub(crate) fn as_raw(&self) -> &RtcPeerConnection {
        self.link.as_raw()
    }

    pub(crate) fn close(&self) {
        self.link.close();
    }
}

fn closed() -> Error {
    Error::InvalidState { action: "negotiate", state: "the connection is closed" }
}
