//! The simulated `RTCPeerConnection`: <https://www.w3.org/TR/webrtc/#rtcpeerconnection-interface>.
//!
//! It panics when it is called in a way that a browser would reject.

mod exchange;
mod ice;

use std::collections::{BTreeMap, BTreeSet};

use moim::Error;
use moim::engine::connection::{ConnectionInput, Limit};
use moim::engine::data::Frame;
use moim::engine::negotiation::SignalingState;
use moim::model::{
    Channel, ConnectionState, IceCandidate, LinkId, LinkProfile, MediaKind, PublicationId, SdpType, Sections,
    SessionDescription, Timestamp,
};

use self::ice::Ice;
use super::queue::PeerId;
use super::random::Random;
use super::sdp::{Sdp, sfu_ufrag};
use super::transceiver::Transceiver;

/// A delayed event of a peer connection.
#[derive(Clone, Debug)]
pub(crate) enum PeerEvent {
    OperationDone,
    /// The queued task that may fire `negotiationneeded`.
    NeededTask,
    Candidate(IceCandidate),
    /// The state changes, if that is still planned.
    Ice(u32, ConnectionState),
    State(ConnectionState),
    /// ICE is connected, or no longer, if that is still planned.
    IceConnected(u32, bool),
    ChannelOpen(Channel),
    ChannelClosed(Channel),
    Message(Channel, Frame),
}

#[derive(Debug)]
enum Operation {
    /// With the description from when the operation started, if later changes must not be included.
    SetLocal(Option<Sdp>),
    SetRemote(SessionDescription),
}

#[derive(Debug)]
pub(crate) struct PeerConnection {
    pub(crate) id: PeerId,
    name: String,
    /// Whether the remote end is the server.
    is_to_server: bool,
    /// Each section sends or receives.
    is_one_way: bool,
    state: SignalingState,
    operation: Option<Operation>,
    /// Candidates wait in the operations chain.
    chained_candidates: Vec<IceCandidate>,
    transceivers: Vec<Transceiver>,
    attached: BTreeMap<PublicationId, usize>,
    offer: Option<Sdp>,
    data_channel_is_agreed: bool,
    needed: bool,
    update_on_empty_chain: bool,
    serial: u64,
    generations: u32,
    /// Of the description being created, and of the current one.
    ufrag: Option<String>,
    local_ufrag: Option<String>,
    remote_ufrag: Option<String>,
    /// That of the current remote description.
    agreed_ufrag: Option<String>,
    /// `[[LocalIceCredentialsToReplace]]` is not empty.
    replaces_credentials: bool,
    remote_candidates: BTreeSet<String>,
    pub(crate) ice: Ice,
    pub(crate) connected: bool,
    /// The remote end, once connected to a participant.
    pub(crate) far: Option<PeerId>,
    pub(crate) channels_open_at: BTreeMap<Channel, Timestamp>,
    pub(crate) open_channels: BTreeSet<Channel>,
    /// A channel has closed at the remote end, or with the association.
    pub(crate) has_lost_channel: bool,
    /// When the last ordered message arrives at the remote end.
    pub(crate) last_arrival: Timestamp,
    /// The percentage of operations that fail.
    pub(crate) faults: u64,
    /// Whether operations failed, or may have failed: then a description may replace an open one.
    is_faulty: bool,
    /// Pending events, and their delays.
    pub(crate) outputs: Vec<(Timestamp, PeerEvent)>,
}

impl PeerConnection {
    /// A connection with a data channel.
    pub(crate) fn open(id: PeerId, name: String, link: &LinkId, profile: &LinkProfile, faults: u64) -> Self {
        Self {
            id,
            name,
            is_to_server: link.participant().is_none(),
            is_one_way: profile.one_way,
            state: SignalingState::Stable,
            operation: None,
            chained_candidates: Vec::new(),
            transceivers: Vec::new(),
            attached: BTreeMap::new(),
            offer: None,
            data_channel_is_agreed: false,
            needed: false,
            update_on_empty_chain: false,
            serial: 0,
            generations: 0,
            ufrag: None,
            local_ufrag: None,
            remote_ufrag: None,
            agreed_ufrag: None,
            replaces_credentials: false,
            remote_candidates: BTreeSet::new(),
            ice: Ice::default(),
            connected: false,
            far: None,
            channels_open_at: BTreeMap::new(),
            open_channels: BTreeSet::new(),
            has_lost_channel: false,
            last_arrival: 0,
            faults,
            is_faulty: faults > 0,
            outputs: vec![(0, PeerEvent::NeededTask)],
        }
    }

