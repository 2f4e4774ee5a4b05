//! Resume tokens that are forged, stolen, or used twice.

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
