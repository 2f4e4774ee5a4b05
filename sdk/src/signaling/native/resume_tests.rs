//! How the backend comes back after its connection was lost.

use moim_protocol::{ErrorCode, Roster as Snapshot, ServerError};

use super::tests::{drain, own, request, sent, told};
use super::*;
use crate::model::{IceServer, ParticipantInfo, RefusalCode};

const TOKEN: &str = "b1946ac92492d2347c6235b4d2611184";

fn welcome(participants: Vec<ParticipantInfo>, revision: u64) -> Welcome {
    Welcome {
        version: VERSION,
        participant_id: "a".into(),
        roster: Snapshot { revision, participants, lobby: Default::default() },
        ice_servers: vec![IceServer {
            urls: vec!["turn:turn.example".into()],
            username: None,
            credential: None,
        }],
        heartbeat_ms: 5_000,
        resume_token: Some(TOKEN.into()),
    }
}

fn other() -> ParticipantInfo {
    crate::model::participant("b", 2, moim_protocol::Role::Participant)
}

/// In a room with a link that has sent a signal.
fn joined() -> NativeBackend {
    let mut backend = NativeBackend::new("ws://127.0.0.1/ws");
    let request = JoinRequest { resumable: true, ..request() };
    backend.handle_command(SignalCommand::Join(request), 0);
    backend.handle_socket(SocketEvent::Opened, 0);
    told(&mut backend, ServerMessage::Welcome(welcome(vec![own(), other()], 7)), 0);
    backend.handle_command(SignalCommand::Open("b".into()), 0);
    let ask = LinkSignal::RequestOffer { sections: Default::default(), restart: false };
    backend.handle_command(SignalCommand::Signal { link: "b".into(), signal: ask }, 0);
    drain(&mut backend);
    backend
}

fn cut(backend: &mut NativeBackend) {
    backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, 100);
    let outputs = drain(backend);
    assert!(matches!(&*outputs, [Output::Event(SignalEvent::Lost { .. })]), "{outputs:?}");
}

/// Opens a new connection, and returns the request over it.
fn reconnect(backend: &mut NativeBackend) -> Box<Join> {
    backend.handle_command(SignalCommand::Reconnect, 200);
    backend.handle_socket(SocketEvent::Opened, 210);
    let outputs = drain(backend);
    assert!(outputs.iter().any(|output| matches!(output, Output::Connect { .. })), "{outputs:?}");
    join(&outputs)
}

/// The only message that is sent: a request to join.
fn join(outputs: &[Output]) -> Box<Join> {
    let messages = sent(outputs);
    let [(ClientMessage::Join(join), _)] = &*messages else { panic!("{messages:?}") };
    Box::new(join.clone())
}

fn refusal(code: ErrorCode, fatal: bool) -> ServerMessage {
    ServerMessage::Error(ServerError { code, message: String::new(), fatal, request: None })
}

#[test]
fn a_lost_connection_is_resumed_with_the_token_and_what_is_unacknowledged_is_repeated() {
    let mut backend = joined();
    cut(&mut backend);
    let publication = super::tests::camera();
    backend.handle_command(SignalCommand::Publish(vec![publication.clone()]), 150);
    assert_eq!(drain(&mut backend), [], "there is no connection");

    let join = reconnect(&mut backend);
    assert_eq!((join.resume.as_deref(), join.identity, join.attempt), (Some(TOKEN), None, 1));
    let carol = crate::model::participant("c", 3, moim_protocol::Role::Participant);
    let welcome = welcome(vec![own(), other(), carol.clone()], 9);
    let outputs = told(&mut backend, ServerMessage::Welcome(welcome.clone()), 220);
    let ice_servers = welcome.ice_servers;
    assert_eq!(
        outputs[..2],
        [Output::Event(SignalEvent::Resumed { ice_servers }), Output::Event(SignalEvent::Participant(carol)),]
    );
    backend.handle_timeout(220);
    let messages: Vec<_> = sent(&outputs).into_iter().chain(sent(&drain(&mut backend))).collect();
    let is_repeated = |(message, _): &(ClientMessage, Option<u32>)| matches!(message, ClientMessage::Relay { payload, .. } if (payload.epoch, payload.seq) == (0, 1));
    assert_eq!(messages.iter().filter(|message| is_repeated(message)).count(), 1, "{messages:?}");
    let publish = ClientMessage::Publish { publications: vec![publication] };
    assert!(messages.iter().any(|(message, _)| *message == publish), "{messages:?}");
}

#[test]
fn a_refused_token_leads_to_joining_afresh_under_the_same_identity_also_in_later_attempts() {
    let mut backend = joined();
    cut(&mut backend);
    reconnect(&mut backend);
    let refused = refusal(ErrorCode::ResumeRefused, false);
    let again = join(&told(&mut backend, refused.clone(), 220));
    assert_eq!((again.resume.as_deref(), again.identity.as_deref()), (Some(""), Some(TOKEN)));
    assert_eq!(told(&mut backend, refused, 230), [], "the reply to a repetition");

    // The server has let this participant in, and its reply is lost.
    cut(&mut backend);
    let again = reconnect(&mut backend);
    assert_eq!((again.resume.as_deref(), again.identity.as_deref()), (Some(""), Some(TOKEN)));
    assert_eq!(again.attempt, 2);
    let outputs = told(&mut backend, ServerMessage::Welcome(welcome(vec![own()], 1)), 240);
    assert!(
        matches!(&outputs[0], Output::Event(SignalEvent::Rejoined { participants, .. }) if participants.len() == 1),
        "{outputs:?}"
    );
    // The revisions of the new server count from 1.
    let joined = ServerMessage::Participant { revision: 2, participant: other() };
    let outputs = told(&mut backend, joined, 250);
    assert!(outputs.contains(&Output::Event(SignalEvent::Participant(other()))), "{outputs:?}");
}

