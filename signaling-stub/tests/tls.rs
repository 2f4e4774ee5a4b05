//! The server with a certificate of its own.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt};
use moim_protocol::ServerMessage;
use moim_signaling_stub::{Acceptor, Server, ServerConfig, TurnConfig, TurnSecret};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use tokio_tungstenite::client_async;

use support::{
    start,
    turn::{Line, SECRET, Talk, TurnClient, address_of, credentials},
};

/// A certificate for this machine, and files of it.
struct Certificate {
    folder: tempfile::TempDir,
    roots: RootCertStore,
}

impl Certificate {
    fn new() -> Self {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        Self { folder, roots }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn acceptor(&self) -> Acceptor {
        Acceptor::from_pem_files(&self.file("cert.pem"), &self.file("key.pem")).unwrap()
    }

    async fn connect(&self, server: SocketAddr) -> TlsStream<TcpStream> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        let stream = TcpStream::connect(server).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }
}

async fn start_secure(certificate: &Certificate, turn: Option<TurnConfig>) -> Server {
    start(ServerConfig { tls: Some(certificate.acceptor()), turn, ..ServerConfig::default() }).await
}

#[tokio::test]
async fn pages_and_websockets_are_served() {
    let certificate = Certificate::new();
    let server = start_secure(&certificate, None).await;
    let mut stream = certificate.connect(server.local_addr()).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // Some servers close without saying so in TLS.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));

    let stream = certificate.connect(server.local_addr()).await;
    let (mut socket, _) = client_async("wss://localhost/ws", stream).await.unwrap();
    let join = json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Ana" });
    socket.send(join.to_string().into()).await.unwrap();
    let welcome = socket.next().await.unwrap().unwrap().into_text().unwrap();
    assert!(matches!(ServerMessage::decode(&welcome).unwrap(), ServerMessage::Welcome(_)));
}

#[tokio::test]
async fn two_talk_through_the_relay_over_tls() {
    let certificate = Certificate::new();
    let mut turn = TurnConfig::default();
    turn.secret = Some(TurnSecret::from(SECRET.to_owned()));
    (turn.port, turn.tls_port) = (Some(0), Some(0));
    let server = start_secure(&certificate, Some(turn)).await;
    let stream = certificate.connect(server.local_addr()).await;
    let (mut socket, _) = client_async("wss://localhost/ws", stream).await.unwrap();
    let join = json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Ana" });
    socket.send(join.to_string().into()).await.unwrap();
    let welcome = socket.next().await.unwrap().unwrap().into_text().unwrap();
    let ServerMessage::Welcome(welcome) = ServerMessage::decode(&welcome).unwrap() else {
        panic!("{welcome}")
    };
    let urls = &welcome.ice_servers[0].urls;
    assert!(urls[2].starts_with("turns:localhost:") && urls[2].ends_with("?transport=tcp"), "{urls:?}");
    let relay = address_of(&urls[2].replace("localhost", "127.0.0.1"));
    let ana = TurnClient::new(Line::Stream(Box::new(certificate.connect(relay).await)), credentials("a"));
    let ben = TurnClient::udp(address_of(&urls[0]), credentials("b")).await;
    Talk::begin(ana, ben).await.goes_on(20).await;
}

#[tokio::test]
async fn a_client_without_tls_and_one_that_never_begins_are_closed() {
    let certificate = Certificate::new();
    let server = start_secure(&certificate, None).await;
    let mut plain = TcpStream::connect(server.local_addr()).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut silent = TcpStream::connect(server.local_addr()).await.unwrap();
    for stream in [&mut plain, &mut silent] {
        let mut answer = Vec::new();
        assert!(timeout(Duration::from_secs(8), stream.read_to_end(&mut answer)).await.is_ok());
        assert!(!answer.starts_with(b"HTTP"));
    }
    let _other = certificate.connect(server.local_addr()).await;
}

#[test]
fn files_that_are_of_no_use_are_named() {
    let (one, other) = (Certificate::new(), Certificate::new());
    let fault = |certificate: PathBuf, key: PathBuf| {
        Acceptor::from_pem_files(&certificate, &key).unwrap_err().to_string()
    };
    let (certificate, key) = (one.file("cert.pem"), one.file("key.pem"));
    assert!(fault(one.file("none.pem"), key.clone()).contains("none.pem"));
    assert!(fault(key.clone(), key.clone()).contains("certificates"));
    assert!(fault(certificate.clone(), certificate.clone()).contains("private key"));
    assert!(fault(certificate, other.file("key.pem")).contains("is not the key of"));
    assert_eq!(format!("{:?}", one.acceptor()), "Acceptor(..)");
}
