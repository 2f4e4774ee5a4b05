//! The backend for moim's own protocol (`moim-protocol`), JSON over one WebSocket.

mod error_codes;
mod links;
mod orders;
mod own;
mod requests;
mod resume;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod resume_tests;
mod roster;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod transport;

use std::fmt;

use moim_protocol::{ClientMessage, Join, ServerError, ServerMessage, VERSION, Welcome};

use self::links::{Delivery, Links};
use self::orders::Orders;
use self::own::Own;
use self::requests::Requests;
use self::resume::{Next, Return, Stay};
use self::roster::{Gap, NumberedRoster};
use self::transport::Transport;
use super::servers::simulcast;
use super::{Output, Scheme, Server, SignalingBackend, SocketEvent};
use crate::model::{
    Capabilities, Change, JoinRequest, Lane, LinkId, LinkSignal, Offerer, ParticipantId, Profile,
    PublicationId, ServerLane, SignalCommand, SignalEvent, Slot, Timestamp,
};

/// A request that the server has not confirmed is repeated after this time. Every request is idempotent.
const REPEAT_MS: Timestamp = 2_000;

/// The RIDs of simulcast layers for the SFU, the smallest first.
const RIDS: [&str; 3] = ["l", "m", "h"];

/// moim's own server.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "used by `Room`"))]
pub(super) const SERVER: Server = Server {
    scheme: Scheme::WebSocket,
    chunk: None,
    capabilities,
    create: |options| Box::new(NativeBackend::new(options.url)),
};

fn capabilities() -> Capabilities {
    let profile = simulcast(RIDS);
    let lanes = vec![ServerLane { lane: Lane::Both, offerer: Offerer::Us, profile }];
    Capabilities {
        lanes,
        join_carries_offer: true,
        resume: true,
        server: "native",
        ..Capabilities::default()
    }
}

/// The connection to a moim signaling server.
pub struct NativeBackend {
    transport: Transport,
    phase: Phase,
    roster: NumberedRoster,
    sync_asked_at: Option<Timestamp>,
    own: Own,
    orders: Orders,
    requests: Requests,
    links: Links,
    /// What is needed to join again. `None` before joining.
    stay: Option<Stay>,
}

// Written by hand, because a `dyn SignalingBackend` keeps it in the module, with all types of the protocol if it is derived.
impl fmt::Debug for NativeBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeBackend").finish_non_exhaustive()
    }
}

enum Phase {
    New,
    Joining {
        join: Box<Join>,
        /// Signals for the SFU, while `join` waits for the first offer, to be sent with it.
        held: Option<Vec<LinkSignal<PublicationId>>>,
        repeat_at: Timestamp,
    },
    Joined(ParticipantId),
    /// The connection was lost.
    Away(ParticipantId),
    /// The request to resume or to join again is sent over a new connection, or will be once it is open.
    Returning(Return),
    Ended,
}

