//! The commands and events between a session and a signaling backend.

use std::borrow::Cow;

use super::{
    IceServer, LeaveReason, LinkId, LinkSignal, Lobby, ParticipantId, ParticipantInfo, Profile, Publication,
    PublicationId, Role, ServerLane, Slot, Topology,
};

/// A command of a session to any signaling server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalCommand {
    /// Join a room. The first command, sent once.
    Join(JoinRequest),
    /// A link is needed from now on.
    Open(LinkId),
    /// A link is no longer needed.
    Close(LinkId),
    /// Send a signal to the remote end of an open link.
    Signal {
        /// The link.
        link: LinkId,
        /// The payload.
        signal: LinkSignal<PublicationId>,
    },
    /// Set this participant's publications: the complete list. Allowed while joining.
    Publish(Vec<Publication>),
    /// Set this participant's profile. Allowed while joining.
    Update(Profile),
    /// As a host: perform an action on the room or its participants.
    Order(Order),
    /// Open a new connection in place of one that is [lost](SignalEvent::Lost) or does not reply. The reply is
    /// [`SignalEvent::Resumed`], [`SignalEvent::Rejoined`], or `Lost` again. Only with [`Capabilities::resume`](super::Capabilities::resume).
    Reconnect,
    /// The network may have changed: check whether the connection still works. It is [lost](SignalEvent::Lost) if nothing is
    /// received in time. Only with [`Capabilities::resume`](super::Capabilities::resume).
    Probe {
        /// For how many milliseconds the server may be silent; longer if its replies take longer anyway.
        within_ms: u32,
    },
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
    /// Whether the first offer to the server follows at once, so that the request can carry it. The session sets it, and only
    /// if [`Capabilities::join_carries_offer`](super::Capabilities::join_carries_offer) does.
    pub carries_offer: bool,
    /// Whether the server should keep this participant's place for some time after the connection is lost.
    pub resumable: bool,
}

impl JoinRequest {
    /// A request to join as a participant, without a token and without publications.
    pub fn new(room: impl Into<String>, profile: Profile, topology: Topology) -> Self {
        Self {
            room: room.into(),
            profile,
            topology,
            role: Role::Participant,
            token: None,
            publications: Vec::new(),
            carries_offer: false,
            resumable: false,
        }
    }
}

/// An event of any signaling server.
///
/// Repeated events have no effect. Events about an unknown participant are ignored.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalEvent {
    /// The room was joined.
    Joined {
        /// This participant's id.
        participant_id: ParticipantId,
        /// All participants in the room, including this one, in the order of joining.
        participants: Vec<ParticipantInfo>,
        /// The lobby: who waits to be admitted, and whether newcomers have to.
        lobby: Lobby,
        /// The STUN and TURN servers to use.
        ice_servers: Vec<IceServer>,
    },
    /// The STUN and TURN servers from now on, instead of those of [`Joined`](Self::Joined), because credentials expire.
    IceServers(Vec<IceServer>),
    /// The connections to the server from now on, instead of those of its capabilities. One that was never connected is
    /// replaced if its roles change.
    Lanes(Vec<ServerLane>),
    /// After [`SignalCommand::Reconnect`]: the server knows this participant. What changed meanwhile follows.
    Resumed {
        /// The STUN and TURN servers from now on.
        ice_servers: Vec<IceServer>,
    },
    /// After [`SignalCommand::Reconnect`]: the server did not know this participant, which has joined again, with the same
    /// id or another one. A participant that is not listed may still come back, for 10 seconds. Links to the server are
    /// closed, and, with another id, all links.
    Rejoined {
        /// This participant's id.
        participant_id: ParticipantId,
        /// All participants in the room, including this one, in the order of joining.
        participants: Vec<ParticipantInfo>,
        /// The lobby: who waits to be admitted, and whether newcomers have to.
        lobby: Lobby,
        /// The STUN and TURN servers from now on.
        ice_servers: Vec<IceServer>,
    },
    /// A participant joined or changed, with its new state; may be this one.
    Participant(ParticipantInfo),
    /// A participant left. If it is this one, the session ends.
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
    /// A signal from the remote end of a link.
    Signal {
        /// The link.
        link: LinkId,
        /// The signal.
        signal: LinkSignal<Slot>,
    },
    /// The remote end of a link has opened it again: a new peer connection replaces the one that it knows no longer.
    Reopened(LinkId),
    /// The server rejected a request; while joining, the request to join.
    Refused(ServerRefusal),
    /// The server's state of this participant, after it rejected a change.
    Corrected {
        /// The publications.
        publications: Vec<Publication>,
        /// This participant's profile.
        profile: Profile,
    },
    /// The server ended the session.
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

/// A rejected request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerRefusal {
    /// The reason, for programs.
    pub code: RefusalCode,
    /// The server's message, for humans.
    pub detail: String,
    /// Whether the same request may succeed later.
    pub retry: bool,
}

/// Why a server rejected a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalCode {
    /// The room is full.
    RoomFull,
    /// The room has another topology, or the server does not support this one.
    UnsupportedTopology,
    /// The room's topology needs a mixer, and it has none.
    NoMixer,
    /// A host did not admit this participant.
    NotAdmitted,
    /// A host removed this participant from the room.
    Removed,
    /// This participant has resumed over another connection, such as another tab's.
    Superseded,
    /// Only the first participant of a room can join it as its host.
    HostRefused,
    /// Only the room's host may do that.
    NotHost,
    /// The server admits only participants with a token, and there is none.
    TokenMissing,
    /// The token is malformed, or not of this server.
    TokenInvalid,
    /// The token has expired, or is not valid yet.
    TokenExpired,
    /// The token is for another room.
    TokenWrongRoom,
    /// The token does not permit it.
    NotPermitted,
    /// Another reason: the server's own code.
    Other(Cow<'static, str>),
}

impl RefusalCode {
    /// The code as a string.
    pub fn as_str(&self) -> &str {
        match self {
            Self::RoomFull => "roomFull",
            Self::UnsupportedTopology => "unsupportedTopology",
            Self::NoMixer => "noMixer",
            Self::NotAdmitted => "notAdmitted",
            Self::Removed => "removed",
            Self::Superseded => "superseded",
            Self::HostRefused => "hostRefused",
            Self::NotHost => "notHost",
            Self::TokenMissing => "tokenMissing",
            Self::TokenInvalid => "tokenInvalid",
            Self::TokenExpired => "tokenExpired",
            Self::TokenWrongRoom => "tokenWrongRoom",
            Self::NotPermitted => "notPermitted",
            Self::Other(code) => code,
        }
    }
}

impl From<String> for RefusalCode {
    fn from(code: String) -> Self {
        let known = [
            Self::RoomFull,
            Self::UnsupportedTopology,
            Self::NoMixer,
            Self::NotAdmitted,
            Self::Removed,
            Self::Superseded,
            Self::HostRefused,
            Self::NotHost,
            Self::TokenMissing,
            Self::TokenInvalid,
            Self::TokenExpired,
            Self::TokenWrongRoom,
            Self::NotPermitted,
        ];
        known.into_iter().find(|known| known.as_str() == code).unwrap_or(Self::Other(code.into()))
    }
}
