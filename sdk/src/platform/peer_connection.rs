//! `RTCPeerConnection`: <https://www.w3.org/TR/webrtc/#rtcpeerconnection-interface>, driven by the engine.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    MediaStream, MediaStreamTrack, RtcConfiguration, RtcIceCandidateInit, RtcIceServer, RtcPeerConnection,
    RtcPeerConnectionIceEvent, RtcPeerConnectionState, RtcRtpSender, RtcRtpTransceiver,
    RtcRtpTransceiverDirection as Direction, RtcSdpType, RtcSessionDescriptionInit, RtcSignalingState,
};

use super::bindings::peer_connection as bindings;
use super::data_channel::DataChannel;
use super::exception::Exception;
use super::listener::ListenerGuard;
use crate::engine::connection::{ConnectionInput, Mids};
use crate::engine::data::Frame;
use crate::engine::negotiation::SignalingState;
use crate::error::{Error, Result};
use crate::model::{
    ConnectionState, IceCandidate, IceServer, PublicationId, SdpType, SessionDescription, TrackSource,
};

/// A peer connection and its data channel. Dropping it closes both.
#[derive(Debug)]
pub(crate) struct PeerConnection {
    _listeners: [ListenerGuard; 3],
    channel: DataChannel,
    raw: RtcPeerConnection,
    attached: RefCell<HashMap<PublicationId, RtcRtpTransceiver>>,
    /// Tracks in one stream are played in sync (RFC 8830): camera with microphone, screen with its sound.
    person: MediaStream,
    screen: MediaStream,
}

impl PeerConnection {
    /// Creates the connection. What happens at it goes to `on_input`, never from inside a call.
    pub(crate) fn open(ice_servers: &[IceServer], on_input: Rc<dyn Fn(ConnectionInput)>) -> Result<Self> {
        let failed = failure("creating the connection");
        let configuration = RtcConfiguration::new();
        configuration.set_ice_servers(&ice_servers.iter().map(raw_ice_server).collect::<Array>());
        let raw = RtcPeerConnection::new_with_configuration(&configuration).map_err(&failed)?;
        Ok(Self {
            _listeners: listeners(&raw, &on_input),
            channel: DataChannel::open(&raw, on_input),
            raw,
            attached: RefCell::default(),
            person: MediaStream::new().map_err(&failed)?,
            screen: MediaStream::new().map_err(&failed)?,
        })
    }

    /// Sends a track over a transceiver that is free, or over a new one.
    pub(crate) fn attach(
        &self,
        id: PublicationId,
        track: &MediaStreamTrack,
        source: TrackSource,
    ) -> Result<()> {
        let stream = match source {
            TrackSource::Screen | TrackSource::ScreenAudio => &self.screen,
            _ => &self.person,
        };
        let transceiver = match self.free_transceiver(&track.kind()) {
            Some(transceiver) => {
                let sender = transceiver.sender();
                replace(&sender, Some(track));
                bindings::set_streams(&sender, stream);
                transceiver.set_direction(match transceiver.direction() {
                    Direction::Recvonly | Direction::Sendrecv => Direction::Sendrecv,
                    _ => Direction::Sendonly,
                });
                transceiver
            }
            None => {
                let sender = self.raw.add_track_0(track, stream);
                self.transceivers().find(|transceiver| transceiver.sender() == sender).ok_or_else(|| {
                    Error::Negotiation { step: "adding a track", detail: "it has no transceiver".into() }
                })?
            }
        };
        self.attached.borrow_mut().insert(id, transceiver);
        Ok(())
    }

    /// Stops sending a publication. Its transceiver is free for another.
    pub(crate) fn detach(&self, id: &PublicationId) {
        let Some(transceiver) = self.attached.borrow_mut().remove(id) else { return };
        replace(&transceiver.sender(), None);
        transceiver.set_direction(match transceiver.direction() {
            Direction::Sendrecv | Direction::Recvonly => Direction::Recvonly,
            _ => Direction::Inactive,
        });
    }

    /// Sends another track in place of a publication's own, without a new negotiation.
    pub(crate) fn replace_track(&self, id: &PublicationId, track: &MediaStreamTrack) {
        if let Some(transceiver) = self.attached.borrow().get(id) {
            replace(&transceiver.sender(), Some(track));
        }
    }

    /// Makes and sets the offer or answer that the signaling state asks for.
    pub(crate) async fn set_local_description(&self) -> Result<ConnectionInput> {
        let step = "making the local description";
        JsFuture::from(bindings::set_local_description(&self.raw)).await.map_err(failure(step))?;
        let raw = self.raw.local_description();
        let raw = raw.ok_or(Error::Negotiation { step, detail: "there is none afterwards".into() })?;
        let sdp_type = match raw.type_() {
            RtcSdpType::Offer => SdpType::Offer,
            _ => SdpType::Answer,
        };
        let description = SessionDescription { sdp_type, sdp: raw.sdp() };
        Ok(ConnectionInput::LocalDescriptionSet { description, mids: self.mids() })
    }

