//! Invalid messages: the sender gets an error, and others are not affected.

use moim_protocol::ServerMessage;
use moim_signaling_stub::{Limits, Server};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, start_with};

/// Alice, who must not be affected, and Mallory.
async fn alice_and_mallory(server: &Server) -> (Client, Client) {
    let mut alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let mallory = Client::join(server.local_addr(), "kitchen", "Mallory").await;
    assert!(matches!(alice.message().await, ServerMessage::Participant { .. }));
    (alice, mallory)
}

fn small() -> Limits {
    Limits { max_message_bytes: 1000, ..Limits::default() }
}

#[tokio::test]
async fn malformed_message_harms_nobody() {
    let server = start_with(Limits::default()).await;
    let (mut alice, mut mallory) = alice_and_mallory(&server).await;
    for text in ["", "{", "[]", "null", "{}", r#"{"type":7}"#, r#"{"type":"relay","to":[]}"#] {
        mallory.send_text(text).await;
        let (code, _, fatal) = mallory.error().await;
        assert_eq!((code.as_str(), fatal), ("malformed", false), "{text:?}");
    }
    mallory.send_text(r#"{"type":"update","name":5,"metadata":""}"#).await;
    let (_, message, _) = mallory.error().await;
    assert!(message.contains("`name`"), "{message}");
    alice.is_unharmed().await;
    mallory.is_unharmed().await;
}

#[tokio::test]
async fn oversized_message_harms_nobody() {
    let server = start_with(small()).await;
    let (mut alice, mut mallory) = alice_and_mallory(&server).await;
    let payload = json!({ "seq": 1, "signal": {
        "kind": "description", "description": { "type": "offer", "sdp": "x".repeat(2000) },
    }});
    mallory.send(&json!({ "type": "relay", "to": alice.id, "payload": payload })).await;
    let (code, message, fatal) = mallory.error().await;
    assert_eq!((code.as_str(), fatal), ("messageTooLarge", false));
    assert!(message.contains("1000"), "{message}");
    alice.is_unharmed().await;
    mallory.is_unharmed().await;
}

#[tokio::test]
async fn message_too_large_to_be_read_ends_its_connection_alone() {
    let server = start_with(small()).await;
    let (mut alice, mut mallory) = alice_and_mallory(&server).await;
    mallory.send_text("x".repeat(100_000)).await;
    let (code, _, fatal) = mallory.error().await;
    assert_eq!((code.as_str(), fatal), ("messageTooLarge", true));
    assert_eq!(alice.departure().await["participantId"], mallory.id);
    alice.is_unharmed().await;
}

#[tokio::test]
async fn binary_frame_harms_nobody() {
    let server = start_with(Limits::default()).await;
    let (mut alice, mut mallory) = alice_and_mallory(&server).await;
    mallory.send_frame(Message::binary(vec![0, 1, 2])).await;
    assert_eq!(mallory.error().await.0, "binaryFrame");
    alice.is_unharmed().await;
    mallory.is_unharmed().await;
}

#[tokio::test]
async fn text_that_is_not_utf8_ends_its_connection_alone() {
    use tokio_tungstenite::tungstenite::protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    };
    let server = start_with(Limits::default()).await;
    let (mut alice, mut mallory) = alice_and_mallory(&server).await;
    let frame = Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true);
    mallory.send_frame(Message::Frame(frame)).await;
    assert_eq!(alice.departure().await["participantId"], mallory.id);
    alice.is_unharmed().await;
}

#[tokio::test]
async fn messages_out_of_order_harm_nobody() {
    let server = start_with(Limits::default()).await;
    let mut alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let mut mallory = Client::connect(server.local_addr()).await;
    mallory.send(&json!({ "type": "relay", "to": alice.id, "payload": { "seq": 1 } })).await;
    assert_eq!(mallory.error().await.0, "notJoined");
    mallory.send(&json!({ "type": "join", "version": 1, "room": "cellar", "name": "Mallory" })).await;
    assert!(matches!(mallory.message().await, ServerMessage::Welcome(_)));
    mallory.send(&json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Mallory" })).await;
    assert_eq!(mallory.error().await.0, "alreadyJoined");
    mallory.send(&json!({ "type": "relay", "to": alice.id, "payload": { "seq": 1 } })).await;
    assert_eq!(mallory.error().await.0, "unknownParticipant");
    alice.is_unharmed().await;
}

#[tokio::test]
async fn flood_ends_its_connection_alone() {
    let server = start_with(Limits { messages_per_second: 1, message_burst: 20, ..Limits::default() }).await;
    let (mut alice, mut mallory) = alice_and_mallory(&server).await;
    for _ in 0..50 {
        mallory.send(&json!({ "type": "dance" })).await;
    }
    let (code, _, fatal) = mallory.error().await;
    assert_eq!((code.as_str(), fatal), ("rateLimited", false));
    let (code, _, fatal) = mallory.error().await;
    assert_eq!((code.as_str(), fatal), ("rateLimited", true));
    assert_eq!(mallory.closed().await, (1008, "rateLimited".to_owned()));
    assert_eq!(alice.departure().await["reason"], "disconnected");
    alice.is_unharmed().await;
}

#[tokio::test]
async fn full_room_refuses_the_next_one() {
    let server = start_with(Limits { max_participants_per_room: 1, ..Limits::default() }).await;
    let mut alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let mut bob = Client::connect(server.local_addr()).await;
    bob.send(&json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Bob" })).await;
    let (code, message, fatal) = bob.error().await;
    assert_eq!((code.as_str(), fatal), ("roomFull", false));
    assert!(message.contains("kitchen"), "{message}");
    alice.is_unharmed().await;
}

#[tokio::test]
async fn connection_above_the_limit_is_refused_and_closed() {
    let server = start_with(Limits { max_connections: 1, ..Limits::default() }).await;
    let mut alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let mut bob = Client::connect(server.local_addr()).await;
    assert_eq!(bob.error().await.0, "tooManyConnections");
    assert_eq!(bob.closed().await, (1013, "tooManyConnections".to_owned()));
    alice.is_unharmed().await;
}

#[tokio::test]
async fn other_version_is_told_the_spoken_one_and_closed() {
    let server = start_with(Limits::default()).await;
    let mut client = Client::connect(server.local_addr()).await;
    client.send(&json!({ "type": "join", "version": 2, "room": "kitchen", "name": "Zoe" })).await;
    let (code, message, fatal) = client.error().await;
    assert_eq!((code.as_str(), fatal), ("unsupportedVersion", true));
    assert!(message.contains("version 1"), "{message}");
    assert_eq!(client.closed().await.0, 1008);
}
