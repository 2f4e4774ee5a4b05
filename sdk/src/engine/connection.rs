//! One peer connection of a room as the engine sees it: its exchange with the far end, what it carries, and the messages
//! that wait for its data channel.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::data::Frame;
use super::exchange::{self, Command, Exchange};
use super::negotiation::SignalingState;
use super::topology::{FarEnd, Plan, Sections};
use crate::error::Error;
use crate::model::{
    ConnectionState, IceCandidate, IceServer, ParticipantId, PeerSignal, PublicationId, RelayPayload,
    Reliable, SessionDescription, Slot, Timestamp, Wish,
};

/// Messages that wait for the data channel to open; more are refused.
const MAX_WAITING_FRAMES: usize = 256;

/// A far end that asks for more sections of a kind is not one of ours.
const MAX_ASKED_SECTIONS: usize = 64;

/// A browser that needs an exchange after each exchange is not to keep both ends busy for ever.
const MOST_IN_VAIN: u32 = 8;

/// Which media section (`mid`) carries which publication.
pub type Mids = BTreeMap<String, PublicationId>;

/// What the platform is to do with one peer connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionCommand {
    /// Create it, with its data channel.
    Open {
        /// What it leads to.
        far_end: FarEnd,
        /// STUN and TURN servers.
        ice_servers: Vec<IceServer>,
    },
    /// Close it. Nothing more is asked of it.
    Close,
    /// Send this publication over it.
    Attach(PublicationId),
    /// Stop sending this publication over it.
    Detach(PublicationId),
    /// Have at least this many media sections to receive in.
    Receive(Sections),
    /// Send no more of a publication than the far end wants.
    Limit(PublicationId, Limit),
    /// Go on with the exchange.
    Exchange(Command),
    /// Send over the data channel.
    Send(Frame),
}

/// How much of a publication is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// Whether it is sent at all.
    pub wanted: bool,
    /// The largest height in pixels, if there is one.
    pub max_height: Option<u32>,
}

impl Default for Limit {
    fn default() -> Self {
        Self { wanted: true, max_height: None }
    }
}

/// What happened at one peer connection.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectionInput {
    /// `negotiationneeded` fired.
    NegotiationNeeded,
    /// `setLocalDescription` succeeded.
    LocalDescriptionSet {
        /// The description that the browser made.
        description: SessionDescription,
        /// What it carries.
        mids: Mids,
    },
    /// `setRemoteDescription` succeeded.
    RemoteDescriptionSet,
    /// Setting a description failed.
    OperationFailed {
        /// The state that the browser is in now.
        state: SignalingState,
        /// The error, for the application.
        error: Error,
    },
    /// The browser found a candidate.
    LocalCandidate(IceCandidate),
    /// `connectionstatechange`.
    StateChange(ConnectionState),
    /// The data channel is open.
    ChannelOpen,
    /// The data channel is closed.
    ChannelClosed,
    /// A message came over the data channel.
    ChannelMessage(Frame),
}

impl From<exchange::Input> for ConnectionInput {
    fn from(input: exchange::Input) -> Self {
        match input {
            exchange::Input::NegotiationNeeded => Self::NegotiationNeeded,
            exchange::Input::LocalDescriptionSet(description) => {
                Self::LocalDescriptionSet { description, mids: Mids::new() }
            }
            exchange::Input::RemoteDescriptionSet => Self::RemoteDescriptionSet,
            exchange::Input::OperationFailed { state, error } => Self::OperationFailed { state, error },
            exchange::Input::LocalCandidate(candidate) => Self::LocalCandidate(candidate),
            exchange::Input::StateChange(state) => Self::StateChange(state),
        }
    }
}

/// What a connection wants, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    Command(ConnectionCommand),
    Relay(RelayPayload),
    Message(Frame),
    Warning(Error),
}

/// The state of one peer connection.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    peer: ParticipantId,
    far_end: FarEnd,
    reliable: Reliable,
    exchange: Exchange,
    /// This end makes no offers.
    asks: bool,
    /// An offer is on its way, or will be.
    has_asked: bool,
    /// How often since something else was to be sent.
    asked_in_vain: u32,
    /// What an offer must have room for.
    to_send: Sections,
    sending: BTreeSet<PublicationId>,
    receiving: Sections,
    /// The last wishes that were sent.
    wishes: Vec<Wish>,
    /// What the far end wants less of than all, as far as it is sent.
    limits: BTreeMap<PublicationId, Limit>,
    far_wishes: BTreeMap<PublicationId, Limit>,
    local_mids: Mids,
    /// Descriptions of the far end that negotiation has not taken yet, with what they carry.
    announced_mids: VecDeque<(SessionDescription, Mids)>,
    applying: Option<(SessionDescription, Mids)>,
    slots: BTreeMap<String, Slot>,
    channel_open: bool,
    waiting_frames: VecDeque<Frame>,
    outputs: VecDeque<Output>,
}

