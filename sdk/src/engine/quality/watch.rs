//! Detects remote media that has stopped although it should flow.

use crate::collections::SortedMap;
use crate::engine::adaptive_stream::TrackKey;
use crate::model::Timestamp;

/// How long nothing may arrive. The pause of an ICE restart is shorter, as are those of audio with DTX (400 ms) and of
/// a still screen (1 s).
const STALL_MS: Timestamp = 3_500;
/// After a sleep the clock jumps, and nothing can have arrived: one sample is not enough.
const SAMPLES: u8 = 2;

#[derive(Debug)]
struct Track {
    last_progress: Timestamp,
    idle_samples: u8,
    is_stalled: bool,
}

/// The watched tracks.
#[derive(Debug, Default)]
pub(super) struct Watch(SortedMap<TrackKey, Track>);

impl Watch {
    /// Takes a sample of one track: whether it should flow, and whether anything arrived since the previous sample
    /// (`None`: not known). Returns whether the track is stalled from now on, if that changed.
    pub(super) fn handle(
        &mut self,
        key: &TrackKey,
        is_expected: bool,
        progress: Option<bool>,
        now: Timestamp,
    ) -> Option<bool> {
        if !is_expected {
            let track = self.0.remove(key);
            return track.filter(|track| track.is_stalled).map(|_| false);
        }
        let progress = progress?;
        let track = self.0.get_or_insert_with(key.clone(), || Track {
            last_progress: now,
            idle_samples: 0,
            is_stalled: false,
        });
        if progress {
            (track.last_progress, track.idle_samples) = (now, 0);
        } else {
            track.idle_samples = track.idle_samples.saturating_add(1);
        }
        let is_long = now.saturating_sub(track.last_progress) >= STALL_MS && track.idle_samples >= SAMPLES;
        let is_stalled = !progress && (track.is_stalled || is_long);
        (std::mem::replace(&mut track.is_stalled, is_stalled) != is_stalled).then_some(is_stalled)
    }

    /// Whether a track is stalled.
    pub(super) fn is_stalled(&self, key: &TrackKey) -> bool {
        self.0.get(key).is_some_and(|track| track.is_stalled)
    }

    /// Forgets the tracks that have ended.
    pub(super) fn retain(&mut self, lives: impl Fn(&TrackKey) -> bool) {
        self.0.retain(|key, _| lives(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TrackKey {
        ("b".into(), "cam".into())
    }

    /// `(time, is_expected, progress)`: the changes, with their times.
    fn changes(samples: &[(Timestamp, bool, Option<bool>)]) -> Vec<(Timestamp, bool)> {
        let mut watch = Watch::default();
        let change = |(now, is_expected, progress): &(Timestamp, bool, Option<bool>)| {
            Some((*now, watch.handle(&key(), *is_expected, *progress, *now)?))
        };
        samples.iter().filter_map(change).collect()
    }

    #[test]
    fn media_that_stops_is_stalled_until_it_returns() {
        let samples = [
            (0, true, Some(true)),
            (2_000, true, Some(false)),
            (4_000, true, Some(false)),
            (6_000, true, Some(false)),
            (8_000, true, Some(true)),
        ];
        assert_eq!(changes(&samples), [(4_000, true), (8_000, false)]);
    }

    #[test]
    fn what_should_not_flow_is_not_stalled() {
        let quiet = |at| (at, false, Some(false));
        assert_eq!(changes(&[(0, true, Some(true)), quiet(2_000), quiet(9_000), quiet(99_000)]), []);
        let unmuted = [quiet(0), quiet(60_000), (62_000, true, Some(false)), (64_000, true, Some(true))];
        assert_eq!(changes(&unmuted), [], "time counts from when it should flow");
    }

    #[test]
    fn a_stalled_track_that_is_muted_is_stalled_no_longer() {
        let samples = [
            (0, true, Some(false)),
            (2_000, true, Some(false)),
            (4_000, true, Some(false)),
            (6_000, false, None),
        ];
        assert_eq!(changes(&samples), [(4_000, true), (6_000, false)]);
    }

    #[test]
    fn samples_that_come_late_or_after_a_sleep_are_not_misread() {
        // Timers of a hidden page fire once a minute.
        let throttled = [(0, true, Some(true)), (60_000, true, Some(true)), (120_000, true, Some(true))];
        assert_eq!(changes(&throttled), []);
        let slept = [(0, true, Some(true)), (3_600_000, true, Some(false)), (3_602_000, true, Some(true))];
        assert_eq!(changes(&slept), []);
    }

    #[test]
    fn an_ice_restart_is_a_pause_and_no_stall() {
        let restart = [
            (0, true, Some(true)),
            (2_000, true, Some(false)),
            (4_000, true, Some(true)),
            (6_000, true, None),
            (8_000, true, Some(true)),
        ];
        assert_eq!(changes(&restart), []);
    }
}
