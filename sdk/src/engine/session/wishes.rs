//! What is wanted of the others' publications.

use std::collections::BTreeMap;

use crate::engine::topology::FarEnd;
use crate::model::{ParticipantId, PublicationId, Wish};

/// The wishes that differ from "all of it".
#[derive(Debug, Default)]
pub(super) struct Wishes(BTreeMap<(ParticipantId, PublicationId), Wish>);

impl Wishes {
    pub(super) fn set(&mut self, wish: Wish) {
        let key = (wish.participant_id.clone(), wish.publication_id.clone());
        if wish.wanted && wish.max_height.is_none() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, wish);
        }
    }

    /// Whether a publication is wanted at all.
    pub(super) fn wants(&self, owner: &ParticipantId, id: &PublicationId) -> bool {
        self.0.get(&(owner.clone(), id.clone())).is_none_or(|wish| wish.wanted)
    }

    /// Those that concern what is at the far end of a connection: a participant's are its own, an SFU's are everyone's.
    pub(super) fn of(&self, peer: &ParticipantId, far_end: FarEnd) -> Vec<Wish> {
        let is_meant = |wish: &&Wish| far_end == FarEnd::Sfu || wish.participant_id == *peer;
        self.0.values().filter(is_meant).cloned().collect()
    }

    /// Forgets those about someone who is gone.
    pub(super) fn forget(&mut self, owner: &ParticipantId) {
        self.0.retain(|(of, _), _| of != owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(owner: &str, wanted: bool, max_height: Option<u32>) -> Wish {
        Wish { participant_id: owner.into(), publication_id: "cam".into(), wanted, max_height }
    }

    #[test]
    fn each_far_end_hears_what_concerns_it() {
        let mut wishes = Wishes::default();
        wishes.set(wish("a", true, Some(180)));
        wishes.set(wish("b", false, None));
        assert_eq!(wishes.of(&"sfu".into(), FarEnd::Sfu).len(), 2);
        assert_eq!(wishes.of(&"b".into(), FarEnd::Participant), [wish("b", false, None)]);
        assert!(!wishes.wants(&"b".into(), &"cam".into()) && wishes.wants(&"a".into(), &"cam".into()));
        wishes.set(wish("b", true, None));
        assert!(wishes.of(&"b".into(), FarEnd::Participant).is_empty(), "all of it is no wish");
        wishes.forget(&"a".into());
        assert!(wishes.of(&"sfu".into(), FarEnd::Sfu).is_empty());
    }
}