#[test]
fn a_server_that_replies_nonsense_is_left_and_not_asked_to_resume_again() {
    let nonsense = [
        SocketEvent::Text("{".into()),
        SocketEvent::Text(r#"{"type":"welcome","version":1}"#.into()),
        SocketEvent::Text(ServerMessage::Welcome(welcome(vec![other()], 1)).encode()),
        SocketEvent::Binary(vec![1, 2, 3]),
    ];
    for nonsense in nonsense {
        let mut backend = joined();
        cut(&mut backend);
        assert_eq!(reconnect(&mut backend).resume.as_deref(), Some(TOKEN));
        backend.handle_socket(nonsense.clone(), 220);
        let outputs = drain(&mut backend);
        let is_left = |output: &Output| matches!(output, Output::Event(SignalEvent::Lost { .. }));
        assert!(outputs.iter().any(is_left) && outputs.contains(&Output::Close), "{nonsense:?}: {outputs:?}");
        let again = reconnect(&mut backend);
        assert_eq!((again.resume.as_deref(), again.identity.as_deref()), (Some(""), Some(TOKEN)));
    }
}

#[test]
fn whoever_is_superseded_is_told_so_and_does_not_come_back() {
    let mut backend = joined();
    let outputs = told(&mut backend, refusal(ErrorCode::Superseded, true), 100);
    let is_end = |output: &Output| matches!(output, Output::Event(SignalEvent::Ended(refusal)) if refusal.code == RefusalCode::Superseded);
    assert!(outputs.iter().any(is_end), "{outputs:?}");
    backend.handle_command(SignalCommand::Leave, 110);
    backend.handle_command(SignalCommand::Reconnect, 120);
    assert!(!drain(&mut backend).iter().any(|output| matches!(output, Output::Connect { .. })));
}

#[test]
fn an_error_about_the_connection_alone_is_a_loss_of_it() {
    for code in [ErrorCode::IdleTimeout, ErrorCode::ShuttingDown, ErrorCode::TooManyConnections] {
        let mut backend = joined();
        let outputs = told(&mut backend, refusal(code, true), 100);
        let lost = outputs.iter().any(|output| matches!(output, Output::Event(SignalEvent::Lost { .. })));
        assert!(lost && outputs.contains(&Output::Close), "{code:?}: {outputs:?}");
        reconnect(&mut backend);
    }
}

#[test]
fn a_server_that_does_not_reply_after_the_network_changed_is_lost() {
    let mut backend = joined();
    backend.handle_command(SignalCommand::Probe { within_ms: 2_000 }, 1_000);
    assert!(matches!(&*sent(&drain(&mut backend)), [(ClientMessage::Ping, None)]));
    told(&mut backend, ServerMessage::Pong { revision: 7 }, 1_100);
    backend.handle_timeout(3_500);
    let is_lost = |output: &Output| matches!(output, Output::Event(SignalEvent::Lost { .. }));
    assert!(!drain(&mut backend).iter().any(is_lost));

    backend.handle_command(SignalCommand::Probe { within_ms: 2_000 }, 5_000);
    backend.handle_timeout(7_000);
    assert!(drain(&mut backend).iter().any(is_lost));
}

/// How long a server that does not reply within 250 ms is waited for, after it took this long to reply.
fn patience(round_trips: &[Timestamp]) -> Timestamp {
    let mut backend = joined();
    let mut now = 1_000;
    for round_trip in round_trips {
        backend.handle_command(SignalCommand::Probe { within_ms: 2_000 }, now);
        now += round_trip;
        told(&mut backend, ServerMessage::Pong { revision: 7 }, now);
        now += 1_000;
    }
    drain(&mut backend);
    backend.handle_command(SignalCommand::Probe { within_ms: 250 }, now);
    let lost_at = (now..).find(|at| {
        backend.handle_timeout(*at);
        let outputs = drain(&mut backend);
        outputs.iter().any(|output| matches!(output, Output::Event(SignalEvent::Lost { .. })))
    });
    lost_at.unwrap() - now
}

#[test]
fn a_server_that_replies_slowly_gets_more_time() {
    assert_eq!(patience(&[5]), 250);
    assert_eq!(patience(&[5, 200]), 600);
    assert!((251..600).contains(&patience(&[200, 5, 5])));
    assert_eq!(patience(&[1_900]), 2_000);
    assert_eq!(patience(&[200, 5, 5, 5, 5, 5, 5, 5]), 250);
}

#[test]
fn an_urgent_check_shortens_the_one_before() {
    let mut backend = joined();
    backend.handle_command(SignalCommand::Probe { within_ms: 2_000 }, 1_000);
    backend.handle_command(SignalCommand::Probe { within_ms: 250 }, 1_100);
    assert_eq!(sent(&drain(&mut backend)).len(), 1, "one ping");
    backend.handle_timeout(1_349);
    assert!(!drain(&mut backend).contains(&Output::Close));
    backend.handle_timeout(1_350);
    assert!(drain(&mut backend).contains(&Output::Close));
}

#[test]
fn a_room_that_does_not_reconnect_gives_up_its_place_with_its_connection() {
    let mut backend = NativeBackend::new("ws://127.0.0.1/ws");
    backend.handle_command(SignalCommand::Join(JoinRequest { resumable: false, ..request() }), 0);
    backend.handle_socket(SocketEvent::Opened, 0);
    assert_eq!(join(&drain(&mut backend)).resume, None);
}
