//! The rooms and the connections of a signaling server, as a sans-IO state machine.
//!
//! Pass it one event with the time in milliseconds, then drain [`poll_output`](Hub::poll_output) until it
//! returns `None`, and call [`handle_timeout`](Hub::handle_timeout) at
//! [`poll_timeout`](Hub::poll_timeout). Two hubs with the same seed and the same events behave identically.

mod audit;
mod charge;
#[cfg(test)]
mod charge_tests;
mod dispatch;
mod id;
mod limits;
mod lobby;
#[cfg(test)]
mod lobby_tests;
#[cfg(test)]
mod media_tests;
mod mixers;
mod output;
mod pass;
#[cfg(test)]
mod pass_tests;
mod rate;
mod room;
mod seat;
#[cfg(test)]
mod seat_tests;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, VecDeque},
    net::{IpAddr, Ipv6Addr},
};

use moim_protocol::{
    ClientMessage, DecodeError, ErrorCode, IceServer, Join, LeaveReason, Lobby, ParticipantId,
    ParticipantInfo, RelayPayload, Role, Roster, SFU_ID, ServerError, ServerMessage, Topology,
};
use tracing::{debug, info};

use self::{
    charge::Comings,
    id::{Identities, Identity},
    pass::Pass,
    rate::{Bucket, Rate},
    room::Room,
};
pub use self::{
    limits::Limits,
    output::{CloseReason, MediaCommand, Output},
    pass::{RoomToken, TokenFault, TokenVerifier},
    seat::SeatId,
};

#[cfg(feature = "server")]
pub(crate) use self::audit::AUDIT;
pub(crate) use self::audit::Audit;
use self::audit::Audits;
#[cfg(feature = "sfu")]
pub(crate) use self::pass::missing;

/// Identifies a connection. The owner of the hub chooses it and never reuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// Current statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubStats {
    /// Open connections, in a room or not.
    pub connections: usize,
    /// Rooms with at least one participant.
    pub rooms: usize,
    /// Participants of all rooms, including those whose connection was cut.
    pub participants: usize,
}

/// All rooms and connections of a server.
///
/// Each participant of a room has a seat, held by its connection; if that is cut, the seat stays empty for a while. A
/// room exists while it has a participant.
#[derive(Debug)]
pub struct Hub {
    limits: Limits,
    ice_servers: Vec<IceServer>,
    has_sfu: bool,
    starts_mixers: bool,
    mixer_token: Option<String>,
    /// Verifies room tokens. `None`: none are required.
    verifier: Option<Box<dyn TokenVerifier>>,
    identities: Identities,
    joins: u32,
    /// In which room each seat is.
    seats: BTreeMap<SeatId, String>,
    last_seat: u64,
    /// The tokens of participants whom a host removed while they were disconnected, until their seats would have ended.
    removed: BTreeMap<String, u64>,
    connections: BTreeMap<ConnectionId, Connection>,
    rooms: BTreeMap<String, Room>,
    outputs: VecDeque<Output>,
    comings: Comings,
    /// Bytes of the outputs to the current event that are charged already.
    charged_bytes: usize,
    /// The earliest time at which a connection can be idle.
    next_timeout: Option<u64>,
    shutting_down: bool,
    /// The time of the last event that had one.
    now: u64,
    /// The connection whose message is being handled, and its request number, if it has one.
    request: Option<(ConnectionId, u32)>,
    audits: Audits,
}

#[derive(Debug)]
struct Connection {
    room: Option<String>,
    /// A `join` that is pending.
    waiting: Option<Box<Waiting>>,
    /// The remote address, if known.
    address: Option<IpAddr>,
    /// The deadline to join.
    join_by: u64,
    /// When a mixer was last started because of it.
    started_mixer_at: Option<u64>,
    heard_at: u64,
    bucket: Bucket,
    /// What its last `join` is permitted.
    pass: Option<Pass>,
}

#[derive(Debug)]
struct Waiting {
    join: Join,
    reason: WaitReason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum WaitReason {
    /// Waits for the room's mixer. The participant keeps its id from the lobby.
    Mixer(Option<Identity>),
    /// The room is locked: its identity in the lobby.
    Lobby(Identity),
}

impl Connection {
    /// If it waits for the mixer of a room: its identity from the lobby, if it has one.
    fn waits_for_mixer(&self, room: &str) -> Option<Option<Identity>> {
        match self.waiting.as_deref()? {
            Waiting { join, reason: WaitReason::Mixer(admitted) } if join.room == room => {
                Some(admitted.clone())
            }
            _ => None,
        }
    }

