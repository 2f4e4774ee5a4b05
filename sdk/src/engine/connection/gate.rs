//! What a participant at the remote end may cost this one: its browser pays for each description, section and candidate.
//!
//! A server is trusted with this, as it decides about the room anyway.

use super::Output;
use crate::error::Error;
use crate::model::{LinkSignal, PublicationId, SdpType, Slot, Slots, Timestamp};
use crate::pace::Pace;

/// The longest description, in bytes. Those of browsers have about two kilobytes for each section.
const MAX_BYTES: usize = 256 * 1024;
/// The most media sections of a description. Our own peers have fewer.
const MAX_SECTIONS: usize = 160;
/// The most candidates in a description, and from one to the next.
const MAX_CANDIDATES: usize = 256;

/// The offers that are made or requested at once, and the interval of those that follow.
const BURST: u64 = 64;
const INTERVAL_MS: Timestamp = 250;

/// Lets the signals of a remote end pass, unless they are too many.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pace: Pace,
    /// The candidates since the last description.
    candidates: usize,
    /// An offer and a request for one, which came too early, and when the first of them is due. Newer ones replace them.
    late: Vec<LinkSignal<Slot>>,
    due: Timestamp,
    is_named: bool,
}

impl Default for Gate {
    fn default() -> Self {
        let pace = Pace::new(BURST, INTERVAL_MS);
        Self { pace, candidates: 0, late: Vec::new(), due: 0, is_named: false }
    }
}

impl Gate {
    /// Returns the signal, if it can be processed now. Otherwise `outputs` get what this causes.
    pub(super) fn admit(
        &mut self,
        signal: LinkSignal<Slot>,
        outputs: &mut impl Extend<Output>,
        now: Timestamp,
    ) -> Option<LinkSignal<Slot>> {
        match &signal {
            LinkSignal::Description { description, carries } => {
                self.candidates = 0;
                let carried = carries.as_ref().map_or(0, Slots::len);
                if let Some(reason) = excess(&description.sdp, carried) {
                    let rejected = rejected(description.sdp_type, &reason);
                    outputs.extend(self.warning(reason).into_iter().chain([Output::Signal(rejected)]));
                    return None;
                }
                if description.sdp_type == SdpType::Offer {
                    self.pass(signal, outputs, now)
                } else {
                    Some(signal)
                }
            }
            LinkSignal::RequestOffer { .. } => self.pass(signal, outputs, now),
            LinkSignal::Candidate(_) => {
                self.candidates = self.candidates.saturating_add(1);
                if self.candidates > MAX_CANDIDATES {
                    outputs.extend(self.warning(format!("it sends more than {MAX_CANDIDATES} candidates")));
                    return None;
                }
                Some(signal)
            }
            LinkSignal::Rejected { .. } | LinkSignal::Slots(_) | LinkSignal::Wishes(_) => Some(signal),
        }
    }

    /// The remote end opened a data channel, which was closed.
    pub(super) fn refuse_channel(&mut self, outputs: &mut impl Extend<Output>) {
        outputs.extend(self.warning("it opens data channels".to_owned()));
    }

    /// When [`take_due`](Self::take_due) returns a signal.
    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        (!self.late.is_empty()).then_some(self.due)
    }

    /// The next signal that came too early and can be processed now.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<LinkSignal<Slot>> {
        if self.late.is_empty() || self.due > now {
            return None;
        }
        match self.pace.take(now) {
            Ok(()) => Some(self.late.remove(0)),
            Err(due) => {
                self.due = due;
                None
            }
        }
    }

    fn pass(
        &mut self,
        mut signal: LinkSignal<Slot>,
        outputs: &mut impl Extend<Output>,
        now: Timestamp,
    ) -> Option<LinkSignal<Slot>> {
        if self.late.is_empty() {
            match self.pace.take(now) {
                Ok(()) => return Some(signal),
                Err(due) => self.due = due,
            }
        }
        outputs.extend(self.warning("it causes too many offers".to_owned()));
        let kind = std::mem::discriminant(&signal);
        let earlier = self.late.iter().position(|late| std::mem::discriminant(late) == kind);
        let earlier = earlier.map(|at| self.late.remove(at));
        if let Some(LinkSignal::RequestOffer { restart: true, .. }) = earlier
            && let LinkSignal::RequestOffer { restart, .. } = &mut signal
        {
            *restart = true;
        }
        self.late.push(signal);
        None
    }

    /// A warning, once.
    fn warning(&mut self, detail: String) -> Option<Output> {
        let is_new = !std::mem::replace(&mut self.is_named, true);
        is_new.then_some(Output::Warning(Error::Negotiation { step: "limiting the remote end", detail }))
    }
}

