//! Media over TCP: a server without UDP, and clients on real sockets.
#![cfg(all(feature = "server", feature = "sfu"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use moim_protocol::{Channel, PeerSignal, RelayPayload, Routed, ServerMessage};
use moim_signaling_stub::ServerConfig;
use serde_json::json;
use str0m::{
    Candidate, Event, Input, Output, Rtc,
    change::SdpAnswer,
    channel::{ChannelConfig, ChannelId},
    net::{Protocol, Receive, TcpType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep_until, timeout},
};

use support::{Client, start};

/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A participant of an `sfu` room with one TCP connection for everything except signaling.
struct Person {
    rtc: Rtc,
    channel: ChannelId,
    stream: TcpStream,
    ends: (SocketAddr, SocketAddr),
    received: Vec<u8>,
    messages: Vec<String>,
    is_open: bool,
    _signaling: Client,
}

impl Person {
    async fn join(server: SocketAddr, name: &str) -> Self {
        let crypto = Arc::new(str0m::crypto::from_feature_flags());
        let mut rtc = Rtc::builder().set_crypto_provider(crypto).build(Instant::now());
        let channel = rtc.direct_api().create_data_channel(ChannelConfig {
            negotiated: Some(Channel::Reliable.id()),
            ..ChannelConfig::default()
        });
        let mut changes = rtc.sdp_api();
        changes.add_channel("any".into());
        let (offer, pending) = changes.apply().unwrap();

        let mut signaling = Client::connect(server).await;
        let description = json!({ "type": "offer", "sdp": offer.to_sdp_string() });
        let signal = json!({ "kind": "description", "description": description, "mids": {} });
        let relay = json!({ "seq": 1, "ack": 0, "signal": signal });
        let join = json!({ "type": "join", "version": 1, "room": "tea", "name": name, "topology": "sfu", "relay": relay });
        signaling.send(&join).await;
        let answer = loop {
            if let ServerMessage::Relay { payload, .. } = signaling.message().await
                && let Some(sdp) = answer_in(payload)
            {
                break sdp;
            }
        };
        assert!(!answer.contains(" udp "), "{answer}");
        let candidate = answer.lines().find(|line| line.contains(" tcp ")).expect("a TCP candidate");
        assert!(candidate.contains("tcptype passive"), "{candidate}");
        let mut words = candidate.split(' ').skip(4);
        let address = format!("{}:{}", words.next().unwrap(), words.next().unwrap());
        rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(&answer).unwrap()).unwrap();

        let stream = TcpStream::connect(&address).await.unwrap();
        let ends = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
        let local = Candidate::builder().tcp().host(ends.0).tcptype(TcpType::Active).build().unwrap();
        rtc.add_local_candidate(local);
        let (received, messages) = (Vec::new(), Vec::new());
        Self { rtc, channel, stream, ends, received, messages, is_open: false, _signaling: signaling }
    }

    /// Runs until `is_done`.
    async fn run(&mut self, is_done: impl Fn(&Self) -> bool) {
        timeout(PATIENCE, async {
            while !is_done(self) {
                let due = match self.rtc.poll_output().unwrap() {
                    Output::Transmit(transmit) => {
                        assert_eq!(transmit.proto, Protocol::Tcp);
                        let length = transmit.contents.len() as u16;
                        self.stream.write_all(&length.to_be_bytes()).await.unwrap();
                        self.stream.write_all(&transmit.contents).await.unwrap();
                        continue;
                    }
                    Output::Event(event) => {
                        self.handle_event(event);
                        continue;
                    }
                    Output::Timeout(at) => at,
                };
                let mut buffer = [0; 3_000];
                tokio::select! {
                    length = self.stream.read(&mut buffer) => {
                        let length = length.unwrap();
                        assert!(length > 0, "the connection was closed");
                        self.received.extend_from_slice(&buffer[..length]);
                        self.handle_packets();
                    }
                    () = sleep_until(due.into()) => self.rtc.handle_input(Input::Timeout(Instant::now())).unwrap(),
                }
            }
        })
        .await
        .expect("in time");
    }

    fn handle_packets(&mut self) {
        while let [high, low, rest @ ..] = self.received.as_slice() {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let Some(packet) = rest.get(..length) else { return };
            let (destination, source) = self.ends;
            let contents = packet.try_into().unwrap();
            let receive = Receive { proto: Protocol::Tcp, source, destination, contents };
            self.rtc.handle_input(Input::Receive(Instant::now(), receive)).unwrap();
            self.received.drain(..2 + length);
        }
    }

    fn handle_event(&mut self, event: Event) {
        match event {
            Event::ChannelOpen(..) => self.is_open = true,
            Event::ChannelData(data) => {
                let routed = Routed::decode(&data.data).unwrap();
                self.messages.push(String::from_utf8(routed.message.to_vec()).unwrap());
            }
            _ => {}
        }
    }
}

fn answer_in(payload: RelayPayload) -> Option<String> {
    match payload.signal? {
        PeerSignal::Description { description, .. } => Some(description.sdp),
        _ => None,
    }
}

#[tokio::test]
async fn two_without_udp_reach_each_other() {
    let server = start(ServerConfig { media_udp: false, ..ServerConfig::default() }).await;
    let mut alice = Person::join(server.local_addr(), "alice").await;
    let mut bob = Person::join(server.local_addr(), "bob").await;
    tokio::join!(alice.run(|alice| alice.is_open), bob.run(|bob| bob.is_open));
    send(&mut alice, &mut bob, "hello").await;
    // By now an unused connection would be closed.
    let later = Instant::now() + Duration::from_secs(11);
    tokio::join!(alice.run(|_| Instant::now() > later), bob.run(|_| Instant::now() > later));
    send(&mut alice, &mut bob, "still here").await;
    assert_eq!(bob.messages, ["hello", "still here"]);
}

async fn send(from: &mut Person, to: &mut Person, text: &str) {
    let bytes = Routed { peer: "", is_binary: false, message: text.as_bytes() }.encode().unwrap();
    assert!(from.rtc.channel(from.channel).unwrap().write(true, &bytes).unwrap());
    tokio::select! {
        () = to.run(|to| to.messages.iter().any(|message| message == text)) => {}
        () = from.run(|_| false) => {}
    }
}

#[tokio::test]
async fn a_media_port_that_is_taken_is_named() {
    let server = start(ServerConfig { media_udp: false, ..ServerConfig::default() }).await;
    let alice = Person::join(server.local_addr(), "alice").await;
    let port = alice.ends.1.port();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let config = ServerConfig { media_tcp_port: Some(port), ..ServerConfig::default() };
    let message = moim_signaling_stub::serve(config, listener).unwrap_err().to_string();
    assert!(message.contains(&port.to_string()) && message.contains("--media-tcp-port"), "{message}");
}
