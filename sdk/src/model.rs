//! The types shared by `engine`, `signaling` and `room`, so that these do not depend on each other.

pub use moim_protocol::{
    Channel, ErrorCode as ServerErrorCode, IceCandidate, IceServer, LeaveReason, Lobby, MediaKind,
    ParticipantId, ParticipantInfo, PeerSignal, Profile, Publication, PublicationId, RelayPayload, Reliable,
    Role, Roster, SdpType, ServerError, SessionDescription, Slot, Topology, TrackSource, WaitingParticipant,
    Wish,
};

/// Milliseconds on a monotonic clock. State machines get it as an argument and have no clock.
pub type Timestamp = u64;

/// A session's number for a request that the server may reject.
pub type RequestId = u32;

/// A command of a session to any signaling server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalCommand {
    /// Open the connection: [`Join`](Self::Join) will follow.
    Connect,
    /// Join a room. May be repeated until [`SignalEvent::Joined`].
    Join(JoinRequest),
    /// Send a payload to one other participant.
    Relay {
        /// The receiver.
        to: ParticipantId,
        /// The payload.
        payload: RelayPayload,
    },
    /// Set this participant's publications: the complete list.
    Publish(RequestId, Vec<Publication>),
    /// Set this participant's profile.
    Update(RequestId, Profile),
    /// Request the complete roster.
    Sync,
    /// As a host: perform an action on the room or its participants.
    Order(RequestId, Order),
    /// Leave the room and close the connection.
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
    /// With an SFU: the first payload for it.
    pub relay: Option<RelayPayload>,
}

/// An event of any signaling server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalEvent {
    /// The room was joined.
    Joined {
        /// This participant's id.
        participant_id: ParticipantId,
        /// All participants in the room, including this one.
        roster: Roster,
        /// The STUN and TURN servers to use.
        ice_servers: Vec<IceServer>,
    },
    /// A participant joined or changed; may be this one.
    Participant {
        /// The roster's revision with this change.
        revision: u64,
        /// The participant's complete new state.
        participant: ParticipantInfo,
    },
    /// A participant left.
    ParticipantLeft {
        /// The roster's revision with this change.
        revision: u64,
        /// The participant's id.
        participant_id: ParticipantId,
        /// The reason.
        reason: LeaveReason,
    },
    /// The lobby changed: its waiting participants, or whether newcomers have to wait.
    Lobby {
        /// The roster's revision with this change.
        revision: u64,
        /// Its complete new state.
        lobby: Lobby,
    },
    /// The complete roster.
    Roster(Roster),
    /// A host has to admit this participant first.
    Waiting,
    /// A host asks to mute a publication.
    MuteRequested {
        /// The host's id.
        from: ParticipantId,
        /// The publication's id.
        publication_id: PublicationId,
    },
    /// The roster's newest revision, to detect lost changes.
    Revision(u64),
    /// A payload from another participant.
    Relay {
        /// The sender.
        from: ParticipantId,
        /// The payload.
        payload: RelayPayload,
    },
    /// The server rejected a request.
    Refused(ServerError),
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

/// `RTCPeerConnectionState`: <https://www.w3.org/TR/webrtc/#rtcpeerconnectionstate-enum>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum ConnectionState {
    /// Nothing has happened yet.
    #[default]
    New,
    /// Connecting.
    Connecting,
    /// Media and data can flow.
    Connected,
    /// Interrupted; may recover automatically.
    Disconnected,
    /// No connection could be established, or it was lost permanently.
    Failed,
    /// Closed by either peer.
    Closed,
}
