//! Decides when a lost connection gets an ICE restart.
//!
//! Both ends notice a loss at about the same time, so the polite one leaves the first attempt to the other. Attempts are
//! repeated after a growing delay, until one succeeds or the limit has passed. A change of the network, or a request of the
//! remote end, causes one at once, also after that. What a restart cannot restore (`connection/damage.rs`), a room replaces
//! by a new connection (`session/replacement.rs`).

use super::negotiation::Politeness;
use crate::model::{ConnectionState, Timestamp};

/// How long a lost connection is restored by default, in milliseconds.
pub const GIVE_UP_AFTER_MS: Timestamp = 5 * 60_000;

/// An interruption that lasts this long may not end by itself.
const INTERRUPTION_MS: Timestamp = 1_000;
/// Additional delay at the polite end.
const POLITE_DELAY_MS: Timestamp = 1_500;
/// Delay after a failed attempt, multiplied by the number of attempts.
const RETRY_MS: Timestamp = 500;
/// Duration of an attempt. Browsers repeat their connectivity checks more and more rarely, so a path that has returned may
/// be found only by the next attempt.
const ATTEMPT_MS: Timestamp = 3_000;
/// Each attempt takes this much longer than the one before.
const GROWTH_MS: Timestamp = 150;
const LONGEST_MS: Timestamp = 30_000;
/// Minimum time between two attempts.
const APART_MS: Timestamp = 1_000;

/// What to do about a lost connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Restart ICE; the number of the attempt.
    Restart(u32),
    /// Report that the connection could not be restored.
    GiveUp,
}

/// The recovery of one peer connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recovery {
    give_up_after_ms: Timestamp,
    state: ConnectionState,
    lost_at: Option<Timestamp>,
    attempts: u32,
    attempted_at: Option<Timestamp>,
    /// When the next attempt is due.
    due: Option<Timestamp>,
    /// When an attempt is due unless connected by then.
    deadline: Option<Timestamp>,
    has_given_up: bool,
}

impl Recovery {
    /// Creates a recovery with a limit in milliseconds.
    pub fn new(give_up_after_ms: Timestamp) -> Self {
        Self {
            give_up_after_ms,
            state: ConnectionState::New,
            lost_at: None,
            attempts: 0,
            attempted_at: None,
            due: None,
            deadline: None,
            has_given_up: false,
        }
    }

    /// The connection state changed.
    pub fn handle_state(&mut self, state: ConnectionState, politeness: Politeness, now: Timestamp) {
        self.state = state;
        let courtesy = if politeness == Politeness::Polite { POLITE_DELAY_MS } else { 0 };
        match state {
            ConnectionState::Connected | ConnectionState::Closed => {
                *self = Self { state, attempted_at: self.attempted_at, ..Self::new(self.give_up_after_ms) };
            }
            _ if self.has_given_up => {}
            ConnectionState::Failed => {
                self.lost_at.get_or_insert(now);
                let at = now + (RETRY_MS * u64::from(self.attempts)).min(LONGEST_MS) + courtesy;
                self.due = Some(self.due.map_or(at, |due| due.min(at)));
            }
            ConnectionState::Disconnected => {
                self.lost_at.get_or_insert(now);
                self.due.get_or_insert(now + INTERRUPTION_MS + courtesy);
            }
            // One of the ends restarted ICE: give it time.
            ConnectionState::New | ConnectionState::Connecting => {
                self.due = (self.attempts > 0).then(|| self.patience(now));
            }
        }
    }

    /// The connection is to be restarted at this time, unless it is connected by then.
    pub fn set_deadline(&mut self, at: Timestamp) {
        if self.state != ConnectionState::Connected {
            self.deadline = Some(at);
        }
    }

    /// The network of this end changed: the connection may be lost, or could be restored now.
    pub fn handle_network_change(&mut self, now: Timestamp) {
        if matches!(self.state, ConnectionState::New | ConnectionState::Closed) {
            return;
        }
        self.start_over(now);
    }

