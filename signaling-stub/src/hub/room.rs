//! One room: its participants, and the revision of their list.

use std::{collections::BTreeMap, net::IpAddr};

use moim_protocol::{Lobby, ParticipantId, ParticipantInfo, PublicationId, Role, Roster, Topology};

use super::{
    ConnectionId,
    seat::{Presence, Seat, SeatId},
};

/// A room with at least one participant.
#[derive(Clone, Debug)]
pub(super) struct Room {
    topology: Topology,
    /// The address of its first participant, if known.
    opened_from: Option<IpAddr>,
    revision: u64,
    lobby: Lobby,
    /// In the order of joining.
    members: Vec<Member>,
}

#[derive(Clone, Debug)]
struct Member {
    seat: Seat,
    info: ParticipantInfo,
}

impl Room {
    pub(super) fn new(topology: Topology, opened_from: Option<IpAddr>) -> Self {
        Self { topology, opened_from, revision: 0, lobby: Lobby::default(), members: Vec::new() }
    }

    /// Chosen by the first participant.
    pub(super) fn topology(&self) -> Topology {
        self.topology
    }

    pub(super) fn opened_from(&self) -> Option<IpAddr> {
        self.opened_from
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn roster(&self) -> Roster {
        let participants = self.participants().cloned().collect();
        Roster { revision: self.revision, participants, lobby: self.lobby.clone() }
    }

    pub(super) fn lobby(&self) -> &Lobby {
        &self.lobby
    }

    /// Calls `change` on the lobby; returns whether the lobby changed.
    pub(super) fn change_lobby(&mut self, change: impl FnOnce(&mut Lobby)) -> bool {
        let before = self.lobby.clone();
        change(&mut self.lobby);
        let changed = self.lobby != before;
        self.revision += u64::from(changed);
        changed
    }

    pub(super) fn participants(&self) -> impl Iterator<Item = &ParticipantInfo> {
        self.members.iter().map(|member| &member.info)
    }

    /// The connections of occupied seats.
    pub(super) fn connections(&self) -> impl Iterator<Item = ConnectionId> {
        self.seats().filter_map(Seat::connection)
    }

    pub(super) fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.members.iter().map(|member| &member.seat)
    }

    /// Whether there is a mixer.
    pub(super) fn has_mixer(&self) -> bool {
        self.participants().any(|participant| participant.role == Role::Mixer)
    }

    /// Whether there is a host.
    pub(super) fn has_host(&self) -> bool {
        self.participants().any(|participant| participant.role == Role::Host)
    }

    /// Whether there is a participant other than mixers.
    pub(super) fn has_people(&self) -> bool {
        self.participants().any(|participant| participant.role != Role::Mixer)
    }

    /// The seat that this connection has.
    pub(super) fn seat_of(&self, connection: ConnectionId) -> Option<&Seat> {
        self.seats().find(|seat| seat.connection() == Some(connection))
    }

    pub(super) fn seat_of_mut(&mut self, connection: ConnectionId) -> Option<&mut Seat> {
        let mut seats = self.members.iter_mut().map(|member| &mut member.seat);
        seats.find(|seat| seat.connection() == Some(connection))
    }

    pub(super) fn seat_mut(&mut self, seat: SeatId) -> Option<&mut Seat> {
        self.members.iter_mut().map(|member| &mut member.seat).find(|known| known.id == seat)
    }

    /// The seat that is resumed with this token.
    pub(super) fn seat_with(&self, token: &str) -> Option<&Seat> {
        self.seats().find(|seat| seat.token.as_deref() == Some(token))
    }

    pub(super) fn seat_of_participant(&mut self, participant: &ParticipantId) -> Option<&mut Seat> {
        let member = self.members.iter_mut().find(|member| member.info.id == *participant);
        member.map(|member| &mut member.seat)
    }

    pub(super) fn info(&self, seat: SeatId) -> Option<&ParticipantInfo> {
        self.members.iter().find(|member| member.seat.id == seat).map(|member| &member.info)
    }

    /// The participant of this connection.
    pub(super) fn participant(&self, connection: ConnectionId) -> Option<&ParticipantInfo> {
        self.info(self.seat_of(connection)?.id)
    }

    /// The connection of a participant who is here.
    pub(super) fn connection(&self, participant: &ParticipantId) -> Option<ConnectionId> {
        self.members.iter().find(|member| member.info.id == *participant)?.seat.connection()
    }

    pub(super) fn has(&self, participant: &ParticipantId) -> bool {
        self.participants().any(|info| info.id == *participant)
    }

    pub(super) fn add(&mut self, seat: Seat, info: ParticipantInfo) {
        self.members.push(Member { seat, info });
        self.revision += 1;
    }

    pub(super) fn remove(&mut self, seat: SeatId) -> Option<ParticipantInfo> {
        let index = self.members.iter().position(|member| member.seat.id == seat)?;
        self.revision += 1;
        Some(self.members.remove(index).info)
    }

    /// Assigns a connection to a seat. Returns the publications that a host asked to mute meanwhile, and which host.
    pub(super) fn take_seat(
        &mut self,
        seat: SeatId,
        connection: ConnectionId,
        attempt: u32,
    ) -> BTreeMap<PublicationId, ParticipantId> {
        self.change(seat, |info| info.reconnecting = false);
        let Some(member) = self.members.iter_mut().find(|member| member.seat.id == seat) else {
            return BTreeMap::new();
        };
        member.seat.presence = Presence::Here(connection);
        member.seat.attempt = attempt;
        std::mem::take(&mut member.seat.to_mute)
    }

    /// Calls `change` on the participant; returns whether it changed.
    pub(super) fn change(&mut self, seat: SeatId, change: impl FnOnce(&mut ParticipantInfo)) -> bool {
        let Some(member) = self.members.iter_mut().find(|member| member.seat.id == seat) else {
            return false;
        };
        let before = member.info.clone();
        change(&mut member.info);
        let changed = member.info != before;
        self.revision += u64::from(changed);
        changed
    }
}
