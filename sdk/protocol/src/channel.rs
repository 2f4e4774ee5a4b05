//! The data channels of a room's connection.

use crate::words;

/// One of the data channels that each connection of a room has. Both ends create all of them with the same ids, so that
/// they need not be announced (RFC 8832 is not used).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Reliable, ordered messages.
    Reliable,
    /// Messages of which only the latest matters: each is sent once, may be lost, and may be reordered.
    Lossy,
    /// Files. Reliable and ordered, without delaying the messages of `Reliable`.
    Files,
}

words! { Channel { "reliable" Reliable, "lossy" Lossy, "files" Files, } }

impl Channel {
    /// All channels.
    pub const ALL: [Self; 3] = [Self::Reliable, Self::Lossy, Self::Files];

    /// The id with which both ends create it (RFC 8831: the SCTP stream).
    pub fn id(self) -> u16 {
        match self {
            Self::Reliable => 0,
            Self::Lossy => 1,
            Self::Files => 2,
        }
    }

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reliable => "moim",
            Self::Lossy => "moim-lossy",
            Self::Files => "moim-files",
        }
    }

    /// Whether it is reliable and ordered. Otherwise each message is sent once: `ordered: false`, `maxRetransmits: 0`.
    pub fn is_reliable(self) -> bool {
        self != Self::Lossy
    }
}
