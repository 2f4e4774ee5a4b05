//! Structured log lines, target `moim::audit`, for what was refused.

use std::{collections::HashMap, net::IpAddr};

use moim_protocol::ErrorCode;
use tracing::info;

use super::{ConnectionId, Hub};

/// The target of the lines.
pub(crate) const AUDIT: &str = "moim::audit";
/// Lines of one address, or of all refused pages, within [`WINDOW_MS`]. Those that are left out are counted.
const LINES: u32 = 16;
const WINDOW_MS: u64 = 10_000;
/// Addresses with lines of their own. All others share one limit.
const MAX_ADDRESSES: usize = 1_024;

/// Limits the lines about one address, or about all refused pages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Audit {
    window: u64,
    lines: u32,
    left_out: u32,
}

impl Audit {
    /// Whether to write a line now, and how many were left out before it.
    pub(crate) fn take(&mut self, now: u64) -> Option<u32> {
        if now.saturating_sub(self.window) >= WINDOW_MS {
            (self.window, self.lines) = (now, 0);
        }
        self.lines = self.lines.saturating_add(1);
        if self.lines > LINES {
            self.left_out = self.left_out.saturating_add(1);
            return None;
        }
        Some(std::mem::take(&mut self.left_out))
    }
}

/// Limits the lines about each address, because its connections may come and go.
#[derive(Debug, Default)]
pub(super) struct Audits {
    by_address: HashMap<IpAddr, Audit>,
    others: Audit,
}

impl Audits {
    fn take(&mut self, address: Option<IpAddr>, now: u64) -> Option<u32> {
        if self.by_address.len() >= MAX_ADDRESSES {
            self.by_address.retain(|_, audit| now.saturating_sub(audit.window) < WINDOW_MS);
        }
        let has_room = self.by_address.len() < MAX_ADDRESSES;
        let audit = match address {
            Some(address) if has_room => self.by_address.entry(address).or_default(),
            Some(address) => self.by_address.get_mut(&address).unwrap_or(&mut self.others),
            None => &mut self.others,
        };
        audit.take(now)
    }
}

impl Hub {
    /// Writes a line about an error that is sent to a connection. It contains no content of messages.
    pub(super) fn audit(&mut self, id: ConnectionId, code: ErrorCode, fatal: bool) {
        let connection = self.connections.get(&id);
        // One that was never added has no address here.
        let address = connection.and_then(|connection| connection.address);
        let Some(left_out) = self.audits.take(address, self.now) else { return };
        let room = connection.and_then(|connection| connection.room.as_deref());
        let identity = room
            .and_then(|room| self.rooms.get(room)?.participant(id))
            .and_then(|info| info.identity.as_deref());
        let (address, code) = (address.map(tracing::field::display), code.as_str());
        info!(target: AUDIT, connection = id.0, address, room, identity, code, fatal, left_out, "refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_limited_and_those_left_out_are_counted() {
        let mut audit = Audit::default();
        let lines = (0..1_000).filter(|_| audit.take(5).is_some()).count();
        assert_eq!(lines, LINES as usize);
        assert_eq!(audit.take(5 + WINDOW_MS), Some(1_000 - LINES));
        assert_eq!(audit.take(6 + WINDOW_MS), Some(0));
    }

    #[test]
    fn an_address_has_few_lines_whoever_else_has_many_and_a_great_many_share_theirs() {
        let mut audits = Audits::default();
        let address = |n: u32| Some(IpAddr::from(n.to_be_bytes()));
        let lines =
            |audits: &mut Audits, n, now| (0..100).filter(|_| audits.take(address(n), now).is_some()).count();
        assert_eq!([lines(&mut audits, 1, 5), lines(&mut audits, 2, 5)], [LINES as usize; 2]);
        let all: usize = (10..10_000).map(|n| lines(&mut audits, n, 5)).sum();
        assert_eq!(all, (MAX_ADDRESSES - 2 + 1) * LINES as usize);
        assert_eq!(lines(&mut audits, 20_000, 5 + WINDOW_MS), LINES as usize, "there is room again");
        assert!(audits.by_address.len() <= MAX_ADDRESSES);
    }
}