impl Connection {
    pub(super) fn open(plan: &Plan, ice_servers: Vec<IceServer>) -> Self {
        Self {
            peer: plan.peer.clone(),
            far_end: plan.far_end,
            reliable: Reliable::default(),
            exchange: Exchange::new(plan.role, plan.offers),
            asks: !plan.offers,
            // The first offer comes by itself.
            has_asked: true,
            asked_in_vain: 0,
            to_send: Sections::default(),
            sending: BTreeSet::new(),
            receiving: Sections::default(),
            wishes: Vec::new(),
            limits: BTreeMap::new(),
            far_wishes: BTreeMap::new(),
            local_mids: Mids::new(),
            announced_mids: VecDeque::new(),
            applying: None,
            slots: BTreeMap::new(),
            channel_open: false,
            waiting_frames: VecDeque::new(),
            outputs: VecDeque::from([Output::Command(ConnectionCommand::Open {
                far_end: plan.far_end,
                ice_servers,
            })]),
        }
    }

    /// Makes the connection carry exactly what is planned, and at least the planned sections to receive in.
    pub(super) fn carry(&mut self, plan: &Plan, now: Timestamp) {
        let wanted = &plan.send;
        // A browser that has sent more at once keeps the transceivers, and wants sections for them.
        self.to_send = self.to_send.max(plan.sending);
        let has_more = self.receive(plan.receive);
        if self.sending != *wanted {
            self.asked_in_vain = 0;
        }
        if self.sending == *wanted && !has_more {
            return;
        }
        let before = std::mem::replace(&mut self.sending, wanted.clone());
        for gone in before.difference(wanted) {
            self.command(ConnectionCommand::Detach(gone.clone()));
        }
        for new in wanted.difference(&before) {
            self.command(ConnectionCommand::Attach(new.clone()));
        }
        self.limits.retain(|id, _| wanted.contains(id));
        self.limit();
        // A publication that takes over another's media section changes nothing that the browser would fire
        // `negotiationneeded` for, but the far end has to learn of it.
        self.need(now);
    }

    /// Has at least these sections to receive in. Says whether that needs more of them.
    fn receive(&mut self, wanted: Sections) -> bool {
        let before = self.receiving;
        self.receiving = before.max(wanted);
        let has_more = self.receiving != before;
        if has_more {
            self.command(ConnectionCommand::Receive(self.receiving));
        }
        has_more
    }

    /// A new exchange of descriptions is needed.
    fn need(&mut self, now: Timestamp) {
        if !self.asks {
            self.exchange(exchange::Input::NegotiationNeeded, now);
        } else if !self.has_asked && self.asked_in_vain < MOST_IN_VAIN {
            self.has_asked = true;
            self.asked_in_vain += 1;
            let length = |sections: usize| u32::try_from(sections).unwrap_or(u32::MAX);
            let Sections { audio, video } = self.to_send;
            self.reliable.send(PeerSignal::Ask { audio: length(audio), video: length(video) }, now);
        }
    }

    /// Says what is wanted of what the far end sends.
    pub(super) fn wish(&mut self, wishes: Vec<Wish>, now: Timestamp) {
        if self.wishes != wishes {
            self.wishes.clone_from(&wishes);
            self.reliable.send(PeerSignal::Wishes { wishes }, now);
        }
    }

    /// Sends as much of everything as the far end wants.
    fn limit(&mut self) {
        for id in self.sending.clone() {
            let wanted = self.far_wishes.get(&id).copied().unwrap_or_default();
            let before = self.limits.insert(id.clone(), wanted).unwrap_or_default();
            if before != wanted {
                self.command(ConnectionCommand::Limit(id, wanted));
            }
        }
    }

    /// What the far end sends, by `mid`, as far as it is in place.
    pub(super) fn slots(&self) -> &BTreeMap<String, Slot> {
        &self.slots
    }

    /// What is at the far end.
    pub(super) fn far_end(&self) -> FarEnd {
        self.far_end
    }

    /// Sends a frame, or keeps it until the data channel is open. `false` if too many are kept already.
    pub(super) fn send(&mut self, frame: Frame) -> bool {
        if self.channel_open {
            self.command(ConnectionCommand::Send(frame));
        } else if self.waiting_frames.len() < MAX_WAITING_FRAMES {
            self.waiting_frames.push_back(frame);
        } else {
            return false;
        }
        true
    }

