//! A participant's seat: its place in a room, independent of its current connection.
//!
//! A connection that is cut leaves its seat empty for a grace time. A client that joins with the seat's token within
//! that time resumes it. Messages sent to it meanwhile are not kept: signals are repeated by their senders, who learn
//! from the roster that it is back, and the roster is sent with `welcome`.

use std::{collections::BTreeMap, net::IpAddr};

use moim_protocol::{
    ErrorCode, Join, LeaveReason, ParticipantId, PublicationId, Role, ServerMessage, Topology,
};
use tracing::info;

use super::{
    CloseReason, ConnectionId, Hub, MediaCommand, Output, dispatch::Audience, pass::Pass, room::Room, shorten,
};

/// Identifies a participant's place in a room, whatever its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeatId(pub u64);

/// A participant's place in a room.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) id: SeatId,
    pub(super) presence: Presence,
    /// The address of its first connection, if known.
    pub(super) address: Option<IpAddr>,
    /// The token to resume the seat. `None` if the client cannot resume, so the seat ends with the connection.
    pub(super) token: Option<String>,
    /// What its participant may do.
    pub(super) pass: Pass,
    /// The number of the client's last attempt to resume.
    pub(super) attempt: u32,
    /// The publications that a host asked to mute while the seat was empty, and which host.
    pub(super) to_mute: BTreeMap<PublicationId, ParticipantId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// Connected over this connection.
    Here(ConnectionId),
    /// The connection was cut. The seat ends at this time, with this reason.
    Away { until: u64, reason: LeaveReason },
}

impl Seat {
    pub(super) fn connection(&self) -> Option<ConnectionId> {
        match self.presence {
            Presence::Here(connection) => Some(connection),
            Presence::Away { .. } => None,
        }
    }

    pub(super) fn away_until(&self) -> Option<u64> {
        match self.presence {
            Presence::Here(_) => None,
            Presence::Away { until, .. } => Some(until),
        }
    }
}

const SUPERSEDED: &str = "this participant has resumed over another connection";

impl Hub {
    /// Handles the loss of a connection. Its seat stays for the grace time if the client can resume.
    pub(super) fn lose(&mut self, id: ConnectionId, reason: LeaveReason) {
        let room = self.connections.get(&id).and_then(|connection| connection.room.clone());
        match room {
            Some(room) if self.keeps_seat(id, &room) => {
                self.connections.remove(&id);
                self.empty_seat(&room, id, reason);
            }
            _ => self.forget(id, reason),
        }
    }

    fn keeps_seat(&self, id: ConnectionId, room: &str) -> bool {
        let Some((room, seat)) =
            self.rooms.get(room).and_then(|room| room.seat_of(id).map(|seat| (room, seat)))
        else {
            return false;
        };
        // A mixer that this server started is replaced immediately instead.
        let is_replaced =
            self.starts_mixers && room.info(seat.id).is_some_and(|info| info.role == Role::Mixer);
        let away = || self.rooms.values().flat_map(Room::seats).filter(|seat| seat.connection().is_none());
        let near = || away().filter(|other| seat.address.is_some() && other.address == seat.address);
        seat.token.is_some()
            && self.limits.grace_ms > 0
            && !is_replaced
            && away().count() < self.limits.max_connections
            && near().count() < self.limits.max_connections_per_address
    }

    fn empty_seat(&mut self, name: &str, id: ConnectionId, reason: LeaveReason) {
        let until = self.now.saturating_add(self.limits.grace_ms);
        let Some(room) = self.rooms.get_mut(name) else { return };
        let Some(seat) = room.seat_of_mut(id) else { return };
        seat.presence = Presence::Away { until, reason };
        let seat = seat.id;
        room.change(seat, |info| info.reconnecting = true);
        info!(connection = id.0, seat = seat.0, room = name, ?reason, "cut");
        self.wake_at(until);
        self.announce(name, seat, Audience::Others);
    }

