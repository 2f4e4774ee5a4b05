//! Many sockets, and sockets without requests.

use std::{net::SocketAddr, time::Duration};

use moim_signaling_stub::Limits;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::{
    pair::Pair,
    support::{Client, start_with},
};

/// Longer than the server waits for a request.
const PATIENCE: Duration = Duration::from_secs(12);

/// Connects from another address of this machine.
async fn from(address: [u8; 4], server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((address, 0).into()).unwrap();
    socket.connect(server).await.unwrap()
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.is_ok()
}

#[tokio::test]
async fn requests_that_do_not_end_are_not_waited_for() {
    let server = start_with(Limits::default()).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut silent = TcpStream::connect(server.local_addr()).await.unwrap();
    let mut slow = TcpStream::connect(server.local_addr()).await.unwrap();
    slow.write_all(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nX-").await.unwrap();
    let mut idle = TcpStream::connect(server.local_addr()).await.unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await.unwrap();
    let (silent, slow, idle) =
        tokio::join!(is_closed(&mut silent), is_closed(&mut slow), is_closed(&mut idle));
    assert_eq!([silent, slow, idle], [true; 3]);
    pair.talks(5).await;
}

#[tokio::test]
async fn one_address_has_so_many_sockets_and_leaves_the_rest_to_others() {
    let limits = Limits { max_connections_per_address: 2, ..Limits::default() };
    let server = start_with(limits).await;
    let mut pair = Pair::join(server.local_addr()).await;
    // Twice the connections, and 64 for requests.
    let mut open = Vec::new();
    for _ in 0..68 {
        open.push(from([127, 0, 0, 2], server.local_addr()).await);
    }
    let mut refused = from([127, 0, 0, 2], server.local_addr()).await;
    assert!(is_closed(&mut refused).await);
    let mut other = from([127, 0, 0, 3], server.local_addr()).await;
    other.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    pair.talks(5).await;
}

#[tokio::test]
async fn when_all_sockets_are_taken_the_oldest_without_a_request_goes() {
    // 4 connections, a fourth of that and 64: 69 sockets.
    let server = start_with(Limits { max_connections: 4, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut silent = Vec::new();
    for _ in 0..80 {
        silent.push(from([127, 0, 0, 2], server.local_addr()).await);
    }
    let _carol = Client::join(server.local_addr(), "attic", "Carol").await;
    assert!(timeout(Duration::from_secs(2), is_closed(&mut silent[0])).await.is_ok(), "long before its time");
    pair.talks(5).await;
}

#[tokio::test]
async fn who_does_not_join_has_to_go_however_often_it_pings() {
    let server = start_with(Limits { join_timeout_ms: 300, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = Client::connect(server.local_addr()).await;
    mallory.send(&json!({ "type": "ping" })).await;
    assert_eq!(mallory.error().await.0, "notJoined");
    let (code, message, fatal) = mallory.error().await;
    assert_eq!((code.as_str(), fatal), ("idleTimeout", true));
    assert!(message.contains("join"), "{message}");
    pair.talks(5).await;
}

#[tokio::test]
async fn one_address_has_so_many_connections() {
    let server = start_with(Limits { max_connections_per_address: 2, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let mut mallory = Client::connect(server.local_addr()).await;
    assert_eq!(mallory.error().await.0, "tooManyConnections");
    assert_eq!(mallory.closed().await.0, 1013);
    let stream = from([127, 0, 0, 2], server.local_addr()).await;
    let (mut socket, _) =
        tokio_tungstenite::client_async(format!("ws://{}/ws", server.local_addr()), stream).await.unwrap();
    use futures::{SinkExt, StreamExt};
    let join = json!({ "type": "join", "version": 1, "room": "attic", "name": "Carol" });
    socket.send(join.to_string().into()).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().to_string().contains("welcome"));
    pair.talks(5).await;
}

#[tokio::test]
async fn one_address_opens_so_many_rooms() {
    let server = start_with(Limits { max_rooms_per_address: 2, ..Limits::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let _second = Client::join(server.local_addr(), "second", "Mallory").await;
    let mut mallory = Client::connect(server.local_addr()).await;
    mallory.send(&json!({ "type": "join", "version": 1, "room": "third", "name": "Mallory" })).await;
    assert_eq!(mallory.error().await.0, "tooManyRooms");
    pair.talks(5).await;
}
