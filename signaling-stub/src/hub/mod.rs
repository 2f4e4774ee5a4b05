//! The rooms and the connections of a signaling server, as a sans-IO state machine.
//!
//! Feed one event with the time in milliseconds, then drain [`poll_output`](Hub::poll_output) until it
//! returns `None`, and call [`handle_timeout`](Hub::handle_timeout) when
//! [`poll_timeout`](Hub::poll_timeout) says. Two hubs with the same seed and the same events behave alike.

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
    id::{ParticipantIds, Tokens},
    rate::{Bucket, Rate},
    room::Room,
};
pub use self::{
    limits::Limits,
    output::{CloseReason, MediaCommand, Output},
    seat::SeatId,
};

/// Names a connection for as long as it lives. The owner of the hub chooses it and never uses it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// How much is going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubStats {
    /// Open connections, in a room or not.
    pub connections: usize,
    /// Rooms with at least one participant.
    pub rooms: usize,
    /// Participants of all rooms, those included whose connection is cut.
    pub participants: usize,
}

/// Every room and every connection of a server.
///
/// Each participant of a room has a seat, and its connection has it; one that is cut leaves the seat empty for a while. A room
/// exists while it has a participant.
#[derive(Debug)]
pub struct Hub {
    limits: Limits,
    ice_servers: Vec<IceServer>,
    has_sfu: bool,
    starts_mixers: bool,
    mixer_token: Option<String>,
    ids: ParticipantIds,
    tokens: Tokens,
    /// In which room each seat is.
    seats: BTreeMap<SeatId, String>,
    last_seat: u64,
    /// The tokens of those whom a host put out while they were away, until their seats would have ended.
    removed: BTreeMap<String, u64>,
    connections: BTreeMap<ConnectionId, Connection>,
    rooms: BTreeMap<String, Room>,
    outputs: VecDeque<Output>,
    /// No connection can be idle before this.
    next_timeout: Option<u64>,
    shutting_down: bool,
    /// The time of the last event that had one.
    now: u64,
    /// Whose message is being handled, and its number, if it has one.
    request: Option<(ConnectionId, u32)>,
}

#[derive(Debug)]
struct Connection {
    room: Option<String>,
    /// A `join` that is not carried out yet.
    waiting: Option<Box<Waiting>>,
    /// Where it comes from, if that is known.
    address: Option<IpAddr>,
    /// When it has to have joined.
    join_by: u64,
    /// When a mixer was last started because of it.
    started_mixer_at: Option<u64>,
    heard_at: u64,
    bucket: Bucket,
}

#[derive(Debug)]
struct Waiting {
    join: Join,
    reason: WaitReason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum WaitReason {
    /// The room's mixer is on its way. The participant keeps the id that it had in the lobby.
    Mixer(Option<ParticipantId>),
    /// The room is locked: this is who stands in its lobby.
    Lobby(ParticipantId),
}

impl Connection {
    /// If it waits for the mixer of a room: the id that it had in the lobby, if it has one.
    fn waits_for_mixer(&self, room: &str) -> Option<Option<ParticipantId>> {
        match self.waiting.as_deref()? {
            Waiting { join, reason: WaitReason::Mixer(admitted) } if join.room == room => {
                Some(admitted.clone())
            }
            _ => None,
        }
    }

    /// When it is given up, if nothing more comes.
    fn deadline(&self, idle_timeout: u64) -> u64 {
        let idle = self.heard_at.saturating_add(idle_timeout);
        let has_joined = self.room.is_some() || self.waiting.is_some();
        if has_joined { idle } else { idle.min(self.join_by) }
    }

