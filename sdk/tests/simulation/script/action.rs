//! What someone can do.

use moim::model::{Publication, PublicationId, Role};

use super::super::random::Random;

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Join(Role),
    /// Publishes one of the few, unless it is published.
    Publish(Publication),
    /// Publishes something for one of the others.
    PublishToOne,
    Unpublish(PublicationId),
    /// Mutes or unmutes something that is published.
    Mute,
    /// Takes another name and other attributes.
    Update,
    /// Says a line to everyone, or to one participant.
    Say {
        to_one: bool,
    },
    /// Sends something that may be lost, to everyone or to one participant.
    Wave {
        to_one: bool,
    },
    /// Asks for more or less of something that another publishes.
    Wish,
    /// Decides something, as the host.
    Decide(Decision),
    /// As the mixer: does what the room's news ask for.
    Mix,
    Leave,
    /// The page is gone, and the server sees the socket close.
    Crash,
    /// The page is gone without a sign.
    Freeze,
    /// The socket breaks; the page lives.
    Cut,
}

/// What a host decides.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Decision {
    Lock,
    Unlock,
    Admit,
    Remove,
    Mute,
}

impl Action {
    pub(crate) fn ends_the_stay(&self) -> bool {
        matches!(self, Self::Leave | Self::Crash | Self::Freeze | Self::Cut)
    }

    /// How a stay ends.
    pub(super) fn end(random: &mut Random) -> Self {
        random.pick([Self::Leave, Self::Leave, Self::Crash, Self::Freeze, Self::Cut]).unwrap()
    }

    /// Something that is done during a stay.
    pub(super) fn any(random: &mut Random) -> Self {
        match random.number(0..18) {
            0..3 => Self::Publish(super::publication(random)),
            3..5 => Self::Unpublish(super::publication(random).id),
            5 => Self::Mute,
            6 => Self::PublishToOne,
            7 => Self::Update,
            8..10 => Self::Wish,
            10..12 => Self::Wave { to_one: random.happens(50) },
            12 => Self::Decide(Decision::any(random)),
            13..15 => Self::Say { to_one: true },
            _ => Self::Say { to_one: false },
        }
    }
}

impl Decision {
    pub(super) fn any(random: &mut Random) -> Self {
        match random.number(0..20) {
            0..6 => Self::Lock,
            6..8 => Self::Unlock,
            8..14 => Self::Admit,
            14 => Self::Remove,
            _ => Self::Mute,
        }
    }
}
