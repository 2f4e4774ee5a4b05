//! Structured log lines, target `moim::audit`, for what was refused.

use moim_protocol::ErrorCode;
use tracing::info;

use super::{ConnectionId, Hub};

/// The target of the lines.
pub(crate) const AUDIT: &str = "moim::audit";
/// Lines of one connection, or of all refused pages, within [`WINDOW_MS`]. Those that are left out are counted.
const LINES: u32 = 8;
const WINDOW_MS: u64 = 10_000;

/// Limits the lines about one connection, or about all refused pages.
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

impl Hub {
    /// Writes a line about an error that is sent to a connection. It contains no content of messages.
    pub(super) fn audit(&mut self, id: ConnectionId, code: ErrorCode, fatal: bool) {
        let (now, code) = (self.now, code.as_str());
        let Some(connection) = self.connections.get_mut(&id) else {
            // It was never added: all of these share one limit.
            if let Some(left_out) = self.audit.take(now) {
                info!(target: AUDIT, connection = id.0, code, fatal, left_out, "refused");
            }
            return;
        };
        let Some(left_out) = connection.audit.take(now) else { return };
        let (address, room) = (connection.address, connection.room.as_deref());
        let identity = room
            .and_then(|room| self.rooms.get(room)?.participant(id))
            .and_then(|info| info.identity.as_deref());
        let address = address.map(tracing::field::display);
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
}
