//! A session in one room, from joining to leaving, for any server: roster, connections, publications, messages.
//!
//! Pass the application's calls, the server's events and the events of peer connections to it; then drain
//! [`poll_output`](Session::poll_output).

mod backlog;
mod live_tracks;
mod messages;
mod orders;
mod output;
mod people;
mod pump;
mod receipts;
mod signals;
mod wishes;

use std::collections::{BTreeMap, VecDeque};

use self::backlog::Backlog;
use self::live_tracks::LiveTracks;
use self::orders::Orders;
pub use self::output::{Event, Output};
pub use self::receipts::Receipt;
use self::receipts::Receipts;
use self::wishes::Wishes;
use super::adaptive_stream;
use super::connection::{self, Connection, ConnectionCommand, ConnectionInput};
use super::data::Frame;
use super::mix_layout::{self, MixLayout};
use super::roster::{Change, Gap, Roster};
use super::topology;
use crate::error::Error;
use crate::model::{
    Channel, ConnectionState, IceServer, JoinRequest, Lobby, ParticipantId, ParticipantInfo, Profile,
    Publication, PublicationId, RequestId, Role, SignalCommand, Timestamp, Topology, Wish,
};

/// A request that the server has not confirmed is repeated after this time. Every request is idempotent.
const REPEAT_MS: Timestamp = 2_000;

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    New,
    Joining {
        request: Box<JoinRequest>,
        /// The request waits for the first offer to the SFU, to be sent with it.
        is_held: bool,
        timeout_ms: u32,
        /// `None` while waiting for a host: a person may take any time.
        deadline: Option<Timestamp>,
        repeat_at: Timestamp,
    },
    Joined {
        own_id: ParticipantId,
    },
    Ended,
}

/// A session in a room.
#[derive(Debug)]
pub struct Session {
    phase: Phase,
    topology: Topology,
    ice_servers: Vec<IceServer>,
    publications: Vec<Publication>,
    profile: Profile,
    /// When to publish again, while the server's roster differs.
    publish_at: Option<Timestamp>,
    last_request: RequestId,
    /// The latest requests to publish and to update.
    publish_request: Option<RequestId>,
    update_request: Option<RequestId>,
    sync_asked_at: Option<Timestamp>,
    roster: Roster,
    connections: BTreeMap<ParticipantId, Connection>,
    live: LiveTracks,
    wishes: Wishes,
    orders: Orders,
    layout: Option<MixLayout>,
    receipts: Receipts,
    backlog: Backlog,
    early: VecDeque<(ParticipantId, Channel, Frame)>,
    /// As the mixer: the sender and the receiver.
    undelivered: VecDeque<(ParticipantId, ParticipantId, Channel, Frame)>,
    outputs: VecDeque<Output>,
}

impl Session {
    /// Creates a session that uses these STUN and TURN servers in addition to the server's own.
    pub fn new(ice_servers: Vec<IceServer>) -> Self {
        Self::with_subscriptions(ice_servers, true)
    }

