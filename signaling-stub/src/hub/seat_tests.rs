//! The rules of seats, one test each.

use moim_protocol::{ParticipantId, Role, VERSION, Welcome};
use serde_json::{Value, json};

use super::tests::{ALICE, BOB, CAROL, drain, errors, join, join_message, say, sole_error};
use super::*;

const AGAIN: ConnectionId = ConnectionId(11);
const GRACE: u64 = 30_000;

fn resumable(room: &str, token: &str) -> Value {
    let mut message = join_message(room);
    message["resume"] = token.into();
    message
}

fn welcome_of(outputs: &[Output], id: ConnectionId) -> Option<Welcome> {
    outputs.iter().find_map(|output| match output {
        Output::Send { to, message: ServerMessage::Welcome(welcome) } if *to == id => Some(welcome.clone()),
        _ => None,
    })
}

/// Joins as a client that can resume. Returns its id and its token.
fn sit_down(hub: &mut Hub, id: ConnectionId, room: &str) -> (ParticipantId, String) {
    hub.handle_connected(id, 0);
    say(hub, id, &resumable(room, ""));
    let welcome = welcome_of(&drain(hub), id).expect("a welcome");
    (welcome.participant_id, welcome.resume_token.expect("a token"))
}

fn resume(hub: &mut Hub, id: ConnectionId, room: &str, token: &str) -> Vec<Output> {
    hub.handle_connected(id, 0);
    say(hub, id, &resumable(room, token));
    drain(hub)
}

/// The participant changes that connection `to` receives: the id, and whether it is reconnecting, or `None` if it left.
fn news(outputs: &[Output], to: ConnectionId) -> Vec<(ParticipantId, Option<bool>)> {
    let news = |output: &Output| match output {
        Output::Send { to: receiver, message } if *receiver == to => match message {
            ServerMessage::Participant { participant, .. } => {
                Some((participant.id.clone(), Some(participant.reconnecting)))
            }
            ServerMessage::ParticipantLeft { participant_id, .. } => Some((participant_id.clone(), None)),
            _ => None,
        },
        _ => None,
    };
    outputs.iter().filter_map(news).collect()
}

