//! A signaling server in the page.

use crate::page::{Mock, js, until};

/// Replaces all servers while it lives.
pub(crate) struct Server(#[allow(dead_code, reason = "a guard")] Mock);

impl Server {
    pub(crate) fn start() -> Self {
        let source = include_str!("server.js").lines().filter(|line| !line.starts_with("//"));
        let class = source.collect::<Vec<_>>().join("\n");
        Self(Mock::new("window", "WebSocket", &format!("({class})")))
    }

    /// Sends a participant's current state on the first socket.
    pub(crate) fn tell(&self, participant: &str) {
        js(&format!("WebSocket.all[0].tell({participant})"));
    }

    /// The URLs of the open sockets.
    pub(crate) fn open(&self) -> String {
        let open = js("WebSocket.all.filter((socket) => socket.readyState < 2).map(({ url }) => url).join()");
        open.as_string().expect("text")
    }

    pub(crate) async fn has(&self, open: &str) {
        until(&format!("sockets to `{open}`"), || self.open() == open).await;
    }
}
