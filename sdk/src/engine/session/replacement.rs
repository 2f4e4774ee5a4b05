//! Replaces the peer connection of a link by a new one, in a new epoch.
//!
//! That restores what no ICE restart can (`connection/damage.rs`, `connection/restarts.rs`): in Firefox, a packet that the
//! system refuses to send ends DTLS for good, and any association of data channels ends after a long loss. Either end may
//! begin it, the other one follows ([`Reopened`](crate::model::SignalEvent::Reopened)); if both begin it, they open the same
//! epoch. Publications and wishes belong to the session. Of what was in flight, chat, calls and, in a mesh, data are
//! sent again (`resend.rs`), and files and streams go on (`paths.rs`).

use super::Session;
use crate::engine::trace;
use crate::model::{LinkId, Timestamp};
use crate::pace::Pace;

/// Of one link: four at once, and one per ten seconds.
const REPLACEMENTS: Pace = Pace::new(4, 10_000);

impl Session {
    /// Lets time pass for the connections, and replaces those that no ICE restart can restore.
    pub(super) fn advance_connections(&mut self, now: Timestamp) {
        let mut failed = Vec::new();
        for (link, connection) in &mut self.connections {
            if !connection.handle_timeout(now) {
                continue;
            }
            // A remote end that damages each connection must not cost more than this.
            let pace = self.replacements.get_or_insert_with(link.clone(), || REPLACEMENTS);
            match pace.take(now) {
                Ok(()) => failed.push(link.clone()),
                Err(at) => connection.replace_later(at),
            }
        }
        if !failed.is_empty() {
            self.replacements.retain(|link, _| self.connections.contains_key(link));
        }
        for link in failed {
            trace::replacing(&link);
            self.replace_connection(&link, now);
        }
    }

    /// Replaces the connection of a link. An absent participant gets the new one when it is back.
    pub(super) fn replace_connection(&mut self, link: &LinkId, now: Timestamp) {
        if self.connections.contains_key(link) {
            self.stale.insert(link.clone());
        }
        self.replan(now);
        self.refresh();
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::engine::connection::{ConnectionCommand, ConnectionInput};
    use crate::engine::exchange::Command;
    use crate::engine::session::Output;
    use crate::model::{
        Capabilities, Channel, ConnectionState, JoinRequest, Lane, LinkProfile, LinkSignal, Lobby, MediaKind,
        Offerer, Profile, Publication, Role, SdpType, ServerLane, SessionDescription, SignalCommand,
        SignalEvent, Topology, TrackSource, participant,
    };

    /// With a camera, in a mesh with `b`.
    fn connected() -> Session {
        let mut session = Session::new(Capabilities::default(), Vec::new(), true);
        let (id, kind, source) = ("camera".into(), MediaKind::Video, TrackSource::Camera);
        session.publish(Publication { id, kind, source, muted: false, to: None }, 0);
        let profile = Profile { name: "Ana".into(), ..Profile::default() };
        let request = JoinRequest::new("tea", profile, Topology::Mesh);
        session.join(request, 1_000, 0);
        let participants =
            vec![participant("b", 1, Role::Participant), participant("a", 2, Role::Participant)];
        let lobby = Lobby::default();
        let joined =
            SignalEvent::Joined { participant_id: "a".into(), participants, lobby, ice_servers: Vec::new() };
        session.handle_signal(joined, 0);
        connect(&mut session, 10);
        session
    }

    fn connect(session: &mut Session, now: Timestamp) {
        let connected = ConnectionInput::StateChange(ConnectionState::Connected);
        session.handle_connection(&"b".into(), connected, now);
        session.handle_connection(&"b".into(), ConnectionInput::ChannelOpen(Channel::Reliable), now);
        drain(session);
    }

    fn drain(session: &mut Session) -> Vec<Output> {
        std::iter::from_fn(|| session.poll_output()).collect()
    }

    /// ICE is connected again, but the connection stays `failed`.
    fn fail(session: &mut Session, now: Timestamp) -> Vec<Output> {
        let failed = ConnectionInput::StateChange(ConnectionState::Failed);
        session.handle_connection(&"b".into(), failed, now);
        session.handle_connection(&"b".into(), ConnectionInput::IceConnected(true), now);
        session.handle_timeout(now + 1_000);
        drain(session)
    }

    fn places(outputs: &[Output], wanted: &[&dyn Fn(&Output) -> bool]) -> Vec<Option<usize>> {
        wanted.iter().map(|is_wanted| outputs.iter().position(is_wanted)).collect()
    }

    fn is_command(output: &Output, is: fn(&ConnectionCommand) -> bool) -> bool {
        matches!(output, Output::Connection { command, .. } if is(command))
    }

    /// Whether a connection is opened.
    fn opens(output: &Output) -> bool {
        is_command(output, |command| matches!(command, ConnectionCommand::Open { .. }))
    }

    #[test]
    fn a_new_connection_replaces_one_that_no_restart_restores() {
        let mut session = connected();
        let outputs = fail(&mut session, 20);
        let order = places(
            &outputs,
            &[
                &|output| is_command(output, |command| *command == ConnectionCommand::Close),
                &|output| matches!(output, Output::Signal(SignalCommand::Close(_))),
                &|output| matches!(output, Output::Signal(SignalCommand::Open(_))),
                &opens,
                &|output| is_command(output, |command| matches!(command, ConnectionCommand::Attach(..))),
            ],
        );
        assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?} of {outputs:?}");
    }

