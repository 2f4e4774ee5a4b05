//! What a session and a signaling backend say to each other.

use std::borrow::Cow;

use super::{
    IceServer, LeaveReason, LinkId, LinkSignal, Lobby, ParticipantId, ParticipantInfo, Profile, Publication,
    PublicationId, Role, Slot, Topology,
};

/// A command of a session to any signaling server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalCommand {
    /// Enter a room. The first command, and given once.
    Join(JoinRequest),
    /// This link is needed from now on.
    Open(LinkId),
    /// This link is not needed any more.
    Close(LinkId),
    /// Hand a signal to the far end of a link that is open.
    Signal {
        /// Over which link.
        link: LinkId,
        /// The payload.
        signal: LinkSignal<PublicationId>,
    },
    /// Say what this participant publishes: the complete list. May come while the room is being joined.
    Publish(Vec<Publication>),
    /// Say who this participant is from now on. May come while the room is being joined.
    Update(Profile),
    /// As a host: perform an action on the room or its participants.
    Order(Order),
    /// Leave the room and close the connection. The last command.
    Leave,
}

/// An action of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Set whether newcomers wait until a host admits them.
    Lock(bool),
    /// Admit a waiting participant.
    Admit(ParticipantId),
    /// Remove a participant from the room or from the lobby.
    Remove(ParticipantId),
    /// Ask a participant to mute a publication.
    Mute(ParticipantId, PublicationId),
}

/// The parameters of joining a room.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinRequest {
    /// The room's name.
    pub room: String,
    /// This participant's profile.
    pub profile: Profile,
    /// The topology.
    pub topology: Topology,
    /// This participant's role.
    pub role: Role,
    /// A token that the server requires.
    pub token: Option<String>,
    /// The initial publications.
    pub publications: Vec<Publication>,
}

/// An event of any signaling server.
///
/// What is told again changes nothing. News of someone who is not there is left out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalEvent {
    /// The room was joined.
    Joined {
        /// This participant's id.
        participant_id: ParticipantId,
        /// Everyone in the room, oneself included, in the order of joining.
        participants: Vec<ParticipantInfo>,
        /// Who waits to be let in, and whether newcomers have to.
        lobby: Lobby,
        /// The STUN and TURN servers to use.
        ice_servers: Vec<IceServer>,
    },
    /// A participant came or changed, and is like this now; may be oneself.
    Participant(ParticipantInfo),
    /// A participant is gone. If it is oneself, the session ends.
    ParticipantLeft {
        /// The participant's id.
        participant_id: ParticipantId,
        /// The reason.
        reason: LeaveReason,
    },
    /// The lobby changed: its waiting participants, or whether newcomers have to wait.
    Lobby(Lobby),
    /// A host has to admit this participant first.
    Waiting,
    /// A host asks to mute a publication.
    MuteRequested {
        /// The host's id.
        from: ParticipantId,
        /// The publication's id.
        publication_id: PublicationId,
    },
    /// The far end of a link says something.
    Signal {
        /// Over which link.
        link: LinkId,
        /// What was handed over.
        signal: LinkSignal<Slot>,
    },
    /// The server refused something; while joining, the room.
    Refused(ServerRefusal),
    /// What the server has of this participant, after it refused to have something else.
    Corrected {
        /// What is published.
        publications: Vec<Publication>,
        /// This participant's id.
        profile: Profile,
    },
    /// The server ended the stay.
    Ended(ServerRefusal),
    /// A frame was malformed and ignored.
    Undecodable {
        /// What is invalid about it.
        detail: String,
    },
    /// No connection could be opened.
    Unreachable {
        /// The server's URL, without its query.
        url: String,
    },
    /// The connection was lost.
    Lost {
        /// The reason, if known.
        detail: String,
    },
}

/// Something that the server does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerRefusal {
    /// Why, for programs.
    pub code: RefusalCode,
    /// Why, for people: the server's words.
    pub detail: String,
    /// Whether the same may succeed later.
    pub retry: bool,
}

/// Why a server refused something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalCode {
    /// The room has as many participants as it may have.
    RoomFull,
    /// The room has another topology, or the server does not offer this one.
    UnsupportedTopology,
    /// The room's topology needs a mixer, and there is none.
    NoMixer,
    /// A host did not let this participant in.
    NotAdmitted,
    /// A host put this participant out of the room.
    Removed,
    /// Only the first participant of a room can join it as its host.
    HostRefused,
    /// Only the room's host may do that.
    NotHost,
    /// Something else: the server's own code.
    Other(Cow<'static, str>),
}

impl RefusalCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::RoomFull => "roomFull",
            Self::UnsupportedTopology => "unsupportedTopology",
            Self::NoMixer => "noMixer",
            Self::NotAdmitted => "notAdmitted",
            Self::Removed => "removed",
            Self::HostRefused => "hostRefused",
            Self::NotHost => "notHost",
            Self::Other(code) => code,
        }
    }
}
