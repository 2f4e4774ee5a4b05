//! A session in one room, from joining to leaving, for any server: roster, connections, publications, messages.
//!
//! Pass the application's calls, the server's events and the events of peer connections to it; then drain
//! [`poll_output`](Session::poll_output).

mod backlog;
mod forwarding;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod hostile_tests;
mod ice;
mod inbox;
mod ladder;
mod live_tracks;
mod messages;
mod output;
mod paths;
mod people;
mod pump;
mod receipts;
mod recovery;
mod replacement;
mod resend;
mod rpc;
mod signals;
mod silence;
mod watched;
mod wishes;

use std::collections::VecDeque;

use self::backlog::Backlog;
use self::ice::Ice;
use self::inbox::Inboxes;
use self::ladder::Ladder;
use self::live_tracks::LiveTracks;
pub use self::output::{Event, Output};
pub use self::paths::PathChange;
use self::paths::Paths;
pub use self::receipts::Receipt;
use self::receipts::Receipts;
use self::resend::Heard;
use self::silence::Silence;
use self::wishes::Wishes;
use super::adaptive_stream;
use super::connection::{self, Connection, ConnectionCommand, ConnectionInput, Unsent};
use super::data::Frame;
use super::mix_layout::{self, MixLayout};
use super::recovery::Recovery;
use super::rpc::{Answers, Calls};
use super::topology;
use crate::byte_queue::ByteQueue;
use crate::collections::{SortedMap, SortedSet};
use crate::error::{Error, RpcError};
use crate::model::{
    Capabilities, Channel, ConnectionState, IceServer, IceTransportPolicy, JoinRequest, LinkId, Lobby,
    Offerer, Order, ParticipantConnectionState, ParticipantId, ParticipantInfo, Profile, Publication,
    PublicationId, Role, RoomPermissions, Roster, SignalCommand, Timestamp, Topology, Wish,
};
use crate::pace::Pace;

/// The most bytes held of messages whose senders, or receivers, are not known yet.
const MAX_HELD_BYTES: usize = 4 << 20;

/// A lost connection is restored for this long by default, in milliseconds.
pub const DEFAULT_RECONNECT_MS: u32 = 120_000;

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    New,
    Joining {
        timeout_ms: u32,
        /// `None` while waiting for a host: a person may take any time.
        deadline: Option<Timestamp>,
    },
    Joined {
        own_id: ParticipantId,
    },
    /// Joined, while the lost connection to the server is being restored. Media and data continue.
    Recovering {
        own_id: ParticipantId,
        ladder: Ladder,
    },
    Ended,
}

impl Phase {
    /// This participant's id, once joined.
    fn own_id(&self) -> Option<&ParticipantId> {
        match self {
            Self::Joined { own_id } | Self::Recovering { own_id, .. } => Some(own_id),
            _ => None,
        }
    }
}

/// A session in a room.
#[derive(Debug)]
pub struct Session {
    phase: Phase,
    capabilities: Capabilities,
    topology: Topology,
    ice: Ice,
    publications: Vec<Publication>,
    profile: Profile,
    roster: Roster,
    /// For how long a lost connection is restored; 0: a lost connection to the server not at all.
    reconnect_ms: u32,
    /// Participants that have not come back after a restart of the server, and how long they may.
    absent: SortedMap<ParticipantId, Timestamp>,
    connections: SortedMap<LinkId, Connection>,
    silence: Silence,
    /// Links that the remote end has opened again or does not know any more, so that their connections have to be replaced.
    stale: SortedSet<LinkId>,
    /// How often this end may replace the connection of each link.
    replacements: SortedMap<LinkId, Pace>,
    live: LiveTracks,
    wishes: Wishes,
    layout: Option<MixLayout>,
    receipts: Receipts,
    heard: Heard,
    inboxes: Inboxes,
    calls: Calls,
    answers: Answers,
    backlog: Backlog,
    paths: Paths,
    /// Messages of unknown senders. Those of a participant who has left stay unknown, and are dropped first.
    early: ByteQueue<(ParticipantId, Channel, Frame)>,
    /// As the mixer: the sender and the receiver of messages for participants that are not known yet.
    undelivered: ByteQueue<(ParticipantId, ParticipantId, Channel, Frame)>,
    /// Whether the application was warned that there are too many publications.
    is_crowded: bool,
    outputs: VecDeque<Output>,
}

