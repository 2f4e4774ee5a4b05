//! The participants of the room, maintained from the server's numbered changes.

use crate::model::{LeaveReason, Lobby, ParticipantId, ParticipantInfo, Roster as Snapshot};

/// The room's state as known locally, including the local participant, in the order of joining.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    revision: u64,
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

/// A change was missed: the complete roster is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap;

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
    ///
    /// # Errors
    /// [`Gap`] if an earlier change was missed; the roster stays unchanged.
    pub fn upsert(&mut self, revision: u64, after: ParticipantInfo) -> Result<Option<Change>, Gap> {
        // A change without an effect is the reply to a repeated message, and carries the number of a change that is
        // missing here.
        if revision > self.revision && self.get(&after.id) == Some(&after) {
            return Err(Gap);
        }
        if !self.advance(revision)? {
            return Ok(None);
        }
        Ok(match self.participants.iter_mut().find(|known| known.id == after.id) {
            Some(known) if *known == after => None,
            Some(known) => {
                let before = std::mem::replace(known, after.clone());
                Some(Change::Updated { before, after })
            }
            None => {
                self.participants.push(after.clone());
                Some(Change::Joined(after))
            }
        })
    }

    /// A participant left.
    ///
    /// # Errors
    /// [`Gap`] if an earlier change was missed; the roster stays unchanged.
    pub fn remove(
        &mut self,
        revision: u64,
        id: &ParticipantId,
        reason: LeaveReason,
    ) -> Result<Option<Change>, Gap> {
        if !self.advance(revision)? {
            return Ok(None);
        }
        let place = self.participants.iter().position(|participant| participant.id == *id);
        Ok(place.map(|place| Change::Left { participant: self.participants.remove(place), reason }))
    }

    /// The lobby changed.
    ///
    /// # Errors
    /// [`Gap`] if an earlier change was missed; the roster stays unchanged.
    pub fn set_lobby(&mut self, revision: u64, lobby: Lobby) -> Result<Option<Change>, Gap> {
        if revision > self.revision && self.lobby == lobby {
            return Err(Gap);
        }
        if !self.advance(revision)? || self.lobby == lobby {
            return Ok(None);
        }
        self.lobby.clone_from(&lobby);
        Ok(Some(Change::Lobby(lobby)))
    }

    /// Replaces the roster with the server's complete one, unless it is older.
    pub fn replace(&mut self, snapshot: Snapshot) -> Vec<Change> {
        if snapshot.revision < self.revision {
            return Vec::new();
        }
        self.revision = snapshot.revision;
        let before = std::mem::replace(&mut self.participants, snapshot.participants);
        let mut changes = Vec::new();
        if self.lobby != snapshot.lobby {
            self.lobby.clone_from(&snapshot.lobby);
            changes.push(Change::Lobby(snapshot.lobby));
        }
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

    /// The server's current revision.
    ///
    /// # Errors
    /// [`Gap`] if it is newer than the local one.
    pub fn check(&self, revision: u64) -> Result<(), Gap> {
        if revision > self.revision { Err(Gap) } else { Ok(()) }
    }

    /// Returns `false` for a change that was already applied; the current revision is accepted again, as it cannot
    /// contain anything older.
    fn advance(&mut self, revision: u64) -> Result<bool, Gap> {
        self.check(revision.saturating_sub(1))?;
        let is_new = revision >= self.revision;
        self.revision = self.revision.max(revision);
        Ok(is_new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn participant(id: &str) -> ParticipantInfo {
        ParticipantInfo {
            id: id.into(),
            join_order: 1,
            name: id.into(),
            metadata: String::new(),
            attributes: Default::default(),
            role: crate::model::Role::Participant,
            publications: Vec::new(),
            reconnecting: false,
        }
    }

    #[test]
    fn changes_apply_in_order_and_only_once() {
        let mut roster = Roster::default();
        assert_eq!(roster.upsert(1, participant("a")), Ok(Some(Change::Joined(participant("a")))));
        assert_eq!(roster.upsert(1, participant("a")), Ok(None), "a repetition changes nothing");
        assert!(matches!(roster.remove(2, &"a".into(), LeaveReason::Left), Ok(Some(Change::Left { .. }))));
        assert_eq!(roster.upsert(1, participant("a")), Ok(None), "a late change cannot bring anyone back");
        assert!(roster.participants().is_empty());
    }

    #[test]
    fn an_answer_that_changes_nothing_does_not_hide_a_missed_change() {
        let mut roster = Roster::default();
        roster.upsert(1, participant("a")).unwrap();
        assert_eq!(roster.upsert(2, participant("a")), Err(Gap), "somebody else's change was number 2");
        assert_eq!(roster.check(1), Ok(()));
    }

    #[test]
    fn a_missed_change_is_a_gap_and_the_complete_roster_closes_it() {
        let mut roster = Roster::default();
        roster.upsert(1, participant("a")).unwrap();
        assert_eq!(roster.upsert(3, participant("c")), Err(Gap));
        assert_eq!(roster.check(3), Err(Gap));
        let changes = roster.replace(Snapshot {
            revision: 3,
            participants: vec![participant("c")],
            lobby: Lobby::default(),
        });
        assert_eq!(
            changes,
            [
                Change::Left { participant: participant("a"), reason: LeaveReason::Unknown },
                Change::Joined(participant("c"))
            ]
        );
        assert_eq!(roster.check(3), Ok(()));
    }
}
