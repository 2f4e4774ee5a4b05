//! An allocation: a port, the peers that may be reached through it, and its expiry.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use turn_types::stun::{attribute::ErrorCode, message::TransactionId};

use super::{Authority, Host, Reach, message::Refusal};

/// The default and the maximum lifetime of an allocation without a refresh.
pub(super) const DEFAULT_LIFETIME: Duration = Duration::from_secs(600);
pub(super) const MAX_LIFETIME: Duration = Duration::from_secs(3600);
const PERMISSION_LIFETIME: Duration = Duration::from_secs(300);
const CHANNEL_LIFETIME: Duration = Duration::from_secs(600);
/// A permission is for an address, a channel for one of its ports.
const CHANNELS_PER_PERMISSION: usize = 4;

/// A relayed port.
#[derive(Debug)]
pub(super) struct Allocation {
    pub(super) username: String,
    pub(super) relayed: SocketAddr,
    /// The reply to the request that created it, for a retransmission of that request.
    pub(super) reply: (TransactionId, Vec<u8>),
    pub(super) expires_at: Instant,
    /// A refresh does not extend it beyond this.
    ends_at: Instant,
    permissions: HashMap<IpAddr, Permission>,
    channels: Vec<Channel>,
}

#[derive(Clone, Copy, Debug)]
struct Permission {
    reach: Reach,
    expires_at: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    number: u16,
    peer: SocketAddr,
    expires_at: Instant,
}

impl Allocation {
    /// Creates one that lasts for `lifetime`, and with refreshes for `longest`.
    pub(super) fn new(
        username: String,
        relayed: SocketAddr,
        (lifetime, longest): (Duration, Duration),
        now: Instant,
    ) -> Self {
        let ends_at = now + longest;
        let mut allocation = Self {
            username,
            relayed,
            reply: (TransactionId::generate(), Vec::new()),
            expires_at: now,
            ends_at,
            permissions: HashMap::new(),
            channels: Vec::new(),
        };
        allocation.refresh(lifetime, now);
        allocation
    }

    /// Extends the lifetime, and returns the remaining one.
    pub(super) fn refresh(&mut self, lifetime: Duration, now: Instant) -> Duration {
        self.expires_at = (now + lifetime).min(self.ends_at);
        self.expires_at.saturating_duration_since(now)
    }

    /// Permits packets to and from these addresses: all of them, or none.
    pub(super) fn permit(
        &mut self,
        peers: &[SocketAddr],
        now: Instant,
        authority: &Authority,
        host: &impl Host,
    ) -> Result<(), Refusal> {
        self.permissions.retain(|_, permission| permission.expires_at > now);
        let mut permissions = self.permissions.clone();
        for peer in peers {
            if peer.is_ipv4() != self.relayed.is_ipv4() {
                return Err(Refusal::Code(ErrorCode::PEER_ADDRESS_FAMILY_MISMATCH));
            }
            let known = permissions.get(&peer.ip()).map(|permission| permission.reach);
            let reach = known.unwrap_or_else(|| authority.targets.reach(peer.ip()));
            if reach == Reach::Nothing || (reach == Reach::Media && !host.has_media_at(peer.ip())) {
                return Err(Refusal::Code(ErrorCode::FORBIDDEN));
            }
            permissions.insert(peer.ip(), Permission { reach, expires_at: now + PERMISSION_LIFETIME });
        }
        if permissions.len() > authority.limits().permissions {
            return Err(Refusal::Code(ErrorCode::INSUFFICIENT_CAPACITY));
        }
        self.permissions = permissions;
        Ok(())
    }

    /// Binds a channel to a peer and permits its address.
    pub(super) fn bind(
        &mut self,
        number: u16,
        peer: SocketAddr,
        now: Instant,
        authority: &Authority,
        host: &impl Host,
    ) -> Result<(), Refusal> {
        self.channels.retain(|channel| channel.expires_at > now);
        let is_other = |channel: &Channel| (channel.number == number) != (channel.peer == peer);
        if self.channels.iter().any(is_other) {
            return Err(Refusal::Code(ErrorCode::BAD_REQUEST));
        }
        let others = self.channels.iter().filter(|channel| channel.number != number).count();
        if others >= authority.limits().permissions * CHANNELS_PER_PERMISSION {
            return Err(Refusal::Code(ErrorCode::INSUFFICIENT_CAPACITY));
        }
        self.permit(&[peer], now, authority, host)?;
        self.channels.retain(|channel| channel.number != number);
        self.channels.push(Channel { number, peer, expires_at: now + CHANNEL_LIFETIME });
        Ok(())
    }

    /// Returns the peer that a channel is bound to.
    pub(super) fn peer(&self, number: u16, now: Instant) -> Option<SocketAddr> {
        let mut channels = self.channels.iter().filter(|channel| channel.expires_at > now);
        channels.find(|channel| channel.number == number).map(|channel| channel.peer)
    }

    /// Returns the channel that is bound to a peer.
    pub(super) fn channel(&self, peer: SocketAddr, now: Instant) -> Option<u16> {
        let mut channels = self.channels.iter().filter(|channel| channel.expires_at > now);
        channels.find(|channel| channel.peer == peer).map(|channel| channel.number)
    }

    /// Whether a packet may be sent to this address and port.
    pub(super) fn may_send(&self, to: SocketAddr, now: Instant, host: &impl Host) -> bool {
        match self.reach(to.ip(), now) {
            Reach::Everything => true,
            Reach::Media => host.is_media(to),
            Reach::Nothing => false,
        }
    }

    /// Whether packets from this address are accepted.
    pub(super) fn may_receive(&self, from: IpAddr, now: Instant) -> bool {
        self.reach(from, now) != Reach::Nothing
    }

    fn reach(&self, address: IpAddr, now: Instant) -> Reach {
        let permission = self.permissions.get(&address).filter(|permission| permission.expires_at > now);
        permission.map_or(Reach::Nothing, |permission| permission.reach)
    }
}