impl Session {
    /// Creates a session for a server with these capabilities, and with STUN and TURN servers in addition to the
    /// server's own. It wants only what it subscribes to, unless `everything`.
    pub fn new(capabilities: Capabilities, ice_servers: Vec<IceServer>, everything: bool) -> Self {
        let backlog = Backlog::new(&capabilities);
        Self {
            phase: Phase::New,
            capabilities,
            topology: Topology::Mesh,
            ice: Ice::new(ice_servers),
            publications: Vec::new(),
            profile: Profile::default(),
            roster: Roster::default(),
            reconnect_ms: DEFAULT_RECONNECT_MS,
            absent: SortedMap::new(),
            connections: SortedMap::new(),
            silence: Silence::default(),
            stale: SortedSet::new(),
            replacements: SortedMap::new(),
            live: LiveTracks::default(),
            wishes: Wishes::new(everything),
            layout: None,
            receipts: Receipts::default(),
            heard: Heard::default(),
            inboxes: Inboxes::default(),
            calls: Calls::default(),
            answers: Answers::default(),
            backlog,
            paths: Paths::default(),
            early: ByteQueue::new(MAX_HELD_BYTES),
            undelivered: ByteQueue::new(MAX_HELD_BYTES),
            is_crowded: false,
            outputs: VecDeque::new(),
        }
    }

    /// Sets which candidates its connections use.
    #[must_use]
    pub fn with_ice_transport_policy(mut self, policy: IceTransportPolicy) -> Self {
        self.ice.set_policy(policy);
        self
    }

    /// Sets for how many milliseconds a lost connection, to the server or a peer connection, is restored. 0: the session ends
    /// as soon as the one to the server is lost, and ICE is restarted only once.
    #[must_use]
    pub fn with_reconnect_ms(mut self, milliseconds: u32) -> Self {
        self.reconnect_ms = milliseconds;
        self
    }

    /// What the server can do.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Joins a room, with the initial publications. Can be called once.
    pub fn join(&mut self, mut request: JoinRequest, timeout_ms: u32, now: Timestamp) {
        if self.phase != Phase::New {
            return;
        }
        self.topology = request.topology;
        request.publications = self.publications.clone();
        request.carries_offer = self.carries_offer();
        request.resumable = self.capabilities.resume && self.reconnect_ms > 0;
        self.profile = request.profile.clone();
        let opens_later = !request.carries_offer;
        self.signal(SignalCommand::Join(request));
        if opens_later {
            self.outputs.push_back(Output::Prepare);
        }
        self.phase = Phase::Joining { timeout_ms, deadline: Some(now + Timestamp::from(timeout_ms)) };
        self.replan(now);
        self.collect();
    }

    /// Publishes, or changes a publication with the same id. Has no effect after the end.
    pub fn publish(&mut self, publication: Publication, now: Timestamp) {
        if self.phase == Phase::Ended {
            return;
        }
        match self.publications.iter_mut().find(|known| known.id == publication.id) {
            Some(known) if *known == publication => return,
            Some(known) => *known = publication,
            None => self.publications.push(publication),
        }
        self.publications_changed(now);
    }

    /// Unpublishes. Has no effect if `id` is not published.
    pub fn unpublish(&mut self, id: &PublicationId, now: Timestamp) {
        let before = self.publications.len();
        self.publications.retain(|publication| publication.id != *id);
        if self.publications.len() < before {
            self.publications_changed(now);
        }
    }

    /// Sets this participant's profile.
    pub fn update(&mut self, profile: Profile) {
        if self.profile != profile {
            self.profile = profile;
            self.signal_if_joined(SignalCommand::Update(self.profile.clone()));
        }
    }

    /// As a host: performs an action. Has no effect before the room is joined.
    pub fn order(&mut self, order: Order) {
        if self.own_id().is_some() {
            self.signal(SignalCommand::Order(order));
        }
    }

    /// This participant's profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Sets what is wanted of a remote publication.
    pub fn subscribe(&mut self, wish: Wish) {
        self.wishes.set(wish);
        self.send_wishes();
    }

    /// Sets the display heights of remote publications. They are sent no higher, whatever was
    /// [subscribed](Self::subscribe) to.
    pub fn show(&mut self, limits: Vec<adaptive_stream::Output>) {
        for adaptive_stream::Output { key, max_height } in limits {
            self.wishes.show(key, max_height);
        }
        self.send_wishes();
    }

    fn send_wishes(&mut self) {
        for (link, connection) in &mut self.connections {
            connection.wish(self.wishes.of(link));
        }
        self.refresh();
    }

