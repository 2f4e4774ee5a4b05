//! The data channels of a room's connection.

/// One of the data channels that each connection of a room has. Both ends create all of them with the same ids, so that
/// neither has to announce one (RFC 8832 is not needed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// Messages that arrive, and in order.
    Reliable,
    /// Messages of which the newest counts: each is sent once, may be lost, and may overtake others.
    Lossy,
    /// Files. They arrive as those of `Reliable`, and do not hold them up.
    Files,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reliable, Self::Lossy, Self::Files];

    /// The id that both ends create it with (RFC 8831: the SCTP stream).
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

    /// Whether messages arrive, and in order. Otherwise each is sent once: `ordered: false`, `maxRetransmits: 0`.
    pub fn is_reliable(self) -> bool {
        self != Self::Lossy
    }
}
