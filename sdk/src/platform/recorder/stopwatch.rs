//! A stopwatch that can be paused.

/// Measures time only while it runs. All times are in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stopwatch {
    before: f64,
    since: Option<f64>,
}

impl Stopwatch {
    pub(super) fn start(self, now: f64) -> Self {
        Self { since: self.since.or(Some(now)), ..self }
    }

    pub(super) fn stop(self, now: f64) -> Self {
        Self { before: self.elapsed_ms(now), since: None }
    }

    pub(super) fn elapsed_ms(self, now: f64) -> f64 {
        self.before + self.since.map_or(0.0, |since| now - since)
    }
}
