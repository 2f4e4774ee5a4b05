//! Handles the server's events.

use super::ice::RESTART_AFTER_MS;
use super::{Event, Phase, Session};
use crate::error::SignalingError;
use crate::model::{ParticipantId, PublicationId, SignalEvent, Timestamp};

impl Session {
    /// Handles an event of the server.
    pub fn handle_signal(&mut self, event: SignalEvent, now: Timestamp) {
        match (&mut self.phase, event) {
            (Phase::Ended, _) => {}
            (Phase::Joined { .. } | Phase::Recovering { .. }, SignalEvent::Refused(refusal)) => {
                self.warn(SignalingError::from(refusal).into(), None);
            }
            (_, SignalEvent::Refused(refusal) | SignalEvent::Ended(refusal)) => {
                self.end(Some(SignalingError::from(refusal).into()));
            }
            (_, SignalEvent::Unreachable { url }) => {
                self.lost(SignalingError::Unreachable { url }.into(), now);
            }
            (_, SignalEvent::Lost { detail }) => self.lost(SignalingError::Lost { detail }.into(), now),
            (_, SignalEvent::Undecodable { detail }) => {
                self.warn(SignalingError::Undecodable { detail }.into(), None);
            }
            (_, SignalEvent::Lanes(lanes)) => {
                self.capabilities.lanes = lanes;
                self.replan(now);
                self.refresh();
            }
            (Phase::New, _) => {}
            (Phase::Joining { deadline, .. }, SignalEvent::Waiting) => {
                if deadline.take().is_some() {
                    self.event(Event::Waiting);
                }
            }
            (
                Phase::Joining { .. },
                SignalEvent::Joined { participant_id, participants, lobby, ice_servers },
            ) => {
                self.phase = Phase::Joined { own_id: participant_id };
                if self.set_ice_servers(ice_servers) {
                    let restart_at = now + RESTART_AFTER_MS;
                    // A link whose offer was sent with the request was created before.
                    self.connections.values_mut().for_each(|it| it.restart_unless_connected(restart_at, now));
                }
                self.event(Event::Joined);
                let changes = self.roster.replace(participants, lobby);
                self.apply(changes, now);
            }
            (Phase::Joining { .. }, _) => {}
            (_, SignalEvent::IceServers(ice_servers)) => {
                self.set_ice_servers(ice_servers);
            }
            (Phase::Recovering { ladder, .. }, SignalEvent::Waiting) => ladder.wait_for_admission(),
            (_, SignalEvent::Resumed { ice_servers }) => self.resumed(ice_servers, now),
            (_, SignalEvent::Rejoined { participant_id, participants, lobby, ice_servers }) => {
                self.rejoined(participant_id, participants, lobby, ice_servers, now);
            }
            (_, SignalEvent::Participant(participant)) => {
                self.absent.remove(&participant.id);
                let change = self.roster.upsert(participant);
                self.apply(change, now);
            }
            (_, SignalEvent::ParticipantLeft { participant_id, reason }) => {
                let change = self.roster.remove(&participant_id, reason);
                self.apply(change, now);
            }
            (_, SignalEvent::Lobby(lobby)) => {
                let change = self.roster.set_lobby(lobby);
                self.apply(change, now);
            }
            (_, SignalEvent::Signal { link, signal }) => {
                if let Some(connection) = self.connections.get_mut(&link) {
                    connection.handle_signal(signal, now);
                    self.refresh();
                }
            }
            (_, SignalEvent::Reopened(link)) => self.replace_connection(&link, now),
            (_, SignalEvent::Corrected { publications, profile }) => {
                self.corrected(publications, profile, now);
            }
            (_, SignalEvent::MuteRequested { from, publication_id }) => {
                self.mute_requested(from, publication_id, now);
            }
            (_, SignalEvent::Waiting | SignalEvent::Joined { .. }) => {}
        }
    }

