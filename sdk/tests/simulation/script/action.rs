//! The actions of a person.

use moim::engine::stream::StreamId;
use moim::engine::transfer::TransferId;
use moim::model::{ParticipantId, Publication, PublicationId, Role, Timestamp};

use super::super::random::Random;

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Join(Role),
    /// Publishes one of a few tracks, unless it is published.
    Publish(Publication),
    /// Publishes a track for one other participant.
    PublishToOne,
    Unpublish(PublicationId),
    /// Mutes or unmutes a publication.
    Mute,
    /// Changes name and attributes.
    Update,
    /// Sends a chat message to everyone, or to one participant.
    Say {
        to_one: bool,
    },
    /// Sends data to everyone or to one participant.
    Wave {
        to_one: bool,
        reliable: bool,
    },
    /// Wants more or less of a remote publication.
    Wish,
    /// Sends a file to one participant.
    SendFile,
    /// Cancels a file that is being sent or received.
    CancelFile,
    /// Something has happened to a file that is sent to or received from a participant.
    File(ParticipantId, TransferId, FileAction),
    /// Opens a stream to one participant.
    OpenStream,
    /// Aborts a stream that is written, or cancels one that is read.
    EndStream,
    /// The application writes to or reads from a stream.
    Stream(ParticipantId, StreamId),
    /// Performs a host's action.
    Decide(Decision),
    /// As the mixer: reacts to the room's events.
    Mix,
    /// The path of one of the connections carries nothing for this time.
    CutPath {
        lasts: Timestamp,
    },
    /// The network changes; the paths may be as good as before.
    NetworkChange,
    /// The machine sleeps: its clock jumps.
    Sleep {
        lasts: Timestamp,
    },
    Leave,
    /// The page is closed, and the server sees the socket close.
    Crash,
    /// The page is gone without closing the socket.
    Freeze,
    /// The socket breaks; the page lives and comes back.
    Cut,
    /// Only the page notices that.
    CutAtClient,
    /// Only the server notices that.
    CutAtServer,
}

/// An operation of a file has ended, or a person answers its offer.
#[derive(Clone, Debug)]
pub(crate) enum FileAction {
    Read { offset: u64, length: usize },
    Written(Vec<u8>),
    Closed,
    Answer { accepts: bool },
}

/// A host's action.
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
        matches!(self, Self::Leave | Self::Crash | Self::Freeze)
    }

    /// How a session ends.
    pub(super) fn end(random: &mut Random) -> Self {
        random.pick([Self::Leave, Self::Leave, Self::Crash, Self::Freeze]).unwrap()
    }

    /// How a connection to the server ends.
    pub(super) fn cut(random: &mut Random) -> Self {
        random.pick([Self::Cut, Self::CutAtClient, Self::CutAtServer]).unwrap()
    }

    /// An action during a session.
    pub(super) fn any(random: &mut Random) -> Self {
        match random.number(0..26) {
            24 if random.happens(30) => Self::EndStream,
            24..26 => Self::OpenStream,
            20..23 => Self::SendFile,
            23 if random.happens(30) => Self::CancelFile,
            23 => Self::SendFile,
            0..3 => Self::Publish(super::publication(random)),
            3..5 => Self::Unpublish(super::publication(random).id),
            5 => Self::Mute,
            6 => Self::PublishToOne,
            7 => Self::Update,
            8..10 => Self::Wish,
            10..12 => Self::Wave { to_one: random.happens(50), reliable: random.happens(50) },
            12 => Self::Decide(Decision::any(random)),
            13 => Self::CutPath { lasts: random.number(200..9_000) },
            14 => Self::CutPath { lasts: random.number(9_000..40_000) },
            15 => Self::NetworkChange,
            16..18 => Self::Say { to_one: true },
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
