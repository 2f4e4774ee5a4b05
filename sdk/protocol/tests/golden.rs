//! Each message of the protocol against its example in `golden/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeMap, fs, path::PathBuf};

use moim_protocol::{
    ClientMessage, ErrorCode, IceCandidate, IceServer, Join, LeaveReason, Lobby, MediaKind, ParticipantInfo,
    PeerSignal, Profile, Publication, RelayPayload, Role, RoomPermission, RoomPermissions, Roster, SFU_ID,
    SdpType, ServerError, ServerMessage, SessionDescription, Slot, Topology, TrackSource, WaitingParticipant,
    Welcome, Wish,
};
use serde_json::Value;

const NUMBERED: &str = "client-request";
const ALICE: &str = "3f9c1a02b7d45e68";
const BOB: &str = "a81e55d0c4927b3f";
const RESUME_TOKEN: &str = "b1946ac92492d2347c6235b4d2611184";
const CAROL: &str = "5d0c4b3fa81e927e";

fn publication(id: &str, kind: MediaKind, source: TrackSource, muted: bool) -> Publication {
    Publication { id: id.into(), kind, source, muted, to: None }
}

fn camera_and_microphone() -> Vec<Publication> {
    vec![
        publication("cam", MediaKind::Video, TrackSource::Camera, false),
        publication("mic", MediaKind::Audio, TrackSource::Microphone, true),
    ]
}

fn hand_is_up() -> BTreeMap<String, String> {
    BTreeMap::from([("hand".to_owned(), "up".to_owned())])
}

fn lobby() -> Lobby {
    let carol =
        WaitingParticipant { id: CAROL.into(), name: "Carol".into(), metadata: "{\"seat\":7}".into() };
    Lobby { locked: true, waiting: vec![carol] }
}

fn alice() -> ParticipantInfo {
    ParticipantInfo {
        id: ALICE.into(),
        join_order: 1,
        name: "Alice".into(),
        metadata: "{\"seat\":4}".into(),
        attributes: hand_is_up(),
        role: Role::Host,
        identity: None,
        permissions: RoomPermissions::default(),
        publications: camera_and_microphone(),
        reconnecting: false,
    }
}

fn bob() -> ParticipantInfo {
    ParticipantInfo {
        id: BOB.into(),
        join_order: 2,
        name: "Bob".into(),
        metadata: String::new(),
        attributes: BTreeMap::new(),
        role: Role::Participant,
        identity: Some("bob@example.org".into()),
        permissions: [RoomPermission::Microphone, RoomPermission::Subscribe].into_iter().collect(),
        publications: vec![],
        reconnecting: false,
    }
}

fn description(seq: u32, ack: u32, sdp_type: SdpType, mids: &[(&str, &str)]) -> RelayPayload {
    let signal = PeerSignal::Description {
        description: SessionDescription { sdp_type, sdp: "v=0\r\n".into() },
        mids: mids.iter().map(|(mid, id)| ((*mid).to_owned(), (*id).into())).collect(),
    };
    RelayPayload { epoch: 0, seq, ack, signal: Some(signal) }
}

fn candidate(seq: u32, ack: u32, candidate: &str, line: Option<u16>, fragment: Option<&str>) -> RelayPayload {
    let candidate = IceCandidate {
        candidate: candidate.into(),
        sdp_mid: Some("0".into()),
        sdp_m_line_index: line,
        username_fragment: fragment.map(Into::into),
    };
    RelayPayload { epoch: 0, seq, ack, signal: Some(PeerSignal::Candidate { candidate }) }
}

fn wishes(seq: u32, ack: u32) -> RelayPayload {
    let wish = |publication_id: &str, wanted, max_height| Wish {
        participant_id: BOB.into(),
        publication_id: publication_id.into(),
        wanted,
        max_height,
    };
    let wishes = vec![wish("cam", true, Some(180)), wish("screen", false, None)];
    RelayPayload { epoch: 0, seq, ack, signal: Some(PeerSignal::Wishes { wishes, others: false }) }
}

fn ask(seq: u32, ack: u32) -> RelayPayload {
    RelayPayload { epoch: 0, seq, ack, signal: Some(PeerSignal::Ask { audio: 1, video: 2, restart: true }) }
}

fn refusal(seq: u32, ack: u32) -> RelayPayload {
    let reason = "the SFU cannot take the offer: no ICE password".to_owned();
    RelayPayload {
        epoch: 0,
        seq,
        ack,
        signal: Some(PeerSignal::Refusal { sdp_type: SdpType::Offer, reason }),
    }
}

fn slots(seq: u32, ack: u32) -> RelayPayload {
    let slot =
        |publication_id: &str| Slot { participant_id: BOB.into(), publication_id: publication_id.into() };
    let slots = BTreeMap::from([("2".to_owned(), slot("mic")), ("3".to_owned(), slot("cam"))]);
    RelayPayload { epoch: 0, seq, ack, signal: Some(PeerSignal::Slots { slots }) }
}