    /// As in `sdk/src/platform/peer_connection.rs`.
    pub(crate) fn attach(&mut self, id: PublicationId, kind: MediaKind, limit: Limit) {
        let is_one_way = self.is_one_way;
        let free = (0..self.transceivers.len()).find(|place| {
            let transceiver = &self.transceivers[*place];
            transceiver.kind == kind
                && !(is_one_way && transceiver.direction.receives)
                && !self.attached.values().any(|taken| taken == place)
        });
        let place = free.unwrap_or_else(|| {
            let new = if is_one_way { Transceiver::one_way } else { Transceiver::by_add_track };
            self.transceivers.push(new(kind));
            self.transceivers.len() - 1
        });
        self.transceivers[place].direction.sends = true;
        self.transceivers[place].limit = limit;
        assert_eq!(self.attached.insert(id, place), None, "{}: attached twice", self.name);
        self.update_needed();
    }

    /// Adds sections to receive in, if there are too few.
    pub(crate) fn receive(&mut self, wanted: Sections) {
        for (kind, wanted) in [(MediaKind::Audio, wanted.audio), (MediaKind::Video, wanted.video)] {
            let receives = |known: &&Transceiver| known.kind == kind && known.direction.receives;
            let present = self.transceivers.iter().filter(receives).count();
            self.transceivers.extend((present..wanted).map(|_| Transceiver::by_offer(kind)));
        }
        self.update_needed();
    }

    pub(crate) fn detach(&mut self, id: &PublicationId) {
        let place = self.attached.remove(id).expect("something attached");
        self.transceivers[place].direction.sends = false;
        self.update_needed();
    }

    pub(crate) fn limit(&mut self, id: &PublicationId, limit: Limit) {
        let place = self.attached.get(id).copied();
        let place = place.unwrap_or_else(|| panic!("{}: a limit of {id}, which is not sent", self.name));
        self.transceivers[place].limit = limit;
    }

    /// The limits of a sent publication.
    pub(crate) fn limit_of(&self, id: &PublicationId) -> Option<Limit> {
        self.attached.get(id).map(|place| self.transceivers[*place].limit)
    }

    pub(crate) fn set_local_description(&mut self, random: &mut Random) {
        let is_open = self.state == SignalingState::HaveLocalOffer;
        assert!(!is_open || self.is_faulty, "{}: an offer is open already", self.name);
        self.begin_generation();
        let at_start = random.happens(50).then(|| self.make_description());
        self.start(Operation::SetLocal(at_start), random);
    }

    pub(crate) fn set_remote_description(&mut self, description: SessionDescription, random: &mut Random) {
        let fits = match description.sdp_type {
            SdpType::Offer => self.state != SignalingState::HaveRemoteOffer || self.is_faulty,
            SdpType::Answer => self.state == SignalingState::HaveLocalOffer,
        };
        assert!(fits, "{}: {:?} in {:?}", self.name, description.sdp_type, self.state);
        self.start(Operation::SetRemote(description), random);
    }

    pub(crate) fn add_ice_candidate(&mut self, candidate: IceCandidate) {
        if self.operation.is_some() {
            self.chained_candidates.push(candidate);
            return;
        }
        assert!(self.remote_ufrag.is_some(), "{}: a candidate before the description", self.name);
        assert_eq!(self.remote_ufrag, candidate.username_fragment, "{}: of no known generation", self.name);
        if !candidate.candidate.is_empty() {
            self.remote_candidates.insert(candidate.candidate);
        }
    }

    /// An event happens; returns the engine's input.
    pub(crate) fn handle(&mut self, event: PeerEvent, random: &mut Random) -> Option<ConnectionInput> {
        match event {
            PeerEvent::OperationDone => Some(self.operation_done(random)),
            PeerEvent::NeededTask if self.is_newly_needed() => Some(ConnectionInput::NegotiationNeeded),
            PeerEvent::NeededTask => None,
            PeerEvent::Candidate(candidate) => Some(ConnectionInput::LocalCandidate(candidate)),
            PeerEvent::State(state) => Some(ConnectionInput::StateChange(state)),
            PeerEvent::Ice(plan, state) => self.change_state(plan, state).map(ConnectionInput::StateChange),
            PeerEvent::IceConnected(plan, is_connected) => {
                self.is_planned(plan).then_some(ConnectionInput::IceConnected(is_connected))
            }
            PeerEvent::ChannelOpen(channel) => {
                self.open_channels.insert(channel);
                Some(ConnectionInput::ChannelOpen(channel))
            }
            PeerEvent::ChannelClosed(channel) => {
                self.has_lost_channel |= self.open_channels.remove(&channel);
                Some(ConnectionInput::ChannelClosed(channel))
            }
            PeerEvent::Message(channel, frame) => Some(ConnectionInput::ChannelMessage(channel, frame)),
        }
    }

