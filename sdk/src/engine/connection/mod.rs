//! The state of one peer connection of a room: its exchange with the remote end, its publications, and the messages
//! queued for its data channels.

mod channels;
mod commands;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use self::channels::{Channels, SendOutcome};
pub(super) use self::commands::Output;
pub use self::commands::{ConnectionCommand, ConnectionInput, Limit, Mids, Wanted};
use super::data::Frame;
use super::exchange::{self, Command, Exchange};
use super::topology::{FarEnd, Plan, Sections};
use super::trace;
use crate::model::{
    Channel, ConnectionState, IceServer, ParticipantId, PeerSignal, PublicationId, RelayPayload, Reliable,
    SessionDescription, Slot, Timestamp, Wish,
};

/// Maximum sections per kind that a remote end may ask for; our own peers ask for fewer.
const MAX_ASKED_SECTIONS: usize = 64;

/// Maximum descriptions that wait for negotiation. Beyond this, the oldest ones were ignored by it.
const MAX_ANNOUNCED: usize = 32;

/// If the connection is not established this long after it got more servers, it needs them.
const RESTART_AFTER_MS: Timestamp = 4_000;

/// The state of one peer connection.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    peer: ParticipantId,
    far_end: FarEnd,
    reliable: Reliable,
    exchange: Exchange,
    /// This end makes the offers.
    offers: bool,
    /// The sections that an offer must contain.
    to_send: Sections,
    sending: BTreeSet<PublicationId>,
    receiving: Sections,
    /// The wishes sent last to the remote end.
    wishes: Wanted,
    /// The first description precedes everything else: an SFU's is sent with `join`.
    holds_wishes: bool,
    /// When to restart ICE unless connected by then: the connection was created without some of its servers.
    restart_at: Option<Timestamp>,
    /// The limits of each sent publication.
    limits: BTreeMap<PublicationId, Limit>,
    far_wishes: BTreeMap<PublicationId, Limit>,
    /// Whether the remote end wants publications that it does not name.
    far_default: Limit,
    local_mids: Mids,
    /// Remote descriptions that negotiation has not processed yet, with their publications.
    announced_mids: VecDeque<(SessionDescription, Mids)>,
    applying: Option<(SessionDescription, Mids)>,
    slots: BTreeMap<String, Slot>,
    channels: Channels,
    outputs: VecDeque<Output>,
}

impl Connection {
    pub(super) fn open(plan: &Plan, ice_servers: Vec<IceServer>) -> Self {
        Self {
            peer: plan.peer.clone(),
            far_end: plan.far_end,
            reliable: Reliable::default(),
            exchange: Exchange::new(plan.politeness, plan.offers),
            offers: plan.offers,
            to_send: Sections::default(),
            sending: BTreeSet::new(),
            receiving: Sections::default(),
            wishes: Wanted::default(),
            holds_wishes: plan.far_end == FarEnd::Sfu,
            restart_at: None,
            limits: BTreeMap::new(),
            far_wishes: BTreeMap::new(),
            far_default: Limit::default(),
            local_mids: Mids::new(),
            announced_mids: VecDeque::new(),
            applying: None,
            slots: BTreeMap::new(),
            channels: Channels::default(),
            outputs: VecDeque::from([Output::Command(ConnectionCommand::Open {
                far_end: plan.far_end,
                ice_servers,
            })]),
        }
    }

    /// Makes the connection send exactly the planned publications, and receive in at least the planned sections.
    pub(super) fn apply_plan(&mut self, plan: &Plan, now: Timestamp) {
        let wanted = &plan.send;
        // A browser that has sent more at once keeps the transceivers, and needs sections for them.
        self.to_send = self.to_send.max(plan.sending);
        let has_more = self.receive(plan.receive);
        if self.sending == *wanted && !has_more {
            return;
        }
        let before = std::mem::replace(&mut self.sending, wanted.clone());
        for gone in before.difference(wanted) {
            self.command(ConnectionCommand::Detach(gone.clone()));
        }
        self.limits.retain(|id, _| wanted.contains(id) && before.contains(id));
        for new in wanted.difference(&before) {
            let limit = self.wanted_by_far_end(new);
            self.limits.insert(new.clone(), limit);
            self.command(ConnectionCommand::Attach(new.clone(), limit));
        }
        // A publication that takes over another's media section causes no `negotiationneeded` event, but the remote end
        // must be informed.
        self.request_negotiation(now);
    }

