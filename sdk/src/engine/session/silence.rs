//! Detects that media has stopped arriving, seconds before a browser reports that a path is lost.
//!
//! If the address of this end has changed while its link stayed up, no browser fires an event, and ICE needs about six
//! seconds to notice. Silence alone says little, because the others may have stopped sending. It is a reason to check the
//! connection to the server soon: if that one is lost too, the network of this end has changed, and each path is restored
//! as soon as the server is reached again.

use super::{Connection, Session};
use crate::model::Timestamp;

/// Media that arrived in this many samples is expected to continue.
const STEADY_SAMPLES: u8 = 10;
/// This many samples without media are a silence. Counting samples instead of time makes a page whose timers are
/// throttled, or whose machine is overloaded, more patient.
const SILENT_SAMPLES: u8 = 3;
/// After this many, a decoder may have missed more than is sent again.
const LONG_SAMPLES: u8 = 10;
/// How long the server may take to reply during a silence, in milliseconds. A backend allows more on slow paths.
const REPLY_MS: u32 = 500;

/// Whether media arrives, from anyone.
#[derive(Debug, Default)]
pub(super) struct Silence {
    /// Samples with media, up to [`STEADY_SAMPLES`].
    steady: u8,
    /// Samples without media since.
    missed: u8,
}

impl Silence {
    /// Takes a sample. Returns whether a silence begins.
    fn handle_sample(&mut self, has_arrived: bool) -> bool {
        if has_arrived {
            self.steady = if self.is_silent() { 1 } else { STEADY_SAMPLES.min(self.steady + 1) };
            self.missed = 0;
            return false;
        }
        self.missed = self.missed.saturating_add(1);
        if self.missed >= SILENT_SAMPLES && self.steady < STEADY_SAMPLES {
            self.steady = 0;
        }
        self.missed == SILENT_SAMPLES && self.is_silent()
    }

    /// Whether the silence is so long that decoders need key frames after it.
    fn is_long(&self) -> bool {
        self.is_silent() && self.missed >= LONG_SAMPLES
    }

    /// Whether media arrived steadily before, and has stopped.
    pub(super) fn is_silent(&self) -> bool {
        self.missed >= SILENT_SAMPLES && self.steady == STEADY_SAMPLES
    }
}

impl Session {
    /// Takes a sample, about every 100 milliseconds: whether media arrived since the one before, from anyone.
    pub fn handle_arrivals(&mut self, has_arrived: bool) {
        if has_arrived && self.silence.is_long() {
            // The others have probably received nothing, either.
            self.connections.values_mut().for_each(Connection::send_key_frames);
            self.refresh();
        }
        if self.silence.handle_sample(has_arrived) {
            self.probe(REPLY_MS);
        }
    }

    /// The server is reached again. If nothing was received meanwhile either, the paths have to be restored, too.
    pub(super) fn end_silence(&mut self, now: Timestamp) {
        if self.silence.is_silent() {
            self.connections.values_mut().for_each(|connection| connection.handle_network_change(now));
            self.refresh();
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    /// The samples at which a silence begins: `.` is one with media, `-` one without.
    fn silences(samples: &str) -> Vec<usize> {
        let mut silence = Silence::default();
        let begins = |(at, sample)| silence.handle_sample(sample == '.').then_some(at);
        samples.chars().enumerate().filter_map(begins).collect()
    }

    #[test]
    fn media_that_was_steady_and_stops_is_a_silence_once() {
        assert_eq!(silences("..........---------"), [12]);
        assert_eq!(silences("..........---..........---"), [12, 25]);
    }

    #[test]
    fn media_with_short_gaps_is_steady_and_media_with_long_gaps_is_not() {
        assert_eq!(silences(".-..--..-.-.-..-.-------"), [19]);
        assert_eq!(silences("...---...---...---...---...---"), [] as [usize; 0], "audio with DTX");
        assert_eq!(silences("..........---.---.---.---"), [12], "a few packets do not make it steady again");
        assert_eq!(silences("--------------------------"), [] as [usize; 0]);
    }
}
