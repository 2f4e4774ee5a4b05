//! The part of `RTCPeerConnection` that the engine drives: descriptions, candidates, restarts. Shared by the
//! connections of rooms and of the application. <https://www.w3.org/TR/webrtc/#session-negotiation-model>

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    RtcConfiguration, RtcIceCandidateInit, RtcIceConnectionState, RtcPeerConnection,
    RtcPeerConnectionIceEvent, RtcPeerConnectionState, RtcRtpTransceiver, RtcRtpTransceiverInit, RtcSdpType,
    RtcSessionDescription, RtcSessionDescriptionInit, RtcSignalingState,
};

use super::configuration::raw_ice_servers;
use super::data_section::DataSection;
use super::exceptions::refusal;
use super::senders::Senders;
use super::spare::Spare;
use super::stopping::Stopping;
use crate::engine::exchange::{Command, Input};
use crate::engine::negotiation::SignalingState;
use crate::error::{Error, Result};
use crate::model::{ConnectionState, IceCandidate, IceServer, SdpType, SessionDescription};
use crate::platform::ListenerGuard;
use crate::platform::bindings::capture::require;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::exception::Exception;
use crate::platform::promise::outcome;

/// A peer connection with its listeners. Dropping it closes the connection.
#[derive(Debug)]
pub(crate) struct Link {
    listeners: RefCell<Option<[ListenerGuard; 4]>>,
    raw: RtcPeerConnection,
    senders: Senders,
    stopping: Stopping,
    data_section: DataSection,
    /// Dropped by `close`, as a browser never settles operations in progress then.
    operations: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Link {
    /// Creates the connection, or uses the spare one. Its events are passed to `on_input`, never during a call.
    pub(crate) fn open(
        configuration: &RtcConfiguration,
        spare: &Spare,
        on_input: Rc<dyn Fn(Input)>,
    ) -> Result<Self> {
        require(&js_sys::global(), "RTCPeerConnection")?;
        let raw = match spare.take(configuration) {
            Some(raw) => raw,
            None => RtcPeerConnection::new_with_configuration(configuration)
                .map_err(failure("creating the connection"))?,
        };
        let listeners = RefCell::new(Some(listeners(&raw, on_input)));
        Ok(Self {
            listeners,
            raw,
            senders: Senders::default(),
            stopping: Stopping::default(),
            data_section: DataSection::default(),
            operations: RefCell::default(),
        })
    }

    /// Closes the connection. No events follow.
    pub(crate) fn close(&self) {
        drop(self.listeners.take());
        self.raw.close();
        drop(self.operations.take());
        self.senders.clear();
    }

    /// Performs a command of the engine. Each operation ends with an input that reports its result, unless the
    /// connection is closed meanwhile.
    pub(crate) async fn perform(&self, command: Command) -> Result<Option<Input>> {
        let (operation, closed) = oneshot::channel();
        {
            let mut operations = self.operations.borrow_mut();
            operations.retain(|operation| !operation.is_canceled());
            operations.push(operation);
        }
        match select(pin!(self.operate(command)), closed).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Ok(None),
        }
    }

    async fn operate(&self, command: Command) -> Result<Option<Input>> {
        let done = match command {
            Command::SetLocalDescription => self.set_local_description().await,
            Command::SetRemoteDescription(description) => self.set_remote_description(description).await,
            Command::AddIceCandidate(candidate) => {
                return self.add_ice_candidate(candidate).await.map(|()| None);
            }
            Command::RestartIce => {
                bindings::restart_ice(&self.raw);
                return Ok(None);
            }
        };
        self.data_section.end(&self.raw);
        self.stopping.settle(&self.raw);
        let failed = |error| Input::OperationFailed { state: self.signaling_state(), error };
        Ok(Some(done.unwrap_or_else(failed)))
    }

    pub(crate) fn transceivers(&self) -> impl Iterator<Item = RtcRtpTransceiver> + use<> {
        self.raw.get_transceivers().into_iter().map(JsCast::unchecked_into)
    }

    pub(crate) fn add_transceiver(
        &self,
        track_or_kind: &JsValue,
        init: &RtcRtpTransceiverInit,
    ) -> Result<RtcRtpTransceiver> {
        bindings::add_transceiver(&self.raw, track_or_kind, init).map_err(refusal("add a transceiver"))
    }

    /// Must be called when a data channel was created.
    pub(super) fn data_channel_created(&self) {
        self.data_section.channel_created();
    }

    /// Sets other ICE servers, used from the next gathering on.
    pub(crate) fn set_ice_servers(&self, servers: &[IceServer]) -> Result<()> {
        let configuration = self.raw.get_configuration();
        configuration.set_ice_servers(&raw_ice_servers(servers));
        self.raw.set_configuration_with_configuration(&configuration).map_err(refusal("set the ICE servers"))
    }

    pub(crate) fn senders(&self) -> &Senders {
        &self.senders
    }

    pub(super) fn stopping(&self) -> &Stopping {
        &self.stopping
    }

    pub(crate) fn as_raw(&self) -> &RtcPeerConnection {
        &self.raw
    }

