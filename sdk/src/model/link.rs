//! Links: the peer connections of a room, for any kind of server.

use std::collections::BTreeMap;
use std::fmt;

use super::{Channel, Feature, IceCandidate, MediaKind, ParticipantId, Publication, PublicationId, SdpType};
use super::{SessionDescription, Slot, Wish};

/// Identifies a peer connection of a room.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LinkId {
    /// The connection to another participant.
    Participant(ParticipantId),
    /// A connection to the server, which forwards or mixes media.
    Server(Lane),
}

/// The purpose of a connection to a server. Servers use one connection for both directions, or one for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// To send and receive.
    Both,
    /// To send.
    Publish,
    /// To receive.
    Subscribe,
}

/// Which end of a link makes the offers. Two offers never collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offerer {
    /// This end makes every offer. The remote end may ask for one.
    Us,
    /// The remote end makes every offer. This end asks when it needs one, except for the first, which comes unasked.
    ThemOnRequest,
    /// The server makes an offer whenever it has something to send, and as long as the last answer does not carry
    /// exactly what is published. It can be asked only
    /// to restart ICE.
    Server,
}

/// How media and data are sent over a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProfile {
    /// Each media section sends or receives, never both.
    pub one_way: bool,
    /// The codecs to negotiate, as MIME types such as `video/VP8`. Empty: all that the browser supports.
    pub codecs: Vec<String>,
    /// The RIDs (RFC 8851) of a camera's simulcast layers, the smallest first. Empty: no simulcast.
    pub rids: Vec<String>,
    /// The data channels.
    pub channels: Vec<Channel>,
    /// The labels of `channels`, in the same order, if the server has data channels and a format of its own: they are announced
    /// in band (RFC 8832), those with the same label are one, and the backend encodes and decodes their messages. Empty: moim's own.
    pub labels: Vec<String>,
    /// Whether long messages are split into several, which the remote end reassembles.
    pub framing: bool,
    /// Buffered bytes above which a reliable data channel counts as full.
    pub max_waiting: usize,
    /// Whether a connection that ICE restarts do not restore is replaced by a new one. Otherwise they go on: they lose nothing.
    pub replaceable: bool,
}

impl LinkProfile {
    /// 16 of the longest messages.
    const MAX_WAITING: usize = 16 << 20;

    /// The connection to another participant, who uses moim too.
    pub fn participant() -> Self {
        Self {
            one_way: false,
            codecs: Vec::new(),
            rids: Vec::new(),
            channels: Channel::ALL.into(),
            labels: Vec::new(),
            framing: true,
            max_waiting: Self::MAX_WAITING,
            replaceable: false,
        }
    }

    /// A connection to a server that reads each data message separately.
    pub fn server() -> Self {
        Self { one_way: true, framing: false, ..Self::participant() }
    }

    /// The server's label of a channel. None: it is one of moim's own.
    pub fn label(&self, channel: Channel) -> Option<&str> {
        let place = self.channels.iter().position(|known| *known == channel)?;
        self.labels.get(place).map(String::as_str)
    }

    /// The channel that carries the messages of this one: the first one with the same label.
    pub fn carrier(&self, channel: Channel) -> Channel {
        match self.label(channel).and_then(|label| self.labels.iter().position(|known| known == label)) {
            Some(first) => self.channels.get(first).copied().unwrap_or(channel),
            None => channel,
        }
    }
}

/// The capabilities of a server, besides signaling. The default is a server that forwards no media, and supports everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// The connections to a server that forwards media, required by the topology `sfu`. Empty if it does not.
    pub lanes: Vec<ServerLane>,
    /// Whether the first offer can be sent with the request to join, so that a link is created before the room is known.
    pub join_carries_offer: bool,
    /// The sections of the first offer to receive in, before the publications are known. Default: none.
    pub receive: Sections,
    /// Whether a lost connection can be replaced (`SignalCommand::Reconnect`). If not, its loss ends the session.
    pub resume: bool,
    /// The kind of server, for the application and for errors. Empty: an application's own.
    pub server: &'static str,
    /// What the server does not support. Calls that need it fail with `Unsupported`. Whether it supports the topology `sfu`
    /// follows from its lanes.
    pub lacks: &'static [Feature],
}

/// One of the connections to a server that forwards media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLane {
    /// Its purpose.
    pub lane: Lane,
    /// Who makes the offers.
    pub offerer: Offerer,
    /// How media and data are sent.
    pub profile: LinkProfile,
}

/// Maps media sections (`mid`) to this participant's publications.
pub type Mids = BTreeMap<String, PublicationId>;

/// Maps media sections (`mid`) to publications and their publishers.
pub type Slots = BTreeMap<String, Slot>;

/// A signal between the ends of a link. A backend delivers the signals of a link in order, and each exactly once.
///
/// `T` is the content of a media section: in sent signals this participant's [publication](PublicationId), in
/// received signals the [slot](Slot).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkSignal<T> {
    /// A session description.
    Description {
        /// The description.
        description: SessionDescription,
        /// The sender's publications, by media section. `None`: unchanged.
        carries: Option<BTreeMap<String, T>>,
    },
    /// An ICE candidate (RFC 8838).
    Candidate(IceCandidate),
    /// The end that makes no offers asks for one.
    RequestOffer {
        /// It must have at least this many media sections in which the asking end can send.
        sections: Sections,
        /// It must restart ICE, because the asking end has lost the connection.
        restart: bool,
    },
    /// The last description of this type cannot be used.
    Rejected {
        /// The type of the description.
        sdp_type: SdpType,
        /// A human-readable reason.
        reason: String,
    },
    /// The sender's publications from now on, by media section, without another description.
    Slots(BTreeMap<String, T>),
    /// The sender's wishes from now on.
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
    /// The remote participant, unless it is the server.
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