#[test]
fn a_cut_connection_leaves_its_seat_and_comes_back_to_it() {
    let mut hub = Hub::new(Limits::default());
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    join(&mut hub, BOB, "tea");
    hub.handle_disconnected(ALICE, 1_000);
    assert_eq!(news(&drain(&mut hub), BOB), [(alice.clone(), Some(true))]);

    let outputs = resume(&mut hub, AGAIN, "tea", &token);
    let welcome = welcome_of(&outputs, AGAIN).expect("a welcome");
    assert_eq!((&welcome.participant_id, welcome.resume_token), (&alice, Some(token)));
    assert_eq!(welcome.roster.participants, hub.participants("tea"), "nothing is missed");
    assert_eq!(news(&outputs, BOB), [(alice, Some(false))]);
    hub.handle_text(AGAIN, r#"{"type":"ping"}"#, GRACE);
    hub.handle_timeout(GRACE + 1_000);
    let stayed: Vec<_> = hub.participants("tea").into_iter().map(|info| info.id).collect();
    assert_eq!(stayed, [welcome.participant_id], "the grace time does not run on");
}

#[test]
fn nobody_comes_back_after_the_grace_time() {
    let mut hub = Hub::new(Limits::default());
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    join(&mut hub, BOB, "tea");
    hub.handle_disconnected(ALICE, 1_000);
    hub.handle_text(BOB, r#"{"type":"ping"}"#, GRACE);
    drain(&mut hub);
    hub.handle_timeout(GRACE + 999);
    assert_eq!(drain(&mut hub), []);
    assert_eq!(hub.poll_timeout(), Some(GRACE + 1_000));
    hub.handle_timeout(GRACE + 1_000);
    assert_eq!(news(&drain(&mut hub), BOB), [(alice, None)]);
    let outputs = resume(&mut hub, AGAIN, "tea", &token);
    assert_eq!(errors(&outputs), [(AGAIN, ErrorCode::ResumeRefused, false)]);
}

#[test]
fn whoever_was_silent_for_too_long_has_the_grace_time_from_then_on() {
    let mut hub = Hub::new(Limits::default());
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    hub.handle_timeout(15_000);
    assert_eq!(errors(&drain(&mut hub)), [(ALICE, ErrorCode::IdleTimeout, true)]);
    hub.handle_timeout(15_000 + GRACE - 1);
    hub.handle_connected(AGAIN, 15_000 + GRACE - 1);
    say(&mut hub, AGAIN, &resumable("tea", &token));
    assert_eq!(welcome_of(&drain(&mut hub), AGAIN).expect("a welcome").participant_id, alice);
}

#[test]
fn a_client_that_cannot_resume_is_gone_at_once_and_so_is_everyone_without_a_grace_time() {
    let mut hub = Hub::new(Limits::default());
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &join_message("tea"));
    assert_eq!(welcome_of(&drain(&mut hub), ALICE).expect("a welcome").resume_token, None);
    hub.handle_disconnected(ALICE, 0);
    assert_eq!(hub.stats().participants, 0);

    let mut hub = Hub::new(Limits { grace_ms: 0, ..Limits::default() });
    sit_down(&mut hub, ALICE, "tea");
    hub.handle_disconnected(ALICE, 0);
    assert_eq!((hub.stats().participants, hub.stats().rooms), (0, 0));
}

#[test]
fn leave_ends_a_seat_at_once_and_its_token_with_it() {
    let mut hub = Hub::new(Limits::default());
    let (_, token) = sit_down(&mut hub, ALICE, "tea");
    say(&mut hub, ALICE, &json!({ "type": "leave" }));
    assert_eq!(hub.stats().participants, 0);
    drain(&mut hub);
    let outputs = resume(&mut hub, AGAIN, "tea", &token);
    assert_eq!(errors(&outputs), [(AGAIN, ErrorCode::ResumeRefused, false)]);
}

#[test]
fn a_forged_or_foreign_token_gives_nobody_anothers_seat_and_the_client_can_join_afresh() {
    let mut hub = Hub::new(Limits::default());
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    sit_down(&mut hub, BOB, "coffee");
    hub.handle_disconnected(ALICE, 0);
    drain(&mut hub);
    for (room, token) in [("tea", "forged"), ("coffee", token.as_str()), ("nowhere", token.as_str())] {
        let outputs = resume(&mut hub, CAROL, room, token);
        assert_eq!(errors(&outputs), [(CAROL, ErrorCode::ResumeRefused, false)], "{room} {token}");
        assert_eq!(outputs.len(), 1);
    }
    say(&mut hub, CAROL, &resumable("tea", ""));
    let welcome = welcome_of(&drain(&mut hub), CAROL).expect("a welcome");
    assert_ne!(welcome.participant_id, alice);
    assert_ne!(welcome.resume_token, Some(token));
}

#[test]
fn of_two_connections_with_one_token_the_newer_wins_and_the_older_is_told() {
    let mut hub = Hub::new(Limits::default());
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    join(&mut hub, BOB, "tea");
    let outputs = resume(&mut hub, AGAIN, "tea", &token);
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::Superseded, true)]);
    let close = Output::Close { id: ALICE, reason: CloseReason::Error(ErrorCode::Superseded) };
    assert!(outputs.contains(&close));
    // So that the others repeat what may have been lost with the older one.
    assert_eq!(news(&outputs, BOB), [(alice.clone(), Some(true)), (alice.clone(), Some(false))]);
    hub.handle_disconnected(ALICE, 0);
    say(&mut hub, ALICE, &json!({ "type": "leave" }));
    assert_eq!(drain(&mut hub), [], "the older one has no say any more");
    assert_eq!(hub.participants("tea")[0].id, alice);
    say(&mut hub, AGAIN, &json!({ "type": "ping" }));
    assert!(matches!(drain(&mut hub)[..], [Output::Send { to: AGAIN, message: ServerMessage::Pong { .. } }]));
}

