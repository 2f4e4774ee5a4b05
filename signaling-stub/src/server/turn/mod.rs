//! The sockets of the TURN server: UDP and TCP on one port, and TLS on another.

mod session;
mod tcp;
mod udp;

use std::{
    io,
    net::{IpAddr, SocketAddr, UdpSocket as StdSocket},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::{TcpListener, UdpSocket},
    sync::watch,
    task::JoinSet,
};
use tracing::{debug, info};

use self::session::Shared;
use super::{
    doors::{Doors, SocketLimits},
    interfaces::{addresses, open_udp, outward_addresses},
    switchboard::Switchboard,
    tls::Acceptor,
};
use crate::turn::{Authority, Network, TurnLimits, TurnSecret};

/// The default ports of TURN (RFC 8656).
const PORT: u16 = 3478;
const TLS_PORT: u16 = 5349;
/// The number of free ports that are tried: one may be free for UDP and in use for TCP.
const ATTEMPTS: usize = 16;
/// Connections without an allocation.
const SOCKETS_TO_SPARE: usize = 64;

/// The TURN server that clients are given: the server's own, or another one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TurnConfig {
    /// The secret of the TURN server. Default: a random one.
    pub secret: Option<TurnSecret>,
    /// How long credentials are valid. Clients receive new ones after half of this time. Default: 24 hours.
    pub credential_lifetime: Duration,
    /// URLs of another TURN server with the same secret, such as coturn with `use-auth-secret`. Default: none, and the
    /// server runs its own.
    pub urls: Vec<String>,
    /// The UDP and TCP port. Default: 3478, or any free one if that is in use.
    pub port: Option<u16>,
    /// The port for TLS, which needs [`ServerConfig::tls`](crate::ServerConfig::tls). Default: 5349, or any free one if that
    /// is in use.
    pub tls_port: Option<u16>,
    /// Networks that may be relayed to besides the internet and this server. Default: none.
    pub allowed_peers: Vec<Network>,
    /// Limits of the server's own TURN server.
    pub limits: TurnLimits,
}

impl Default for TurnConfig {
    fn default() -> Self {
        Self {
            secret: None,
            credential_lifetime: Duration::from_secs(24 * 3600),
            urls: Vec::new(),
            port: None,
            tls_port: None,
            allowed_peers: Vec::new(),
            limits: TurnLimits::default(),
        }
    }
}

/// The sockets of the TURN server.
#[derive(Debug)]
pub(super) struct Turn {
    shared: Arc<Shared>,
    datagrams: Vec<UdpSocket>,
    streams: Vec<TcpListener>,
    tls: Vec<(TcpListener, Acceptor)>,
    limits: TurnLimits,
    /// The UDP and TCP port.
    pub(super) port: u16,
    pub(super) tls_port: Option<u16>,
}

impl Turn {
    /// Opens the sockets at the server's address, or at all addresses of this machine if that is unspecified. The ports of
    /// the SFU may be relayed to.
    pub(super) fn bind(
        server: SocketAddr,
        sfu: impl Iterator<Item = SocketAddr>,
        config: &TurnConfig,
        secret: TurnSecret,
        tls: Option<Acceptor>,
    ) -> io::Result<Self> {
        let hosts = if server.ip().is_unspecified() { addresses() } else { vec![server.ip()] };
        let open = |port| Ok((on_each(&hosts, port, open_udp)?, on_each(&hosts, port, listen)?));
        let (port, (datagrams, streams)) = first_that_opens(config.port, PORT, "--turn-port", open)?;
        let (mut tls_port, mut listeners) = (None, Vec::new());
        if let Some(acceptor) = tls {
            let open = |port| on_each(&hosts, port, listen);
            let (port, opened) = first_that_opens(config.tls_port, TLS_PORT, "--turn-tls-port", open)?;
            tls_port = Some(port);
            listeners = opened.into_iter().map(|listener| (listener, acceptor.clone())).collect();
        }
        let allowed = config.allowed_peers.clone();
        let authority = Authority::new(secret, TurnSecret::random()?, allowed, config.limits);
        let outward = outward_addresses().into_iter().filter(|host| StdSocket::bind((*host, 0)).is_ok());
        let shared = Shared::new(authority, sfu, outward.collect());
        Ok(Self { shared, datagrams, streams, tls: listeners, limits: config.limits, port, tls_port })
    }

    /// Serves until the returned tasks are dropped.
    pub(super) fn start(self, switchboard: &Arc<Switchboard>, stop: &watch::Receiver<bool>) -> JoinSet<()> {
        info!(port = self.port, tls_port = self.tls_port, "TURN");
        let mut tasks = JoinSet::new();
        for socket in self.datagrams {
            let (shared, switchboard) = (Arc::clone(&self.shared), Arc::clone(switchboard));
            tasks.spawn(udp::serve(Arc::new(socket), shared, switchboard));
        }
        let limits = SocketLimits {
            sockets: self.limits.allocations + SOCKETS_TO_SPARE,
            per_address: self.limits.allocations_per_address + SOCKETS_TO_SPARE / 2,
        };
        let doors = Doors::new(limits, Arc::clone(switchboard));
        let streams = self.streams.into_iter().map(|listener| (listener, None));
        let tls = self.tls.into_iter().map(|(listener, acceptor)| (listener, Some(acceptor)));
        for (listener, acceptor) in streams.chain(tls) {
            let shared = Arc::clone(&self.shared);
            tasks.spawn(Arc::clone(&doors).serve(listener, stop.clone(), move |stream, address, place| {
                tcp::serve(stream, address, place, Arc::clone(&shared), acceptor.clone())
            }));
        }
        tasks
    }
}

/// Opens a socket at each of the addresses, except for those that are not available.
fn on_each<S>(hosts: &[IpAddr], port: u16, open: impl Fn(SocketAddr) -> io::Result<S>) -> io::Result<Vec<S>> {
    let mut opened = Vec::new();
    for host in hosts {
        match open((*host, port).into()) {
            Ok(socket) => opened.push(socket),
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable && hosts.len() > 1 => {
                debug!(%host, %error, "no TURN on this address");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(opened)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Opens the requested port; without one, the usual port or a free one.
fn first_that_opens<T>(
    wanted: Option<u16>,
    usual: u16,
    flag: &str,
    open: impl Fn(u16) -> io::Result<T>,
) -> io::Result<(u16, T)> {
    if let Some(port) = wanted.filter(|port| *port != 0) {
        return open(port).map(|opened| (port, opened)).map_err(|error| {
            let why = format!("cannot relay on port {port}: {error}; choose another {flag}");
            io::Error::new(error.kind(), why)
        });
    }
    let mut port = if wanted.is_none() { usual } else { free_port()? };
    for _ in 0..ATTEMPTS {
        match open(port) {
            Ok(opened) => return Ok((port, opened)),
            Err(error) => debug!(port, %error, "not this port"),
        }
        port = free_port()?;
    }
    open(port).map(|opened| (port, opened))
}

/// Returns a port that is free at the moment.
fn free_port() -> io::Result<u16> {
    Ok(StdSocket::bind((IpAddr::from([127, 0, 0, 1]), 0))?.local_addr()?.port())
}
