//! The SFU on UDP sockets.

use std::{
    io,
    net::{IpAddr, SocketAddr, UdpSocket as StdSocket},
    sync::Arc,
    time::Instant,
};

use tokio::{net::UdpSocket, sync::mpsc, task::JoinSet, time::sleep_until};
use tracing::{debug, info};

use super::switchboard::Switchboard;
use crate::{
    MediaCommand,
    sfu::{Sfu, SfuOutput},
};

/// Datagrams that wait to be looked at; what comes beyond is lost, as in the network.
const MAX_WAITING: usize = 4096;
const MAX_DATAGRAM_BYTES: usize = 2000;

struct Datagram {
    source: SocketAddr,
    destination: SocketAddr,
    bytes: Vec<u8>,
}

/// The sockets of the SFU, and its queue.
#[derive(Debug)]
pub(super) struct Media {
    sockets: Vec<Arc<UdpSocket>>,
    commands: mpsc::UnboundedSender<MediaCommand>,
    receiver: mpsc::UnboundedReceiver<MediaCommand>,
}

impl Media {
    /// Opens one socket for each address of this machine. Browsers do not use the loopback address, so a server that
    /// listens on it alone still takes media on the others.
    pub(super) fn bind(listener: SocketAddr, port: Option<u16>) -> io::Result<Self> {
        let host = listener.ip();
        let hosts = if host.is_loopback() || host.is_unspecified() { addresses() } else { vec![host] };
        let mut sockets = Vec::new();
        for host in hosts {
            match open(host, port, listener.port()) {
                Ok(socket) => sockets.push(Arc::new(socket)),
                // A port that was asked for is to be told; an address that cannot be used is one less.
                Err(error) if port.is_some() => return Err(error),
                Err(error) => debug!(%host, %error, "no media on this address"),
            }
        }
        let (commands, receiver) = mpsc::unbounded_channel();
        Ok(Self { sockets, commands, receiver })
    }

    pub(super) fn commands(&self) -> mpsc::UnboundedSender<MediaCommand> {
        self.commands.clone()
    }

    /// Runs the SFU, for ever.
    pub(super) async fn serve(mut self, switchboard: Arc<Switchboard>) {
        let addresses: Vec<_> = self.sockets.iter().filter_map(|socket| socket.local_addr().ok()).collect();
        info!(?addresses, "media");
        let mut sfu = Sfu::new(addresses, Instant::now());
        let (datagrams, mut arrived) = mpsc::channel(MAX_WAITING);
        let mut readers = JoinSet::new();
        for socket in &self.sockets {
            readers.spawn(read(Arc::clone(socket), datagrams.clone()));
        }
        loop {
            let timeout = sfu.poll_timeout();
            let due = async {
                match timeout {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(command) = self.receiver.recv() => sfu.handle_command(command, Instant::now()),
                Some(Datagram { source, destination, bytes }) = arrived.recv() => {
                    sfu.handle_datagram(source, destination, &bytes, Instant::now());
                }
                () = due => sfu.handle_timeout(Instant::now()),
            }
            while let Some(output) = sfu.poll_output() {
                self.act(output, &switchboard);
            }
        }
    }

    fn act(&self, output: SfuOutput, switchboard: &Switchboard) {
        match output {
            SfuOutput::Transmit(transmit) => {
                let is_source = |socket: &&Arc<UdpSocket>| {
                    socket.local_addr().is_ok_and(|address| address == transmit.source)
                };
                if let Some(socket) = self.sockets.iter().find(is_source) {
                    // What the network does not take is lost, and repeated by those who miss it.
                    let _ = socket.try_send_to(&transmit.contents, transmit.destination);
                }
            }
            SfuOutput::Relay(id, payload) => switchboard.drive(|hub, _| hub.handle_sfu_payload(id, payload)),
            SfuOutput::Refuse(id, fault) => switchboard.drive(|hub, _| hub.handle_sfu_fault(id, fault)),
        }
    }
}

fn open(host: IpAddr, port: Option<u16>, fallback: u16) -> io::Result<UdpSocket> {
    let bound = match port {
        Some(port) => StdSocket::bind((host, port)),
        None => StdSocket::bind((host, fallback)).or_else(|_| StdSocket::bind((host, 0))),
    };
    let socket = bound?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// The addresses that others can reach; the loopback address if there is no other.
fn addresses() -> Vec<IpAddr> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let usable = |address: &IpAddr| match address {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_link_local(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unicast_link_local(),
    };
    let mut addresses: Vec<_> = all.iter().map(if_addrs::Interface::ip).filter(usable).collect();
    addresses.sort();
    addresses.dedup();
    if addresses.is_empty() { vec![IpAddr::from([127, 0, 0, 1])] } else { addresses }
}

async fn read(socket: Arc<UdpSocket>, datagrams: mpsc::Sender<Datagram>) {
    let Ok(destination) = socket.local_addr() else { return };
    let mut buffer = [0; MAX_DATAGRAM_BYTES];
    loop {
        // An error tells of a datagram that did not arrive somewhere.
        let Ok((length, source)) = socket.recv_from(&mut buffer).await else { continue };
        let datagram = Datagram { source, destination, bytes: buffer[..length].to_vec() };
        if datagrams.try_send(datagram).is_err() && datagrams.is_closed() {
            return;
        }
    }
}
