//! Continuous media timestamps of one stream with changing sources.
//!
//! Each source, and each simulcast layer of one, has its own timestamp offset. The receiver's timestamps must increase
//! steadily when the source is switched.

use std::time::Instant;

/// Maps timestamps of received frames to those of forwarded frames.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    offset: u64,
    last: Option<(u64, Instant)>,
    /// The next timestamp belongs to another source.
    is_cut: bool,
}

impl Timeline {
    /// The source changes from now on.
    pub(super) fn cut(&mut self) {
        self.is_cut = true;
    }

    /// The timestamp to send for `time`, which arrived at `at`, in units of 1/`rate` seconds.
    pub(super) fn map(&mut self, time: u64, rate: u32, at: Instant) -> u64 {
        if let Some((last, last_at)) = self.last.filter(|_| self.is_cut) {
            let elapsed = at.saturating_duration_since(last_at).as_secs_f64() * f64::from(rate);
            let next = last.wrapping_add((elapsed as u64).max(1));
            self.offset = next.wrapping_sub(time);
        }
        self.is_cut = false;
        let mapped = time.wrapping_add(self.offset);
        // A reordered frame does not turn the clock back.
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
        assert_eq!(timeline.map(u64::MAX, 90_000, at(166)), 16_001, "timestamps are unique");
    }
}
