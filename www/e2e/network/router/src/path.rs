//! What happens to packets between a site and the others.

use std::{collections::HashSet, time::Duration};

use crate::packet::{Packet, Protocol};

/// How a site's packets travel, in each direction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conditions {
    /// The share of packets that is lost, from 0 to 1.
    pub loss: f64,
    /// How long each packet takes.
    pub delay: Duration,
    /// How much longer it takes at most, at random: packets overtake each other.
    pub jitter: Duration,
}

/// Packets that a firewall drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blocked {
    /// All UDP.
    Udp,
    /// TCP from or to this port of the others.
    Tcp(u16),
}

/// The path of a site.
#[derive(Debug, Default)]
pub(crate) struct Path {
    pub(crate) conditions: Conditions,
    pub(crate) blocked: HashSet<Blocked>,
    pub(crate) is_cut: bool,
}

impl Path {
    /// Whether a packet passes, apart from random loss. `remote_port` is the one of the other site.
    fn passes(&self, packet: &Packet, remote_port: u16) -> bool {
        let kind = match packet.protocol {
            Protocol::Udp => Blocked::Udp,
            Protocol::Tcp => Blocked::Tcp(remote_port),
        };
        !self.is_cut && !self.blocked.contains(&kind)
    }

    /// Returns how long a packet takes that leaves the site, or `None` if it is dropped.
    pub(crate) fn out(&self, packet: &Packet, random: &mut fastrand::Rng) -> Option<Duration> {
        self.travel(self.passes(packet, packet.destination.port()), random)
    }

    /// Returns how long a packet takes that arrives at the site, or `None` if it is dropped.
    pub(crate) fn back(&self, packet: &Packet, random: &mut fastrand::Rng) -> Option<Duration> {
        self.travel(self.passes(packet, packet.source.port()), random)
    }

    fn travel(&self, passes: bool, random: &mut fastrand::Rng) -> Option<Duration> {
        let Conditions { loss, delay, jitter } = self.conditions;
        let arrives = passes && random.f64() >= loss;
        arrives.then(|| delay + jitter.mul_f64(random.f64()))
    }
}
