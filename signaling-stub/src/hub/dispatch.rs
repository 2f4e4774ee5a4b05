//! Handles each type of message.

use std::net::IpAddr;

use moim_protocol::{
    ClientMessage, ErrorCode, Join, LeaveReason, ParticipantId, ParticipantInfo, PeerSignal, Profile,
    Publication, RelayPayload, Role, SFU_ID, ServerMessage, Topology, VERSION, Welcome,
};
use tracing::{debug, info};

use super::{
    CloseReason, ConnectionId, Hub, Identity, MediaCommand, Output, SeatId, WaitReason, Waiting,
    pass::{Pass, missing},
    room::Room,
    seat::{Presence, Seat},
    shorten,
};

/// The receivers of a change.
#[derive(Clone, Copy)]
pub(super) enum Audience {
    Everyone,
    Others,
    Itself,
}

impl Hub {
    pub(super) fn handle_message(&mut self, id: ConnectionId, message: ClientMessage) {
        let Some(connection) = self.connections.get(&id) else { return };
        let Some(room) = connection.room.clone() else {
            return match message {
                ClientMessage::Join(join) => self.join(id, join),
                ClientMessage::Leave if connection.waiting.is_some() => self.leave(id),
                ClientMessage::Ping if connection.waiting.is_some() => {
                    self.send(id, ServerMessage::Pong { revision: 0 });
                }
                ClientMessage::Unknown => debug!(connection = id.0, "ignored a message of unknown type"),
                other => {
                    let message = format!("`{}` was sent before `join`", other.type_name());
                    self.error(id, ErrorCode::NotJoined, message);
                }
            };
        };
        match message {
            ClientMessage::Join(join) if join.room == room => self.join_again(id, &room, join),
            ClientMessage::Join(_) => {
                let message = format!("this connection is in room `{room}`; open another one");
                self.error(id, ErrorCode::AlreadyJoined, message);
            }
            ClientMessage::Relay { to, payload } => self.relay(id, &room, &to, payload),
            ClientMessage::Publish { publications } => self.publish(id, &room, publications),
            ClientMessage::Update(profile) => {
                if let Some(Err(fault)) = self.check_update(id, &room, &profile) {
                    return self.error(id, ErrorCode::NotPermitted, fault);
                }
                let Profile { name, metadata, attributes } = &profile;
                let Some(info) = self.rooms.get(&room).and_then(|room| room.participant(id)) else { return };
                let check = self.limits.check_profile(name, metadata, attributes, info.role);
                let check = check.and_then(|()| self.limits.check_bytes(&profile, &info.publications));
                if self.valid(id, check) {
                    self.change(id, &room, |info| info.set_profile(profile));
                }
            }
            ClientMessage::Lock { locked } => self.lock(id, &room, locked),
            ClientMessage::Admit { participant_id } => self.admit(id, &room, &participant_id),
            ClientMessage::Remove { participant_id } => self.remove(id, &room, &participant_id),
            ClientMessage::Mute { participant_id, publication_id } => {
                self.mute(id, &room, &participant_id, publication_id);
            }
            ClientMessage::Sync => {
                if let Some(roster) = self.rooms.get(&room).map(Room::roster) {
                    self.send(id, ServerMessage::Roster(roster));
                }
            }
            ClientMessage::Leave => self.leave(id),
            ClientMessage::Ping => {
                if let Some(revision) = self.rooms.get(&room).map(Room::revision) {
                    self.send(id, ServerMessage::Pong { revision });
                }
            }
            _ => debug!(connection = id.0, "ignored a message of unknown type"),
        }
    }

    fn leave(&mut self, id: ConnectionId) {
        self.forget(id, LeaveReason::Left);
        self.close(id, CloseReason::Left);
    }

