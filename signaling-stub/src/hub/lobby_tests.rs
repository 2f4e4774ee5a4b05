//! The rules of the host and the lobby, one test each.

use moim_protocol::{Lobby, ParticipantId, Role, VERSION};
use serde_json::{Value, json};

use super::tests::{ALICE, BOB, CAROL, drain, errors, join, join_message, say, sole_error};
use super::*;

const DAVE: ConnectionId = ConnectionId(4);

fn join_as_host(hub: &mut Hub, id: ConnectionId) -> ParticipantId {
    hub.handle_connected(id, 0);
    say(
        hub,
        id,
        &json!({ "type": "join", "version": VERSION, "room": "tea", "name": "Host", "role": "host" }),
    );
    drain(hub);
    hub.participants("tea").last().unwrap().id.clone()
}

/// Alice is the host of a locked room, and Bob waits in its lobby.
fn locked() -> (Hub, ParticipantId, ParticipantId) {
    let mut hub = Hub::new(Limits::default());
    let alice = join_as_host(&mut hub, ALICE);
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    drain(&mut hub);
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &join_message("tea"));
    let lobby = told_lobby(&drain(&mut hub)).expect("the lobby");
    (hub, alice, lobby.waiting[0].id.clone())
}

fn told_lobby(outputs: &[Output]) -> Option<Lobby> {
    outputs.iter().rev().find_map(|output| match output {
        Output::Send { message: ServerMessage::Lobby { lobby, .. }, .. } => Some(lobby.clone()),
        _ => None,
    })
}

fn welcomed(outputs: &[Output]) -> Vec<ConnectionId> {
    let welcome = |output: &Output| match output {
        Output::Send { to, message: ServerMessage::Welcome(_) } => Some(*to),
        _ => None,
    };
    outputs.iter().filter_map(welcome).collect()
}

fn roles(hub: &Hub) -> Vec<Role> {
    hub.participants("tea").iter().map(|participant| participant.role).collect()
}

fn order(kind: &str, participant: &ParticipantId) -> Value {
    json!({ "type": kind, "participantId": participant })
}

#[test]
fn a_newcomer_to_a_locked_room_waits_and_everyone_inside_hears_of_it() {
    let mut hub = Hub::new(Limits::default());
    join_as_host(&mut hub, ALICE);
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    drain(&mut hub);
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &join_message("tea"));
    let outputs = drain(&mut hub);
    assert_eq!(outputs[0], Output::Send { to: BOB, message: ServerMessage::Waiting });
    assert!(matches!(
        &outputs[1],
        Output::Send { to: ALICE, message: ServerMessage::Lobby { revision: 3, lobby } }
            if lobby.locked && lobby.waiting.len() == 1
    ));
    say(&mut hub, BOB, &join_message("tea"));
    let again = drain(&mut hub);
    assert_eq!(
        again,
        [Output::Send { to: BOB, message: ServerMessage::Waiting }],
        "a repetition changes nothing"
    );
    let mut renamed = join_message("tea");
    renamed["name"] = "Robert".into();
    say(&mut hub, BOB, &renamed);
    let lobby = told_lobby(&drain(&mut hub)).expect("a change of the name");
    assert_eq!((lobby.waiting.len(), &*lobby.waiting[0].name), (1, "Robert"));
    say(&mut hub, BOB, &json!({ "type": "ping" }));
    assert!(errors(&drain(&mut hub)).is_empty(), "waiting keeps the connection");
}

#[test]
fn whoever_is_admitted_comes_in_with_the_id_that_it_had_in_the_lobby() {
    let (mut hub, _, bob) = locked();
    say(&mut hub, ALICE, &order("admit", &bob));
    let outputs = drain(&mut hub);
    assert_eq!(welcomed(&outputs), [BOB]);
    assert!(told_lobby(&outputs).is_some_and(|lobby| lobby.locked && lobby.waiting.is_empty()));
    assert_eq!(hub.participants("tea")[1].id, bob);
}