    /// Sets a description of the far end, and rolls an offer of one's own back if need be.
    pub(crate) async fn set_remote_description(
        &self,
        description: SessionDescription,
    ) -> Result<ConnectionInput> {
        let raw = RtcSessionDescriptionInit::new(match description.sdp_type {
            SdpType::Offer => RtcSdpType::Offer,
            SdpType::Answer => RtcSdpType::Answer,
        });
        raw.set_sdp(&description.sdp);
        JsFuture::from(self.raw.set_remote_description(&raw))
            .await
            .map_err(failure("applying the remote description"))?;
        Ok(ConnectionInput::RemoteDescriptionSet)
    }

    /// Adds a candidate of the far end.
    pub(crate) async fn add_ice_candidate(&self, candidate: IceCandidate) -> Result<()> {
        let raw = RtcIceCandidateInit::new(&candidate.candidate);
        raw.set_sdp_mid(candidate.sdp_mid.as_deref());
        raw.set_sdp_m_line_index(candidate.sdp_m_line_index);
        if let Some(ufrag) = &candidate.username_fragment {
            let _ = Reflect::set(&raw, &"usernameFragment".into(), &ufrag.into());
        }
        JsFuture::from(self.raw.add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(&raw)))
            .await
            .map_err(failure("adding an ICE candidate"))?;
        Ok(())
    }

    /// Sends over the data channel.
    pub(crate) fn send(&self, frame: &Frame) -> Result<()> {
        self.channel.send(frame)
    }

    /// The track that arrives in a media section.
    pub(crate) fn receiver_track(&self, mid: &str) -> Option<MediaStreamTrack> {
        let transceiver =
            self.transceivers().find(|transceiver| transceiver.mid().as_deref() == Some(mid))?;
        Some(transceiver.receiver().track())
    }

    /// Where an operation that failed left the connection.
    pub(crate) fn signaling_state(&self) -> SignalingState {
        match self.raw.signaling_state() {
            RtcSignalingState::HaveLocalOffer => SignalingState::HaveLocalOffer,
            RtcSignalingState::HaveRemoteOffer => SignalingState::HaveRemoteOffer,
            _ => SignalingState::Stable,
        }
    }

    fn mids(&self) -> Mids {
        let attached = self.attached.borrow();
        attached.iter().filter_map(|(id, transceiver)| Some((transceiver.mid()?, id.clone()))).collect()
    }

    fn transceivers(&self) -> impl Iterator<Item = RtcRtpTransceiver> {
        self.raw.get_transceivers().into_iter().map(JsCast::unchecked_into)
    }

    fn free_transceiver(&self, kind: &str) -> Option<RtcRtpTransceiver> {
        let attached = self.attached.borrow();
        self.transceivers().find(|transceiver| {
            transceiver.receiver().track().kind() == kind
                && transceiver.sender().track().is_none()
                && transceiver.direction() != Direction::Stopped
                && !attached.values().any(|taken| taken == transceiver)
        })
    }
}

impl Drop for PeerConnection {
    fn drop(&mut self) {
        self.channel.close();
        self.raw.close();
    }
}

fn listeners(raw: &RtcPeerConnection, on_input: &Rc<dyn Fn(ConnectionInput)>) -> [ListenerGuard; 3] {
    let (needed, found, changed) = (on_input.clone(), on_input.clone(), on_input.clone());
    let connection = raw.clone();
    [
        ListenerGuard::new(raw, "negotiationneeded", move |_| needed(ConnectionInput::NegotiationNeeded)),
        ListenerGuard::new(raw, "icecandidate", move |event| {
            let candidate = event.unchecked_into::<RtcPeerConnectionIceEvent>().candidate();
            // `null` ends the gathering of all generations; the end of one is an empty candidate.
            if let Some(candidate) = candidate {
                found(ConnectionInput::LocalCandidate(IceCandidate {
                    candidate: candidate.candidate(),
                    sdp_mid: candidate.sdp_mid(),
                    sdp_m_line_index: candidate.sdp_m_line_index(),
                    username_fragment: bindings::username_fragment(&candidate),
                }));
            }
        }),
        ListenerGuard::new(raw, "connectionstatechange", move |_| {
            changed(ConnectionInput::StateChange(match connection.connection_state() {
                RtcPeerConnectionState::Connecting => ConnectionState::Connecting,
                RtcPeerConnectionState::Connected => ConnectionState::Connected,
                RtcPeerConnectionState::Disconnected => ConnectionState::Disconnected,
                RtcPeerConnectionState::Failed => ConnectionState::Failed,
                RtcPeerConnectionState::Closed => ConnectionState::Closed,
                _ => ConnectionState::New,
            }));
        }),
    ]
}

/// The promise fails only if the connection is closed or the track was checked wrongly; both show elsewhere.
fn replace(sender: &RtcRtpSender, track: Option<&MediaStreamTrack>) {
    let replaced = sender.replace_track(track);
    spawn_local(async move {
        let _ = JsFuture::from(replaced).await;
    });
}

fn failure(step: &'static str) -> impl Fn(JsValue) -> Error {
    move |value| Exception::from(value).into_negotiation(step)
}

fn raw_ice_server(server: &IceServer) -> RtcIceServer {
    let raw = RtcIceServer::new();
    raw.set_urls(&server.urls.iter().map(JsValue::from).collect::<Array>());
    if let Some(username) = &server.username {
        raw.set_username(username);
    }
    if let Some(credential) = &server.credential {
        raw.set_credential(credential);
    }
    raw
}
