//! Holds ICE candidates until the description that they belong to is in place (RFC 8838).

use std::collections::VecDeque;

use crate::model::IceCandidate;

/// The most candidates that are held before their description; our own peers send fewer.
const MAX_HELD: usize = 256;
/// Of one candidate, in bytes. A real one has some 200.
const MAX_LENGTH: usize = 2_048;
/// Of different ufrags, and of different sections, in one description.
const MAX_VALUES: usize = 1_024;

/// The candidates of one peer connection, in both directions.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    remote_ufrags: Vec<String>,
    /// The media sections of the remote description; empty if it names none.
    remote_mids: Vec<String>,
    held_remote: VecDeque<IceCandidate>,
    held_local: Vec<IceCandidate>,
}

impl Candidates {
    /// Holds a remote candidate. [`take_remote`](Self::take_remote) returns it when it can be added. One that is too long for
    /// a candidate is dropped.
    pub fn hold_remote(&mut self, candidate: IceCandidate) {
        let optional = [&candidate.sdp_mid, &candidate.username_fragment];
        let length: usize =
            optional.into_iter().flatten().chain([&candidate.candidate]).map(String::len).sum();
        if length > MAX_LENGTH {
            return;
        }
        if self.held_remote.len() == MAX_HELD {
            self.held_remote.pop_front();
        }
        self.held_remote.push_back(candidate);
    }

    /// A remote description has been set.
    pub fn remote_description_set(&mut self, sdp: &str) {
        self.remote_ufrags = values(sdp, "a=ice-ufrag:");
        self.remote_mids = values(sdp, "a=mid:");
    }

    /// Returns the candidates that belong to the current remote description, by its ufrags and media sections. The
    /// others stay: a browser that rolls an offer back may use the same candidates again without signaling them twice.
    pub fn take_remote(&mut self) -> Vec<IceCandidate> {
        if self.remote_ufrags.is_empty() {
            return Vec::new();
        }
        let (due, other) = self.held_remote.drain(..).partition(|candidate: &IceCandidate| {
            let ufrag = candidate.username_fragment.as_ref();
            // An end that rolls an offer back may keep its ufrag, but not the sections that the offer would have added.
            let mid = candidate.sdp_mid.as_ref().filter(|_| !self.remote_mids.is_empty());
            ufrag.is_none_or(|ufrag| self.remote_ufrags.contains(ufrag))
                && mid.is_none_or(|mid| self.remote_mids.contains(mid))
        });
        self.held_remote = other;
        Vec::from(due)
    }

    /// Holds a local candidate until the description that it belongs to was sent.
    pub fn hold_local(&mut self, candidate: IceCandidate) {
        self.held_local.push(candidate);
    }

    /// Returns the local candidates that were held.
    pub fn take_local(&mut self) -> Vec<IceCandidate> {
        std::mem::take(&mut self.held_local)
    }
}

/// The values of an attribute. Bundled sections repeat theirs.
fn values(sdp: &str, attribute: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in sdp.lines().filter_map(|line| line.strip_prefix(attribute)).map(str::trim) {
        if values.last().is_none_or(|last| last != value) && values.len() < MAX_VALUES {
            values.push(value.to_owned());
        }
    }
    values
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
        assert_eq!(candidates.take_remote(), []);
        candidates.remote_description_set("v=0\r\na=ice-ufrag:abcd\r\n");
        assert_eq!(candidates.take_remote(), [candidate(Some("abcd"))]);
    }

    #[test]
    fn a_remote_end_that_lies_fills_no_memory() {
        let mut candidates = Candidates::default();
        let long = "x".repeat(250_000);
        for fault in 0..3 {
            let mut lie = candidate(Some("other"));
            *[
                &mut lie.candidate,
                lie.sdp_mid.get_or_insert_default(),
                lie.username_fragment.get_or_insert_default(),
            ][fault] = long.clone();
            candidates.hold_remote(lie);
        }
        assert_eq!(candidates.held_remote, []);
        let sections = |name: fn(usize) -> String| {
            (0..5_000).map(|at| format!("a=ice-ufrag:{}\r\n", name(at))).collect::<String>()
        };
        candidates.remote_description_set(&sections(|at| at.to_string()));
        assert_eq!(candidates.remote_ufrags.len(), MAX_VALUES);
        candidates.remote_description_set(&sections(|_| "bundled".into()));
        assert_eq!(candidates.remote_ufrags, ["bundled"]);
    }

    #[test]
    fn candidates_of_an_ignored_offer_wait_for_a_description_that_has_them_again() {
        let mut candidates = Candidates::default();
        candidates.remote_description_set("a=ice-ufrag:new\r\n");
        candidates.hold_remote(candidate(Some("ignored")));
        candidates.hold_remote(candidate(None));
        assert_eq!(candidates.take_remote(), [candidate(None)]);
        candidates.remote_description_set("a=ice-ufrag:ignored\r\n");
        assert_eq!(candidates.take_remote(), [candidate(Some("ignored"))]);
    }

    #[test]
    fn candidates_of_a_section_that_only_an_ignored_offer_had_wait() {
        let mut candidates = Candidates::default();
        candidates.remote_description_set("a=ice-ufrag:same\r\na=mid:data\r\n");
        candidates.hold_remote(candidate(Some("same")));
        assert_eq!(candidates.take_remote(), []);
        candidates.remote_description_set("a=ice-ufrag:same\r\na=mid:data\r\na=mid:0\r\n");
        assert_eq!(candidates.take_remote().len(), 1);
    }

    #[test]
    fn candidates_of_the_next_description_are_kept() {
        let mut candidates = Candidates::default();
        candidates.remote_description_set("a=ice-ufrag:old\r\n");
        candidates.hold_remote(candidate(Some("next")));
        assert_eq!(candidates.take_remote(), []);
        candidates.remote_description_set("a=ice-ufrag:next\r\n");
        assert_eq!(candidates.take_remote().len(), 1);
    }
}