#[test]
fn whoever_is_turned_away_is_told_and_the_lobby_is_empty() {
    let (mut hub, _, bob) = locked();
    say(&mut hub, ALICE, &order("remove", &bob));
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(BOB, ErrorCode::NotAdmitted, true)]);
    assert!(told_lobby(&outputs).is_some_and(|lobby| lobby.waiting.is_empty()));
    assert_eq!(hub.participants("tea").len(), 1);
}

#[test]
fn whoever_gives_up_waiting_is_not_in_the_lobby_any_more() {
    let (mut hub, ..) = locked();
    hub.handle_disconnected(BOB, 0);
    assert!(told_lobby(&drain(&mut hub)).is_some_and(|lobby| lobby.waiting.is_empty()));
}

#[test]
fn an_opened_room_lets_everyone_in_in_their_order() {
    let (mut hub, ..) = locked();
    hub.handle_connected(CAROL, 0);
    say(&mut hub, CAROL, &join_message("tea"));
    drain(&mut hub);
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": false }));
    assert_eq!(welcomed(&drain(&mut hub)), [BOB, CAROL]);
    assert_eq!(hub.participants("tea").len(), 3);
}

#[test]
fn whoever_waits_for_a_room_that_empties_is_sent_away() {
    let (mut hub, ..) = locked();
    hub.handle_disconnected(ALICE, 0);
    assert_eq!(errors(&drain(&mut hub)), [(BOB, ErrorCode::NotAdmitted, true)]);
    assert_eq!(hub.stats().rooms, 0);
}

#[test]
fn whoever_is_removed_is_gone_for_everyone() {
    let mut hub = Hub::new(Limits::default());
    join_as_host(&mut hub, ALICE);
    let bob = join(&mut hub, BOB, "tea");
    say(&mut hub, ALICE, &order("remove", &bob));
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(BOB, ErrorCode::Removed, true)]);
    assert!(outputs.iter().any(|output| matches!(
        output,
        Output::Send {
            to: ALICE,
            message: ServerMessage::ParticipantLeft { reason: LeaveReason::Removed, .. }
        }
    )));
}

#[test]
fn a_request_to_mute_reaches_its_publisher() {
    let mut hub = Hub::new(Limits::default());
    let alice = join_as_host(&mut hub, ALICE);
    let bob = join(&mut hub, BOB, "tea");
    let mic = json!([{ "id": "mic", "kind": "audio", "source": "microphone", "muted": false }]);
    say(&mut hub, BOB, &json!({ "type": "publish", "publications": mic }));
    drain(&mut hub);
    say(&mut hub, ALICE, &json!({ "type": "mute", "participantId": bob, "publicationId": "mic" }));
    let message = ServerMessage::MuteRequested { from: alice, publication_id: "mic".into() };
    assert_eq!(drain(&mut hub), [Output::Send { to: BOB, message }]);
    let nothing = json!({ "type": "mute", "participantId": bob, "publicationId": "cam" });
    assert_eq!(sole_error(&mut hub, ALICE, &nothing), ErrorCode::UnknownParticipant);
}

#[test]
fn only_the_host_decides() {
    let mut hub = Hub::new(Limits::default());
    let alice = join_as_host(&mut hub, ALICE);
    join(&mut hub, BOB, "tea");
    drain(&mut hub);
    let mute = json!({ "type": "mute", "participantId": alice, "publicationId": "mic" });
    let lock = json!({ "type": "lock", "locked": true });
    for message in [lock, order("admit", &alice), order("remove", &alice), mute] {
        assert_eq!(sole_error(&mut hub, BOB, &message), ErrorCode::NotHost, "{message}");
    }
    assert_eq!(sole_error(&mut hub, ALICE, &order("remove", &alice)), ErrorCode::InvalidValue);
    assert_eq!(sole_error(&mut hub, ALICE, &order("admit", &"x".into())), ErrorCode::UnknownParticipant);
}

