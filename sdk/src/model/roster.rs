//! The participants of a room, and the changes to them.

use super::{LeaveReason, Lobby, ParticipantId, ParticipantInfo};

/// The room's state as known locally, including the local participant, in the order of joining.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    participants: Vec<ParticipantInfo>,
    lobby: Lobby,
}

/// The effect of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A participant joined.
    Joined(ParticipantInfo),
    /// A participant changed.
    Updated {
        /// The state before.
        before: ParticipantInfo,
        /// The state now.
        after: ParticipantInfo,
    },
    /// A participant left.
    Left {
        /// The last known state.
        participant: ParticipantInfo,
        /// The reason; unknown if the leave message itself was missed.
        reason: LeaveReason,
    },
    /// The lobby changed: its waiting participants, or whether newcomers have to wait.
    Lobby(Lobby),
}

impl Roster {
    /// All participants, in the order of joining.
    pub fn participants(&self) -> &[ParticipantInfo] {
        &self.participants
    }

    /// The lobby: who waits to be admitted, and whether newcomers have to.
    pub fn lobby(&self) -> &Lobby {
        &self.lobby
    }

    /// Returns one participant.
    pub fn get(&self, id: &ParticipantId) -> Option<&ParticipantInfo> {
        self.participants.iter().find(|participant| participant.id == *id)
    }

    /// A participant joined or changed.
    pub fn upsert(&mut self, after: ParticipantInfo) -> Option<Change> {
        match self.participants.iter().position(|known| known.id == after.id) {
            Some(place) if self.participants[place] == after => None,
            Some(place) => {
                let before = std::mem::replace(&mut self.participants[place], after.clone());
                // A participant that joins again after a restart of the server gets another place.
                self.sort();
                Some(Change::Updated { before, after })
            }
            None => {
                self.participants.push(after.clone());
                Some(Change::Joined(after))
            }
        }
    }

    /// By insertion, because it is almost sorted, and a stable sort of the standard library is kilobytes of WebAssembly.
    fn sort(&mut self) {
        for unsorted in 1..self.participants.len() {
            for place in (1..=unsorted).rev() {
                if self.participants[place - 1].join_order <= self.participants[place].join_order {
                    break;
                }
                self.participants.swap(place - 1, place);
            }
        }
    }

    /// A participant left.
    pub fn remove(&mut self, id: &ParticipantId, reason: LeaveReason) -> Option<Change> {
        let place = self.participants.iter().position(|participant| participant.id == *id)?;
        Some(Change::Left { participant: self.participants.remove(place), reason })
    }

    /// The lobby changed.
    pub fn set_lobby(&mut self, lobby: Lobby) -> Option<Change> {
        if self.lobby == lobby {
            return None;
        }
        self.lobby.clone_from(&lobby);
        Some(Change::Lobby(lobby))
    }

    /// Replaces the complete state.
    pub fn replace(&mut self, participants: Vec<ParticipantInfo>, lobby: Lobby) -> Vec<Change> {
        let mut changes: Vec<_> = self.set_lobby(lobby).into_iter().collect();
        let before = std::mem::replace(&mut self.participants, participants);
        for participant in &before {
            if self.get(&participant.id).is_none() {
                changes.push(Change::Left { participant: participant.clone(), reason: LeaveReason::Unknown });
            }
        }
        for after in &self.participants {
            match before.iter().find(|known| known.id == after.id) {
                None => changes.push(Change::Joined(after.clone())),
                Some(known) if known != after => {
                    changes.push(Change::Updated { before: known.clone(), after: after.clone() });
                }
                Some(_) => {}
            }
        }
        changes
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::model::{Role, participant};

    #[test]
    fn an_update_puts_everyone_in_the_order_of_joining() {
        let mut roster = Roster::default();
        for (id, order) in [("a", 7), ("b", 4), ("c", 5), ("d", 6), ("e", 8)] {
            roster.upsert(participant(id, order, Role::Participant));
        }
        roster.upsert(participant("c", 3, Role::Participant));
        let ids: Vec<_> = roster.participants().iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["c", "b", "d", "a", "e"]);
    }
}