    /// There is something new to agree on.
    pub(super) fn request_negotiation(&mut self, now: Timestamp) {
        self.exchange.request_negotiation(now);
        self.proceed(now);
    }

    /// Ensures at least these sections to receive in. Returns whether sections must be added.
    fn receive(&mut self, wanted: Sections) -> bool {
        let before = self.receiving;
        self.receiving = before.max(wanted);
        let has_more = self.receiving != before;
        if has_more {
            self.command(ConnectionCommand::Receive(self.receiving));
        }
        has_more
    }

    /// Sets the wishes about the remote end's publications.
    pub(super) fn wish(&mut self, wanted: Wanted, now: Timestamp) {
        if self.wishes != wanted {
            self.wishes = wanted;
            if !self.holds_wishes {
                self.send_wishes(now);
            }
        }
    }

    fn send_wishes(&mut self, now: Timestamp) {
        let Wanted { wishes, others } = self.wishes.clone();
        self.reliable.send(PeerSignal::Wishes { wishes, others }, now);
    }

    /// Adds STUN and TURN servers after the connection was created. They are used from the next ICE restart on:
    /// there is one if the previous servers do not suffice.
    pub(super) fn set_ice_servers(&mut self, ice_servers: Vec<IceServer>, now: Timestamp) {
        self.command(ConnectionCommand::SetIceServers(ice_servers));
        self.restart_at = Some(now + RESTART_AFTER_MS);
        self.restart_if_needed(now);
    }

    fn restart_if_needed(&mut self, now: Timestamp) {
        let Some(at) = self.restart_at else { return };
        match self.state() {
            ConnectionState::Connected | ConnectionState::Closed => self.restart_at = None,
            state if state == ConnectionState::Failed || at <= now => {
                self.restart_at = None;
                self.command(ConnectionCommand::Exchange(Command::RestartIce));
                self.request_negotiation(now);
            }
            _ => {}
        }
    }

    /// Applies the remote end's wishes to everything that is sent.
    fn limit(&mut self) {
        for id in self.sending.clone() {
            let wanted = self.wanted_by_far_end(&id);
            if self.limits.insert(id.clone(), wanted) != Some(wanted) {
                self.command(ConnectionCommand::Limit(id, wanted));
            }
        }
    }

    fn wanted_by_far_end(&self, id: &PublicationId) -> Limit {
        self.far_wishes.get(id).copied().unwrap_or(self.far_default)
    }

    /// The remote publications by `mid`, after the description was applied.
    pub(super) fn slots(&self) -> &BTreeMap<String, Slot> {
        &self.slots
    }

    /// The type of the remote end.
    pub(super) fn far_end(&self) -> FarEnd {
        self.far_end
    }

    /// Sends a frame, or queues it until its channel is open. Returns `false` if the queue is full.
    pub(super) fn send(&mut self, channel: Channel, frame: Frame) -> bool {
        match self.channels.send(channel, frame) {
            SendOutcome::Now(frame) => self.command(ConnectionCommand::Send(channel, frame)),
            SendOutcome::Later => {}
            SendOutcome::Refused => return false,
        }
        true
    }

    /// Whether more can be sent over a channel without a wait.
    pub(super) fn has_capacity(&self, channel: Channel) -> bool {
        self.channels.has_capacity(channel)
    }

    /// The connection state.
    pub(super) fn state(&self) -> ConnectionState {
        self.exchange.state()
    }

