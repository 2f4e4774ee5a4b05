//! Floods of messages, bytes and frames.

use std::net::SocketAddr;

use futures::{SinkExt, StreamExt};
use moim_protocol::ServerMessage;
use moim_signaling_stub::Limits;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    pair::Pair,
    support::{Client, start_with},
};

/// As long as allowed, with one invalid member after a great many valid ones.
fn long_and_wrong() -> String {
    let members: Vec<_> =
        (0..5_800).map(|n| json!({ "id": n.to_string(), "kind": "audio", "muted": true })).collect();
    let mut message = json!({ "type": "join", "version": 1, "room": "a", "name": 7 });
    message["publications"] = members.into();
    let text = message.to_string();
    assert!(text.len() > 200_000 && text.len() < 262_144, "{}", text.len());
    text
}

/// Sends the same text until the server closes the connection.
async fn flood(server: SocketAddr, text: String) -> Vec<String> {
    let mallory = Client::connect(server).await;
    let (mut sink, mut stream) = mallory.socket.split();
    let mut codes = Vec::new();
    let sending = async { while sink.send(Message::text(text.clone())).await.is_ok() {} };
    let reading = async {
        while let Some(Ok(frame)) = stream.next().await {
            let Message::Text(text) = frame else { continue };
            if let ServerMessage::Error(error) = ServerMessage::decode(&text).unwrap() {
                codes.push(format!("{}{}", error.code.as_str(), if error.fatal { "!" } else { "" }));
            }
        }
    };
    tokio::join!(sending, reading);
    codes
}

#[tokio::test]
async fn long_messages_with_a_wrong_member_end_their_connections_alone() {
    let server = start_with(Limits { messages_per_second: 1, message_burst: 200, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let attack = tokio::spawn(flood(server.local_addr(), long_and_wrong()));
    pair.talks(20).await;
    let codes = attack.await.unwrap();
    assert_eq!(codes[0], "malformed");
    assert!(codes.iter().filter(|code| *code == "malformed").count() <= 4, "bytes count: {codes:?}");
    assert_eq!(codes.last().unwrap(), "rateLimited!");
    pair.talks(1).await;
}

#[tokio::test]
async fn long_messages_of_an_unknown_type_count_as_many() {
    let server = start_with(Limits { messages_per_second: 1, message_burst: 200, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let text = json!({ "type": "dance", "steps": "x".repeat(261_000) }).to_string();
    let attack = tokio::spawn(flood(server.local_addr(), text));
    pair.talks(20).await;
    assert_eq!(attack.await.unwrap(), ["rateLimited", "rateLimited!"]);
}

#[tokio::test]
async fn pings_count_as_messages() {
    let server = start_with(Limits { messages_per_second: 1, message_burst: 20, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = Client::connect(server.local_addr()).await;
    for _ in 0..41 {
        // The server may have closed the connection already.
        let _ = mallory.socket.send(Message::Ping(Vec::new().into())).await;
    }
    let mut codes = Vec::new();
    while let Some(frame) = mallory.frame().await {
        if let Message::Text(text) = frame
            && let ServerMessage::Error(error) = ServerMessage::decode(&text).unwrap()
        {
            codes.push((error.code.as_str(), error.fatal));
        }
    }
    assert_eq!(codes, [("rateLimited", false), ("rateLimited", true)]);
    pair.talks(5).await;
}

/// A WebSocket whose frames are written manually.
async fn raw(server: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).await.unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 101"));
    stream
}

/// Starts a message and continues it with empty frames, until the server closes the connection. Returns the number of
/// bytes sent.
async fn empty_continuations(server: SocketAddr) -> usize {
    let mut stream = raw(server).await;
    let begin = [0x01, 0x80, 0, 0, 0, 0];
    stream.write_all(&begin).await.unwrap();
    let frames = [0x00, 0x80, 0, 0, 0, 0].repeat(1_000);
    let (mut reader, mut writer) = stream.into_split();
    let reading = tokio::spawn(async move {
        let mut answer = Vec::new();
        // The end may be a reset, because the server has not read everything.
        let _ = reader.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    });
    let mut sent = 0;
    while writer.write_all(&frames).await.is_ok() {
        sent += frames.len();
    }
    drop(reading.await);
    sent
}

#[tokio::test]
async fn frames_that_never_become_a_message_end_their_connection_alone() {
    let server = start_with(Limits { max_message_bytes: 1_000, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let attack = tokio::spawn(empty_continuations(server.local_addr()));
    pair.talks(20).await;
    let sent = attack.await.unwrap();
    assert!(sent < 16 * 1024 * 1024, "{sent} bytes were taken, and the buffers of the system");
    pair.talks(1).await;
}
