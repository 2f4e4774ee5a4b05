//! Links: the peer connections of a room, whatever server helps to make them.

use std::collections::BTreeMap;
use std::fmt;

use super::{Channel, IceCandidate, MediaKind, ParticipantId, Publication, PublicationId, SdpType};
use super::{SessionDescription, Slot, Wish};

/// Names one peer connection of a room.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkId {
    /// The connection to another participant.
    Participant(ParticipantId),
    /// A connection to the server, which forwards or mixes media.
    Server(Lane),
}

/// What a connection to a server is for. Servers have one connection for both directions, or one for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// To send and to receive.
    Both,
    /// To send.
    Publish,
    /// To receive.
    Subscribe,
}

/// Which end of a link makes the offers. Two offers never meet, except with [`Either`](Self::Either).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offerer {
    /// This end makes every offer. The far end may ask for one.
    Us,
    /// The far end makes every offer. This end asks when it needs one, except for the first, which comes by itself.
    ThemOnRequest,
    /// The server makes an offer whenever it has something to send. It cannot be asked.
    Server,
    /// Both ends make offers. In a glare this end gives way: perfect negotiation.
    Either,
}

/// How media and data travel over a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProfile {
    /// Each media section sends or receives, never both.
    pub one_way: bool,
    /// The codecs to agree on, as MIME types such as `video/VP8`. Empty: all that the browser has.
    pub codecs: Vec<String>,
    /// The names (RFC 8851) of the versions of a camera's picture, the smallest first. Empty: one version.
    pub rids: Vec<String>,
    /// The data channels.
    pub channels: Vec<Channel>,
    /// Messages that are too long for one piece are sent in several, which the far end puts together.
    pub framing: bool,
    /// Bytes that may wait to be sent over a reliable data channel before it counts as full.
    pub max_waiting: usize,
}

impl LinkProfile {
    /// 16 of the longest messages.
    const MAX_WAITING: usize = 16 << 20;

    /// The connection to another participant, who has moim too.
    pub fn participant() -> Self {
        Self {
            one_way: false,
            codecs: Vec::new(),
            rids: Vec::new(),
            channels: Channel::ALL.into(),
            framing: true,
            max_waiting: Self::MAX_WAITING,
        }
    }

    /// A connection to a server that reads each data message by itself.
    pub fn server() -> Self {
        Self { one_way: true, framing: false, ..Self::participant() }
    }
}

/// What a server can do, beyond letting participants find each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The connections to a server that forwards media, which the topology `sfu` needs. Empty: it forwards none.
    pub lanes: Vec<ServerLane>,
    /// The first offer travels with the request to join, so a link is opened before anything is known of the room.
    pub join_carries_offer: bool,
}

/// One of the connections to a server that forwards media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLane {
    /// What it is for.
    pub lane: Lane,
    /// Who makes the offers.
    pub offerer: Offerer,
    /// How media and data travel.
    pub profile: LinkProfile,
}

/// Which media section (`mid`) carries which publication of this participant.
pub type Mids = BTreeMap<String, PublicationId>;

/// Which media section (`mid`) carries which publication of whom.
pub type Slots = BTreeMap<String, Slot>;

/// What one end of a link tells the other. A backend delivers the signals of a link in order, and each once.
///
/// `T` says what a media section carries: in signals to send the [publication](PublicationId) of this participant, in
/// signals that came the [slot](Slot).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkSignal<T> {
    /// A session description.
    Description {
        /// The description.
        description: SessionDescription,
        /// What its sender sends, by media section. `None`: the description does not say, and it stays as it is.
        carries: Option<BTreeMap<String, T>>,
    },
    /// An ICE candidate (RFC 8838).
    Candidate(IceCandidate),
    /// The end that makes no offers asks for one, with at least so many media sections in which it can send.
    RequestOffer(Sections),
    /// The last description of this type cannot be used.
    Rejected {
        /// Whether that was an offer or an answer.
        sdp_type: SdpType,
        /// Why, for people to read.
        reason: String,
    },
    /// What the sender of this signal sends from now on, by media section, without another description.
    Slots(BTreeMap<String, T>),
    /// What the sender of this signal wants to receive from now on.
    Wishes(Wanted),
}

/// The number of media sections of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sections {
    /// For audio.
    pub audio: usize,
    /// For video.
    pub video: usize,
}

/// The wishes about the remote end's publications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The wishes about some of them.
    pub wishes: Vec<Wish>,
    /// Whether all others are wanted.
    pub others: bool,
}

impl LinkId {
    /// The participant at the far end, unless that is the server.
    pub fn participant(&self) -> Option<&ParticipantId> {
        match self {
            Self::Participant(id) => Some(id),
            Self::Server(_) => None,
        }
    }

    /// Whether this end sends over it.
    pub fn sends(&self) -> bool {
        *self != Self::Server(Lane::Subscribe)
    }

    /// Whether this end receives over it.
    pub fn receives(&self) -> bool {
        *self != Self::Server(Lane::Publish)
    }
}

impl From<ParticipantId> for LinkId {
    fn from(id: ParticipantId) -> Self {
        Self::Participant(id)
    }
}

impl From<&str> for LinkId {
    fn from(id: &str) -> Self {
        Self::Participant(id.into())
    }
}

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Participant(id) => id.as_str(),
            Self::Server(Lane::Both) => "server",
            Self::Server(Lane::Publish) => "server (publish)",
            Self::Server(Lane::Subscribe) => "server (subscribe)",
        })
    }
}

impl Sections {
    /// One section for each of these.
    pub fn of<'a>(publications: impl IntoIterator<Item = &'a Publication>) -> Self {
        let mut sections = Self::default();
        for publication in publications {
            match publication.kind {
                MediaKind::Audio => sections.audio += 1,
                MediaKind::Video => sections.video += 1,
            }
        }
        sections
    }

    /// The larger number of each kind.
    pub fn max(self, other: Self) -> Self {
        Self { audio: self.audio.max(other.audio), video: self.video.max(other.video) }
    }
}

impl Default for Wanted {
    fn default() -> Self {
        Self { wishes: Vec::new(), others: true }
    }
}