#[test]
fn a_repeated_resume_is_welcomed_again_and_changes_nothing() {
    let mut hub = Hub::new(Limits::default());
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    hub.handle_disconnected(ALICE, 0);
    resume(&mut hub, AGAIN, "tea", &token);
    say(&mut hub, AGAIN, &resumable("tea", &token));
    let outputs = drain(&mut hub);
    assert_eq!(welcome_of(&outputs, AGAIN).expect("a welcome").participant_id, alice);
    assert_eq!(outputs.len(), 1);
}

#[test]
fn a_signal_to_an_empty_seat_is_no_error() {
    let mut hub = Hub::new(Limits::default());
    let (alice, _) = sit_down(&mut hub, ALICE, "tea");
    join(&mut hub, BOB, "tea");
    hub.handle_disconnected(ALICE, 0);
    drain(&mut hub);
    say(&mut hub, BOB, &json!({ "type": "relay", "to": alice, "payload": { "seq": 1 } }));
    assert_eq!(drain(&mut hub), []);
}

#[test]
fn a_request_to_mute_waits_for_whoever_is_away() {
    let mut hub = Hub::new(Limits::default());
    hub.handle_connected(BOB, 0);
    let host = json!({ "type": "join", "version": VERSION, "room": "tea", "name": "Bob", "role": "host" });
    say(&mut hub, BOB, &host);
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    let bob = hub.participants("tea")[0].id.clone();
    let mic = json!([{ "id": "mic", "kind": "audio", "source": "microphone", "muted": false }]);
    say(&mut hub, ALICE, &json!({ "type": "publish", "publications": mic }));
    hub.handle_disconnected(ALICE, 0);
    for _ in 0..2 {
        say(&mut hub, BOB, &json!({ "type": "mute", "participantId": alice, "publicationId": "mic" }));
    }
    assert_eq!(errors(&drain(&mut hub)), []);
    let requested = Output::Send {
        to: AGAIN,
        message: ServerMessage::MuteRequested { from: bob, publication_id: "mic".into() },
    };
    let outputs = resume(&mut hub, AGAIN, "tea", &token);
    assert_eq!(outputs.iter().filter(|output| **output == requested).count(), 1);
}

#[test]
fn whoever_is_put_out_while_away_is_told_so_and_does_not_come_back() {
    let mut hub = Hub::new(Limits::default());
    hub.handle_connected(BOB, 0);
    let host = json!({ "type": "join", "version": VERSION, "room": "tea", "name": "Bob", "role": "host" });
    say(&mut hub, BOB, &host);
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    hub.handle_disconnected(ALICE, 0);
    drain(&mut hub);
    say(&mut hub, BOB, &json!({ "type": "remove", "participantId": alice }));
    assert_eq!(news(&drain(&mut hub), BOB), [(alice, None)]);
    let outputs = resume(&mut hub, AGAIN, "tea", &token);
    assert_eq!(errors(&outputs), [(AGAIN, ErrorCode::Removed, true)]);
    assert_eq!(hub.stats().connections, 1);
}