    /// The SFU has its own address, and needs none of this end's.
    pub(crate) fn can_reach_sfu(&self) -> bool {
        self.is_to_server
            && self.remote_ufrag.is_some()
            && self.remote_ufrag == self.local_ufrag.as_deref().map(sfu_ufrag)
    }

    /// Its offer is answered, or it has answered: with a description of an end with this name.
    pub(crate) fn has_agreed_with(&self, end: &str) -> bool {
        self.state == SignalingState::Stable
            && self.local_ufrag.is_some()
            && self.remote_ufrag.as_ref().is_some_and(|ufrag| ufrag.starts_with(end))
    }

    /// Each end has the other's description, and one of its candidates.
    pub(crate) fn can_reach(&self, far: &Self) -> bool {
        let knows = |one: &Self, other: &Self| {
            one.remote_ufrag.is_some()
                && one.remote_ufrag == other.local_ufrag
                && one.remote_candidates.iter().any(|known| of_generation(known, one.remote_ufrag.as_deref()))
        };
        knows(self, far) && knows(far, self)
    }

    /// The section in which a publication is sent.
    pub(crate) fn sends(&self, id: &PublicationId) -> Option<&str> {
        let transceiver = &self.transceivers[*self.attached.get(id)?];
        transceiver.mid.as_deref().filter(|_| transceiver.current().is_some_and(|current| current.sends))
    }

    /// The publication whose frames are sent in a media section now.
    pub(crate) fn sent_in(&self, mid: &str) -> Option<&PublicationId> {
        self.attached.keys().find(|id| self.sends(id) == Some(mid))
    }

    /// What is received in a media section.
    pub(crate) fn receives(&self, mid: &str) -> Option<MediaKind> {
        let transceiver =
            self.transceivers.iter().find(|transceiver| transceiver.mid.as_deref() == Some(mid))?;
        transceiver.current().is_some_and(|current| current.receives).then_some(transceiver.kind)
    }

    fn start(&mut self, operation: Operation, random: &mut Random) {
        assert!(self.operation.is_none(), "{}: {operation:?} during another operation", self.name);
        let longest = if random.happens(10) { 400 } else { 25 };
        let duration = random.number(1..longest);
        let gathers_early = matches!(operation, Operation::SetLocal(_)) && random.happens(10);
        self.operation = Some(operation);
        if gathers_early && self.ufrag != self.local_ufrag {
            self.gather(duration / 2, random);
        }
        self.outputs.push((duration, PeerEvent::OperationDone));
    }

    /// The operation leaves everything unchanged.
    fn operation_failed(&mut self) -> ConnectionInput {
        let error = Error::Negotiation { step: "negotiating", detail: "a fault of the model".to_owned() };
        ConnectionInput::OperationFailed { state: self.state, error }
    }

    fn operation_done(&mut self, random: &mut Random) -> ConnectionInput {
        let input = match self.operation.take().expect("an operation") {
            _ if random.happens(self.faults) => self.operation_failed(),
            Operation::SetLocal(made) => {
                let sdp = made.unwrap_or_else(|| self.make_description());
                self.local_description_set(sdp, random)
            }
            Operation::SetRemote(description) => {
                let sdp = Sdp::parse(&description.sdp);
                self.remote_ufrag = Some(sdp.ufrag.clone());
                match description.sdp_type {
                    SdpType::Offer => self.remote_offer_set(sdp),
                    SdpType::Answer => self.remote_answer_set(&sdp),
                }
                ConnectionInput::RemoteDescriptionSet
            }
        };
        for candidate in std::mem::take(&mut self.chained_candidates) {
            self.add_ice_candidate(candidate);
        }
        if std::mem::take(&mut self.update_on_empty_chain) {
            self.update_needed();
        }
        input
    }
}

fn of_generation(candidate: &str, ufrag: Option<&str>) -> bool {
    candidate.split('/').next() == ufrag
}
