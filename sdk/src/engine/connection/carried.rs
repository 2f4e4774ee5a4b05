//! What the media sections carry, as the remote end says: in its descriptions, or in signals of their own.
//!
//! A description counts once it is applied. The roster is faster: a publication that has ended there is still in the
//! descriptions that arrived before. If it is published again under the same id, they do not mean the new one.

use std::collections::VecDeque;

use crate::collections::SortedSet;
use crate::model::{PublicationId, SdpType, SessionDescription, Slots};

/// Maximum descriptions that wait for negotiation. Beyond this, the oldest ones were ignored by it.
const MAX_ANNOUNCED: usize = 32;

/// A remote description that is being applied, with its publications.
#[derive(Clone, Debug)]
struct Applying {
    sdp_type: SdpType,
    slots: Option<Slots>,
}

/// The remote publications by `mid`.
#[derive(Clone, Debug, Default)]
pub(super) struct Carried {
    slots: Slots,
    /// Remote descriptions that negotiation has not processed yet, with their publications.
    announced: VecDeque<(SessionDescription, Option<Slots>)>,
    applying: Option<Applying>,
    /// Publications that have ended since the last description arrived, which may still carry them.
    withdrawn: SortedSet<PublicationId>,
    /// One of those is published again.
    lacks: bool,
}

impl Carried {
    /// After the description was applied.
    pub(super) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// A description has arrived.
    pub(super) fn announce(&mut self, description: SessionDescription, slots: Option<Slots>) {
        if self.announced.len() == MAX_ANNOUNCED {
            self.announced.pop_front();
        }
        if slots.is_some() {
            self.complete();
        }
        self.announced.push_back((description, slots));
    }

    /// A signal of its own has arrived. It is newer than what pending descriptions carry.
    pub(super) fn replace(&mut self, slots: Slots) {
        self.announced.iter_mut().for_each(|(_, carries)| *carries = None);
        if let Some(applying) = &mut self.applying {
            applying.slots = None;
        }
        self.complete();
        self.slots = slots;
    }

    fn complete(&mut self) {
        self.withdrawn.clear();
        self.lacks = false;
    }

    /// The browser is to apply a description.
    pub(super) fn applying(&mut self, description: &SessionDescription) {
        let mut slots = None;
        // Earlier ones were ignored.
        while let Some((announced, carries)) = self.announced.pop_front() {
            if announced == *description {
                slots = carries;
                break;
            }
        }
        self.applying = Some(Applying { sdp_type: description.sdp_type, slots });
    }

    /// The description was applied. Returns its type.
    pub(super) fn applied(&mut self) -> Option<SdpType> {
        let Applying { sdp_type, slots } = self.applying.take()?;
        if let Some(slots) = slots {
            self.slots = slots;
        }
        Some(sdp_type)
    }

    /// The description could not be applied.
    pub(super) fn failed(&mut self) {
        self.applying = None;
    }

    /// The remote end has ended a publication.
    pub(super) fn withdraw(&mut self, id: &PublicationId) {
        let announced = self.announced.iter_mut().filter_map(|(_, slots)| slots.as_mut());
        let applying = self.applying.iter_mut().filter_map(|applying| applying.slots.as_mut());
        let mut was_carried = false;
        for slots in announced.chain(applying).chain([&mut self.slots]) {
            let before = slots.len();
            slots.retain(|_, slot| slot.publication_id != *id);
            was_carried |= slots.len() < before;
        }
        if was_carried {
            self.withdrawn.insert(id.clone());
        }
    }

    /// The remote end publishes something. Returns whether it has ended before, and no description has arrived since.
    pub(super) fn expect(&mut self, id: &PublicationId) -> bool {
        let lacks = self.withdrawn.contains(id);
        self.lacks |= lacks;
        lacks
    }

    /// Whether another description is expected to carry what is published again.
    pub(super) fn lacks(&self) -> bool {
        self.lacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Slot;

    fn description(number: u32) -> SessionDescription {
        SessionDescription { sdp_type: SdpType::Offer, sdp: format!("v={number}") }
    }

    fn slots(ids: &[&str]) -> Slots {
        let slot = |id: &&str| Slot { participant_id: "b".into(), publication_id: (*id).into() };
        ids.iter().enumerate().map(|(mid, id)| (mid.to_string(), slot(id))).collect()
    }

    fn ids(carried: &Carried) -> Vec<&str> {
        carried.slots().values().map(|slot| slot.publication_id.as_str()).collect()
    }

    #[test]
    fn descriptions_that_nobody_asked_for_are_not_kept() {
        let mut carried = Carried::default();
        (0..1_000).for_each(|number| carried.announce(description(number), None));
        assert!(carried.announced.len() <= MAX_ANNOUNCED);
    }

    #[test]
    fn what_has_arrived_before_a_publication_ended_does_not_carry_it_any_more() {
        let camera = "camera".into();
        let both = || Some(slots(&["microphone", "camera"]));
        let steps: [fn(&mut Carried); 2] =
            [|carried| carried.applying(&description(1)), |carried| assert!(carried.applied().is_some())];
        for done in 0..=steps.len() {
            let mut carried = Carried::default();
            carried.announce(description(1), both());
            steps[..done].iter().for_each(|step| step(&mut carried));
            carried.withdraw(&camera);
            steps[done..].iter().for_each(|step| step(&mut carried));
            assert_eq!(ids(&carried), ["microphone"], "after {done} steps");
            assert!(carried.expect(&camera) && carried.lacks());

            carried.announce(description(2), both());
            assert!(!carried.expect(&camera) && !carried.lacks(), "whoever made this one knew");
            carried.applying(&description(2));
            assert_eq!(carried.applied(), Some(SdpType::Offer));
            assert_eq!(ids(&carried), ["microphone", "camera"]);
        }
    }

    #[test]
    fn what_was_not_carried_is_not_withdrawn() {
        let mut carried = Carried::default();
        carried.replace(slots(&["microphone"]));
        carried.withdraw(&"camera".into());
        assert!(!carried.expect(&"camera".into()));
    }
}
