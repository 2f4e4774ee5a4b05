//! One client of the TURN server, with its sockets.

use std::{
    collections::HashMap,
    future::pending,
    net::{IpAddr, SocketAddr, UdpSocket as StdSocket},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use tokio::{net::UdpSocket, sync::mpsc, time::sleep_until};
use tracing::debug;

use crate::turn::{Action, Authority, Client, Grant, Host, Now};

/// Maximum size of a packet in bytes.
pub(super) const MAX_PACKET: usize = 16 * 1024;
/// STUN error codes (RFC 8656, section 19).
const QUOTA_REACHED: u16 = 486;
const INSUFFICIENT_CAPACITY: u16 = 508;

/// What all clients share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) authority: Arc<Authority>,
    /// The ports of the relay and of the SFU.
    media: Mutex<HashMap<SocketAddr, Port>>,
    /// The addresses of this machine that others can reach.
    outward: Vec<IpAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    Relay,
    Sfu,
}

impl Shared {
    pub(super) fn new(
        authority: Arc<Authority>,
        sfu: impl Iterator<Item = SocketAddr>,
        outward: Vec<IpAddr>,
    ) -> Arc<Self> {
        let media = Mutex::new(sfu.map(|address| (address, Port::Sfu)).collect());
        Arc::new(Self { authority, media, outward })
    }

    /// The address of relayed ports for a client that reached this server at `ip`. For a loopback address it is one that
    /// others can reach, if there is any: Firefox pairs a loopback candidate with no other address, and neither the SFU nor
    /// a participant on another machine has a loopback one.
    fn relay_ip(&self, ip: IpAddr) -> IpAddr {
        let is_alike = |other: &&IpAddr| ip.is_loopback() && other.is_ipv4() == ip.is_ipv4();
        self.outward.iter().find(is_alike).copied().unwrap_or(ip)
    }

    fn media(&self) -> MutexGuard<'_, HashMap<SocketAddr, Port>> {
        // The map is consistent between two statements.
        self.media.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A relayed port. Dropping it closes it.
#[derive(Debug)]
struct Relay {
    socket: UdpSocket,
    address: SocketAddr,
    grant: Grant,
    shared: Arc<Shared>,
}

impl Relay {
    fn open(ip: IpAddr, grant: Grant, shared: &Arc<Shared>) -> std::io::Result<Self> {
        let socket = StdSocket::bind((ip, 0))?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket)?;
        let address = socket.local_addr()?;
        shared.media().insert(address, Port::Relay);
        Ok(Self { socket, address, grant, shared: Arc::clone(shared) })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.media().remove(&self.address);
    }
}

/// The transport to the client.
#[derive(Debug)]
pub(super) enum Line {
    /// A socket that many clients share.
    Datagrams(Arc<UdpSocket>),
    /// The queue of messages to write.
    Stream(mpsc::Sender<Vec<u8>>),
}

/// A client and its relayed port.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
    address: SocketAddr,
    line: Line,
    ports: Ports,
}

/// The relayed port of a client, or what is needed to open it.
#[derive(Debug)]
struct Ports {
    client: IpAddr,
    /// The address of relayed ports.
    ip: IpAddr,
    open: Option<Relay>,
    shared: Arc<Shared>,
}

impl Host for Ports {
    fn open(&mut self, user: &str) -> Result<SocketAddr, u16> {
        let grant = self.shared.authority.quota.take(self.client, user).ok_or(QUOTA_REACHED)?;
        let relay = Relay::open(self.ip, grant, &self.shared).map_err(|error| {
            debug!(%error, "no port for an allocation");
            INSUFFICIENT_CAPACITY
        })?;
        Ok(self.open.insert(relay).address)
    }

    fn has_media_at(&self, address: IpAddr) -> bool {
        address == self.ip || self.shared.media().keys().any(|port| port.ip() == address)
    }

    fn is_media(&self, address: SocketAddr) -> bool {
        self.shared.media().contains_key(&address)
    }
}

