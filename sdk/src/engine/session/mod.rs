//! One stay in one room, from joining to leaving, for any server: roster, connections, publications, messages.
//!
//! Feed it what the application wants, what the server says and what the peer connections do; then drain
//! [`poll_output`](Session::poll_output).

mod live_tracks;
mod output;

use std::collections::{BTreeMap, VecDeque};

use self::live_tracks::LiveTracks;
pub use self::output::{Event, Output};
use super::connection::{self, Connection, ConnectionCommand, ConnectionInput};
use super::data::{DataMessage, Frame};
use super::roster::{Change, Gap, Roster};
use super::topology::{self, FarEnd};
use crate::error::{DataChannelError, Error, SignalingError};
use crate::model::{
    ConnectionState, IceServer, JoinRequest, ParticipantId, ParticipantInfo, Publication, PublicationId,
    ServerError, ServerErrorCode, SignalCommand, SignalEvent, Timestamp, Topology,
};

/// A request that the server has not confirmed is repeated after this time. Every request may be repeated.
const REPEAT_MS: Timestamp = 2_000;

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    New,
    Joining {
        request: JoinRequest,
        /// The request waits for the first offer to the SFU, to travel with it.
        is_held: bool,
        timeout_ms: u32,
        deadline: Timestamp,
        repeat_at: Timestamp,
    },
    Joined {
        own_id: ParticipantId,
    },
    Ended,
}

/// A stay in a room.
#[derive(Debug)]
pub struct Session {
    phase: Phase,
    topology: Topology,
    ice_servers: Vec<IceServer>,
    publications: Vec<Publication>,
    name: String,
    metadata: String,
    /// When to say again what is published, while the server's roster says otherwise.
    publish_at: Option<Timestamp>,
    sync_asked_at: Option<Timestamp>,
    roster: Roster,
    connections: BTreeMap<ParticipantId, Connection>,
    live: LiveTracks,
    outputs: VecDeque<Output>,
}

impl Session {
    /// A session that will use these STUN and TURN servers beside the server's own.
    pub fn new(ice_servers: Vec<IceServer>) -> Self {
        Self {
            phase: Phase::New,
            topology: Topology::Mesh,
            ice_servers,
            publications: Vec::new(),
            name: String::new(),
            metadata: String::new(),
            publish_at: None,
            sync_asked_at: None,
            roster: Roster::default(),
            connections: BTreeMap::new(),
            live: LiveTracks::default(),
            outputs: VecDeque::new(),
        }
    }

    /// Enters a room, with what was published so far. A session does so once.
    pub fn join(&mut self, mut request: JoinRequest, timeout_ms: u32, now: Timestamp) {
        if self.phase != Phase::New {
            return;
        }
        request.publications = self.publications.clone();
        self.topology = request.topology;
        (self.name, self.metadata) = (request.name.clone(), request.metadata.clone());
        let is_held = self.topology == Topology::Sfu;
        self.signal(if is_held { SignalCommand::Connect } else { SignalCommand::Join(request.clone()) });
        let deadline = now + Timestamp::from(timeout_ms);
        self.phase = Phase::Joining { request, is_held, timeout_ms, deadline, repeat_at: now + REPEAT_MS };
        self.replan(now);
        self.collect();
    }

    /// Publishes, or changes a publication of the same id.
    pub fn publish(&mut self, publication: Publication, now: Timestamp) {
        match self.publications.iter_mut().find(|known| known.id == publication.id) {
            Some(known) if *known == publication => return,
            Some(known) => *known = publication,
            None => self.publications.push(publication),
        }
        self.publications_changed(now);
    }

    /// Stops publishing. Does nothing if `id` is not published.
    pub fn unpublish(&mut self, id: &PublicationId, now: Timestamp) {
        let before = self.publications.len();
        self.publications.retain(|publication| publication.id != *id);
        if self.publications.len() < before {
            self.publications_changed(now);
        }
    }

    /// Changes one's name and metadata; `None` leaves one as it is.
    pub fn update(&mut self, name: Option<String>, metadata: Option<String>, now: Timestamp) {
        self.name = name.unwrap_or_else(|| std::mem::take(&mut self.name));
        self.metadata = metadata.unwrap_or_else(|| std::mem::take(&mut self.metadata));
        self.publications_changed(now);
    }

