//! When to attempt to restore a lost connection to the server, and when to give up.

use crate::model::Timestamp;

/// The first attempt without a result fails after this time. Each further one in a row may take twice as long, because a
/// busy machine or a slow network would never finish one otherwise, ...
const ATTEMPT_MS: Timestamp = 5_000;
/// ... up to this time.
const LONGEST_ATTEMPT_MS: Timestamp = 20_000;
/// Waits between the end of an attempt and the next one, before jitter. The last one repeats.
const WAITS_MS: [Timestamp; 4] = [0, 250, 500, 1_000];
/// After this time, attempts become rare.
const PATIENT_AFTER_MS: Timestamp = 60_000;
const PATIENT_WAIT_MS: Timestamp = 4_000;
/// Each client waits up to a fourth longer, at random, because many lose their server at the same moment.
const JITTER: Timestamp = 4;
/// The maximum random wait before the first attempt.
const FIRST_JITTER_MS: Timestamp = 100;

/// The attempts to restore a connection, from its loss until giving up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ladder {
    began_at: Timestamp,
    limit_ms: Timestamp,
    /// How long the next attempt may take.
    attempt_ms: Timestamp,
    failures: usize,
    /// Different for each client.
    random: u64,
    rung: Rung,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rung {
    /// The next attempt begins at this time.
    Wait(Timestamp),
    /// An attempt began and will fail at these times.
    Attempt { since: Timestamp, until: Timestamp },
    /// A host has to admit this participant, which may take any time.
    Admission,
}

/// The next action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Nothing,
    /// Begin an attempt.
    Try,
    /// End the session.
    GiveUp,
}

impl Ladder {
    /// The connection is lost. `seed` makes the waits of clients different.
    pub(super) fn new(limit_ms: u32, seed: &str, now: Timestamp) -> Self {
        let random = seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut ladder = Self {
            began_at: now,
            limit_ms: Timestamp::from(limit_ms),
            attempt_ms: ATTEMPT_MS,
            failures: 0,
            random,
            rung: Rung::Admission,
        };
        ladder.rung = Rung::Wait(now + 1 + ladder.random(FIRST_JITTER_MS));
        ladder
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        match self.rung {
            Rung::Wait(at) | Rung::Attempt { until: at, .. } => Some(at),
            Rung::Admission => None,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> Step {
        match self.rung {
            Rung::Wait(at) if at <= now => {
                self.rung = Rung::Attempt { since: now, until: now + self.attempt_ms };
                Step::Try
            }
            Rung::Attempt { until, .. } if until <= now => {
                self.attempt_ms = (2 * self.attempt_ms).min(LONGEST_ATTEMPT_MS);
                self.failed(now)
            }
            _ => Step::Nothing,
        }
    }

    /// The attempt failed. The last one begins when the time is over, so a machine that slept makes another one.
    pub(super) fn failed(&mut self, now: Timestamp) -> Step {
        let began_late = match self.rung {
            Rung::Attempt { since, .. } => since.saturating_sub(self.began_at) >= self.limit_ms,
            Rung::Wait(_) | Rung::Admission => false,
        };
        if began_late {
            return Step::GiveUp;
        }
        self.failures += 1;
        let is_patient = now.saturating_sub(self.began_at) >= PATIENT_AFTER_MS;
        let wait = match WAITS_MS.get(self.failures) {
            _ if is_patient => PATIENT_WAIT_MS,
            Some(wait) => *wait,
            None => WAITS_MS[WAITS_MS.len() - 1],
        };
        let wait = wait + self.random(wait / JITTER);
        let limit_at = self.began_at.saturating_add(self.limit_ms).max(now);
        self.rung = Rung::Wait((now + wait).min(limit_at.max(now + WAITS_MS[1])));
        Step::Nothing
    }

    /// The network may be back: ends a wait.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        if let Rung::Wait(at) = &mut self.rung {
            *at = now.min(*at);
        }
    }

    /// This end has another network: what made attempts slow is over. One over the previous network need not take longer.
    pub(super) fn handle_network_change(&mut self, now: Timestamp) {
        self.attempt_ms = ATTEMPT_MS;
        if let Rung::Attempt { since, until } = self.rung {
            let is_old = since + ATTEMPT_MS <= now;
            self.rung = if is_old {
                Rung::Wait(now)
            } else {
                Rung::Attempt { since, until: until.min(since + ATTEMPT_MS) }
            };
        }
    }

    /// A host has to admit this participant first.
    pub(super) fn wait_for_admission(&mut self) {
        self.rung = Rung::Admission;
    }

