//! How long an end waits for the other one before it asks where that stands: an SFU that is out of room drops messages, and
//! nobody reports the last ones.

/// The first interval between two ticks, in milliseconds. A silence is over one interval long when it is noticed.
const FIRST_MS: u32 = 2_000;
/// The longest interval.
const LONGEST_MS: u32 = 32_000;

/// The silence of the other end, measured in ticks.
#[derive(Clone, Debug)]
pub(super) struct Patience {
    interval_ms: u32,
    has_waited: bool,
}

impl Default for Patience {
    fn default() -> Self {
        Self { interval_ms: FIRST_MS, has_waited: false }
    }
}

impl Patience {
    /// When the next tick is due.
    pub(super) fn interval_ms(&self) -> u32 {
        self.interval_ms
    }

    /// There was progress.
    pub(super) fn renew(&mut self) {
        *self = Self::default();
    }

    /// An interval has passed. Returns whether to ask, which is less often each time.
    pub(super) fn tick(&mut self, waits: bool) -> bool {
        let asks = std::mem::replace(&mut self.has_waited, waits) && waits;
        if asks {
            *self = Self { interval_ms: (2 * self.interval_ms).min(LONGEST_MS), has_waited: false };
        }
        asks
    }
}
