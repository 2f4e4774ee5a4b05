//! Decides when a lost connection gets an ICE restart.
//!
//! Both ends notice a loss at about the same time, so the polite one leaves the first attempt to the other. A failed
//! attempt is repeated after a growing delay, until [`MAX_ATTEMPTS`] are used up.

use super::negotiation::Politeness;
use crate::model::{ConnectionState, Timestamp};

/// The number of ICE restarts before giving up.
pub const MAX_ATTEMPTS: u32 = 10;

/// An interruption that lasts this long does not end by itself.
const INTERRUPTION_MS: Timestamp = 4_000;
/// Additional delay at the polite end.
const POLITE_DELAY_MS: Timestamp = 1_500;
/// Delay after a failed attempt, multiplied by the number of attempts.
const RETRY_MS: Timestamp = 1_000;
/// Duration of an attempt, multiplied by the number of attempts.
const ATTEMPT_MS: Timestamp = 6_000;
const LONGEST_MS: Timestamp = 30_000;

/// The recovery of one peer connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Recovery {
    attempts: u32,
    due: Option<Timestamp>,
}

impl Recovery {
    /// The connection state changed.
    pub fn handle_state(&mut self, state: ConnectionState, politeness: Politeness, now: Timestamp) {
        let courtesy = if politeness == Politeness::Polite { POLITE_DELAY_MS } else { 0 };
        match state {
            ConnectionState::Failed => {
                let at = now + (RETRY_MS * u64::from(self.attempts)).min(LONGEST_MS) + courtesy;
                self.due = Some(self.due.map_or(at, |due| due.min(at)));
            }
            ConnectionState::Disconnected => {
                self.due.get_or_insert(now + INTERRUPTION_MS + courtesy);
            }
            // One of the ends restarted ICE: give it time.
            ConnectionState::New | ConnectionState::Connecting => {
                self.due = (self.attempts > 0).then(|| self.patience(now));
            }
            ConnectionState::Connected | ConnectionState::Closed => *self = Self::default(),
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.due.filter(|_| self.attempts < MAX_ATTEMPTS)
    }

    /// Advances time. Returns the number of the attempt if ICE must be restarted.
    pub fn handle_timeout(&mut self, now: Timestamp) -> Option<u32> {
        self.poll_timeout().filter(|due| *due <= now)?;
        self.attempts += 1;
        self.due = Some(self.patience(now));
        Some(self.attempts)
    }

    fn patience(&self, now: Timestamp) -> Timestamp {
        now + (ATTEMPT_MS * u64::from(self.attempts)).min(LONGEST_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(politeness: Politeness, states: &[(ConnectionState, Timestamp)]) -> Recovery {
        let mut recovery = Recovery::default();
        for (state, now) in states {
            recovery.handle_state(*state, politeness, *now);
        }
        recovery
    }

    #[test]
    fn a_failure_is_answered_at_once_by_one_end_and_later_by_the_other() {
        let impolite = after(Politeness::Impolite, &[(ConnectionState::Failed, 100)]);
        assert_eq!(impolite.poll_timeout(), Some(100));
        let polite = after(Politeness::Polite, &[(ConnectionState::Failed, 100)]);
        assert_eq!(polite.poll_timeout(), Some(100 + POLITE_DELAY_MS));
    }

    #[test]
    fn an_interruption_gets_time_to_end_by_itself() {
        let states = [(ConnectionState::Disconnected, 0), (ConnectionState::Connected, 3_000)];
        assert_eq!(after(Politeness::Impolite, &states[..1]).poll_timeout(), Some(INTERRUPTION_MS));
        assert_eq!(after(Politeness::Impolite, &states).poll_timeout(), None);
    }

    #[test]
    fn a_failure_does_not_put_off_what_is_due_sooner() {
        let states = [(ConnectionState::Disconnected, 0), (ConnectionState::Failed, 3_999)];
        assert_eq!(after(Politeness::Polite, &states).poll_timeout(), Some(3_999 + POLITE_DELAY_MS));
        assert_eq!(after(Politeness::Impolite, &states).poll_timeout(), Some(3_999));
    }

    #[test]
    fn the_restart_of_the_far_end_makes_the_own_one_needless() {
        let states = [(ConnectionState::Failed, 0), (ConnectionState::Connecting, 1_000)];
        assert_eq!(after(Politeness::Polite, &states).poll_timeout(), None);
    }

    #[test]
    fn attempts_grow_rarer_and_end() {
        let mut recovery = after(Politeness::Impolite, &[(ConnectionState::Failed, 0)]);
        let mut waits = Vec::new();
        let mut now = 0;
        while let Some(due) = recovery.poll_timeout() {
            waits.push(due - now);
            now = due;
            assert_eq!(recovery.handle_timeout(now), Some(waits.len() as u32));
            assert_eq!(recovery.handle_timeout(now), None, "one attempt at a time");
        }
        assert_eq!(waits.len() as u32, MAX_ATTEMPTS);
        assert!(waits.is_sorted() && waits.ends_with(&[LONGEST_MS, LONGEST_MS]), "{waits:?}");

        recovery.handle_state(ConnectionState::Connected, Politeness::Impolite, now);
        recovery.handle_state(ConnectionState::Failed, Politeness::Impolite, now);
        assert_eq!(recovery.poll_timeout(), Some(now), "success resets the count");
    }
}
