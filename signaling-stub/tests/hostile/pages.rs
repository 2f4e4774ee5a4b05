//! Pages of other origins, other host names for this address, and files outside the folder.

use moim_signaling_stub::{Limits, ServerConfig};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, client::IntoClientRequest, http::HeaderValue},
};

use crate::{
    pair::Pair,
    support::{
        Client, http_get, http_get_as,
        process::{command, log_of, started},
        start, start_with,
    },
};

/// The status of a WebSocket opened by a page of `origin`.
async fn status(url: &str, origin: &str) -> u16 {
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("origin", HeaderValue::from_str(origin).unwrap());
    match connect_async(request).await {
        Ok((_, response)) => response.status().into(),
        Err(Error::Http(response)) => response.status().into(),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn pages_of_other_sites_are_turned_away() {
    let allowed_origins = vec!["https://app.example".to_owned()];
    let server = start(ServerConfig { allowed_origins, ..ServerConfig::default() }).await;
    let mut pair = Pair::join(server.local_addr()).await;
    let url = format!("ws://{}/ws", server.local_addr());
    for origin in ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://app.example"] {
        assert_eq!(status(&url, origin).await, 403, "{origin}");
    }
    let own = format!("http://{}", server.local_addr());
    for origin in [own.as_str(), "http://localhost:5173", "https://app.example"] {
        assert_eq!(status(&url, origin).await, 101, "{origin}");
    }
    pair.talks(1).await;
}

#[tokio::test]
async fn a_page_that_tries_again_and_again_does_not_fill_the_log() {
    let (mut server, _lines, address) = started(&mut command(&["--port", "0"])).await;
    let log = log_of(&mut server);
    let (url, origin) = (format!("ws://{address}/ws"), format!("https://{}.example", "evil".repeat(500)));
    for _ in 0..200 {
        assert_eq!(status(&url, &origin).await, 403);
    }
    server.kill().await.unwrap();
    let log = log.await.unwrap();
    assert!(log.len() < 64 * 1024, "{} bytes of log", log.len());
    assert!(log.contains("refused"), "{log}");
}

#[tokio::test]
async fn a_name_that_only_leads_here_is_not_served() {
    let server = start_with(Limits::default()).await;
    for (host, expected) in
        [("rebound.evil.example:8080", "403"), ("localhost:8080", "200"), ("[::1]", "200")]
    {
        let (head, _) = http_get_as(server.local_addr(), "/healthz", host).await;
        assert!(head.starts_with(&format!("http/1.1 {expected}")), "{host}: {head}");
    }
    Client::join(server.local_addr(), "kitchen", "Alice").await.is_unharmed().await;
}

#[cfg(unix)]
#[tokio::test]
async fn links_out_of_the_folder_are_not_followed() {
    use std::{fs, os::unix::fs::symlink};
    let folder = tempfile::tempdir().unwrap();
    let public = folder.path().join("public");
    fs::create_dir_all(public.join("dir")).unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    fs::write(public.join("a b.txt"), "open").unwrap();
    symlink(folder.path().join("secret.txt"), public.join("link.txt")).unwrap();
    symlink(folder.path(), public.join("up")).unwrap();
    symlink(public.join("a b.txt"), public.join("inner.txt")).unwrap();
    let server = start(ServerConfig { static_dir: Some(public), ..ServerConfig::default() }).await;
    for path in ["/link.txt", "/up/secret.txt", "/%6cink.txt", "/up", "//dir", "//evil.example/.."] {
        let (head, body) = http_get(server.local_addr(), path).await;
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert!(!body.windows(6).any(|window| window == b"secret"), "{path}");
    }
    for path in ["/a%20b.txt", "/inner.txt"] {
        let (head, body) = http_get(server.local_addr(), path).await;
        assert_eq!(body, b"open", "{path}: {head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
        assert!(head.contains("content-security-policy: "), "{head}");
    }
}