    /// When it is closed, unless something is received.
    fn deadline(&self, idle_timeout: u64) -> u64 {
        let idle = self.heard_at.saturating_add(idle_timeout);
        let has_joined = self.room.is_some() || self.waiting.is_some();
        if has_joined { idle } else { idle.min(self.join_by) }
    }

    fn in_lobby(&self) -> Option<(&str, &Identity)> {
        match self.waiting.as_deref()? {
            Waiting { join, reason: WaitReason::Lobby(identity) } => Some((&join.room, identity)),
            _ => None,
        }
    }
}

impl Hub {
    /// Creates a hub without rooms.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ice_servers: Vec::new(),
            has_sfu: false,
            starts_mixers: false,
            mixer_token: None,
            verifier: None,
            identities: Identities::seeded(0),
            joins: 0,
            seats: BTreeMap::new(),
            last_seat: 0,
            removed: BTreeMap::new(),
            connections: BTreeMap::new(),
            rooms: BTreeMap::new(),
            outputs: VecDeque::new(),
            comings: Comings::default(),
            charged_bytes: 0,
            next_timeout: None,
            shutting_down: false,
            now: 0,
            request: None,
            audits: Audits::default(),
        }
    }

    /// Sets the seed of participant ids. Hubs with different seeds generate different ids.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.identities = Identities::seeded(seed);
        self
    }

    /// Makes participant ids and resume tokens unpredictable.
    #[cfg(feature = "server")]
    #[must_use]
    pub fn with_random_ids(mut self) -> Self {
        self.identities = Identities::random();
        self
    }

    /// Sets the STUN and TURN servers that `welcome` names.
    #[must_use]
    pub fn with_ice_servers(mut self, ice_servers: Vec<IceServer>) -> Self {
        self.ice_servers = ice_servers;
        self
    }

    /// Enables the SFU, which handles [`Output::Media`].
    #[must_use]
    pub fn with_sfu(mut self) -> Self {
        self.has_sfu = true;
        self
    }

    /// Sets the token that is required to join as a mixer. With the token, a mixer need not wait in a lobby.
    #[must_use]
    pub fn with_mixer_token(mut self, token: impl Into<String>) -> Self {
        self.mixer_token = Some(token.into());
        self
    }

    /// Declares that [`Output::StartMixer`] is handled, so that clients are not rejected for lack of a mixer.
    #[must_use]
    pub fn with_mixers(mut self) -> Self {
        self.starts_mixers = true;
        self
    }

    /// Sends a payload of the SFU to a client. The SFU repeats it for one whose connection was cut.
    pub fn handle_sfu_payload(&mut self, seat: SeatId, payload: RelayPayload) {
        if let Some(to) = self.connection_of(seat) {
            self.send(to, ServerMessage::Relay { from: SFU_ID.into(), payload });
        }
    }

    /// Reports to a client that the SFU could not use what it sent.
    pub fn handle_sfu_fault(&mut self, seat: SeatId, code: ErrorCode, fault: String) {
        if let Some(to) = self.connection_of(seat) {
            self.error(to, code, shorten(fault));
        }
    }

    /// The SFU was restarted. Its clients are disconnected, and can join again.
    pub fn handle_sfu_failed(&mut self) {
        let lost = self.rooms.iter().filter(|(_, room)| room.topology() == Topology::Sfu);
        let lost = lost.flat_map(|(name, room)| {
            room.seats().map(move |seat| (name.clone(), seat.id, seat.connection()))
        });
        for (room, seat, connection) in lost.collect::<Vec<_>>() {
            match connection {
                Some(id) => {
                    self.forget(id, LeaveReason::Disconnected);
                    self.close(id, CloseReason::Restart);
                }
                None => self.end_seat(&room, seat, LeaveReason::Disconnected),
            }
        }
    }

    /// The current connection of a seat.
    fn connection_of(&self, seat: SeatId) -> Option<ConnectionId> {
        let room = self.rooms.get(self.seats.get(&seat)?)?;
        room.seats().find(|known| known.id == seat)?.connection()
    }

    /// A payload of `from` was dropped, because too much is queued for its receiver.
    pub fn handle_payload_lost(&mut self, to: ConnectionId, from: &ParticipantId) {
        let room = self.connections.get(&to).and_then(|connection| connection.room.as_ref());
        let Some(room) = room.and_then(|room| self.rooms.get(room)) else { return };
        let (Some(sender), Some(receiver)) = (room.connection(from), room.participant(to)) else { return };
        let message = format!("participant `{}` does not read as fast as you send to it", receiver.id);
        self.error(sender, ErrorCode::RateLimited, message);
    }

    /// Returns the roster of a connection's room.
    pub fn roster_of(&self, id: ConnectionId) -> Option<Roster> {
        let room = self.connections.get(&id)?.room.as_ref()?;
        self.rooms.get(room).map(Room::roster)
    }

    /// A payload was dropped, because too many of this client are queued for the SFU.
    pub fn handle_sfu_overload(&mut self, seat: SeatId) {
        if let Some(id) = self.connection_of(seat) {
            self.error(id, ErrorCode::RateLimited, "too much is queued for the SFU; send it again later");
        }
    }

    /// Adds a connection of unknown address: limits per address do not apply.
    pub fn handle_connected(&mut self, id: ConnectionId, now: u64) {
        self.connect(id, None, now);
    }

    /// Adds a connection from this address.
    pub fn handle_connected_from(&mut self, id: ConnectionId, address: IpAddr, now: u64) {
        self.connect(id, Some(network(address)), now);
    }

    fn connect(&mut self, id: ConnectionId, address: Option<IpAddr>, now: u64) {
        self.now = self.now.max(now);
        self.forget(id, LeaveReason::Disconnected);
        if self.shutting_down {
            return self.refuse(id, ErrorCode::ShuttingDown, "the server is shutting down");
        }
        let is_near = |connection: &&Connection| address.is_some() && connection.address == address;
        let near = self.connections.values().filter(is_near).count();
        if near >= self.limits.max_connections_per_address {
            let message = format!("there are {near} connections from this address, which is the limit");
            return self.refuse(id, ErrorCode::TooManyConnections, message);
        }
        let count = self.connections.len();
        if count >= self.limits.max_connections {
            let message = format!("the server has {count} connections, which is the limit");
            let Some(oldest) = self.oldest_that_has_not_joined() else {
                return self.refuse(id, ErrorCode::TooManyConnections, message);
            };
            self.refuse(oldest, ErrorCode::TooManyConnections, message);
            self.forget(oldest, LeaveReason::Disconnected);
        }
        let connection = Connection {
            room: None,
            waiting: None,
            address,
            join_by: now.saturating_add(self.limits.join_timeout_ms),
            started_mixer_at: None,
            heard_at: now,
            bucket: Bucket::new(self.limits.messages_per_second, self.limits.message_burst, now),
            pass: None,
        };
        let deadline = connection.deadline(self.limits.idle_timeout_ms);
        self.connections.insert(id, connection);
        self.wake_at(deadline);
        debug!(connection = id.0, "connected");
    }

    /// The connection that gives way to a new one, if there are too many.
    fn oldest_that_has_not_joined(&self) -> Option<ConnectionId> {
        let outside = self.connections.iter().filter(|(_, one)| one.room.is_none() && one.waiting.is_none());
        outside.min_by_key(|(id, one)| (one.join_by, **id)).map(|(id, _)| *id)
    }

    /// Handles a text frame. Whatever it contains, no other connection is affected.
    pub fn handle_text(&mut self, id: ConnectionId, text: &str, now: u64) {
        if self.handle_frame(id, text.len(), now) {
            self.handle_decoded(id, ClientMessage::request_of(text), ClientMessage::decode(text));
        }
    }

    /// Accounts for a text frame, and returns whether to decode it. The two halves of
    /// [`handle_text`](Self::handle_text) are separate so that others need not wait while a frame is decoded.
    pub fn handle_frame(&mut self, id: ConnectionId, bytes: usize, now: u64) -> bool {
        if !self.hear(id, bytes, now) {
            return false;
        }
        let limit = self.limits.max_message_bytes;
        if bytes > limit {
            let message = format!("the message has {bytes} bytes, the limit is {limit}");
            self.error(id, ErrorCode::MessageTooLarge, message);
        }
        bytes <= limit
    }

    /// Handles the content of a text frame for which [`handle_frame`](Self::handle_frame) returned `true`.
    /// `request` is the message's request number.
    pub fn handle_decoded(
        &mut self,
        id: ConnectionId,
        request: Option<u32>,
        message: Result<ClientMessage, DecodeError>,
    ) {
        self.request = request.map(|request| (id, request));
        match message {
            Ok(message) => self.charged(id, |hub| hub.handle_message(id, message)),
            Err(error) => self.error(id, ErrorCode::Malformed, shorten(error.to_string())),
        }
        self.request = None;
    }

    /// Accounts for a ping or pong (RFC 6455), which the socket answers itself.
    pub fn handle_control(&mut self, id: ConnectionId, now: u64) {
        self.hear(id, 0, now);
    }

    /// Rejects a binary frame, which the protocol does not use.
    pub fn handle_binary(&mut self, id: ConnectionId, bytes: usize, now: u64) {
        if self.hear(id, bytes, now) {
            self.error(id, ErrorCode::BinaryFrame, "the frame is binary; send JSON in text frames");
        }
    }

    /// Rejects a frame that was too long, so that the connection could not be read any further.
    pub fn handle_oversize(&mut self, id: ConnectionId) {
        let limit = self.limits.max_message_bytes;
        let message = format!("the limit is {limit} bytes");
        self.charged(id, |hub| hub.fail(id, ErrorCode::MessageTooLarge, message));
    }

    /// Removes a connection. One that the hub has closed is unknown already.
    pub fn handle_disconnected(&mut self, id: ConnectionId, now: u64) {
        self.now = self.now.max(now);
        self.charged(id, |hub| hub.lose(id, LeaveReason::Disconnected));
    }

    /// The client has closed its connection because its page is closed or reloaded: it does not come back.
    pub fn handle_going_away(&mut self, id: ConnectionId, now: u64) {
        self.now = self.now.max(now);
        self.charged(id, |hub| hub.forget(id, LeaveReason::Left));
    }

    /// Closes the connections that have been silent for too long, and ends the seats whose grace time is over.
    pub fn handle_timeout(&mut self, now: u64) {
        if self.next_timeout.is_none_or(|next| now < next) {
            return;
        }
        self.now = self.now.max(now);
        let timeout = self.limits.idle_timeout_ms;
        let late = self.connections.iter().filter(|(_, connection)| connection.deadline(timeout) <= now);
        let late: Vec<_> = late.map(|(id, connection)| (*id, connection.heard_at)).collect();
        for (id, heard_at) in late {
            // With the last host, those who waited have been turned away.
            if !self.connections.contains_key(&id) {
                continue;
            }
            let message = match heard_at.saturating_add(timeout) <= now {
                true => format!("received nothing for {timeout} ms"),
                false => format!("received no `join` for {} ms", self.limits.join_timeout_ms),
            };
            self.send_error(id, ErrorCode::IdleTimeout, message, true);
            self.charged(id, |hub| hub.lose(id, LeaveReason::TimedOut));
            self.close(id, CloseReason::Error(ErrorCode::IdleTimeout));
        }
        self.end_seats(now);
        let connections = self.connections.values().map(|connection| connection.deadline(timeout));
        self.next_timeout = connections.chain(self.next_seat_end()).min();
    }

    fn wake_at(&mut self, at: u64) {
        self.next_timeout = Some(self.next_timeout.map_or(at, |next| next.min(at)));
    }

    /// The earliest time at which [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<u64> {
        self.next_timeout
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Closes every connection, and rejects new ones from now on.
    pub fn shut_down(&mut self) {
        self.shutting_down = true;
        self.rooms.clear();
        self.seats.clear();
        self.removed.clear();
        self.next_timeout = None;
        for id in std::mem::take(&mut self.connections).into_keys() {
            self.refuse(id, ErrorCode::ShuttingDown, "the server is shutting down");
        }
    }

    /// The participants of a room, in the order of joining. Empty if the room does not exist.
    pub fn participants(&self, room: &str) -> Vec<ParticipantInfo> {
        self.rooms.get(room).map(|room| room.participants().cloned().collect()).unwrap_or_default()
    }

    /// The lobby of a room: who waits, and whether newcomers have to.
    pub fn lobby(&self, room: &str) -> Lobby {
        self.rooms.get(room).map(|room| room.lobby().clone()).unwrap_or_default()
    }

    /// Current statistics.
    pub fn stats(&self) -> HubStats {
        HubStats {
            connections: self.connections.len(),
            rooms: self.rooms.len(),
            participants: self.rooms.values().map(Room::len).sum(),
        }
    }

    /// Records activity, and returns whether the frame may be handled.
    fn hear(&mut self, id: ConnectionId, bytes: usize, now: u64) -> bool {
        self.now = self.now.max(now);
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        connection.heard_at = connection.heard_at.max(now);
        let limit = self.limits.messages_per_second;
        match connection.bucket.take(bytes, now) {
            Rate::Pass => return true,
            Rate::Drop => {}
            Rate::DropAloud => self.error(
                id,
                ErrorCode::RateLimited,
                format!("more than {limit} messages per second; messages are dropped until the rate falls"),
            ),
            Rate::Abuse => {
                let message = format!("more than {limit} messages per second for too long");
                self.charged(id, |hub| hub.fail(id, ErrorCode::RateLimited, message));
            }
        }
        false
    }

    /// Removes a connection and its participant, and notifies the room.
    fn forget(&mut self, id: ConnectionId, reason: LeaveReason) {
        self.leave_lobby(id);
        self.stop_waiting_for_mixer(id);
        let Some(connection) = self.connections.remove(&id) else { return };
        debug!(connection = id.0, ?reason, "gone");
        let Some(name) = connection.room else { return };
        let seat = self.rooms.get(&name).and_then(|room| room.seat_of(id)).map(|seat| seat.id);
        if let Some(seat) = seat {
            self.end_seat(&name, seat, reason);
        }
    }

    /// Removes a participant from its room, and notifies the others.
    fn end_seat(&mut self, name: &str, seat: SeatId, reason: LeaveReason) {
        self.seats.remove(&seat);
        let Some(room) = self.rooms.get_mut(name) else { return };
        let Some(participant) = room.remove(seat) else { return };
        info!(seat = seat.0, participant = %participant.id, room = name, ?reason, "left");
        let message = ServerMessage::ParticipantLeft {
            revision: room.revision(),
            participant_id: participant.id.clone(),
            reason,
        };
        self.outputs.extend(room.connections().map(|to| Output::Send { to, message: message.clone() }));
        if room.topology() == Topology::Sfu {
            self.outputs.push_back(Output::Media(MediaCommand::Left { id: seat }));
        }
        self.left_mixed_room(name, participant.role);
        let Some(room) = self.rooms.get(name) else { return };
        if room.is_empty() {
            self.rooms.remove(name);
            self.turn_away_waiting(name);
        } else if !room.has_people() {
            // Only a mixer is left, which cannot admit anyone.
            self.turn_away_waiting(name);
            self.unlock(name);
        } else if participant.role == Role::Host {
            self.pass_on_host(name);
        }
    }

    /// Closes a connection because of an error.
    fn fail(&mut self, id: ConnectionId, code: ErrorCode, message: impl Into<String>) {
        if self.connections.contains_key(&id) {
            self.refuse(id, code, message);
            self.forget(id, LeaveReason::Disconnected);
        }
    }

    /// Rejects a connection that the hub has not added.
    fn refuse(&mut self, id: ConnectionId, code: ErrorCode, message: impl Into<String>) {
        self.send_error(id, code, message, true);
        self.close(id, CloseReason::Error(code));
    }

    fn error(&mut self, id: ConnectionId, code: ErrorCode, message: impl Into<String>) {
        self.send_error(id, code, message, false);
    }

    fn send_error(&mut self, id: ConnectionId, code: ErrorCode, message: impl Into<String>, fatal: bool) {
        self.audit(id, code, fatal);
        let request = self.request.filter(|(from, _)| *from == id).map(|(_, request)| request);
        self.send(id, ServerMessage::Error(ServerError { code, message: message.into(), fatal, request }));
    }

    fn send(&mut self, to: ConnectionId, message: ServerMessage) {
        self.outputs.push_back(Output::Send { to, message });
    }

    fn close(&mut self, id: ConnectionId, reason: CloseReason) {
        self.outputs.push_back(Output::Close { id, reason });
    }
}

/// The unit of which one client can have many addresses: for IPv6, a network (/64).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// Truncates quoted text of a client, so that an error is never long.
pub(crate) fn shorten(mut text: String) -> String {
    const MAX_BYTES: usize = 300;
    let length = text.len();
    moim_protocol::shorten(&mut text, MAX_BYTES);
    if text.len() < length {
        text.push('…');
    }
    text
}