impl NativeBackend {
    /// Creates a backend that will connect to `url`, which begins with `ws:` or `wss:`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            transport: Transport::new(url.into()),
            phase: Phase::New,
            roster: NumberedRoster::default(),
            sync_asked_at: None,
            own: Own::default(),
            orders: Orders::default(),
            requests: Requests::default(),
            links: Links::default(),
            stay: None,
        }
    }

    fn join(&mut self, request: JoinRequest, now: Timestamp) {
        let JoinRequest { room, profile, topology, role, token, publications, carries_offer, resumable } =
            request;
        self.own.publications.clone_from(&publications);
        self.own.profile.clone_from(&profile);
        let join = Box::new(Join {
            version: VERSION,
            room,
            name: profile.name,
            metadata: profile.metadata,
            attributes: profile.attributes,
            topology,
            role,
            token,
            resume: resumable.then(String::new),
            attempt: 0,
            identity: None,
            publications,
            relay: None,
        });
        self.stay = Some(Stay::new((*join).clone()));
        let held = carries_offer.then(Vec::new);
        self.transport.connect(now);
        if held.is_none() {
            self.transport.send(ClientMessage::Join((*join).clone()));
        }
        self.phase = Phase::Joining { join, held, repeat_at: now + REPEAT_MS };
    }

    /// Repeats the join, without waiting for an offer.
    fn repeat_join(&mut self, now: Timestamp) {
        let Phase::Joining { join, held, repeat_at } = &mut self.phase else { return };
        if *repeat_at > now {
            return;
        }
        *repeat_at = now + REPEAT_MS;
        self.transport.send(ClientMessage::Join((**join).clone()));
        for signal in held.take().into_iter().flatten() {
            self.links.send(&LinkId::Server(Lane::Both), signal, now);
        }
    }

    fn signal(&mut self, link: &LinkId, signal: LinkSignal<PublicationId>, now: Timestamp) {
        if let Phase::Joining { join, held, .. } = &mut self.phase
            && let Some(mut waiting) = held.take()
        {
            if !matches!(signal, LinkSignal::Description { .. }) {
                waiting.push(signal);
                *held = Some(waiting);
                return;
            }
            self.links.send(link, signal, now);
            join.relay = self.links.poll_transmit().map(|(_, payload)| payload);
            self.transport.send(ClientMessage::Join((**join).clone()));
            for signal in waiting {
                self.links.send(link, signal, now);
            }
        } else {
            self.links.send(link, signal, now);
        }
    }

    fn end(&mut self) {
        self.phase = Phase::Ended;
        self.links.clear();
        self.orders.clear();
        self.own = Own::default();
        if !self.transport.is_closed() {
            self.transport.leave();
        }
    }

    /// Sends the pending messages of all parts.
    fn flush(&mut self) {
        if let Phase::Away(_) | Phase::Returning(_) = self.phase {
            // Nothing can be sent before the room is joined again. All of it is repeated then.
            while self.requests.pop().is_some() || self.links.poll_transmit().is_some() {}
            return;
        }
        while let Some((request, message)) = self.requests.pop() {
            self.transport.request(request, message);
        }
        while let Some((to, payload)) = self.links.poll_transmit() {
            if !self.is_reachable(&to) {
                // It is repeated when the participant is back.
                continue;
            }
            self.transport.send(ClientMessage::Relay { to, payload });
        }
    }

    fn event(&mut self, event: SignalEvent) {
        self.transport.event(event);
    }

    fn receive(&mut self, text: &str, now: Timestamp) {
        let message = match ServerMessage::decode(text) {
            Ok(message) => message,
            Err(error) => return self.undecodable(error.to_string()),
        };
        match (&self.phase, message) {
            (Phase::Returning(_), ServerMessage::Error(error)) => self.return_refused(error),
            (Phase::Returning(_), ServerMessage::Welcome(welcome)) => self.welcome_back(welcome, now),
            (_, ServerMessage::Error(error)) => self.refused(error, now),
            (Phase::Joining { .. } | Phase::Joined(_), ServerMessage::Welcome(welcome)) => {
                self.welcome(welcome, now);
            }
            (Phase::Joining { .. } | Phase::Returning(_), ServerMessage::Waiting) => {
                self.event(SignalEvent::Waiting)
            }
            (Phase::Joined(_), message) => self.receive_joined(message, now),
            _ => {}
        }
    }

    fn receive_joined(&mut self, message: ServerMessage, now: Timestamp) {
        match message {
            ServerMessage::Participant { revision, participant } => {
                let change = self.roster.upsert(revision, participant);
                self.apply_or_sync(change, now);
            }
            ServerMessage::ParticipantLeft { revision, participant_id, reason } => {
                let change = self.roster.remove(revision, &participant_id, reason);
                self.apply_or_sync(change, now);
            }
            ServerMessage::Lobby { revision, lobby } => {
                let change = self.roster.set_lobby(revision, lobby);
                self.apply_or_sync(change, now);
            }
            ServerMessage::Roster(roster) => {
                self.sync_asked_at = None;
                let changes = self.roster.replace(roster);
                self.apply(changes, now);
            }
            ServerMessage::Pong { revision } => {
                let check = self.roster.check(revision).map(|()| None);
                self.apply_or_sync(check, now);
            }
            ServerMessage::IceServers { ice_servers } => self.event(SignalEvent::IceServers(ice_servers)),
            ServerMessage::MuteRequested { from, publication_id } => {
                self.event(SignalEvent::MuteRequested { from, publication_id });
            }
            // It may know its place in the new order of joining already. It repeats the payload.
            ServerMessage::Relay { from, .. } if !self.is_reachable(&from) => {}
            ServerMessage::Relay { from, payload } => match self.links.handle_payload(from, payload, now) {
                Some(Delivery::Signals(link, signals)) => self.deliver(&link, signals),
                Some(Delivery::Reopened(link)) => self.event(SignalEvent::Reopened(link)),
                None => {}
            },
            // Of a later version.
            _ => {}
        }
    }

    /// Whether the server knows the other end of a link: a participant may not be back after a restart.
    fn is_reachable(&self, id: &ParticipantId) -> bool {
        id.as_str() == moim_protocol::SFU_ID || self.roster.get(id).is_some()
    }

    fn deliver(&mut self, link: &LinkId, signals: Vec<LinkSignal<Slot>>) {
        for signal in signals {
            self.event(SignalEvent::Signal { link: link.clone(), signal });
        }
    }

    fn welcome(&mut self, welcome: Welcome, now: Timestamp) {
        let Welcome { participant_id, roster, ice_servers, heartbeat_ms, resume_token, .. } = welcome;
        self.transport.set_heartbeat(heartbeat_ms);
        if let Some(stay) = &mut self.stay {
            stay.joined(resume_token);
        }
        let changes = self.roster.replace(roster);
        if let Phase::Joined(_) = self.phase {
            // The reply to a repetition.
            if !ice_servers.is_empty() {
                self.event(SignalEvent::IceServers(ice_servers));
            }
            return self.apply(changes, now);
        }
        self.phase = Phase::Joined(participant_id.clone());
        self.event(SignalEvent::Joined {
            participant_id,
            participants: self.roster.participants().to_vec(),
            lobby: self.roster.lobby().clone(),
            ice_servers,
        });
        self.adopt_name();
        self.roster_changed(now);
    }

    /// A token may set the name.
    fn adopt_name(&mut self) {
        let Phase::Joined(own_id) = &self.phase else { return };
        let Some(known) = self.roster.get(own_id).filter(|known| known.name != self.own.profile.name) else {
            return;
        };
        if known.identity.is_some() {
            self.own.profile.name.clone_from(&known.name);
            let Own { publications, profile, .. } = &self.own;
            let (publications, profile) = (publications.clone(), profile.clone());
            self.event(SignalEvent::Corrected { publications, profile });
        }
    }

    /// Opens a new connection, and asks to resume or to join again.
    fn reconnect(&mut self, now: Timestamp) {
        let own_id = match &self.phase {
            Phase::Away(own_id) | Phase::Returning(Return { own_id, .. }) => own_id.clone(),
            _ => return,
        };
        let Some(stay) = &mut self.stay else { return };
        let role = self.roster.get(&own_id).map(|own| own.role).unwrap_or_default();
        let attempt = stay.attempt(own_id, role, now);
        self.transport.reconnect(now);
        self.transport.send(stay.request(&attempt, &self.own));
        self.phase = Phase::Returning(attempt);
    }

    fn ask_again(&mut self) {
        if let (Phase::Returning(attempt), Some(stay)) = (&self.phase, &self.stay) {
            self.transport.send(stay.request(attempt, &self.own));
        }
    }

    fn return_refused(&mut self, error: ServerError) {
        let Phase::Returning(attempt) = &mut self.phase else { return };
        if error.code == moim_protocol::ErrorCode::ResumeRefused
            && let Some(stay) = &mut self.stay
        {
            stay.join_afresh();
        }
        match attempt.refused(&error) {
            Next::AskAgain => self.ask_again(),
            Next::Wait => {}
            Next::Reconnect => self.lose(error.message),
            Next::End => self.event(SignalEvent::Ended(error_codes::refusal(error))),
        }
    }

    /// The server has resumed this participant, or it has joined again.
    fn welcome_back(&mut self, welcome: Welcome, now: Timestamp) {
        let Phase::Returning(attempt) = &self.phase else { return };
        let Welcome { participant_id, roster, ice_servers, heartbeat_ms, resume_token, .. } = welcome;
        if roster.participants.iter().all(|known| known.id != participant_id) {
            return self.undecodable("welcome: the roster does not contain this participant".to_owned());
        }
        let is_same = attempt.own_id == participant_id;
        let is_resumed = !attempt.is_afresh && is_same;
        self.transport.set_heartbeat(heartbeat_ms);
        if let Some(stay) = &mut self.stay {
            stay.joined(resume_token);
        }
        self.phase = Phase::Joined(participant_id.clone());
        self.sync_asked_at = None;
        if is_resumed {
            let changes = self.roster.replace(roster);
            self.event(SignalEvent::Resumed { ice_servers });
            self.apply(changes, now);
        } else {
            // Its revisions are not comparable with those of before.
            self.roster = NumberedRoster::default();
            self.roster.replace(roster);
            if !is_same {
                // For the remote ends this is another participant.
                self.links.clear();
            }
            self.event(SignalEvent::Rejoined {
                participant_id,
                participants: self.roster.participants().to_vec(),
                lobby: self.roster.lobby().clone(),
                ice_servers,
            });
        }
        self.links.repeat(None, now);
        self.announce(now);
        self.orders.settle(&self.roster);
    }

    /// Reports something that is not a message. A server that replies like this to a request to resume is not asked to
    /// resume again.
    fn undecodable(&mut self, detail: String) {
        self.event(SignalEvent::Undecodable { detail });
        if let (Phase::Returning(_), Some(stay)) = (&self.phase, &mut self.stay) {
            stay.join_afresh();
            self.lose("the server replied nonsense".to_owned());
        }
    }

    /// Gives up the connection.
    fn lose(&mut self, detail: String) {
        self.transport.close();
        self.lost();
        self.event(SignalEvent::Lost { detail });
    }

    /// There is no connection any more.
    fn lost(&mut self) {
        self.phase = match std::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::Joined(own_id) | Phase::Away(own_id) | Phase::Returning(Return { own_id, .. }) => {
                Phase::Away(own_id)
            }
            phase => phase,
        };
    }

    fn apply_or_sync(&mut self, change: Result<Option<Change>, Gap>, now: Timestamp) {
        match change {
            Ok(change) => self.apply(change, now),
            Err(Gap) if self.sync_asked_at.is_none_or(|at| at + REPEAT_MS <= now) => {
                self.sync_asked_at = Some(now);
                self.transport.send(ClientMessage::Sync);
            }
            Err(Gap) => {}
        }
    }

    fn apply(&mut self, changes: impl IntoIterator<Item = Change>, now: Timestamp) {
        for change in changes {
            match &change {
                // What was sent while its connection was lost is lost, too.
                Change::Joined(participant) => self.links.repeat(Some(&participant.id), now),
                Change::Updated { before, after } if before.reconnecting && !after.reconnecting => {
                    self.links.repeat(Some(&after.id), now);
                }
                _ => {}
            }
            self.event(match change {
                Change::Joined(participant) | Change::Updated { after: participant, .. } => {
                    SignalEvent::Participant(participant)
                }
                Change::Left { participant, reason } => {
                    SignalEvent::ParticipantLeft { participant_id: participant.id, reason }
                }
                Change::Lobby(lobby) => SignalEvent::Lobby(lobby),
            });
        }
        self.roster_changed(now);
    }

    /// Sends the publications and the profile to the server, once the room is joined.
    fn announce(&mut self, now: Timestamp) {
        if let Phase::Joined(own_id) = &self.phase {
            self.own.announce(self.roster.get(own_id), &mut self.requests, now);
        }
    }

    fn roster_changed(&mut self, now: Timestamp) {
        self.orders.settle(&self.roster);
        let Phase::Joined(own_id) = &self.phase else { return };
        self.own.roster_changed(self.roster.get(own_id), &mut self.requests, now);
    }

    fn refused(&mut self, error: ServerError, now: Timestamp) {
        let ServerError { code, fatal, request, .. } = error;
        let passing = error_codes::is_passing(code);
        match request {
            Some(request) if !passing => self.orders.refused(request),
            None if code == moim_protocol::ErrorCode::NotHost => self.orders.clear(),
            _ => {}
        }
        if fatal && resume::is_loss(code) && matches!(self.phase, Phase::Joined(_)) {
            return self.lose(error.message);
        }
        let refused = error_codes::refusal(error);
        if fatal {
            self.event(SignalEvent::Ended(refused));
        } else if !passing {
            self.event(SignalEvent::Refused(refused));
            if error_codes::is_final(code) {
                self.take_back(request, now);
            }
        }
    }

    fn take_back(&mut self, request: Option<u32>, now: Timestamp) {
        let Phase::Joined(own_id) = &self.phase else { return };
        let Some(known) = self.roster.get(own_id) else { return };
        if self.own.take_back(request, known) {
            self.own.announce(Some(known), &mut self.requests, now);
            let Own { publications, profile, .. } = &self.own;
            let (publications, profile) = (publications.clone(), profile.clone());
            self.event(SignalEvent::Corrected { publications, profile });
        }
    }
}

