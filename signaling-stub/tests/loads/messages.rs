//! Floods of messages, and messages that make the server send much to others.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, time::sleep};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    attack::{Attack, address, connect, flood, join},
    honest::ROOM,
};

fn texts(attack: &Attack, clients: usize, text: String) {
    for number in 0..clients {
        let (server, message) = (attack.server, Message::text(text.clone()));
        attack.repeat(move || {
            let message = message.clone();
            async move {
                if let Some(socket) = connect(address(number), server).await {
                    flood(socket, || Some(message.clone())).await;
                }
            }
        });
    }
}

/// 261 kB of valid members and one that is not.
pub(crate) fn wrong_member(attack: &Attack) {
    let members: Vec<_> =
        (0..5_800).map(|n| json!({ "id": n.to_string(), "kind": "audio", "muted": true })).collect();
    let mut message = json!({ "type": "join", "version": 1, "room": "a", "name": 7 });
    message["publications"] = members.into();
    texts(attack, 5, message.to_string());
}

pub(crate) fn unknown_type(attack: &Attack) {
    texts(attack, 5, json!({ "type": "dance", "steps": "x".repeat(261_000) }).to_string());
}

/// Pings and messages that never end, as fast as possible.
pub(crate) fn frames(attack: &Attack) {
    let server = attack.server;
    let pings = [0x89, 0x80, 0, 0, 0, 0].repeat(10_000);
    let mut continuations = vec![0x01, 0x80, 0, 0, 0, 0];
    continuations.extend([0x00, 0x80, 0, 0, 0, 0].repeat(10_000));
    for (number, frames) in [pings, continuations].into_iter().enumerate() {
        for socket in 0..4 {
            let frames = frames.clone();
            attack.repeat(move || {
                let frames = frames.clone();
                async move {
                    let Some(mut socket) = connect(address(4 * number + socket), server).await else {
                        return;
                    };
                    let stream = socket.get_mut();
                    while stream.write_all(&frames).await.is_ok() {}
                }
            });
        }
    }
}

fn joining(room: &str, name: &str) -> Value {
    json!({ "type": "join", "version": 1, "room": room, "name": name })
}

/// Payloads of 250 kB for Bob, sixty at a time.
pub(crate) fn large_relays(attack: &Attack) {
    let server = attack.server;
    attack.repeat(move || async move {
        let Some((socket, welcome)) = join(address(0), server, &joining(ROOM, "Mallory")).await else {
            return;
        };
        // The second who joined.
        let bob = welcome.roster.participants[1].id.0.clone();
        let description = json!({ "type": "offer", "sdp": "x".repeat(250_000) });
        let mut messages = (1..=60).map(|seq| {
            let payload =
                json!({ "seq": seq, "signal": { "kind": "description", "description": description } });
            Message::text(json!({ "type": "relay", "to": bob, "payload": payload }).to_string())
        });
        flood(socket, || messages.next()).await;
    });
}

/// Thirty in the pair's room change their large profiles as fast as possible.
pub(crate) fn updates(attack: &Attack) {
    let server = attack.server;
    for number in 0..30 {
        attack.repeat(move || async move {
            let Some((socket, _)) = join(address(number), server, &joining(ROOM, "M")).await else { return };
            let mut count = 0;
            let metadata = "x".repeat(8_000);
            flood(socket, || {
                count += 1;
                let update = json!({ "type": "update", "name": count.to_string(), "metadata": metadata });
                Some(Message::text(update.to_string()))
            })
            .await;
        });
    }
}

/// A locked room in which many wait with large metadata, leave, and come back; the host receives each list.
pub(crate) fn lobby(attack: &Attack) {
    let server = attack.server;
    attack.spawn(async move {
        let mut host = joining("locked", "Host");
        host["role"] = "host".into();
        let Some((mut socket, _)) = join(address(99), server, &host).await else { return };
        let lock = json!({ "type": "lock", "locked": true });
        let _ = socket.send(Message::text(lock.to_string())).await;
        while socket.next().await.is_some() {}
    });
    for number in 0..32 {
        attack.repeat(move || async move {
            let Some(mut socket) = connect(address(number / 8), server).await else { return };
            let mut message = joining("locked", "M");
            message["metadata"] = "x".repeat(8_000).into();
            let _ = socket.send(Message::text(message.to_string())).await;
            sleep(Duration::from_millis(100)).await;
        });
    }
}
