//! Runs the SFU on its sockets.

mod frames;
mod tcp;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use prometheus_client::metrics::counter::Counter;
use str0m::net::{Protocol, Transmit};
use tokio::{
    net::{TcpListener, UdpSocket},
    runtime::Handle,
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{interval, sleep_until},
};
use tracing::{debug, error, info};

use self::tcp::Connections;
use super::interfaces::{open_udp, outward_addresses};
use super::{
    ServerConfig,
    faults::Fault,
    media_queue::MediaQueue,
    switchboard::{RESTART_DELAY, Switchboard},
};
use crate::sfu::{Sfu, SfuOutput, SfuStats};

/// Packets that are queued; further ones are dropped, as in the network.
const MAX_WAITING: usize = 4096;
/// How often the metrics get the SFU's statistics.
const STATS_INTERVAL: Duration = Duration::from_secs(1);

/// A received packet.
#[derive(Debug)]
struct Packet {
    protocol: Protocol,
    source: SocketAddr,
    destination: SocketAddr,
    bytes: Vec<u8>,
}

/// The sockets of the SFU, and its queue.
#[derive(Debug)]
pub(super) struct Media {
    sockets: Vec<Arc<UdpSocket>>,
    listeners: Vec<Arc<TcpListener>>,
    connections: Connections,
    commands: MediaQueue,
}

impl Media {
    /// Opens one socket per protocol and address of this machine. Browsers do not use the loopback address, so a
    /// server that listens only on it still receives media on the others.
    pub(super) fn bind(listener: SocketAddr, config: &ServerConfig) -> io::Result<Self> {
        let host = listener.ip();
        let hosts =
            if host.is_loopback() || host.is_unspecified() { reachable_addresses() } else { vec![host] };
        let (mut sockets, mut listeners) = (Vec::new(), Vec::new());
        for host in hosts {
            if config.media_udp {
                let socket = open_media_udp(host, config.media_port, listener.port());
                sockets
                    .extend(usable(socket, ("UDP", "--media-port"), host, config.media_port)?.map(Arc::new));
            }
            if config.media_tcp {
                let socket = tcp::open(host, config.media_tcp_port.unwrap_or(0));
                let socket = usable(socket, ("TCP", "--media-tcp-port"), host, config.media_tcp_port)?;
                listeners.extend(socket.map(Arc::new));
            }
        }
        let connections = Connections::new(tcp::Limits::default());
        Ok(Self { sockets, listeners, connections, commands: MediaQueue::default() })
    }

    /// Its UDP addresses.
    pub(super) fn udp_addresses(&self) -> Vec<SocketAddr> {
        self.sockets.iter().filter_map(|socket| socket.local_addr().ok()).collect()
    }

    pub(super) fn commands(&self) -> MediaQueue {
        self.commands.clone()
    }

    /// Runs the SFU on its own thread, until the returned value is dropped: a busy SFU does not block anything else,
    /// including the server's shutdown. Needs a tokio runtime.
    pub(super) fn start(self, switchboard: Arc<Switchboard>) -> io::Result<oneshot::Sender<()>> {
        let (running, stopped) = oneshot::channel();
        let runtime = Handle::current();
        let run = move || {
            let mut stopped = stopped;
            let mut serve = || {
                runtime.block_on(async {
                    tokio::select! {
                        () = self.serve(&switchboard) => {}
                        // Only dropped, never sent.
                        _ = &mut stopped => {}
                    }
                });
            };
            // The state after a panic is dropped, and the sockets hold none of it.
            while catch_unwind(AssertUnwindSafe(&mut serve)).is_err() {
                error!("the SFU failed and is restarted");
                switchboard.panicked();
                let report = || switchboard.drive(|hub, _| hub.handle_sfu_failed());
                if catch_unwind(AssertUnwindSafe(report)).is_err() {
                    switchboard.panicked();
                }
                thread::sleep(RESTART_DELAY);
            }
        };
        thread::Builder::new().name("moim-sfu".to_owned()).spawn(run)?;
        Ok(running)
    }