fn client_examples() -> BTreeMap<&'static str, ClientMessage> {
    let host = "candidate:1 1 udp 2130706431 192.0.2.1 54321 typ host";
    BTreeMap::from([
        (
            "client-join",
            ClientMessage::Join(Join {
                version: 1,
                room: "kitchen".into(),
                name: "Alice".into(),
                metadata: "{\"seat\":4}".into(),
                attributes: hand_is_up(),
                topology: Topology::Mesh,
                role: Role::Host,
                token: Some("8f14e45f".into()),
                resume: Some(String::new()),
                attempt: 2,
                identity: Some(RESUME_TOKEN.into()),
                publications: camera_and_microphone(),
                relay: None,
            }),
        ),
        (
            "client-join-sfu",
            ClientMessage::Join(Join {
                version: 1,
                room: "kitchen".into(),
                name: "Alice".into(),
                metadata: String::new(),
                attributes: BTreeMap::new(),
                topology: Topology::Sfu,
                role: Role::Participant,
                token: None,
                resume: Some(RESUME_TOKEN.into()),
                attempt: 1,
                identity: None,
                publications: camera_and_microphone(),
                relay: Some(description(1, 0, SdpType::Offer, &[("0", "mic"), ("1", "cam")])),
            }),
        ),
        ("client-relay-wishes", ClientMessage::Relay { to: SFU_ID.into(), payload: wishes(2, 1) }),
        (
            "client-relay-description",
            ClientMessage::Relay {
                to: BOB.into(),
                payload: description(1, 0, SdpType::Offer, &[("0", "mic"), ("1", "cam")]),
            },
        ),
        (
            "client-relay-candidate",
            ClientMessage::Relay { to: BOB.into(), payload: candidate(2, 0, host, Some(0), Some("F7gI")) },
        ),
        ("client-relay-refusal", ClientMessage::Relay { to: BOB.into(), payload: refusal(1, 1) }),
        ("client-relay-ask", ClientMessage::Relay { to: BOB.into(), payload: ask(3, 2) }),
        (
            "client-relay-ack",
            ClientMessage::Relay {
                to: BOB.into(),
                payload: RelayPayload { epoch: 0, seq: 0, ack: 2, signal: None },
            },
        ),
        (
            "client-relay-epoch",
            ClientMessage::Relay {
                to: BOB.into(),
                payload: RelayPayload { epoch: 1, seq: 1, ack: 0, signal: None },
            },
        ),
        (
            "client-publish",
            ClientMessage::Publish {
                publications: vec![
                    publication("screen", MediaKind::Video, TrackSource::Screen, false),
                    publication("film", MediaKind::Audio, TrackSource::ScreenAudio, false),
                    publication("game", MediaKind::Video, TrackSource::Custom, false),
                ],
            },
        ),
        (
            "client-update",
            ClientMessage::Update(Profile {
                name: "Alice B.".into(),
                metadata: "{\"seat\":5}".into(),
                attributes: hand_is_up(),
            }),
        ),
        ("client-lock", ClientMessage::Lock { locked: true }),
        ("client-admit", ClientMessage::Admit { participant_id: CAROL.into() }),
        ("client-remove", ClientMessage::Remove { participant_id: BOB.into() }),
        ("client-mute", ClientMessage::Mute { participant_id: BOB.into(), publication_id: "mic".into() }),
        ("client-sync", ClientMessage::Sync),
        ("client-leave", ClientMessage::Leave),
        ("client-ping", ClientMessage::Ping),
    ])
}

