//! Changes a shown quality only when it has lasted: it falls soon, and rises later, so that it does not flap.

use std::cmp::Ordering;

use super::side::ParticipantQuality;

/// Samples in a row that are needed to fall, and to change the reason or the side.
const TO_FALL: u8 = 2;
const TO_RISE: u8 = 3;

/// A quality without flapping.
#[derive(Debug, Default)]
pub(super) struct Steady {
    shown: Option<ParticipantQuality>,
    /// How many samples in a row differ in this direction, and of these the one closest to what is shown.
    pending: Option<(Ordering, u8, ParticipantQuality)>,
}

impl Steady {
    /// Takes a sample. Returns the quality if it is to be shown from now on.
    pub(super) fn handle(&mut self, sample: ParticipantQuality) -> Option<ParticipantQuality> {
        // A call begins well: its first seconds say little.
        let shown = self.shown.unwrap_or(ParticipantQuality::EXCELLENT);
        if sample == shown {
            self.pending = None;
            return self.show(shown);
        }
        let direction = sample.level.cmp(&shown.level);
        let (count, closest) = match self.pending {
            Some((before, count, closest)) if before == direction => {
                let is_closer = sample.level.abs_diff(shown.level) <= closest.level.abs_diff(shown.level);
                (count + 1, if is_closer { sample } else { closest })
            }
            _ => (1, sample),
        };
        let needed = if direction == Ordering::Greater { TO_RISE } else { TO_FALL };
        if count < needed {
            self.pending = Some((direction, count, closest));
            return self.show(shown);
        }
        self.pending = None;
        self.show(closest)
    }

    fn show(&mut self, quality: ParticipantQuality) -> Option<ParticipantQuality> {
        (self.shown.replace(quality) != Some(quality)).then_some(quality)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::quality::{QualityReason, QualitySide};

    fn level(level: u8) -> ParticipantQuality {
        match level {
            5 => ParticipantQuality::EXCELLENT,
            _ => ParticipantQuality { level, reason: QualityReason::Loss, side: QualitySide::Uplink },
        }
    }

    fn shown(levels: &[u8]) -> Vec<u8> {
        let mut steady = Steady::default();
        levels.iter().filter_map(|sample| steady.handle(level(*sample))).map(|shown| shown.level).collect()
    }

    #[test]
    fn one_bad_sample_shows_nothing_and_two_in_a_row_do() {
        assert_eq!(shown(&[5, 5, 2, 5, 5]), [5]);
        assert_eq!(shown(&[5, 2, 3]), [5, 3], "no lower than both");
        assert_eq!(shown(&[2, 2]), [5, 2], "the first sample too");
    }

    #[test]
    fn it_rises_later_than_it_falls_and_no_higher_than_it_was_all_the_time() {
        assert_eq!(shown(&[5, 1, 1, 4, 4, 1, 4, 4, 1]), [5, 1]);
        assert_eq!(shown(&[5, 1, 1, 5, 4, 5]), [5, 1, 4]);
    }

    #[test]
    fn a_level_that_alternates_does_not_flap() {
        assert_eq!(shown(&[5, 3, 4, 3, 4, 3, 4, 3, 4]), [5, 4]);
        assert_eq!(shown(&[3, 3, 4, 3, 4, 3, 4, 3]), [5, 3]);
    }

    #[test]
    fn another_reason_of_the_same_level_is_shown() {
        let mut steady = Steady::default();
        steady.handle(level(3));
        steady.handle(level(3));
        let cpu = ParticipantQuality { reason: QualityReason::Cpu, side: QualitySide::Cpu, ..level(3) };
        assert_eq!(steady.handle(cpu), None);
        assert_eq!(steady.handle(cpu), Some(cpu));
    }
}
