//! The binary, as run by a script or a person.
#![cfg(all(feature = "server", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::Command,
    time::timeout,
};

use support::{
    Client,
    process::{command, started},
};

/// Exit code and stderr of a run that cannot start.
async fn failure(arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        timeout(Duration::from_secs(10), command(arguments).output()).await.expect("an end").unwrap();
    assert!(output.stdout.is_empty(), "nothing is announced");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn busy_port_is_named_with_the_way_out() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, message) = failure(&["--port", &port]).await;
    assert_eq!(code, Some(1));
    assert!(message.contains(&port) && message.contains("--port"), "{message}");
}

#[tokio::test]
async fn port_search_takes_another_port_and_says_so() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let first = taken.local_addr().unwrap().port();
    let (mut child, _, address) =
        started(&mut command(&["--port", &first.to_string(), "--port-search"])).await;
    let port = address.port();
    assert!(port > first && port <= first + 20, "{first} to {port}");
    child.kill().await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains(&first.to_string()) && message.contains(&port.to_string()), "{message}");
}

#[tokio::test]
async fn wrong_arguments_are_explained() {
    for (arguments, expected) in [
        (["--host", "no such host"], "--host"),
        (["--host", "192.0.2.1"], "192.0.2.1"),
        (["--static-dir", "/no/such/folder"], "/no/such/folder"),
        (["--log", "moim=loud"], "--log"),
    ] {
        let (code, message) = failure(&[arguments[0], arguments[1], "--port", "0"]).await;
        assert_eq!(code, Some(1), "{arguments:?}");
        assert!(message.contains(expected), "{arguments:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[tokio::test]
async fn what_does_not_go_together_is_told() {
    for arguments in [["--no-media-udp", "--no-media-tcp"], ["--no-sfu", "--no-media-udp"]] {
        let (code, message) = failure(&arguments).await;
        assert_eq!(code, Some(2));
        assert!(arguments.iter().all(|argument| message.contains(argument)), "{message}");
    }
}

#[cfg(not(feature = "sfu"))]
#[tokio::test]
async fn a_port_for_media_needs_an_sfu() {
    let (code, message) = failure(&["--media-tcp-port", "9000"]).await;
    assert_eq!(code, Some(1));
    assert!(message.contains("built without its SFU"), "{message}");
}

#[tokio::test]
async fn port_comes_from_the_environment_too() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = command(&[]).env("PORT", &port).output().await.unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains(&port));
}

#[tokio::test]
async fn terminated_server_says_farewell_and_exits_cleanly() {
    for signal in ["-TERM", "-INT"] {
        let (mut child, mut lines, address) = started(&mut command(&["--port", "0"])).await;
        let mut client = Client::join(address, "kitchen", "Alice").await;
        let pid = child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success());

        let (code, _, fatal) = client.error().await;
        assert_eq!((code.as_str(), fatal), ("shuttingDown", true));
        assert_eq!(client.closed().await.0, 1001);
        let status = timeout(Duration::from_secs(3), child.wait()).await.expect("an end").unwrap();
        assert!(status.success(), "{status}");
        assert_eq!(lines.next_line().await.unwrap(), None, "one line on stdout");
    }
}

#[tokio::test]
async fn client_that_does_not_close_cannot_hold_up_the_end() {
    let (mut child, _, address) = started(&mut command(&["--port", "0"])).await;
    let _silent = Client::join(address, "kitchen", "Alice").await;
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let status = timeout(Duration::from_secs(3), child.wait()).await.expect("an end").unwrap();
    assert!(status.success(), "{status}");
}

const KEY: &str = "a key of at least 32 bytes for tests";

