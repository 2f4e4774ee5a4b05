//! Differences of counters between two reports, also after a reset.

use serde_json::Value;

use super::entry::Stats;

/// An entry of the current report, and the same one of the previous report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval<'a> {
    before: Option<&'a Stats>,
    now: &'a Stats,
    seconds: Option<f64>,
}

impl<'a> Interval<'a> {
    /// `before` is the entry with the same id. One of another type or source (`ssrc`) is ignored, as a new stream has
    /// started since. For a new entry, `seconds` is the time between the reports.
    pub(super) fn new(before: Option<&'a Stats>, now: &'a Stats, seconds: f64) -> Self {
        let source = |stats: &Stats| stats.known("ssrc").and_then(Value::as_u64);
        let same = |before: &&Stats| before.type_name() == now.type_name() && source(before) == source(now);
        let before = before.filter(same);
        let seconds = before.map_or(seconds, |before| (now.timestamp() - before.timestamp()) / 1000.0);
        // Browsers return the same report again within some milliseconds.
        Self {
            before,
            now,
            seconds: Some(seconds).filter(|seconds| seconds.is_finite() && *seconds >= 0.001),
        }
    }

    /// The length of the interval. `None` if no time passed.
    pub(super) fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    /// The increase of an integer counter. One that fell has restarted at 0; a missing member counts as no increase.
    pub(super) fn count(&self, name: &str) -> u64 {
        let read = |stats: &Stats| stats.known(name).and_then(Value::as_u64);
        let now = read(self.now).unwrap_or_default();
        let before = self.before.and_then(read).unwrap_or_default();
        now.checked_sub(before).unwrap_or(now)
    }

    /// The increase of `packetsLost`, which may also fall when packets arrive late.
    pub(super) fn losses(&self, name: &str) -> u64 {
        let read = |stats: &Stats| stats.known(name).and_then(Value::as_i64);
        let now = read(self.now).unwrap_or_default();
        let before = self.before.and_then(read).unwrap_or_default();
        u64::try_from(now.saturating_sub(before)).unwrap_or_default()
    }

    /// The increase of a total. `None` if it is missing. Never negative.
    pub(super) fn total(&self, name: &str) -> Option<f64> {
        self.total_of(|stats| stats.known(name)?.as_f64())
    }

    /// The increase of one member of a record.
    pub(super) fn total_in(&self, name: &str, key: &str) -> Option<f64> {
        self.total_of(|stats| stats.known(name)?.get(key)?.as_f64())
    }

    fn total_of(&self, read: impl Fn(&Stats) -> Option<f64>) -> Option<f64> {
        let now = read(self.now)?;
        let before = self.before.and_then(read).unwrap_or_default();
        let rise = if now >= before { now - before } else { now };
        rise.is_finite().then_some(rise.max(0.0))
    }

    /// The increase of an integer counter per second.
    pub(super) fn rate(&self, name: &str) -> Option<f64> {
        self.now.known(name)?;
        Some(self.count(name) as f64 / self.seconds?)
    }

    /// The increase of a total in seconds, as a fraction of the interval, from 0 to 1.
    pub(super) fn share(&self, seconds: Option<f64>) -> Option<f64> {
        Some((seconds? / self.seconds?).min(1.0))
    }

    /// The increase of a total divided by that of a counter: the mean in this interval. `None` if the counter did not
    /// change.
    pub(super) fn mean(&self, total: &str, counter: &str) -> Option<f64> {
        let count = self.count(counter);
        if count == 0 { None } else { Some(self.total(total)? / count as f64) }
    }
}

/// `part` as a fraction of `part + rest`, from 0 to 1. `None` if both are 0.
pub(super) fn fraction(part: u64, rest: u64) -> Option<f64> {
    let whole = part as f64 + rest as f64;
    (whole > 0.0).then(|| part as f64 / whole)
}
