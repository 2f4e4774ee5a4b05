//! The state of one peer connection of a room: its exchange with the remote end, its publications, and the messages
//! queued for its data channels.

mod carried;
mod channels;
mod commands;
mod damage;
mod flight;
mod gate;
mod held;
mod removal;
mod restarts;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use std::collections::VecDeque;

use self::carried::Carried;
use self::channels::Channels;
pub(super) use self::commands::Output;
pub use self::commands::{ConnectionCommand, ConnectionInput, Limit};
use self::damage::Damage;
use self::flight::Flight;
use self::gate::Gate;
pub use self::held::HeldCommands;
use self::removal::Removal;
use self::restarts::Restarts;
use super::data::Frame;
use super::exchange::{self, Command, Exchange};
use super::negotiation::Politeness;
use super::recovery::Recovery;
use super::topology::{FarEnd, Plan};
use super::trace;
use crate::collections::{SortedMap, SortedSet};
use crate::model::{
    Channel, ConnectionState, IceServer, LinkSignal, Mids, Offerer, ParticipantConnectionState,
    PublicationId, SdpType, Sections, Slot, Slots, Timestamp, Wanted, Wish,
};

/// Maximum sections per kind in which to receive from a participant, and from a server, whose offers moim's SFU limits too.
pub(super) const MAX_SECTIONS: usize = 64;
const MAX_SERVER_SECTIONS: usize = 100;

/// What a connection that is replaced has not delivered.
#[derive(Debug, Default)]
pub(super) struct Unsent {
    pub(super) flight: Flight,
    pub(super) waiting: VecDeque<Frame>,
}

/// The state of one peer connection.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    far_end: FarEnd,
    /// Whether it receives, so that there can be wishes.
    receives: bool,
    /// Limits a participant at the remote end.
    gate: Option<Gate>,
    exchange: Exchange,
    offerer: Offerer,
    /// The sections that an offer must contain.
    to_send: Sections,
    /// The publications to send. New ones wait until the removal of others is agreed.
    planned: SortedSet<PublicationId>,
    sending: SortedSet<PublicationId>,
    removal: Removal,
    receiving: Sections,
    /// The wishes sent last to the remote end.
    wishes: Wanted,
    was_connected: bool,
    damage: Damage,
    restarts: Restarts,
    /// The state that was reported last.
    reported_state: ParticipantConnectionState,
    /// It could not be restored.
    is_given_up: bool,
    /// The limits of each sent publication.
    limits: SortedMap<PublicationId, Limit>,
    far_wishes: SortedMap<PublicationId, Limit>,
    /// Whether the remote end wants publications that it does not name.
    far_default: Limit,
    local_mids: Mids,
    carried: Carried,
    channels: Channels,
    flight: Flight,
    outputs: VecDeque<Output>,
}

impl Connection {
    pub(super) fn open(plan: &Plan, ice_servers: Vec<IceServer>, recovery: Recovery) -> Self {
        Self {
            far_end: plan.far_end,
            receives: plan.link.receives(),
            gate: (plan.far_end != FarEnd::Server).then(Gate::default),
            exchange: exchange_of(plan).recovering(recovery),
            offerer: plan.offerer,
            to_send: Sections::default(),
            planned: SortedSet::new(),
            sending: SortedSet::new(),
            removal: Removal::default(),
            receiving: Sections::default(),
            wishes: Wanted::default(),
            was_connected: false,
            damage: Damage::default(),
            restarts: Restarts::new(plan.profile.replaceable),
            reported_state: ParticipantConnectionState::New,
            is_given_up: false,
            limits: SortedMap::new(),
            far_wishes: SortedMap::new(),
            far_default: Limit::default(),
            local_mids: Mids::new(),
            carried: Carried::default(),
            channels: Channels::default(),
            flight: Flight::default(),
            outputs: VecDeque::from([Output::Command(ConnectionCommand::Open {
                far_end: plan.far_end,
                profile: plan.profile.clone(),
                ice_servers,
            })]),
        }
    }