    /// The next random number below `most` (xorshift64*).
    fn random(&mut self, most: Timestamp) -> Timestamp {
        self.random |= 1;
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % most.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When the attempts of a ladder begin if each fails after so long.
    fn attempts(limit_ms: u32, seed: &str, lasts: Timestamp) -> (Vec<Timestamp>, Timestamp) {
        let mut ladder = Ladder::new(limit_ms, seed, 1_000);
        let (mut began, mut now) = (Vec::new(), 1_000);
        loop {
            now = ladder.poll_timeout().unwrap().max(now);
            assert_eq!(ladder.handle_timeout(now), Step::Try);
            began.push(now - 1_000);
            now += lasts;
            let step = if lasts < ATTEMPT_MS {
                ladder.failed(now)
            } else {
                now = ladder.poll_timeout().unwrap();
                ladder.handle_timeout(now)
            };
            if step == Step::GiveUp {
                return (began, now - 1_000);
            }
        }
    }

    #[test]
    fn attempts_begin_at_once_and_then_about_every_second() {
        let (began, _) = attempts(30_000, "ana", 10);
        assert!(began[0] <= FIRST_JITTER_MS && began[1] < 500, "{began:?}");
        let waits: Vec<_> = began.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(waits.iter().all(|wait| *wait <= 1_300), "whoever listens again is found soon: {waits:?}");
        assert!(waits[4..waits.len() - 1].iter().all(|wait| *wait >= 1_000), "{waits:?}");
    }

    #[test]
    fn the_last_attempt_begins_when_the_time_is_over() {
        for (lasts, most) in [(10, 31_000), (ATTEMPT_MS, 60_000)] {
            let (began, ended) = attempts(30_000, "ana", lasts);
            assert!(began.last().is_some_and(|at| *at >= 30_000) && ended < most, "{began:?} {ended}");
            assert!(began[..began.len() - 1].iter().all(|at| *at < 30_000));
        }
    }

    #[test]
    fn attempts_in_a_row_that_run_out_of_time_may_take_longer() {
        let mut ladder = Ladder::new(120_000, "ana", 0);
        let attempt = |ladder: &mut Ladder| {
            let began = ladder.poll_timeout().unwrap();
            assert_eq!(ladder.handle_timeout(began), Step::Try);
            let until = ladder.poll_timeout().unwrap();
            ladder.handle_timeout(until);
            until - began
        };
        assert_eq!([(); 4].map(|()| attempt(&mut ladder)), [5_000, 10_000, 20_000, 20_000]);
        let began = ladder.poll_timeout().unwrap();
        assert_eq!(ladder.handle_timeout(began), Step::Try);
        ladder.handle_network_change(began + 7_000);
        assert_eq!(ladder.poll_timeout(), Some(began + 7_000), "the attempt was over the previous network");
        assert_eq!(attempt(&mut ladder), 5_000);
    }

    #[test]
    fn clients_come_back_at_different_times() {
        assert_ne!(attempts(10_000, "ana", 10).0, attempts(10_000, "ben", 10).0);
        assert_eq!(attempts(10_000, "ana", 10), attempts(10_000, "ana", 10));
    }

    #[test]
    fn long_outages_are_tried_more_rarely() {
        let (began, _) = attempts(300_000, "ana", 10);
        let late: Vec<_> = began.iter().filter(|at| **at > PATIENT_AFTER_MS + 5_000).collect();
        assert!(late.windows(2).rev().skip(1).all(|pair| pair[1] - pair[0] >= PATIENT_WAIT_MS), "{late:?}");
    }

    #[test]
    fn a_machine_that_slept_tries_once_more() {
        let mut ladder = Ladder::new(30_000, "ana", 0);
        assert_eq!(ladder.handle_timeout(100), Step::Try);
        assert_eq!(ladder.handle_timeout(3_600_000), Step::Nothing, "the attempt that was under way");
        let at = ladder.poll_timeout().unwrap();
        assert_eq!(ladder.handle_timeout(at), Step::Try);
        assert_eq!(ladder.failed(at + 10), Step::GiveUp);
    }

    #[test]
    fn a_hint_ends_a_wait_and_nothing_else() {
        let mut ladder = Ladder::new(30_000, "ana", 0);
        ladder.handle_timeout(100);
        let under_way = ladder.clone();
        ladder.hurry(150);
        assert_eq!(ladder, under_way, "the attempt goes on");
        ladder.failed(200);
        ladder.hurry(210);
        assert_eq!(ladder.handle_timeout(210), Step::Try);
        ladder.wait_for_admission();
        assert_eq!(ladder.poll_timeout(), None);
    }
}
