//! Routes packets between sites.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
    net::Ipv4Addr,
    time::Instant,
};

use crate::{
    command::{Change, CommandError},
    nat::Nat,
    packet::Packet,
    path::Path,
};

/// Packets on the way at most; further ones are dropped, as by a router whose buffer is full.
const MAX_QUEUED: usize = 20_000;

/// Identifies a site: the number of sites that were added before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub usize);

/// The sites and the packets between them.
#[derive(Debug)]
pub struct Router {
    sites: Vec<Site>,
    random: fastrand::Rng,
    queue: BinaryHeap<Reverse<Queued>>,
    queued: u64,
}

#[derive(Debug, Default)]
struct Site {
    name: String,
    addresses: BTreeSet<Ipv4Addr>,
    nat: Option<Nat>,
    path: Path,
}

/// Ordered by time, and then by arrival.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Queued {
    due: Instant,
    number: u64,
    to: SiteId,
    bytes: Vec<u8>,
}

impl Router {
    /// Creates a router without sites. `seed` determines which packets are lost or late.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            sites: Vec::new(),
            random: fastrand::Rng::with_seed(seed),
            queue: BinaryHeap::new(),
            queued: 0,
        }
    }

    /// Adds a site without an address.
    pub fn add_site(&mut self, name: String) -> SiteId {
        self.sites.push(Site { name, ..Site::default() });
        SiteId(self.sites.len() - 1)
    }

    /// Changes a site.
    ///
    /// # Errors
    ///
    /// If there is no site of this name.
    pub fn change(&mut self, name: &str, change: Change) -> Result<(), CommandError> {
        let site = self.sites.iter_mut().find(|site| site.name == name);
        let site = site.ok_or_else(|| CommandError::NoSite(name.to_owned()))?;
        match change {
            Change::Address(address) => {
                site.addresses.insert(address);
            }
            Change::Nat(mapping, public) => site.nat = Some(Nat::new(mapping, public)),
            Change::Block(blocked) => {
                site.path.blocked.insert(blocked);
            }
            Change::Unblock => site.path.blocked.clear(),
            Change::Path(conditions) => site.path.conditions = conditions,
            Change::Cut => site.path.is_cut = true,
            Change::Restore => site.path.is_cut = false,
        }
        Ok(())
    }

    /// Takes a packet that a site has sent.
    pub fn handle_packet(&mut self, from: SiteId, bytes: &[u8], now: Instant) {
        let Some(packet) = Packet::parse(bytes) else { return };
        let Some((to, due, bytes)) = self.route(from, packet, now) else { return };
        if self.queue.len() < MAX_QUEUED {
            self.queued += 1;
            self.queue.push(Reverse(Queued { due, number: self.queued, to, bytes }));
        }
    }

    fn route(
        &mut self,
        from: SiteId,
        mut packet: Packet,
        now: Instant,
    ) -> Option<(SiteId, Instant, Vec<u8>)> {
        let site = self.sites.get_mut(from.0)?;
        let out = site.path.out(&packet, &mut self.random)?;
        if let Some(nat) = &mut site.nat
            && !nat.leaves(&mut packet)
        {
            return None;
        }
        let to = self.sites.iter().position(|site| site.has(*packet.destination.ip()))?;
        let site = self.sites.get(to)?;
        let back = site.path.back(&packet, &mut self.random)?;
        if let Some(nat) = &site.nat
            && !nat.enters(&mut packet)
        {
            return None;
        }
        Some((SiteId(to), now + out + back, packet.encode()?))
    }

    /// Takes the next packet that arrives at a site by `now`.
    pub fn poll_packet(&mut self, now: Instant) -> Option<(SiteId, Vec<u8>)> {
        while let Some(Reverse(next)) = self.queue.peek() {
            if next.due > now {
                return None;
            }
            let Reverse(Queued { to, bytes, .. }) = self.queue.pop()?;
            // A cut also hits what is on the way.
            if self.sites.get(to.0).is_some_and(|site| !site.path.is_cut) {
                return Some((to, bytes));
            }
        }
        None
    }

    /// When the next packet arrives.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.queue.peek().map(|Reverse(next)| next.due)
    }
}