    /// Sends a message to one participant, or to everyone.
    ///
    /// # Errors
    /// If the message is too large, if there is no such participant, or if too many messages wait already; in
    /// the last case everyone else has it.
    pub fn send(
        &mut self,
        message: &DataMessage,
        to: Option<&ParticipantId>,
    ) -> Result<(), DataChannelError> {
        let frame = message.encode()?;
        if let Some(id) = to.filter(|id| self.others().all(|other| other.id != **id)) {
            return Err(DataChannelError::UnknownParticipant { participant: id.to_string() });
        }
        let own_id = self.own_id().cloned();
        let mut full = None;
        for (peer, connection) in &mut self.connections {
            let is_direct = !connection.far_end().is_between();
            let frame = match connection.far_end() {
                _ if is_direct && to.is_some_and(|id| id != peer) => continue,
                FarEnd::Participant => frame.clone(),
                FarEnd::Sfu | FarEnd::Mixer => frame.routed(to)?,
                FarEnd::Listener => frame.routed(own_id.as_ref())?,
            };
            if !connection.send(frame) {
                full = Some(DataChannelError::QueueFull { participant: peer.to_string() });
            }
        }
        self.collect();
        full.map_or(Ok(()), Err)
    }

    /// Leaves. Calling it again does nothing.
    pub fn leave(&mut self) {
        self.end(None);
    }

    /// Takes what the server said.
    pub fn handle_signal(&mut self, event: SignalEvent, now: Timestamp) {
        match (&self.phase, event) {
            (Phase::Ended, _) => {}
            (_, SignalEvent::Refused(error)) => self.refused(error),
            (_, SignalEvent::Unreachable { url }) => {
                self.end(Some(SignalingError::Unreachable { url }.into()))
            }
            (_, SignalEvent::Lost { detail }) => self.end(Some(SignalingError::Lost { detail }.into())),
            (_, SignalEvent::Undecodable { detail }) => {
                self.event(Event::Warning(SignalingError::Undecodable { detail }.into()));
            }
            (Phase::New, _) => {}
            (_, SignalEvent::Joined { participant_id, roster, ice_servers }) => {
                if matches!(self.phase, Phase::Joining { .. }) {
                    self.phase = Phase::Joined { own_id: participant_id };
                    self.ice_servers.extend(ice_servers);
                    self.event(Event::Joined);
                }
                let changes = self.roster.replace(roster);
                self.apply(changes, now);
            }
            (Phase::Joining { .. }, _) => {}
            (_, SignalEvent::Participant { revision, participant }) => {
                let change = self.roster.upsert(revision, participant);
                self.apply_or_sync(change, now);
            }
            (_, SignalEvent::ParticipantLeft { revision, participant_id, reason }) => {
                let change = self.roster.remove(revision, &participant_id, reason);
                self.apply_or_sync(change, now);
            }
            (_, SignalEvent::Roster(roster)) => {
                self.sync_asked_at = None;
                let changes = self.roster.replace(roster);
                self.apply(changes, now);
            }
            (_, SignalEvent::Revision(revision)) => {
                let check = self.roster.check(revision).map(|()| None);
                self.apply_or_sync(check, now);
            }
            (_, SignalEvent::Relay { from, payload }) => {
                // A payload of someone whose arrival has not come yet is repeated by its sender.
                if let Some(connection) = self.connections.get_mut(&from) {
                    connection.handle_payload(payload, now);
                    self.refresh();
                }
            }
        }
    }

    /// Takes what happened at the peer connection to `peer`.
    pub fn handle_connection(&mut self, peer: &ParticipantId, input: ConnectionInput, now: Timestamp) {
        let Some(connection) = self.connections.get_mut(peer) else { return };
        let before = connection.state();
        connection.handle_input(input, now);
        let (state, far_end) = (connection.state(), connection.far_end());
        if state != before {
            let ids: Vec<_> = match far_end.is_between() {
                false => vec![peer.clone()],
                true => self.others().map(|other| other.id.clone()).collect(),
            };
            for id in ids {
                self.event(Event::ConnectionStateChange(id, state));
            }
        }
        self.refresh();
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let joining = match &self.phase {
            Phase::Joining { deadline, repeat_at, .. } => Some(*deadline.min(repeat_at)),
            _ => None,
        };
        let connections = self.connections.values().filter_map(Connection::poll_timeout);
        connections.chain(joining).chain(self.publish_at).min()
    }

