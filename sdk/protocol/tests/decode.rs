//! Decoding of unknown and invalid messages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use moim_protocol::{
    ClientMessage, ErrorCode, IceServer, LeaveReason, PeerSignal, Profile, RelayPayload, ServerMessage,
    Topology, TrackSource,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn client(value: &Value) -> ClientMessage {
    ClientMessage::decode(&value.to_string()).unwrap()
}

fn server(value: &Value) -> ServerMessage {
    ServerMessage::decode(&value.to_string()).unwrap()
}

fn client_fault(value: &Value) -> String {
    ClientMessage::decode(&value.to_string()).unwrap_err().to_string()
}

#[test]
fn unknown_message_types_are_unknown() {
    let value = json!({ "type": "dance", "steps": [1, 2, { "turn": true }] });
    assert_eq!(client(&value), ClientMessage::Unknown);
    assert_eq!(server(&value), ServerMessage::Unknown);
}

#[test]
fn unknown_signal_is_unknown_and_keeps_its_number() {
    let payload = json!({ "seq": 3, "ack": 2, "signal": { "kind": "restart", "why": { "code": 7 } } });
    let expected = RelayPayload { epoch: 0, seq: 3, ack: 2, signal: Some(PeerSignal::Unknown) };
    assert_eq!(
        client(&json!({ "type": "relay", "to": "b", "payload": payload })),
        ClientMessage::Relay { to: "b".into(), payload: expected.clone() }
    );
    assert_eq!(
        server(&json!({ "type": "relay", "from": "a", "payload": payload })),
        ServerMessage::Relay { from: "a".into(), payload: expected }
    );
}

#[test]
fn unknown_error_code_is_unknown() {
    let value = json!({ "type": "error", "code": "solarFlare", "message": "look up" });
    let ServerMessage::Error(error) = server(&value) else { panic!("not an error") };
    assert_eq!(error.code, ErrorCode::Unknown);
    assert_eq!(error.message, "look up");
    assert!(!error.fatal, "`fatal` may be absent");
}

#[test]
fn unknown_topology_is_unknown() {
    let value = json!({ "type": "join", "version": 1, "room": "r", "name": "n", "topology": "torus" });
    let ClientMessage::Join(join) = client(&value) else { panic!("not a join") };
    assert_eq!(join.topology, Topology::Unknown);
}

#[test]
fn unknown_source_is_custom() {
    let value = json!({
        "type": "publish",
        "publications": [{ "id": "x", "kind": "video", "source": "hologram", "muted": true }],
    });
    let ClientMessage::Publish { publications } = client(&value) else { panic!("not a publish") };
    assert_eq!(publications[0].source, TrackSource::Custom);
}

#[test]
fn unknown_leave_reason_is_unknown() {
    let value =
        json!({ "type": "participantLeft", "revision": 2, "participantId": "a", "reason": "abducted" });
    let ServerMessage::ParticipantLeft { reason, .. } = server(&value) else { panic!("not a departure") };
    assert_eq!(reason, LeaveReason::Unknown);
}

#[test]
fn unknown_members_are_ignored() {
    assert_eq!(client(&json!({ "type": "ping", "sentAt": 12 })), ClientMessage::Ping);
    assert_eq!(
        client(&json!({ "type": "update", "name": "n", "metadata": "m", "mood": { "now": "fine" } })),
        ClientMessage::Update(Profile { name: "n".into(), metadata: "m".into(), ..Profile::default() })
    );
    assert_eq!(
        server(&json!({ "type": "pong", "revision": 4, "load": 0.5 })),
        ServerMessage::Pong { revision: 4 }
    );
}

#[test]
fn join_needs_only_version_room_and_name() {
    let value = json!({ "type": "join", "version": 1, "room": "r", "name": "n" });
    let ClientMessage::Join(join) = client(&value) else { panic!("not a join") };
    assert_eq!((join.metadata.as_str(), join.topology), ("", Topology::Mesh));
    assert_eq!(join.publications, []);
}

#[test]
fn missing_member_is_named() {
    let fault = client_fault(&json!({ "type": "join", "version": 1, "name": "n" }));
    assert!(fault.contains("missing field `room`"), "{fault}");
    let fault = client_fault(&json!({ "version": 1 }));
    assert!(fault.contains("missing field `type`"), "{fault}");
}

