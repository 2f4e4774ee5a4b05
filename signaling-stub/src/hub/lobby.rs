//! The powers of a room's host: admitting, removing and muting participants.

use moim_protocol::{
    ErrorCode, Join, LeaveReason, Lobby, ParticipantId, ParticipantInfo, PublicationId, Role, ServerMessage,
    WaitingParticipant,
};
use tracing::info;

use super::{
    CloseReason, ConnectionId, Hub, Output, WaitReason, Waiting, dispatch::Audience, limits::json_bytes,
    seat::Seat, shorten,
};

impl Hub {
    /// Keeps a `join` in the lobby if the room is locked; returns whether it did.
    pub(super) fn wait_in_lobby(&mut self, id: ConnectionId, join: &Join) -> bool {
        let before = self.connections.get(&id).and_then(super::Connection::in_lobby);
        let before = before.filter(|(room, _)| *room == join.room).map(|(_, identity)| identity.clone());
        if before.is_none() {
            self.leave_lobby(id);
        }
        let Some(room) = self.rooms.get(&join.room).filter(|room| room.lobby().locked) else {
            return false;
        };
        if join.role == Role::Mixer && self.mixer_token.is_some() {
            return false;
        }
        if before.is_none() && room.lobby().waiting.len() >= self.limits.max_waiting {
            let message = format!(
                "{} participants wait to be admitted, which is the limit",
                room.lobby().waiting.len()
            );
            self.error(id, ErrorCode::RoomFull, message);
            return true;
        }
        let near = self.waiting_near(id, &join.room);
        if before.is_none() && near >= self.limits.max_waiting_per_address {
            let message =
                format!("{near} participants from this address wait to be admitted, which is the limit");
            self.error(id, ErrorCode::RoomFull, message);
            return true;
        }
        let Some(room) = self.rooms.get(&join.room) else { return false };
        let others: usize = room
            .lobby()
            .waiting
            .iter()
            .filter(|known| before.as_ref().is_none_or(|before| known.id != before.id))
            .map(json_bytes)
            .sum();
        let is_known = before.is_some();
        let identity = before.unwrap_or_else(|| self.identity(join));
        let waiting = WaitingParticipant {
            id: identity.id.clone(),
            name: join.name.clone(),
            metadata: join.metadata.clone(),
        };
        if others + json_bytes(&waiting) > self.limits.max_waiting_bytes {
            if is_known {
                // The former name and metadata stay in the list.
                self.send(id, ServerMessage::Waiting);
                return true;
            }
            self.error(id, ErrorCode::RoomFull, "the lobby has no room for a name and metadata of this size");
            return true;
        }
        let Some(room) = self.rooms.get_mut(&join.room) else { return false };
        let reason = WaitReason::Lobby(identity);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.waiting = Some(Box::new(Waiting { join: join.clone(), reason }));
        }
        let changed =
            room.change_lobby(|lobby| match lobby.waiting.iter_mut().find(|known| known.id == waiting.id) {
                Some(known) => *known = waiting,
                None => lobby.waiting.push(waiting),
            });
        self.send(id, ServerMessage::Waiting);
        if changed {
            self.tell_lobby(&join.room);
        }
        true
    }

    /// How many others wait in a lobby at the address of this connection.
    fn waiting_near(&self, id: ConnectionId, room: &str) -> usize {
        let Some(address) = self.connections.get(&id).and_then(|connection| connection.address) else {
            return 0;
        };
        let is_near = |connection: &&super::Connection| {
            connection.address == Some(address) && connection.in_lobby().is_some_and(|(name, _)| name == room)
        };
        self.connections.values().filter(is_near).count()
    }

    /// Removes a connection from its lobby.
    pub(super) fn leave_lobby(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some((room, waiting)) = connection.in_lobby() else { return };
        let (room, waiting) = (room.to_owned(), waiting.id.clone());
        connection.waiting = None;
        self.strike_out(&room, &waiting);
    }

    /// Removes a participant from a lobby.
    fn strike_out(&mut self, room: &str, participant: &ParticipantId) {
        self.change_lobby(room, |lobby| lobby.waiting.retain(|known| known.id != *participant));
    }

    /// Those who wait for a room, in the order of its lobby.
    fn waiting_in_order(&self, room: &str) -> Vec<ConnectionId> {
        let waits =
            |connection: &super::Connection| connection.in_lobby().is_some_and(|(name, _)| name == room);
        let mut waiting: Vec<_> =
            self.connections.iter().filter(|(_, connection)| waits(connection)).map(|(id, _)| *id).collect();
        let lobby = self.rooms.get(room).map(|room| room.lobby().waiting.as_slice()).unwrap_or_default();
        let place = |id: &ConnectionId| {
            let (_, waiting) = self.connections.get(id)?.in_lobby()?;
            lobby.iter().position(|known| known.id == waiting.id)
        };
        waiting.sort_by_key(place);
        waiting
    }

    fn let_in(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(waiting) = connection.waiting.take() else { return };
        let Waiting { join, reason: WaitReason::Lobby(identity) } = *waiting else { return };
        self.strike_out(&join.room, &identity.id);
        self.enter(id, join, Some(identity));
    }

    /// Sends the lobby to everyone in the room, because everyone may become the host.
    fn tell_lobby(&mut self, room: &str) {
        let Some(room) = self.rooms.get(room) else { return };
        let message = ServerMessage::Lobby { revision: room.revision(), lobby: room.lobby().clone() };
        self.outputs.extend(room.connections().map(|to| Output::Send { to, message: message.clone() }));
    }

    /// Rejects everyone who waits for a room, as nobody is left who could admit them.
    pub(super) fn turn_away_waiting(&mut self, room: &str) {
        let waits =
            |connection: &super::Connection| connection.in_lobby().is_some_and(|(name, _)| name == room);
        let waiting = self.connections.iter().filter(|(_, connection)| waits(connection));
        for id in waiting.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.expel(id, ErrorCode::NotAdmitted, "everyone who could admit you has left the room");
        }
    }

    /// Makes the participant who joined first the host; one whose connection was cut only if there is no other.
    pub(super) fn pass_on_host(&mut self, name: &str) {
        let Some(room) = self.rooms.get_mut(name) else { return };
        let is_participant = |info: &ParticipantInfo| info.role == Role::Participant;
        let is_heir = |seat: &&Seat| seat.pass.may_host && room.info(seat.id).is_some_and(is_participant);
        let heir = room.seats().filter(is_heir).min_by_key(|seat| seat.connection().is_none());
        let Some(heir) = heir.map(|seat| seat.id) else {
            // Nobody has a token that permits it, so nobody can admit anyone.
            self.turn_away_waiting(name);
            return self.unlock(name);
        };
        if room.change(heir, |info| info.role = Role::Host) {
            info!(seat = heir.0, room = name, "is the host now");
            self.announce(name, heir, Audience::Everyone);
        }
    }

    pub(super) fn lock(&mut self, id: ConnectionId, room: &str, locked: bool) {
        if !self.is_host(id, room, "lock") {
            return;
        }
        match locked {
            true => self.change_lobby(room, |lobby| lobby.locked = true),
            false => self.unlock(room),
        }
    }

    /// Admits newcomers from now on, and those who wait.
    pub(super) fn unlock(&mut self, room: &str) {
        let waiting = self.waiting_in_order(room);
        // Once, rather than for each of them.
        self.change_lobby(room, |lobby| *lobby = Lobby::default());
        for id in waiting {
            self.let_in(id);
        }
    }

    fn change_lobby(&mut self, room: &str, change: impl FnOnce(&mut Lobby)) {
        if let Some(members) = self.rooms.get_mut(room)
            && members.change_lobby(change)
        {
            self.tell_lobby(room);
        }
    }

    pub(super) fn admit(&mut self, id: ConnectionId, room: &str, participant: &ParticipantId) {
        if self.is_host(id, room, "admit") {
            match self.waiting_in(room, participant) {
                Some(waiting) => self.let_in(waiting),
                None => self.unknown(id, participant),
            }
        }
    }

    pub(super) fn remove(&mut self, id: ConnectionId, room: &str, participant: &ParticipantId) {
        if !self.is_host(id, room, "remove") {
            return;
        }
        let waiting = self.waiting_in(room, participant);
        let inside = self.rooms.get(room).and_then(|room| room.connection(participant));
        let away = self.rooms.get_mut(room).and_then(|room| room.seat_of_participant(participant));
        if let Some(away) = away.filter(|seat| seat.connection().is_none()).map(|seat| seat.id) {
            return self.expel_absent(room, away);
        }
        match (waiting, inside) {
            (_, Some(inside)) if inside == id => {
                self.error(id, ErrorCode::InvalidValue, "the host cannot remove itself; send `leave`");
            }
            (Some(gone), _) => self.expel(gone, ErrorCode::NotAdmitted, "the host did not admit you"),
            (None, Some(gone)) => self.expel(gone, ErrorCode::Removed, "the host removed you from the room"),
            (None, None) => self.unknown(id, participant),
        }
    }

    pub(super) fn mute(
        &mut self,
        id: ConnectionId,
        room: &str,
        participant: &ParticipantId,
        publication: PublicationId,
    ) {
        if !self.is_host(id, room, "mute") {
            return;
        }
        let Some(room) = self.rooms.get_mut(room) else { return };
        let from = room.participant(id).map(|info| info.id.clone());
        let publishes = room.participants().any(|info| {
            info.id == *participant && info.publications.iter().any(|known| known.id == publication)
        });
        let target = room.seat_of_participant(participant).filter(|_| publishes);
        match (from, target) {
            (Some(from), Some(target)) => match target.connection() {
                Some(target) => {
                    self.send(target, ServerMessage::MuteRequested { from, publication_id: publication });
                }
                None => drop(target.to_mute.insert(publication, from)),
            },
            _ => {
                let message = format!(
                    "participant `{}` does not publish `{}`",
                    shorten(participant.to_string()),
                    shorten(publication.to_string())
                );
                self.error(id, ErrorCode::UnknownParticipant, message);
            }
        }
    }

    fn expel(&mut self, id: ConnectionId, code: ErrorCode, message: &str) {
        self.send_error(id, code, message, true);
        self.forget(id, LeaveReason::Removed);
        self.close(id, CloseReason::Error(code));
    }

    fn waiting_in(&self, room: &str, participant: &ParticipantId) -> Option<ConnectionId> {
        let waits = |connection: &super::Connection| {
            connection.in_lobby().is_some_and(|(name, waiting)| name == room && waiting.id == *participant)
        };
        self.connections.iter().find(|(_, connection)| waits(connection)).map(|(id, _)| *id)
    }

    fn is_host(&mut self, id: ConnectionId, room: &str, action: &str) -> bool {
        let role = self.rooms.get(room).and_then(|room| room.participant(id)).map(|info| info.role);
        if role != Some(Role::Host) {
            self.error(id, ErrorCode::NotHost, format!("only the room's host may `{action}`"));
        }
        role == Some(Role::Host)
    }

    fn unknown(&mut self, id: ConnectionId, participant: &ParticipantId) {
        let participant = shorten(participant.to_string());
        let message = format!("participant `{participant}` is neither in the room nor in its lobby");
        self.error(id, ErrorCode::UnknownParticipant, message);
    }
}