    /// Leaves. Idempotent.
    pub fn leave(&mut self) {
        self.end(None);
    }

    /// Handles an event of a peer connection.
    pub fn handle_connection(&mut self, link: &LinkId, input: ConnectionInput, now: Timestamp) {
        if let ConnectionInput::ChannelMessage(channel, frame) = input {
            // There may be thousands of them per second, and they change nothing else.
            let Some(far_end) = self.connections.get(link).map(Connection::far_end) else { return };
            self.arrived(link, far_end, channel, frame, now);
            return self.collect();
        }
        let Some(connection) = self.connections.get_mut(link) else { return };
        let frees_capacity = matches!(
            input,
            ConnectionInput::ChannelOpen(_)
                | ConnectionInput::ChannelClosed(_)
                | ConnectionInput::ChannelCapacity(_)
        );
        let is_interrupted = matches!(
            input,
            ConnectionInput::StateChange(ConnectionState::Disconnected | ConnectionState::Failed)
        );
        let is_ready = matches!(input, ConnectionInput::ChannelOpen(Channel::Reliable))
            && connection.far_end().is_relay();
        let files = match input {
            ConnectionInput::ChannelOpen(Channel::Files) => Some(true),
            ConnectionInput::ChannelClosed(Channel::Files) => Some(false),
            _ => None,
        };
        connection.handle_input(input, now);
        if is_ready {
            self.resend_both_ways(link);
        }
        match files {
            Some(true) => self.renew_paths(link),
            Some(false) => self.interrupt_paths(link, now),
            None => {}
        }
        if is_interrupted {
            // The own address may have changed, which browsers do not always report.
            self.check_server(now);
        }
        self.refresh();
        if frees_capacity {
            self.send_marks(now);
            self.respond_again();
            self.capacity_changed();
        }
    }

    /// The network of this end changed: connections may be lost, or could be restored now.
    pub fn handle_network_change(&mut self, now: Timestamp) {
        if let Phase::Recovering { ladder, .. } = &mut self.phase {
            ladder.handle_network_change(now);
        }
        self.check_server(now);
        self.connections.values_mut().for_each(|connection| connection.handle_network_change(now));
        self.refresh();
    }

    /// The page is visible again, as after sleep, or its network may be another one: what is lost need not wait any longer.
    pub fn handle_page_resumed(&mut self, now: Timestamp) {
        self.check_server(now);
        let lost = self.connections.values_mut().filter(|connection| connection.is_interrupted());
        lost.for_each(|connection| connection.handle_network_change(now));
        self.refresh();
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let joining = match &self.phase {
            Phase::Joining { deadline, .. } => *deadline,
            Phase::Recovering { ladder, .. } => ladder.poll_timeout(),
            _ => None,
        };
        let connections = self.connections.values().filter_map(Connection::poll_timeout);
        let absent = self.absent.values().copied();
        let messages = [
            self.receipts.poll_timeout(),
            self.backlog.poll_timeout(),
            self.paths.poll_timeout(),
            self.calls.poll_timeout(),
            self.inboxes.poll_timeout(),
        ];
        connections.chain(joining).chain(absent).chain(messages.into_iter().flatten()).min()
    }

