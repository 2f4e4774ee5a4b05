//! A selective forwarding unit: forwards the media of each participant to the others, unchanged.
//!
//! Sans-IO, like [`Hub`](crate::Hub): pass events of the hub and the network to it, then drain
//! [`poll_output`](Sfu::poll_output), and call [`handle_timeout`](Sfu::handle_timeout) at
//! [`poll_timeout`](Sfu::poll_timeout). str0m implements ICE, DTLS and RTP; the assignment of publications to slots and
//! the layers are decided here.

mod backlog;
mod budget;
mod channel;
mod client;
mod client_event;
mod downlink;
mod inbox;
mod layers;
mod offer;
mod permissions;
mod slots;
mod subscriptions;
mod timeline;
mod uplink;
mod vp8;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::Instant,
};

use moim_protocol::{ErrorCode, ParticipantId, RelayPayload, RoomPermission};
use str0m::{
    Candidate, Input,
    media::Mid,
    net::{Protocol, Receive, TcpType, Transmit},
};
use tracing::{debug, warn};

use self::{
    budget::Budget, client::Client, client_event::ClientEvent, downlink::Verdict, inbox::Message, slots::Feed,
};
use crate::{MediaCommand, SeatId, hub::missing};

/// A publication as received: the seat and the media section.
type Source = (SeatId, Mid);

/// An action to perform.
#[derive(Debug)]
pub enum SfuOutput {
    /// Send a packet.
    Transmit(Transmit),
    /// Send a payload to a client, over the connection of its seat.
    Relay(SeatId, RelayPayload),
    /// Report to a client that something it sent could not be used.
    Refuse(SeatId, ErrorCode, String),
}

/// Current statistics, and totals since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SfuStats {
    /// Clients.
    pub clients: usize,
    /// Publications that are forwarded, once for each receiver.
    pub streams: usize,
    /// Total of forwarded frames, once for each receiver.
    pub frames: u64,
    /// Total of frames that a receiver of their publication did not get: of other layers, or before a key frame.
    pub dropped_frames: u64,
    /// Total of dropped messages: beyond the rate, without the permission, or, once for each receiver, without room.
    pub dropped_messages: u64,
    /// Bytes of messages that wait for their receivers, or for the rate of their senders.
    pub waiting_bytes: usize,
}

/// The media of all rooms.
#[derive(Debug)]
pub struct Sfu {
    started: Instant,
    crypto: Arc<str0m::crypto::CryptoProvider>,
    candidates: Vec<Candidate>,
    clients: BTreeMap<SeatId, Client>,
    /// Clients that may have output.
    woken: BTreeSet<SeatId>,
    outputs: VecDeque<SfuOutput>,
    budget: Budget,
    totals: SfuStats,
}

impl Sfu {
    /// Creates an SFU that is reachable at these addresses. On TCP it accepts connections (RFC 6544: passive
    /// candidates).
    pub fn new(addresses: impl IntoIterator<Item = (Protocol, SocketAddr)>, now: Instant) -> Self {
        let candidate = |(protocol, address)| {
            let candidate = match protocol {
                Protocol::Tcp => Candidate::builder().tcp().host(address).tcptype(TcpType::Passive).build(),
                _ => Candidate::host(address, protocol),
            };
            match candidate {
                Ok(candidate) => Some(candidate),
                Err(error) => {
                    warn!(%address, %error, "ignored an address");
                    None
                }
            }
        };
        Self {
            started: now,
            crypto: Arc::new(str0m::crypto::from_feature_flags()),
            candidates: addresses.into_iter().filter_map(candidate).collect(),
            clients: BTreeMap::new(),
            woken: BTreeSet::new(),
            outputs: VecDeque::new(),
            budget: Budget::default(),
            totals: SfuStats::default(),
        }
    }