impl SignalingBackend for NativeBackend {
    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn handle_command(&mut self, command: SignalCommand, now: Timestamp) {
        match command {
            SignalCommand::Join(request) => self.join(request, now),
            SignalCommand::Open(link) => {
                let signals = self.links.open(link.clone(), now);
                self.deliver(&link, signals);
            }
            SignalCommand::Close(link) => self.links.close(&link),
            SignalCommand::Signal { link, signal } => self.signal(&link, signal, now),
            SignalCommand::Publish(publications) => {
                if let Phase::Joining { join, .. } = &mut self.phase {
                    join.publications.clone_from(&publications);
                }
                self.own.publications = publications;
                self.announce(now);
            }
            SignalCommand::Update(profile) => {
                // In the lobby, the host sees what the repeated request says.
                if let Phase::Joining { join, .. } = &mut self.phase {
                    let Profile { name, metadata, attributes } = profile.clone();
                    (join.name, join.metadata, join.attributes) = (name, metadata, attributes);
                }
                self.own.profile = profile;
                self.announce(now);
            }
            SignalCommand::Order(order) => {
                if let Phase::Joined(_) = self.phase {
                    self.orders.push(order, &self.roster, &mut self.requests, now);
                }
            }
            SignalCommand::Reconnect => self.reconnect(now),
            SignalCommand::Probe { within_ms } => self.transport.probe(within_ms, now),
            SignalCommand::Leave => self.end(),
        }
        self.flush();
    }