#[test]
fn a_mixer_waits_in_a_locked_room_unless_the_server_has_started_it() {
    let mixer = |token: Option<&str>| {
        let mut join = join_message("tea");
        (join["topology"], join["role"]) = ("mcu".into(), "mixer".into());
        if let Some(token) = token {
            join["token"] = token.into();
        }
        join
    };
    let mut hub = Hub::new(Limits::default()).with_mixers().with_mixer_token("secret");
    for (id, role) in [(BOB, "mixer"), (ALICE, "host")] {
        hub.handle_connected(id, 0);
        let mut join = mixer(Some("secret"));
        join["role"] = role.into();
        say(&mut hub, id, &join);
    }
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    drain(&mut hub);
    for (id, token) in [(CAROL, None), (DAVE, Some("guess"))] {
        hub.handle_connected(id, 0);
        say(&mut hub, id, &mixer(token));
        let outputs = drain(&mut hub);
        assert_eq!(errors(&outputs), [(id, ErrorCode::Unauthorized, false)], "{token:?}");
    }
    let started = ConnectionId(5);
    hub.handle_connected(started, 0);
    say(&mut hub, started, &mixer(Some("secret")));
    assert_eq!(welcomed(&drain(&mut hub)), [started]);
}

#[test]
fn only_the_first_one_can_join_as_host_and_the_role_passes_on() {
    let mut hub = Hub::new(Limits::default());
    join_as_host(&mut hub, ALICE);
    join(&mut hub, BOB, "tea");
    join(&mut hub, CAROL, "tea");
    hub.handle_connected(DAVE, 0);
    let host = json!({ "type": "join", "version": VERSION, "room": "tea", "name": "Dave", "role": "host" });
    assert_eq!(sole_error(&mut hub, DAVE, &host), ErrorCode::HostRefused);
    hub.handle_disconnected(ALICE, 0);
    assert_eq!(roles(&hub), [Role::Host, Role::Participant]);
    hub.handle_disconnected(BOB, 0);
    assert_eq!(roles(&hub), [Role::Host]);
}

#[test]
fn a_lobby_is_not_filled_without_end() {
    let limits = Limits { max_waiting: 1, ..Limits::default() };
    let mut hub = Hub::new(limits);
    join_as_host(&mut hub, ALICE);
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    for id in [BOB, CAROL] {
        hub.handle_connected(id, 0);
    }
    say(&mut hub, BOB, &join_message("tea"));
    drain(&mut hub);
    assert_eq!(sole_error(&mut hub, CAROL, &join_message("tea")), ErrorCode::RoomFull);
}

#[test]
fn names_count_for_the_size_of_a_lobby() {
    let limits = Limits { max_waiting_bytes: 280, ..Limits::default() };
    let mut hub = Hub::new(limits);
    join_as_host(&mut hub, ALICE);
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    let mut message = join_message("tea");
    message["name"] = "x".repeat(100).into();
    for id in [BOB, CAROL] {
        hub.handle_connected(id, 0);
    }
    say(&mut hub, BOB, &message);
    drain(&mut hub);
    assert_eq!(sole_error(&mut hub, CAROL, &message), ErrorCode::RoomFull);
    say(&mut hub, BOB, &message);
    assert!(errors(&drain(&mut hub)).is_empty(), "a repetition is not counted twice");
    message["metadata"] = "x".repeat(200).into();
    say(&mut hub, BOB, &message);
    let outputs = drain(&mut hub);
    assert_eq!(
        outputs,
        [Output::Send { to: BOB, message: ServerMessage::Waiting }],
        "who waits keeps its place"
    );
    say(&mut hub, CAROL, &join_message("tea"));
    assert!(errors(&drain(&mut hub)).is_empty());
}

