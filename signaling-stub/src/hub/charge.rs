//! Who pays for the changes of a room that others are sent.

use std::{collections::BTreeMap, net::IpAddr};

use moim_protocol::ServerMessage;

use super::{ConnectionId, Hub, Output, rate::Bucket};

/// What an address may cause by those who join and leave, as a multiple of what a connection may.
const BURST_FACTOR: u32 = 16;
const RATE_FACTOR: u32 = 4;
/// Addresses that are remembered. Each of them has used more than it has got back.
const MAX_ADDRESSES: usize = 4096;

/// What those who joined and left from each address have caused.
#[derive(Debug, Default)]
pub(super) struct Comings(BTreeMap<IpAddr, Bucket>);

impl Hub {
    /// Performs what a client has caused, and charges it for what others are sent because of it. Whoever has left leaves the
    /// debt to its address.
    pub(super) fn charged(&mut self, id: ConnectionId, act: impl FnOnce(&mut Self)) {
        let address = self.connections.get(&id).and_then(|connection| connection.address);
        let before = self.outputs.len();
        self.charged_bytes = 0;
        act(self);
        let bytes = self.changes_for_others(id, before).saturating_sub(self.charged_bytes);
        match self.connections.get_mut(&id) {
            Some(connection) => connection.bucket.charge(bytes),
            None => self.charge_address(address, bytes),
        }
    }

    /// Charges the address of a newcomer for its announcement, the outputs from `before` on. Its connection, whose signals are
    /// about to follow, and the host who has admitted it pay nothing.
    pub(super) fn charge_newcomer(&mut self, id: ConnectionId, before: usize) {
        let bytes = self.changes_for_others(id, before);
        self.charged_bytes += bytes;
        let address = self.connections.get(&id).and_then(|connection| connection.address);
        self.charge_address(address, bytes);
    }

    /// Whether too much was caused from the address of a connection for it to join now.
    pub(super) fn is_address_in_debt(&mut self, id: ConnectionId) -> bool {
        let address = self.connections.get(&id).and_then(|connection| connection.address);
        let bucket = address.and_then(|address| self.comings.0.get_mut(&address));
        bucket.is_some_and(|bucket| bucket.is_in_debt(self.now))
    }

    /// The bytes of the changes of rooms among the outputs from `before` on, except for those to `id`.
    fn changes_for_others(&self, id: ConnectionId, before: usize) -> usize {
        let mut last: Option<(&ServerMessage, usize)> = None;
        let mut total = 0;
        for output in self.outputs.iter().skip(before) {
            let Output::Send { to, message } = output else { continue };
            let is_change = matches!(
                message,
                ServerMessage::Participant { .. }
                    | ServerMessage::ParticipantLeft { .. }
                    | ServerMessage::Lobby { .. }
            );
            if *to == id || !is_change {
                continue;
            }
            // Everyone is sent the same.
            let bytes = match last {
                Some((known, bytes)) if known == message => bytes,
                _ => message.encode().len(),
            };
            last = Some((message, bytes));
            total += bytes;
        }
        total
    }

    fn charge_address(&mut self, address: Option<IpAddr>, bytes: usize) {
        let Some(address) = address.filter(|_| bytes > 0) else { return };
        let (now, limits) = (self.now, &self.limits);
        let Comings(buckets) = &mut self.comings;
        if buckets.len() >= MAX_ADDRESSES && !buckets.contains_key(&address) {
            buckets.retain(|_, bucket| !bucket.is_full(now));
            if buckets.len() >= MAX_ADDRESSES {
                // Whoever owes least is forgotten, so that many addresses do not let a few go free.
                let least =
                    buckets.iter().max_by_key(|(_, bucket)| bucket.left()).map(|(address, _)| *address);
                least.and_then(|least| buckets.remove(&least));
            }
        }
        let rate = limits.messages_per_second.saturating_mul(RATE_FACTOR);
        let burst = limits.message_burst.saturating_mul(BURST_FACTOR);
        let bucket = buckets.entry(address).or_insert_with(|| Bucket::new(rate, burst, now));
        bucket.fill(now);
        bucket.charge(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::Limits;

    #[test]
    fn many_addresses_that_owe_a_little_are_forgotten_before_one_that_owes_much() {
        let mut hub = Hub::new(Limits::default());
        let address = |number: u32| Some(IpAddr::V4(number.into()));
        let owes = |hub: &mut Hub, number| {
            let now = hub.now;
            address(number).and_then(|one| hub.comings.0.get_mut(&one)).is_some_and(|one| one.is_in_debt(now))
        };
        (1..=MAX_ADDRESSES as u32).for_each(|number| hub.charge_address(address(number), 10_000));
        let mallory = u32::MAX;
        hub.charge_address(address(mallory), 1_000_000_000);
        assert!(owes(&mut hub, mallory), "there is room for whoever owes most");
        (10_000..20_000).for_each(|number| hub.charge_address(address(number), 10_000));
        assert!(owes(&mut hub, mallory) && !owes(&mut hub, 1));
        assert_eq!(hub.comings.0.len(), MAX_ADDRESSES);
    }
}