    /// Runs the SFU indefinitely.
    async fn serve(&self, switchboard: &Switchboard) {
        let udp = self.sockets.iter().filter_map(|socket| Some((Protocol::Udp, socket.local_addr().ok()?)));
        let tcp = self.listeners.iter().filter_map(|socket| Some((Protocol::Tcp, socket.local_addr().ok()?)));
        let addresses: Vec<_> = udp.chain(tcp).collect();
        info!(?addresses, "media");
        let mut sfu = Sfu::new(addresses, Instant::now());
        let (packets, mut arrived) = mpsc::channel(MAX_WAITING);
        let mut readers = JoinSet::new();
        let dropped = &switchboard.metrics.sfu_dropped_packets;
        for socket in &self.sockets {
            readers.spawn(read(Arc::clone(socket), packets.clone(), dropped.clone()));
        }
        for listener in &self.listeners {
            let panics = switchboard.metrics.panics.clone();
            readers.spawn(self.connections.clone().accept(Arc::clone(listener), packets.clone(), panics));
        }
        let mut before = SfuStats::default();
        let mut publishing = interval(STATS_INTERVAL);
        loop {
            let timeout = sfu.poll_timeout();
            let due = async {
                match timeout {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                command = self.commands.pop() => sfu.handle_command(command, Instant::now()),
                Some(Packet { protocol, source, destination, bytes }) = arrived.recv() => {
                    let owner = sfu.handle_packet(protocol, source, destination, &bytes, Instant::now());
                    if let Some(owner) = owner.filter(|_| protocol == Protocol::Tcp) {
                        self.connections.heard(source, destination, owner);
                    }
                }
                () = due => sfu.handle_timeout(Instant::now()),
                // A socket that is not read any more.
                Some(Err(end)) = readers.join_next() => {
                    if let Ok(reason) = end.try_into_panic() {
                        resume_unwind(reason);
                    }
                }
                _ = publishing.tick() => {
                    switchboard.faults.reach(Fault::Sfu);
                    let now = sfu.stats();
                    switchboard.metrics.set_sfu(now, std::mem::replace(&mut before, now));
                }
            }
            while let Some(output) = sfu.poll_output() {
                self.act(output, switchboard);
            }
        }
    }

    fn transmit(&self, transmit: &Transmit) {
        if transmit.proto == Protocol::Tcp {
            return self.connections.send(transmit.source, transmit.destination, &transmit.contents);
        }
        let is_source =
            |socket: &&Arc<UdpSocket>| socket.local_addr().is_ok_and(|address| address == transmit.source);
        if let Some(socket) = self.sockets.iter().find(is_source) {
            // Packets that the network drops are retransmitted on request.
            let _ = socket.try_send_to(&transmit.contents, transmit.destination);
        }
    }

    fn act(&self, output: SfuOutput, switchboard: &Switchboard) {
        match output {
            SfuOutput::Transmit(transmit) => self.transmit(&transmit),
            SfuOutput::Relay(id, payload) => switchboard.drive(|hub, _| hub.handle_sfu_payload(id, payload)),
            SfuOutput::Refuse(id, code, fault) => {
                switchboard.drive(|hub, _| hub.handle_sfu_fault(id, code, fault));
            }
        }
    }
}

/// Failing to bind a requested port is an error; an address that cannot be used is skipped.
fn usable<S>(
    socket: io::Result<S>,
    (protocol, flag): (&str, &str),
    host: IpAddr,
    port: Option<u16>,
) -> io::Result<Option<S>> {
    match (socket, port) {
        (Ok(socket), _) => Ok(Some(socket)),
        (Err(error), Some(port)) => {
            let why = format!(
                "cannot receive media on {protocol} port {port} of {host}: {error}; choose another {flag}"
            );
            Err(io::Error::new(error.kind(), why))
        }
        (Err(error), None) => {
            debug!(%host, %error, "no media by {protocol} on this address");
            Ok(None)
        }
    }
}

fn open_media_udp(host: IpAddr, port: Option<u16>, fallback: u16) -> io::Result<UdpSocket> {
    match port {
        Some(port) => open_udp((host, port)),
        None => open_udp((host, fallback)).or_else(|_| open_udp((host, 0))),
    }
}

/// The addresses that others can reach; the loopback address if there is no other.
fn reachable_addresses() -> Vec<IpAddr> {
    let addresses = outward_addresses();
    if addresses.is_empty() { vec![IpAddr::from([127, 0, 0, 1])] } else { addresses }
}

async fn read(socket: Arc<UdpSocket>, packets: mpsc::Sender<Packet>, dropped: Counter) {
    let Ok(destination) = socket.local_addr() else { return };
    let mut buffer = [0; frames::MAX_PACKET_BYTES];
    loop {
        // The error reports that an earlier datagram was not delivered.
        let Ok((length, source)) = socket.recv_from(&mut buffer).await else { continue };
        let bytes = buffer[..length].to_vec();
        let packet = Packet { protocol: Protocol::Udp, source, destination, bytes };
        if packets.try_send(packet).is_err() {
            dropped.inc();
            if packets.is_closed() {
                return;
            }
        }
    }
}
