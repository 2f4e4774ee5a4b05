//! UDP and TCP packets, whose addresses can be changed.

use std::net::{Ipv4Addr, SocketAddrV4};

use etherparse::{Ipv4Header, NetHeaders, PacketHeaders, TransportHeader};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    Udp,
    Tcp,
}

/// A packet over IPv4.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) protocol: Protocol,
    pub(crate) source: SocketAddrV4,
    pub(crate) destination: SocketAddrV4,
    ip: Ipv4Header,
    transport: TransportHeader,
    payload: Vec<u8>,
}

impl Packet {
    /// Returns `None` for everything but whole UDP and TCP packets over IPv4.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let headers = PacketHeaders::from_ip_slice(bytes).ok()?;
        let Some(NetHeaders::Ipv4(ip, _)) = headers.net else { return None };
        let transport = headers.transport?;
        let (protocol, source, destination) = match &transport {
            TransportHeader::Udp(udp) => (Protocol::Udp, udp.source_port, udp.destination_port),
            TransportHeader::Tcp(tcp) => (Protocol::Tcp, tcp.source_port, tcp.destination_port),
            _ => return None,
        };
        Some(Self {
            protocol,
            source: SocketAddrV4::new(Ipv4Addr::from(ip.source), source),
            destination: SocketAddrV4::new(Ipv4Addr::from(ip.destination), destination),
            ip,
            transport,
            payload: headers.payload.slice().to_vec(),
        })
    }

    /// Encodes the packet with its present addresses. Returns `None` if a length does not fit.
    pub(crate) fn encode(mut self) -> Option<Vec<u8>> {
        self.ip.source = self.source.ip().octets();
        self.ip.destination = self.destination.ip().octets();
        let (source, destination) = (self.source.port(), self.destination.port());
        match &mut self.transport {
            TransportHeader::Udp(udp) => (udp.source_port, udp.destination_port) = (source, destination),
            TransportHeader::Tcp(tcp) => (tcp.source_port, tcp.destination_port) = (source, destination),
            _ => return None,
        }
        self.transport.update_checksum_ipv4(&self.ip, &self.payload).ok()?;
        let mut bytes = Vec::with_capacity(self.payload.len() + 60);
        self.ip.write(&mut bytes).ok()?;
        self.transport.write(&mut bytes).ok()?;
        bytes.extend_from_slice(&self.payload);
        Some(bytes)
    }

    #[cfg(test)]
    pub(crate) fn udp(source: &str, destination: &str, payload: &[u8]) -> Self {
        let (source, destination): (SocketAddrV4, SocketAddrV4) =
            (source.parse().unwrap(), destination.parse().unwrap());
        let builder = etherparse::PacketBuilder::ipv4(source.ip().octets(), destination.ip().octets(), 64)
            .udp(source.port(), destination.port());
        let mut bytes = Vec::new();
        builder.write(&mut bytes, payload).unwrap();
        Self::parse(&bytes).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use etherparse::PacketBuilder;

    use super::*;

    #[test]
    fn a_packet_with_changed_addresses_has_the_checksums_of_a_new_one() {
        let build = |source: [u8; 4], port| {
            let mut bytes = Vec::new();
            let builder = PacketBuilder::ipv4(source, [203, 0, 113, 1], 64).tcp(port, 443, 7, 1000);
            builder.write(&mut bytes, b"hello").unwrap();
            bytes
        };
        let mut packet = Packet::parse(&build([10, 1, 0, 2], 5000)).unwrap();
        packet.source = "203.0.113.11:20000".parse().unwrap();
        assert_eq!(packet.encode().unwrap(), build([203, 0, 113, 11], 20000));
    }

    #[test]
    fn nothing_but_whole_udp_and_tcp_over_ipv4_is_a_packet() {
        let mut echo = Vec::new();
        PacketBuilder::ipv4([10, 1, 0, 2], [10, 1, 0, 3], 64)
            .icmpv4_echo_request(1, 1)
            .write(&mut echo, &[])
            .unwrap();
        let whole = Packet::udp("10.1.0.2:1", "10.1.0.3:2", b"hello").encode().unwrap();
        for bytes in [&[][..], b"nonsense", &echo, &whole[..whole.len() - 3]] {
            assert!(Packet::parse(bytes).is_none(), "{bytes:?}");
        }
    }
}