    /// Handles a command of the hub.
    pub fn handle_command(&mut self, command: MediaCommand, now: Instant) {
        match command {
            MediaCommand::Joined { id, room, participant, publications, permissions } => {
                let mut client = self.client(room.clone(), participant, now);
                (client.publications, client.permissions) = (publications, permissions);
                self.clients.insert(id, client);
                self.reassign(&room, now);
            }
            MediaCommand::Left { id } => {
                if let Some(client) = self.clients.remove(&id) {
                    self.reassign(&client.room, now);
                }
            }
            MediaCommand::Resumed { id } => {
                if let Some(client) = self.clients.get_mut(&id) {
                    client.repeat_signals();
                    self.woken.insert(id);
                }
            }
            MediaCommand::Permitted { id, permissions } => {
                let Some(client) = self.clients.get_mut(&id) else { return };
                client.permissions = permissions;
                let room = client.room.clone();
                self.reassign(&room, now);
            }
            MediaCommand::Published { id, publications } => {
                let Some(client) = self.clients.get_mut(&id) else { return };
                client.publish(publications, now);
                let room = client.room.clone();
                self.woken.insert(id);
                self.reassign(&room, now);
            }
            MediaCommand::Relay { id, payload } => {
                let Some(client) = self.clients.get_mut(&id) else { return };
                let begins_epoch = client.begins_epoch(&payload, now);
                if begins_epoch {
                    let (room, participant) = (client.room.clone(), client.participant.clone());
                    let fresh = self.client(room, participant, now);
                    let Some(client) = self.clients.get_mut(&id) else { return };
                    client.begin_epoch(payload.epoch, fresh, now);
                }
                let Some(client) = self.clients.get_mut(&id) else { return };
                for fault in client.handle_payload(payload, now) {
                    self.outputs.push_back(SfuOutput::Refuse(id, ErrorCode::MediaRefused, fault));
                }
                self.woken.insert(id);
                // What it had published by the connection before is gone. Every other change is an event of the client.
                if begins_epoch {
                    let room = client.room.clone();
                    self.run(now);
                    self.reassign(&room, now);
                }
            }
        }
        self.run(now);
    }

    fn client(&self, room: String, participant: ParticipantId, now: Instant) -> Client {
        Client::new(
            room,
            participant,
            Arc::clone(&self.crypto),
            &self.candidates,
            &self.budget,
            self.started,
            now,
        )
    }

    /// Handles a packet that arrived at `destination`. Returns to which client it belongs: it is a check with that
    /// client's password, or comes from where such a check came from.
    pub fn handle_packet(
        &mut self,
        proto: Protocol,
        source: SocketAddr,
        destination: SocketAddr,
        bytes: &[u8],
        now: Instant,
    ) -> Option<SeatId> {
        let contents = bytes.try_into().ok()?;
        let input = Input::Receive(now, Receive { proto, source, destination, contents });
        let (id, client) = self.clients.iter_mut().find(|(_, client)| client.accepts(&input))?;
        let id = *id;
        client.handle_input(input);
        self.woken.insert(id);
        self.run(now);
        Some(id)
    }