    /// Assigns a connection to the seat of its token.
    pub(super) fn resume(&mut self, id: ConnectionId, mut join: Join, token: &str) {
        let name = std::mem::take(&mut join.room);
        if self.removed.remove(token).is_some() {
            return self.fail(id, ErrorCode::Removed, "the host removed you from the room");
        }
        let seat = self.rooms.get(&name).and_then(|room| room.seat_with(token));
        if seat.is_some_and(|seat| seat.attempt > join.attempt) {
            return self.fail(id, ErrorCode::Superseded, SUPERSEDED);
        }
        let Some((seat, before)) = seat.map(|seat| (seat.id, seat.connection())) else {
            let room = shorten(name);
            let message = format!(
                "no participant of room `{room}` has this token, or no longer: join without `resume`"
            );
            return self.error(id, ErrorCode::ResumeRefused, message);
        };
        if !self.may_supersede(before, id) {
            return;
        }
        self.leave_lobby(id);
        self.stop_waiting_for_mixer(id);
        if let Some(before) = before {
            self.supersede(before, id);
            self.empty_seat(&name, before, LeaveReason::Disconnected);
        }
        let Some(room) = self.rooms.get_mut(&name) else { return };
        let to_mute = room.take_seat(seat, id, join.attempt);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.room = Some(name.clone());
        }
        info!(connection = id.0, seat = seat.0, room = name, "resumed");
        self.renew_pass(&name, seat, &join);
        self.welcome(id, &name);
        for (publication_id, from) in to_mute {
            self.send(id, ServerMessage::MuteRequested { from, publication_id });
        }
        if self.rooms.get(&name).is_some_and(|room| room.topology() == Topology::Sfu) {
            self.outputs.push_back(Output::Media(MediaCommand::Resumed { id: seat }));
        }
        self.media_relay(id, &name, join.relay);
        self.announce(&name, seat, Audience::Others);
    }

    /// Gives a connection the place in the lobby, or in the queue for a mixer, of an earlier attempt of the same client.
    /// Returns `false` if the client waits over a later one.
    pub(super) fn take_over_waiting(&mut self, id: ConnectionId, join: &Join) -> bool {
        let is_same = |before: &Join| before.room == join.room && before.identity == join.identity;
        let waiting = self.connections.iter_mut().find(|(other, connection)| {
            **other != id && connection.waiting.as_deref().is_some_and(|waiting| is_same(&waiting.join))
        });
        let Some((before, connection)) = waiting.filter(|_| join.identity.is_some()) else { return true };
        if connection.waiting.as_deref().is_some_and(|waiting| waiting.join.attempt > join.attempt) {
            self.fail(id, ErrorCode::Superseded, SUPERSEDED);
            return false;
        }
        let before = *before;
        if !self.may_supersede(Some(before), id) {
            return false;
        }
        let waiting = self.connections.get_mut(&before).and_then(|connection| connection.waiting.take());
        self.supersede(before, id);
        self.leave_lobby(id);
        self.stop_waiting_for_mixer(id);
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.waiting = waiting;
        }
        true
    }

    /// Whether a connection may be replaced by another one: each time, others are sent that. Otherwise the client tries again.
    fn may_supersede(&mut self, before: Option<ConnectionId>, by: ConnectionId) -> bool {
        let now = self.now;
        let before = before.and_then(|id| self.connections.get_mut(&id));
        if before.is_none_or(|before| !before.bucket.is_in_debt(now)) {
            return true;
        }
        self.refuse_for_now(by, "this participant has caused too many changes; resume later");
        false
    }

    /// Closes a connection. Its client has noticed before the server that it is dead; or another client knows its token. The
    /// newer one goes on with what it owes.
    fn supersede(&mut self, before: ConnectionId, by: ConnectionId) {
        self.send_error(before, ErrorCode::Superseded, SUPERSEDED, true);
        let owed = self.connections.remove(&before).map(|connection| connection.bucket);
        if let Some((owed, connection)) = owed.zip(self.connections.get_mut(&by)) {
            connection.bucket = owed;
        }
        self.close(before, CloseReason::Error(ErrorCode::Superseded));
    }

    /// Ends the seats whose grace time is over.
    pub(super) fn end_seats(&mut self, now: u64) {
        self.removed.retain(|_, until| *until > now);
        let over = self.rooms.iter().flat_map(|(name, room)| {
            let over = room.seats().filter_map(|seat| match seat.presence {
                Presence::Away { until, reason } if until <= now => Some((seat.id, reason)),
                _ => None,
            });
            over.map(move |(seat, reason)| (name.clone(), seat, reason))
        });
        for (name, seat, reason) in over.collect::<Vec<_>>() {
            self.end_seat(&name, seat, reason);
        }
    }

    /// When the next seat, or the next record of a removed one, ends.
    pub(super) fn next_seat_end(&self) -> Option<u64> {
        let seats = self.rooms.values().flat_map(Room::seats).filter_map(Seat::away_until);
        seats.chain(self.removed.values().copied()).min()
    }

    /// Removes a participant whose connection was cut. It gets an error if it tries to resume.
    pub(super) fn expel_absent(&mut self, name: &str, seat: SeatId) {
        let seats = self.rooms.get(name).into_iter().flat_map(Room::seats);
        let found = seats.filter(|known| known.id == seat);
        let token = found.filter_map(|seat| Some((seat.token.clone()?, seat.away_until()?))).next();
        self.removed.extend(token);
        self.end_seat(name, seat, LeaveReason::Removed);
    }
}