#[test]
fn missing_nested_member_is_named_with_its_parent() {
    let fault = client_fault(
        &json!({ "type": "relay", "to": "b", "payload": { "signal": { "kind": "candidate" } } }),
    );
    assert!(fault.contains("`payload`") && fault.contains("missing field `candidate`"), "{fault}");
}

#[test]
fn mistyped_member_is_named() {
    for (member, value) in [
        ("version", json!({ "type": "join", "version": "1", "room": "r", "name": "n" })),
        ("room", json!({ "type": "join", "version": 1, "room": 5, "name": "n" })),
        ("topology", json!({ "type": "join", "version": 1, "room": "r", "name": "n", "topology": [] })),
        ("publications", json!({ "type": "publish", "publications": [{ "id": "x", "kind": "smell" }] })),
        ("metadata", json!({ "type": "update", "name": "n", "metadata": { "seat": 4 } })),
        ("to", json!({ "type": "relay", "to": null, "payload": { "seq": 1 } })),
    ] {
        let error = ClientMessage::decode(&value.to_string()).unwrap_err();
        assert_eq!(error.member(), Some(member), "{error}");
        assert!(error.to_string().contains(&format!("`{member}`")), "{error}");
    }
}

#[test]
fn text_that_is_not_json_names_no_member() {
    for text in ["", "hello", "{", "{\"type\":\"join\",", "\u{0}"] {
        assert_eq!(ClientMessage::decode(text).unwrap_err().member(), None, "{text:?}");
    }
}

#[test]
fn error_codes_read_as_they_are_written() {
    for code in ErrorCode::ALL {
        let text = serde_json::to_value(code).unwrap();
        assert_eq!(text, code.as_str());
        assert_eq!(serde_json::from_value::<ErrorCode>(text).unwrap(), *code);
    }
    assert_eq!(serde_json::to_value(ErrorCode::Unknown).unwrap(), ErrorCode::Unknown.as_str());
}

#[test]
fn credentials_stay_out_of_debug_output() {
    let value = json!({
        "type": "welcome", "version": 1, "participantId": "a", "heartbeatMs": 5000,
        "roster": { "revision": 1, "participants": [] },
        "iceServers": [{ "urls": ["turn:t"], "username": "u", "credential": "hunter2" }],
    });
    assert!(!format!("{:?}", server(&value)).contains("hunter2"));
}

#[test]
fn one_url_of_an_ice_server_may_stand_without_a_list() {
    let read = |urls: Value| serde_json::from_value::<IceServer>(json!({ "urls": urls }));
    assert_eq!(read(json!("stun:a")).unwrap(), read(json!(["stun:a"])).unwrap());
    let error = read(json!(5)).unwrap_err().to_string();
    assert!(error.contains("expected a string or an array of strings"), "{error}");
}

/// JSON in the shape of a message, with arbitrary members.
fn message_like() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["offer", "audio", "mesh", "candidate", "description"])
            .prop_map(Value::from),
    ];
    let names = vec![
        "to",
        "from",
        "payload",
        "kind",
        "id",
        "description",
        "candidate",
        "mids",
        "sdp",
        "publications",
        "name",
        "metadata",
        "version",
        "room",
        "roster",
        "revision",
        "participant",
        "reason",
        "code",
    ];
    let value = leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(names.clone()), inner, 0..6).prop_map(
                |members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            ),
        ]
    });
    let types: Vec<&str> = ClientMessage::TYPES.iter().chain(ServerMessage::TYPES).copied().collect();
    (prop::sample::select(types), value).prop_map(|(name, mut value)| {
        if let Value::Object(members) = &mut value {
            members.insert("type".to_owned(), name.into());
        }
        value
    })
}

proptest! {
    #[test]
    fn decoding_arbitrary_text_never_panics(text in "\\PC*") {
        let _ = ClientMessage::decode(&text);
        let _ = ServerMessage::decode(&text);
    }

    #[test]
    fn decoding_arbitrary_members_never_panics_and_survives_a_round_trip(value in message_like()) {
        let text = value.to_string();
        if let Ok(message) = ClientMessage::decode(&text) {
            let encoded = message.encode();
            prop_assert!(encoded.is_empty() || ClientMessage::decode(&encoded).unwrap() == message);
        }
        if let Ok(message) = ServerMessage::decode(&text) {
            let encoded = message.encode();
            prop_assert!(encoded.is_empty() || ServerMessage::decode(&encoded).unwrap() == message);
        }
    }
}