impl Session {
    /// Creates a session for the client at `address`, which reached this server at `ip`.
    pub(super) fn new(address: SocketAddr, ip: IpAddr, line: Line, shared: &Arc<Shared>) -> Self {
        let is_stream = matches!(line, Line::Stream(_));
        let ip = shared.relay_ip(ip);
        let client = Client::new(address, ip, is_stream, Arc::clone(&shared.authority));
        let ports = Ports { client: address.ip(), ip, open: None, shared: Arc::clone(shared) };
        Self { client, address, line, ports }
    }

    pub(super) fn has_allocation(&self) -> bool {
        self.ports.open.is_some()
    }

    /// Handles a packet from the client.
    pub(super) fn handle_packet(&mut self, packet: &[u8]) {
        match self.client.handle_packet(packet, now(), &mut self.ports) {
            Action::Nothing => {}
            Action::Reply(reply) => self.line.send(reply, self.address),
            Action::Relay { to, packet } => {
                if let Some(relay) = &self.ports.open
                    && relay.grant.spend(packet.len(), Instant::now())
                {
                    // A packet that cannot be sent is dropped, as in the network.
                    let _ = relay.socket.try_send_to(&packet, to);
                }
            }
        }
        self.close_unused();
    }

    fn close_unused(&mut self) {
        if self.client.expires_at().is_none() {
            self.ports.open = None;
        }
    }

    /// Serves the client until `packets` ends; on UDP, until it has no allocation.
    pub(super) async fn run(mut self, mut packets: mpsc::Receiver<Vec<u8>>, allocated: impl Fn()) {
        let mut buffer = vec![0; MAX_PACKET];
        loop {
            if self.has_allocation() {
                allocated();
            } else if matches!(self.line, Line::Datagrams(_)) {
                return;
            }
            let expiry = self.client.expires_at();
            let expired = async {
                match expiry {
                    Some(at) => sleep_until(at.into()).await,
                    None => pending().await,
                }
            };
            let relayed = async {
                match &self.ports.open {
                    Some(relay) => relay.socket.recv_from(&mut buffer).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                packet = packets.recv() => match packet {
                    Some(packet) => self.handle_packet(&packet),
                    None => return,
                },
                received = relayed => {
                    // An error reports that an earlier packet was not delivered.
                    if let Ok((length, peer)) = received {
                        self.handle_peer(peer, &buffer[..length]);
                    }
                }
                () = expired => {
                    self.client.handle_timeout(Instant::now());
                    self.close_unused();
                }
            }
        }
    }

    fn handle_peer(&self, peer: SocketAddr, packet: &[u8]) {
        let now = Instant::now();
        if let Some(relay) = &self.ports.open
            && let Some(bytes) = self.client.handle_peer(peer, packet, now)
            && relay.grant.spend(packet.len(), now)
        {
            self.line.send(bytes, self.address);
        }
    }
}

impl Line {
    /// Sends to the client. A packet that cannot be sent is dropped, as in the network.
    fn send(&self, bytes: Vec<u8>, address: SocketAddr) {
        match self {
            Self::Datagrams(socket) => drop(socket.try_send_to(&bytes, address)),
            Self::Stream(waiting) => drop(waiting.try_send(bytes)),
        }
    }
}

fn now() -> Now {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Now { instant: Instant::now(), unix }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::{TurnLimits, TurnSecret};

    fn relay_ip(outward: &[&str], ip: &str) -> String {
        let secret = || TurnSecret::from("tea".to_owned());
        let authority = Authority::new(secret(), secret(), Vec::new(), TurnLimits::default());
        let outward = outward.iter().map(|ip| ip.parse().unwrap()).collect();
        let shared = Shared::new(authority, std::iter::empty(), outward);
        shared.relay_ip(ip.parse().unwrap()).to_string()
    }

    #[test]
    fn a_client_at_a_loopback_address_gets_a_port_that_others_can_reach() {
        let outward = ["192.0.2.2", "fd00::2", "fd00::3"];
        assert_eq!(relay_ip(&outward, "127.0.0.1"), "192.0.2.2");
        assert_eq!(relay_ip(&outward, "::1"), "fd00::2");
        assert_eq!(relay_ip(&outward, "fd00::3"), "fd00::3", "it is reachable already");
        assert_eq!(relay_ip(&["fd00::2"], "127.0.0.1"), "127.0.0.1", "another family");
        assert_eq!(relay_ip(&[], "::1"), "::1");
    }
}