    /// Makes the connection send exactly the planned publications, and receive in at least the planned sections.
    pub(super) fn apply_plan(&mut self, plan: &Plan, now: Timestamp) {
        // A browser that has sent more at once keeps the transceivers, and needs sections for them.
        self.to_send = self.to_send.max(plan.sending);
        // A link that outlives a restart of the server keeps its roles, whatever the order of joining is now.
        let makes_sections = self.offerer != Offerer::ThemOnRequest;
        let has_more = makes_sections && self.receive(plan.receive);
        if self.planned == plan.send && !has_more {
            return;
        }
        self.planned.clone_from(&plan.send);
        for gone in self.sending.difference(&plan.send).cloned().collect::<Vec<_>>() {
            self.stop_sending(gone);
        }
        self.attach_planned();
        // A publication that takes over another's media section causes no `negotiationneeded` event, but the remote end
        // must be informed.
        self.request_negotiation(now);
    }

    /// Whether it was opened for other roles, and has never been connected.
    pub(super) fn has_other_roles(&self, plan: &Plan) -> bool {
        let was_connected =
            !matches!(self.state(), ParticipantConnectionState::New | ParticipantConnectionState::Connecting);
        self.offerer != plan.offerer && !was_connected
    }

    fn stop_sending(&mut self, id: PublicationId) {
        self.sending.remove(&id);
        self.limits.remove(&id);
        let is_described =
            self.exchange.is_setting_local() || self.local_mids.values().any(|sent| *sent == id);
        if is_described {
            self.removal.removed();
        }
        self.command(ConnectionCommand::Detach(id));
    }

    /// Sends what is planned, unless the remote end could take it for a removed publication.
    fn attach_planned(&mut self) {
        if !self.removal.is_agreed() {
            return;
        }
        for new in self.planned.difference(&self.sending).cloned().collect::<Vec<_>>() {
            let limit = self.wanted_by_far_end(&new);
            self.limits.insert(new.clone(), limit);
            self.sending.insert(new.clone());
            self.command(ConnectionCommand::Attach(new, limit));
        }
    }

    /// There is something new to agree on.
    pub(super) fn request_negotiation(&mut self, now: Timestamp) {
        self.exchange.request_negotiation(now);
        self.proceed();
    }

    /// Whether there are sections for all of these.
    pub(super) fn can_receive(&self, Sections { audio, video }: Sections) -> bool {
        audio.max(video) <= self.max_sections()
    }

    fn max_sections(&self) -> usize {
        if self.far_end == FarEnd::Server { MAX_SERVER_SECTIONS } else { MAX_SECTIONS }
    }

    /// Ensures at least these sections to receive in. Returns whether sections must be added.
    fn receive(&mut self, Sections { audio, video }: Sections) -> bool {
        let most = self.max_sections();
        let before = self.receiving;
        self.receiving = before.max(Sections { audio: audio.min(most), video: video.min(most) });
        let has_more = self.receiving != before;
        if has_more {
            self.command(ConnectionCommand::Receive(self.receiving));
        }
        has_more
    }

    /// Sets the wishes about the remote end's publications.
    pub(super) fn wish(&mut self, wanted: Wanted) {
        if self.receives && self.wishes != wanted {
            self.wishes = wanted.clone();
            self.signal(LinkSignal::Wishes(wanted));
        }
    }

    /// Replaces the STUN and TURN servers. They are used from the next ICE restart on.
    pub(super) fn set_ice_servers(&mut self, ice_servers: Vec<IceServer>) {
        self.command(ConnectionCommand::SetIceServers(ice_servers));
    }

    /// Restarts ICE at this time, or when the connection fails, unless it is connected by then.
    pub(super) fn restart_unless_connected(&mut self, at: Timestamp, now: Timestamp) {
        self.exchange.restart_unless_connected(at, now);
        self.proceed();
    }

    /// The remote end may have missed frames.
    pub(super) fn send_key_frames(&mut self) {
        self.command(ConnectionCommand::SendKeyFrames);
    }

