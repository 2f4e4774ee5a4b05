//! The participants of the room, maintained from the server's numbered changes.

use moim_protocol::Roster as Snapshot;

use crate::model::{Change, LeaveReason, Lobby, ParticipantId, ParticipantInfo, Roster};

/// The room's state, and the revision of the server's roster that it corresponds to.
#[derive(Debug, Default)]
pub(super) struct NumberedRoster {
    revision: u64,
    roster: Roster,
}

/// A change was missed: the complete roster is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap;

impl NumberedRoster {
    /// A participant joined or changed. [`Gap`] if an earlier change was missed; the roster stays unchanged.
    pub(super) fn upsert(&mut self, revision: u64, after: ParticipantInfo) -> Result<Option<Change>, Gap> {
        // A change without an effect is the reply to a repeated message, and carries the number of a change that is
        // missing here.
        if revision > self.revision && self.roster.get(&after.id) == Some(&after) {
            return Err(Gap);
        }
        let is_new = self.advance(revision)?;
        Ok(is_new.then(|| self.roster.upsert(after)).flatten())
    }

    /// A participant left. [`Gap`] as for [`upsert`](Self::upsert).
    pub(super) fn remove(
        &mut self,
        revision: u64,
        id: &ParticipantId,
        reason: LeaveReason,
    ) -> Result<Option<Change>, Gap> {
        let is_new = self.advance(revision)?;
        Ok(is_new.then(|| self.roster.remove(id, reason)).flatten())
    }

    /// The lobby changed. [`Gap`] as for [`upsert`](Self::upsert).
    pub(super) fn set_lobby(&mut self, revision: u64, lobby: Lobby) -> Result<Option<Change>, Gap> {
        if revision > self.revision && *self.roster.lobby() == lobby {
            return Err(Gap);
        }
        let is_new = self.advance(revision)?;
        Ok(is_new.then(|| self.roster.set_lobby(lobby)).flatten())
    }

    /// Replaces the roster with the server's complete one, unless it is older.
    pub(super) fn replace(&mut self, snapshot: Snapshot) -> Vec<Change> {
        if snapshot.revision < self.revision {
            return Vec::new();
        }
        self.revision = snapshot.revision;
        self.roster.replace(snapshot.participants, snapshot.lobby)
    }

    /// The server's current revision. [`Gap`] if it is newer than the local one.
    pub(super) fn check(&self, revision: u64) -> Result<(), Gap> {
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

impl std::ops::Deref for NumberedRoster {
    type Target = Roster;

    fn deref(&self) -> &Roster {
        &self.roster
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn participant(id: &str) -> ParticipantInfo {
        crate::model::participant(id, 1, crate::model::Role::Participant)
    }

    #[test]
    fn changes_apply_in_order_and_only_once() {
        let mut roster = NumberedRoster::default();
        assert_eq!(roster.upsert(1, participant("a")), Ok(Some(Change::Joined(participant("a")))));
        assert_eq!(roster.upsert(1, participant("a")), Ok(None), "a repetition changes nothing");
        assert!(matches!(roster.remove(2, &"a".into(), LeaveReason::Left), Ok(Some(Change::Left { .. }))));
        assert_eq!(roster.upsert(1, participant("a")), Ok(None), "a late change cannot bring anyone back");
        assert!(roster.participants().is_empty());
    }

    #[test]
    fn an_answer_that_changes_nothing_does_not_hide_a_missed_change() {
        let mut roster = NumberedRoster::default();
        roster.upsert(1, participant("a")).unwrap();
        assert_eq!(roster.upsert(2, participant("a")), Err(Gap), "somebody else's change was number 2");
        assert_eq!(roster.check(1), Ok(()));
    }

    #[test]
    fn a_missed_change_is_a_gap_and_the_complete_roster_closes_it() {
        let mut roster = NumberedRoster::default();
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
