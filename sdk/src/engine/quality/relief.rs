//! Limits sent video while the CPU is too slow, step by step.
//!
//! The encoder of a browser reduces its load too, but only within one connection and one codec: in a mesh each
//! connection has an encoder of its own.

use crate::engine::stats::OutboundDelta;
use crate::model::Timestamp;

/// The limits of sent video.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relief {
    /// Maximum frames per second.
    pub max_framerate: Option<f64>,
    /// The factor by which width and height are divided, in addition to others. Not for screens, whose text would
    /// become illegible.
    pub scale_down_by: f64,
    /// Use the codec that is the cheapest to encode, unless the application chose one.
    pub cheap_codec: bool,
}

impl Relief {
    /// No limits.
    pub const NONE: Self = Self { max_framerate: None, scale_down_by: 1.0, cheap_codec: false };

    /// From none to the strictest: first the frame rate, then the size, then the codec.
    const STEPS: [Self; 5] = [
        Self::NONE,
        Self { max_framerate: Some(20.0), ..Self::NONE },
        Self { max_framerate: Some(15.0), scale_down_by: 1.5, cheap_codec: false },
        Self { max_framerate: Some(15.0), scale_down_by: 2.0, cheap_codec: false },
        Self { max_framerate: Some(15.0), scale_down_by: 2.0, cheap_codec: true },
    ];
}

impl Default for Relief {
    fn default() -> Self {
        Self::NONE
    }
}

/// How long the CPU must be too slow before the next step. An encoder needs some seconds to adapt to the previous one.
const TIGHTEN_MS: Timestamp = 6_000;
/// How long it must suffice before one step is undone. Doubled whenever that turns out to be too early.
const RELAX_MS: Timestamp = 30_000;
const MAX_RELAX_MS: Timestamp = 480_000;
/// Fraction of the time in which the CPU limits the encoder.
const LIMITED: f64 = 0.5;
/// Encoding time as a fraction of real time, for browsers that do not name the CPU as a limit.
const LOAD: f64 = 0.85;

/// Decides which step is due.
#[derive(Debug)]
pub(super) struct ReliefControl {
    step: usize,
    /// Since when the CPU has been too slow, or since when it has sufficed.
    is_limited: bool,
    since: Option<Timestamp>,
    relaxed_at: Option<Timestamp>,
    relax_ms: Timestamp,
}

impl Default for ReliefControl {
    fn default() -> Self {
        Self { step: 0, is_limited: false, since: None, relaxed_at: None, relax_ms: RELAX_MS }
    }
}

impl ReliefControl {
    /// Takes a sample. Returns the limits if they change.
    pub(super) fn handle<'a>(
        &mut self,
        mut outbound: impl Iterator<Item = &'a OutboundDelta>,
        now: Timestamp,
    ) -> Option<Relief> {
        let is_limited = outbound.any(is_limited);
        if is_limited != self.is_limited {
            (self.is_limited, self.since) = (is_limited, None);
        }
        let lasted = now.saturating_sub(*self.since.get_or_insert(now));
        let next = match is_limited {
            true if lasted >= TIGHTEN_MS => (self.step + 1).min(Relief::STEPS.len() - 1),
            false if lasted >= self.relax_ms => self.step.saturating_sub(1),
            _ => self.step,
        };
        if next == self.step {
            return None;
        }
        if next < self.step {
            self.relaxed_at = Some(now);
        } else if self.relaxed_at.take().is_some_and(|at| now.saturating_sub(at) < self.relax_ms) {
            self.relax_ms = (self.relax_ms * 2).min(MAX_RELAX_MS);
        }
        (self.step, self.since) = (next, Some(now));
        Relief::STEPS.get(next).copied()
    }
}

fn is_limited(stream: &OutboundDelta) -> bool {
    let load = stream.encode_time.zip(stream.frames_per_second).map(|(time, rate)| time * rate);
    stream.limited_by_cpu.is_some_and(|share| share > LIMITED) || load.is_some_and(|load| load > LOAD)
}