    /// Complies with a host's request to mute. Nobody can be unmuted remotely, so the application need not be asked. The
    /// event is emitted for a muted publication too: it may be about to be unmuted.
    fn mute_requested(&mut self, from: ParticipantId, id: PublicationId, now: Timestamp) {
        let Some(mut publication) = self.publications.iter().find(|known| known.id == id).cloned() else {
            return;
        };
        publication.muted = true;
        self.publish(publication, now);
        self.event(Event::MuteRequested(from, id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::connection::{ConnectionCommand, ConnectionInput};
    use crate::engine::exchange::Command;
    use crate::engine::session::Output;
    use crate::model::{
        Capabilities, ConnectionState, IceServer, IceTransportPolicy, JoinRequest, Lane, LinkId, LinkProfile,
        LinkSignal, Offerer, Profile, Role, SdpType, ServerLane, SessionDescription, SignalCommand, Topology,
        Wanted, participant,
    };

    const SERVER: LinkId = LinkId::Server(Lane::Both);

    /// With a server that forwards media over one link, whose first offer is sent with the request to join.
    fn session(everything: bool) -> Session {
        Session::new(capabilities(), Vec::new(), everything)
    }

    fn capabilities() -> Capabilities {
        let (lane, offerer, profile) = (Lane::Both, Offerer::Us, LinkProfile::server());
        let lanes = vec![ServerLane { lane, offerer, profile }];
        Capabilities { lanes, join_carries_offer: true, resume: true, ..Capabilities::default() }
    }

    fn drain(session: &mut Session) -> Vec<Output> {
        std::iter::from_fn(|| session.poll_output()).collect()
    }

    fn connection(session: &mut Session, input: ConnectionInput, now: Timestamp) -> Vec<Output> {
        session.handle_connection(&SERVER, input, now);
        drain(session)
    }

    /// Joins over an SFU.
    fn join(session: &mut Session) -> Vec<Output> {
        let profile = Profile { name: "Ana".into(), ..Profile::default() };
        let request = JoinRequest::new("tea", profile, Topology::Sfu);
        session.join(request, 10_000, 0);
        drain(session)
    }

    /// Joins and creates the first offer; then performs the outputs.
    fn offer(session: &mut Session) -> Vec<Output> {
        let mut outputs = join(session);
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp: "v=0".into() };
        let set = ConnectionInput::LocalDescriptionSet { description, mids: Default::default() };
        outputs.extend(connection(session, set, 1));
        outputs
    }

    fn welcome(session: &mut Session, ice_servers: Vec<IceServer>) -> Vec<Output> {
        let own = participant("a", 1, Role::Participant);
        let joined = SignalEvent::Joined {
            participant_id: "a".into(),
            participants: vec![own],
            lobby: Default::default(),
            ice_servers,
        };
        session.handle_signal(joined, 10);
        drain(session)
    }

    #[test]
    fn a_connection_that_can_only_use_a_relay_is_created_when_the_relay_is_known() {
        let server = IceServer { urls: vec!["turn:turn.example".into()], username: None, credential: None };
        let relay = IceTransportPolicy::Relay;
        let opens = |outputs: &[Output]| {
            outputs.iter().find_map(|output| match output {
                Output::Connection { command: ConnectionCommand::Open { ice_servers, .. }, .. } => {
                    Some(ice_servers.clone())
                }
                _ => None,
            })
        };
        let mut with_named = session(true).with_ice_transport_policy(relay);
        assert_eq!(opens(&join(&mut with_named)), None);
        assert_eq!(opens(&welcome(&mut with_named, vec![server.clone()])), Some(vec![server.clone()]));

        let mut with_own =
            Session::new(capabilities(), vec![server.clone()], true).with_ice_transport_policy(relay);
        assert_eq!(opens(&join(&mut with_own)), Some(vec![server]));
    }

    #[test]
    fn a_connection_is_created_while_the_server_is_asked_to_whom() {
        for (topology, prepares) in [(Topology::Mesh, true), (Topology::Sfu, false)] {
            let mut session = session(true);
            session.join(JoinRequest::new("tea", Profile::default(), topology), 10_000, 0);
            let outputs = drain(&mut session);
            assert!(
                matches!(&outputs[0], Output::Signal(SignalCommand::Join(_))),
                "the server is asked first"
            );
            // The one to the SFU is opened at once.
            assert_eq!(outputs.contains(&Output::Prepare), prepares);
            assert!(!drain(&mut session).contains(&Output::Prepare), "once");
        }
    }

    #[test]
    fn renewed_credentials_replace_the_old_ones_without_a_restart() {
        let server = |credential: &str| IceServer {
            urls: vec!["turn:turn.example".into()],
            username: Some("ana".into()),
            credential: Some(credential.into()),
        };
        let mut session = session(true);
        offer(&mut session);
        welcome(&mut session, vec![server("old")]);
        connection(&mut session, ConnectionInput::StateChange(ConnectionState::Connected), 20);
        let mut renew = |credential: &str| {
            session.handle_signal(SignalEvent::IceServers(vec![server(credential)]), 30);
            session.handle_timeout(60_000);
            drain(&mut session)
        };
        let outputs = renew("new");
        let command = ConnectionCommand::SetIceServers(vec![server("new")]);
        assert!(outputs.contains(&Output::Connection { link: SERVER, command }), "{outputs:?}");
        assert!(!restarts(&outputs));
        let is_set = |output: &Output| {
            matches!(output, Output::Connection { command: ConnectionCommand::SetIceServers(_), .. })
        };
        assert!(!renew("new").iter().any(is_set), "nothing is new");
    }

    fn restarts(outputs: &[Output]) -> bool {
        let restart = ConnectionCommand::Exchange(Command::RestartIce);
        outputs.contains(&Output::Connection { link: SERVER, command: restart })
    }

    #[test]
    fn the_first_offer_is_made_before_the_room_is_joined() {
        for everything in [true, false] {
            let mut session = session(everything);
            let commands: Vec<_> = offer(&mut session)
                .into_iter()
                .filter_map(|output| match output {
                    Output::Signal(command) => Some(command),
                    _ => None,
                })
                .collect();
            let [SignalCommand::Join(_), SignalCommand::Open(link), ..] = &*commands else {
                panic!("{commands:?}");
            };
            assert_eq!(*link, SERVER);
            let signals = commands.iter().filter_map(|command| match command {
                SignalCommand::Signal { link: SERVER, signal } => Some(signal),
                _ => None,
            });
            let signals: Vec<_> = signals.collect();
            let is_wish =
                |signal: &&&LinkSignal<_>| matches!(signal, LinkSignal::Wishes(Wanted { others: false, .. }));
            assert_eq!(signals.iter().filter(is_wish).count(), usize::from(!everything));
            assert!(signals.iter().any(|signal| matches!(signal, LinkSignal::Description { .. })));
        }
    }

    #[test]
    fn the_connection_to_an_sfu_gets_the_servers_that_come_with_welcome() {
        let server = IceServer { urls: vec!["turn:turn.example".into()], username: None, credential: None };
        for is_connected in [true, false] {
            let mut session = session(true);
            offer(&mut session);
            let outputs = welcome(&mut session, vec![server.clone()]);
            let command = ConnectionCommand::SetIceServers(vec![server.clone()]);
            assert!(outputs.contains(&Output::Connection { link: SERVER, command }), "{outputs:?}");
            assert!(!restarts(&outputs), "it may connect without them");
            if is_connected {
                connection(&mut session, ConnectionInput::StateChange(ConnectionState::Connected), 20);
            }
            session.handle_timeout(10_000);
            assert_eq!(restarts(&drain(&mut session)), !is_connected);
        }

        let mut session = session(true);
        offer(&mut session);
        welcome(&mut session, vec![server]);
        let failed = ConnectionInput::StateChange(ConnectionState::Failed);
        assert!(restarts(&connection(&mut session, failed.clone(), 20)));
        assert!(!restarts(&connection(&mut session, failed, 30)), "once");
    }

    #[test]
    fn without_servers_of_the_room_nothing_is_restarted() {
        let mut session = session(true);
        offer(&mut session);
        welcome(&mut session, Vec::new());
        session.handle_timeout(60_000);
        assert!(!restarts(&drain(&mut session)));
    }
}
