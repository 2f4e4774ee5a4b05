//! The paths of files and streams to the participants, which survive that a connection is replaced.
//!
//! What was in flight over the connection before is lost; both ends of a file or a stream agree where to continue. An end
//! whose connection to an SFU or a mixer was replaced asks the others to send again, because they cannot know.

use super::{Event, Session};
use crate::collections::SortedMap;
use crate::error::RpcError;
use crate::model::{LinkId, ParticipantId, Timestamp};

/// What happened to the path of files and streams to a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathChange {
    /// The connection is lost, and another one is expected. Until then nothing is sent.
    Interrupted,
    /// There is another connection, or the participant has another one: what was in flight is lost.
    Renewed,
    /// There was no other connection in time.
    Lost,
}

/// A participant is sent everything again at most this often, however often it asks.
const RESEND_INTERVAL_MS: Timestamp = 1_000;

/// The interrupted paths, and who has asked to send again.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// Until when each may return.
    interrupted: SortedMap<ParticipantId, Timestamp>,
    resends: SortedMap<ParticipantId, Resend>,
}

#[derive(Clone, Copy, Debug)]
struct Resend {
    next_at: Timestamp,
    is_due: bool,
}

impl Paths {
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let resends = self.resends.values().filter(|resend| resend.is_due).map(|resend| resend.next_at);
        self.interrupted.values().copied().chain(resends).min()
    }

    pub(super) fn is_interrupted(&self, id: &ParticipantId) -> bool {
        self.interrupted.contains_key(id)
    }

    pub(super) fn left(&mut self, id: &ParticipantId) {
        self.interrupted.remove(id);
        self.resends.remove(id);
    }

    pub(super) fn clear(&mut self) {
        self.interrupted.clear();
        self.resends.clear();
    }
}

impl Session {
    /// Whether the path to a participant is interrupted, and may return.
    pub fn is_interrupted(&self, id: &ParticipantId) -> bool {
        self.paths.is_interrupted(id)
    }

    /// The connection of a link is closed, or its channel for files.
    pub(super) fn interrupt_paths(&mut self, link: &LinkId, now: Timestamp) {
        for id in self.people_behind(link) {
            self.interrupt_path(id, now);
        }
    }

    pub(super) fn interrupt_path(&mut self, id: ParticipantId, now: Timestamp) {
        if self.paths.is_interrupted(&id) {
            return;
        }
        let change = match self.reconnect_ms {
            0 => PathChange::Lost,
            patience => {
                self.paths.interrupted.insert(id.clone(), now + Timestamp::from(patience));
                PathChange::Interrupted
            }
        };
        if change == PathChange::Lost {
            self.fail_calls(Some(&id), &RpcError::ConnectionLost);
        }
        self.event(Event::PathChange(id, change));
    }

    /// The channel for files of a link is open.
    pub(super) fn renew_paths(&mut self, link: &LinkId) {
        for id in self.people_behind(link) {
            if self.paths.interrupted.remove(&id).is_some() {
                self.event(Event::PathChange(id, PathChange::Renewed));
            }
        }
    }