impl Site {
    /// Whether packets to this address go to the site. Addresses behind a NAT are unknown outside.
    fn has(&self, address: Ipv4Addr) -> bool {
        match &self.nat {
            Some(nat) => nat.public() == address,
            None => self.addresses.contains(&address),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SERVER: &str = "203.0.113.1:3478";

    /// A server, and Alice and Bob behind NATs.
    fn network(mapping: &str) -> (Router, [SiteId; 3]) {
        let mut router = Router::new(1);
        let ids = ["server", "alice", "bob"].map(|name| router.add_site(name.to_owned()));
        change(&mut router, "address server 203.0.113.1");
        change(&mut router, &format!("nat alice {mapping} 203.0.113.11"));
        change(&mut router, &format!("nat bob {mapping} 203.0.113.12"));
        (router, ids)
    }

    fn change(router: &mut Router, line: &str) {
        let Ok(crate::Command::Change { site, change }) = line.parse() else { panic!("{line}") };
        router.change(&site, change).unwrap();
    }

    fn send(router: &mut Router, from: SiteId, source: &str, destination: &str, now: Instant) {
        router.handle_packet(from, &Packet::udp(source, destination, b"hello").encode().unwrap(), now);
    }

    fn arrived(router: &mut Router, now: Instant) -> Option<(SiteId, Packet)> {
        router.poll_packet(now).map(|(to, bytes)| (to, Packet::parse(&bytes).unwrap()))
    }

    /// Both ask the server for their address and send to the one that the other was told, twice. Returns whether the
    /// second packets arrive.
    fn can_connect(mapping: &str) -> bool {
        let now = Instant::now();
        let (mut router, [_, alice, bob]) = network(mapping);
        let people = [(alice, "10.1.0.2:5000"), (bob, "10.2.0.2:5000")];
        let [of_alice, of_bob] = people.map(|(from, source)| {
            send(&mut router, from, source, SERVER, now);
            arrived(&mut router, now).unwrap().1.source.to_string()
        });
        for _ in 0..2 {
            while router.poll_packet(now).is_some() {}
            send(&mut router, alice, people[0].1, &of_bob, now);
            send(&mut router, bob, people[1].1, &of_alice, now);
        }
        let reached: Vec<SiteId> = std::iter::from_fn(|| router.poll_packet(now)).map(|(to, _)| to).collect();
        reached == [bob, alice]
    }

    #[test]
    fn hole_punching_works_between_cone_nats_and_not_between_symmetric_ones() {
        assert!(can_connect("cone"));
        assert!(!can_connect("symmetric"));
    }

    #[test]
    fn private_addresses_are_unknown_outside() {
        let now = Instant::now();
        let (mut router, [server, ..]) = network("cone");
        change(&mut router, "address alice 10.1.0.2");
        send(&mut router, server, SERVER, "10.1.0.2:5000", now);
        assert!(arrived(&mut router, now).is_none());
    }

    #[test]
    fn a_cut_path_passes_nothing_until_it_is_restored() {
        let now = Instant::now();
        let (mut router, [_, alice, _]) = network("cone");
        change(&mut router, "path alice delay 100");
        send(&mut router, alice, "10.1.0.2:5000", SERVER, now);
        change(&mut router, "cut server");
        assert!(arrived(&mut router, now + Duration::from_secs(1)).is_none(), "it was on the way");
        send(&mut router, alice, "10.1.0.2:5000", SERVER, now);
        change(&mut router, "restore server");
        assert!(arrived(&mut router, now + Duration::from_secs(1)).is_none());
        send(&mut router, alice, "10.1.0.2:5000", SERVER, now);
        assert!(arrived(&mut router, now + Duration::from_secs(1)).is_some());
    }

    #[test]
    fn udp_can_be_blocked() {
        let now = Instant::now();
        let (mut router, [_, alice, _]) = network("cone");
        change(&mut router, "block alice udp");
        send(&mut router, alice, "10.1.0.2:5000", SERVER, now);
        assert!(arrived(&mut router, now).is_none());
        change(&mut router, "unblock alice");
        send(&mut router, alice, "10.1.0.2:5000", SERVER, now);
        assert!(arrived(&mut router, now).is_some());
    }

    #[test]
    fn a_share_of_the_packets_is_lost_and_the_others_overtake_each_other() {
        let now = Instant::now();
        let (mut router, [_, alice, _]) = network("cone");
        change(&mut router, "path alice loss 10 delay 50 jitter 20");
        for port in 5000..6000 {
            send(&mut router, alice, &format!("10.1.0.2:{port}"), SERVER, now);
        }
        assert!(arrived(&mut router, now + Duration::from_millis(49)).is_none());
        let late = now + Duration::from_millis(70);
        let ports: Vec<u16> = std::iter::from_fn(|| arrived(&mut router, late))
            .map(|(_, packet)| packet.source.port())
            .collect();
        assert!((850..950).contains(&ports.len()), "{} of 1000", ports.len());
        assert!(!ports.is_sorted());
        assert_eq!(router.poll_timeout(), None);
    }

    #[test]
    fn without_jitter_the_order_is_kept() {
        let now = Instant::now();
        let (mut router, [_, alice, _]) = network("cone");
        change(&mut router, "path alice delay 50");
        for port in 5000..5100 {
            send(&mut router, alice, &format!("10.1.0.2:{port}"), SERVER, now);
        }
        assert_eq!(router.poll_timeout(), Some(now + Duration::from_millis(50)));
        let late = now + Duration::from_millis(50);
        let ports: Vec<u16> = std::iter::from_fn(|| arrived(&mut router, late))
            .map(|(_, packet)| packet.source.port())
            .collect();
        assert!(ports.is_sorted() && ports.len() == 100);
    }

    #[test]
    fn whatever_arrives_nothing_panics_and_the_queue_is_bounded() {
        let now = Instant::now();
        let (mut router, [server, alice, bob]) = network("symmetric");
        let mut random = fastrand::Rng::with_seed(2);
        let whole = Packet::udp("10.1.0.2:5000", SERVER, b"hello").encode().unwrap();
        for _ in 0..MAX_QUEUED + 100 {
            let mut bytes = whole.clone();
            bytes[random.usize(..whole.len())] = random.u8(..);
            bytes.truncate(random.usize(..=whole.len()));
            for from in [server, alice, bob, SiteId(7)] {
                router.handle_packet(from, &bytes, now);
            }
            router.handle_packet(alice, &whole, now);
        }
        assert_eq!(router.queue.len(), MAX_QUEUED);
    }
}
