//! Restores a lost connection to the server.

use super::ladder::{Ladder, Step};
use super::{Connection, Event, Phase, Session};
use crate::error::Error;
use crate::model::{
    Change, IceServer, LeaveReason, LinkId, Lobby, ParticipantId, ParticipantInfo, Role, SignalCommand,
    Timestamp,
};

/// After the network may have changed, a server that does not reply within this time is considered lost.
const REPLY_MS: u32 = 2_000;
/// After a restart of the server, a participant that does not come back within this time has left.
const RETURN_MS: Timestamp = 10_000;

impl Session {
    /// The connection to the server is lost, or could not be opened again.
    pub(super) fn lost(&mut self, error: Error, now: Timestamp) {
        match &mut self.phase {
            Phase::Joined { own_id } if self.capabilities.resume && self.reconnect_ms > 0 => {
                let ladder = Ladder::new(self.reconnect_ms, own_id.as_str(), now);
                self.phase = Phase::Recovering { own_id: own_id.clone(), ladder };
                self.event(Event::Reconnecting);
            }
            Phase::Recovering { ladder, .. } => {
                if ladder.failed(now) == Step::GiveUp {
                    self.end(Some(error));
                }
            }
            _ => self.end(Some(error)),
        }
    }

    /// Makes the next attempt, or gives up, if it is time.
    pub(super) fn reconnect(&mut self, now: Timestamp) {
        let Phase::Recovering { ladder, .. } = &mut self.phase else { return };
        match ladder.handle_timeout(now) {
            Step::Nothing => {}
            Step::Try => self.signal(SignalCommand::Reconnect),
            Step::GiveUp => {
                let after_ms = self.reconnect_ms;
                self.end(Some(Error::Timeout { action: "reconnecting to the server", after_ms }));
            }
        }
    }

    /// The network may have changed or be back: checks the connection to the server, or attempts to restore it at once.
    pub(super) fn check_server(&mut self, now: Timestamp) {
        if let Phase::Recovering { ladder, .. } = &mut self.phase {
            ladder.hurry(now);
            self.reconnect(now);
        }
        self.probe(REPLY_MS);
    }

    /// Checks whether the server replies within this time, in milliseconds.
    pub(super) fn probe(&mut self, within_ms: u32) {
        if matches!(self.phase, Phase::Joined { .. }) && self.capabilities.resume {
            self.signal(SignalCommand::Probe { within_ms });
        }
    }

    /// The server knows this participant.
    pub(super) fn resumed(&mut self, ice_servers: Vec<IceServer>, now: Timestamp) {
        let Phase::Recovering { own_id, .. } = &self.phase else { return };
        self.phase = Phase::Joined { own_id: own_id.clone() };
        self.set_ice_servers(ice_servers);
        self.event(Event::Reconnected);
        self.end_silence(now);
    }

    /// This participant has joined again: the server was restarted, or the participant was away for too long.
    pub(super) fn rejoined(
        &mut self,
        participant_id: ParticipantId,
        participants: Vec<ParticipantInfo>,
        lobby: Lobby,
        ice_servers: Vec<IceServer>,
        now: Timestamp,
    ) {
        let Phase::Recovering { own_id: before, .. } = self.phase.clone() else { return };
        let own_before = self.roster.get(&before).cloned();
        // The remote ends know this participant by its id. A server that forwards media knows nothing of it.
        let is_same = before == participant_id;
        let is_gone = |link: &&LinkId| !is_same || link.participant().is_none();
        for link in self.connections.keys().filter(is_gone) {
            self.stale.insert(link.clone());
        }
        self.phase = Phase::Joined { own_id: participant_id.clone() };
        self.set_ice_servers(ice_servers);
        self.event(Event::Reconnected);
        self.end_silence(now);
        // Nobody enters a room before its mixer, so a missing mixer was replaced.
        let is_missing = |known: &&ParticipantInfo| {
            is_same
                && known.id != before
                && known.role != Role::Mixer
                && participants.iter().all(|other| other.id != known.id)
        };
        let missing: Vec<_> = self.roster.participants().iter().filter(is_missing).cloned().collect();
        if !is_same {
            self.roster.remove(&before, LeaveReason::Left);
            self.lose_all_paths();
            // Under another id, a repetition would not be recognized.
            self.receipts.give_up_all();
            self.emit_receipts();
            self.connections.values_mut().for_each(Connection::forget_flight);
        }
        self.absent.retain(|id, _| participants.iter().all(|other| other.id != *id));
        let mut room = participants;
        for absent in missing {
            self.absent.get_or_insert_with(absent.id.clone(), || now + RETURN_MS);
            room.push(ParticipantInfo { reconnecting: true, ..absent });
        }
        let mut changes = self.roster.replace(room, lobby);
        // Under another id, the roster does not know that this is the participant from before.
        let own = self.own_id().filter(|_| !is_same).and_then(|id| self.roster.get(id));
        if let Some((before, after)) = own_before.zip(own.cloned()) {
            changes.push(Change::Updated { before, after });
        }
        self.apply(changes, now);
    }

    /// Replaces the servers of the signaling server. Returns whether they differ.
    pub(super) fn set_ice_servers(&mut self, ice_servers: Vec<IceServer>) -> bool {
        let differ = self.ice.name(ice_servers);
        if differ {
            let servers = self.ice.servers();
            self.connections.values_mut().for_each(|it| it.set_ice_servers(servers.clone()));
        }
        differ
    }

    /// Removes the participants that have not come back in time.
    pub(super) fn drop_absent(&mut self, now: Timestamp) {
        let late = self.absent.iter().filter(|(_, deadline)| **deadline <= now);
        let late: Vec<_> = late.map(|(id, _)| id.clone()).collect();
        if late.is_empty() {
            return;
        }
        self.absent.retain(|_, deadline| *deadline > now);
        let changes: Vec<Change> =
            late.iter().filter_map(|id| self.roster.remove(id, LeaveReason::Disconnected)).collect();
        self.apply(changes, now);
    }
}

#[cfg(test)]
mod tests;