    /// Handles a payload that the remote end sent through the server.
    pub(super) fn handle_payload(&mut self, payload: RelayPayload, now: Timestamp) {
        for signal in self.reliable.handle_payload(payload, now) {
            match signal {
                PeerSignal::Description { description, mids } => {
                    if self.announced_mids.len() == MAX_ANNOUNCED {
                        self.announced_mids.pop_front();
                    }
                    self.announced_mids.push_back((description.clone(), mids));
                    self.exchange.handle_description(description, now);
                }
                PeerSignal::Candidate { candidate } => self.exchange.handle_candidate(candidate),
                PeerSignal::Refusal { sdp_type, reason } => {
                    self.exchange.handle_refusal(sdp_type, &reason, now);
                }
                PeerSignal::Ask { audio, video } if self.offers => {
                    let most = |sections: u32| (sections as usize).min(MAX_ASKED_SECTIONS);
                    self.receive(Sections { audio: most(audio), video: most(video) });
                    self.exchange.handle_ask(now);
                }
                PeerSignal::Slots { slots } if self.far_end == FarEnd::Sfu => {
                    self.slots = slots;
                    // The SFU reuses a section after it was informed that its publication has ended here.
                    self.reliable.acknowledge_now();
                }
                PeerSignal::Wishes { wishes, others } if self.far_end != FarEnd::Sfu => {
                    let limit = |wish: Wish| {
                        (wish.publication_id, Limit { wanted: wish.wanted, max_height: wish.max_height })
                    };
                    self.far_default = Limit { wanted: others, max_height: None };
                    self.far_wishes = wishes.into_iter().map(limit).collect();
                    self.limit();
                }
                _ => {}
            }
            self.proceed(now);
        }
    }

    /// Handles an event of the platform.
    pub(super) fn handle_input(&mut self, input: ConnectionInput, now: Timestamp) {
        match input {
            ConnectionInput::NegotiationNeeded => self.exchange(exchange::Input::NegotiationNeeded, now),
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
                self.restart_if_needed(now);
            }
            ConnectionInput::ChannelOpen(channel) => {
                for frame in self.channels.opened(channel) {
                    self.command(ConnectionCommand::Send(channel, frame));
                }
            }
            ConnectionInput::ChannelClosed(channel) => self.channels.closed(channel),
            ConnectionInput::ChannelFull(channel) => self.channels.set_full(channel, true),
            ConnectionInput::ChannelCapacity(channel) => self.channels.set_full(channel, false),
            // The session's.
            ConnectionInput::ChannelMessage(..) => {}
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let exchange = self.exchange.poll_timeout();
        self.reliable.poll_timeout().into_iter().chain(exchange).chain(self.restart_at).min()
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        self.reliable.handle_timeout(now);
        self.exchange.handle_timeout(now);
        self.proceed(now);
        self.restart_if_needed(now);
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
                    if std::mem::take(&mut self.holds_wishes) && self.wishes != Wanted::default() {
                        self.send_wishes(now);
                    }
                }
                exchange::Output::SendCandidate(candidate) => {
                    self.reliable.send(PeerSignal::Candidate { candidate }, now);
                }
                exchange::Output::SendRefusal { sdp_type, reason } => {
                    self.reliable.send(PeerSignal::Refusal { sdp_type, reason }, now);
                }
                exchange::Output::SendAsk => {
                    let length = |sections: usize| u32::try_from(sections).unwrap_or(u32::MAX);
                    let Sections { audio, video } = self.to_send;
                    self.reliable.send(PeerSignal::Ask { audio: length(audio), video: length(video) }, now);
                }
                exchange::Output::Warning(error) => self.outputs.push_back(Output::Warning(error)),
                exchange::Output::Recovering(attempt) => trace::recovering(attempt),
            }
        }
    }

    fn now_applying(&mut self, description: &SessionDescription) {
        // Earlier ones were ignored.
        while let Some(announced) = self.announced_mids.pop_front() {
            if announced.0 == *description {
                self.applying = Some(announced);
                break;
            }
        }
    }
}