    fn join(&mut self, id: ConnectionId, mut join: Join) {
        if !self.speaks_version(id, &join) {
            return;
        }
        if let Some(token) = join.resume.clone().filter(|token| !token.is_empty()) {
            return self.resume(id, join, &token);
        }
        if let Some(token) = &join.identity {
            let is_known = self.rooms.get(&join.room).is_some_and(|room| room.seat_with(token).is_some());
            if is_known || self.removed.contains_key(token) {
                let token = token.clone();
                return self.resume(id, join, &token);
            }
        }
        if !self.is_expected(id, &join) && self.is_address_in_debt(id) {
            let message = "too many participants have joined and left from this address; join later";
            return self.refuse_for_now(id, message);
        }
        let pass = match self.pass(&join.room, &join) {
            Ok(pass) => pass,
            Err((code, message)) => return self.error(id, code, message),
        };
        pass.restrict(&mut join);
        if !self.take_over_waiting(id, &join) || !self.acceptable(id, &join, &pass) {
            return;
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.pass = Some(pass);
        }
        if !self.waits_for(id, &join.room) {
            self.stop_waiting_for_mixer(id);
        }
        // A client that waits for the mixer was already admitted, and repeats its join.
        match self.connections.get(&id).and_then(|connection| connection.waits_for_mixer(&join.room)) {
            Some(admitted) => self.enter(id, join, admitted),
            None if self.wait_in_lobby(id, &join) => {}
            None => self.enter(id, join, None),
        }
    }

