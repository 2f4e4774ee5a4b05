//! The backend for moim's own protocol (`moim-protocol`), JSON over one WebSocket.

mod links;
mod orders;
mod own;
mod refusal;
mod requests;
mod roster;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod transport;

use moim_protocol::{ClientMessage, Join, ServerError, ServerMessage, VERSION, Welcome};

use self::links::{Delivery, Links};
use self::orders::Orders;
use self::own::Own;
use self::requests::Requests;
use self::roster::{Gap, NumberedRoster};
use self::transport::Transport;
use super::{Output, SignalingBackend, SocketEvent};
use crate::model::{
    Capabilities, Change, JoinRequest, Lane, LinkId, LinkProfile, LinkSignal, Offerer, ParticipantId,
    PublicationId, ServerLane, SignalCommand, SignalEvent, Slot, Timestamp,
};

/// A request that the server has not confirmed is repeated after this time. Every request is idempotent.
const REPEAT_MS: Timestamp = 2_000;

/// The codecs that the SFU forwards. One of each kind lets everyone receive from everyone, and keeps descriptions
/// small.
const CODECS: [&str; 4] = ["audio/opus", "video/VP8", "video/rtx", "audio/telephone-event"];
/// The RIDs of simulcast layers for the SFU, the smallest first.
const RIDS: [&str; 3] = ["l", "m", "h"];

/// The connection to a moim signaling server.
#[derive(Debug)]
pub struct NativeBackend {
    transport: Transport,
    phase: Phase,
    roster: NumberedRoster,
    sync_asked_at: Option<Timestamp>,
    own: Own,
    orders: Orders,
    requests: Requests,
    links: Links,
}

#[derive(Debug)]
enum Phase {
    New,
    Joining {
        join: Box<Join>,
        /// Signals for the SFU, while `join` waits for the first offer, to be sent with it.
        held: Option<Vec<LinkSignal<PublicationId>>>,
        repeat_at: Timestamp,
    },
    Joined(ParticipantId),
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
        }
    }

    fn join(&mut self, request: JoinRequest, now: Timestamp) {
        let JoinRequest { room, profile, topology, role, token, publications, carries_offer } = request;
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
            publications,
            relay: None,
            resume: None,
            attempt: 0,
            identity: None,
        });
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
        while let Some((request, message)) = self.requests.pop() {
            self.transport.request(request, message);
        }
        while let Some((to, payload)) = self.links.poll_transmit() {
            self.transport.send(ClientMessage::Relay { to, payload });
        }
    }

    fn event(&mut self, event: SignalEvent) {
        self.transport.event(event);
    }

    fn receive(&mut self, text: &str, now: Timestamp) {
        let message = match ServerMessage::decode(text) {
            Ok(message) => message,
            Err(error) => return self.event(SignalEvent::Undecodable { detail: error.to_string() }),
        };
        match (&self.phase, message) {
            (_, ServerMessage::Error(error)) => self.refused(error, now),
            (Phase::Joining { .. } | Phase::Joined(_), ServerMessage::Welcome(welcome)) => {
                self.welcome(welcome, now);
            }
            (Phase::Joining { .. }, ServerMessage::Waiting) => self.event(SignalEvent::Waiting),
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
            ServerMessage::Relay { from, payload } => match self.links.handle_payload(from, payload, now) {
                Some(Delivery::Signals(link, signals)) => self.deliver(&link, signals),
                Some(Delivery::Reopened(link)) => self.event(SignalEvent::Reopened(link)),
                None => {}
            },
            // Of a later version.
            _ => {}
        }
    }

    fn deliver(&mut self, link: &LinkId, signals: Vec<LinkSignal<Slot>>) {
        for signal in signals {
            self.event(SignalEvent::Signal { link: link.clone(), signal });
        }
    }

    fn welcome(&mut self, welcome: Welcome, now: Timestamp) {
        let Welcome { participant_id, roster, ice_servers, heartbeat_ms, .. } = welcome;
        self.transport.set_heartbeat(heartbeat_ms);
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
        self.roster_changed(now);
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
        let passing = refusal::is_passing(code);
        match request {
            Some(request) if !passing => self.orders.refused(request),
            None if code == moim_protocol::ErrorCode::NotHost => self.orders.clear(),
            _ => {}
        }
        let refused = refusal::refusal(error);
        if fatal {
            self.event(SignalEvent::Ended(refused));
        } else if !passing {
            self.event(SignalEvent::Refused(refused));
            if refusal::is_final(code) {
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
        let profile = LinkProfile {
            codecs: CODECS.map(str::to_owned).into(),
            rids: RIDS.map(str::to_owned).into(),
            ..LinkProfile::server()
        };
        let lanes = vec![ServerLane { lane: Lane::Both, offerer: Offerer::Us, profile }];
        Capabilities { lanes, join_carries_offer: true }
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
                self.own.publications = publications;
                self.announce(now);
            }
            SignalCommand::Update(profile) => {
                self.own.profile = profile;
                self.announce(now);
            }
            SignalCommand::Order(order) => {
                if let Phase::Joined(_) = self.phase {
                    self.orders.push(order, &self.roster, &mut self.requests, now);
                }
            }
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
                let detail = format!("received a binary frame of {} bytes, expected text", bytes.len());
                self.event(SignalEvent::Undecodable { detail });
            }
            SocketEvent::Closed { code, reason } => self.transport.closed(code, reason),
        }
        self.flush();
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        if self.transport.is_closed() {
            return None;
        }
        let join = match &self.phase {
            Phase::Joining { repeat_at, .. } => Some(*repeat_at),
            _ => None,
        };
        let parts = [self.links.poll_timeout(), self.own.poll_timeout(), self.orders.poll_timeout()];
        parts.into_iter().flatten().chain(join).chain(self.transport.poll_timeout()).min()
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        self.transport.handle_timeout(now);
        if self.transport.is_closed() {
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
