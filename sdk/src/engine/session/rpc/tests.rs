//! Calls between two participants, over links that are replaced.

use super::*;
use crate::engine::connection::{ConnectionCommand, ConnectionInput};
use crate::engine::data::Frame;
use crate::engine::session::Output;
use crate::error::{Error, Result};
use crate::model::{
    Capabilities, ConnectionState, JoinRequest, LeaveReason, LinkId, Lobby, ParticipantInfo, Profile, Role,
    RoomPermission, SignalEvent, Topology, participant,
};

/// In a mesh with `b`, with a connection.
fn connected(b: ParticipantInfo) -> Session {
    let mut session = Session::new(Capabilities::default(), Vec::new(), true).with_reconnect_ms(1_000);
    session.join(JoinRequest::new("tea", Profile::default(), Topology::Mesh), 1_000, 0);
    let participants = vec![b, participant("a", 2, Role::Participant)];
    let lobby = Lobby::default();
    let joined =
        SignalEvent::Joined { participant_id: "a".into(), participants, lobby, ice_servers: Vec::new() };
    session.handle_signal(joined, 0);
    open(&mut session);
    drain(&mut session);
    session
}

fn b() -> ParticipantInfo {
    participant("b", 1, Role::Participant)
}

fn link() -> LinkId {
    "b".into()
}

fn open(session: &mut Session) {
    session.handle_connection(&link(), ConnectionInput::StateChange(ConnectionState::Connected), 10);
    session.handle_connection(&link(), ConnectionInput::ChannelOpen(Channel::Reliable), 10);
}

fn replace_link(session: &mut Session) {
    session.handle_signal(SignalEvent::Reopened(link()), 20);
    open(session);
}

fn receive(session: &mut Session, message: &DataMessage) {
    let frame = message.encode().unwrap();
    session.handle_connection(&link(), ConnectionInput::ChannelMessage(Channel::Reliable, frame), 20);
}

fn drain(session: &mut Session) -> Vec<Output> {
    std::iter::from_fn(|| session.poll_output()).collect()
}

/// The sent messages, and the events about calls.
fn outcome(session: &mut Session) -> (Vec<DataMessage>, Vec<Event>) {
    let (mut sent, mut events) = (Vec::new(), Vec::new());
    for output in drain(session) {
        match output {
            Output::Connection { command: ConnectionCommand::Send(_, frame @ Frame::Text(_)), .. } => {
                sent.extend(DataMessage::decode(frame));
            }
            Output::Event(event @ (Event::Called { .. } | Event::CallEnded(..))) => events.push(event),
            _ => {}
        }
    }
    (sent, events)
}

fn call() -> DataMessage {
    DataMessage::Call { id: "1".into(), method: "add".into(), payload: "[1,2]".into(), timeout_ms: 5_000 }
}

fn response(payload: &str) -> DataMessage {
    DataMessage::Response { id: "1".into(), result: Ok(payload.into()) }
}

fn begin(session: &mut Session) {
    session.call("1", &"b".into(), ("add".into(), "[1,2]".into()), 5_000, 10).unwrap();
    assert_eq!(outcome(session), (vec![call()], vec![]));
}

fn ended(result: Result<String>) -> (Vec<DataMessage>, Vec<Event>) {
    (vec![], vec![Event::CallEnded("1".into(), result)])
}

#[test]
fn a_call_in_flight_is_repeated_over_the_next_link_and_has_one_result() {
    let mut session = connected(b());
    begin(&mut session);
    replace_link(&mut session);
    assert_eq!(outcome(&mut session), (vec![call()], vec![]));
    receive(&mut session, &response("3"));
    receive(&mut session, &response("3"));
    assert_eq!(outcome(&mut session), ended(Ok("3".into())));
    replace_link(&mut session);
    session.handle_timeout(60_000);
    assert_eq!(outcome(&mut session), (vec![], vec![]));
}

#[test]
fn a_repeated_call_is_executed_once_and_answered_again() {
    let mut session = connected(b());
    receive(&mut session, &call());
    receive(&mut session, &call());
    let called = Event::Called {
        from: "b".into(),
        id: "1".into(),
        method: "add".into(),
        payload: "[1,2]".into(),
        timeout_ms: 5_000,
    };
    assert_eq!(outcome(&mut session), (vec![], vec![called]));
    session.answer(&"b".into(), "1", Ok("3".into()));
    session.answer(&"b".into(), "1", Ok("4".into()));
    assert_eq!(outcome(&mut session), (vec![response("3")], vec![]));
    replace_link(&mut session);
    receive(&mut session, &call());
    assert_eq!(outcome(&mut session), (vec![response("3")], vec![]));
}

#[test]
fn a_call_ends_with_an_error_when_no_response_can_come() {
    let left = SignalEvent::ParticipantLeft { participant_id: "b".into(), reason: LeaveReason::Left };
    let timeout = Error::Timeout { action: "the call", after_ms: 5_000 };
    let lost = || Err(RpcError::ConnectionLost.into());
    type End = Box<dyn Fn(&mut Session)>;
    let ends: [(End, Result<String>); 4] = [
        (
            Box::new(move |session| session.handle_signal(left.clone(), 20)),
            Err(RpcError::ParticipantLeft.into()),
        ),
        (Box::new(|session| session.handle_timeout(5_010)), Err(timeout)),
        (Box::new(Session::leave), lost()),
        (
            Box::new(|session| {
                session.handle_connection(&link(), ConnectionInput::ChannelClosed(Channel::Files), 20);
                session.handle_timeout(1_020);
            }),
            lost(),
        ),
    ];
    for (end, result) in ends {
        let mut session = connected(b());
        begin(&mut session);
        end(&mut session);
        assert_eq!(outcome(&mut session), ended(result));
        assert_ne!(session.poll_timeout(), Some(5_010));
    }
}

#[test]
fn a_call_that_is_not_sent_has_no_result() {
    let mut session = connected(b());
    let mut call = |to: &str, payload: String| {
        session.call("1", &to.into(), ("add".into(), payload), 5_000, 10).unwrap_err()
    };
    let unknown = DataChannelError::UnknownParticipant { participant: "x".into() };
    assert_eq!(call("x", String::new()), unknown);
    let size = rpc::MAX_PAYLOAD_BYTES + 1;
    let too_large = DataChannelError::TooLarge { size, limit: rpc::MAX_PAYLOAD_BYTES };
    assert_eq!(call("b", "x".repeat(size)), too_large);
    session.leave();
    assert_eq!(outcome(&mut session), (vec![], vec![]));
}

#[test]
fn who_may_not_send_data_calls_nobody_and_answers_nobody() {
    let silent = [RoomPermission::Subscribe].into_iter().collect();
    let mut session = connected(ParticipantInfo { permissions: silent, ..b() });
    begin(&mut session);
    receive(&mut session, &response("3"));
    receive(&mut session, &call());
    assert_eq!(outcome(&mut session), (vec![], vec![]));
}
