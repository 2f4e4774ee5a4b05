//! Handles the server's events.

use super::{Event, Gap, Phase, Session};
use crate::error::SignalingError;
use crate::model::{ServerError, ServerErrorCode, SignalEvent, Timestamp};

impl Session {
    /// Handles an event of the server.
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
                    if !ice_servers.is_empty() {
                        self.ice_servers.extend(ice_servers);
                        // The connection to an SFU was created before.
                        for connection in self.connections.values_mut() {
                            connection.set_ice_servers(self.ice_servers.clone(), now);
                        }
                    }
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
                // The payload of a participant who was not announced yet is repeated by its sender.
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
        let ServerError { code, message: detail, fatal, request } = error;
        let joining = matches!(self.phase, Phase::Joining { .. } | Phase::New);
        // A participant may just have left, and a dropped message is repeated, including `join`.
        let passing = matches!(
            code,
            ServerErrorCode::UnknownParticipant | ServerErrorCode::RateLimited | ServerErrorCode::NotJoined
        );
        let error = SignalingError::Refused { code, detail }.into();
        match request {
            Some(request) if !passing => self.orders.refused(request),
            None if code == ServerErrorCode::NotHost => self.orders.clear(),
            _ => {}
        }
        if fatal || (joining && !passing) {
            self.end(Some(error));
        } else if !passing {
            self.event(Event::Warning(error));
            if matches!(code, ServerErrorCode::InvalidValue | ServerErrorCode::MessageTooLarge) {
                self.take_back(request, now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use moim_protocol::SFU_ID;

    use super::*;
    use crate::engine::connection::{ConnectionCommand, ConnectionInput};
    use crate::engine::exchange::Command;
    use crate::engine::session::Output;
    use crate::model::{
        ConnectionState, IceServer, JoinRequest, ParticipantInfo, PeerSignal, Profile, Role, Roster, SdpType,
        SessionDescription, SignalCommand, Topology,
    };

    fn drain(session: &mut Session) -> Vec<Output> {
        std::iter::from_fn(|| session.poll_output()).collect()
    }

    fn connection(session: &mut Session, input: ConnectionInput, now: Timestamp) -> Vec<Output> {
        session.handle_connection(&SFU_ID.into(), input, now);
        drain(session)
    }

    /// Joins over an SFU and creates the first offer; then performs the outputs.
    fn offer(session: &mut Session) -> Vec<Output> {
        let request = JoinRequest {
            room: "tea".into(),
            profile: Profile { name: "Ana".into(), ..Profile::default() },
            topology: Topology::Sfu,
            role: Role::Participant,
            token: None,
            publications: Vec::new(),
            relay: None,
        };
        session.join(request, 10_000, 0);
        let mut outputs = drain(session);
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp: "v=0".into() };
        let set = ConnectionInput::LocalDescriptionSet { description, mids: Default::default() };
        outputs.extend(connection(session, set, 1));
        outputs
    }

    fn welcome(session: &mut Session, ice_servers: Vec<IceServer>) -> Vec<Output> {
        let own = ParticipantInfo {
            id: "a".into(),
            join_order: 1,
            name: "Ana".into(),
            metadata: String::new(),
            attributes: Default::default(),
            role: Role::Participant,
            publications: Vec::new(),
            reconnecting: false,
        };
        let roster = Roster { revision: 1, participants: vec![own], lobby: Default::default() };
        session.handle_signal(SignalEvent::Joined { participant_id: "a".into(), roster, ice_servers }, 10);
        drain(session)
    }

    fn restarts(outputs: &[Output]) -> bool {
        let restart = ConnectionCommand::Exchange(Command::RestartIce);
        outputs.contains(&Output::Connection { peer: SFU_ID.into(), command: restart })
    }

    #[test]
    fn the_first_offer_travels_with_join_whatever_is_wanted() {
        for everything in [true, false] {
            let mut session = Session::with_subscriptions(Vec::new(), everything);
            let outputs = offer(&mut session);
            let joins = outputs.iter().filter_map(|output| match output {
                Output::Signal(SignalCommand::Join(request)) => Some(request),
                _ => None,
            });
            let [join] = joins.collect::<Vec<_>>().try_into().unwrap();
            let first = join.relay.as_ref().and_then(|payload| payload.signal.as_ref());
            assert!(matches!(first, Some(PeerSignal::Description { .. })), "{first:?}");
            let is_wish = |output: &Output| match output {
                Output::Signal(SignalCommand::Relay { payload, .. }) => {
                    matches!(payload.signal, Some(PeerSignal::Wishes { others: false, .. }))
                }
                _ => false,
            };
            assert_eq!(outputs.iter().any(is_wish), !everything);
        }
    }

    #[test]
    fn the_connection_to_an_sfu_gets_the_servers_that_come_with_welcome() {
        let server = IceServer { urls: vec!["turn:turn.example".into()], username: None, credential: None };
        for is_connected in [true, false] {
            let mut session = Session::new(Vec::new());
            offer(&mut session);
            let outputs = welcome(&mut session, vec![server.clone()]);
            let command = ConnectionCommand::SetIceServers(vec![server.clone()]);
            assert!(outputs.contains(&Output::Connection { peer: SFU_ID.into(), command }), "{outputs:?}");
            assert!(!restarts(&outputs), "it may connect without them");
            if is_connected {
                connection(&mut session, ConnectionInput::StateChange(ConnectionState::Connected), 20);
            }
            session.handle_timeout(10_000);
            assert_eq!(restarts(&drain(&mut session)), !is_connected);
        }

        let mut session = Session::new(Vec::new());
        offer(&mut session);
        welcome(&mut session, vec![server]);
        let failed = ConnectionInput::StateChange(ConnectionState::Failed);
        assert!(restarts(&connection(&mut session, failed.clone(), 20)));
        assert!(!restarts(&connection(&mut session, failed, 30)), "once");
    }

    #[test]
    fn without_servers_of_the_room_nothing_is_restarted() {
        let mut session = Session::new(Vec::new());
        offer(&mut session);
        welcome(&mut session, Vec::new());
        session.handle_timeout(60_000);
        assert!(!restarts(&drain(&mut session)));
    }
}
