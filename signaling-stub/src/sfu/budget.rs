//! Limits the data channel messages of one client.

use std::time::{Duration, Instant};

use moim_protocol::Channel;

/// Messages per second on average, and in a burst.
const PER_SECOND: f64 = 2_000.0;
const BURST: f64 = 8_000.0;
/// Chunks of files are longer and are limited by their receivers; shorter data counts as a message.
const FILE_PART_BYTES: usize = 1024;
/// The minimum interval of errors about too many messages.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// The remaining budget of one client.
#[derive(Debug)]
pub(super) struct MessageBudget {
    left: f64,
    filled_at: Instant,
    told_at: Option<Instant>,
}

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowance {
    Pass,
    Drop,
    /// Drop it, and send an error to its sender.
    DropAloud,
}

impl MessageBudget {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BURST, filled_at: now, told_at: None }
    }

    pub(super) fn take(&mut self, channel: Channel, bytes: usize, now: Instant) -> Allowance {
        if channel == Channel::Files && bytes >= FILE_PART_BYTES {
            return Allowance::Pass;
        }
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.filled_at = now;
        self.left = (self.left + passed * PER_SECOND).min(BURST);
        if self.left >= 1.0 {
            self.left -= 1.0;
            return Allowance::Pass;
        }
        if self.told_at.is_some_and(|at| now.saturating_duration_since(at) < TELL_EVERY) {
            return Allowance::Drop;
        }
        self.told_at = Some(now);
        Allowance::DropAloud
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_limited_and_files_are_not() {
        let start = Instant::now();
        let mut budget = MessageBudget::new(start);
        let mut take = |channel, bytes, ms| budget.take(channel, bytes, start + Duration::from_millis(ms));
        assert!((0..8_000).all(|_| take(Channel::Reliable, 20, 0) == Allowance::Pass));
        assert_eq!(take(Channel::Lossy, 20, 0), Allowance::DropAloud);
        assert_eq!(take(Channel::Files, 20, 0), Allowance::Drop);
        assert_eq!(take(Channel::Files, 16_384, 0), Allowance::Pass);
        assert_eq!(take(Channel::Reliable, 20, 1), Allowance::Pass);
    }
}