    fn handle_socket(&mut self, event: SocketEvent, now: Timestamp) {
        if self.transport.is_closed() {
            return;
        }
        self.transport.heard(now);
        match event {
            SocketEvent::Opened => self.transport.opened(now),
            SocketEvent::Text(text) => self.receive(&text, now),
            SocketEvent::Binary(bytes) => {
                self.undecodable(format!("received a binary frame of {} bytes, expected text", bytes.len()));
            }
            SocketEvent::Closed { code, reason } => {
                self.transport.closed(code, reason);
                self.lost();
            }
        }
        self.flush();
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        if self.transport.is_closed() {
            return None;
        }
        let parts = || [self.links.poll_timeout(), self.own.poll_timeout(), self.orders.poll_timeout()];
        let next = match &self.phase {
            Phase::Returning(Return { repeat_at, .. }) => Some(*repeat_at),
            Phase::Joining { repeat_at, .. } => parts().into_iter().flatten().chain([*repeat_at]).min(),
            _ => parts().into_iter().flatten().min(),
        };
        next.into_iter().chain(self.transport.poll_timeout()).min()
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        self.transport.handle_timeout(now);
        if self.transport.is_closed() {
            return self.lost();
        }
        if let Phase::Returning(attempt) = &mut self.phase {
            if attempt.is_due(now) {
                self.ask_again();
            }
            return;
        }
        self.repeat_join(now);
        if let Phase::Joined(own_id) = &self.phase {
            self.own.handle_timeout(self.roster.get(own_id), &mut self.requests, now);
        }
        self.orders.settle(&self.roster);
        self.orders.handle_timeout(&mut self.requests, now);
        self.links.handle_timeout(now);
        self.flush();
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.transport.outputs.pop_front()
    }
}
