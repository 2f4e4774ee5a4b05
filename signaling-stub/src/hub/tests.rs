//! The rules of the hub, one test each.

use moim_protocol::{Lobby, ParticipantId, RelayPayload, Roster, VERSION, Welcome};
use serde_json::{Value, json};

use super::*;

pub(super) const ALICE: ConnectionId = ConnectionId(1);
pub(super) const BOB: ConnectionId = ConnectionId(2);
pub(super) const CAROL: ConnectionId = ConnectionId(3);

fn hub() -> Hub {
    Hub::new(Limits::default())
}

pub(super) fn say(hub: &mut Hub, id: ConnectionId, message: &Value) {
    hub.handle_text(id, &message.to_string(), 0);
}

pub(super) fn join_message(room: &str) -> Value {
    json!({ "type": "join", "version": VERSION, "room": room, "name": "Someone" })
}

pub(super) fn drain(hub: &mut Hub) -> Vec<Output> {
    std::iter::from_fn(|| hub.poll_output()).collect()
}

/// Connects and joins; returns the id that the hub chose.
pub(super) fn join(hub: &mut Hub, id: ConnectionId, room: &str) -> ParticipantId {
    hub.handle_connected(id, 0);
    say(hub, id, &join_message(room));
    let welcome = drain(hub).into_iter().find_map(|output| match output {
        Output::Send { to, message: ServerMessage::Welcome(welcome) } if to == id => Some(welcome),
        _ => None,
    });
    welcome.expect("a welcome").participant_id
}

pub(super) fn errors(outputs: &[Output]) -> Vec<(ConnectionId, ErrorCode, bool)> {
    let error = |output: &Output| match output {
        Output::Send { to, message: ServerMessage::Error(error) } => Some((*to, error.code, error.fatal)),
        _ => None,
    };
    outputs.iter().filter_map(error).collect()
}

pub(super) fn error_text(outputs: &[Output]) -> &str {
    match outputs {
        [Output::Send { message: ServerMessage::Error(error), .. }, ..] => &error.message,
        other => panic!("not an error: {other:?}"),
    }
}

fn closed(outputs: &[Output]) -> Vec<(ConnectionId, CloseReason)> {
    let close = |output: &Output| match output {
        Output::Close { id, reason } => Some((*id, *reason)),
        _ => None,
    };
    outputs.iter().filter_map(close).collect()
}

/// The one non-fatal error that connection `id` is sent for `message`, and nothing else.
pub(super) fn sole_error(hub: &mut Hub, id: ConnectionId, message: &Value) -> ErrorCode {
    say(hub, id, message);
    let outputs = drain(hub);
    match errors(&outputs)[..] {
        [(to, code, false)] if to == id && outputs.len() == 1 => code,
        _ => panic!("not a single error: {outputs:?}"),
    }
}

fn receivers(outputs: &[Output]) -> Vec<ConnectionId> {
    let receiver = |output: &Output| match output {
        Output::Send { to, .. } => *to,
        Output::Close { id, .. } => *id,
        _ => panic!("to nobody: {output:?}"),
    };
    outputs.iter().map(receiver).collect()
}

#[test]
fn joiner_is_welcomed_with_everyone_and_the_others_hear_of_it() {
    let mut hub = hub().with_ice_servers(vec![IceServer {
        urls: vec!["stun:localhost".into()],
        username: None,
        credential: None,
    }]);
    let alice = join(&mut hub, ALICE, "kitchen");
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &join_message("kitchen"));

    let participants = hub.participants("kitchen");
    let bob = participants[1].clone();
    assert_eq!(participants[0].id, alice);
    assert!(participants[0].join_order < bob.join_order);
    let welcome = Welcome {
        version: VERSION,
        participant_id: bob.id.clone(),
        roster: Roster { revision: 2, participants, lobby: Lobby::default() },
        ice_servers: hub.ice_servers.clone(),
        resume_token: None,
        heartbeat_ms: 5000,
    };
    assert_eq!(
        drain(&mut hub),
        [
            Output::Send { to: BOB, message: ServerMessage::Welcome(welcome) },
            Output::Send { to: ALICE, message: ServerMessage::Participant { revision: 2, participant: bob } },
        ]
    );
}

