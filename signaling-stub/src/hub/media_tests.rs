//! The hub's commands to the SFU.

use moim_protocol::{RelayPayload, SFU_ID};
use serde_json::{Value, json};

use super::tests::{ALICE, BOB, drain, error_text, errors, join_message, say, sole_error};
use super::*;

const FIRST: SeatId = SeatId(1);

fn sfu_message() -> Value {
    let mut message = join_message("kitchen");
    message["topology"] = "sfu".into();
    message["publications"] = json!([{ "id": "cam", "kind": "video", "source": "camera", "muted": false }]);
    message["relay"] = json!({ "seq": 1, "ack": 0, "signal": { "kind": "wishes", "wishes": [] } });
    message
}

fn commands(hub: &mut Hub) -> Vec<MediaCommand> {
    let command = |output| match output {
        Output::Media(command) => Some(command),
        _ => None,
    };
    drain(hub).into_iter().filter_map(command).collect()
}

fn joined() -> Hub {
    let mut hub = Hub::new(Limits::default()).with_sfu();
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &sfu_message());
    hub
}

#[test]
fn the_sfu_hears_of_who_joins_with_what() {
    let mut hub = joined();
    match &commands(&mut hub)[..] {
        [
            MediaCommand::Joined { id: FIRST, room, publications, .. },
            MediaCommand::Relay { id: FIRST, payload },
        ] => {
            assert_eq!((room.as_str(), publications.len(), payload.seq), ("kitchen", 1, 1));
        }
        other => panic!("{other:?}"),
    }
    say(&mut hub, ALICE, &json!({ "type": "publish", "publications": [] }));
    assert_eq!(commands(&mut hub), [MediaCommand::Published { id: FIRST, publications: vec![] }]);
    let payload = json!({ "seq": 0, "ack": 3 });
    say(&mut hub, ALICE, &json!({ "type": "relay", "to": SFU_ID, "payload": payload }));
    let payload = RelayPayload { epoch: 0, seq: 0, ack: 3, signal: None };
    assert_eq!(commands(&mut hub), [MediaCommand::Relay { id: FIRST, payload: payload.clone() }]);
    hub.handle_sfu_payload(FIRST, payload.clone());
    hub.handle_sfu_payload(SeatId(9), payload.clone());
    let message = ServerMessage::Relay { from: SFU_ID.into(), payload };
    assert_eq!(drain(&mut hub), [Output::Send { to: ALICE, message }]);
    hub.handle_disconnected(ALICE, 0);
    assert_eq!(commands(&mut hub), [MediaCommand::Left { id: FIRST }]);
}

#[test]
fn a_room_has_one_topology() {
    let mut hub = joined();
    drain(&mut hub);
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &join_message("kitchen"));
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(BOB, ErrorCode::UnsupportedTopology, false)]);
    assert!(error_text(&outputs).contains("`sfu`"), "{}", error_text(&outputs));
    say(&mut hub, BOB, &join_message("cellar"));
    assert_eq!(errors(&drain(&mut hub)), []);
}

#[test]
fn without_an_sfu_there_is_no_such_room() {
    let mut hub = Hub::new(Limits::default());
    hub.handle_connected(ALICE, 0);
    assert_eq!(sole_error(&mut hub, ALICE, &sfu_message()), ErrorCode::UnsupportedTopology);
}

#[test]
fn a_mesh_room_has_no_sfu_to_relay_to() {
    let mut hub = Hub::new(Limits::default()).with_sfu();
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &join_message("kitchen"));
    drain(&mut hub);
    let message = json!({ "type": "relay", "to": SFU_ID, "payload": { "seq": 0, "ack": 0 } });
    assert_eq!(sole_error(&mut hub, ALICE, &message), ErrorCode::UnknownParticipant);
}

fn mcu_message(role: &str) -> Value {
    let mut message = join_message("kitchen");
    message["topology"] = "mcu".into();
    message["role"] = role.into();
    message
}

#[test]
fn without_a_mixer_nobody_gets_in_and_is_told_how_to_start_one() {
    let mut hub = Hub::new(Limits::default());
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &mcu_message("participant"));
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::NoMixer, false)]);
    assert!(
        error_text(&outputs).contains("--mixer") && error_text(&outputs).contains("mixer.html?room=kitchen")
    );
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &mcu_message("mixer"));
    say(&mut hub, ALICE, &mcu_message("participant"));
    assert_eq!(errors(&drain(&mut hub)), []);
    assert_eq!(hub.participants("kitchen").len(), 2);
}

