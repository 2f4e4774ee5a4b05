//! Limits how often something happens.

use crate::model::Timestamp;

/// Messages of one participant that are processed at once, and per millisecond after that: what moim's SFU forwards.
pub(crate) const MESSAGES: u64 = 8_000;
pub(crate) const MESSAGES_PER_MS: Timestamp = 2;

/// Admits a burst at once, and then one per interval.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    burst: u64,
    interval_ms: Timestamp,
    left: u64,
    filled_at: Timestamp,
}

impl Pace {
    pub(crate) const fn new(burst: u64, interval_ms: Timestamp) -> Self {
        Self { burst, interval_ms, left: burst, filled_at: 0 }
    }

    /// Admits one, or returns when it may be repeated.
    pub(crate) fn take(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        let passed = now.saturating_sub(self.filled_at) / self.interval_ms;
        if self.left.saturating_add(passed) >= self.burst {
            (self.left, self.filled_at) = (self.burst, now);
        } else {
            self.left += passed;
            self.filled_at += passed * self.interval_ms;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.filled_at.saturating_add(self.interval_ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_admitted_at_once_and_then_one_per_interval() {
        let mut pace = Pace::new(3, 100);
        assert_eq!([0; 4].map(|now| pace.take(now)), [Ok(()), Ok(()), Ok(()), Err(100)]);
        assert_eq!([150, 150, 200].map(|now| pace.take(now)), [Ok(()), Err(200), Ok(())]);
        assert_eq!([9_000; 4].map(|now| pace.take(now).is_ok()), [true, true, true, false]);
    }
}