fn server_examples() -> BTreeMap<&'static str, ServerMessage> {
    let stun =
        IceServer { urls: vec!["stun:stun.example.org:3478".into()], username: None, credential: None };
    let turn = IceServer {
        urls: vec!["turn:turn.example.org:3478?transport=udp".into()],
        username: Some("1767225600:bob".into()),
        credential: Some("c2VjcmV0".into()),
    };
    BTreeMap::from([
        (
            "server-welcome",
            ServerMessage::Welcome(Welcome {
                version: 1,
                participant_id: BOB.into(),
                roster: Roster { revision: 2, participants: vec![alice(), bob()], lobby: Lobby::default() },
                ice_servers: vec![stun, turn],
                resume_token: Some(RESUME_TOKEN.into()),
                heartbeat_ms: 5000,
            }),
        ),
        (
            "server-participant",
            ServerMessage::Participant {
                revision: 2,
                participant: ParticipantInfo { reconnecting: true, ..bob() },
            },
        ),
        (
            "server-participant-left",
            ServerMessage::ParticipantLeft {
                revision: 3,
                participant_id: BOB.into(),
                reason: LeaveReason::TimedOut,
            },
        ),
        (
            "server-roster",
            ServerMessage::Roster(Roster { revision: 3, participants: vec![alice()], lobby: lobby() }),
        ),
        ("server-lobby", ServerMessage::Lobby { revision: 3, lobby: lobby() }),
        ("server-waiting", ServerMessage::Waiting),
        (
            "server-mute-requested",
            ServerMessage::MuteRequested { from: ALICE.into(), publication_id: "mic".into() },
        ),
        (
            "server-relay-description",
            ServerMessage::Relay { from: BOB.into(), payload: description(1, 1, SdpType::Answer, &[]) },
        ),
        (
            "server-relay-candidate",
            ServerMessage::Relay { from: BOB.into(), payload: candidate(2, 2, "", None, None) },
        ),
        ("server-relay-refusal", ServerMessage::Relay { from: SFU_ID.into(), payload: refusal(1, 1) }),
        ("server-relay-ask", ServerMessage::Relay { from: BOB.into(), payload: ask(3, 2) }),
        ("server-relay-slots", ServerMessage::Relay { from: SFU_ID.into(), payload: slots(2, 1) }),
        ("server-pong", ServerMessage::Pong { revision: 3 }),
        (
            "server-ice-servers",
            ServerMessage::IceServers {
                ice_servers: vec![IceServer {
                    urls: vec!["turn:turn.example.org:3478?transport=udp".into()],
                    username: Some("1735689600:5f2b8c".into()),
                    credential: Some("3vYs0Fbn5XGqHwZ1y0cV0m7fGZo=".into()),
                }],
            },
        ),
        (
            "server-error",
            ServerMessage::Error(ServerError {
                code: ErrorCode::RoomFull,
                message: "room `kitchen` has 32 participants, which is the limit".into(),
                fatal: false,
                request: None,
            }),
        ),
        (
            "server-error-fatal",
            ServerMessage::Error(ServerError {
                code: ErrorCode::ShuttingDown,
                message: "the server is shutting down".into(),
                fatal: true,
                request: None,
            }),
        ),
        (
            "server-error-request",
            ServerMessage::Error(ServerError {
                code: ErrorCode::InvalidValue,
                message: "`publications` has 65 entries, the limit is 64".into(),
                fatal: false,
                request: Some(7),
            }),
        ),
    ])
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn read(name: &str) -> String {
    let path = folder().join(format!("{name}.json"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("valid JSON")
}

fn kind(payload: &RelayPayload) -> String {
    format!("relay {}", payload.signal.as_ref().map_or("ack", PeerSignal::type_name))
}

/// What must have an example: each message type, and `relay` once for each signal except `other`, which is only
/// received.
fn wanted(types: &[&str], other: &str) -> Vec<String> {
    let kinds = PeerSignal::TYPES.iter().filter(|kind| **kind != other).map(|kind| format!("relay {kind}"));
    types.iter().filter(|name| **name != "relay").map(|name| (*name).to_owned()).chain(kinds).collect()
}

#[test]
fn client_messages_agree_with_their_examples() {
    for (name, message) in client_examples() {
        let text = read(name);
        assert_eq!(ClientMessage::decode(&text).unwrap(), message, "{name} decoded");
        assert_eq!(json(&message.encode()), json(&text), "{name} encoded");
        assert_eq!(json(&text)["type"], message.type_name(), "{name}");
    }
}

#[test]
fn a_message_with_a_request_agrees_with_its_example() {
    let (text, message) = (read(NUMBERED), ClientMessage::Lock { locked: true });
    assert_eq!(
        ClientMessage::decode(&text).unwrap(),
        message,
        "a server without support for `request` decodes it too"
    );
    assert_eq!(ClientMessage::request_of(&text), Some(7));
    assert_eq!(json(&message.encode_request(7)), json(&text));
    assert_eq!(ClientMessage::request_of(&message.encode()), None);
    assert_eq!(ClientMessage::request_of(r#"{"type":"lock","locked":5,"request":7}"#), Some(7));
    assert_eq!(ClientMessage::request_of("no JSON"), None);
}

#[test]
fn server_messages_agree_with_their_examples() {
    for (name, message) in server_examples() {
        let text = read(name);
        assert_eq!(ServerMessage::decode(&text).unwrap(), message, "{name} decoded");
        assert_eq!(json(&message.encode()), json(&text), "{name} encoded");
        assert_eq!(json(&text)["type"], message.type_name(), "{name}");
    }
}

#[test]
fn every_message_has_an_example() {
    let client: Vec<String> = client_examples()
        .values()
        .map(|message| match message {
            ClientMessage::Relay { payload, .. } => kind(payload),
            other => other.type_name().to_owned(),
        })
        .collect();
    for name in wanted(ClientMessage::TYPES, "slots") {
        assert!(client.contains(&name), "no example of the client's `{name}`");
    }
    let server: Vec<String> = server_examples()
        .values()
        .map(|message| match message {
            ServerMessage::Relay { payload, .. } => kind(payload),
            other => other.type_name().to_owned(),
        })
        .collect();
    for name in wanted(ServerMessage::TYPES, "wishes") {
        assert!(server.contains(&name), "no example of the server's `{name}`");
    }
}

#[test]
fn every_example_is_tested() {
    let (client, server) = (client_examples(), server_examples());
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(
            name == NUMBERED || client.contains_key(name.as_str()) || server.contains_key(name.as_str()),
            "golden/{name}.json is the example of nothing"
        );
    }
}