    async fn set_local_description(&self) -> Result<Input> {
        let step = "creating the local description";
        self.data_section.begin();
        outcome(bindings::set_local_description(&self.raw)).await.map_err(failure(step))?;
        let raw = self.raw.local_description();
        let raw = raw.ok_or(Error::Negotiation { step, detail: "there is none afterwards".into() })?;
        Ok(Input::LocalDescriptionSet(from_raw(&raw)))
    }

    /// Sets the description, which rolls back a local offer if necessary.
    async fn set_remote_description(&self, description: SessionDescription) -> Result<Input> {
        let raw = RtcSessionDescriptionInit::new(match description.sdp_type {
            SdpType::Offer => RtcSdpType::Offer,
            SdpType::Answer => RtcSdpType::Answer,
        });
        raw.set_sdp(&description.sdp);
        self.data_section.begin();
        outcome(self.raw.set_remote_description(&raw))
            .await
            .map_err(failure("applying the remote description"))?;
        Ok(Input::RemoteDescriptionSet)
    }

    async fn add_ice_candidate(&self, candidate: IceCandidate) -> Result<()> {
        let raw = RtcIceCandidateInit::new(&candidate.candidate);
        raw.set_sdp_mid(candidate.sdp_mid.as_deref());
        raw.set_sdp_m_line_index(candidate.sdp_m_line_index);
        if let Some(ufrag) = &candidate.username_fragment {
            let _ = Reflect::set(&raw, &"usernameFragment".into(), &ufrag.into());
        }
        outcome(self.raw.add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(&raw)))
            .await
            .map_err(failure("adding an ICE candidate"))?;
        Ok(())
    }

    /// The signaling state after a failed operation.
    fn signaling_state(&self) -> SignalingState {
        match self.raw.signaling_state() {
            RtcSignalingState::HaveLocalOffer => SignalingState::HaveLocalOffer,
            RtcSignalingState::HaveRemoteOffer => SignalingState::HaveRemoteOffer,
            _ => SignalingState::Stable,
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close();
    }
}

fn listeners(raw: &RtcPeerConnection, on_input: Rc<dyn Fn(Input)>) -> [ListenerGuard; 4] {
    let (needed, found, changed, checked) = (on_input.clone(), on_input.clone(), on_input.clone(), on_input);
    let (gatherer, connection, transport) = (raw.clone(), raw.clone(), raw.clone());
    let ended = Cell::new(false);
    [
        ListenerGuard::new(raw, "negotiationneeded", move |_| needed(Input::NegotiationNeeded)),
        ListenerGuard::new(raw, "icecandidate", move |event| {
            let candidate = event.unchecked_into::<RtcPeerConnectionIceEvent>().candidate();
            let candidate = match candidate {
                Some(candidate) => IceCandidate {
                    candidate: candidate.candidate(),
                    sdp_mid: candidate.sdp_mid(),
                    sdp_m_line_index: candidate.sdp_m_line_index(),
                    username_fragment: bindings::username_fragment(&candidate),
                },
                // Not every browser has signaled this with an empty candidate.
                None if ended.get() => return,
                None => end_of_candidates(&gatherer),
            };
            ended.set(candidate.candidate.is_empty());
            found(Input::LocalCandidate(candidate));
        }),
        ListenerGuard::new(raw, "connectionstatechange", move |_| {
            changed(Input::StateChange(connection_state(&connection)));
        }),
        ListenerGuard::new(raw, "iceconnectionstatechange", move |_| {
            use RtcIceConnectionState::{Completed, Connected};
            checked(Input::IceConnected(matches!(transport.ice_connection_state(), Connected | Completed)));
        }),
    ]
}

/// For all media sections (RFC 8838), of the current generation.
fn end_of_candidates(raw: &RtcPeerConnection) -> IceCandidate {
    let sdp = raw.local_description().map(|description| description.sdp()).unwrap_or_default();
    let ufrag = sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:"));
    IceCandidate {
        candidate: String::new(),
        sdp_mid: None,
        sdp_m_line_index: None,
        username_fragment: ufrag.map(str::to_owned),
    }
}

pub(crate) fn connection_state(raw: &RtcPeerConnection) -> ConnectionState {
    match raw.connection_state() {
        RtcPeerConnectionState::Connecting => ConnectionState::Connecting,
        RtcPeerConnectionState::Connected => ConnectionState::Connected,
        RtcPeerConnectionState::Disconnected => ConnectionState::Disconnected,
        RtcPeerConnectionState::Failed => ConnectionState::Failed,
        RtcPeerConnectionState::Closed => ConnectionState::Closed,
        _ => ConnectionState::New,
    }
}

pub(crate) fn from_raw(raw: &RtcSessionDescription) -> SessionDescription {
    let sdp_type = match raw.type_() {
        RtcSdpType::Offer => SdpType::Offer,
        _ => SdpType::Answer,
    };
    SessionDescription { sdp_type, sdp: raw.sdp() }
}

pub(crate) fn failure(step: &'static str) -> impl Fn(JsValue) -> Error {
    move |value| Exception::from(value).into_negotiation(step)
}
