//! The words that `engine`, `signaling` and `room` share, so that none of them has to know another.

pub use moim_protocol::{
    Channel, ErrorCode as ServerErrorCode, IceCandidate, IceServer, LeaveReason, Lobby, MediaKind,
    ParticipantId, ParticipantInfo, PeerSignal, Profile, Publication, PublicationId, RelayPayload, Reliable,
    Role, Roster, SdpType, ServerError, SessionDescription, Slot, Topology, TrackSource, WaitingParticipant,
    Wish,
};

/// Milliseconds on a clock that never goes back. State machines get it as an argument and own no clock.
pub type Timestamp = u64;

/// A session's number for a request that the server may refuse.
pub type RequestId = u32;

/// What a session asks of the server, whichever server it is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalCommand {
    /// Open the connection: [`Join`](Self::Join) will follow.
    Connect,
    /// Enter a room. May be repeated while no [`SignalEvent::Joined`] comes.
    Join(JoinRequest),
    /// Hand a payload to one other participant.
    Relay {
        /// The receiver.
        to: ParticipantId,
        /// What to hand over.
        payload: RelayPayload,
    },
    /// Say what this participant publishes: the complete list.
    Publish(RequestId, Vec<Publication>),
    /// Say who one is from now on.
    Update(RequestId, Profile),
    /// Ask for the complete roster.
    Sync,
    /// As a host: decide who is in the room, and who is heard.
    Order(RequestId, Order),
    /// Leave the room and close the connection.
    Leave,
}

/// What a host decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Whether newcomers wait until a host admits them.
    Lock(bool),
    /// Let someone in who waits.
    Admit(ParticipantId),
    /// Put someone out of the room, or send someone away who waits.
    Remove(ParticipantId),
    /// Ask someone to mute a publication.
    Mute(ParticipantId, PublicationId),
}

/// Who wants to enter which room, with what.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinRequest {
    /// The room's name.
    pub room: String,
    /// Who one is, for the others.
    pub profile: Profile,
    /// How media is to flow.
    pub topology: Topology,
    /// What one is in the room for.
    pub role: Role,
    /// A token that the server asks for.
    pub token: Option<String>,
    /// What is published from the start.
    pub publications: Vec<Publication>,
    /// With an SFU: the first payload for it.
    pub relay: Option<RelayPayload>,
}

/// What the server tells a session, whichever server it is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SignalEvent {
    /// The room is entered.
    Joined {
        /// Who one is.
        participant_id: ParticipantId,
        /// Everyone in the room, oneself included.
        roster: Roster,
        /// STUN and TURN servers to use.
        ice_servers: Vec<IceServer>,
    },
    /// A participant came or changed; may be oneself.
    Participant {
        /// The roster's revision with this change.
        revision: u64,
        /// The participant's complete new state.
        participant: ParticipantInfo,
    },
    /// A participant is gone.
    ParticipantLeft {
        /// The roster's revision with this change.
        revision: u64,
        /// Who.
        participant_id: ParticipantId,
        /// Why.
        reason: LeaveReason,
    },
    /// Who waits to be let in, or whether newcomers have to, changed.
    Lobby {
        /// The roster's revision with this change.
        revision: u64,
        /// As it is now.
        lobby: Lobby,
    },
    /// The complete roster.
    Roster(Roster),
    /// A host has to let this participant in first.
    Waiting,
    /// A host asks to mute a publication.
    MuteRequested {
        /// The host.
        from: ParticipantId,
        /// Which publication.
        publication_id: PublicationId,
    },
    /// The roster's newest revision, so that a lost change is noticed.
    Revision(u64),
    /// Another participant's payload.
    Relay {
        /// The sender.
        from: ParticipantId,
        /// What was handed over.
        payload: RelayPayload,
    },
    /// The server refused something.
    Refused(ServerError),
    /// A frame that made no sense was left out.
    Undecodable {
        /// What was wrong with it.
        detail: String,
    },
    /// No connection could be opened.
    Unreachable {
        /// The address, without its query.
        url: String,
    },
    /// The connection is gone.
    Lost {
        /// Why, as far as it is known.
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
    /// Looking for a way through.
    Connecting,
    /// Media and data flow.
    Connected,
    /// Interrupted; may come back by itself.
    Disconnected,
    /// No way through was found, or it was lost for good.
    Failed,
    /// Closed by either side.
    Closed,
}