    /// Advances time.
    pub fn handle_timeout(&mut self, now: Instant) {
        for (id, client) in &mut self.clients {
            if client.timeout() <= now {
                client.handle_timeout(now);
                self.woken.insert(*id);
            }
        }
        self.run(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.clients.values().map(Client::timeout).min()
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<SfuOutput> {
        self.outputs.pop_front()
    }

    /// Current statistics.
    pub fn stats(&self) -> SfuStats {
        let streams = self.clients.values().map(Client::streams).sum();
        let waiting_bytes = self.budget.total();
        SfuStats { clients: self.clients.len(), streams, waiting_bytes, ..self.totals }
    }

    /// Processes the output of every client, and passes it to the others.
    fn run(&mut self, now: Instant) {
        while let Some(id) = self.woken.pop_first() {
            while let Some(event) = self.clients.get_mut(&id).and_then(|client| client.poll(now)) {
                self.handle_client_event(id, event, now);
            }
        }
    }

    fn handle_client_event(&mut self, id: SeatId, event: ClientEvent, now: Instant) {
        match event {
            ClientEvent::Transmit(transmit) => self.outputs.push_back(SfuOutput::Transmit(transmit)),
            ClientEvent::Relay(payload) => self.outputs.push_back(SfuOutput::Relay(id, payload)),
            ClientEvent::Dropped { fault } => {
                self.totals.dropped_messages += 1;
                let refusal =
                    fault.map(|fault| SfuOutput::Refuse(id, ErrorCode::MediaRefused, fault.to_owned()));
                self.outputs.extend(refusal);
            }
            ClientEvent::NotPermitted(permission) => {
                let refusal = SfuOutput::Refuse(id, ErrorCode::NotPermitted, missing(permission));
                self.outputs.push_back(refusal);
            }
            ClientEvent::SectionsChanged => {
                let Some(room) = self.clients.get(&id).map(|client| client.room.clone()) else { return };
                self.reassign(&room, now);
            }
            ClientEvent::Media(data) => {
                let Some(sender) = self.clients.get(&id) else { return };
                let (room, source) = (sender.room.clone(), (id, data.mid));
                let layers = sender.layers(data.mid, now);
                for (other, client) in self.clients.iter_mut().filter(|(_, client)| client.room == room) {
                    match client.forward(source, &data, &layers, now) {
                        Some(Verdict::Forward) => self.totals.frames += 1,
                        Some(_) => self.totals.dropped_frames += 1,
                        None => continue,
                    }
                    self.woken.insert(*other);
                }
            }
            ClientEvent::KeyFrameWanted { source: (owner, mid), rid } => {
                if let Some(owner_client) = self.clients.get_mut(&owner) {
                    owner_client.request_key_frame(mid, rid, now);
                    self.woken.insert(owner);
                }
            }
            ClientEvent::Message(Message { channel, to, is_binary, content }) => {
                let Some(client) = self.clients.get_mut(&id) else { return };
                if client.may_send(channel, &content, now) {
                    self.deliver(id, Message { channel, to, is_binary, content }, now);
                } else {
                    self.totals.dropped_messages += 1;
                }
            }
        }
    }

    /// Sends a message to one client of the room, or to all others, on the same kind of channel.
    fn deliver(&mut self, from: SeatId, message: Message, now: Instant) {
        let Message { channel, to, is_binary, content } = message;
        let Some(sender) = self.clients.get(&from) else { return };
        let (room, name) = (sender.room.clone(), sender.participant.clone());
        let mut losses = Vec::new();
        for (id, client) in &mut self.clients {
            let is_meant = to.is_empty() || client.participant.as_str() == to;
            if *id != from && client.room == room && is_meant {
                let dropped = client.send_message(channel, name.as_str(), is_binary, &content);
                self.totals.dropped_messages += dropped.count;
                losses.extend(dropped.losers.into_iter().map(|loser| (loser, client.participant.clone())));
                self.woken.insert(*id);
            }
        }
        for (loser, receiver) in losses {
            self.report_loss(&room, &loser, &receiver, now);
        }
    }

    /// Messages of a client were dropped, because too many wait for their receiver.
    fn report_loss(&mut self, room: &str, loser: &str, receiver: &ParticipantId, now: Instant) {
        let is_loser = |client: &Client| client.room == room && client.participant.as_str() == loser;
        let Some((id, client)) = self.clients.iter_mut().find(|(_, client)| is_loser(client)) else { return };
        if client.is_told(now) {
            let fault = format!("participant `{receiver}` does not read as fast as you send to it");
            self.outputs.push_back(SfuOutput::Refuse(*id, ErrorCode::MediaRefused, fault));
        }
    }

    /// Updates what everyone in a room publishes, and in which sections others receive it.
    fn reassign(&mut self, room: &str, now: Instant) {
        let feeds: Vec<Feed> = self
            .clients
            .iter()
            .filter(|(_, client)| client.room == room)
            .flat_map(|(id, client)| client.feeds(*id))
            .collect();
        for (id, client) in self.clients.iter_mut().filter(|(_, client)| client.room == room) {
            let receives = client.permissions.allows(RoomPermission::Subscribe);
            let is_meant =
                |feed: &&Feed| receives && feed.source.0 != *id && feed.is_for(&client.participant);
            let meant = feeds.iter().filter(is_meant).cloned().collect();
            if client.assign(meant, now) {
                debug!(connection = id.0, "the slots changed");
                self.woken.insert(*id);
            }
        }
    }
}
