//! Signals to the SFU, and TCP connections to it.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt;
use moim_protocol::SFU_ID;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message;

pub(crate) use crate::support::media::offer;
use crate::{
    attack::{Attack, Socket, address, flood, join, tcp},
    support::media::IceTcp,
};

pub(crate) fn joining(room: &str) -> Value {
    json!({ "type": "join", "version": 1, "room": room, "name": "M", "topology": "sfu" })
}

pub(crate) fn relay(seq: usize, signal: &Value) -> Message {
    let payload = json!({ "seq": seq, "ack": 0, "signal": signal });
    Message::text(json!({ "type": "relay", "to": SFU_ID, "payload": payload }).to_string())
}

/// Floods the SFU with these signals, from so many clients. They are numbered from `first`.
fn signals(attack: &Attack, clients: usize, first: usize, signals: Vec<Value>) {
    let signals: Arc<[Message]> =
        signals.iter().enumerate().map(|(at, signal)| relay(first + at, signal)).collect();
    for number in 0..clients {
        let (server, signals) = (attack.server, Arc::clone(&signals));
        attack.repeat(move || {
            let signals = Arc::clone(&signals);
            async move {
                let room = joining(&format!("film {number}"));
                let Some((socket, _)) = join(address(number), server, &room).await else { return };
                let mut next = signals.iter().cloned();
                flood(socket, || next.next()).await;
            }
        });
    }
}

/// 200 offers with 2,000 candidates, and as many with 1,000 rids, of five clients.
pub(crate) fn offers(attack: &Attack) {
    let mut rids = offer(0);
    let sdp = rids["description"]["sdp"].as_str().unwrap().to_owned() + &"a=rid:x send\r\n".repeat(1_000);
    rids["description"]["sdp"] = sdp.into();
    signals(attack, 5, 1, [vec![offer(2_000); 200], vec![rids; 200]].concat());
}

/// The signals 2 to 257 without the first, as large as possible, of forty clients that stay; and endless offers whose
/// answers are not acknowledged.
pub(crate) fn gaps(attack: &Attack) {
    let mids: serde_json::Map<String, Value> =
        (0..3_000).map(|n| (n.to_string(), "x".repeat(60).into())).collect();
    let mut large = offer(0);
    large["mids"] = mids.into();
    let large: Arc<[Message]> = (2..=257).map(|seq| relay(seq, &large)).collect();
    for number in 0..40 {
        let (server, large) = (attack.server, Arc::clone(&large));
        attack.repeat(move || {
            let large = Arc::clone(&large);
            async move {
                let room = joining(&format!("gap {number}"));
                let Some((socket, _)) = join(address(number), server, &room).await else { return };
                // At the rate of the server, so that it keeps what it can keep.
                let mut next = large.iter().cloned();
                let (mut sink, mut stream) = socket.split();
                let reading = async { while let Some(Ok(_)) = stream.next().await {} };
                let sending = async {
                    use futures::SinkExt;
                    for _ in 0..30 {
                        for message in next.by_ref().take(4) {
                            if sink.send(message).await.is_err() {
                                return;
                            }
                        }
                        sleep(Duration::from_secs(1)).await;
                    }
                };
                tokio::select! { () = reading => {} () = sending => {} }
            }
        });
    }
    signals(attack, 5, 1, vec![offer(0); 300]);
}

/// What the SFU answers to an offer.
pub(crate) async fn answer(from: [u8; 4], server: SocketAddr, room: &str) -> Option<(Socket, String)> {
    use futures::SinkExt;
    let (mut socket, _) = join(from, server, &joining(room)).await?;
    socket.send(relay(1, &offer(0))).await.ok()?;
    loop {
        let Message::Text(text) = timeout(Duration::from_secs(10), socket.next()).await.ok()??.ok()? else {
            return None;
        };
        let message: Value = serde_json::from_str(&text).unwrap();
        if let Some(sdp) = message["payload"]["signal"]["description"]["sdp"].as_str() {
            return Some((socket, sdp.to_owned()));
        }
    }
}

/// 600 TCP connections for media of strangers, reopened when they are closed. Honest clients have to get one.
pub(crate) fn tcp_connections(attack: &Attack) {
    let honest = attack.clone();
    attack.spawn(async move {
        let (_socket, sdp) = answer([127, 9, 2, 1], honest.server, "media").await.expect("an answer");
        let ice = Arc::new(IceTcp::of(&sdp));
        for number in 0..600 {
            let ice = Arc::clone(&ice);
            honest.repeat(move || {
                let ice = Arc::clone(&ice);
                async move {
                    let Some(mut stream) = tcp(address(number / 8), ice.address).await else { return };
                    let _ = stream.write_all(&ice.check("a guess")).await;
                    let _ = stream.read(&mut [0; 64]).await;
                }
            });
        }
        for number in 0.. {
            let start = Instant::now();
            let is_connected = async {
                let mut stream = tcp([127, 9, 2, 2 + number % 200], ice.address).await?;
                stream.write_all(&ice.check(&ice.password)).await.ok()?;
                (stream.read(&mut [0; 1_500]).await.ok()? > 0).then_some(())
            };
            if !matches!(timeout(Duration::from_secs(5), is_connected).await, Ok(Some(()))) {
                honest.fault("an honest connection was not answered".to_owned());
            }
            honest.delay(start.elapsed());
            sleep(Duration::from_millis(100)).await;
        }
    });
}
