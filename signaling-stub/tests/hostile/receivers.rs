//! Receivers that are sent much, and read slowly.

use std::time::Duration;

use moim_protocol::ServerMessage;
use moim_signaling_stub::{Limits, ServerConfig};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    pair::Pair,
    support::{Client, start, start_with},
};

fn description(to: &str, seq: u32, bytes: usize) -> Value {
    let description = json!({ "type": "offer", "sdp": "x".repeat(bytes) });
    let payload = json!({ "seq": seq, "signal": { "kind": "description", "description": description } });
    json!({ "type": "relay", "to": to, "payload": payload })
}

/// The next message that is not about the room.
async fn answer(client: &mut Client) -> ServerMessage {
    loop {
        match client.message().await {
            ServerMessage::Participant { .. } | ServerMessage::ParticipantLeft { .. } => {}
            other => return other,
        }
    }
}

#[tokio::test]
async fn payloads_for_one_who_reads_slowly_cost_their_sender() {
    let server = start(ServerConfig { max_queued_bytes: 400_000, ..ServerConfig::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = Client::join(server.local_addr(), "parlour", "Mallory").await;
    for seq in 1..=60 {
        // Bob reads nothing of it. The system buffers more for him than the server does.
        mallory.send(&description(&pair.bob.id, seq, 200_000)).await;
    }
    match answer(&mut mallory).await {
        ServerMessage::Error(error) => {
            assert_eq!((error.code.as_str(), error.fatal), ("rateLimited", false));
            assert!(error.message.contains(&pair.bob.id), "{}", error.message);
        }
        other => panic!("{other:?}"),
    }
    pair.alice.send(&json!({ "type": "relay", "to": pair.bob.id, "payload": { "seq": 7 } })).await;
    loop {
        match answer(&mut pair.bob).await {
            ServerMessage::Relay { from, payload } if from.as_str() == pair.alice.id => {
                assert_eq!(payload.seq, 7, "what Alice says arrives");
                break;
            }
            ServerMessage::Relay { from, .. } => assert_eq!(from.as_str(), mallory.id),
            other => panic!("Bob is there: {other:?}"),
        }
    }
    pair.bob.is_unharmed().await;
}

#[tokio::test]
async fn changes_without_end_become_one_roster_for_who_reads_slowly() {
    // As fast as necessary to fill the system's buffer for Bob as well.
    let limits = Limits { message_burst: 20_000, ..Limits::default() }.with_heartbeat(30_000);
    // Bob reads nothing for as long as this takes, on a busy machine too.
    let unread_timeout = Duration::from_secs(600);
    let config =
        ServerConfig { max_queued_bytes: 400_000, unread_timeout, limits, ..ServerConfig::default() };
    let server = start(config).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = Client::join(server.local_addr(), "parlour", "Mallory").await;
    for n in 0..1_500 {
        let update = json!({ "type": "update", "name": n.to_string(), "metadata": "x".repeat(8_000) });
        mallory.send(&update).await;
        // Mallory reads the replies, and Bob nothing.
        while !matches!(mallory.message().await, ServerMessage::Participant { participant, .. } if participant.name == n.to_string())
        {
        }
    }
    pair.bob.send(&json!({ "type": "ping" })).await;
    let (mut name, mut rosters, mut last) = (String::new(), 0, 0);
    loop {
        match pair.bob.message().await {
            ServerMessage::Participant { revision, participant } => {
                (name, last) = (participant.name, revision)
            }
            ServerMessage::Roster(roster) => {
                rosters += 1;
                last = roster.revision;
                name = roster.participants.into_iter().last().unwrap().name;
            }
            ServerMessage::Pong { revision } => {
                assert_eq!(revision, last, "Bob knows how the room is");
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(name, "1499");
    assert!(rosters >= 1, "he was not sent everything");
    // Alice has not read either, and is still connected.
    pair.alice.send(&json!({ "type": "leave" })).await;
    while !matches!(pair.alice.frame().await, Some(Message::Close(_))) {}
}

#[tokio::test]
async fn a_roster_is_never_long() {
    let server = start_with(Limits::default()).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = Client::connect(server.local_addr()).await;
    // As many characters as allowed, of four bytes each.
    let metadata = "\u{1f600}".repeat(8_192);
    let mut join =
        json!({ "type": "join", "version": 1, "room": "parlour", "name": "Mallory", "metadata": metadata });
    join["attributes"] = json!({ "a": metadata[4..].to_owned() });
    mallory.send(&join).await;
    let (code, message, fatal) = mallory.error().await;
    assert_eq!((code.as_str(), fatal), ("invalidValue", false));
    assert!(message.contains("32768"), "{message}");
    pair.talks(3).await;
}

#[tokio::test]
async fn the_roster_of_a_full_room_is_bounded_and_cuts_nobody_off() {
    let server = start_with(Limits::default()).await;
    let mut pair = Pair::join(server.local_addr()).await;
    // Three bytes a character, almost as many as a participant may have in total.
    let (metadata, attribute) = ("\u{ac00}".repeat(8_192), "\u{ac00}".repeat(2_300));
    let mut crowd = Vec::new();
    for n in 0..30 {
        let mut mallory = Client::connect_from([127, 0, 1, n], server.local_addr()).await;
        let mut join =
            json!({ "type": "join", "version": 1, "room": "parlour", "name": "M", "metadata": metadata });
        join["attributes"] = json!({ "a": attribute });
        mallory.send(&join).await;
        let Some(Message::Text(welcome)) = mallory.frame().await else { panic!("no welcome") };
        assert!(matches!(ServerMessage::decode(&welcome).unwrap(), ServerMessage::Welcome(_)), "{welcome}");
        // What is sent of one, for each of 32, and a little for the rest.
        assert!(welcome.len() < 32 * (32_768 + 512), "{} bytes", welcome.len());
        if n == 29 {
            assert!(welcome.len() > 800_000, "{} bytes: it is a large room", welcome.len());
        }
        crowd.push(mallory);
    }
    // They have read nothing since they joined.
    for client in crowd.iter_mut().chain([&mut pair.alice, &mut pair.bob]) {
        client.send(&json!({ "type": "ping" })).await;
        while !matches!(client.message().await, ServerMessage::Pong { .. }) {}
    }
    pair.talks(3).await;
}

#[tokio::test]
async fn attributes_of_a_mixer_are_no_one_elses() {
    let server = start_with(Limits::default()).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = Client::join(server.local_addr(), "cellar", "Mallory").await;
    let attributes = json!({ "moim.layout": "{}" });
    mallory.send(&json!({ "type": "update", "name": "M", "metadata": "", "attributes": attributes })).await;
    assert_eq!(mallory.error().await.0, "invalidValue");
    pair.talks(3).await;
}

#[tokio::test]
async fn nobody_mixes_without_the_token() {
    let server = start_with(Limits::default()).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = Client::connect(server.local_addr()).await;
    let mut join = json!({ "type": "join", "version": 1, "room": "tea", "name": "Mixer", "topology": "mcu", "role": "mixer" });
    mallory.send(&join).await;
    assert_eq!(mallory.error().await.0, "unauthorized");
    join["token"] = "guess".into();
    mallory.send(&join).await;
    assert_eq!(mallory.error().await.0, "unauthorized");
    pair.talks(3).await;
}
