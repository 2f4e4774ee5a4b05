//! Limits the rate when a browser keeps firing `negotiationneeded` without any change.
//!
//! Chromium does so when it rolls back an offer with the first data channel of its connection: it never offers the
//! channel again, and finds that it has not been negotiated. Each round would immediately cause the next one,
//! endlessly.

use crate::model::Timestamp;

/// The number of consecutive rounds without a change that are normal.
const USUAL: u32 = 12;
/// Delay before the next offer once the limit is exceeded. There is still one, as something may have changed.
const PAUSE_MS: u64 = 2_000;
/// Rounds further apart than this are not consecutive. Longer than the pause.
const APART_MS: u64 = 3_000;

/// Counts negotiation rounds that change nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct NegotiationThrottle {
    offered: Vec<String>,
    agreed: Vec<String>,
    agreed_at: Timestamp,
    repeated: u32,
    due: Option<Timestamp>,
}

impl NegotiationThrottle {
    /// An offer was created.
    pub(super) fn handle_offer(&mut self, sdp: &str) {
        self.offered = sdp.lines().filter(|line| is_telling(line)).map(section).collect();
    }

    /// The remote end has answered the offer. Returns `true` once, when too many rounds changed nothing.
    pub(super) fn handle_answer(&mut self, now: Timestamp) -> bool {
        let follows = now.saturating_sub(self.agreed_at) < APART_MS;
        self.repeated = if follows && self.offered == self.agreed { self.repeated + 1 } else { 0 };
        self.agreed.clone_from(&self.offered);
        self.agreed_at = now;
        self.repeated == USUAL
    }

    /// There is something new to agree on.
    pub(super) fn reset(&mut self) {
        self.repeated = 0;
        self.agreed.clear();
    }

    /// The browser needs negotiation. Returns `true` if the offer must wait for the pause to pass.
    pub(super) fn holds_back(&mut self, now: Timestamp) -> bool {
        let due = self.agreed_at + PAUSE_MS;
        let is_throttled = self.repeated >= USUAL && now < due;
        if is_throttled {
            self.due = Some(due);
        }
        is_throttled
    }

    /// When a negotiation that was held back is due.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.due
    }

    /// Whether one is due now.
    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> bool {
        self.due.take_if(|due| *due <= now).is_some()
    }
}

/// Whether negotiation can change this line. An ICE restart is a change, too.
fn is_telling(line: &str) -> bool {
    const DIRECTIONS: [&str; 4] = ["a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"];
    line.starts_with("m=")
        || line.starts_with("a=ice-ufrag:")
        || line.starts_with("a=msid:")
        || line.starts_with("a=rid:")
        || DIRECTIONS.contains(&line)
}

/// Ignores the port, which changes with gathering. A rejected section has port 0.
fn section(line: &str) -> String {
    let mut words: Vec<_> = line.split(' ').collect();
    if line.starts_with("m=")
        && let Some(port) = words.get_mut(1).filter(|port| **port != "0")
    {
        *port = "9";
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(port: u32, direction: &str) -> String {
        format!("v=0\r\na=ice-ufrag:x\r\nm=audio {port} UDP/TLS/RTP/SAVPF 111\r\na={direction}\r\n")
    }

    fn round(throttle: &mut NegotiationThrottle, now: Timestamp, port: u32, direction: &str) -> bool {
        throttle.handle_offer(&offer(port, direction));
        throttle.handle_answer(now)
    }

    #[test]
    fn who_says_the_same_again_and_again_has_to_wait() {
        let mut throttle = NegotiationThrottle::default();
        for port in 0..=USUAL {
            assert!(!throttle.holds_back(0));
            assert_eq!(round(&mut throttle, 50, port + 9, "sendrecv"), port == USUAL);
        }
        assert!(throttle.holds_back(100));
        assert!(throttle.holds_back(500), "a second request waits too");
        assert_eq!(throttle.poll_timeout(), Some(50 + PAUSE_MS));
        assert!(!throttle.handle_timeout(100));
        assert!(throttle.handle_timeout(50 + PAUSE_MS));
        assert!(!throttle.holds_back(50 + PAUSE_MS), "the pause is over");
        assert_eq!(throttle.poll_timeout(), None);
        assert!(!round(&mut throttle, 2_200, 9, "sendrecv"), "it is reported once");
        assert!(!round(&mut throttle, 2_300, 9, "recvonly"));
        assert!(!throttle.holds_back(9_000), "a change");
    }

    #[test]
    fn offers_that_are_taken_back_alternate_with_others_or_are_far_apart_count_for_nothing() {
        let mut throttle = NegotiationThrottle::default();
        for _ in 0..20 {
            throttle.handle_offer(&offer(9, "sendrecv"));
        }
        assert!(!throttle.holds_back(0));
        for _ in 0..20 {
            assert!(!round(&mut throttle, 50, 9, "sendrecv"));
            throttle.reset();
        }
        for minute in 1..20 {
            assert!(!round(&mut throttle, minute * 60_000, 9, "sendrecv"));
        }
        assert!(!throttle.holds_back(0));
    }
}