#[test]
fn repeated_join_is_welcomed_again_and_changes_nothing() {
    let mut hub = hub();
    let alice = join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");

    say(&mut hub, ALICE, &join_message("kitchen"));
    let outputs = drain(&mut hub);
    let [Output::Send { to: ALICE, message: ServerMessage::Welcome(welcome) }] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!((&welcome.participant_id, welcome.roster.revision), (&alice, 2));
    assert_eq!(hub.stats().participants, 2);
}

#[test]
fn repeated_join_with_other_values_is_a_change() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");

    let mut message = join_message("kitchen");
    message["name"] = "Alice".into();
    say(&mut hub, ALICE, &message);

    assert_eq!(receivers(&drain(&mut hub)), [ALICE, BOB]);
    assert_eq!(hub.participants("kitchen")[0].name, "Alice");
}

#[test]
fn join_to_another_room_is_refused() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    assert_eq!(sole_error(&mut hub, ALICE, &join_message("cellar")), ErrorCode::AlreadyJoined);
    assert_eq!(hub.participants("cellar"), []);
}

#[test]
fn nothing_but_join_comes_first() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 0);
    for message in [json!({ "type": "ping" }), json!({ "type": "leave" }), json!({ "type": "sync" })] {
        assert_eq!(sole_error(&mut hub, ALICE, &message), ErrorCode::NotJoined);
    }
    say(&mut hub, ALICE, &join_message("kitchen"));
    assert_eq!(hub.stats().participants, 1, "the connection has stayed open");
}

#[test]
fn unknown_message_is_ignored() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &json!({ "type": "dance" }));
    say(&mut hub, ALICE, &join_message("kitchen"));
    drain(&mut hub);
    say(&mut hub, ALICE, &json!({ "type": "dance", "to": 5 }));
    assert_eq!(drain(&mut hub), []);
}

#[test]
fn other_version_is_fatal_and_the_spoken_one_is_named() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 0);
    let mut message = join_message("kitchen");
    message["version"] = 99.into();
    say(&mut hub, ALICE, &message);

    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::UnsupportedVersion, true)]);
    assert!(error_text(&outputs).contains("version 1"));
    assert_eq!(closed(&outputs), [(ALICE, CloseReason::Error(ErrorCode::UnsupportedVersion))]);
    assert_eq!(hub.stats(), HubStats::default());
}

#[test]
fn other_topology_is_refused() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 0);
    let mut message = join_message("kitchen");
    message["topology"] = "torus".into();
    assert_eq!(sole_error(&mut hub, ALICE, &message), ErrorCode::UnsupportedTopology);
}

#[test]
fn malformed_text_is_answered_with_the_detail() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &json!({ "type": "join", "version": "one", "room": "r", "name": "n" }));
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::Malformed, false)]);
    assert!(error_text(&outputs).contains("`version`"), "{}", error_text(&outputs));
}

#[test]
fn malformed_detail_stays_short() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &json!({ "type": "join", "version": "é".repeat(5000), "room": "r", "name": "n" }));
    assert!(error_text(&drain(&mut hub)).chars().count() <= 301);
}

#[test]
fn oversized_text_is_refused_before_it_is_decoded() {
    let mut hub = Hub::new(Limits { max_message_bytes: 200, ..Limits::default() });
    join(&mut hub, ALICE, "kitchen");
    hub.handle_text(ALICE, &"x".repeat(201), 0);
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::MessageTooLarge, false)]);
    assert!(error_text(&outputs).contains("201") && error_text(&outputs).contains("200"));
    hub.handle_text(ALICE, &"x".repeat(200), 0);
    assert_eq!(errors(&drain(&mut hub)), [(ALICE, ErrorCode::Malformed, false)]);
}

#[test]
fn frame_that_had_to_be_cut_ends_the_connection() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    hub.handle_oversize(ALICE);
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::MessageTooLarge, true)]);
    assert_eq!(closed(&outputs)[0].1.code(), 1009);
}

#[test]
fn binary_frame_is_refused() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    hub.handle_binary(ALICE, 3, 0);
    assert_eq!(errors(&drain(&mut hub)), [(ALICE, ErrorCode::BinaryFrame, false)]);
}

