//! Participant ids.

use moim_protocol::ParticipantId;

/// Makes participant ids that look random, differ between seeds and never repeat.
///
/// An id grants nothing: it is only an address within the room that its owner is in. It needs to be
/// unique, not secret.
#[derive(Clone, Debug)]
pub(super) struct ParticipantIds {
    seed: u64,
    issued: u64,
}

impl ParticipantIds {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, issued: 0 }
    }

    /// The next id, and its place in the order of all joins.
    pub(super) fn next(&mut self) -> (ParticipantId, u32) {
        self.issued += 1;
        let id = mix(self.seed ^ mix(self.issued));
        (ParticipantId(format!("{id:016x}")), u32::try_from(self.issued).unwrap_or(u32::MAX))
    }
}

/// The finalizer of SplitMix64. It maps different numbers to different numbers.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_never_repeat_and_their_order_rises() {
        let mut ids = ParticipantIds::new(7);
        let issued: Vec<_> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(issued.iter().map(|(id, _)| id).collect::<HashSet<_>>().len(), 10_000);
        assert!(issued.is_sorted_by(|a, b| a.1 < b.1));
    }

    #[test]
    fn seeds_give_different_ids() {
        assert_ne!(ParticipantIds::new(1).next().0, ParticipantIds::new(2).next().0);
        assert_eq!(ParticipantIds::new(1).next(), ParticipantIds::new(1).next());
    }
}
