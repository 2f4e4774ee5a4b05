//! When the media sections of removed publications may carry others.
//!
//! A transceiver that sent one publication must not send another as long as the remote end takes its section for the
//! first. The remote end has applied a description without the removed publications once it has answered one as an
//! offer, or makes its next offer after it got one as an answer.

use crate::model::SdpType;

/// Whether the remote end knows about the removed publications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Removal {
    /// It does, or nothing was removed.
    #[default]
    Agreed,
    /// No description without them has been requested from the browser.
    New,
    /// One is being created, or waits for its answer.
    Described,
    /// One was sent as an answer.
    Answered,
}

impl Removal {
    pub(super) fn is_agreed(self) -> bool {
        self == Self::Agreed
    }

    /// Only another offer of the remote end can confirm it.
    pub(super) fn needs_offer(self) -> bool {
        self == Self::Answered
    }

    /// A publication is no longer sent, and the remote end may have a description with it.
    pub(super) fn removed(&mut self) {
        *self = Self::New;
    }

    /// `setLocalDescription` is called.
    pub(super) fn setting_local(&mut self) {
        if *self == Self::New {
            *self = Self::Described;
        }
    }

    pub(super) fn local_description_set(&mut self, sdp_type: SdpType) {
        if *self == Self::Described && sdp_type == SdpType::Answer {
            *self = Self::Answered;
        }
    }

    /// A remote end that answers has applied the offer.
    pub(super) fn remote_description_set(&mut self, sdp_type: SdpType) {
        if *self == Self::Described && sdp_type == SdpType::Answer {
            *self = Self::Agreed;
        }
    }

    /// The remote end makes an offer: it has applied the answer before.
    pub(super) fn handle_offer(&mut self) {
        if *self == Self::Answered {
            *self = Self::Agreed;
        }
    }

    /// The remote end could not apply the answer.
    pub(super) fn handle_refused_answer(&mut self) {
        if *self == Self::Answered {
            *self = Self::New;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Step = fn(&mut Removal);

    const OFFER: Step = |removal| {
        removal.setting_local();
        removal.local_description_set(SdpType::Offer);
    };
    const ANSWER: Step = |removal| {
        removal.setting_local();
        removal.local_description_set(SdpType::Answer);
    };
    const ANSWERED: Step = |removal| removal.remote_description_set(SdpType::Answer);
    const THEIR_OFFER: Step = Removal::handle_offer;
    const REFUSED: Step = Removal::handle_refused_answer;
    const REMOVED: Step = Removal::removed;

    fn after(steps: &[Step]) -> Removal {
        let mut removal = Removal::default();
        steps.iter().for_each(|step| step(&mut removal));
        removal
    }

    #[test]
    fn an_answer_to_an_offer_without_the_publication_confirms_the_removal() {
        assert!(!after(&[REMOVED]).is_agreed());
        assert!(!after(&[REMOVED, OFFER]).is_agreed());
        assert!(after(&[REMOVED, OFFER, ANSWERED]).is_agreed());
    }

    #[test]
    fn an_answer_without_the_publication_is_confirmed_by_the_next_offer() {
        let answered = after(&[REMOVED, ANSWER]);
        assert!(!answered.is_agreed() && answered.needs_offer());
        assert!(after(&[REMOVED, ANSWER, THEIR_OFFER]).is_agreed());
    }

    #[test]
    fn what_was_described_before_the_removal_confirms_nothing() {
        assert!(!after(&[OFFER, REMOVED, ANSWERED]).is_agreed(), "the offer still had the publication");
        assert!(!after(&[ANSWER, REMOVED, THEIR_OFFER]).is_agreed());
        assert!(!after(&[REMOVED, OFFER, REMOVED, ANSWERED]).is_agreed(), "the second one is not in it");
        assert!(!after(&[REMOVED, THEIR_OFFER]).is_agreed(), "nothing was described at all");
    }

    #[test]
    fn an_answer_that_the_remote_end_cannot_apply_is_described_again() {
        let refused = after(&[REMOVED, ANSWER, REFUSED]);
        assert!(!refused.is_agreed() && !refused.needs_offer());
        assert!(!after(&[REMOVED, ANSWER, REFUSED, THEIR_OFFER]).is_agreed());
        assert!(after(&[REMOVED, ANSWER, REFUSED, OFFER, ANSWERED]).is_agreed());
    }
}
