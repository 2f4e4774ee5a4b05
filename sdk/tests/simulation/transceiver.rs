//! The simulated `RTCRtpTransceiver`.

use moim::engine::connection::Limit;
use moim::model::MediaKind;

use super::sdp::Direction;

#[derive(Clone, Debug)]
pub(crate) struct Transceiver {
    pub(crate) kind: MediaKind,
    pub(crate) direction: Direction,
    pub(crate) mid: Option<String>,
    /// The `mid` is from a local offer that is not answered: a rollback removes it.
    pub(crate) mid_is_offered: bool,
    /// A new media section of an offer may reuse it (JSEP, RFC 9429, section 5.10).
    pub(crate) by_add_track: bool,
    pub(crate) agreed: Option<Agreed>,
    /// The sender's parameters. They stay when the track is removed, as encodings do.
    pub(crate) limit: Limit,
}

/// The direction of the last negotiation, and what it was derived from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Agreed {
    AsOfferer { offered: Direction, answered: Direction },
    AsAnswerer { offered: Direction, answered: Direction },
}

impl Transceiver {
    pub(crate) fn by_add_track(kind: MediaKind) -> Self {
        Self { by_add_track: true, ..Self::new(kind, Direction { sends: true, receives: true }) }
    }

    /// Sends only, once a track is attached.
    pub(crate) fn one_way(kind: MediaKind) -> Self {
        Self::new(kind, Direction { sends: true, receives: false })
    }

    pub(crate) fn by_offer(kind: MediaKind) -> Self {
        Self::new(kind, Direction { sends: false, receives: true })
    }

    fn new(kind: MediaKind, direction: Direction) -> Self {
        Self {
            kind,
            direction,
            mid: None,
            mid_is_offered: false,
            by_add_track: false,
            agreed: None,
            limit: Limit::default(),
        }
    }

    /// `currentDirection`.
    pub(crate) fn current(&self) -> Option<Direction> {
        self.agreed.map(|agreed| match agreed {
            Agreed::AsOfferer { offered, answered } => offered.and(answered.reversed()),
            Agreed::AsAnswerer { answered, .. } => answered,
        })
    }

    /// <https://www.w3.org/TR/webrtc/#dfn-check-if-negotiation-is-needed>
    pub(crate) fn needs_negotiation(&self) -> bool {
        match self.agreed.filter(|_| self.mid.is_some()) {
            None => true,
            Some(Agreed::AsOfferer { offered, answered }) => {
                self.direction != offered && self.direction != answered.reversed()
            }
            Some(Agreed::AsAnswerer { offered, answered }) => {
                answered != self.direction.and(offered.reversed())
            }
        }
    }
}