#[test]
fn a_mixer_is_started_for_who_waits_and_stopped_after_the_last() {
    let mut hub = Hub::new(Limits::default()).with_mixers();
    for id in [ALICE, BOB] {
        hub.handle_connected(id, 0);
        say(&mut hub, id, &mcu_message("participant"));
    }
    assert_eq!(drain(&mut hub), [Output::StartMixer("kitchen".into())], "once for both");
    let mixer = ConnectionId(9);
    hub.handle_connected(mixer, 0);
    say(&mut hub, mixer, &mcu_message("mixer"));
    drain(&mut hub);
    assert_eq!(hub.participants("kitchen").len(), 3);
    hub.handle_disconnected(mixer, 0);
    assert!(drain(&mut hub).contains(&Output::StartMixer("kitchen".into())), "a new one for those who stay");
    hub.handle_connected(mixer, 0);
    say(&mut hub, mixer, &mcu_message("mixer"));
    hub.handle_disconnected(ALICE, 0);
    drain(&mut hub);
    hub.handle_disconnected(BOB, 0);
    assert!(drain(&mut hub).contains(&Output::StopMixer("kitchen".into())));
}

#[test]
fn a_mixer_that_does_not_start_is_told_to_who_waits() {
    let mut hub = Hub::new(Limits::default()).with_mixers();
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &mcu_message("participant"));
    drain(&mut hub);
    hub.handle_mixer_fault("kitchen", "no browser");
    assert_eq!(errors(&drain(&mut hub)), [(ALICE, ErrorCode::NoMixer, false)]);
}

#[test]
fn a_mixer_that_is_on_its_way_is_started_once_and_again_if_it_never_comes() {
    let mut hub = Hub::new(Limits::default()).with_mixers();
    let mixer = ConnectionId(9);
    hub.handle_connected(mixer, 0);
    say(&mut hub, mixer, &mcu_message("mixer"));
    for id in [ALICE, BOB] {
        hub.handle_connected(id, 0);
        say(&mut hub, id, &mcu_message("participant"));
    }
    drain(&mut hub);
    hub.handle_mixer_ended("kitchen");
    assert_eq!(drain(&mut hub), [], "one that had joined is missed when it leaves");
    let start = Output::StartMixer("kitchen".into());
    hub.handle_disconnected(mixer, 0);
    assert!(drain(&mut hub).contains(&start));
    hub.handle_disconnected(ALICE, 0);
    assert!(!drain(&mut hub).contains(&start), "another one would replace the one that is starting");
    hub.handle_mixer_ended("kitchen");
    assert_eq!(drain(&mut hub), [start]);
    hub.handle_disconnected(BOB, 0);
    drain(&mut hub);
    hub.handle_mixer_ended("kitchen");
    assert_eq!(drain(&mut hub), [], "nobody needs it");
}

#[test]
fn only_an_mcu_has_a_mixer() {
    let mut hub = Hub::new(Limits::default());
    hub.handle_connected(ALICE, 0);
    let mut message = mcu_message("mixer");
    message["topology"] = "mesh".into();
    assert_eq!(sole_error(&mut hub, ALICE, &message), ErrorCode::UnsupportedTopology);
}

#[test]
fn what_the_sfu_refuses_is_told_to_its_sender() {
    let mut hub = joined();
    drain(&mut hub);
    hub.handle_sfu_fault(FIRST, ErrorCode::MediaRefused, "no SDP".to_owned());
    assert_eq!(errors(&drain(&mut hub)), [(ALICE, ErrorCode::MediaRefused, false)]);
}

#[test]
fn a_mixer_that_comes_when_nobody_waits_any_more_is_stopped() {
    let mut hub = Hub::new(Limits::default()).with_mixers();
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &mcu_message("participant"));
    hub.handle_disconnected(ALICE, 0);
    let (start, stop) = (Output::StartMixer("kitchen".into()), Output::StopMixer("kitchen".into()));
    assert_eq!(drain(&mut hub), [start, stop]);
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &mcu_message("mixer"));
    assert!(drain(&mut hub).contains(&Output::StopMixer("kitchen".into())));
}

#[test]
fn of_two_hosts_who_wait_for_the_mixer_the_first_is_taken() {
    let mut hub = Hub::new(Limits::default()).with_mixers();
    for id in [ALICE, BOB] {
        hub.handle_connected(id, 0);
    }
    say(&mut hub, ALICE, &mcu_message("host"));
    drain(&mut hub);
    assert_eq!(sole_error(&mut hub, BOB, &mcu_message("host")), ErrorCode::HostRefused);
    say(&mut hub, ALICE, &mcu_message("host"));
    assert_eq!(drain(&mut hub), [], "a repetition does not change the host");
}

#[test]
fn one_connection_has_few_mixers_started_and_those_it_waits_for_no_more_are_stopped() {
    let mut hub = Hub::new(Limits::default()).with_mixers();
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &mcu_message("participant"));
    drain(&mut hub);
    let mut other = mcu_message("participant");
    other["room"] = "cellar".into();
    say(&mut hub, ALICE, &other);
    let outputs = drain(&mut hub);
    assert_eq!(outputs[0], Output::StopMixer("kitchen".into()));
    assert_eq!(errors(&outputs), [(ALICE, ErrorCode::NoMixer, false)]);
    hub.handle_text(ALICE, &other.to_string(), 10_000);
    assert_eq!(drain(&mut hub), [Output::StartMixer("cellar".into())]);
}