    /// The connection's state.
    pub(super) fn state(&self) -> ConnectionState {
        self.exchange.state()
    }

    /// Takes a payload that the far end sent through the server.
    pub(super) fn handle_payload(&mut self, payload: RelayPayload, now: Timestamp) {
        for signal in self.reliable.handle_payload(payload, now) {
            match signal {
                PeerSignal::Description { description, mids } => {
                    self.has_asked = false;
                    self.announced_mids.push_back((description.clone(), mids));
                    self.exchange.handle_description(description);
                }
                PeerSignal::Candidate { candidate } => self.exchange.handle_candidate(candidate),
                PeerSignal::Ask { audio, video } if !self.asks => {
                    let most = |sections: u32| (sections as usize).min(MAX_ASKED_SECTIONS);
                    self.receive(Sections { audio: most(audio), video: most(video) });
                    self.need(now);
                }
                PeerSignal::Slots { slots } if self.far_end == FarEnd::Sfu => self.slots = slots,
                PeerSignal::Wishes { wishes } if self.far_end != FarEnd::Sfu => {
                    let limit = |wish: Wish| {
                        (wish.publication_id, Limit { wanted: wish.wanted, max_height: wish.max_height })
                    };
                    self.far_wishes = wishes.into_iter().map(limit).collect();
                    self.limit();
                }
                _ => {}
            }
            self.proceed(now);
        }
    }

    /// Takes what happened at the platform.
    pub(super) fn handle_input(&mut self, input: ConnectionInput, now: Timestamp) {
        match input {
            ConnectionInput::NegotiationNeeded => self.need(now),
            ConnectionInput::LocalDescriptionSet { description, mids } => {
                self.local_mids = mids;
                self.exchange(exchange::Input::LocalDescriptionSet(description), now);
            }
            ConnectionInput::RemoteDescriptionSet => {
                if let Some((_, mids)) = self.applying.take().filter(|_| self.far_end != FarEnd::Sfu) {
                    let slot = |publication_id| Slot { participant_id: self.peer.clone(), publication_id };
                    self.slots = mids.into_iter().map(|(mid, id)| (mid, slot(id))).collect();
                }
                self.exchange(exchange::Input::RemoteDescriptionSet, now);
            }
            ConnectionInput::OperationFailed { state, error } => {
                self.applying = None;
                self.exchange(exchange::Input::OperationFailed { state, error }, now);
            }
            ConnectionInput::LocalCandidate(candidate) => {
                self.exchange(exchange::Input::LocalCandidate(candidate), now);
            }
            ConnectionInput::StateChange(state) => {
                self.exchange(exchange::Input::StateChange(state), now);
            }
            ConnectionInput::ChannelOpen => {
                self.channel_open = true;
                for frame in std::mem::take(&mut self.waiting_frames) {
                    self.command(ConnectionCommand::Send(frame));
                }
            }
            ConnectionInput::ChannelClosed => self.channel_open = false,
            ConnectionInput::ChannelMessage(frame) => self.outputs.push_back(Output::Message(frame)),
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.reliable.poll_timeout()
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        self.reliable.handle_timeout(now);
    }

    pub(super) fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        output.or_else(|| self.reliable.poll_transmit().map(Output::Relay))
    }

    fn command(&mut self, command: ConnectionCommand) {
        self.outputs.push_back(Output::Command(command));
    }

    fn exchange(&mut self, input: exchange::Input, now: Timestamp) {
        self.exchange.handle_input(input, now);
        self.proceed(now);
    }

    fn proceed(&mut self, now: Timestamp) {
        while let Some(output) = self.exchange.poll_output() {
            match output {
                exchange::Output::Command(command) => {
                    if let Command::SetRemoteDescription(description) = &command {
                        self.now_applying(description);
                    }
                    self.command(ConnectionCommand::Exchange(command));
                }
                exchange::Output::SendDescription(description) => {
                    let mids = self.local_mids.clone();
                    self.reliable.send(PeerSignal::Description { description, mids }, now);
                }
                exchange::Output::SendCandidate(candidate) => {
                    self.reliable.send(PeerSignal::Candidate { candidate }, now);
                }
                exchange::Output::Warning(error) => self.outputs.push_back(Output::Warning(error)),
                exchange::Output::Recovering(_) => {}
            }
        }
    }

    fn now_applying(&mut self, description: &SessionDescription) {
        // What stands before it was ignored.
        while let Some(announced) = self.announced_mids.pop_front() {
            if announced.0 == *description {
                self.applying = Some(announced);
                break;
            }
        }
    }
}
