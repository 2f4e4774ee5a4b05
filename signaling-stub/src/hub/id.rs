//! Participant ids, which everyone knows, and resume tokens, which only their participants know.

use moim_protocol::ParticipantId;
use sha2::{Digest, Sha256};

/// Bytes of a token, and of an id.
const BYTES: usize = 16;

/// A participant's id and its resume token. The id is a hash of the token, so a server that was restarted and knows no
/// participants can verify that a client with the token had that id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: ParticipantId,
    pub(super) token: String,
}

impl Identity {
    /// Derives the identity of a token. `None` if it is not a token of this server.
    pub(super) fn of(token: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (token.len() == 2 * BYTES && token.bytes().all(is_hex)).then(|| Self::new(token.to_owned()))
    }

    fn new(token: String) -> Self {
        let hash = Sha256::new().chain_update("moim participant ").chain_update(&token).finalize();
        let id = hash.iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
        Self { id: ParticipantId(id), token }
    }
}

/// Generates unique identities.
#[derive(Clone, Debug)]
pub(super) struct Identities {
    source: Source,
    issued: u64,
}

#[derive(Clone, Debug)]
enum Source {
    /// Generates the same identities for the same seed.
    Seed(u64),
    /// Generates tokens from the system's random numbers.
    #[cfg(feature = "server")]
    Random,
}

impl Identities {
    pub(super) fn seeded(seed: u64) -> Self {
        Self { source: Source::Seed(seed), issued: 0 }
    }

    #[cfg(feature = "server")]
    pub(super) fn random() -> Self {
        Self { source: Source::Random, issued: 0 }
    }

    pub(super) fn next(&mut self) -> Identity {
        self.issued += 1;
        let halves = match &self.source {
            Source::Seed(seed) => [mix(seed ^ mix(self.issued)), mix(!seed ^ mix(self.issued))],
            #[cfg(feature = "server")]
            Source::Random => {
                std::array::from_fn(|_| getrandom::u64().unwrap_or_else(|_| keyed(self.issued)))
            }
        };
        Identity::new(halves.map(|half| format!("{half:016x}")).concat())
    }
}

/// For a system that has no random numbers (yet): a hash with a key of this process (SipHash).
#[cfg(feature = "server")]
fn keyed(number: u64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(number)
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
    fn identities_never_repeat() {
        let mut identities = Identities::seeded(7);
        let issued: Vec<_> = (0..10_000).map(|_| identities.next()).collect();
        assert_eq!(issued.iter().map(|identity| &identity.id).collect::<HashSet<_>>().len(), 10_000);
        assert_eq!(issued.iter().map(|identity| &identity.token).collect::<HashSet<_>>().len(), 10_000);
    }

    #[cfg(feature = "server")]
    #[test]
    fn random_ones_have_128_bits_and_differ_between_servers() {
        let (mut ours, mut others) = (Identities::random(), Identities::random());
        let (first, second) = (ours.next(), ours.next());
        assert_eq!((first.id.as_str().len(), first.token.len()), (32, 32));
        assert!(first != second && first != others.next());
        // No key of the server is in its state.
        assert_eq!(format!("{ours:?}"), format!("{:?}", Identities { issued: 2, ..Identities::random() }));
    }

    #[test]
    fn seeds_give_different_ones() {
        assert_ne!(Identities::seeded(1).next(), Identities::seeded(2).next());
        assert_eq!(Identities::seeded(1).next(), Identities::seeded(1).next());
    }

    #[test]
    fn the_id_follows_from_the_token_alone() {
        let identity = Identities::seeded(1).next();
        assert_eq!(Identity::of(&identity.token), Some(identity.clone()));
        assert_ne!(identity.id.as_str(), identity.token);
        let upper = "A".repeat(32);
        for nonsense in ["", "x", &upper, &identity.token[1..], &format!("{}0", identity.token)] {
            assert_eq!(Identity::of(nonsense), None, "{nonsense}");
        }
    }
}