    /// Gives up the paths that have not returned in time.
    pub(super) fn lose_paths(&mut self, now: Timestamp) {
        let late = self.paths.interrupted.iter().filter(|(_, until)| **until <= now);
        for id in late.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.paths.interrupted.remove(&id);
            self.fail_calls(Some(&id), &RpcError::ConnectionLost);
            self.event(Event::PathChange(id, PathChange::Lost));
        }
    }

    /// This participant has another id, under which the others do not know its files and streams.
    pub(super) fn lose_all_paths(&mut self) {
        self.paths.clear();
        // They would execute a repeated call as one of another participant.
        self.fail_calls(None, &RpcError::ConnectionLost);
        for id in self.others().map(|other| other.id.clone()).collect::<Vec<_>>() {
            self.event(Event::PathChange(id, PathChange::Lost));
        }
    }

    /// A participant has another connection to the server or mixer in between, which may have lost what was sent to it.
    pub(super) fn path_of_far_end_renewed(&mut self, from: ParticipantId, now: Timestamp) {
        if !self.route(&from).is_some_and(|(_, far_end)| far_end.is_relay()) {
            return;
        }
        let at_once = || Resend { next_at: now, is_due: true };
        self.paths.resends.get_or_insert_with(from, at_once).is_due = true;
        self.resend_due(now);
    }

    /// Sends again to those who have asked for it.
    pub(super) fn resend_due(&mut self, now: Timestamp) {
        let mut due = Vec::new();
        for (id, resend) in self.paths.resends.iter_mut() {
            if resend.is_due && resend.next_at <= now {
                *resend = Resend { next_at: now + RESEND_INTERVAL_MS, is_due: false };
                due.push(id.clone());
            }
        }
        for id in due {
            self.resend_to(&id);
            self.event(Event::PathChange(id, PathChange::Renewed));
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::engine::connection::{ConnectionCommand, ConnectionInput};
    use crate::engine::data::{DataMessage, Frame};
    use crate::engine::session::Output;
    use crate::model::{
        Capabilities, Channel, ConnectionState, JoinRequest, Lane, LinkProfile, Lobby, Offerer, Profile,
        Role, ServerLane, SignalEvent, Topology, participant,
    };

    const RECONNECT_MS: u32 = 1_000;
    const SERVER: LinkId = LinkId::Server(Lane::Both);

    /// In a room with `b`.
    fn connected(topology: Topology, reconnect_ms: u32) -> Session {
        let mut session = joined(topology, reconnect_ms);
        open(&mut session, &link(topology), 10);
        session
    }

    fn joined(topology: Topology, reconnect_ms: u32) -> Session {
        joined_with(topology, reconnect_ms, false)
    }

    fn joined_with(topology: Topology, reconnect_ms: u32, join_carries_offer: bool) -> Session {
        let (lane, offerer, profile) = (Lane::Both, Offerer::Us, LinkProfile::server());
        let lanes = vec![ServerLane { lane, offerer, profile }];
        joined_over(lanes, topology, reconnect_ms, join_carries_offer)
    }

    fn joined_over(
        lanes: Vec<ServerLane>,
        topology: Topology,
        reconnect_ms: u32,
        join_carries_offer: bool,
    ) -> Session {
        let capabilities = Capabilities { lanes, join_carries_offer, ..Capabilities::default() };
        let mut session = Session::new(capabilities, Vec::new(), true).with_reconnect_ms(reconnect_ms);
        session.join(JoinRequest::new("tea", Profile::default(), topology), 1_000, 0);
        let participants =
            vec![participant("b", 1, Role::Participant), participant("a", 2, Role::Participant)];
        let lobby = Lobby::default();
        let joined =
            SignalEvent::Joined { participant_id: "a".into(), participants, lobby, ice_servers: Vec::new() };
        session.handle_signal(joined, 0);
        session
    }

    fn link(topology: Topology) -> LinkId {
        if topology == Topology::Sfu { SERVER } else { "b".into() }
    }

    fn open(session: &mut Session, link: &LinkId, now: Timestamp) -> Vec<Output> {
        let connected = ConnectionInput::StateChange(ConnectionState::Connected);
        session.handle_connection(link, connected, now);
        for channel in [Channel::Reliable, Channel::Files] {
            session.handle_connection(link, ConnectionInput::ChannelOpen(channel), now);
        }
        drain(session)
    }

    fn drain(session: &mut Session) -> Vec<Output> {
        std::iter::from_fn(|| session.poll_output()).collect()
    }

    fn changes(outputs: &[Output]) -> Vec<PathChange> {
        let change = |output: &Output| match output {
            Output::Event(Event::PathChange(id, change)) if id.as_str() == "b" => Some(*change),
            _ => None,
        };
        outputs.iter().filter_map(change).collect()
    }

    fn sent(outputs: &[Output], channel: Channel) -> usize {
        let is_sent = |output: &&Output| matches!(output, Output::Connection { command: ConnectionCommand::Send(used, _), .. } if *used == channel);
        outputs.iter().filter(is_sent).count()
    }

    #[test]
    fn the_first_connection_to_a_server_asks_to_send_again_too() {
        for (topology, requests) in [(Topology::Mesh, 0), (Topology::Sfu, 1)] {
            for is_opened_before_joining in [false, true] {
                let mut session = joined_with(topology, RECONNECT_MS, is_opened_before_joining);
                assert_eq!(sent(&open(&mut session, &link(topology), 10), Channel::Reliable), requests);
            }
        }
    }

    #[test]
    fn a_path_returns_with_the_connection_that_replaces_the_lost_one() {
        for topology in [Topology::Mesh, Topology::Sfu] {
            let (mut session, link) = (connected(topology, RECONNECT_MS), link(topology));
            let closed = ConnectionInput::ChannelClosed(Channel::Files);
            session.handle_connection(&link, closed, 20);
            assert_eq!(changes(&drain(&mut session)), [PathChange::Interrupted]);
            session.handle_signal(SignalEvent::Reopened(link.clone()), 30);
            assert_eq!(session.send_file_frame(vec![3], &"b".into()), Ok(()), "dropped");
            assert_eq!(changes(&drain(&mut session)), [], "it is interrupted already");
            let outputs = open(&mut session, &link, 40);
            assert_eq!(changes(&outputs), [PathChange::Renewed]);
            assert_eq!(sent(&outputs, Channel::Files), 0);
            assert_eq!(sent(&outputs, Channel::Reliable), usize::from(topology == Topology::Sfu), "resend");
            session.send_file_frame(vec![3], &"b".into()).unwrap();
            assert_eq!(sent(&drain(&mut session), Channel::Files), 1);
            session.handle_timeout(100_000);
            assert_eq!(changes(&drain(&mut session)), []);
        }
    }

    #[test]
    fn an_end_that_can_receive_only_now_asks_to_send_again_and_sends_again_itself() {
        let lane = |lane, offerer| ServerLane { lane, offerer, profile: LinkProfile::server() };
        let lanes = vec![lane(Lane::Publish, Offerer::Us), lane(Lane::Subscribe, Offerer::Server)];
        let mut session = joined_over(lanes, Topology::Sfu, RECONNECT_MS, false);
        open(&mut session, &LinkId::Server(Lane::Publish), 10);
        session.send_chat("hello", None, 20).unwrap();
        assert_eq!(sent(&drain(&mut session), Channel::Reliable), 1);
        let outputs = open(&mut session, &LinkId::Server(Lane::Subscribe), 30);
        assert_eq!(sent(&outputs, Channel::Reliable), 2, "the request, and the message: {outputs:?}");
    }

    #[test]
    fn a_path_that_does_not_return_in_time_is_lost() {
        for (reconnect_ms, expected) in
            [(RECONNECT_MS, &[PathChange::Interrupted, PathChange::Lost][..]), (0, &[PathChange::Lost])]
        {
            let mut session = connected(Topology::Mesh, reconnect_ms);
            session.handle_connection(&"b".into(), ConnectionInput::ChannelClosed(Channel::Files), 20);
            session.handle_timeout(19 + Timestamp::from(reconnect_ms));
            session.handle_timeout(20 + Timestamp::from(reconnect_ms));
            assert_eq!(changes(&drain(&mut session)), expected);
        }
    }

    #[test]
    fn a_participant_behind_a_server_asks_to_send_again() {
        for topology in [Topology::Mesh, Topology::Sfu] {
            let mut session = connected(topology, RECONNECT_MS);
            session.send_chat("hello", None, 20).unwrap();
            drain(&mut session);
            let resend = DataMessage::Resend.encode().unwrap();
            let is_behind = topology == Topology::Sfu;
            let frame: Frame = if is_behind { resend.routed(Some(&"b".into())).unwrap() } else { resend };
            let arrived = ConnectionInput::ChannelMessage(Channel::Reliable, frame);
            session.handle_connection(&link(topology), arrived, 30);
            let outputs = drain(&mut session);
            assert_eq!(changes(&outputs).len(), usize::from(is_behind));
            assert_eq!(sent(&outputs, Channel::Reliable), usize::from(is_behind), "the chat message");
        }
    }

    #[test]
    fn who_asks_to_send_again_too_often_waits() {
        let mut session = connected(Topology::Sfu, RECONNECT_MS);
        session.send_chat("hello", None, 20).unwrap();
        drain(&mut session);
        let mut ask = |now| {
            let frame = DataMessage::Resend.encode().unwrap().routed(Some(&"b".into())).unwrap();
            let arrived = ConnectionInput::ChannelMessage(Channel::Reliable, frame);
            session.handle_connection(&SERVER, arrived, now);
            session.handle_timeout(now);
            let outputs = drain(&mut session);
            (changes(&outputs).len(), sent(&outputs, Channel::Reliable))
        };
        let answers: Vec<_> = (0..100).map(|number| ask(30 + number)).collect();
        assert_eq!((answers[0], &answers[1..]), ((1, 1), &[(0, 0); 99][..]));
        assert!(session.poll_timeout().is_some_and(|at| at <= 30 + RESEND_INTERVAL_MS));
        session.handle_timeout(30 + RESEND_INTERVAL_MS);
        assert_eq!(changes(&drain(&mut session)).len(), 1, "once for all");
        session.handle_timeout(100_000);
        assert_eq!(changes(&drain(&mut session)), []);
    }
}