    /// Creates a session that wants only what it subscribes to, unless `everything`.
    pub fn with_subscriptions(ice_servers: Vec<IceServer>, everything: bool) -> Self {
        Self {
            phase: Phase::New,
            topology: Topology::Mesh,
            ice_servers,
            publications: Vec::new(),
            profile: Profile::default(),
            publish_at: None,
            last_request: 0,
            publish_request: None,
            update_request: None,
            sync_asked_at: None,
            roster: Roster::default(),
            connections: BTreeMap::new(),
            live: LiveTracks::default(),
            wishes: Wishes::new(everything),
            orders: Orders::default(),
            layout: None,
            receipts: Receipts::default(),
            backlog: Backlog::default(),
            early: VecDeque::new(),
            undelivered: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Joins a room, with the initial publications. Can be called once.
    pub fn join(&mut self, mut request: JoinRequest, timeout_ms: u32, now: Timestamp) {
        if self.phase != Phase::New {
            return;
        }
        request.publications = self.publications.clone();
        self.topology = request.topology;
        self.profile = request.profile.clone();
        let is_held = self.topology == Topology::Sfu;
        self.signal(if is_held { SignalCommand::Connect } else { SignalCommand::Join(request.clone()) });
        let deadline = Some(now + Timestamp::from(timeout_ms));
        self.phase = Phase::Joining {
            request: Box::new(request),
            is_held,
            timeout_ms,
            deadline,
            repeat_at: now + REPEAT_MS,
        };
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
    pub fn update(&mut self, profile: Profile, now: Timestamp) {
        self.profile = profile;
        self.publications_changed(now);
    }

    /// This participant's profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Sets what is wanted of a remote publication.
    pub fn subscribe(&mut self, wish: Wish, now: Timestamp) {
        self.wishes.set(wish);
        self.tell_wishes(now);
    }

    /// Sets the display heights of remote publications. They are sent no higher, whatever was
    /// [subscribed](Self::subscribe) to.
    pub fn show(&mut self, limits: Vec<adaptive_stream::Output>, now: Timestamp) {
        for adaptive_stream::Output { key, max_height } in limits {
            self.wishes.show(key, max_height);
        }
        self.tell_wishes(now);
    }

    fn tell_wishes(&mut self, now: Timestamp) {
        for (peer, connection) in &mut self.connections {
            connection.wish(self.wishes.of(peer, connection.far_end()), now);
        }
        self.refresh();
    }

    /// Leaves. Idempotent.
    pub fn leave(&mut self) {
        self.end(None);
    }

    /// Handles an event of the peer connection to `peer`.
    pub fn handle_connection(&mut self, peer: &ParticipantId, input: ConnectionInput, now: Timestamp) {
        let Some(connection) = self.connections.get_mut(peer) else { return };
        if let ConnectionInput::ChannelMessage(channel, frame) = input {
            // There may be thousands of them in a second, and they change nothing else.
            let far_end = connection.far_end();
            self.arrived(peer.clone(), far_end, channel, frame, now);
            return self.collect();
        }
        let frees_capacity = matches!(
            input,
            ConnectionInput::ChannelOpen(_)
                | ConnectionInput::ChannelClosed(_)
                | ConnectionInput::ChannelCapacity(_)
        );
        let before = connection.state();
        connection.handle_input(input, now);
        let (state, far_end) = (connection.state(), connection.far_end());
        if state != before {
            let ids: Vec<_> = match far_end.is_relay() {
                false => vec![peer.clone()],
                true => self.others().map(|other| other.id.clone()).collect(),
            };
            for id in ids {
                self.event(Event::ConnectionStateChange(id, state));
            }
        }
        self.refresh();
        if frees_capacity {
            self.capacity_changed();
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let joining = match &self.phase {
            Phase::Joining { deadline, repeat_at, .. } => {
                Some(deadline.map_or(*repeat_at, |deadline| deadline.min(*repeat_at)))
            }
            _ => None,
        };
        let connections = self.connections.values().filter_map(Connection::poll_timeout);
        let messages = self.receipts.poll_timeout().into_iter().chain(self.backlog.poll_timeout()).min();
        let waiting = [self.publish_at, self.orders.poll_timeout(), messages];
        connections.chain(joining).chain(waiting.into_iter().flatten()).min()
    }

    /// Advances time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if let Phase::Joining { request, is_held, timeout_ms, deadline, repeat_at } = &mut self.phase {
            if deadline.is_some_and(|deadline| deadline <= now) {
                let after_ms = *timeout_ms;
                self.end(Some(Error::Timeout { action: "joining the room", after_ms }));
                return;
            }
            if *repeat_at <= now {
                *repeat_at = now + REPEAT_MS;
                *is_held = false;
                let join = SignalCommand::Join((**request).clone());
                self.signal(join);
            }
        }
        if self.publish_at.is_some_and(|at| at <= now) {
            self.announce_publications(now);
        }
        self.repeat_orders(now);
        self.receipts.handle_timeout(now);
        self.tell_receipts();
        if self.backlog.handle_timeout(now) {
            self.capacity_changed();
        }
        for connection in self.connections.values_mut() {
            connection.handle_timeout(now);
        }
        self.collect();
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// This participant's id, once joined.
    pub fn own_id(&self) -> Option<&ParticipantId> {
        match &self.phase {
            Phase::Joined { own_id } => Some(own_id),
            _ => None,
        }
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

    /// The layout of the mixer's picture, if there is a mixer and it has published it.
    pub fn layout(&self) -> Option<&MixLayout> {
        self.layout.as_ref()
    }

    /// Where each playable remote publication is received.
    pub fn live_tracks(&self) -> impl Iterator<Item = (&ParticipantId, &PublicationId, &str)> {
        self.live.iter()
    }

    /// The state of the connection to a participant, or to the SFU or mixer in between.
    pub fn connection_state(&self, peer: &ParticipantId) -> ConnectionState {
        let between = || self.connections.values().find(|connection| connection.far_end().is_relay());
        self.connections.get(peer).or_else(between).map_or(ConnectionState::New, Connection::state)
    }

    fn next_request(&mut self) -> RequestId {
        self.last_request = self.last_request.wrapping_add(1);
        self.last_request
    }

    fn signal(&mut self, command: SignalCommand) {
        self.outputs.push_back(Output::Signal(command));
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn replan(&mut self, now: Timestamp) {
        if !matches!(self.phase, Phase::Joining { .. } | Phase::Joined { .. }) {
            return;
        }
        let roster = self.roster.participants();
        let plans = topology::plan(self.topology, self.own_id(), &self.publications, roster);
        let unwanted: Vec<_> = self
            .connections
            .keys()
            .filter(|peer| plans.iter().all(|plan| plan.peer != **peer))
            .cloned()
            .collect();
        for peer in unwanted {
            self.close_connection(&peer);
        }
        for plan in plans {
            let is_new = !self.connections.contains_key(&plan.peer);
            let connection = self
                .connections
                .entry(plan.peer.clone())
                .or_insert_with(|| Connection::open(&plan, self.ice_servers.clone()));
            if is_new {
                connection.wish(self.wishes.of(&plan.peer, plan.far_end), now);
            }
            if is_new && plan.offers && plan.send.is_empty() {
                connection.handle_input(ConnectionInput::NegotiationNeeded, now);
            }
            connection.apply_plan(&plan, now);
        }
    }

    fn close_connection(&mut self, peer: &ParticipantId) {
        let Some(connection) = self.connections.remove(peer) else { return };
        let command = ConnectionCommand::Close;
        self.outputs.push_back(Output::Connection { peer: peer.clone(), command });
        self.capacity_changed();
        // The others stay, and are unreachable until there is another mixer.
        if connection.far_end().is_relay() && connection.state() != ConnectionState::New {
            let ids: Vec<_> = self.others().map(|other| other.id.clone()).collect();
            for id in ids {
                self.event(Event::ConnectionStateChange(id, ConnectionState::New));
            }
        }
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
        if self.phase != Phase::New {
            self.signal(SignalCommand::Leave);
        }
        self.phase = Phase::Ended;
        self.publish_at = None;
        self.sync_asked_at = None;
        self.orders.clear();
        self.early.clear();
        self.undelivered.clear();
        self.backlog.clear();
        self.publications.clear();
        self.layout = None;
        self.live.clear();
        self.roster = Roster::default();
        let peers: Vec<_> = self.connections.keys().cloned().collect();
        for peer in peers {
            self.close_connection(&peer);
        }
        self.receipts.give_up_all();
        self.tell_receipts();
        self.event(Event::Ended(error));
    }
}