fn mcu_message(role: &str) -> Value {
    let mut message = join_message("tea");
    message["topology"] = "mcu".into();
    message["role"] = role.into();
    message["token"] = "started here".into();
    message
}

/// Alice is the host of a locked room that Dave mixes, and Bob waits in its lobby.
fn locked_with_mixer() -> (Hub, ParticipantId) {
    let mut hub = Hub::new(Limits::default()).with_mixers().with_mixer_token("started here");
    for (id, role) in [(DAVE, "mixer"), (ALICE, "host")] {
        hub.handle_connected(id, 0);
        say(&mut hub, id, &mcu_message(role));
    }
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &mcu_message("participant"));
    let lobby = told_lobby(&drain(&mut hub)).expect("the lobby");
    (hub, lobby.waiting[0].id.clone())
}

#[test]
fn whoever_is_admitted_while_the_mixer_is_away_is_not_sent_back_to_the_lobby() {
    let (mut hub, bob) = locked_with_mixer();
    hub.handle_disconnected(DAVE, 0);
    say(&mut hub, ALICE, &order("admit", &bob));
    drain(&mut hub);
    say(&mut hub, BOB, &mcu_message("participant"));
    assert_eq!(drain(&mut hub), [], "a repetition changes nothing");
    hub.handle_connected(CAROL, 0);
    say(&mut hub, CAROL, &mcu_message("mixer"));
    assert_eq!(welcomed(&drain(&mut hub)), [CAROL, BOB]);
    assert_eq!(hub.participants("tea")[2].id, bob);
}

#[test]
fn whoever_waits_for_a_room_in_which_only_a_mixer_is_left_is_sent_away_and_the_next_one_is_not() {
    let (mut hub, _) = locked_with_mixer();
    hub.handle_disconnected(ALICE, 0);
    assert_eq!(errors(&drain(&mut hub)), [(BOB, ErrorCode::NotAdmitted, true)]);
    assert!(!hub.lobby("tea").locked);
    hub.handle_connected(CAROL, 0);
    say(&mut hub, CAROL, &mcu_message("participant"));
    assert_eq!(welcomed(&drain(&mut hub)), [CAROL]);
}

#[test]
fn whoever_waits_and_is_silent_like_the_host_is_closed_once() {
    let (mut hub, ..) = locked();
    let limits = Limits::default();
    hub.handle_timeout(limits.idle_timeout_ms);
    let outputs = drain(&mut hub);
    let closed = outputs.iter().filter(|output| matches!(output, Output::Close { id: BOB, .. })).count();
    assert_eq!(closed, 1, "{outputs:?}");
    assert_eq!(errors(&outputs).iter().filter(|(id, ..)| *id == BOB).count(), 1, "{outputs:?}");
}

#[test]
fn whoever_waits_pays_for_what_the_room_is_sent_because_of_it() {
    let limits = Limits { message_burst: 100, messages_per_second: 1, ..Limits::default() };
    let mut hub = Hub::new(limits);
    join_as_host(&mut hub, ALICE);
    for id in 10..20 {
        join(&mut hub, ConnectionId(id), "tea");
    }
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    hub.handle_connected(BOB, 0);
    drain(&mut hub);
    let mut changes = 0;
    let mut rename = |hub: &mut Hub, metadata: String| {
        let mut message = join_message("tea");
        message["metadata"] = metadata.into();
        say(hub, BOB, &message);
        let outputs = drain(hub);
        changes += usize::from(told_lobby(&outputs).is_some());
        errors(&outputs)
    };
    let refused = (0..90).find_map(|n| rename(&mut hub, format!("{n}{}", "x".repeat(4_000))).pop());
    assert_eq!(refused, Some((BOB, ErrorCode::RateLimited, false)));
    assert!((5..20).contains(&changes), "each is sent to 11: {changes}");
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": false }));
    assert_eq!(welcomed(&drain(&mut hub)), [BOB], "it still waits, and Alice does not pay");
}
