//! HTTP requests other than the WebSocket.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use moim_signaling_stub::{Limits, ServerConfig, serve};
use serde_json::{Value, json};

use support::{Client, http_get, start, start_with};

#[tokio::test]
async fn healthz_counts() {
    let server = start_with(Limits::default()).await;
    let _alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let _bob = Client::join(server.local_addr(), "kitchen", "Bob").await;
    let _carol = Client::connect(server.local_addr()).await;

    let (head, body) = http_get(server.local_addr(), "/healthz").await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    let health: Value = serde_json::from_slice(&body).unwrap();
    let expected = json!({
        "status": "ok", "version": env!("CARGO_PKG_VERSION"), "rooms": 1, "participants": 2,
        "panics": 0,
        // The server may not have accepted the third connection yet, which has not sent anything.
        "connections": health["connections"],
    });
    assert_eq!(health, expected);
    assert!([2, 3].contains(&health["connections"].as_u64().unwrap()));
}

#[tokio::test]
async fn metrics_count() {
    let server = start_with(Limits::default()).await;
    let mut alice = Client::join(server.local_addr(), "kitchen", "Alice").await;
    let mut bob = Client::join(server.local_addr(), "kitchen", "Bob").await;
    alice.message().await;
    bob.send(&json!({ "type": "relay", "to": alice.id, "payload": { "seq": 0, "ack": 1 } })).await;
    alice.message().await;
    bob.send(&json!({ "type": "lock", "locked": true })).await;
    assert_eq!(bob.error().await.0, "notHost");

    let (head, body) = http_get(server.local_addr(), "/metrics").await;
    assert!(head.starts_with("http/1.1 200") && head.contains("openmetrics-text"), "{head}");
    let text = String::from_utf8(body).unwrap();
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in {text}")).parse::<u64>().unwrap()
    };
    assert_eq!((value("moim_connections"), value("moim_rooms"), value("moim_participants")), (2, 1, 2));
    assert_eq!(value("moim_relays_total"), 1);
    assert_eq!(value(r#"moim_refusals_total{code="notHost"}"#), 1);
    assert!(value("moim_received_bytes_total") > 100 && value("moim_sent_bytes_total") > 100);
    for name in
        ["panics_total", "sfu_clients", "sfu_streams", "sfu_frames_total", "sfu_dropped_messages_total"]
    {
        assert_eq!(value(&format!("moim_{name}")), 0);
    }
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn metrics_are_for_loopback_unless_asked_for() {
    for (metrics, status) in [(false, "http/1.1 404"), (true, "http/1.1 200")] {
        let listener = tokio::net::TcpListener::bind(("0.0.0.0", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let _server = serve(ServerConfig { metrics, ..ServerConfig::default() }, listener).unwrap();
        let (head, _) = http_get(([127, 0, 0, 1], port).into(), "/metrics").await;
        assert!(head.starts_with(status), "{head}");
    }
}

#[cfg(feature = "sfu")]
#[tokio::test]
async fn metrics_count_the_clients_of_the_sfu() {
    let server = start_with(Limits::default()).await;
    let mut alice = Client::connect(server.local_addr()).await;
    let join = json!({ "type": "join", "version": 1, "room": "film", "name": "Alice", "topology": "sfu" });
    alice.send(&join).await;
    alice.message().await;
    let counted = async {
        loop {
            let (_, body) = http_get(server.local_addr(), "/metrics").await;
            if String::from_utf8(body).unwrap().lines().any(|line| line == "moim_sfu_clients 1") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), counted).await.expect("it is counted");
}

#[tokio::test]
async fn folder_is_served_with_the_right_types() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.html"), "<title>moim</title>").unwrap();
    fs::write(folder.path().join("moim_bg.wasm"), b"\0asm").unwrap();
    fs::write(folder.path().join("moim.js"), "export {}").unwrap();
    let static_dir = Some(folder.path().to_owned());
    let server = start(ServerConfig { static_dir, ..ServerConfig::default() }).await;

    for (path, kind) in
        [("/", "text/html"), ("/moim_bg.wasm", "application/wasm"), ("/moim.js", "text/javascript")]
    {
        let (head, body) = http_get(server.local_addr(), path).await;
        assert!(head.starts_with("http/1.1 200"), "{path}: {head}");
        assert!(head.contains(&format!("content-type: {kind}")), "{path}: {head}");
        assert!(head.contains("cache-control: no-cache"), "{path}: {head}");
        assert!(!body.is_empty());
    }
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    fs::create_dir(folder.path().join("public")).unwrap();
    let static_dir = Some(folder.path().join("public"));
    let server = start(ServerConfig { static_dir, ..ServerConfig::default() }).await;
    for path in ["/missing.html", "/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt"] {
        let (head, body) = http_get(server.local_addr(), path).await;
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert!(!body.windows(6).any(|window| window == b"secret"), "{path}");
    }
}

#[tokio::test]
async fn stop_does_not_wait_for_idle_http_connections() {
    let server = start_with(Limits::default()).await;
    let _idle = tokio::net::TcpStream::connect(server.local_addr()).await.unwrap();
    let address = server.local_addr();
    tokio::time::timeout(std::time::Duration::from_secs(3), server.stop()).await.expect("a stop in time");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "the port is free again");
}
