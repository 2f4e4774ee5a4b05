//! Holds ICE candidates until the description that they belong to is in place (RFC 8838).

use std::collections::VecDeque;

use crate::model::IceCandidate;

/// A far end that sends more than this before its description is not one of ours.
const MAX_HELD: usize = 256;

/// The candidates of one peer connection, in both directions.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    remote_ufrags: Vec<String>,
    held_remote: VecDeque<IceCandidate>,
    held_local: Vec<IceCandidate>,
}

impl Candidates {
    /// Holds a candidate of the far end. [`take_remote`](Self::take_remote) gives it out when it is due.
    pub fn hold_remote(&mut self, candidate: IceCandidate) {
        if self.held_remote.len() == MAX_HELD {
            self.held_remote.pop_front();
        }
        self.held_remote.push_back(candidate);
    }

    /// A description of the far end is in place now.
    pub fn remote_description_set(&mut self, sdp: &str) {
        self.remote_ufrags = ufrags(sdp).map(str::to_owned).collect();
    }

    /// The candidates that belong to the far end's present description. What belongs to another one is kept if
    /// `description_expected`, and else dropped: it belongs to an offer that was ignored.
    pub fn take_remote(&mut self, description_expected: bool) -> Vec<IceCandidate> {
        if self.remote_ufrags.is_empty() {
            return Vec::new();
        }
        let (due, other) = self.held_remote.drain(..).partition(|candidate: &IceCandidate| {
            candidate.username_fragment.as_ref().is_none_or(|ufrag| self.remote_ufrags.contains(ufrag))
        });
        if description_expected {
            self.held_remote = other;
        }
        Vec::from(due)
    }

    /// Holds a candidate of one's own until the description that it belongs to was sent.
    pub fn hold_local(&mut self, candidate: IceCandidate) {
        self.held_local.push(candidate);
    }

    /// One's own candidates that were held.
    pub fn take_local(&mut self) -> Vec<IceCandidate> {
        std::mem::take(&mut self.held_local)
    }
}

fn ufrags(sdp: &str) -> impl Iterator<Item = &str> {
    sdp.lines().filter_map(|line| line.strip_prefix("a=ice-ufrag:")).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(ufrag: Option<&str>) -> IceCandidate {
        IceCandidate {
            candidate: "candidate:1 1 udp 1 127.0.0.1 9 typ host".into(),
            sdp_mid: Some("0".into()),
            sdp_m_line_index: Some(0),
            username_fragment: ufrag.map(str::to_owned),
        }
    }

    #[test]
    fn early_candidates_wait_for_their_description() {
        let mut candidates = Candidates::default();
        candidates.hold_remote(candidate(Some("abcd")));
        assert_eq!(candidates.take_remote(true), []);
        candidates.remote_description_set("v=0\r\na=ice-ufrag:abcd\r\n");
        assert_eq!(candidates.take_remote(false), [candidate(Some("abcd"))]);
    }

    #[test]
    fn candidates_of_an_ignored_offer_are_dropped() {
        let mut candidates = Candidates::default();
        candidates.remote_description_set("a=ice-ufrag:new\r\n");
        candidates.hold_remote(candidate(Some("ignored")));
        candidates.hold_remote(candidate(None));
        assert_eq!(candidates.take_remote(false), [candidate(None)]);
        candidates.remote_description_set("a=ice-ufrag:ignored\r\n");
        assert_eq!(candidates.take_remote(false), []);
    }

    #[test]
    fn candidates_of_the_next_description_are_kept() {
        let mut candidates = Candidates::default();
        candidates.remote_description_set("a=ice-ufrag:old\r\n");
        candidates.hold_remote(candidate(Some("next")));
        assert_eq!(candidates.take_remote(true), []);
        candidates.remote_description_set("a=ice-ufrag:next\r\n");
        assert_eq!(candidates.take_remote(false).len(), 1);
    }
}
