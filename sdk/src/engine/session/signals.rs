//! What the server says.

use super::{Event, Gap, Phase, Session};
use crate::error::SignalingError;
use crate::model::{ServerError, ServerErrorCode, SignalEvent, Timestamp};

impl Session {
    /// Takes what the server said.
    pub fn handle_signal(&mut self, event: SignalEvent, now: Timestamp) {
        match (&mut self.phase, event) {
            (Phase::Ended, _) => {}
            (_, SignalEvent::Refused(error)) => self.refused(error, now),
            (_, SignalEvent::Unreachable { url }) => {
                self.end(Some(SignalingError::Unreachable { url }.into()))
            }
            (_, SignalEvent::Lost { detail }) => self.end(Some(SignalingError::Lost { detail }.into())),
            (_, SignalEvent::Undecodable { detail }) => {
                self.event(Event::Warning(SignalingError::Undecodable { detail }.into()));
            }
            (Phase::New, _) => {}
            (Phase::Joining { deadline, .. }, SignalEvent::Waiting) => {
                if deadline.take().is_some() {
                    self.event(Event::Waiting);
                }
            }
            (_, SignalEvent::Joined { participant_id, roster, ice_servers }) => {
                if matches!(self.phase, Phase::Joining { .. }) {
                    self.phase = Phase::Joined { own_id: participant_id };
                    self.ice_servers.extend(ice_servers);
                    self.event(Event::Joined);
                }
                let changes = self.roster.replace(roster);
                self.apply(changes, now);
            }
            (Phase::Joining { .. }, _) => {}
            (_, SignalEvent::Participant { revision, participant }) => {
                let change = self.roster.upsert(revision, participant);
                self.apply_or_sync(change, now);
            }
            (_, SignalEvent::ParticipantLeft { revision, participant_id, reason }) => {
                let change = self.roster.remove(revision, &participant_id, reason);
                self.apply_or_sync(change, now);
            }
            (_, SignalEvent::Lobby { revision, lobby }) => {
                let change = self.roster.set_lobby(revision, lobby);
                self.apply_or_sync(change, now);
            }
            (_, SignalEvent::Roster(roster)) => {
                self.sync_asked_at = None;
                let changes = self.roster.replace(roster);
                self.apply(changes, now);
            }
            (_, SignalEvent::Revision(revision)) => {
                let check: Result<_, Gap> = self.roster.check(revision).map(|()| None);
                self.apply_or_sync(check, now);
            }
            (_, SignalEvent::Relay { from, payload }) => {
                // A payload of someone whose arrival has not come yet is repeated by its sender.
                if let Some(connection) = self.connections.get_mut(&from) {
                    connection.handle_payload(payload, now);
                    self.refresh();
                }
            }
            (_, SignalEvent::MuteRequested { from, publication_id }) => {
                self.mute_requested(from, publication_id, now);
            }
            (_, SignalEvent::Waiting) => {}
        }
    }

    fn refused(&mut self, error: ServerError, now: Timestamp) {
        let ServerError { code, message: detail, fatal } = error;
        let joining = matches!(self.phase, Phase::Joining { .. } | Phase::New);
        // That someone has just left is no fault, and a dropped message is repeated, `join` too.
        let passing = matches!(
            code,
            ServerErrorCode::UnknownParticipant | ServerErrorCode::RateLimited | ServerErrorCode::NotJoined
        );
        let error = SignalingError::Refused { code, detail }.into();
        if code == ServerErrorCode::NotHost {
            self.orders.clear();
        }
        if fatal || (joining && !passing) {
            self.end(Some(error));
        } else if !passing {
            self.event(Event::Warning(error));
            if matches!(code, ServerErrorCode::InvalidValue | ServerErrorCode::MessageTooLarge) {
                self.take_back(now);
            }
        }
    }
}
