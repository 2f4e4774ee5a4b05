//! Signals to the SFU that are expensive for it, or for its log.

use std::time::Duration;

use moim_protocol::{Channel, ErrorCode, SFU_ID, ServerMessage};
use moim_signaling_stub::Limits;
use serde_json::{Value, json};
use tokio::{process::Command, time::timeout};

use crate::{
    line::{Line, corrupting},
    pair::Pair,
    support::{
        Client,
        media::offer,
        process::{command, log_of, started},
        start_with,
    },
};

/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn mallory(server: std::net::SocketAddr) -> Client {
    let mut client = Client::connect(server).await;
    let join = json!({ "type": "join", "version": 1, "room": "film", "name": "Mallory", "topology": "sfu" });
    client.send(&join).await;
    assert!(matches!(client.message().await, ServerMessage::Welcome(_)));
    client
}

fn relay(seq: u32, signal: &Value) -> Value {
    json!({ "type": "relay", "to": SFU_ID, "payload": { "seq": seq, "ack": 0, "signal": signal } })
}

#[tokio::test]
async fn offers_that_are_expensive_hold_up_neither_others_nor_the_end() {
    let limits = Limits { message_burst: 20_000, ..Limits::default() };
    let server = start_with(limits).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = mallory(server.local_addr()).await;
    let expensive = offer(2_000);
    for seq in 1..=100 {
        mallory.send(&relay(seq, &expensive)).await;
        if seq % 10 == 0 {
            pair.talks(1).await;
        }
    }
    pair.talks(20).await;
    // The SFU still answers others.
    let mut carol = self::mallory(server.local_addr()).await;
    carol.send(&relay(1, &offer(0))).await;
    loop {
        if let ServerMessage::Relay { payload, .. } = carol.message().await
            && payload.signal.is_some()
        {
            break;
        }
    }
    timeout(PATIENCE, server.stop()).await.expect("an end that does not wait for the SFU");
}

#[tokio::test]
async fn refusals_without_end_do_not_fill_the_log() {
    let (mut server, _lines, address) = started(&mut command(&["--port", "0"])).await;
    let log = log_of(&mut server);
    let mut mallory = mallory(address).await;
    let reason = "y".repeat(3_000);
    // The SFU reads no more than this of a client that acknowledges nothing.
    for seq in 1..=240 {
        let signal = match seq % 3 {
            0 => json!({ "kind": "refusal", "type": "answer", "reason": reason }),
            1 => {
                json!({ "kind": "description", "description": { "type": "answer", "sdp": reason }, "mids": {} })
            }
            _ => {
                json!({ "kind": "description", "description": { "type": "offer", "sdp": reason }, "mids": {} })
            }
        };
        mallory.send(&relay(seq, &signal)).await;
        mallory.send_text(reason.clone()).await;
        // Too many payloads at once are dropped, and then the later ones are not processed.
        while seq % 3 == 1
            && !matches!(mallory.message().await, ServerMessage::Error(error) if error.code == ErrorCode::MediaRefused)
        {
        }
    }
    let mut pair = Pair::join(address).await;
    pair.talks(5).await;
    server.kill().await.unwrap();
    let log = log.await.unwrap();
    assert!(log.len() < 64 * 1024, "{} bytes of log", log.len());
    assert!(log.contains("refused"), "{log}");
}

#[tokio::test]
async fn chunks_that_are_wrong_do_not_fill_the_log() {
    let (mut server, _lines, address) = started(&mut command(&["--port", "0"])).await;
    let log = log_of(&mut server);
    let mut pair = Pair::join(address).await;
    let mut mallory = Line::offer(mallory(address).await.socket, corrupting()).await;
    mallory.connect().await.expect("a connection");
    // Each is followed by four packets that are wrong.
    let mut sent = 0;
    mallory
        .drive(|person| {
            sent += usize::from(person.send(Channel::Reliable, "", "a good chunk"));
            sent < 500
        })
        .await;
    pair.talks(5).await;
    server.kill().await.unwrap();
    let log = log.await.unwrap();
    assert!(log.len() < 16 * 1024, "{} bytes of log: {}", log.len(), &log[log.len() - 1_000..]);
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_does_not_wait_for_the_sfu() {
    let (mut server, _lines, address) =
        started(&mut command(&["--port", "0", "--message-burst", "20000"])).await;
    let mut mallory = mallory(address).await;
    let expensive = offer(2_000);
    for seq in 1..=100 {
        mallory.send(&relay(seq, &expensive)).await;
    }
    let pid = server.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let status = timeout(PATIENCE, server.wait()).await.expect("an end").unwrap();
    assert!(status.success(), "{status}");
}