#[test]
fn a_locked_room_whose_people_were_cut_off_stays_locked_and_in_the_end_nobody_gets_in() {
    let mut hub = Hub::new(Limits::default());
    hub.handle_connected(ALICE, 0);
    let mut host = resumable("tea", "");
    host["role"] = "host".into();
    say(&mut hub, ALICE, &host);
    let token =
        welcome_of(&drain(&mut hub), ALICE).and_then(|welcome| welcome.resume_token).expect("a token");
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &join_message("tea"));
    hub.handle_disconnected(ALICE, 0);
    drain(&mut hub);
    hub.handle_connected(CAROL, 0);
    say(&mut hub, CAROL, &join_message("tea"));
    assert_eq!(drain(&mut hub), [Output::Send { to: CAROL, message: ServerMessage::Waiting }]);

    let outputs = resume(&mut hub, AGAIN, "tea", &token);
    let lobby = welcome_of(&outputs, AGAIN).expect("a welcome").roster.lobby;
    assert_eq!((lobby.locked, lobby.waiting.len()), (true, 2), "the host decides as before");
    assert_eq!(hub.participants("tea")[0].role, Role::Host);

    hub.handle_disconnected(AGAIN, 0);
    for id in [BOB, CAROL] {
        hub.handle_text(id, r#"{"type":"ping"}"#, GRACE);
    }
    drain(&mut hub);
    hub.handle_timeout(GRACE);
    let refused = [(BOB, ErrorCode::NotAdmitted, true), (CAROL, ErrorCode::NotAdmitted, true)];
    assert_eq!(errors(&drain(&mut hub)), refused);
    assert_eq!(hub.stats(), HubStats::default());
}

#[test]
fn the_role_of_the_host_passes_to_somebody_who_is_there() {
    let mut hub = Hub::new(Limits::default());
    hub.handle_connected(ALICE, 0);
    let host = json!({ "type": "join", "version": VERSION, "room": "tea", "name": "Alice", "role": "host" });
    say(&mut hub, ALICE, &host);
    sit_down(&mut hub, BOB, "tea");
    join(&mut hub, CAROL, "tea");
    hub.handle_disconnected(BOB, 0);
    say(&mut hub, ALICE, &json!({ "type": "leave" }));
    let roles: Vec<_> = hub.participants("tea").iter().map(|participant| participant.role).collect();
    assert_eq!(roles, [Role::Participant, Role::Host]);
}

#[test]
fn the_sfu_keeps_the_client_of_an_empty_seat_and_repeats_what_was_lost() {
    let mut hub = Hub::new(Limits::default()).with_sfu();
    let message = |token: &str| {
        let mut message = resumable("tea", token);
        message["topology"] = "sfu".into();
        message
    };
    let media = |hub: &mut Hub| {
        let command = |output| match output {
            Output::Media(command) => Some(command),
            _ => None,
        };
        drain(hub).into_iter().filter_map(command).collect::<Vec<_>>()
    };
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &message(""));
    let outputs = drain(&mut hub);
    let token = welcome_of(&outputs, ALICE).and_then(|welcome| welcome.resume_token).expect("a token");
    hub.handle_disconnected(ALICE, 0);
    let payload = RelayPayload { epoch: 0, seq: 1, ack: 0, signal: None };
    hub.handle_sfu_payload(SeatId(1), payload.clone());
    assert_eq!(drain(&mut hub), [], "the client is connected, and there is nobody to notify");
    hub.handle_connected(AGAIN, 0);
    say(&mut hub, AGAIN, &message(&token));
    assert_eq!(media(&mut hub), [MediaCommand::Resumed { id: SeatId(1) }]);
    hub.handle_sfu_payload(SeatId(1), payload.clone());
    let relay = ServerMessage::Relay { from: SFU_ID.into(), payload };
    assert_eq!(drain(&mut hub), [Output::Send { to: AGAIN, message: relay }]);
    hub.handle_disconnected(AGAIN, 0);
    hub.handle_timeout(GRACE);
    assert_eq!(media(&mut hub), [MediaCommand::Left { id: SeatId(1) }]);
}

#[test]
fn a_mixer_of_the_server_is_replaced_at_once_and_another_one_comes_back() {
    for starts_mixers in [true, false] {
        let mut hub = Hub::new(Limits::default());
        if starts_mixers {
            hub = hub.with_mixers();
        }
        hub.handle_connected(ALICE, 0);
        let mut mixer = resumable("tea", "");
        (mixer["topology"], mixer["role"]) = ("mcu".into(), "mixer".into());
        say(&mut hub, ALICE, &mixer);
        hub.handle_disconnected(ALICE, 0);
        assert_eq!(hub.stats().participants, usize::from(!starts_mixers));
    }
}

