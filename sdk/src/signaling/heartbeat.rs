//! The heartbeat of a connection to a server: when to ping, and how long the server may be silent.

use crate::model::Timestamp;

/// A probe allows the server this many of the round trips that were measured, ...
const PROBE_ROUND_TRIPS: Timestamp = 3;
/// ... up to this time.
const LONGEST_PROBE_MS: Timestamp = 2_000;

#[derive(Debug)]
pub(super) struct Heartbeat {
    interval_ms: Timestamp,
    timeout_ms: Timestamp,
    next_ping: Timestamp,
    heard_at: Timestamp,
    /// The ping without a reply, or the opening of the socket.
    asked_at: Option<Timestamp>,
    /// How long the server takes to reply, by the longest of the recent replies.
    round_trip_ms: Timestamp,
    /// When the server is considered lost, unless it is heard before.
    probed_until: Option<Timestamp>,
}

/// What to do at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Nothing,
    Ping,
    /// The server is lost: it was silent for this many milliseconds.
    Lost(Timestamp),
}

impl Heartbeat {
    pub(super) fn new(interval_ms: Timestamp, timeout_ms: Timestamp) -> Self {
        Self {
            interval_ms,
            timeout_ms,
            next_ping: 0,
            heard_at: 0,
            asked_at: None,
            round_trip_ms: 0,
            probed_until: None,
        }
    }

    /// The server's interval and time limit.
    pub(super) fn set(&mut self, interval_ms: Timestamp, timeout_ms: Timestamp) {
        self.interval_ms = interval_ms;
        self.timeout_ms = timeout_ms;
        self.next_ping = self.heard_at + interval_ms;
    }

    /// The connection is being opened.
    pub(super) fn opening(&mut self, now: Timestamp) {
        self.heard(now);
        self.asked_at = Some(now);
    }

    /// The connection is open.
    pub(super) fn opened(&mut self, now: Timestamp) {
        self.heard(now);
        self.next_ping = now + self.interval_ms;
    }

    /// The server was heard.
    pub(super) fn heard(&mut self, now: Timestamp) {
        if let Some(asked_at) = self.asked_at.take() {
            let took = now.saturating_sub(asked_at);
            // A shorter one counts only in part: the next one may be as long as those before.
            self.round_trip_ms = took.max((3 * self.round_trip_ms + took) / 4);
        }
        self.heard_at = now;
        self.probed_until = None;
    }

    /// Considers the server lost unless it is heard within this time, or a few round trips. Returns whether to ping it.
    pub(super) fn probe(&mut self, within_ms: u32, now: Timestamp) -> bool {
        let usual = (PROBE_ROUND_TRIPS * self.round_trip_ms).min(LONGEST_PROBE_MS);
        let until = now + Timestamp::from(within_ms).max(usual);
        let before = self.probed_until;
        self.probed_until = Some(before.map_or(until, |before| before.min(until)));
        if before.is_none() {
            self.asked_at.get_or_insert(now);
        }
        before.is_none()
    }

    /// When the server is considered lost, unless it is heard before.
    fn lost_at(&self) -> Timestamp {
        let silent_at = self.heard_at + self.timeout_ms;
        self.probed_until.map_or(silent_at, |until| until.min(silent_at))
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due, while the connection is open.
    pub(super) fn poll_timeout(&self) -> Timestamp {
        self.next_ping.min(self.lost_at())
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> Beat {
        if self.lost_at() <= now {
            return Beat::Lost(now.saturating_sub(self.heard_at));
        }
        if self.next_ping <= now {
            self.next_ping = now + self.interval_ms;
            self.asked_at.get_or_insert(now);
            return Beat::Ping;
        }
        Beat::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(round_trip_ms: Timestamp) -> Heartbeat {
        let mut heartbeat = Heartbeat::new(5_000, 15_000);
        heartbeat.opening(1_000);
        heartbeat.opened(1_000 + round_trip_ms);
        heartbeat
    }

    #[test]
    fn a_silent_server_is_pinged_and_lost_after_its_time_limit() {
        let mut heartbeat = open(0);
        assert_eq!((heartbeat.handle_timeout(5_999), heartbeat.poll_timeout()), (Beat::Nothing, 6_000));
        assert_eq!((heartbeat.handle_timeout(6_000), heartbeat.poll_timeout()), (Beat::Ping, 11_000));
        heartbeat.heard(6_100);
        assert_eq!(heartbeat.handle_timeout(21_000), Beat::Ping);
        assert_eq!(heartbeat.handle_timeout(21_100), Beat::Lost(15_000));
    }

    #[test]
    fn a_probe_gives_a_slow_server_three_round_trips_but_not_without_end() {
        for (round_trip_ms, lost_after_ms) in [(10, 500), (300, 900), (5_000, 2_000)] {
            let (mut heartbeat, now) = (open(round_trip_ms), 7_000);
            heartbeat.heard(now);
            assert!(heartbeat.probe(500, now));
            assert!(!heartbeat.probe(5_000, now + 1), "one ping is enough, and the earlier limit counts");
            assert_ne!(heartbeat.handle_timeout(now + lost_after_ms - 1), Beat::Lost(lost_after_ms - 1));
            assert_eq!(heartbeat.handle_timeout(now + lost_after_ms), Beat::Lost(lost_after_ms));
        }
    }

    #[test]
    fn whoever_is_heard_during_a_probe_is_not_lost() {
        let mut heartbeat = open(10);
        heartbeat.probe(500, 2_000);
        heartbeat.heard(2_400);
        assert_eq!(heartbeat.handle_timeout(2_600), Beat::Nothing);
        assert!(heartbeat.probe(500, 2_600));
    }
}