#[test]
fn value_outside_its_limit_is_named_and_changes_nothing() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    let before = hub.participants("kitchen");
    say(&mut hub, ALICE, &json!({ "type": "update", "name": "n".repeat(129), "metadata": "" }));
    assert_eq!(error_text(&drain(&mut hub)), "`name` has 129 characters, the limit is 128");
    let twice = json!({ "id": "x", "kind": "audio", "source": "microphone", "muted": false });
    let message = json!({ "type": "publish", "publications": [twice, twice] });
    assert_eq!(sole_error(&mut hub, ALICE, &message), ErrorCode::InvalidValue);
    assert_eq!(hub.participants("kitchen"), before);
}

#[test]
fn change_reaches_everyone_its_author_included() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");
    join(&mut hub, CAROL, "cellar");
    say(&mut hub, BOB, &json!({ "type": "update", "name": "Bob", "metadata": "hand" }));

    let participant = hub.participants("kitchen")[1].clone();
    assert_eq!((participant.name.as_str(), participant.metadata.as_str()), ("Bob", "hand"));
    let message = ServerMessage::Participant { revision: 3, participant };
    assert_eq!(
        drain(&mut hub),
        [ALICE, BOB].map(|to| Output::Send { to, message: message.clone() }),
        "the other room receives nothing"
    );
}

#[test]
fn repeated_publish_is_acknowledged_to_its_sender_alone() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");
    let message = json!({
        "type": "publish",
        "publications": [{ "id": "cam", "kind": "video", "source": "camera", "muted": false }],
    });
    say(&mut hub, ALICE, &message);
    assert_eq!(receivers(&drain(&mut hub)), [ALICE, BOB]);
    say(&mut hub, ALICE, &message);

    let participant = hub.participants("kitchen")[0].clone();
    let again = ServerMessage::Participant { revision: 3, participant };
    assert_eq!(drain(&mut hub), [Output::Send { to: ALICE, message: again }]);
}

#[test]
fn sync_and_ping_tell_the_revision() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    say(&mut hub, ALICE, &json!({ "type": "sync" }));
    say(&mut hub, ALICE, &json!({ "type": "ping" }));
    let roster = Roster { revision: 1, participants: hub.participants("kitchen"), lobby: Lobby::default() };
    assert_eq!(
        drain(&mut hub),
        [ServerMessage::Roster(roster), ServerMessage::Pong { revision: 1 }]
            .map(|message| Output::Send { to: ALICE, message })
    );
}

#[test]
fn relay_reaches_its_addressee_untouched() {
    let mut hub = hub();
    let alice = join(&mut hub, ALICE, "kitchen");
    let bob = join(&mut hub, BOB, "kitchen");
    join(&mut hub, CAROL, "kitchen");
    let payload = json!({ "seq": 4, "ack": 2, "signal": {
        "kind": "description", "description": { "type": "offer", "sdp": "v=0\r\n" }, "mids": { "0": "cam" },
    }});
    say(&mut hub, ALICE, &json!({ "type": "relay", "to": bob.0, "payload": payload }));

    let outputs = drain(&mut hub);
    let [Output::Send { to: BOB, message }] = &outputs[..] else { panic!("{outputs:?}") };
    let sent: Value = serde_json::from_str(&message.encode()).unwrap();
    assert_eq!(sent, json!({ "type": "relay", "from": alice.0, "payload": payload }));
}

#[test]
fn relay_of_an_unknown_signal_keeps_its_number() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    let bob = join(&mut hub, BOB, "kitchen");
    let payload = json!({ "seq": 4, "ack": 2, "signal": { "kind": "restart" } });
    say(&mut hub, ALICE, &json!({ "type": "relay", "to": bob.0, "payload": payload }));

    let outputs = drain(&mut hub);
    let [Output::Send { to: BOB, message: ServerMessage::Relay { payload, .. } }] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(*payload, RelayPayload { epoch: 0, seq: 4, ack: 2, signal: None });
}

