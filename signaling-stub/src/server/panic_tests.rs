//! A panic in any part of the server ends one task, is counted, and an honest pair goes on.

use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt, StreamExt};
use moim_protocol::ServerMessage;
use serde_json::{Value, json};
use tokio::{
    io::AsyncReadExt,
    net::{TcpStream, UdpSocket},
    time::{sleep, timeout},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::{faults::Fault, *};

/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(20);

struct Person {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Person {
    async fn connect(server: &Server) -> Self {
        let (socket, _) = connect_async(format!("ws://{}/ws", server.local_addr())).await.unwrap();
        Self { socket }
    }

    async fn join(server: &Server, room: &str, topology: &str) -> (Self, moim_protocol::Welcome) {
        let mut person = Self::connect(server).await;
        person.ask(room, topology).await;
        match person.message().await {
            Some(ServerMessage::Welcome(welcome)) => (person, welcome),
            other => panic!("not a welcome: {other:?}"),
        }
    }

    async fn ask(&mut self, room: &str, topology: &str) {
        let join = json!({ "type": "join", "version": 1, "room": room, "name": "A", "topology": topology });
        self.send(&join).await;
    }

    async fn send(&mut self, message: &Value) {
        self.socket.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message; `None` at the end.
    async fn message(&mut self) -> Option<ServerMessage> {
        match timeout(PATIENCE, self.socket.next()).await.expect("in time") {
            Some(Ok(Message::Text(text))) => Some(ServerMessage::decode(&text).unwrap()),
            _ => None,
        }
    }

    async fn error(&mut self) -> String {
        match self.message().await {
            Some(ServerMessage::Error(error)) => error.code.as_str().to_owned(),
            other => panic!("not an error: {other:?}"),
        }
    }
}

/// A server, and two people who talk to each other through it.
struct Hall {
    server: Server,
    alice: Person,
    bob: Person,
    bobs_id: String,
    alices_id: String,
}

impl Hall {
    async fn open(config: ServerConfig) -> Self {
        let server = serve(config, TcpListener::bind(("127.0.0.1", 0)).await.unwrap()).unwrap();
        let (mut alice, welcome) = Person::join(&server, "hall", "mesh").await;
        let alices_id = welcome.participant_id.0;
        let (bob, welcome) = Person::join(&server, "hall", "mesh").await;
        assert!(matches!(alice.message().await, Some(ServerMessage::Participant { .. })));
        Self { server, alice, bob, bobs_id: welcome.participant_id.0, alices_id }
    }

    fn cause(&self, fault: Fault) {
        self.server.switchboard.faults.cause(fault);
    }

    /// There has been one panic, and Alice and Bob still hear each other.
    async fn goes_on(&mut self) {
        self.until(|server| server.switchboard.panics() == 1).await;
        for seq in 1..=5 {
            let say = |to| json!({ "type": "relay", "to": to, "payload": { "seq": seq } });
            self.alice.send(&say(&self.bobs_id)).await;
            self.bob.send(&say(&self.alices_id)).await;
            for person in [&mut self.alice, &mut self.bob] {
                let heard = person.message().await;
                assert!(
                    matches!(&heard, Some(ServerMessage::Relay { payload, .. }) if payload.seq == seq),
                    "{heard:?}"
                );
            }
        }
        assert_eq!(self.server.switchboard.panics(), 1);
    }

    async fn until(&self, is_so: impl Fn(&Server) -> bool) {
        let waiting = async {
            while !is_so(&self.server) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, waiting).await.expect("in time");
    }
}

#[tokio::test]
async fn a_message_that_causes_a_panic_ends_its_connection() {
    let mut hall = Hall::open(ServerConfig::default()).await;
    let (mut mallory, _) = Person::join(&hall.server, "cellar", "mesh").await;
    hall.cause(Fault::Message);
    mallory.send(&json!({ "type": "ping" })).await;
    assert!(mallory.message().await.is_none());
    hall.until(|server| server.stats().connections == 2).await;
    assert_eq!(hall.server.stats().rooms, 1, "mallory's room is closed");
    hall.goes_on().await;
}

#[tokio::test]
async fn the_clock_goes_on_after_a_panic() {
    let limits = Limits { join_timeout_ms: 200, ..Limits::default() };
    let mut hall = Hall::open(ServerConfig { limits, ..ServerConfig::default() }).await;
    hall.cause(Fault::Clock);
    let mut mallory = Person::connect(&hall.server).await;
    assert_eq!(mallory.error().await, "idleTimeout");
    hall.goes_on().await;
}

#[tokio::test]
async fn a_socket_whose_request_causes_a_panic_is_closed() {
    let mut hall = Hall::open(ServerConfig::default()).await;
    hall.cause(Fault::Socket);
    let mut mallory = TcpStream::connect(hall.server.local_addr()).await.unwrap();
    let end = timeout(PATIENCE, mallory.read(&mut [0; 16])).await.expect("in time");
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    hall.goes_on().await;
}

#[cfg(feature = "sfu")]
#[tokio::test]
async fn the_sfu_is_restarted_and_its_clients_join_again() {
    let mut hall = Hall::open(ServerConfig::default()).await;
    let (mut carol, _) = Person::join(&hall.server, "film", "sfu").await;
    hall.cause(Fault::Sfu);
    assert!(carol.message().await.is_none(), "she is disconnected");
    let (mut carol, _) = Person::join(&hall.server, "film", "sfu").await;
    // The SFU reads what it is sent: it is not an offer.
    let description = json!({ "type": "offer", "sdp": "nonsense" });
    let signal = json!({ "kind": "description", "description": description, "mids": {} });
    let payload = json!({ "seq": 1, "ack": 0, "signal": signal });
    carol.send(&json!({ "type": "relay", "to": moim_protocol::SFU_ID, "payload": payload })).await;
    let reply = carol.message().await;
    assert!(matches!(reply, Some(ServerMessage::Error(_) | ServerMessage::Relay { .. })), "{reply:?}");
    hall.goes_on().await;
}

#[cfg(unix)]
#[tokio::test]
async fn mixers_are_started_after_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    // It exits at once, and those who wait get an error.
    let mixer = Some(MixerSettings::new("/bin/false"));
    let static_dir = Some(folder.path().to_owned());
    let mut hall = Hall::open(ServerConfig { mixer, static_dir, ..ServerConfig::default() }).await;
    hall.cause(Fault::Mixers);
    let mut mallory = Person::connect(&hall.server).await;
    mallory.ask("cellar", "mcu").await;
    hall.until(|server| server.switchboard.panics() == 1).await;
    let mut carol = Person::connect(&hall.server).await;
    carol.ask("attic", "mcu").await;
    assert_eq!(carol.error().await, "noMixer");
    hall.goes_on().await;
}

#[tokio::test]
async fn the_relay_goes_on_after_a_packet_that_causes_a_panic() {
    let turn = Some(TurnConfig { port: Some(0), ..TurnConfig::default() });
    let mut hall = Hall::open(ServerConfig { turn, ..ServerConfig::default() }).await;
    let (_carol, welcome) = Person::join(&hall.server, "attic", "mesh").await;
    let url = &welcome.ice_servers[0].urls[0];
    let relay: SocketAddr =
        url.split_once(':').and_then(|(_, rest)| rest.split('?').next()).unwrap().parse().unwrap();
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
    // A STUN binding request (RFC 8489).
    let request = [&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat();
    hall.cause(Fault::TurnPacket);
    socket.send_to(&request, relay).await.unwrap();
    hall.until(|server| server.switchboard.panics() == 1).await;
    socket.send_to(&request, relay).await.unwrap();
    let mut reply = [0; 256];
    let length = timeout(PATIENCE, socket.recv(&mut reply)).await.expect("in time").unwrap();
    assert_eq!((&reply[..2], length > 20), (&[1, 1][..], true));
    hall.goes_on().await;
}
