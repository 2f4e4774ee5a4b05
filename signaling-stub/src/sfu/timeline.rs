//! One stream's media times, whatever it is made of.
//!
//! Each source, and each simulcast version of one, counts from a number of its own. What a receiver gets must go on
//! steadily when it is switched.

use std::time::Instant;

/// Maps the times of what is forwarded to the times of what is sent.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    offset: u64,
    last: Option<(u64, Instant)>,
    /// The next time is that of another source.
    is_cut: bool,
}

impl Timeline {
    /// What comes from now on is something else.
    pub(super) fn cut(&mut self) {
        self.is_cut = true;
    }

    /// The time to send for `time`, which arrived at `at`; `rate` units are one second.
    pub(super) fn map(&mut self, time: u64, rate: u32, at: Instant) -> u64 {
        if let Some((last, last_at)) = self.last.filter(|_| self.is_cut) {
            let elapsed = at.saturating_duration_since(last_at).as_secs_f64() * f64::from(rate);
            let next = last.wrapping_add((elapsed as u64).max(1));
            self.offset = next.wrapping_sub(time);
        }
        self.is_cut = false;
        let mapped = time.wrapping_add(self.offset);
        // A frame that was overtaken does not turn the clock back.
        if self.last.is_none_or(|(last, _)| mapped.wrapping_sub(last) < u64::MAX / 2) {
            self.last = Some((mapped, at));
        }
        mapped
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_switch_goes_on_where_the_other_was() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut timeline = Timeline::default();
        assert_eq!(timeline.map(1_000, 90_000, at(0)), 1_000);
        assert_eq!(timeline.map(4_000, 90_000, at(33)), 4_000);
        timeline.cut();
        assert_eq!(timeline.map(77, 90_000, at(133)), 4_000 + 9_000, "a tenth of a second later");
        assert_eq!(timeline.map(77 + 3_000, 90_000, at(166)), 16_000);
        timeline.cut();
        assert_eq!(timeline.map(u64::MAX, 90_000, at(166)), 16_001, "never the same time twice");
    }
}
