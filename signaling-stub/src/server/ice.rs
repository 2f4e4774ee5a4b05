//! The TURN server that clients are given, with credentials that expire.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use moim_protocol::{IceServer, ServerMessage};
use tokio::time::Instant;

use crate::turn::TurnSecret;

/// The URLs of the TURN server.
#[derive(Clone, Debug)]
pub(super) enum Relay {
    /// Fixed URLs.
    Urls(Vec<String>),
    /// The address of this server as the client sees it, with these ports.
    Own { port: u16, tls_port: Option<u16> },
}

/// Issues credentials.
#[derive(Clone, Debug)]
pub(super) struct Ice {
    pub(super) secret: TurnSecret,
    pub(super) lifetime: Duration,
    pub(super) relay: Relay,
}

/// The name and the address by which a client reached this server.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The host in its request, without the port.
    pub(super) name: Option<String>,
    pub(super) address: SocketAddr,
}

/// The credentials of one client.
#[derive(Debug)]
pub(super) struct Credentials {
    ice: Ice,
    urls: Vec<String>,
    id: String,
    /// Other servers that the client is given.
    others: Vec<IceServer>,
    /// Set after the first ones.
    renew_at: Option<Instant>,
}

impl Credentials {
    /// Creates an empty state for one client.
    pub(super) fn new(ice: &Ice, found: &Found) -> Self {
        let urls = match &ice.relay {
            Relay::Urls(urls) => urls.clone(),
            Relay::Own { port, tls_port } => own_urls(found, *port, *tls_port),
        };
        // Without random numbers, the secret would have failed.
        let id = getrandom::u64().unwrap_or_default();
        Self { ice: ice.clone(), urls, id: format!("{id:016x}"), others: Vec::new(), renew_at: None }
    }

    /// Adds credentials to a `welcome`. Returns a message with new ones to send after a `pong`, if half of the lifetime has
    /// passed.
    pub(super) fn add_to(&mut self, message: &mut ServerMessage) -> Option<ServerMessage> {
        match message {
            ServerMessage::Welcome(welcome) => {
                self.others.clone_from(&welcome.ice_servers);
                welcome.ice_servers.push(self.issue());
                None
            }
            ServerMessage::Pong { .. } if self.renew_at.is_some_and(|at| at <= Instant::now()) => {
                let mut ice_servers = self.others.clone();
                ice_servers.push(self.issue());
                Some(ServerMessage::IceServers { ice_servers })
            }
            _ => None,
        }
    }

    fn issue(&mut self) -> IceServer {
        self.renew_at = Some(Instant::now() + self.ice.lifetime / 2);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let expiry = since.saturating_add(self.ice.lifetime).as_secs();
        let (username, credential) = self.ice.secret.credentials(expiry, &self.id);
        IceServer { urls: self.urls.clone(), username: Some(username), credential: Some(credential) }
    }
}

fn own_urls(found: &Found, port: u16, tls_port: Option<u16>) -> Vec<String> {
    let address = found.address.ip().to_canonical();
    let name = found.name.as_deref().filter(|name| !name.is_empty());
    // `localhost` may resolve to another loopback address. Any other name is preferred, because behind a proxy the local
    // address is not one that the client can reach.
    let host = match name {
        Some(name) if !is_localhost(name) => name.to_owned(),
        _ => written(address),
    };
    let mut urls =
        vec![format!("turn:{host}:{port}?transport=udp"), format!("turn:{host}:{port}?transport=tcp")];
    if let Some(port) = tls_port {
        // The certificate is for the name.
        let host = name.map_or_else(|| written(address), str::to_owned);
        urls.push(format!("turns:{host}:{port}?transport=tcp"));
    }
    urls
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn written(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(name: Option<&str>, address: &str, tls_port: Option<u16>) -> Vec<String> {
        let found = Found { name: name.map(str::to_owned), address: address.parse().unwrap() };
        own_urls(&found, 3478, tls_port)
    }

    #[test]
    fn the_relay_is_where_the_client_found_the_server() {
        let expected = ["turn:192.168.1.5:3478?transport=udp", "turn:192.168.1.5:3478?transport=tcp"];
        assert_eq!(urls(Some("192.168.1.5"), "192.168.1.5:8080", None), expected);
        let expected = [
            "turn:pc.local:3478?transport=udp",
            "turn:pc.local:3478?transport=tcp",
            "turns:pc.local:5349?transport=tcp",
        ];
        assert_eq!(urls(Some("pc.local"), "192.168.1.5:8080", Some(5349)), expected);
        let expected = [
            "turn:127.0.0.1:3478?transport=udp",
            "turn:127.0.0.1:3478?transport=tcp",
            "turns:localhost:5349?transport=tcp",
        ];
        assert_eq!(urls(Some("localhost"), "127.0.0.1:8080", Some(5349)), expected);
        assert_eq!(urls(None, "[::1]:8080", None)[0], "turn:[::1]:3478?transport=udp");
    }

    #[test]
    fn credentials_are_renewed_after_half_of_their_time() {
        let ice = Ice {
            secret: TurnSecret::from("tea".to_owned()),
            lifetime: Duration::from_secs(3600),
            relay: Relay::Urls(vec!["turn:turn.example".to_owned()]),
        };
        let found = Found { name: None, address: "127.0.0.1:1".parse().unwrap() };
        let mut credentials = Credentials::new(&ice, &found);
        let mut pong = ServerMessage::Pong { revision: 1 };
        assert_eq!(credentials.add_to(&mut pong), None, "nobody has joined");
        let first = credentials.issue();
        assert_eq!(credentials.add_to(&mut pong), None, "they are new");
        credentials.renew_at = Some(Instant::now());
        let Some(ServerMessage::IceServers { ice_servers }) = credentials.add_to(&mut pong) else {
            panic!("no new ones")
        };
        let id = |server: &IceServer| server.username.as_ref().unwrap().split(':').nth(1).unwrap().to_owned();
        assert_eq!((id(&first), &first.urls), (id(&ice_servers[0]), &ice_servers[0].urls), "the same user");
        assert_eq!(credentials.add_to(&mut pong), None, "once");
    }
}