    /// Advances time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if let Phase::Joining { timeout_ms: after_ms, deadline: Some(deadline) } = self.phase
            && deadline <= now
        {
            return self.end(Some(Error::Timeout { action: "joining the room", after_ms }));
        }
        self.reconnect(now);
        self.drop_absent(now);
        self.lose_paths(now);
        self.resend_due(now);
        self.stop_waiting(now);
        self.process_waiting(now);
        self.calls.handle_timeout(now);
        self.emit_results();
        self.advance_connections(now);
        self.collect();
    }

    /// Stops waiting for receivers that do not answer, unless the connection to them is being restored.
    fn stop_waiting(&mut self, now: Timestamp) {
        let due = [self.receipts.poll_timeout(), self.backlog.poll_timeout()];
        if due.into_iter().flatten().all(|at| at > now) {
            return;
        }
        let lost: SortedSet<_> =
            self.others().map(|other| other.id.clone()).filter(|id| self.is_restored(id)).collect();
        self.receipts.handle_timeout(|id| lost.contains(id), now);
        self.emit_receipts();
        if self.backlog.handle_timeout(|id| lost.contains(id), now) {
            self.capacity_changed();
        }
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// This participant's id, once joined.
    pub fn own_id(&self) -> Option<&ParticipantId> {
        self.phase.own_id()
    }

    /// The other participants in the room, in the order of joining.
    pub fn others(&self) -> impl Iterator<Item = &ParticipantInfo> {
        let own_id = self.own_id();
        self.roster.participants().iter().filter(move |participant| Some(&participant.id) != own_id)
    }

    /// This participant's publications.
    pub fn publications(&self) -> &[Publication] {
        &self.publications
    }

    /// The lobby: who waits to be admitted, and whether newcomers have to.
    pub fn lobby(&self) -> &Lobby {
        self.roster.lobby()
    }

    /// This participant's role, once joined.
    pub fn own_role(&self) -> Option<Role> {
        self.own_id().and_then(|id| self.roster.get(id)).map(|own| own.role)
    }

    /// What this participant may do: everything, until the room is joined.
    pub fn permissions(&self) -> RoomPermissions {
        self.own_id().and_then(|id| self.roster.get(id)).map(|own| own.permissions).unwrap_or_default()
    }

    /// The layout of the mixer's picture, if there is a mixer and it has published it.
    pub fn layout(&self) -> Option<&MixLayout> {
        self.layout.as_ref()
    }

    /// Where each playable remote publication is received.
    pub fn live_tracks(&self) -> impl Iterator<Item = (&ParticipantId, &PublicationId, &str)> {
        self.live.iter()
    }

    /// The state of the connection to a participant, or to the SFU or mixer in between.
    pub fn connection_state(&self, peer: &ParticipantId) -> ParticipantConnectionState {
        let direct = LinkId::from(peer.clone());
        let between = || self.connections.keys().find(|link| self.is_relay(link));
        let link = self.connections.get_key_value(&direct).map(|(link, _)| link).or_else(between);
        link.map_or(ParticipantConnectionState::New, |link| self.link_state(link))
    }

    /// Whether the connection to a participant is being restored.
    fn is_restored(&self, id: &ParticipantId) -> bool {
        self.connection_state(id) == ParticipantConnectionState::Reconnecting
    }

    /// The state of a link; with two links to a server, that of the receiving one.
    fn link_state(&self, link: &LinkId) -> ParticipantConnectionState {
        let mut same = self.connections.iter().filter(|(other, _)| match link {
            LinkId::Participant(_) => *other == link,
            LinkId::Server(_) => matches!(other, LinkId::Server(_)) && other.receives(),
        });
        same.next().map_or(ParticipantConnectionState::New, |(_, connection)| connection.state())
    }

    fn is_relay(&self, link: &LinkId) -> bool {
        self.connections.get(link).is_some_and(|connection| connection.far_end().is_relay())
    }

    /// Sends a command to the server, if the room is joined or being joined.
    fn signal_if_joined(&mut self, command: SignalCommand) {
        if matches!(self.phase, Phase::Joining { .. }) || self.own_id().is_some() {
            self.signal(command);
        }
    }

    fn signal(&mut self, command: SignalCommand) {
        self.outputs.push_back(Output::Signal(command));
    }

    fn warn(&mut self, error: Error, participant_id: Option<ParticipantId>) {
        self.event(Event::Warning { participant_id, error });
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    /// Whether the request to join carries the first offer. A connection that has no candidates before the server names
    /// its relays would fail, and Firefox does not connect it after an ICE restart.
    fn carries_offer(&self) -> bool {
        self.topology == Topology::Sfu && self.capabilities.join_carries_offer && !self.ice.needs_named()
    }

    fn replan(&mut self, now: Timestamp) {
        match self.phase {
            Phase::Joining { .. } if self.carries_offer() => {}
            _ if self.own_id().is_some() => {}
            _ => return,
        }
        let roster = self.roster.participants();
        let (topology, capabilities) = (self.topology, &self.capabilities);
        let plans = topology::plan(topology, capabilities, self.own_id(), &self.publications, roster);
        let unwanted: Vec<_> = self
            .connections
            .keys()
            .filter(|link| plans.iter().all(|plan| plan.link != **link))
            .cloned()
            .collect();
        for link in unwanted {
            self.interrupt_paths(&link, now);
            self.close_connection(&link);
        }
        for plan in plans {
            // The join order of an absent participant is that of the server before.
            let is_absent = plan.link.participant().is_some_and(|id| self.absent.contains_key(id));
            let known = self.connections.get(&plan.link);
            if is_absent && known.is_none() {
                continue;
            }
            // The remote end has opened it again, or the order of joining changed before both ends had opened it.
            let is_stale = known
                .is_some_and(|known| self.stale.contains(&plan.link) || known.has_other_roles(&plan))
                && !is_absent;
            let mut unsent = Unsent::default();
            if is_stale {
                let replaced = self.connections.get_mut(&plan.link);
                unsent = replaced.map(Connection::take_unsent).unwrap_or_default();
                self.interrupt_paths(&plan.link, now);
                self.close_connection(&plan.link);
            }
            let is_new = !self.connections.contains_key(&plan.link);
            let Unsent { flight, waiting } = unsent;
            let to_resend = is_new.then(|| self.to_resend(&plan, waiting));
            if is_new {
                self.signal(SignalCommand::Open(plan.link.clone()));
            }
            let connection = self.connections.get_or_insert_with(plan.link.clone(), || {
                Connection::open(&plan, self.ice.servers(), Recovery::new(self.reconnect_ms.into()))
            });
            if is_new {
                connection.wish(self.wishes.of(&plan.link));
            }
            if let Some(to_resend) = to_resend {
                let bytes = connection.send_first(flight, to_resend);
                if let Some(participant) = plan.link.participant().filter(|_| bytes > 0) {
                    self.backlog.sent(participant, bytes);
                }
            }
            let offers = plan.offerer == Offerer::Us;
            if is_new && offers && plan.send.is_empty() {
                connection.handle_input(ConnectionInput::NegotiationNeeded, now);
            }
            connection.apply_plan(&plan, now);
            if !connection.can_receive(plan.receive) {
                self.warn_of_crowd();
            }
        }
    }

    /// Some publications are not received, because there are too many. Names a participant who alone has too many.
    fn warn_of_crowd(&mut self) {
        if std::mem::replace(&mut self.is_crowded, true) {
            return;
        }
        let has_most = self.others().find(|other| other.publications.len() > connection::MAX_SECTIONS);
        let participant_id = has_most.map(|other| other.id.clone());
        let detail = "there are too many publications, and some are not received".to_owned();
        self.warn(Error::Negotiation { step: "receiving", detail }, participant_id);
    }

    /// The participants who are reached over a link.
    fn people_behind(&self, link: &LinkId) -> Vec<ParticipantId> {
        let known = self.others().map(|other| &other.id);
        match self.is_relay(link) {
            true => known.cloned().collect(),
            false => known.filter(|id| Some(*id) == link.participant()).cloned().collect(),
        }
    }

    fn close_connection(&mut self, link: &LinkId) {
        self.stale.remove(link);
        let ids = self.people_behind(link);
        let Some(connection) = self.connections.remove(link) else { return };
        let command = ConnectionCommand::Close;
        self.outputs.push_back(Output::Connection { link: link.clone(), command });
        self.signal(SignalCommand::Close(link.clone()));
        if connection.reported_state() == ParticipantConnectionState::New {
            return self.capacity_changed();
        }
        // Whoever stays is unreachable until there is another connection.
        for id in ids {
            self.backlog.lost(&id);
            self.event(Event::ConnectionStateChange(id, ParticipantConnectionState::New));
        }
        self.capacity_changed();
    }

    fn refresh(&mut self) {
        self.collect();
        self.announce_tracks();
    }

    fn announce_tracks(&mut self) {
        let events = self.live.refresh(&self.roster, &self.connections, &self.wishes);
        self.outputs.extend(events.into_iter().map(Output::Event));
    }

    fn drop_tracks(&mut self, gone: impl Fn(&ParticipantId, &PublicationId) -> bool) {
        let events = self.live.remove(|owner, id, _| gone(owner, id));
        self.outputs.extend(events.into_iter().map(Output::Event));
    }

    fn end(&mut self, error: Option<Error>) {
        if self.phase == Phase::Ended {
            return;
        }
        let is_in = self.phase != Phase::New;
        self.phase = Phase::Ended;
        drop((self.early.take(), self.undelivered.take()));
        self.inboxes.clear();
        self.backlog.clear();
        self.paths.clear();
        self.publications.clear();
        self.layout = None;
        self.live.clear();
        self.absent.clear();
        self.roster = Roster::default();
        let links: Vec<_> = self.connections.keys().cloned().collect();
        for link in links {
            self.close_connection(&link);
        }
        if is_in {
            self.signal(SignalCommand::Leave);
        }
        self.fail_calls(None, &RpcError::ConnectionLost);
        self.receipts.give_up_all();
        self.emit_receipts();
        self.event(Event::Ended(error));
    }
}
