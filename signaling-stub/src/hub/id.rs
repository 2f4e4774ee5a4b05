//! Participant ids and resume tokens.

use std::hash::{BuildHasher, RandomState};

use moim_protocol::ParticipantId;

/// Generates unique participant ids.
#[derive(Clone, Debug)]
pub(super) struct ParticipantIds {
    source: Source,
    issued: u64,
}

#[derive(Clone, Debug)]
enum Source {
    /// Returns the same ids for the same seed.
    Seed(u64),
    /// Generates ids that cannot be guessed from others: keyed hashes (SipHash) of their numbers.
    Random([RandomState; 2]),
}

impl ParticipantIds {
    pub(super) fn seeded(seed: u64) -> Self {
        Self { source: Source::Seed(seed), issued: 0 }
    }

    pub(super) fn random() -> Self {
        Self { source: Source::Random([RandomState::new(), RandomState::new()]), issued: 0 }
    }

    /// Returns the next id, and its position in the order of all joins.
    pub(super) fn next(&mut self) -> (ParticipantId, u32) {
        self.issued += 1;
        let id = match &self.source {
            Source::Seed(seed) => format!("{:016x}", mix(seed ^ mix(self.issued))),
            Source::Random(keys) => {
                keys.iter().map(|key| format!("{:016x}", key.hash_one(self.issued))).collect()
            }
        };
        (ParticipantId(id), u32::try_from(self.issued).unwrap_or(u32::MAX))
    }
}

/// Makes resume tokens. Their source is another one than that of the ids, which everybody sees.
#[derive(Clone, Debug)]
pub(super) struct Tokens(ParticipantIds);

impl Default for Tokens {
    /// Tokens that anybody can guess, for tests.
    fn default() -> Self {
        Self(ParticipantIds::seeded(u64::MAX))
    }
}

impl Tokens {
    /// Tokens of 128 bits that nobody can guess, though they know others.
    pub(super) fn random() -> Self {
        Self(ParticipantIds::random())
    }

    pub(super) fn next(&mut self) -> String {
        self.0.next().0.0
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
        let mut ids = ParticipantIds::seeded(7);
        let issued: Vec<_> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(issued.iter().map(|(id, _)| id).collect::<HashSet<_>>().len(), 10_000);
        assert!(issued.is_sorted_by(|a, b| a.1 < b.1));
    }

    #[test]
    fn random_ids_have_128_bits_and_differ_between_servers() {
        let (mut ids, mut others) = (ParticipantIds::random(), ParticipantIds::random());
        let (first, second) = (ids.next().0, ids.next().0);
        assert_eq!((first.as_str().len(), second.as_str().len()), (32, 32));
        assert!(first != second && first != others.next().0);
    }

    #[test]
    fn seeds_give_different_ids() {
        assert_ne!(ParticipantIds::seeded(1).next().0, ParticipantIds::seeded(2).next().0);
        assert_eq!(ParticipantIds::seeded(1).next(), ParticipantIds::seeded(1).next());
    }
}
