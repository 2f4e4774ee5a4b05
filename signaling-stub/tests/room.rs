//! Participants in one room, over real sockets.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::time::Duration;

use moim_protocol::{LeaveReason, ServerMessage};
use moim_signaling_stub::{Limits, ServerConfig};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use support::{Client, start, start_with};

/// Alice and Bob in one room, both up to date.
async fn alice_and_bob(server: &moim_signaling_stub::Server) -> (Client, Client) {
    let mut alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let bob = Client::join(server.local_addr(), "kitchen", "Bob").await;
    assert!(matches!(alice.message().await, ServerMessage::Participant { revision: 2, .. }));
    (alice, bob)
}

#[tokio::test]
async fn second_participant_finds_the_first_one() {
    let server = start_with(Limits::default()).await;
    let mut alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let mut bob = Client::connect(server.local_addr()).await;
    bob.send(&json!({
        "type": "join", "version": 1, "room": "kitchen", "name": "Bob", "metadata": "m",
        "publications": [{ "id": "cam", "kind": "video", "source": "camera", "muted": false }],
    }))
    .await;

    let ServerMessage::Welcome(welcome) = bob.message().await else { panic!("not a welcome") };
    let names: Vec<_> = welcome.roster.participants.iter().map(|p| p.name.as_str()).collect();
    assert_eq!((names, welcome.roster.revision), (vec!["Alice", "Bob"], 2));
    let ServerMessage::Participant { revision: 2, participant } = alice.message().await else {
        panic!("not a participant")
    };
    assert_eq!(participant, welcome.roster.participants[1]);
    assert_eq!(participant.publications[0].id.as_str(), "cam");
}

#[tokio::test]
async fn a_server_without_its_sfu_says_so() {
    // If compiled in, it can be disabled; otherwise it cannot be enabled.
    let config = ServerConfig { sfu: cfg!(not(feature = "sfu")), ..ServerConfig::default() };
    let server = start(config).await;
    let mut alice = Client::connect(server.local_addr()).await;
    let join = json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Alice", "topology": "sfu" });
    alice.send(&join).await;
    let (code, message, fatal) = alice.error().await;
    assert_eq!((code.as_str(), fatal), ("unsupportedTopology", false));
    assert!(message.contains("without its SFU"), "{message}");
    alice.send(&json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Alice" })).await;
    assert!(matches!(alice.message().await, ServerMessage::Welcome(_)), "a mesh it has");
}

#[tokio::test]
async fn relay_reaches_the_other_participant() {
    let server = start_with(Limits::default()).await;
    let (mut alice, mut bob) = alice_and_bob(&server).await;
    let payload = json!({ "seq": 1, "ack": 0, "signal": {
        "kind": "description", "description": { "type": "offer", "sdp": "v=0\r\n" }, "mids": {},
    }});
    alice.send(&json!({ "type": "relay", "to": bob.id, "payload": payload })).await;

    let message: Value = serde_json::from_str(&bob.message().await.encode()).unwrap();
    assert_eq!(message, json!({ "type": "relay", "from": alice.id, "payload": payload }));
    alice.is_unharmed().await;
}

#[tokio::test]
async fn vanished_socket_is_announced_at_once() {
    let server = start_with(Limits::default()).await;
    let (mut alice, bob) = alice_and_bob(&server).await;
    let id = bob.id.clone();
    drop(bob);

    let departure =
        json!({ "type": "participantLeft", "revision": 3, "participantId": id, "reason": "disconnected" });
    assert_eq!(alice.departure().await, departure);
    assert_eq!(server.stats().connections, 1);
}

#[tokio::test]
async fn page_that_goes_away_does_not_come_back() {
    let server = start_with(Limits::default()).await;
    let mut alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let mut bob = Client::connect(server.local_addr()).await;
    let join = json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Bob", "resume": "" });
    bob.send(&join).await;
    assert!(matches!(alice.message().await, ServerMessage::Participant { .. }));
    let frame = CloseFrame { code: CloseCode::Away, reason: "".into() };
    bob.send_frame(Message::Close(Some(frame))).await;
    assert_eq!(alice.departure().await["reason"], "left");
}

#[tokio::test]
async fn leaver_is_closed_normally() {
    let server = start_with(Limits::default()).await;
    let (mut alice, mut bob) = alice_and_bob(&server).await;
    bob.send(&json!({ "type": "leave" })).await;
    assert_eq!(bob.closed().await, (1000, "left".to_owned()));
    assert_eq!(alice.departure().await["reason"], "left");
}

#[tokio::test]
async fn silent_half_open_connection_is_given_up_within_three_heartbeats() {
    let server = start_with(Limits::default().with_heartbeat(300)).await;
    let (mut alice, mut bob) = alice_and_bob(&server).await;
    // Bob's socket stays open, but sends nothing any more.
    let departure = async {
        loop {
            match timeout(Duration::from_millis(50), alice.message()).await {
                Err(_) => alice.send(&json!({ "type": "update", "name": "Alice", "metadata": "" })).await,
                Ok(ServerMessage::Participant { .. }) => {}
                Ok(ServerMessage::ParticipantLeft { participant_id, reason, .. }) => {
                    return (participant_id, reason);
                }
                Ok(other) => panic!("{other:?}"),
            }
        }
    };
    let departure = timeout(Duration::from_secs(5), departure).await.expect("a departure in time");
    assert_eq!(departure, (bob.id.as_str().into(), LeaveReason::TimedOut));
    let (code, _, fatal) = bob.error().await;
    assert_eq!((code.as_str(), fatal), ("idleTimeout", true));
    assert_eq!(bob.closed().await, (1008, "idleTimeout".to_owned()));
    alice.is_unharmed().await;
}

#[tokio::test]
async fn client_that_does_not_read_what_it_asks_for_is_cut() {
    use futures::SinkExt;
    let limits = Limits { messages_per_second: 1_000_000, message_burst: 1_000_000, ..Limits::default() };
    let server = start(ServerConfig { limits, max_queued_bytes: 300_000, ..ServerConfig::default() }).await;
    let (mut alice, mut bob) = alice_and_bob(&server).await;
    let mut join = json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Bob" });
    join["metadata"] = "x".repeat(8_000).into();
    // The network buffers some megabytes, so the queue before it fills only after a while.
    for _ in 0..4_000 {
        // It fails once the connection is closed.
        if bob.socket.send(Message::text(join.to_string())).await.is_err() {
            break;
        }
    }
    assert!(matches!(alice.message().await, ServerMessage::Participant { .. }), "Bob's metadata");
    assert_eq!(alice.departure().await["reason"], "disconnected");
    assert_eq!(server.stats().connections, 1);
}

#[tokio::test]
async fn shutdown_says_farewell_to_everyone() {
    let server = start_with(Limits::default()).await;
    let (mut alice, mut bob) = alice_and_bob(&server).await;
    let farewell = async |client: &mut Client| {
        let (code, _, fatal) = client.error().await;
        assert_eq!((code.as_str(), fatal), ("shuttingDown", true));
        assert_eq!(client.closed().await, (1001, "shuttingDown".to_owned()));
    };
    tokio::join!(farewell(&mut alice), farewell(&mut bob), server.stop());
}
