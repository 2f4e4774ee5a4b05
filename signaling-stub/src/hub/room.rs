//! One room: its participants, and the revision of their list.

use std::net::IpAddr;

use moim_protocol::{Lobby, ParticipantId, ParticipantInfo, Role, Roster, Topology};

use super::ConnectionId;

/// A room with at least one participant.
#[derive(Clone, Debug)]
pub(super) struct Room {
    topology: Topology,
    /// Where its first participant comes from, if that is known.
    opened_from: Option<IpAddr>,
    revision: u64,
    lobby: Lobby,
    /// In the order in which they joined.
    members: Vec<Member>,
}

#[derive(Clone, Debug)]
struct Member {
    connection: ConnectionId,
    info: ParticipantInfo,
}

impl Room {
    pub(super) fn new(topology: Topology, opened_from: Option<IpAddr>) -> Self {
        Self { topology, opened_from, revision: 0, lobby: Lobby::default(), members: Vec::new() }
    }

    /// As the first participant wished it.
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

    /// Lets `change` work on the lobby, and says whether that made a difference.
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

    pub(super) fn connections(&self) -> impl Iterator<Item = ConnectionId> {
        self.members.iter().map(|member| member.connection)
    }

    /// Whether somebody mixes.
    pub(super) fn has_mixer(&self) -> bool {
        self.participants().any(|participant| participant.role == Role::Mixer)
    }

    /// Whether somebody is here to take part.
    pub(super) fn has_people(&self) -> bool {
        self.participants().any(|participant| participant.role != Role::Mixer)
    }

    pub(super) fn participant(&self, connection: ConnectionId) -> Option<&ParticipantInfo> {
        self.members.iter().find(|member| member.connection == connection).map(|member| &member.info)
    }

    pub(super) fn connection(&self, participant: &ParticipantId) -> Option<ConnectionId> {
        self.members.iter().find(|member| member.info.id == *participant).map(|member| member.connection)
    }

    pub(super) fn add(&mut self, connection: ConnectionId, info: ParticipantInfo) {
        self.members.push(Member { connection, info });
        self.revision += 1;
    }

    pub(super) fn remove(&mut self, connection: ConnectionId) -> Option<ParticipantInfo> {
        let index = self.members.iter().position(|member| member.connection == connection)?;
        self.revision += 1;
        Some(self.members.remove(index).info)
    }

    /// Lets `change` work on the participant, and says whether that made a difference.
    pub(super) fn change(
        &mut self,
        connection: ConnectionId,
        change: impl FnOnce(&mut ParticipantInfo),
    ) -> bool {
        let Some(member) = self.members.iter_mut().find(|member| member.connection == connection) else {
            return false;
        };
        let before = member.info.clone();
        change(&mut member.info);
        let changed = member.info != before;
        self.revision += u64::from(changed);
        changed
    }
}