#[test]
fn relay_to_oneself_or_out_of_the_room_reaches_nobody() {
    let mut hub = hub();
    let alice = join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");
    let carol = join(&mut hub, CAROL, "cellar");
    for to in [alice, carol, "nobody".into()] {
        let message = json!({ "type": "relay", "to": to.0, "payload": { "seq": 0, "ack": 1 } });
        assert_eq!(sole_error(&mut hub, ALICE, &message), ErrorCode::UnknownParticipant, "to {to}");
    }
}

#[test]
fn full_room_refuses_and_the_connection_may_go_elsewhere() {
    let mut hub = Hub::new(Limits { max_participants_per_room: 1, ..Limits::default() });
    join(&mut hub, ALICE, "kitchen");
    hub.handle_connected(BOB, 0);
    assert_eq!(sole_error(&mut hub, BOB, &join_message("kitchen")), ErrorCode::RoomFull);
    say(&mut hub, BOB, &join_message("cellar"));
    assert_eq!(hub.participants("cellar").len(), 1);
}

#[test]
fn rooms_are_limited_and_an_empty_one_frees_its_place() {
    let mut hub = Hub::new(Limits { max_rooms: 1, ..Limits::default() });
    join(&mut hub, ALICE, "kitchen");
    hub.handle_connected(BOB, 0);
    assert_eq!(sole_error(&mut hub, BOB, &join_message("cellar")), ErrorCode::TooManyRooms);
    hub.handle_disconnected(ALICE, 0);
    assert_eq!(hub.stats().rooms, 0);
    say(&mut hub, BOB, &join_message("cellar"));
    assert_eq!(hub.stats().rooms, 1);
}

#[test]
fn connections_are_limited() {
    let mut hub = Hub::new(Limits { max_connections: 1, ..Limits::default() });
    join(&mut hub, ALICE, "kitchen");
    hub.handle_connected(BOB, 0);
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(BOB, ErrorCode::TooManyConnections, true)]);
    assert_eq!(closed(&outputs)[0].1.code(), 1013);
    say(&mut hub, BOB, &join_message("kitchen"));
    assert_eq!(drain(&mut hub), [], "a refused connection is unknown");
}

#[test]
fn who_has_not_joined_gives_way_to_newcomers() {
    let mut hub = Hub::new(Limits { max_connections: 3, ..Limits::default() });
    join(&mut hub, ALICE, "kitchen");
    let [first, second] = [BOB, CAROL];
    hub.handle_connected(first, 10);
    hub.handle_connected(second, 10);
    let newcomer = ConnectionId(99);
    hub.handle_connected(newcomer, 20);
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(first, ErrorCode::TooManyConnections, true)], "the oldest");
    assert_eq!(closed(&outputs).len(), 1);
    say(&mut hub, newcomer, &join_message("attic"));
    assert_eq!((hub.stats().participants, hub.stats().connections), (2, 3));
}

#[test]
fn leaver_is_closed_and_the_room_hears_that_it_left() {
    let mut hub = hub();
    let alice = join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");
    say(&mut hub, ALICE, &json!({ "type": "leave" }));

    let left =
        ServerMessage::ParticipantLeft { revision: 3, participant_id: alice, reason: LeaveReason::Left };
    assert_eq!(
        drain(&mut hub),
        [Output::Send { to: BOB, message: left }, Output::Close { id: ALICE, reason: CloseReason::Left }]
    );
    hub.handle_disconnected(ALICE, 0);
    assert_eq!(drain(&mut hub), [], "the end of a closed connection is no news");
}

#[test]
fn vanished_connection_is_announced_at_once() {
    let mut hub = hub();
    let alice = join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");
    hub.handle_disconnected(ALICE, 0);
    let left = ServerMessage::ParticipantLeft {
        revision: 3,
        participant_id: alice,
        reason: LeaveReason::Disconnected,
    };
    assert_eq!(drain(&mut hub), [Output::Send { to: BOB, message: left }]);
}