#[test]
fn empty_seats_are_limited() {
    let limits = Limits { max_connections_per_address: 2, max_participants_per_room: 9, ..Limits::default() };
    let mut hub = Hub::new(limits);
    let address = std::net::IpAddr::from([192, 0, 2, 1]);
    for id in (1..=4).map(ConnectionId) {
        hub.handle_connected_from(id, address, 0);
        say(&mut hub, id, &resumable("tea", ""));
        hub.handle_disconnected(id, 0);
    }
    assert_eq!(hub.participants("tea").len(), 2);
    sit_down(&mut hub, BOB, "tea");
    hub.handle_disconnected(BOB, 0);
    assert_eq!(hub.participants("tea").len(), 3, "nobody else's");
}

#[test]
fn a_seat_cannot_be_resumed_from_the_lobby_of_another_room_and_stay_there() {
    let mut hub = Hub::new(Limits::default());
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    hub.handle_connected(CAROL, 0);
    let host = json!({ "type": "join", "version": VERSION, "room": "coffee", "name": "C", "role": "host" });
    say(&mut hub, CAROL, &host);
    say(&mut hub, CAROL, &json!({ "type": "lock", "locked": true }));
    hub.handle_disconnected(ALICE, 0);
    hub.handle_connected(AGAIN, 0);
    say(&mut hub, AGAIN, &join_message("coffee"));
    assert_eq!(hub.lobby("coffee").waiting.len(), 1);
    say(&mut hub, AGAIN, &resumable("tea", &token));
    assert_eq!(hub.lobby("coffee").waiting.len(), 0);
    assert_eq!(hub.participants("tea")[0].id, alice);
    drain(&mut hub);
    assert_eq!(sole_error(&mut hub, AGAIN, &join_message("coffee")), ErrorCode::AlreadyJoined);
}

#[test]
fn after_a_restart_of_the_server_everyone_is_who_they_were_and_nobody_else() {
    let mut hub = Hub::new(Limits::default()).with_seed(1);
    let (alice, token) = sit_down(&mut hub, ALICE, "tea");
    let mut hub = Hub::new(Limits::default()).with_seed(2);
    let outputs = resume(&mut hub, ALICE, "tea", &token);
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::ResumeRefused, false)]);
    let again = |identity: &str| {
        let mut message = resumable("tea", "");
        message["identity"] = identity.into();
        message
    };
    say(&mut hub, ALICE, &again(&token));
    let welcome = welcome_of(&drain(&mut hub), ALICE).expect("a welcome");
    assert_eq!((&welcome.participant_id, welcome.resume_token.as_ref()), (&alice, Some(&token)));

    for (id, identity) in [(BOB, alice.as_str()), (CAROL, "forged"), (ConnectionId(4), "")] {
        hub.handle_connected(id, 0);
        say(&mut hub, id, &again(identity));
        assert_ne!(welcome_of(&drain(&mut hub), id).expect("a welcome").participant_id, alice, "{identity}");
    }
    // The same one once more is the same participant over a newer connection.
    hub.handle_connected(AGAIN, 0);
    say(&mut hub, AGAIN, &again(&token));
    let outputs = drain(&mut hub);
    assert_eq!(welcome_of(&outputs, AGAIN).expect("a welcome").participant_id, alice);
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::Superseded, true)]);
    assert_eq!(hub.participants("tea").len(), 4);
}

