//! Decides when a failed or refused negotiation is retried.
//!
//! The delay grows with each attempt, so two ends that never agree are not kept busy; the attempts never end,
//! so nothing that needs negotiation is lost.

use crate::model::Timestamp;

const FIRST_MS: Timestamp = 500;
const LONGEST_MS: Timestamp = 32_000;

/// The delay before the next attempt.
#[derive(Clone, Debug, Default)]
pub(super) struct NegotiationRetry {
    failures: u32,
    due: Option<Timestamp>,
}

impl NegotiationRetry {
    /// Whether an attempt is pending.
    pub(super) fn set_waiting(&mut self, waits: bool, now: Timestamp) {
        if !waits {
            self.due = None;
        } else if self.due.is_none() {
            self.due = Some(now + (FIRST_MS << self.failures.min(6)).min(LONGEST_MS));
            self.failures += 1;
        }
    }

    /// The two ends agreed: resets the delay.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// When the next attempt is due.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.due
    }

    /// Whether the attempt is due now.
    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> bool {
        self.due.take_if(|due| *due <= now).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_grow_rarer_and_never_end() {
        let (mut retry, mut now, mut waits) = (NegotiationRetry::default(), 0, Vec::new());
        for _ in 0..10 {
            retry.set_waiting(true, now);
            retry.set_waiting(true, now + 1);
            let due = retry.poll_timeout().unwrap();
            assert!(!retry.handle_timeout(due - 1) && retry.handle_timeout(due));
            waits.push(due - now);
            now = due;
        }
        assert_eq!(waits[..3], [500, 1_000, 2_000]);
        assert_eq!(waits[6..], [LONGEST_MS; 4]);
        retry.reset();
        retry.set_waiting(true, 0);
        assert_eq!(retry.poll_timeout(), Some(500), "an agreement resets the delay");
    }

    #[test]
    fn who_need_not_try_again_does_not() {
        let mut retry = NegotiationRetry::default();
        retry.set_waiting(true, 0);
        retry.set_waiting(false, 10);
        assert_eq!(retry.poll_timeout(), None);
    }
}