#[test]
fn silent_connection_times_out_and_a_frame_of_any_kind_is_life() {
    let mut hub = hub();
    let alice = join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");
    hub.handle_binary(BOB, 3, 10_000);
    hub.handle_timeout(10_000);
    assert_eq!(hub.poll_timeout(), Some(15_000));
    drain(&mut hub);
    hub.handle_timeout(14_999);
    assert_eq!(drain(&mut hub), []);

    hub.handle_timeout(15_000);

    let outputs = drain(&mut hub);
    let left =
        ServerMessage::ParticipantLeft { revision: 3, participant_id: alice, reason: LeaveReason::TimedOut };
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::IdleTimeout, true)]);
    assert!(outputs.contains(&Output::Send { to: BOB, message: left }));
    assert_eq!(closed(&outputs), [(ALICE, CloseReason::Error(ErrorCode::IdleTimeout))]);
    assert_eq!(hub.poll_timeout(), Some(25_000));
}

#[test]
fn connection_that_never_joins_times_out() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 100);
    hub.handle_timeout(15_100);
    assert_eq!(closed(&drain(&mut hub)).len(), 1);
    assert_eq!((hub.stats(), hub.poll_timeout()), (HubStats::default(), None));
}

#[test]
fn flood_is_dropped_then_ended_and_spares_the_others() {
    let limits = Limits { messages_per_second: 10, message_burst: 5, ..Limits::default() };
    let mut hub = Hub::new(limits);
    join(&mut hub, ALICE, "kitchen");
    let bob = join(&mut hub, BOB, "kitchen");
    for _ in 0..50 {
        say(&mut hub, BOB, &json!({ "type": "update", "name": "Bob", "metadata": "" }));
    }
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(BOB, ErrorCode::RateLimited, false), (BOB, ErrorCode::RateLimited, true)]);
    let left = ServerMessage::ParticipantLeft {
        revision: 4,
        participant_id: bob,
        reason: LeaveReason::Disconnected,
    };
    assert!(outputs.contains(&Output::Send { to: ALICE, message: left }));
    say(&mut hub, ALICE, &json!({ "type": "ping" }));
    assert_eq!(drain(&mut hub), [Output::Send { to: ALICE, message: ServerMessage::Pong { revision: 4 } }]);
}

#[test]
fn join_to_a_mesh_of_eight_stays_within_the_rate() {
    let mut hub = hub();
    let others: Vec<_> = (10..17).map(|id| join(&mut hub, ConnectionId(id), "kitchen")).collect();
    join(&mut hub, ALICE, "kitchen");
    for to in &others {
        for seq in 1..=100 {
            say(&mut hub, ALICE, &json!({ "type": "relay", "to": to.0, "payload": { "seq": seq } }));
        }
    }
    assert_eq!(errors(&drain(&mut hub)), []);
}

#[test]
fn shut_down_tells_everyone_and_takes_nobody_in() {
    let mut hub = hub();
    join(&mut hub, ALICE, "kitchen");
    join(&mut hub, BOB, "kitchen");
    hub.shut_down();
    hub.handle_connected(CAROL, 0);

    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [ALICE, BOB, CAROL].map(|id| (id, ErrorCode::ShuttingDown, true)));
    assert!(closed(&outputs).iter().all(|(_, reason)| reason.code() == 1001));
    assert_eq!((closed(&outputs).len(), hub.stats()), (3, HubStats::default()));
}

#[test]
fn whoever_changes_its_profile_pays_for_what_the_room_is_sent() {
    let mut hub = Hub::new(Limits { message_burst: 100, messages_per_second: 1, ..Limits::default() });
    for id in 1..=11 {
        join(&mut hub, ConnectionId(id), "tea");
    }
    let mut update = |n: usize| {
        let metadata = format!("{n}{}", "x".repeat(4_000));
        say(&mut hub, BOB, &json!({ "type": "update", "name": "Bob", "metadata": metadata }));
        errors(&drain(&mut hub)).pop()
    };
    let (changes, refused) = (0..90).find_map(|n| Some((n, update(n)?))).expect("a refusal");
    assert_eq!(refused, (BOB, ErrorCode::RateLimited, false));
    assert!((5..20).contains(&changes), "each is sent to 11: {changes}");
    say(&mut hub, ALICE, &json!({ "type": "ping" }));
    assert!(errors(&drain(&mut hub)).is_empty(), "nobody else pays");
}