    fn in_lobby(&self) -> Option<(&str, &ParticipantId)> {
        match self.waiting.as_deref()? {
            Waiting { join, reason: WaitReason::Lobby(id) } => Some((&join.room, id)),
            _ => None,
        }
    }
}

impl Hub {
    /// A hub without rooms.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            ice_servers: Vec::new(),
            has_sfu: false,
            starts_mixers: false,
            mixer_token: None,
            ids: ParticipantIds::seeded(0),
            tokens: Tokens::default(),
            seats: BTreeMap::new(),
            last_seat: 0,
            removed: BTreeMap::new(),
            connections: BTreeMap::new(),
            rooms: BTreeMap::new(),
            outputs: VecDeque::new(),
            next_timeout: None,
            shutting_down: false,
            now: 0,
            request: None,
        }
    }

    /// Sets what participant ids are made from. Hubs of different seeds make different ids.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.ids = ParticipantIds::seeded(seed);
        self
    }

    /// Sets that nobody can guess participant ids and resume tokens.
    #[must_use]
    pub fn with_random_ids(mut self) -> Self {
        self.ids = ParticipantIds::random();
        self.tokens = Tokens::random();
        self
    }

    /// Sets the STUN and TURN servers that `welcome` names.
    #[must_use]
    pub fn with_ice_servers(mut self, ice_servers: Vec<IceServer>) -> Self {
        self.ice_servers = ice_servers;
        self
    }

    /// Sets that there is an SFU, which takes [`Output::Media`].
    #[must_use]
    pub fn with_sfu(mut self) -> Self {
        self.has_sfu = true;
        self
    }

    /// Sets the token without which nobody can join as a mixer. Who has it need not wait in a lobby.
    #[must_use]
    pub fn with_mixer_token(mut self, token: impl Into<String>) -> Self {
        self.mixer_token = Some(token.into());
        self
    }

    /// Sets that [`Output::StartMixer`] has an effect, so that nobody is sent away for want of a mixer.
    #[must_use]
    pub fn with_mixers(mut self) -> Self {
        self.starts_mixers = true;
        self
    }

    /// Hands a payload of the SFU to a client. To one whose connection is cut, the SFU repeats it.
    pub fn handle_sfu_payload(&mut self, seat: SeatId, payload: RelayPayload) {
        if let Some(to) = self.connection_of(seat) {
            self.send(to, ServerMessage::Relay { from: SFU_ID.into(), payload });
        }
    }

    /// Tells a client that the SFU could not use what it sent.
    pub fn handle_sfu_fault(&mut self, seat: SeatId, fault: String) {
        if let Some(to) = self.connection_of(seat) {
            self.error(to, ErrorCode::MediaRefused, shorten(fault));
        }
    }

    /// Takes the news that the SFU has lost everyone. They are sent away, and can join again.
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

    /// The connection that has this seat at the moment.
    fn connection_of(&self, seat: SeatId) -> Option<ConnectionId> {
        let room = self.rooms.get(self.seats.get(&seat)?)?;
        room.seats().find(|known| known.id == seat)?.connection()
    }

    /// Takes the news that a payload of `from` was lost, because too much waits for the client that it was for.
    pub fn handle_payload_lost(&mut self, to: ConnectionId, from: &ParticipantId) {
        let room = self.connections.get(&to).and_then(|connection| connection.room.as_ref());
        let Some(room) = room.and_then(|room| self.rooms.get(room)) else { return };
        let (Some(sender), Some(receiver)) = (room.connection(from), room.participant(to)) else { return };
        let message = format!("participant `{}` does not read as fast as you send to it", receiver.id);
        self.error(sender, ErrorCode::RateLimited, message);
    }

    /// The roster of the room that a connection is in.
    pub fn roster_of(&self, id: ConnectionId) -> Option<Roster> {
        let room = self.connections.get(&id)?.room.as_ref()?;
        self.rooms.get(room).map(Room::roster)
    }

    /// Takes the news that a payload was lost, because too many of this client wait for the SFU.
    pub fn handle_sfu_overload(&mut self, seat: SeatId) {
        if let Some(id) = self.connection_of(seat) {
            self.error(id, ErrorCode::RateLimited, "too much waits for the SFU; send it again later");
        }
    }

    /// Takes a new connection of which nobody knows whence it comes: no limit of an address holds for it.
    pub fn handle_connected(&mut self, id: ConnectionId, now: u64) {
        self.connect(id, None, now);
    }

    /// Takes a new connection from this address.
    pub fn handle_connected_from(&mut self, id: ConnectionId, address: IpAddr, now: u64) {
        self.connect(id, Some(network(address)), now);
    }

    fn connect(&mut self, id: ConnectionId, address: Option<IpAddr>, now: u64) {
        self.now = self.now.max(now);
        self.forget(id, LeaveReason::Disconnected);
        if self.shutting_down {
            return self.refuse(id, ErrorCode::ShuttingDown, "the server is going down");
        }
        let count = self.connections.len();
        if count >= self.limits.max_connections {
            let message = format!("the server has {count} connections, the most it may have");
            return self.refuse(id, ErrorCode::TooManyConnections, message);
        }
        let is_near = |connection: &&Connection| address.is_some() && connection.address == address;
        let near = self.connections.values().filter(is_near).count();
        if near >= self.limits.max_connections_per_address {
            let message = format!("there are {near} connections from this address, the most there may be");
            return self.refuse(id, ErrorCode::TooManyConnections, message);
        }
        let connection = Connection {
            room: None,
            waiting: None,
            address,
            join_by: now.saturating_add(self.limits.join_timeout_ms),
            started_mixer_at: None,
            heard_at: now,
            bucket: Bucket::new(self.limits.messages_per_second, self.limits.message_burst, now),
        };
        let deadline = connection.deadline(self.limits.idle_timeout_ms);
        self.connections.insert(id, connection);
        self.wake_at(deadline);
        debug!(connection = id.0, "connected");
    }

    /// Takes a text frame. Whatever is in it, no other connection suffers.
    pub fn handle_text(&mut self, id: ConnectionId, text: &str, now: u64) {
        if self.handle_frame(id, text.len(), now) {
            self.handle_decoded(id, ClientMessage::request_of(text), ClientMessage::decode(text));
        }
    }

    /// Takes the news of a text frame, and says whether it is worth decoding. The two halves of
    /// [`handle_text`](Self::handle_text) are apart so that nobody else has to wait while a frame is decoded.
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

    /// Takes what was in a text frame for which [`handle_frame`](Self::handle_frame) returned `true`.
    /// `request` is what the message says of itself.
    pub fn handle_decoded(
        &mut self,
        id: ConnectionId,
        request: Option<u32>,
        message: Result<ClientMessage, DecodeError>,
    ) {
        self.request = request.map(|request| (id, request));
        match message {
            Ok(message) => self.handle_message(id, message),
            Err(error) => self.error(id, ErrorCode::Malformed, shorten(error.to_string())),
        }
        self.request = None;
    }

    /// Takes the news of a ping or a pong (RFC 6455), which the socket answers itself.
    pub fn handle_control(&mut self, id: ConnectionId, now: u64) {
        self.hear(id, 0, now);
    }

    /// Takes a binary frame, which the protocol has no use for.
    pub fn handle_binary(&mut self, id: ConnectionId, bytes: usize, now: u64) {
        if self.hear(id, bytes, now) {
            self.error(id, ErrorCode::BinaryFrame, "the frame is binary; send JSON in text frames");
        }
    }

    /// Takes the news that a frame was so long that the connection could not read on behind it.
    pub fn handle_oversize(&mut self, id: ConnectionId) {
        let limit = self.limits.max_message_bytes;
        self.fail(id, ErrorCode::MessageTooLarge, format!("the limit is {limit} bytes"));
    }

    /// Takes the end of a connection. A connection that the hub has closed is not known any more.
    pub fn handle_disconnected(&mut self, id: ConnectionId, now: u64) {
        self.now = self.now.max(now);
        self.lose(id, LeaveReason::Disconnected);
    }

    /// Gives up the connections that have been silent for too long, and the seats whose grace time is over.
    pub fn handle_timeout(&mut self, now: u64) {
        if self.next_timeout.is_none_or(|next| now < next) {
            return;
        }
        self.now = self.now.max(now);
        let timeout = self.limits.idle_timeout_ms;
        let late = self.connections.iter().filter(|(_, connection)| connection.deadline(timeout) <= now);
        let late: Vec<_> = late.map(|(id, connection)| (*id, connection.heard_at)).collect();
        for (id, heard_at) in late {
            let message = match heard_at.saturating_add(timeout) <= now {
                true => format!("nothing came for {timeout} ms"),
                false => format!("no `join` came for {} ms", self.limits.join_timeout_ms),
            };
            self.send_error(id, ErrorCode::IdleTimeout, message, true);
            self.lose(id, LeaveReason::TimedOut);
            self.close(id, CloseReason::Error(ErrorCode::IdleTimeout));
        }
        self.end_seats(now);
        let connections = self.connections.values().map(|connection| connection.deadline(timeout));
        self.next_timeout = connections.chain(self.next_seat_end()).min();
    }

    fn wake_at(&mut self, at: u64) {
        self.next_timeout = Some(self.next_timeout.map_or(at, |next| next.min(at)));
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do, at the earliest.
    pub fn poll_timeout(&self) -> Option<u64> {
        self.next_timeout
    }

    /// Takes the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Closes every connection, and from now on every new one.
    pub fn shut_down(&mut self) {
        self.shutting_down = true;
        self.rooms.clear();
        self.seats.clear();
        self.removed.clear();
        self.next_timeout = None;
        for id in std::mem::take(&mut self.connections).into_keys() {
            self.refuse(id, ErrorCode::ShuttingDown, "the server is going down");
        }
    }

    /// The participants of a room in the order in which they joined. A room that does not exist has none.
    pub fn participants(&self, room: &str) -> Vec<ParticipantInfo> {
        self.rooms.get(room).map(|room| room.participants().cloned().collect()).unwrap_or_default()
    }

    /// Who waits to be let into a room, and whether newcomers have to.
    pub fn lobby(&self, room: &str) -> Lobby {
        self.rooms.get(room).map(|room| room.lobby().clone()).unwrap_or_default()
    }

    /// How much is going on.
    pub fn stats(&self) -> HubStats {
        HubStats {
            connections: self.connections.len(),
            rooms: self.rooms.len(),
            participants: self.rooms.values().map(Room::len).sum(),
        }
    }

    /// Notes a sign of life, and says whether the frame may be looked at.
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
                format!("more than {limit} messages a second; messages are dropped until it is less"),
            ),
            Rate::Abuse => {
                self.fail(
                    id,
                    ErrorCode::RateLimited,
                    format!("more than {limit} messages a second for too long"),
                );
            }
        }
        false
    }

    /// Drops a connection and its participant, and tells the room.
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

    /// Takes a participant out of its room, and tells the others.
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
            // Only a mixer is left, which can let nobody in.
            self.turn_away_waiting(name);
            self.unlock(name);
        } else if participant.role == Role::Host {
            self.pass_on_host(name);
        }
    }

    /// Ends a connection because of an error.
    fn fail(&mut self, id: ConnectionId, code: ErrorCode, message: impl Into<String>) {
        if self.connections.contains_key(&id) {
            self.refuse(id, code, message);
            self.forget(id, LeaveReason::Disconnected);
        }
    }

    /// Turns away a connection that the hub does not keep.
    fn refuse(&mut self, id: ConnectionId, code: ErrorCode, message: impl Into<String>) {
        self.send_error(id, code, message, true);
        self.close(id, CloseReason::Error(code));
    }

    fn error(&mut self, id: ConnectionId, code: ErrorCode, message: impl Into<String>) {
        self.send_error(id, code, message, false);
    }

    fn send_error(&mut self, id: ConnectionId, code: ErrorCode, message: impl Into<String>, fatal: bool) {
        debug!(connection = id.0, code = code.as_str(), fatal, "refused");
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

/// What one client can have many addresses of: of IPv6, a network (/64).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// Cuts what quotes a client's text, so that an error is never long.
fn shorten(text: String) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
