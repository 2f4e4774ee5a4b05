//! TCP connections for media: of strangers, and of a client that opens many.

use std::{net::SocketAddr, time::Duration};

use crate::{
    pair::Pair,
    sfu::mallory,
    support::{
        Client,
        media::{IceTcp, offer},
        start,
    },
};
use moim_protocol::{PeerSignal, SFU_ID, ServerMessage};
use moim_signaling_stub::ServerConfig;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than an unused connection stays open.
const PATIENCE: Duration = Duration::from_secs(12);

/// A client of the SFU, as the SFU's answer describes it.
struct Person {
    ice: IceTcp,
    _signaling: Client,
}

impl Person {
    async fn join(server: SocketAddr) -> Self {
        let mut signaling = mallory(server).await;
        let payload = json!({ "seq": 1, "ack": 0, "signal": offer(0) });
        signaling.send(&json!({ "type": "relay", "to": SFU_ID, "payload": payload })).await;
        let sdp = loop {
            if let ServerMessage::Relay { payload, .. } = signaling.message().await
                && let Some(PeerSignal::Description { description, .. }) = payload.signal
            {
                break description.sdp;
            }
        };
        Self { ice: IceTcp::of(&sdp), _signaling: signaling }
    }

    /// A connection on which a check was answered.
    async fn connect(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.ice.address).await.unwrap();
        self.is_answered(&mut stream).await;
        stream
    }

    async fn is_answered(&self, stream: &mut TcpStream) {
        stream.write_all(&self.ice.check(&self.ice.password)).await.unwrap();
        let read = timeout(PATIENCE, stream.read(&mut [0; 1_500])).await.expect("an answer").unwrap();
        assert!(read > 0, "it was closed");
    }
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut rest)).await.is_ok()
}

#[tokio::test]
async fn strangers_leave_connections_to_clients() {
    let server = start(ServerConfig { media_udp: false, ..ServerConfig::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let honest = Person::join(server.local_addr()).await;
    let mut honest_stream = honest.connect().await;
    let mut strangers = Vec::new();
    for _ in 0..60 {
        let mut stranger = TcpStream::connect(honest.ice.address).await.unwrap();
        // A guessed password proves nothing.
        let _ = stranger.write_all(&honest.ice.check("guess")).await;
        strangers.push(stranger);
    }
    // A newcomer amid them.
    let newcomer = Person::join(server.local_addr()).await;
    newcomer.connect().await;
    for stranger in &mut strangers {
        assert!(is_closed(stranger).await);
    }
    honest.is_answered(&mut honest_stream).await;
    pair.talks(5).await;
}

#[tokio::test]
async fn a_client_has_few_connections_and_its_oldest_go() {
    let server = start(ServerConfig { media_udp: false, ..ServerConfig::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let honest = Person::join(server.local_addr()).await;
    let mut honest_stream = honest.connect().await;
    let mallory = Person::join(server.local_addr()).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(mallory.connect().await);
    }
    for stream in &mut streams[..12] {
        assert!(is_closed(stream).await);
    }
    for stream in &mut streams[12..] {
        mallory.is_answered(stream).await;
    }
    honest.is_answered(&mut honest_stream).await;
    pair.talks(5).await;
}
