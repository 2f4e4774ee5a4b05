//! A server on a free port, and a client that only implements WebSockets and JSON.
#![allow(dead_code, unreachable_pub)] // each test file uses a part

pub mod media;
pub mod process;
pub mod turn;
pub mod turn_messages;

use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt, StreamExt};
use moim_protocol::ServerMessage;
use moim_signaling_stub::{Limits, Server, ServerConfig, serve};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async, tungstenite::Message};

/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn start(config: ServerConfig) -> Server {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    serve(config, listener).unwrap()
}

pub async fn start_with(limits: Limits) -> Server {
    start(ServerConfig { limits, ..ServerConfig::default() }).await
}

pub struct Client {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The content of `welcome`.
    pub id: String,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        let (socket, _) = connect_async(format!("ws://{address}/ws")).await.unwrap();
        Self { socket, id: String::new() }
    }

    /// Connects from this address of the machine.
    pub async fn connect_from(local: [u8; 4], address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((local, 0).into()).unwrap();
        let stream = MaybeTlsStream::Plain(socket.connect(address).await.unwrap());
        let (socket, _) = client_async(format!("ws://{address}/ws"), stream).await.unwrap();
        Self { socket, id: String::new() }
    }

    /// Connects, joins and reads the `welcome`.
    pub async fn join(address: SocketAddr, room: &str, name: &str) -> Self {
        let mut client = Self::connect(address).await;
        client.send(&json!({ "type": "join", "version": 1, "room": room, "name": name })).await;
        match client.message().await {
            ServerMessage::Welcome(welcome) => client.id = welcome.participant_id.0,
            other => panic!("not a welcome: {other:?}"),
        }
        client
    }

    pub async fn send(&mut self, message: &Value) {
        self.send_text(message.to_string()).await;
    }

    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.send_frame(Message::text(text.into())).await;
    }

    pub async fn send_frame(&mut self, frame: Message) {
        self.socket.send(frame).await.unwrap();
    }

    pub async fn frame(&mut self) -> Option<Message> {
        let frame = timeout(PATIENCE, self.socket.next()).await.expect("a frame in time");
        frame.and_then(Result::ok)
    }

    pub async fn message(&mut self) -> ServerMessage {
        match self.frame().await {
            Some(Message::Text(text)) => ServerMessage::decode(&text).unwrap(),
            other => panic!("not a message: {other:?}"),
        }
    }

    /// Code, message and `fatal` of the next error.
    pub async fn error(&mut self) -> (String, String, bool) {
        match self.message().await {
            ServerMessage::Error(error) => (error.code.as_str().to_owned(), error.message, error.fatal),
            other => panic!("not an error: {other:?}"),
        }
    }

    /// Code and reason of the next close frame; then the end of the stream.
    pub async fn closed(&mut self) -> (u16, String) {
        let close = match self.frame().await {
            Some(Message::Close(Some(close))) => (close.code.into(), close.reason.to_string()),
            other => panic!("not a close frame: {other:?}"),
        };
        assert_eq!(self.frame().await, None, "nothing comes after the close frame");
        close
    }

    /// Nothing was sent between the last message and the reply to a `ping`: the client is not affected.
    pub async fn is_unharmed(&mut self) {
        self.send(&json!({ "type": "ping" })).await;
        match self.message().await {
            ServerMessage::Pong { .. } => {}
            other => panic!("not a pong: {other:?}"),
        }
    }

    /// The id, the revision and the reason of the next `participantLeft`.
    pub async fn departure(&mut self) -> Value {
        let message = self.message().await;
        match message {
            ServerMessage::ParticipantLeft { .. } => serde_json::from_str(&message.encode()).unwrap(),
            other => panic!("not a departure: {other:?}"),
        }
    }
}

/// Status line and headers in lower case, and the body.
pub async fn http_get(address: SocketAddr, path: &str) -> (String, Vec<u8>) {
    http_get_as(address, path, &address.to_string()).await
}

/// Like [`http_get`], with this host name.
pub async fn http_get_as(address: SocketAddr, path: &str, host: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer in time").unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("the end of the headers");
    (String::from_utf8_lossy(&answer[..end]).to_lowercase(), answer[end + 4..].to_vec())
}
