//! The addresses of this machine, and UDP sockets on them.

use std::{
    io,
    net::{IpAddr, ToSocketAddrs, UdpSocket as StdSocket},
};

use tokio::net::UdpSocket;

pub(super) fn open_udp(address: impl ToSocketAddrs) -> io::Result<UdpSocket> {
    let socket = StdSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// The addresses of this machine, except for link-local ones.
pub(super) fn addresses() -> Vec<IpAddr> {
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    let usable = |address: &IpAddr| match address {
        IpAddr::V4(address) => !address.is_link_local(),
        IpAddr::V6(address) => !address.is_unicast_link_local(),
    };
    let mut addresses: Vec<_> = all.iter().map(if_addrs::Interface::ip).filter(usable).collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

/// The addresses of this machine that others can reach: all but the loopback ones.
pub(super) fn outward_addresses() -> Vec<IpAddr> {
    let mut addresses = addresses();
    addresses.retain(|address| !address.is_loopback());
    addresses
}