#[test]
fn after_a_restart_the_host_is_the_host_again_though_another_one_comes_back_sooner() {
    for (at, role) in [(1_000, Role::Host), (GRACE, Role::Participant)] {
        let mut hub = Hub::new(Limits::default());
        join(&mut hub, BOB, "tea");
        hub.handle_connected(ALICE, at);
        let mut message = resumable("tea", "");
        (message["role"], message["identity"]) = ("host".into(), "0".repeat(32).into());
        hub.handle_text(ALICE, &message.to_string(), at);
        let is_host = hub.participants("tea").iter().any(|participant| participant.role == Role::Host);
        assert_eq!(is_host, role == Role::Host, "{at}");
    }
}

#[test]
fn after_a_restart_one_of_two_hosts_who_await_the_mixer_is_the_host_again() {
    let mut hub = Hub::new(Limits::default()).with_mixers();
    let mut errors_of = |id: ConnectionId, digit: &str| {
        hub.handle_connected(id, 0);
        let mut message = resumable("tea", "");
        message["topology"] = "mcu".into();
        (message["role"], message["identity"]) = ("host".into(), digit.repeat(32).into());
        say(&mut hub, id, &message);
        errors(&drain(&mut hub))
    };
    assert_eq!(errors_of(ALICE, "0"), []);
    assert_eq!(errors_of(BOB, "1"), [(BOB, ErrorCode::HostRefused, false)]);
}

/// The server may take the first connection for alive, and lets both in once the room has a mixer or the host admits them.
#[test]
fn a_client_that_waits_and_comes_back_over_another_connection_waits_once() {
    for is_mixed in [false, true] {
        let mut hub = Hub::new(Limits::default()).with_mixers().with_mixer_token("secret");
        let wait = |hub: &mut Hub, id, attempt: u32| {
            hub.handle_connected(id, 0);
            let mut message = resumable("tea", "");
            (message["identity"], message["attempt"]) = ("0".repeat(32).into(), attempt.into());
            message["topology"] = if is_mixed { "mcu" } else { "mesh" }.into();
            say(hub, id, &message);
            errors(&drain(hub))
        };
        if !is_mixed {
            hub.handle_connected(ALICE, 0);
            let mut message = resumable("tea", "");
            message["role"] = "host".into();
            say(&mut hub, ALICE, &message);
            say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
            drain(&mut hub);
        }
        assert_eq!(wait(&mut hub, BOB, 1), []);
        assert_eq!(wait(&mut hub, AGAIN, 2), [(BOB, ErrorCode::Superseded, true)]);
        assert_eq!(wait(&mut hub, CAROL, 1), [(CAROL, ErrorCode::Superseded, true)], "what was sent before");
        if is_mixed {
            let mixer = ConnectionId(20);
            hub.handle_connected(mixer, 0);
            let mut message = join_message("tea");
            (message["topology"], message["role"], message["token"]) =
                ("mcu".into(), "mixer".into(), "secret".into());
            say(&mut hub, mixer, &message);
        } else {
            let waiting = hub.lobby("tea").waiting;
            assert_eq!(waiting.len(), 1);
            say(&mut hub, ALICE, &json!({ "type": "admit", "participantId": waiting[0].id }));
        }
        let outputs = drain(&mut hub);
        assert!(welcome_of(&outputs, AGAIN).is_some(), "{outputs:?}");
        assert_eq!(hub.participants("tea").len(), 2);
    }
}

#[test]
fn a_host_who_awaits_the_mixer_and_comes_back_over_another_connection_is_the_host() {
    let mut hub = Hub::new(Limits::default()).with_mixers();
    for (id, attempt) in [(BOB, 1), (AGAIN, 2)] {
        hub.handle_connected(id, 0);
        let mut message = resumable("tea", "");
        (message["identity"], message["attempt"]) = ("0".repeat(32).into(), attempt.into());
        (message["topology"], message["role"]) = ("mcu".into(), "host".into());
        say(&mut hub, id, &message);
        let refused = errors(&drain(&mut hub));
        assert!(refused.iter().all(|(refused, ..)| *refused == BOB && id == AGAIN), "{refused:?}");
    }
}