    /// Lets time pass.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if let Phase::Joining { request, is_held, timeout_ms, deadline, repeat_at } = &mut self.phase {
            if *deadline <= now {
                let after_ms = *timeout_ms;
                self.end(Some(Error::Timeout { action: "joining the room", after_ms }));
                return;
            }
            if *repeat_at <= now {
                *repeat_at = now + REPEAT_MS;
                *is_held = false;
                let join = SignalCommand::Join(request.clone());
                self.signal(join);
            }
        }
        if self.publish_at.is_some_and(|at| at <= now) {
            self.confirm_publications(now);
        }
        for connection in self.connections.values_mut() {
            connection.handle_timeout(now);
        }
        self.collect();
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Who one is, once joined.
    pub fn own_id(&self) -> Option<&ParticipantId> {
        match &self.phase {
            Phase::Joined { own_id } => Some(own_id),
            _ => None,
        }
    }

    /// Everyone else in the room, in the order of joining.
    pub fn others(&self) -> impl Iterator<Item = &ParticipantInfo> {
        let own_id = self.own_id();
        self.roster.participants().iter().filter(move |participant| Some(&participant.id) != own_id)
    }

    /// What one publishes.
    pub fn publications(&self) -> &[Publication] {
        &self.publications
    }

    /// Where each playable publication of the others arrives.
    pub fn live_tracks(&self) -> impl Iterator<Item = (&ParticipantId, &PublicationId, &str)> {
        self.live.iter()
    }

    /// The state of the connection to a participant, or to what stands between.
    pub fn connection_state(&self, peer: &ParticipantId) -> ConnectionState {
        let between = || self.connections.values().find(|connection| connection.far_end().is_between());
        self.connections.get(peer).or_else(between).map_or(ConnectionState::New, Connection::state)
    }

    fn signal(&mut self, command: SignalCommand) {
        self.outputs.push_back(Output::Signal(command));
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn refused(&mut self, error: ServerError) {
        let ServerError { code, message: detail, fatal } = error;
        let joining = matches!(self.phase, Phase::Joining { .. } | Phase::New);
        // That someone has just left is no fault, and a dropped message is repeated, `join` too.
        let passing = matches!(
            code,
            ServerErrorCode::UnknownParticipant | ServerErrorCode::RateLimited | ServerErrorCode::NotJoined
        );
        let error = SignalingError::Refused { code, detail }.into();
        if fatal || (joining && !passing) {
            self.end(Some(error));
        } else if !passing {
            self.event(Event::Warning(error));
        }
    }

    fn apply_or_sync(&mut self, change: Result<Option<Change>, Gap>, now: Timestamp) {
        match change {
            Ok(change) => self.apply(change, now),
            Err(Gap) if self.sync_asked_at.is_none_or(|at| at + REPEAT_MS <= now) => {
                self.sync_asked_at = Some(now);
                self.signal(SignalCommand::Sync);
            }
            Err(Gap) => {}
        }
    }

    fn apply(&mut self, changes: impl IntoIterator<Item = Change>, now: Timestamp) {
        let own_id = self.own_id().cloned();
        for change in changes {
            match change {
                Change::Joined(participant) if Some(&participant.id) != own_id.as_ref() => {
                    self.event(Event::ParticipantJoined(participant));
                }
                Change::Updated { before, after } if Some(&after.id) != own_id.as_ref() => {
                    self.updated(&before, after);
                }
                Change::Left { participant, .. } if Some(&participant.id) == own_id.as_ref() => {
                    let detail = "the server removed this participant".to_owned();
                    return self.end(Some(SignalingError::Lost { detail }.into()));
                }
                Change::Left { participant, reason } => {
                    self.drop_tracks(|owner, _| *owner == participant.id);
                    self.event(Event::ParticipantLeft(participant.id, reason));
                }
                _ => {}
            }
        }
        self.replan(now);
        if self.publish_at.is_none() || self.is_confirmed() {
            self.confirm_publications(now);
        }
        self.refresh();
    }

    fn updated(&mut self, before: &ParticipantInfo, after: ParticipantInfo) {
        self.drop_tracks(|owner, id| {
            *owner == after.id && !after.publications.iter().any(|publication| publication.id == *id)
        });
        self.event(Event::ParticipantUpdated(after.clone()));
        for publication in &after.publications {
            let known = before.publications.iter().find(|known| known.id == publication.id);
            if known.is_some_and(|known| known.muted != publication.muted) {
                let Publication { id, muted, .. } = publication.clone();
                self.event(Event::TrackMuteChanged(after.id.clone(), id, muted));
            }
        }
    }

    fn publications_changed(&mut self, now: Timestamp) {
        if self.own_id().is_some() {
            self.confirm_publications(now);
            self.replan(now);
            self.collect();
        }
    }

    fn is_confirmed(&self) -> bool {
        let own = self.own_id().and_then(|id| self.roster.get(id));
        own.is_none_or(|own| {
            own.publications == self.publications && own.name == self.name && own.metadata == self.metadata
        })
    }

    /// Tells the server what is published, and who one is, unless it knows, and looks at the result later.
    fn confirm_publications(&mut self, now: Timestamp) {
        self.publish_at = None;
        if !self.is_confirmed() {
            self.publish_at = Some(now + REPEAT_MS);
            let own = self.own_id().and_then(|id| self.roster.get(id));
            let publications = own.is_none_or(|own| own.publications != self.publications);
            let profile = own.is_none_or(|own| own.name != self.name || own.metadata != self.metadata);
            if publications {
                self.signal(SignalCommand::Publish(self.publications.clone()));
            }
            if profile {
                let (name, metadata) = (self.name.clone(), self.metadata.clone());
                self.signal(SignalCommand::Update { name, metadata });
            }
        }
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
            if is_new && plan.offers_first && plan.send.is_empty() {
                connection.handle_input(ConnectionInput::NegotiationNeeded, now);
            }
            connection.carry(&plan, now);
        }
    }

    fn close_connection(&mut self, peer: &ParticipantId) {
        if self.connections.remove(peer).is_some() {
            let command = ConnectionCommand::Close;
            self.outputs.push_back(Output::Connection { peer: peer.clone(), command });
        }
    }

    fn refresh(&mut self) {
        self.collect();
        self.announce_tracks();
    }

    /// Moves the connections' outputs into the session's own.
    fn collect(&mut self) {
        let mut messages = Vec::new();
        let mut forwards = Vec::new();
        for (peer, connection) in &mut self.connections {
            while let Some(output) = connection.poll_output() {
                let peer = peer.clone();
                self.outputs.push_back(match output {
                    connection::Output::Command(command) => Output::Connection { peer, command },
                    connection::Output::Relay(payload) => match &mut self.phase {
                        Phase::Joining { request, is_held, .. } if *is_held => {
                            *is_held = false;
                            request.relay = Some(payload);
                            Output::Signal(SignalCommand::Join(request.clone()))
                        }
                        _ => Output::Signal(SignalCommand::Relay { to: peer, payload }),
                    },
                    connection::Output::Warning(error) => Output::Event(Event::Warning(error)),
                    connection::Output::Message(frame) => {
                        match connection.far_end() {
                            FarEnd::Participant => messages.push((peer, frame)),
                            FarEnd::Sfu | FarEnd::Mixer => messages.extend(frame.unrouted()),
                            FarEnd::Listener => {
                                forwards.extend(frame.unrouted().map(|(to, frame)| (peer, to, frame)));
                            }
                        }
                        continue;
                    }
                });
            }
        }
        let is_forwarding = !forwards.is_empty();
        for (from, to, frame) in forwards {
            self.hand_on(&from, &to, &frame);
            if to.as_str().is_empty() || Some(&to) == self.own_id() {
                messages.push((from, frame));
            }
        }
        for (peer, frame) in messages {
            if let Some(message) = DataMessage::decode(frame) {
                self.event(Event::Message(peer, message));
            }
        }
        if is_forwarding {
            self.collect();
        }
    }

    /// As the mixer: hands a message of one listener to another, or to all others. What does not fit is lost, as it
    /// would be with an SFU.
    fn hand_on(&mut self, from: &ParticipantId, to: &ParticipantId, frame: &Frame) {
        let Ok(frame) = frame.routed(Some(from)) else { return };
        let is_meant = |peer: &ParticipantId| peer != from && (to.as_str().is_empty() || to == peer);
        for (_, connection) in self.connections.iter_mut().filter(|(peer, _)| is_meant(peer)) {
            connection.send(frame.clone());
        }
    }

    fn announce_tracks(&mut self) {
        let events = self.live.refresh(&self.roster, &self.connections);
        self.outputs.extend(events.into_iter().map(Output::Event));
    }

    fn drop_tracks(&mut self, gone: impl Fn(&ParticipantId, &PublicationId) -> bool) {
        let events = self.live.remove(gone);
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
        self.live.clear();
        let peers: Vec<_> = self.connections.keys().cloned().collect();
        for peer in peers {
            self.close_connection(&peer);
        }
        self.event(Event::Ended(error));
    }
}