#[tokio::test]
async fn a_token_is_issued_and_admits_to_its_room() {
    let mut issue = command(&["token", "--room", "kitchen", "--identity", "alice", "--grant", "subscribe"]);
    let output = issue.env("MOIM_TOKEN_KEY", KEY).output().await.unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let token = String::from_utf8(output.stdout).unwrap();
    assert_eq!(token.lines().count(), 1);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys");
    std::fs::write(&file, format!("{}\n{KEY}\n", KEY.to_uppercase())).unwrap();
    let arguments = [
        "--port",
        "0",
        "--log",
        "trace,tungstenite=debug,hyper=debug",
        "--token-key-file",
        file.to_str().unwrap(),
    ];
    let (child, _, address) = started(&mut command(&arguments)).await;
    let mut client = Client::connect(address).await;
    let mut join = serde_json::json!({ "type": "join", "version": 1, "room": "kitchen", "name": "Alice" });
    client.send(&join).await;
    assert_eq!(client.error().await.0, "tokenMissing");
    join["token"] = token.trim().into();
    client.send(&join).await;
    let moim_protocol::ServerMessage::Welcome(welcome) = client.message().await else { panic!("no welcome") };
    assert_eq!(welcome.roster.participants[0].identity.as_deref(), Some("alice"));

    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let log = String::from_utf8(child.wait_with_output().await.unwrap().stderr).unwrap();
    assert!(log.contains("moim::audit") && log.contains("tokenMissing"), "{log}");
    assert!(!log.contains(token.trim()) && !log.contains(KEY), "secrets in the log");
}

#[tokio::test]
async fn keys_are_needed_and_never_shown() {
    let issue = ["token", "--room", "kitchen", "--identity", "alice"];
    let (_, message) = failure(&issue).await;
    assert!(message.contains("MOIM_TOKEN_KEY"), "{message}");
    let output = command(&issue).env("MOIM_TOKEN_KEY", "too-short-and-secret").output().await.unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("32") && !message.contains("too-short"), "{message}");
    assert!(output.stdout.is_empty());
    let (code, message) = failure(&["--token-key-file", "/no/such/file", "--port", "0"]).await;
    assert!(code == Some(1) && message.contains("/no/such/file"), "{message}");
    let unknown = [&issue[..], &["--grant", "hologram"]].concat();
    let (_, message) = failure(&unknown).await;
    assert!(message.contains("screenAudio") && message.contains("publish"), "{message}");
}

#[tokio::test]
async fn json_log_holds_objects_and_no_content() {
    let arguments = ["--port", "0", "--log-format", "json", "--log", "trace,tungstenite=debug,hyper=debug"];
    let (child, _, address) = started(&mut command(&arguments)).await;
    let mut client = Client::join(address, "kitchen", "Alice").await;
    client.send_text(r#"{"type":"update","name":{"password":"hunter2"},"metadata":"hunter2"}"#).await;
    assert_eq!(client.error().await.0, "malformed");
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let output = child.wait_with_output().await.unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("\"joined\""), "{log}");
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).unwrap().is_object(), "{line}");
        assert!(!line.contains("hunter2"), "{line}");
    }
}

/// What a server at this host says before it listens.
async fn warnings(host: &str) -> String {
    let mut child = command(&["--port", "0", "--host", host]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    timeout(Duration::from_secs(10), lines.next_line()).await.expect("a line").unwrap();
    child.kill().await.unwrap();
    String::from_utf8(child.wait_with_output().await.unwrap().stderr).unwrap()
}

#[tokio::test]
async fn who_can_reach_the_server_is_told() {
    let open = warnings("0.0.0.0").await;
    assert!(open.contains("WARN") && open.contains("no authentication and no TLS"), "{open}");
    let local = warnings("127.0.0.1").await;
    assert!(!local.contains("no authentication"), "{local}");
    #[cfg(feature = "sfu")]
    assert!(local.contains("WARN") && local.contains("--no-sfu"), "{local}");
}

/// Each socket is a file; a shell often permits no more than 256 or 1024.
#[tokio::test]
async fn a_low_limit_of_open_files_is_raised() {
    let server = command(&[]);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", r#"ulimit -Sn 64 && exec "$0" --port 0"#])
        .arg(server.as_std().get_program())
        .env_remove("HOST")
        .env_remove("MOIM_TOKEN_KEY")
        .kill_on_drop(true)
        .stdout(Stdio::piped());
    let (_child, _, address) = started(&mut limited).await;
    let mut clients = Vec::new();
    for number in 0..100 {
        let room = format!("room {}", number / 20);
        let joining = Client::join(address, &room, "Alice");
        clients.push(timeout(Duration::from_secs(10), joining).await.expect("a socket"));
    }
}