    #[test]
    fn a_new_connection_replaces_one_whose_channels_have_closed() {
        let mut session = connected();
        session.handle_connection(&"b".into(), ConnectionInput::IceConnected(true), 20);
        let closed = ConnectionInput::ChannelClosed(Channel::Reliable);
        session.handle_connection(&"b".into(), closed, 30);
        session.handle_timeout(1_030);
        let outputs = drain(&mut session);
        assert!(outputs.iter().any(opens), "{outputs:?}");
    }

    #[test]
    fn a_remote_end_that_damages_each_connection_costs_four_and_then_one_in_ten_seconds() {
        let mut session = connected();
        let (mut now, mut opened) = (100, Vec::new());
        while now < 31_000 {
            connect(&mut session, now);
            session.handle_connection(&"b".into(), ConnectionInput::IceConnected(true), now);
            let closed = ConnectionInput::ChannelClosed(Channel::Reliable);
            session.handle_connection(&"b".into(), closed, now);
            let due = session.poll_timeout().map_or(now, |at| at.max(now));
            now = due.min(now + 1_000);
            session.handle_timeout(now);
            opened.extend(drain(&mut session).iter().any(opens).then_some(now));
        }
        assert_eq!(opened.len(), 4 + 3, "{opened:?}");
    }

    #[test]
    fn a_connection_that_follows_ice_a_moment_later_is_kept() {
        let mut session = connected();
        let failed = ConnectionInput::StateChange(ConnectionState::Failed);
        session.handle_connection(&"b".into(), failed, 20);
        session.handle_connection(&"b".into(), ConnectionInput::IceConnected(true), 5_000);
        session.handle_timeout(5_100);
        connect(&mut session, 5_200);
        session.handle_timeout(10_000);
        assert!(!drain(&mut session).iter().any(|it| is_command(it, |it| *it == ConnectionCommand::Close)));
    }

    const SERVER: LinkId = LinkId::Server(Lane::Both);

    /// Connected to a server.
    fn connected_to_server(replaceable: bool) -> Session {
        let profile = LinkProfile { replaceable, ..LinkProfile::server() };
        let lanes = vec![ServerLane { lane: Lane::Both, offerer: Offerer::Us, profile }];
        let capabilities = Capabilities { lanes, ..Capabilities::default() };
        let mut session = Session::new(capabilities, Vec::new(), true);
        session.join(JoinRequest::new("tea", Profile::default(), Topology::Sfu), 1_000, 0);
        let (participants, lobby) = (vec![participant("a", 1, Role::Participant)], Lobby::default());
        let joined =
            SignalEvent::Joined { participant_id: "a".into(), participants, lobby, ice_servers: Vec::new() };
        session.handle_signal(joined, 0);
        perform(&mut session, true, 0);
        session
    }

    /// Performs the outputs like a browser and a server, which `answers` or not. Returns whether the connection was closed.
    fn perform(session: &mut Session, answers: bool, now: Timestamp) -> bool {
        let mut is_closed = false;
        while let Some(output) = session.poll_output() {
            match output {
                Output::Connection { command: ConnectionCommand::Close, .. } => is_closed = true,
                Output::Connection { link, command: ConnectionCommand::Exchange(command) } => {
                    let result = match command {
                        Command::RestartIce => ConnectionInput::NegotiationNeeded,
                        Command::SetLocalDescription => {
                            let description =
                                SessionDescription { sdp_type: SdpType::Offer, sdp: now.to_string() };
                            ConnectionInput::LocalDescriptionSet { description, mids: Default::default() }
                        }
                        Command::SetRemoteDescription(_) => ConnectionInput::RemoteDescriptionSet,
                        Command::AddIceCandidate(_) => continue,
                    };
                    session.handle_connection(&link, result, now);
                }
                Output::Signal(SignalCommand::Signal { link, signal: LinkSignal::Description { .. } })
                    if answers =>
                {
                    let description = SessionDescription { sdp_type: SdpType::Answer, sdp: "v=0".into() };
                    let signal = LinkSignal::Description { description, carries: None };
                    session.handle_signal(SignalEvent::Signal { link, signal }, now);
                }
                _ => {}
            }
        }
        is_closed
    }

    /// When the connection is replaced after its loss, if within a minute.
    fn replaced_at(session: &mut Session, answers: bool) -> Option<Timestamp> {
        let failed = ConnectionInput::StateChange(ConnectionState::Failed);
        session.handle_connection(&SERVER, failed, 0);
        (0..60_000).step_by(100).find(|now| {
            session.handle_timeout(*now);
            perform(session, answers, *now)
        })
    }

    #[test]
    fn a_connection_to_a_server_that_dropped_its_end_is_replaced_after_some_restarts_once() {
        let connected = ConnectionInput::StateChange(ConnectionState::Connected);
        for (replaceable, answers) in [(true, true), (false, true), (true, false)] {
            let mut session = connected_to_server(replaceable);
            assert_eq!(replaced_at(&mut session, true), None, "it was never established");

            let mut session = connected_to_server(replaceable);
            session.handle_connection(&SERVER, connected.clone(), 0);
            let replaced = replaced_at(&mut session, answers);
            if !replaceable || !answers {
                assert_eq!(replaced, None);
                continue;
            }
            assert!(replaced.is_some_and(|at| (6_000..15_000).contains(&at)), "{replaced:?}");
            assert_eq!(replaced_at(&mut session, true), None, "the next one was never established");
        }
    }

    #[test]
    fn a_connection_that_was_never_established_is_not_replaced() {
        let mut session = connected();
        fail(&mut session, 20);
        let outputs = fail(&mut session, 2_000);
        assert!(!outputs.iter().any(|output| is_command(output, |it| *it == ConnectionCommand::Close)));
    }
}