    /// Whether it was connected, or was about to be, and is not now.
    pub(super) fn is_interrupted(&self) -> bool {
        matches!(self.exchange.state(), ConnectionState::Disconnected | ConnectionState::Failed)
    }

    /// The network of this end changed.
    pub(super) fn handle_network_change(&mut self, now: Timestamp) {
        self.is_given_up = false;
        self.exchange.handle_network_change(now);
        self.proceed();
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
    pub(super) fn slots(&self) -> &Slots {
        self.carried.slots()
    }

    /// The remote end has ended a publication. It may publish it again under the same id.
    pub(super) fn withdraw(&mut self, id: &PublicationId) {
        self.carried.withdraw(id);
    }

    /// The remote end publishes something. If that has ended before, and this end learnt of it late, the description that
    /// carries it may have arrived already: another one tells.
    pub(super) fn expect(&mut self, id: &PublicationId, now: Timestamp) {
        if self.carried.expect(id) {
            self.request_negotiation(now);
        }
    }

    /// The type of the remote end.
    pub(super) fn far_end(&self) -> FarEnd {
        self.far_end
    }

    /// Sends a frame, or queues it until its channel is open. Returns `false` if the queue is full.
    pub(super) fn send(&mut self, channel: Channel, frame: Frame) -> bool {
        if !self.channels.accepts(channel) {
            return false;
        }
        let is_kept = channel == Channel::Reliable && self.far_end == FarEnd::Participant;
        let frame = if is_kept { self.flight.keep(frame) } else { frame };
        if let Some(frame) = self.channels.send(channel, frame) {
            self.command(ConnectionCommand::Send(channel, frame));
        }
        true
    }

    /// A mark follows what was sent to the participant.
    pub(super) fn marked(&mut self, mark: u32) {
        self.flight.marked(mark);
    }

    /// The participant has acknowledged a mark.
    pub(super) fn arrived(&mut self, mark: u32) {
        self.flight.arrived(mark);
    }

    /// What was sent is not sent again.
    pub(super) fn forget_flight(&mut self) {
        self.flight = Flight::default();
    }

    /// Takes the messages that may not have arrived, and those that wait for a channel, for the connection that replaces
    /// this one.
    pub(super) fn take_unsent(&mut self) -> Unsent {
        let mut waiting = self.channels.take_waiting(Channel::Reliable);
        // It is in flight, too.
        waiting.retain(|frame| frame.number().is_none());
        Unsent { flight: self.flight.take(), waiting }
    }

    /// Queues messages: what the connection that this one replaces may have lost, and then others. Returns the number of
    /// bytes of data.
    pub(super) fn send_first(&mut self, flight: Flight, others: VecDeque<Frame>) -> usize {
        flight.again().for_each(|frame| self.channels.send_again(frame));
        for frame in others {
            self.send(Channel::Reliable, frame);
        }
        self.flight = flight;
        self.flight.bytes()
    }

    /// Whether more can be sent over a channel without waiting.
    pub(super) fn has_capacity(&self, channel: Channel) -> bool {
        self.channels.has_capacity(channel)
    }

    /// The state for participants at the remote end.
    pub(super) fn state(&self) -> ParticipantConnectionState {
        match self.exchange.state() {
            ConnectionState::Closed => ParticipantConnectionState::Closed,
            ConnectionState::Connected => ParticipantConnectionState::Connected,
            _ if self.is_given_up => ParticipantConnectionState::Failed,
            _ if self.was_connected => ParticipantConnectionState::Reconnecting,
            ConnectionState::New => ParticipantConnectionState::New,
            ConnectionState::Connecting | ConnectionState::Disconnected | ConnectionState::Failed => {
                ParticipantConnectionState::Connecting
            }
        }
    }

    /// The state that was reported last.
    pub(super) fn reported_state(&self) -> ParticipantConnectionState {
        self.reported_state
    }

    /// Returns the state if it has changed since the last call.
    pub(super) fn take_state_change(&mut self) -> Option<ParticipantConnectionState> {
        let state = self.state();
        (std::mem::replace(&mut self.reported_state, state) != state).then_some(state)
    }

    /// Handles a signal from the remote end.
    pub(super) fn handle_signal(&mut self, signal: LinkSignal<Slot>, now: Timestamp) {
        let admitted = match &mut self.gate {
            Some(gate) => gate.admit(signal, &mut self.outputs, now),
            None => Some(signal),
        };
        if let Some(signal) = admitted {
            self.process(signal, now);
        }
    }

    fn process(&mut self, signal: LinkSignal<Slot>, now: Timestamp) {
        match signal {
            LinkSignal::Description { description, carries } => {
                if description.sdp_type == SdpType::Offer {
                    self.removal.handle_offer();
                    self.attach_planned();
                } else {
                    self.restarts.answered();
                }
                self.carried.announce(description.clone(), carries);
                self.exchange.handle_description(description, now);
            }
            LinkSignal::Candidate(candidate) => self.exchange.handle_candidate(candidate),
            LinkSignal::Rejected { sdp_type, reason } => {
                if sdp_type == SdpType::Answer {
                    self.removal.handle_refused_answer();
                }
                self.exchange.handle_refusal(sdp_type, &reason, now);
            }
            LinkSignal::RequestOffer { sections, restart } => {
                if self.offerer == Offerer::Us {
                    let has_more = self.receive(sections);
                    if has_more || !restart {
                        self.exchange.handle_ask(false, now);
                    }
                    if restart {
                        self.is_given_up = false;
                        self.exchange.handle_ask(true, now);
                    }
                }
            }
            LinkSignal::Slots(slots) => self.carried.replace(slots),
            LinkSignal::Wishes(Wanted { wishes, others }) => {
                let limit = |wish: Wish| {
                    (wish.publication_id, Limit { wanted: wish.wanted, max_height: wish.max_height })
                };
                self.far_default = Limit { wanted: others, max_height: None };
                self.far_wishes = wishes.into_iter().map(limit).collect();
                self.limit();
            }
        }
        self.proceed();
    }

    /// Handles an event of the platform.
    pub(super) fn handle_input(&mut self, input: ConnectionInput, now: Timestamp) {
        match input {
            ConnectionInput::NegotiationNeeded => self.exchange(exchange::Input::NegotiationNeeded, now),
            ConnectionInput::LocalDescriptionSet { description, mids } => {
                self.local_mids = mids;
                self.removal.local_description_set(description.sdp_type);
                // A request is void while an offer is being applied, because that may settle it.
                let is_still_lacking = description.sdp_type == SdpType::Answer && self.carried.lacks();
                self.exchange(exchange::Input::LocalDescriptionSet(description), now);
                if is_still_lacking || self.removal.needs_offer() && self.planned != self.sending {
                    self.request_negotiation(now);
                }
            }
            ConnectionInput::RemoteDescriptionSet => {
                if let Some(sdp_type) = self.carried.applied() {
                    self.removal.remote_description_set(sdp_type);
                }
                if self.removal.is_agreed() && self.planned != self.sending {
                    self.attach_planned();
                    self.request_negotiation(now);
                }
                self.exchange(exchange::Input::RemoteDescriptionSet, now);
            }
            ConnectionInput::OperationFailed { state, error } => {
                self.carried.failed();
                self.exchange(exchange::Input::OperationFailed { state, error }, now);
            }
            ConnectionInput::LocalCandidate(candidate) => {
                self.exchange(exchange::Input::LocalCandidate(candidate), now);
            }
            ConnectionInput::StateChange(state) => {
                if state == ConnectionState::Connected {
                    if self.was_connected {
                        self.send_key_frames();
                    }
                    (self.was_connected, self.is_given_up) = (true, false);
                    self.restarts.connected();
                }
                self.damage.handle_state(state, now);
                self.exchange(exchange::Input::StateChange(state), now);
            }
            ConnectionInput::IceConnected(is_connected) => self.damage.handle_ice(is_connected, now),
            ConnectionInput::ChannelOpen(channel) => {
                for frame in self.channels.opened(channel) {
                    self.command(ConnectionCommand::Send(channel, frame));
                }
            }
            ConnectionInput::ChannelClosed(channel) => {
                // A server that makes all offers closes and opens them as it likes.
                if self.channels.closed(channel) && self.offerer != Offerer::Server {
                    self.damage.handle_lost_channel(now);
                }
            }
            ConnectionInput::ChannelFull(channel) => self.channels.set_full(channel, true),
            ConnectionInput::ChannelCapacity(channel) => self.channels.set_full(channel, false),
            ConnectionInput::ForeignChannel => {
                if let Some(gate) = &mut self.gate {
                    gate.refuse_channel(&mut self.outputs);
                }
            }
            // The session's.
            ConnectionInput::ChannelMessage(..) => {}
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let gate = self.gate.as_ref().and_then(Gate::poll_timeout);
        let replacement = self.restarts.are_in_vain().then_some(0);
        let timeouts = [self.exchange.poll_timeout(), self.damage.poll_timeout(), gate, replacement];
        timeouts.into_iter().flatten().min()
    }

    /// Advances time. Returns whether only a new connection can restore this one.
    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> bool {
        self.exchange.handle_timeout(now);
        self.proceed();
        while let Some(signal) = self.gate.as_mut().and_then(|gate| gate.take_due(now)) {
            self.process(signal, now);
        }
        // One that was never connected would fail again.
        (self.damage.handle_timeout(now) && self.was_connected) || self.restarts.are_in_vain()
    }

    /// Waits until then before it may be replaced.
    pub(super) fn replace_later(&mut self, at: Timestamp) {
        self.restarts.begin_again();
        self.damage.wait(at);
    }

    pub(super) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn signal(&mut self, signal: LinkSignal<PublicationId>) {
        self.outputs.push_back(Output::Signal(signal));
    }

    fn command(&mut self, command: ConnectionCommand) {
        self.outputs.push_back(Output::Command(command));
    }

    fn exchange(&mut self, input: exchange::Input, now: Timestamp) {
        self.exchange.handle_input(input, now);
        self.proceed();
    }

    fn proceed(&mut self) {
        while let Some(output) = self.exchange.poll_output() {
            match output {
                exchange::Output::Command(command) => {
                    match &command {
                        Command::SetLocalDescription => self.removal.setting_local(),
                        Command::SetRemoteDescription(description) => self.carried.applying(description),
                        Command::AddIceCandidate(_) | Command::RestartIce => {}
                    }
                    self.command(ConnectionCommand::Exchange(command));
                }
                exchange::Output::SendDescription(description) => {
                    let carries = Some(self.local_mids.clone());
                    self.signal(LinkSignal::Description { description, carries });
                }
                exchange::Output::SendCandidate(candidate) => self.signal(LinkSignal::Candidate(candidate)),
                exchange::Output::SendRefusal { sdp_type, reason } => {
                    self.signal(LinkSignal::Rejected { sdp_type, reason });
                }
                exchange::Output::SendAsk { restart: false } if self.offerer == Offerer::Server => {}
                exchange::Output::SendAsk { restart } => {
                    self.signal(LinkSignal::RequestOffer { sections: self.to_send, restart });
                }
                exchange::Output::Warning(error) => self.outputs.push_back(Output::Warning(error)),
                exchange::Output::Recovering(attempt) => {
                    // One after a change of the network may come before the loss, and be no sign of one.
                    if self.exchange.state() != ConnectionState::Connected {
                        self.restarts.begun();
                    }
                    trace::recovering(attempt);
                }
                exchange::Output::GaveUp(error) => {
                    self.is_given_up = true;
                    self.outputs.push_back(Output::Warning(error));
                }
            }
        }
    }
}

fn exchange_of(plan: &Plan) -> Exchange {
    match plan.offerer {
        // Where one end makes all offers there is no glare. Of two ends that notice a loss it is the first to restart.
        Offerer::Us => Exchange::new(Politeness::Impolite, true),
        Offerer::ThemOnRequest | Offerer::Server => Exchange::new(Politeness::Polite, false),
    }
}
