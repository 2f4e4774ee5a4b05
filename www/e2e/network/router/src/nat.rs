//! Network address translation for one site, in the terms of [RFC 4787].
//!
//! The filtering is address and port-dependent for both mappings, as most home routers have it: a packet is let in only
//! from where the inside has sent one. Mappings never expire, because a test is over before they would.
//!
//! [RFC 4787]: https://www.rfc-editor.org/rfc/rfc4787

use std::{
    collections::{HashMap, HashSet},
    net::{Ipv4Addr, SocketAddrV4},
};

use crate::packet::{Packet, Protocol};

const FIRST_PORT: u16 = 20_000;

/// Which packets of one inside address leave by the same outside port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// All: "cone" NAT. STUN finds an address that others can reach.
    EndpointIndependent,
    /// Those to the same address and port: "symmetric" NAT. Other participants cannot use the address that STUN returns.
    AddressAndPortDependent,
}

#[derive(Debug)]
pub(crate) struct Nat {
    mapping: Mapping,
    public: Ipv4Addr,
    ports: HashMap<Flow, u16>,
    mapped: HashMap<(Protocol, u16), Mapped>,
    /// `None` when all ports are in use.
    next_port: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Flow {
    protocol: Protocol,
    inside: SocketAddrV4,
    /// Only if the mapping depends on it.
    remote: Option<SocketAddrV4>,
}

#[derive(Debug)]
struct Mapped {
    inside: SocketAddrV4,
    /// Where the inside has sent packets.
    contacted: HashSet<SocketAddrV4>,
}

impl Nat {
    pub(crate) fn new(mapping: Mapping, public: Ipv4Addr) -> Self {
        Self { mapping, public, ports: HashMap::new(), mapped: HashMap::new(), next_port: Some(FIRST_PORT) }
    }

    pub(crate) fn public(&self) -> Ipv4Addr {
        self.public
    }

    /// Rewrites the source of a packet that leaves. Returns whether it may.
    pub(crate) fn leaves(&mut self, packet: &mut Packet) -> bool {
        let (protocol, inside, remote) = (packet.protocol, packet.source, packet.destination);
        let depends = self.mapping == Mapping::AddressAndPortDependent;
        let flow = Flow { protocol, inside, remote: depends.then_some(remote) };
        let port = match self.ports.get(&flow) {
            Some(&port) => port,
            None => {
                let Some(port) = self.next_port else { return false };
                self.next_port = port.checked_add(1);
                self.ports.insert(flow, port);
                self.mapped.insert((protocol, port), Mapped { inside, contacted: HashSet::new() });
                port
            }
        };
        if let Some(mapped) = self.mapped.get_mut(&(protocol, port)) {
            mapped.contacted.insert(remote);
        }
        packet.source = SocketAddrV4::new(self.public, port);
        true
    }

    /// Rewrites the destination of a packet that arrives. Returns whether it may enter.
    pub(crate) fn enters(&self, packet: &mut Packet) -> bool {
        let mapped = self.mapped.get(&(packet.protocol, packet.destination.port()));
        let Some(mapped) = mapped.filter(|mapped| mapped.contacted.contains(&packet.source)) else {
            return false;
        };
        packet.destination = mapped.inside;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STUN: &str = "203.0.113.1:3478";
    const BOB: &str = "203.0.113.12:20000";
    const ALICE: &str = "10.1.0.2:5000";

    fn nat(mapping: Mapping) -> Nat {
        Nat::new(mapping, Ipv4Addr::new(203, 0, 113, 11))
    }

    /// The source as `to` sees it.
    fn sent(nat: &mut Nat, from: &str, to: &str) -> String {
        let mut packet = Packet::udp(from, to, b"");
        assert!(nat.leaves(&mut packet));
        packet.source.to_string()
    }

    /// Who inside receives it.
    fn received(nat: &Nat, from: &str, to: &str) -> Option<String> {
        let mut packet = Packet::udp(from, to, b"");
        nat.enters(&mut packet).then(|| packet.destination.to_string())
    }

    #[test]
    fn behind_a_cone_nat_everyone_sees_the_same_address() {
        let mut nat = nat(Mapping::EndpointIndependent);
        let seen = sent(&mut nat, ALICE, STUN);
        assert_eq!(sent(&mut nat, ALICE, BOB), seen);
        assert_eq!(received(&nat, BOB, &seen).as_deref(), Some(ALICE));
        assert_ne!(sent(&mut nat, "10.1.0.2:5001", STUN), seen, "another socket has another port");
    }

    #[test]
    fn behind_a_symmetric_nat_everyone_sees_another_address() {
        let mut nat = nat(Mapping::AddressAndPortDependent);
        let seen_by_stun = sent(&mut nat, ALICE, STUN);
        let seen_by_bob = sent(&mut nat, ALICE, BOB);
        assert_ne!(seen_by_stun, seen_by_bob);
        assert_eq!(sent(&mut nat, ALICE, STUN), seen_by_stun, "and keeps seeing it");
        assert_eq!(received(&nat, BOB, &seen_by_stun), None);
        assert_eq!(received(&nat, BOB, &seen_by_bob).as_deref(), Some(ALICE));
    }

    #[test]
    fn only_who_was_contacted_is_let_in() {
        let mut nat = nat(Mapping::EndpointIndependent);
        let seen = sent(&mut nat, ALICE, STUN);
        assert_eq!(received(&nat, STUN, &seen).as_deref(), Some(ALICE));
        assert_eq!(received(&nat, BOB, &seen), None);
        assert_eq!(received(&nat, "203.0.113.1:3479", &seen), None, "another port of the same host");
        assert_eq!(received(&nat, STUN, "203.0.113.11:1"), None, "a port that nobody uses");
    }

    #[test]
    fn a_mapping_is_of_one_protocol() {
        let mut nat = nat(Mapping::EndpointIndependent);
        let seen = sent(&mut nat, ALICE, STUN);
        let mut packet = Packet::udp(STUN, &seen, b"");
        packet.protocol = Protocol::Tcp;
        assert!(!nat.enters(&mut packet));
    }

    #[test]
    fn without_a_free_port_nothing_new_leaves() {
        let mut nat = nat(Mapping::AddressAndPortDependent);
        let seen = sent(&mut nat, ALICE, STUN);
        for port in 0..u16::MAX - FIRST_PORT {
            sent(&mut nat, ALICE, &format!("203.0.113.12:{port}"));
        }
        assert!(!nat.leaves(&mut Packet::udp(ALICE, "203.0.113.13:1", b"")));
        assert_eq!(sent(&mut nat, ALICE, STUN), seen);
    }
}
