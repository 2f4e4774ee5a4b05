//! Resume tokens that are forged, stolen, or used twice; and seats in a lobby.

use moim_protocol::ServerMessage;
use moim_signaling_stub::Limits;
use serde_json::{Value, json};

use crate::{
    pair::Pair,
    support::{Client, start_with},
};

fn resume(token: &str) -> Value {
    json!({ "type": "join", "version": 1, "room": "parlour", "name": "Carol", "resume": token })
}

/// Joins in addition to a pair, and returns its token.
async fn carol(pair: &mut Pair, server: std::net::SocketAddr) -> (Client, String) {
    let mut carol = Client::connect(server).await;
    carol.send(&resume("")).await;
    let ServerMessage::Welcome(welcome) = carol.message().await else { panic!("not a welcome") };
    carol.id = welcome.participant_id.0;
    pair.hear(&carol.id, Some(false)).await;
    (carol, welcome.resume_token.expect("a token"))
}

#[tokio::test]
async fn guessing_tokens_gives_nobody_a_seat_and_harms_nobody() {
    let server = start_with(Limits { grace_ms: 60_000, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let (carol, token) = carol(&mut pair, server.local_addr()).await;
    drop(carol.socket);
    pair.hear(&carol.id, Some(true)).await;

    let mut mallory = Client::connect(server.local_addr()).await;
    let mut near = token.clone();
    let last = near.pop();
    near.push(if last == Some('0') { '1' } else { '0' });
    for guess in [&near, &token[1..], &pair.alice.id, &carol.id, "x", &"0".repeat(32)] {
        mallory.send(&resume(guess)).await;
        let (code, _, fatal) = mallory.error().await;
        assert_eq!((code.as_str(), fatal), ("resumeRefused", false), "{guess}");
    }
    pair.talks(5).await;

    let mut again = Client::connect(server.local_addr()).await;
    again.send(&resume(&token)).await;
    let ServerMessage::Welcome(welcome) = again.message().await else { panic!("not a welcome") };
    assert_eq!(welcome.participant_id.as_str(), carol.id);
    pair.hear(&carol.id, Some(false)).await;
    pair.talks(5).await;
}

#[tokio::test]
async fn of_two_sockets_with_one_token_the_newer_one_stays() {
    let server = start_with(Limits::default()).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let (mut older, token) = carol(&mut pair, server.local_addr()).await;
    for _ in 0..5 {
        let mut newer = Client::connect(server.local_addr()).await;
        newer.send(&resume(&token)).await;
        assert!(matches!(newer.message().await, ServerMessage::Welcome(_)));
        let (code, _, fatal) = older.error().await;
        assert_eq!((code.as_str(), fatal), ("superseded", true));
        assert_eq!(older.closed().await, (1008, "superseded".to_owned()));
        pair.hear(&older.id, Some(true)).await;
        pair.hear(&older.id, Some(false)).await;
        newer.id = older.id;
        older = newer;
    }
    older.is_unharmed().await;
    pair.talks(5).await;
    assert_eq!(server.stats().participants, 3);
}

#[tokio::test]
async fn one_address_does_not_fill_a_lobby() {
    let server = start_with(Limits { max_waiting_per_address: 3, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let join = |name: &str| json!({ "type": "join", "version": 1, "room": "hall", "name": name });
    let mut host = Client::connect(server.local_addr()).await;
    let mut as_host = join("Helen");
    as_host["role"] = "host".into();
    host.send(&as_host).await;
    host.send(&json!({ "type": "lock", "locked": true })).await;
    while !matches!(host.message().await, ServerMessage::Lobby { .. }) {}

    let mut mallory = Vec::new();
    for place in 0..8 {
        let mut client = Client::connect_from([127, 0, 0, 2], server.local_addr()).await;
        client.send(&join("Mallory")).await;
        match client.message().await {
            ServerMessage::Waiting => assert!(place < 3),
            ServerMessage::Error(error) => assert_eq!((error.code.as_str(), place >= 3), ("roomFull", true)),
            other => panic!("{other:?}"),
        }
        mallory.push(client);
    }
    let mut carol = Client::connect_from([127, 0, 0, 3], server.local_addr()).await;
    carol.send(&join("Carol")).await;
    assert_eq!(carol.message().await, ServerMessage::Waiting);
    // Whoever waits may ask again.
    mallory[0].send(&join("Mallory")).await;
    assert_eq!(mallory[0].message().await, ServerMessage::Waiting);
    pair.talks(5).await;
}