/// Why a description is not passed to the browser.
fn excess(sdp: &str, carried: usize) -> Option<String> {
    let count = |start: &str| sdp.lines().filter(|line| line.starts_with(start)).count();
    let (limit, what) = if sdp.len() > MAX_BYTES {
        (MAX_BYTES, "bytes")
    } else if carried > MAX_SECTIONS || count("m=") > MAX_SECTIONS {
        (MAX_SECTIONS, "media sections")
    } else if count("a=candidate:") > MAX_CANDIDATES {
        (MAX_CANDIDATES, "candidates")
    } else {
        return None;
    };
    Some(format!("its description has more than {limit} {what}"))
}

fn rejected(sdp_type: SdpType, reason: &str) -> LinkSignal<PublicationId> {
    LinkSignal::Rejected { sdp_type, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{IceCandidate, Sections, SessionDescription};

    fn offer(sdp: impl Into<String>) -> LinkSignal<Slot> {
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp: sdp.into() };
        LinkSignal::Description { description, carries: None }
    }

    fn candidate() -> LinkSignal<Slot> {
        LinkSignal::Candidate(IceCandidate {
            candidate: "candidate:1".into(),
            sdp_mid: None,
            sdp_m_line_index: None,
            username_fragment: None,
        })
    }

    fn ask() -> LinkSignal<Slot> {
        LinkSignal::RequestOffer { sections: Sections::default(), restart: true }
    }

    #[test]
    fn a_description_that_is_too_much_is_rejected_and_its_sender_is_named_once() {
        let mut gate = Gate::default();
        let mut outputs = Vec::new();
        let usual = "v=0\r\n".to_owned() + &"m=audio 9 X 0\r\n".repeat(MAX_SECTIONS);
        assert!(gate.admit(offer(usual), &mut outputs, 0).is_some() && outputs.is_empty());
        for (sdp, what) in [
            ("m=audio 9 X 0\r\n".repeat(MAX_SECTIONS + 1), "160 media sections"),
            ("a=candidate:1\r\n".repeat(MAX_CANDIDATES + 1), "256 candidates"),
            ("x".repeat(MAX_BYTES + 1), "262144 bytes"),
        ] {
            assert_eq!(gate.admit(offer(sdp), &mut outputs, 0), None);
            let Some(Output::Signal(LinkSignal::Rejected { reason, .. })) = outputs.last() else { panic!() };
            assert!(reason.contains(what), "{reason}");
        }
        assert_eq!(outputs.iter().filter(|output| matches!(output, Output::Warning(_))).count(), 1);
    }

    #[test]
    fn candidates_are_counted_from_one_description_to_the_next() {
        let mut gate = Gate::default();
        let mut outputs = Vec::new();
        for _ in 0..2 {
            gate.admit(offer("v=0"), &mut outputs, 0);
            let admitted = (0..1_000).filter(|_| gate.admit(candidate(), &mut outputs, 0).is_some()).count();
            assert_eq!(admitted, MAX_CANDIDATES);
        }
        assert_eq!(outputs.len(), 1, "{outputs:?}");
    }

    #[test]
    fn offers_and_requests_beyond_the_pace_wait_and_the_last_of_each_counts() {
        let mut gate = Gate::default();
        let mut outputs = Vec::new();
        let admitted = (0..100).filter(|_| gate.admit(ask(), &mut outputs, 0).is_some()).count();
        assert_eq!(admitted as u64, BURST);
        for sdp in ["first", "second"] {
            assert_eq!(gate.admit(offer(sdp), &mut outputs, 0), None);
        }
        assert_eq!(outputs.len(), 1, "{outputs:?}");
        assert_eq!((gate.poll_timeout(), gate.take_due(INTERVAL_MS - 1)), (Some(INTERVAL_MS), None));
        assert_eq!(gate.take_due(INTERVAL_MS), Some(ask()));
        assert_eq!((gate.take_due(INTERVAL_MS), gate.poll_timeout()), (None, Some(2 * INTERVAL_MS)));
        assert_eq!(gate.take_due(2 * INTERVAL_MS), Some(offer("second")));
        assert_eq!(gate.poll_timeout(), None);
    }
}
