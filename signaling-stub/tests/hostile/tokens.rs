//! Room tokens that are forged, borrowed, or stretched.

use std::{net::SocketAddr, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use moim_protocol::{Role, RoomPermission, RoomPermissions, ServerMessage};
use moim_signaling_stub::{RoomToken, Server, ServerConfig, TokenKeys};
use serde_json::{Value, json};

use crate::support::{Client, start};

const KEY: &str = "a key of at least 32 bytes for tests";

fn token_with(key: &str, room: &str, identity: &str, permissions: RoomPermissions) -> String {
    let (room, identity) = (room.to_owned(), identity.to_owned());
    let token = RoomToken { room, identity, name: None, role: Role::Participant, permissions };
    TokenKeys::parse(key).unwrap().issue(&token, Duration::from_secs(600)).unwrap()
}

fn token(identity: &str) -> String {
    token_with(KEY, "parlour", identity, RoomPermissions::default())
}

async fn protected() -> Server {
    start(ServerConfig { token_keys: Some(TokenKeys::parse(KEY).unwrap()), ..ServerConfig::default() }).await
}

fn join(token: &str) -> Value {
    json!({ "type": "join", "version": 1, "room": "parlour", "name": "Someone", "token": token })
}

/// Joins with a valid token.
async fn guest(server: SocketAddr, token: &str) -> Client {
    let mut client = Client::connect(server).await;
    client.send(&join(token)).await;
    let ServerMessage::Welcome(welcome) = client.message().await else { panic!("not a welcome") };
    client.id = welcome.participant_id.0;
    client
}

/// A token with other claims and the signature of before.
fn changed(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let mut claims: Value = serde_json::from_slice(&BASE64.decode(claims).unwrap()).unwrap();
    change(&mut claims);
    format!("{header}.{}.{signature}", BASE64.encode(claims.to_string()))
}

#[tokio::test]
async fn forged_tokens_admit_nobody_and_harm_nobody() {
    let server = protected().await;
    let mut alice = guest(server.local_addr(), &token("alice")).await;
    let good = token_with(KEY, "parlour", "mallory", RoomPermissions::from_iter([RoomPermission::Subscribe]));
    let claims = good.split('.').nth(1).unwrap();
    let none = BASE64.encode(r#"{"alg":"none","typ":"JWT"}"#);

    let mut mallory = Client::connect(server.local_addr()).await;
    for (token, expected) in [
        (String::new(), "tokenMissing"),
        ("not a token".to_owned(), "tokenInvalid"),
        (
            token_with(
                "a key that somebody else has made up",
                "parlour",
                "mallory",
                RoomPermissions::default(),
            ),
            "tokenInvalid",
        ),
        (token_with(KEY, "cellar", "mallory", RoomPermissions::default()), "tokenWrongRoom"),
        (format!("{none}.{claims}."), "tokenInvalid"),
        (changed(&good, |claims| claims["grants"] = json!(["camera", "subscribe"])), "tokenInvalid"),
        (changed(&good, |claims| drop(claims.as_object_mut().unwrap().remove("grants"))), "tokenInvalid"),
        (changed(&good, |claims| claims["role"] = "host".into()), "tokenInvalid"),
        (changed(&good, |claims| claims["sub"] = "alice".into()), "tokenInvalid"),
        (changed(&good, |claims| claims["exp"] = json!(4_000_000_000_u64)), "tokenInvalid"),
        ("x".repeat(100_000), "tokenInvalid"),
    ] {
        mallory.send(&join(&token)).await;
        let (code, message, fatal) = mallory.error().await;
        assert_eq!((code.as_str(), fatal), (expected, false), "{token}");
        assert!(token.is_empty() || !message.contains(&token), "{message}");
    }
    alice.is_unharmed().await;
    assert_eq!(server.stats().participants, 1);

    mallory.send(&join(&good)).await;
    assert!(matches!(mallory.message().await, ServerMessage::Welcome(_)), "with the real one it joins");
}

#[tokio::test]
async fn who_may_only_listen_publishes_and_changes_nothing() {
    let server = protected().await;
    let mut alice = guest(server.local_addr(), &token("alice")).await;
    let listener =
        token_with(KEY, "parlour", "listener", RoomPermissions::from_iter([RoomPermission::Subscribe]));
    let mut mallory = guest(server.local_addr(), &listener).await;
    let ServerMessage::Participant { participant, .. } = alice.message().await else { panic!() };
    assert_eq!(participant.identity.as_deref(), Some("listener"));
    assert!(participant.permissions.allows(RoomPermission::Subscribe));
    assert!(!participant.permissions.allows(RoomPermission::Camera));

    for message in [
        json!({ "type": "publish", "publications": [
            { "id": "cam", "kind": "video", "source": "camera", "muted": false } ] }),
        json!({ "type": "publish", "publications": [
            { "id": "cam", "kind": "video", "source": "a new source", "muted": true } ] }),
        json!({ "type": "update", "name": "Alice", "metadata": "", "attributes": {} }),
        json!({ "type": "update", "name": "Someone", "metadata": "", "attributes": { "hand": "up" } }),
    ] {
        mallory.send(&message).await;
        loop {
            match mallory.message().await {
                // The publications that are permitted: none.
                ServerMessage::Participant { participant, .. } => {
                    assert!(participant.publications.is_empty())
                }
                ServerMessage::Error(error) => break assert_eq!(error.code.as_str(), "notPermitted"),
                other => panic!("{other:?}"),
            }
        }
    }
    alice.is_unharmed().await;
}