    /// Refuses a `join` of a client that may try again later, and has the time for it.
    pub(super) fn refuse_for_now(&mut self, id: ConnectionId, message: &str) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.join_by = self.now.saturating_add(self.limits.join_timeout_ms);
        }
        self.error(id, ErrorCode::RateLimited, message);
    }

    /// Whether this is a mixer of the room, or a client that waits already and repeats its `join`.
    fn is_expected(&self, id: ConnectionId, join: &Join) -> bool {
        let is_mixer =
            join.role == Role::Mixer && self.mixer_token.is_some() && join.token == self.mixer_token;
        let waiting = self.connections.get(&id).and_then(|connection| connection.waiting.as_deref());
        is_mixer || waiting.is_some_and(|waiting| waiting.join.room == join.room)
    }

    /// Whether a connection waits for the mixer of a room.
    fn waits_for(&self, id: ConnectionId, room: &str) -> bool {
        self.connections.get(&id).is_some_and(|connection| connection.waits_for_mixer(room).is_some())
    }

    /// Admits a participant that has this identity from the lobby, or needs none.
    pub(super) fn enter(&mut self, id: ConnectionId, join: Join, admitted: Option<Identity>) {
        let Some(connection) = self.connections.get(&id) else { return };
        let Some(pass) = connection.pass.clone() else { return };
        let address = connection.address;
        match self.rooms.get(&join.room).map(Room::len) {
            Some(size) if size >= self.limits.max_participants_per_room => {
                let message = format!("room `{}` has {size} participants, which is the limit", join.room);
                return self.error(id, ErrorCode::RoomFull, message);
            }
            None if self.rooms.len() >= self.limits.max_rooms => {
                let message = format!("the server has {} rooms, which is the limit", self.rooms.len());
                return self.error(id, ErrorCode::TooManyRooms, message);
            }
            None if self.rooms_from(address) >= self.limits.max_rooms_per_address => {
                let limit = self.limits.max_rooms_per_address;
                let message = format!("{limit} rooms were opened from this address, which is the limit");
                return self.error(id, ErrorCode::TooManyRooms, message);
            }
            _ => {}
        }
        if join.topology == Topology::Mcu && join.role != Role::Mixer {
            let has_mixer = self.rooms.get(&join.room).is_some_and(Room::has_mixer);
            if !has_mixer && self.starts_mixers {
                return self.wait_for_mixer(id, join, admitted);
            }
            if !has_mixer {
                let room = shorten(join.room);
                let message = format!(
                    "room `{room}` has no mixer; start the server with --mixer, or open /www/mixer.html?room={room}"
                );
                return self.error(id, ErrorCode::NoMixer, message);
            }
        }
        let is_mixer = join.role == Role::Mixer;
        self.joins = self.joins.saturating_add(1);
        let join_order = self.joins;
        let Identity { id: participant_id, token } = admitted.unwrap_or_else(|| self.identity(&join));
        info!(connection = id.0, participant = %participant_id, room = join.room, "joined");
        let info = ParticipantInfo {
            id: participant_id,
            join_order,
            name: join.name,
            metadata: join.metadata,
            attributes: join.attributes,
            role: join.role,
            identity: pass.identity.clone(),
            permissions: pass.permissions,
            publications: join.publications,
            reconnecting: false,
        };
        self.last_seat += 1;
        let seat = SeatId(self.last_seat);
        let topology = join.topology;
        let joined = (topology == Topology::Sfu).then(|| MediaCommand::Joined {
            id: seat,
            room: join.room.clone(),
            participant: info.id.clone(),
            publications: info.publications.clone(),
            permissions: info.permissions,
        });
        self.seats.insert(seat, join.room.clone());
        let token = join.resume.is_some().then_some(token);
        let (presence, to_mute) = (Presence::Here(id), Default::default());
        let attempt = join.attempt;
        let taken = Seat { id: seat, presence, address, token, pass, attempt, to_mute };
        self.rooms.entry(join.room.clone()).or_insert_with(|| Room::new(topology, address)).add(taken, info);
        self.welcome(id, &join.room);
        self.outputs.extend(joined.map(Output::Media));
        self.media_relay(id, &join.room, join.relay);
        let before = self.outputs.len();
        self.announce(&join.room, seat, Audience::Others);
        self.charge_newcomer(id, before);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.room = Some(join.room.clone());
            connection.waiting = None;
        }
        if is_mixer {
            let room = join.room;
            for (id, Waiting { join, reason }) in self.take_waiting_for_mixer(&room) {
                let admitted = match reason {
                    WaitReason::Mixer(admitted) => admitted,
                    WaitReason::Lobby(_) => None,
                };
                self.enter(id, join, admitted);
            }
            // The client that it was started for may have left meanwhile.
            if self.starts_mixers && !self.rooms.get(&room).is_some_and(Room::has_people) {
                self.outputs.push_back(Output::StopMixer(room));
            }
        }
    }

    /// The identity of a participant that joins: that of before, unless a participant with that id is in the room.
    pub(super) fn identity(&mut self, join: &Join) -> Identity {
        let before = join.identity.as_deref().and_then(Identity::of);
        let is_taken = |identity: &Identity| {
            self.rooms.get(&join.room).is_some_and(|room| {
                room.has(&identity.id) || room.lobby().waiting.iter().any(|known| known.id == identity.id)
            })
        };
        before.filter(|before| !is_taken(before)).unwrap_or_else(|| self.identities.next())
    }

    fn rooms_from(&self, address: Option<IpAddr>) -> usize {
        let opened = |room: &&Room| address.is_some() && room.opened_from() == address;
        self.rooms.values().filter(opened).count()
    }

    /// Sets the publications that the participant's token permits, and refuses the others.
    fn publish(&mut self, id: ConnectionId, room: &str, mut publications: Vec<Publication>) {
        let Some(info) = self.rooms.get(room).and_then(|room| room.participant(id)) else { return };
        let profile = info.profile();
        let check = self.limits.check_publications(&publications);
        let check = check.and_then(|()| self.limits.check_bytes(&profile, &publications));
        if !self.valid(id, check) {
            return;
        }
        let Some(pass) = self.pass_of(id, room) else { return };
        let refused: Vec<_> =
            publications.extract_if(.., |publication| !pass.may_publish(publication)).collect();
        self.change(id, room, |info| info.publications = publications);
        if let Some(Publication { id: refused, source, .. }) = refused.first() {
            let why = missing((*source).into());
            let message = format!("publication `{}`: {why}", shorten(refused.to_string()));
            self.error(id, ErrorCode::NotPermitted, message);
        }
    }

    fn check_update(&self, id: ConnectionId, room: &str, profile: &Profile) -> Option<Result<(), String>> {
        let before = self.rooms.get(room)?.participant(id)?.profile();
        Some(self.pass_of(id, room)?.check_update(&before, profile))
    }

    /// A repeated `join` to the same room carries the participant's complete state.
    fn join_again(&mut self, id: ConnectionId, room: &str, mut join: Join) {
        // A repeated join cannot change the role.
        if let Some(info) = self.rooms.get(room).and_then(|room| room.participant(id)) {
            join.role = info.role;
        }
        if !self.speaks_version(id, &join) {
            return;
        }
        let Some(seat) = self.seat_of(id, room) else { return };
        self.renew_pass(room, seat, &join);
        let Some(pass) = self.pass_of(id, room).cloned() else { return };
        pass.restrict(&mut join);
        if !self.acceptable(id, &join, &pass) {
            return;
        }
        let changed = self.rooms.get_mut(room).is_some_and(|members| {
            members.change(seat, |info| {
                (info.name, info.metadata, info.attributes) = (join.name, join.metadata, join.attributes);
                info.publications = join.publications;
            })
        });
        self.welcome(id, room);
        self.media_relay(id, room, join.relay);
        if changed {
            self.media_published(seat, room);
            self.announce(room, seat, Audience::Others);
        }
    }

    /// The seat that a connection has in a room.
    fn seat_of(&self, id: ConnectionId, room: &str) -> Option<SeatId> {
        self.rooms.get(room)?.seat_of(id).map(|seat| seat.id)
    }

    pub(super) fn is_sfu(&self, room: &str) -> bool {
        self.rooms.get(room).is_some_and(|room| room.topology() == Topology::Sfu)
    }

    pub(super) fn media_relay(&mut self, id: ConnectionId, room: &str, payload: Option<RelayPayload>) {
        let Some(id) = self.seat_of(id, room) else { return };
        if let Some(payload) = payload.filter(|_| self.is_sfu(room)) {
            self.outputs.push_back(Output::Media(MediaCommand::Relay { id, payload }));
        }
    }

    /// Reports a participant's publications to the SFU.
    pub(super) fn media_published(&mut self, id: SeatId, room: &str) {
        let info = self.rooms.get(room).filter(|room| room.topology() == Topology::Sfu);
        if let Some(info) = info.and_then(|room| room.info(id)) {
            let publications = info.publications.clone();
            self.outputs.push_back(Output::Media(MediaCommand::Published { id, publications }));
        }
    }

    fn speaks_version(&mut self, id: ConnectionId, join: &Join) -> bool {
        if join.version != VERSION {
            let message = format!("the server speaks version {VERSION}, not {}", join.version);
            self.fail(id, ErrorCode::UnsupportedVersion, message);
        }
        join.version == VERSION
    }

    /// Whether this server can serve the `join`; if not, the sender gets an error.
    fn acceptable(&mut self, id: ConnectionId, join: &Join, pass: &Pass) -> bool {
        if join.role == Role::Unknown {
            self.error(id, ErrorCode::InvalidValue, "the server does not know this role");
            return false;
        }
        let of_room = self.rooms.get(&join.room).map(Room::topology);
        let fault = match (join.topology, of_room) {
            (Topology::Sfu, _) if !self.has_sfu => {
                Some("the server runs without its SFU; choose another topology".to_owned())
            }
            (topology, _) if join.role == Role::Mixer && topology != Topology::Mcu => {
                Some("the role `mixer` requires the topology `mcu`".to_owned())
            }
            (Topology::Mesh | Topology::Sfu | Topology::Mcu, None) => None,
            (wanted, Some(topology)) if wanted == topology => None,
            (_, Some(topology)) => {
                Some(format!("room `{}` has the topology `{}`", join.room, topology.as_str()))
            }
            _ => Some("the server does not know this topology".to_owned()),
        };
        if let Some(fault) = fault {
            self.error(id, ErrorCode::UnsupportedTopology, fault);
            return false;
        }
        let has_token = pass.may_mix || self.mixer_token.is_none() || join.token == self.mixer_token;
        if join.role == Role::Mixer && !has_token {
            let message = "joining as a mixer requires the server's token; see --mixer and --any-mixer";
            self.error(id, ErrorCode::Unauthorized, message);
            return false;
        }
        let waits = |connection: &super::Connection| connection.waits_for_mixer(&join.room).is_some();
        let is_open =
            self.rooms.get(&join.room).is_some_and(Room::has_people) || self.is_mixer_awaited(&join.room);
        let is_inside = self
            .connections
            .get(&id)
            .is_some_and(|connection| connection.room.is_some() || waits(connection));
        let is_vacant = self.rooms.get(&join.room).is_none_or(|room| !room.has_host())
            && !self.does_host_await_mixer(&join.room);
        // A token for hosts is worth more than being the first. The host of before a restart is the host again, although
        // others may have come back sooner.
        let is_rebuilt = join.identity.is_some() && self.now < self.limits.grace_ms;
        let is_due = is_vacant && (pass.identity.is_some() || is_rebuilt);
        if join.role == Role::Host && is_open && !is_inside && !is_due {
            let room = shorten(join.room.clone());
            let message =
                format!("room `{room}` is open already: only its first participant can join as its host");
            self.error(id, ErrorCode::HostRefused, message);
            return false;
        }
        self.valid(id, self.limits.check_join(join))
    }

    /// Whether a message's values are within their limits; if not, the sender gets an error.
    fn valid(&mut self, id: ConnectionId, check: Result<(), String>) -> bool {
        check.map_err(|fault| self.error(id, ErrorCode::InvalidValue, fault)).is_ok()
    }

    fn relay(&mut self, id: ConnectionId, room: &str, to: &ParticipantId, mut payload: RelayPayload) {
        if to.as_str() == SFU_ID && self.is_sfu(room) {
            return self.media_relay(id, room, Some(payload));
        }
        let Some(room) = self.rooms.get(room) else { return };
        let Some(from) = room.participant(id).map(|info| info.id.clone()) else { return };
        let Some(target) = room.connection(to) else {
            if room.has(to) {
                // Its connection is cut. The sender repeats what is not acknowledged when the roster says that it is
                // back.
                return;
            }
            let message = format!("participant `{}` is not in the room", shorten(to.to_string()));
            return self.error(id, ErrorCode::UnknownParticipant, message);
        };
        if target == id {
            return self.error(id, ErrorCode::UnknownParticipant, "a participant cannot relay to itself");
        }
        if payload.signal == Some(PeerSignal::Unknown) {
            // Its content is ignored; its number still advances, so that later signals are not delayed.
            debug!(connection = id.0, "ignored a signal of unknown kind");
            payload.signal = None;
        }
        self.send(target, ServerMessage::Relay { from, payload });
    }

    fn change(&mut self, id: ConnectionId, room: &str, change: impl FnOnce(&mut ParticipantInfo)) {
        let Some(seat) = self.seat_of(id, room) else { return };
        let Some(members) = self.rooms.get_mut(room) else { return };
        let changed = members.change(seat, change);
        if changed {
            self.media_published(seat, room);
        }
        let audience = if changed { Audience::Everyone } else { Audience::Itself };
        self.announce(room, seat, audience);
    }

    pub(super) fn welcome(&mut self, id: ConnectionId, room: &str) {
        let Some(room) = self.rooms.get(room) else { return };
        let Some(participant_id) = room.participant(id).map(|info| info.id.clone()) else { return };
        let welcome = Welcome {
            version: VERSION,
            participant_id,
            roster: room.roster(),
            ice_servers: self.ice_servers.clone(),
            resume_token: room.seat_of(id).and_then(|seat| seat.token.clone()),
            heartbeat_ms: self.limits.heartbeat_ms,
        };
        self.send(id, ServerMessage::Welcome(welcome));
    }

    /// Sends the state of the participant of a seat to `audience`.
    pub(super) fn announce(&mut self, room: &str, seat: SeatId, audience: Audience) {
        let Some(room) = self.rooms.get(room) else { return };
        let Some(participant) = room.info(seat) else { return };
        let message =
            ServerMessage::Participant { revision: room.revision(), participant: participant.clone() };
        let receivers = room.seats().filter(|to| match audience {
            Audience::Everyone => true,
            Audience::Others => to.id != seat,
            Audience::Itself => to.id == seat,
        });
        let receivers = receivers.filter_map(Seat::connection);
        self.outputs.extend(receivers.map(|to| Output::Send { to, message: message.clone() }));
    }
}
