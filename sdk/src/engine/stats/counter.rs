//! How much counters rose, whatever happens to them.

use serde_json::Value;

use super::entry::Stats;

/// An entry now, and the same one in the report before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interval<'a> {
    before: Option<&'a Stats>,
    now: &'a Stats,
    seconds: Option<f64>,
}

impl<'a> Interval<'a> {
    /// `before` is the entry of the same id. One of another type or source (`ssrc`) is another stream, which began
    /// since. `seconds` between the reports is the time of an entry that is new.
    pub(super) fn new(before: Option<&'a Stats>, now: &'a Stats, seconds: f64) -> Self {
        let source = |stats: &Stats| stats.known("ssrc").and_then(Value::as_u64);
        let same = |before: &&Stats| before.type_name() == now.type_name() && source(before) == source(now);
        let before = before.filter(same);
        let seconds = before.map_or(seconds, |before| (now.timestamp() - before.timestamp()) / 1000.0);
        // Browsers give the same report again within some milliseconds.
        Self {
            before,
            now,
            seconds: Some(seconds).filter(|seconds| seconds.is_finite() && *seconds >= 0.001),
        }
    }

    /// How long it was. None if no time passed.
    pub(super) fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    /// How much a whole counter rose. One that fell began anew at 0; a member that is missing did not rise.
    pub(super) fn count(&self, name: &str) -> u64 {
        let read = |stats: &Stats| stats.known(name).and_then(Value::as_u64);
        let now = read(self.now).unwrap_or_default();
        let before = self.before.and_then(read).unwrap_or_default();
        now.checked_sub(before).unwrap_or(now)
    }

    /// How much `packetsLost` rose, which may also fall when packets come late.
    pub(super) fn losses(&self, name: &str) -> u64 {
        let read = |stats: &Stats| stats.known(name).and_then(Value::as_i64);
        let now = read(self.now).unwrap_or_default();
        let before = self.before.and_then(read).unwrap_or_default();
        u64::try_from(now.saturating_sub(before)).unwrap_or_default()
    }

    /// How much a total rose. None if there is none. Never negative.
    pub(super) fn total(&self, name: &str) -> Option<f64> {
        self.total_of(|stats| stats.known(name)?.as_f64())
    }

    /// How much one number of a record rose.
    pub(super) fn total_in(&self, name: &str, key: &str) -> Option<f64> {
        self.total_of(|stats| stats.known(name)?.get(key)?.as_f64())
    }

    fn total_of(&self, read: impl Fn(&Stats) -> Option<f64>) -> Option<f64> {
        let now = read(self.now)?;
        let before = self.before.and_then(read).unwrap_or_default();
        let rise = if now >= before { now - before } else { now };
        rise.is_finite().then_some(rise.max(0.0))
    }

    /// A whole counter a second.
    pub(super) fn rate(&self, name: &str) -> Option<f64> {
        self.now.known(name)?;
        Some(self.count(name) as f64 / self.seconds?)
    }

    /// Which share of the time a total of seconds rose, from 0 to 1.
    pub(super) fn share(&self, seconds: Option<f64>) -> Option<f64> {
        Some((seconds? / self.seconds?).min(1.0))
    }

    /// A total divided by a counter: the mean in this interval. None if there was nothing.
    pub(super) fn mean(&self, total: &str, counter: &str) -> Option<f64> {
        let count = self.count(counter);
        if count == 0 { None } else { Some(self.total(total)? / count as f64) }
    }
}

/// `part` of `part + rest`, from 0 to 1. None if both are 0.
pub(super) fn fraction(part: u64, rest: u64) -> Option<f64> {
    let whole = part as f64 + rest as f64;
    (whole > 0.0).then(|| part as f64 / whole)
}
