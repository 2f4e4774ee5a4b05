//! The TURN server as its clients see it.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{net::SocketAddr, process::Stdio, time::Duration};

use moim_protocol::ServerMessage;
use moim_signaling_stub::{Limits, ServerConfig, TurnConfig, TurnSecret};
use serde_json::json;
use tokio::{
    net::{TcpListener, UdpSocket},
    process::Command,
    time::{sleep, timeout},
};

use support::{
    start,
    turn::{Talk, TurnClient, credentials, start_relay, welcome},
    turn_messages::binding,
};

#[tokio::test]
async fn a_client_is_given_a_relay_and_credentials_that_it_takes() {
    let (server, relay) = start_relay(|_| {}).await;
    let (_client, given) = welcome(server.local_addr()).await;
    let port = relay.port();
    let urls =
        [format!("turn:127.0.0.1:{port}?transport=udp"), format!("turn:127.0.0.1:{port}?transport=tcp")];
    assert_eq!(given.urls, urls);
    let credentials = (given.username.unwrap(), given.credential.unwrap());
    let mut client = TurnClient::udp(relay, credentials).await;
    assert!(client.ask(binding()).await.mapped.unwrap().ip().is_loopback());
    assert_eq!(client.allocate().await, 0);
}

#[tokio::test]
async fn two_talk_over_udp_and_over_tcp() {
    let (_server, relay) = start_relay(|_| {}).await;
    let (ana, ben) =
        (TurnClient::udp(relay, credentials("a")).await, TurnClient::tcp(relay, credentials("b")).await);
    let mut talk = Talk::begin(ana, ben).await;
    talk.goes_on(20).await;
    let (ana, ben) =
        (TurnClient::tcp(relay, credentials("a")).await, TurnClient::tcp(relay, credentials("b")).await);
    Talk::begin(ana, ben).await.goes_on(20).await;
    talk.goes_on(1).await;
}

#[tokio::test]
async fn a_peer_without_a_channel_is_heard_by_its_address() {
    let (_server, relay) = start_relay(|turn| turn.allowed_peers = vec!["127.0.0.1".parse().unwrap()]).await;
    let mut client = TurnClient::udp(relay, credentials("a")).await.allocated().await;
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = peer.local_addr().unwrap();
    assert_eq!(client.permit(address).await, 0);
    client.tell(address, b"hello").await;
    let mut buffer = [0; 16];
    assert_eq!(peer.recv_from(&mut buffer).await.unwrap(), (5, client.relayed));
    peer.send_to(b"hi", client.relayed).await.unwrap();
    assert_eq!(client.receive().await.data, Some((address, b"hi".to_vec())));
}

#[tokio::test]
async fn an_allocation_that_is_given_up_closes_its_port() {
    let (_server, relay) = start_relay(|_| {}).await;
    let mut client = TurnClient::udp(relay, credentials("a")).await.allocated().await;
    let port = client.relayed;
    assert!(UdpSocket::bind(port).await.is_err(), "it is open");
    assert_eq!(client.ask(client.signer.refresh(0)).await.code, 0);
    assert!(UdpSocket::bind(port).await.is_ok());
    let connected = TurnClient::tcp(relay, credentials("a")).await.allocated().await;
    let port = connected.relayed;
    drop(connected);
    while UdpSocket::bind(port).await.is_err() {
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn credentials_are_renewed_while_the_client_stays() {
    let mut turn = TurnConfig::default();
    turn.urls = vec!["turn:turn.example:3478".to_owned()];
    turn.secret = Some(TurnSecret::from("tea".to_owned()));
    turn.credential_lifetime = Duration::from_secs(2);
    let config = ServerConfig { turn: Some(turn), limits: Limits::default(), ..ServerConfig::default() };
    let server = start(config).await;
    let (mut client, first) = welcome(server.local_addr()).await;
    assert_eq!(first.urls, ["turn:turn.example:3478"]);
    client.is_unharmed().await;
    sleep(Duration::from_millis(1100)).await;
    client.send(&json!({ "type": "ping" })).await;
    assert!(matches!(client.message().await, ServerMessage::Pong { .. }));
    let ServerMessage::IceServers { ice_servers } = client.message().await else {
        panic!("no new credentials")
    };
    assert_eq!(ice_servers.len(), 1);
    let expiry =
        |name: &Option<String>| name.as_ref().unwrap().split(':').next().unwrap().parse::<u64>().unwrap();
    assert!(expiry(&ice_servers[0].username) > expiry(&first.username));
    assert_ne!(ice_servers[0].credential, first.credential);
    client.is_unharmed().await;
}

#[tokio::test]
async fn the_server_ends_although_somebody_relays() {
    let (server, relay) = start_relay(|_| {}).await;
    let ana = TurnClient::tcp(relay, credentials("a")).await;
    let ben = TurnClient::udp(relay, credentials("b")).await;
    let mut talk = Talk::begin(ana, ben).await;
    talk.goes_on(1).await;
    tokio::time::timeout(Duration::from_secs(3), server.stop()).await.expect("a stop in time");
    let _free = TcpListener::bind(relay).await.unwrap();
}

#[tokio::test]
async fn a_port_that_is_in_use_is_named() {
    let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut turn = TurnConfig::default();
    turn.port = Some(taken.local_addr().unwrap().port());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = ServerConfig { turn: Some(turn), ..ServerConfig::default() };
    let error = moim_signaling_stub::serve(config, listener).unwrap_err().to_string();
    assert!(error.contains("--turn-port") && error.contains("relay on port"), "{error}");
}

/// Starts a coturn on a free port, if there is one on this machine.
async fn coturn() -> Option<(tokio::process::Child, SocketAddr)> {
    let port = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let port = port.to_string();
    let arguments = [
        "-n",
        "--no-cli",
        "--no-tls",
        "--no-dtls",
        "--log-file=stdout",
        "--use-auth-secret",
        "--static-auth-secret=tea",
        "--realm=moim",
        "--listening-ip=127.0.0.1",
        "--relay-ip=127.0.0.1",
        "--allow-loopback-peers",
        "--listening-port",
        &port,
    ];
    let spawned = Command::new("turnserver")
        .args(arguments)
        .args(["--pidfile", "/dev/null"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let address = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    let child = spawned.ok()?;
    while !answers_by_udp(address).await {
        sleep(Duration::from_millis(20)).await;
    }
    Some((child, address))
}

/// Whether a STUN server responds to a binding request. Coturn listens on TCP first.
async fn answers_by_udp(server: SocketAddr) -> bool {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(server).await.unwrap();
    let response = async {
        socket.send(&binding()).await?;
        socket.recv(&mut [0; 512]).await
    };
    timeout(Duration::from_secs(1), response).await.is_ok_and(|response| response.is_ok())
}

#[tokio::test]
async fn coturn_takes_the_credentials_that_clients_are_given() {
    let Some((_coturn, address)) = coturn().await else {
        println!("SKIPPED: there is no coturn on this machine (apt-get install coturn)");
        return;
    };
    let mut turn = TurnConfig::default();
    turn.urls = vec![format!("turn:{address}")];
    turn.secret = Some(TurnSecret::from("tea".to_owned()));
    let server = start(ServerConfig { turn: Some(turn), ..ServerConfig::default() }).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let (_client, given) = welcome(server.local_addr()).await;
        clients.push(TurnClient::udp(address, (given.username.unwrap(), given.credential.unwrap())).await);
    }
    let (ben, ana) = (clients.pop().unwrap(), clients.pop().unwrap());
    Talk::begin(ana, ben).await.goes_on(5).await;
}