    /// The remote end asks for a restart. An attempt under way is enough: it succeeds, or is followed by another.
    pub fn handle_request(&mut self, now: Timestamp) {
        let is_open = !matches!(self.state, ConnectionState::New | ConnectionState::Closed);
        if is_open && (self.attempts == 0 || self.due.is_none()) {
            self.start_over(now);
        }
    }

    /// Restarts soon, with the full limit from now on.
    fn start_over(&mut self, now: Timestamp) {
        (self.attempts, self.has_given_up) = (0, false);
        self.lost_at = self.lost_at.map(|_| now);
        let at = self.attempted_at.map_or(now, |before| now.max(before + APART_MS));
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// The limit, in milliseconds.
    pub fn give_up_after_ms(&self) -> Timestamp {
        self.give_up_after_ms
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.due.into_iter().chain(self.deadline).min()
    }

    /// Advances time. An end that still waits for a reply to the last attempt does not give up: signaling may be
    /// interrupted, too.
    pub fn handle_timeout(&mut self, awaits_reply: bool, now: Timestamp) -> Option<Step> {
        self.poll_timeout().filter(|due| *due <= now)?;
        self.deadline = None;
        let is_over = self.lost_at.is_some_and(|lost_at| lost_at + self.give_up_after_ms <= now);
        if is_over && self.attempts > 0 && !awaits_reply {
            (self.due, self.has_given_up) = (None, true);
            return Some(Step::GiveUp);
        }
        self.attempts += 1;
        self.attempted_at = Some(now);
        // A connection that has not noticed the loss may never be interrupted.
        self.due = (self.state != ConnectionState::Connected).then(|| self.patience(now));
        Some(Step::Restart(self.attempts))
    }

    fn patience(&self, now: Timestamp) -> Timestamp {
        now + (ATTEMPT_MS + GROWTH_MS * u64::from(self.attempts)).min(LONGEST_MS)
    }
}

impl Default for Recovery {
    fn default() -> Self {
        Self::new(GIVE_UP_AFTER_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ConnectionState::{Connected, Connecting, Disconnected, Failed};
    use Politeness::{Impolite, Polite};

    fn after(politeness: Politeness, states: &[(ConnectionState, Timestamp)]) -> Recovery {
        let mut recovery = Recovery::default();
        for (state, now) in states {
            recovery.handle_state(*state, politeness, *now);
        }
        recovery
    }

    fn attempt(recovery: &mut Recovery, now: Timestamp) -> Option<Step> {
        recovery.handle_timeout(false, now)
    }

    #[test]
    fn a_failure_is_answered_at_once_by_one_end_and_later_by_the_other() {
        assert_eq!(after(Impolite, &[(Failed, 100)]).poll_timeout(), Some(100));
        assert_eq!(after(Polite, &[(Failed, 100)]).poll_timeout(), Some(100 + POLITE_DELAY_MS));
    }

    #[test]
    fn an_interruption_gets_time_to_end_by_itself() {
        let states = [(Disconnected, 0), (Connected, 900)];
        assert_eq!(after(Impolite, &states[..1]).poll_timeout(), Some(INTERRUPTION_MS));
        assert_eq!(after(Impolite, &states).poll_timeout(), None);
    }

    #[test]
    fn a_failure_does_not_put_off_what_is_due_sooner() {
        let states = [(Disconnected, 0), (Failed, 999)];
        assert_eq!(after(Polite, &states).poll_timeout(), Some(999 + POLITE_DELAY_MS));
        assert_eq!(after(Impolite, &states).poll_timeout(), Some(999));
    }

    #[test]
    fn the_restart_of_the_far_end_makes_the_own_one_needless() {
        assert_eq!(after(Polite, &[(Failed, 0), (Connecting, 1_000)]).poll_timeout(), None);
    }

    #[test]
    fn attempts_grow_rarer_and_end() {
        let mut recovery = after(Impolite, &[(Failed, 0)]);
        let (mut waits, mut now) = (Vec::new(), 0);
        while let Some(due) = recovery.poll_timeout() {
            waits.push(due - now);
            now = due;
            let step = attempt(&mut recovery, now);
            let number = waits.len() as u32;
            assert_eq!(step, Some(if now < GIVE_UP_AFTER_MS { Step::Restart(number) } else { Step::GiveUp }));
            assert_eq!(attempt(&mut recovery, now), None, "one attempt at a time");
        }
        assert!(waits.is_sorted() && waits[1] < 4_000 && waits.last() > Some(&8_000), "{waits:?}");
        recovery.handle_state(Disconnected, Impolite, now);
        assert_eq!(recovery.poll_timeout(), None, "it has given up");

        recovery.handle_state(Connected, Impolite, now);
        recovery.handle_state(Failed, Impolite, now);
        assert_eq!(recovery.poll_timeout(), Some(now), "success resets the count");
    }

    #[test]
    fn an_end_that_waits_for_signaling_does_not_give_up() {
        let mut recovery = after(Impolite, &[(Failed, 0)]);
        let mut now = 0;
        while now < GIVE_UP_AFTER_MS * 2 {
            now = recovery.poll_timeout().unwrap();
            assert!(matches!(recovery.handle_timeout(true, now), Some(Step::Restart(_))));
        }
        assert_eq!(attempt(&mut recovery, now + LONGEST_MS), Some(Step::GiveUp));
    }

    #[test]
    fn a_network_change_restarts_at_once_and_once() {
        let mut recovery = after(Polite, &[(Connected, 0)]);
        recovery.handle_network_change(50_000);
        recovery.handle_network_change(50_000);
        assert_eq!(attempt(&mut recovery, 50_000), Some(Step::Restart(1)));
        assert_eq!(recovery.poll_timeout(), None, "the browser may not have noticed, and need not");
        recovery.handle_network_change(50_100);
        assert_eq!(recovery.poll_timeout(), Some(50_000 + APART_MS), "a flood of changes");

        let mut recovery = after(Polite, &[(Disconnected, 0)]);
        recovery.handle_network_change(10);
        assert_eq!(attempt(&mut recovery, 10), Some(Step::Restart(1)));
    }

    #[test]
    fn who_has_given_up_tries_again_when_the_network_changes_or_the_far_end_asks() {
        for asks in [true, false] {
            let mut recovery = Recovery::new(0);
            recovery.handle_state(Failed, Impolite, 0);
            assert_eq!(attempt(&mut recovery, 0), Some(Step::Restart(1)));
            assert_eq!(attempt(&mut recovery, 60_000), Some(Step::GiveUp));
            match asks {
                true => recovery.handle_request(70_000),
                false => recovery.handle_network_change(70_000),
            }
            assert!(matches!(attempt(&mut recovery, 70_000), Some(Step::Restart(_))));
        }
    }

    #[test]
    fn a_request_during_an_attempt_causes_no_other() {
        let mut recovery = after(Impolite, &[(Failed, 0)]);
        attempt(&mut recovery, 0);
        let due = recovery.poll_timeout();
        recovery.handle_request(100);
        assert_eq!(recovery.poll_timeout(), due);

        let mut recovery = after(Impolite, &[(Connected, 0)]);
        recovery.handle_request(5_000);
        assert_eq!(attempt(&mut recovery, 5_000), Some(Step::Restart(1)), "only the far end has noticed");
    }

    #[test]
    fn a_deadline_passes_unless_there_is_a_connection_by_then() {
        for state in [Connecting, Connected] {
            let mut recovery = Recovery::default();
            recovery.set_deadline(4_000);
            recovery.handle_state(state, Impolite, 100);
            assert_eq!(recovery.poll_timeout().is_some(), state == Connecting);
        }
    }
}
