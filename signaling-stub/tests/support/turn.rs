//! A TURN client on a socket.
#![allow(dead_code, unreachable_pub)] // each test file uses a part

use std::{net::SocketAddr, time::Duration};

use moim_protocol::{IceServer, ServerMessage};
use moim_signaling_stub::{Server, ServerConfig, TurnConfig, TurnSecret};
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};

use super::{
    Client, start,
    turn_messages::{Answer, Signer, answer, channel_data, send_indication},
};

/// Only a failing test waits for as long.
const PATIENCE: Duration = Duration::from_secs(10);
/// Long enough for a packet to arrive, if one was sent.
const SILENCE: Duration = Duration::from_millis(300);

/// What the server was started with.
pub const SECRET: &str = "tea";

/// A server with a relay on free ports, and where that is.
pub async fn start_relay(change: impl FnOnce(&mut TurnConfig)) -> (Server, SocketAddr) {
    let mut turn = TurnConfig::default();
    turn.secret = Some(TurnSecret::from(SECRET.to_owned()));
    turn.port = Some(0);
    change(&mut turn);
    let server = start(ServerConfig { turn: Some(turn), ..ServerConfig::default() }).await;
    let (_client, ice_server) = welcome(server.local_addr()).await;
    let relay = address_of(&ice_server.urls[0]);
    (server, relay)
}

/// The relay's data in a client's `welcome`.
pub async fn welcome(server: SocketAddr) -> (Client, IceServer) {
    let mut client = Client::connect(server).await;
    client.send(&json!({ "type": "join", "version": 1, "room": "relay", "name": "Ana" })).await;
    match client.message().await {
        ServerMessage::Welcome(mut welcome) => (client, welcome.ice_servers.pop().unwrap()),
        other => panic!("not a welcome: {other:?}"),
    }
}

pub fn address_of(url: &str) -> SocketAddr {
    let (_, rest) = url.split_once(':').unwrap();
    rest.split('?').next().unwrap().parse().unwrap()
}

/// Credentials of the server's, as if it had given them to somebody.
pub fn credentials(user: &str) -> (String, String) {
    TurnSecret::from(SECRET.to_owned()).credentials(4_000_000_000, user)
}

/// The way to the server.
pub enum Line {
    Udp(UdpSocket),
    Stream(Box<dyn Stream>),
}

pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A client, perhaps with an allocation.
pub struct TurnClient {
    pub line: Line,
    pub signer: Signer,
    pub relayed: SocketAddr,
}

impl TurnClient {
    pub fn new(line: Line, credentials: (String, String)) -> Self {
        Self { line, signer: Signer::new(credentials), relayed: ([0, 0, 0, 0], 0).into() }
    }

    pub async fn udp(server: SocketAddr, credentials: (String, String)) -> Self {
        Self::udp_from([127, 0, 0, 1], server, credentials).await
    }

    /// From another address of this machine.
    pub async fn udp_from(from: [u8; 4], server: SocketAddr, credentials: (String, String)) -> Self {
        let socket = UdpSocket::bind((std::net::IpAddr::from(from), 0)).await.unwrap();
        socket.connect(server).await.unwrap();
        Self::new(Line::Udp(socket), credentials)
    }

    pub async fn tcp(server: SocketAddr, credentials: (String, String)) -> Self {
        Self::new(Line::Stream(Box::new(TcpStream::connect(server).await.unwrap())), credentials)
    }

    pub async fn send(&mut self, bytes: &[u8]) {
        match &mut self.line {
            Line::Udp(socket) => drop(socket.send(bytes).await.unwrap()),
            Line::Stream(stream) => stream.write_all(bytes).await.unwrap(),
        }
    }

    pub async fn receive(&mut self) -> Answer {
        let bytes = async {
            let mut bytes = vec![0; 4];
            match &mut self.line {
                Line::Udp(socket) => {
                    bytes.resize(4096, 0);
                    let length = socket.recv(&mut bytes).await.unwrap();
                    bytes.truncate(length);
                }
                Line::Stream(stream) => {
                    stream.read_exact(&mut bytes).await.unwrap();
                    let length = usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
                    let length =
                        if bytes[0] >> 6 == 0 { length + 20 } else { (length + 4).next_multiple_of(4) };
                    bytes.resize(length, 0);
                    stream.read_exact(&mut bytes[4..]).await.unwrap();
                }
            }
            bytes
        };
        answer(&timeout(PATIENCE, bytes).await.expect("an answer in time"))
    }

    /// Whether nothing comes.
    pub async fn hears_nothing(&mut self) -> bool {
        timeout(SILENCE, self.receive()).await.is_err()
    }

    pub async fn ask(&mut self, request: Vec<u8>) -> Answer {
        self.send(&request).await;
        self.receive().await
    }

    /// Learns a nonce, asks for an allocation, and returns the code: 0 if it got one.
    pub async fn allocate(&mut self) -> u16 {
        let mut answer = self.ask(self.signer.allocate()).await;
        if answer.code == 401 {
            self.signer.nonce = answer.nonce;
            answer = self.ask(self.signer.allocate()).await;
        }
        if let Some(relayed) = answer.relayed {
            self.relayed = relayed;
        }
        answer.code
    }

    /// One with an allocation.
    pub async fn allocated(mut self) -> Self {
        assert_eq!(self.allocate().await, 0);
        self
    }

    pub async fn permit(&mut self, peer: SocketAddr) -> u16 {
        self.ask(self.signer.permit(&[peer])).await.code
    }

    pub async fn bind(&mut self, channel: u16, peer: SocketAddr) -> u16 {
        self.ask(self.signer.bind(channel, peer)).await.code
    }

    pub async fn tell(&mut self, peer: SocketAddr, packet: &[u8]) {
        self.send(&send_indication(peer, packet)).await;
    }

    pub async fn tell_channel(&mut self, channel: u16, packet: &[u8]) {
        self.send(&channel_data(channel, packet)).await;
    }
}

/// Two who talk over their relays, and want nothing else.
pub struct Talk {
    pub ana: TurnClient,
    pub ben: TurnClient,
    said: u32,
}

impl Talk {
    pub async fn begin(ana: TurnClient, ben: TurnClient) -> Self {
        let (mut ana, mut ben) = (ana.allocated().await, ben.allocated().await);
        assert_eq!(ana.bind(0x4000, ben.relayed).await, 0);
        assert_eq!(ben.bind(0x4000, ana.relayed).await, 0);
        Self { ana, ben, said: 0 }
    }

    /// Each sends this many messages to the other, and all arrive.
    pub async fn goes_on(&mut self, times: u32) {
        for _ in 0..times {
            self.said += 1;
            let said = self.said.to_be_bytes();
            self.ana.tell_channel(0x4000, &said).await;
            assert_eq!(self.ben.receive().await.channel, Some((0x4000, said.to_vec())));
            self.ben.tell_channel(0x4000, &said).await;
            assert_eq!(self.ana.receive().await.channel, Some((0x4000, said.to_vec())));
        }
    }
}
