//! The two message enums and their JSON form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::json::WriteRecord;
use crate::{
    ErrorCode, IceCandidate, IceServer, Lobby, ParticipantId, ParticipantInfo, Profile, Publication,
    PublicationId, Role, SdpType, SessionDescription, Slot, Topology, Wish, record, variants, words,
};

/// A message from a client to the server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ClientMessage {
    /// Joins a room. The first message of a connection; answered by `welcome` or `error`.
    Join(Join),
    /// Sends `payload` to one other participant of the room.
    Relay { to: ParticipantId, payload: RelayPayload },
    /// Sets this participant's publications: the complete list.
    Publish { publications: Vec<Publication> },
    /// Sets this participant's profile.
    Update(Profile),
    /// Requests the complete roster, because a revision was missed.
    Sync,
    /// As a host: sets whether newcomers have to wait until a host admits them.
    Lock { locked: bool },
    /// As a host: admits a waiting participant.
    Admit { participant_id: ParticipantId },
    /// As a host: removes a participant from the room or from the lobby.
    Remove { participant_id: ParticipantId },
    /// As a host: asks a participant to mute a publication.
    Mute { participant_id: ParticipantId, publication_id: PublicationId },
    /// Leaves the room and closes the connection.
    Leave,
    /// Keeps the connection alive; answered by `pong`.
    Ping,
    /// A message of a later version. Ignored.
    Unknown,
}

/// The body of `join`.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// The protocol version of the client.
    pub version: u32,
    /// The room's name. A room exists while a participant is in it.
    pub room: String,
    /// The participant's display name; need not be unique.
    pub name: String,
    /// Application data about the participant.
    pub metadata: String,
    /// Application attributes by name.
    pub attributes: BTreeMap<String, String>,
    /// The topology.
    pub topology: Topology,
    /// The participant's role.
    pub role: Role,
    /// A token of the server for trusted clients, such as a mixer that it started itself.
    pub token: Option<String>,
    /// The [`Welcome::resume_token`] of a connection that was cut: the participant continues in its previous state.
    /// Empty in the first `join` of a client that supports this. Absent: the participant leaves as soon as its
    /// connection closes.
    pub resume: Option<String>,
    /// How many times this client has reconnected. The server ignores the request of an earlier attempt that arrives after
    /// that of a later one.
    pub attempt: u32,
    /// The [`Welcome::resume_token`] of a participant that the server does not know any more, because it was restarted. The
    /// participant gets the same id, which is derived from the token.
    pub identity: Option<String>,
    /// The initial publications.
    pub publications: Vec<Publication>,
    /// The first payload for the SFU, so that joining and publishing take one round trip.
    pub relay: Option<RelayPayload>,
}

/// One step of the exchange between two participants, through the server, which does not interpret it; or between a
/// participant and the server's SFU.
///
/// The two ends number their signals, repeat those that are not acknowledged, and order them, so that
/// a message that is lost with a connection to the server is not lost for the negotiation. A peer connection that replaces
/// another one between the same two ends begins a new epoch, in which numbers start from 1 again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RelayPayload {
    /// The epoch of the sender's peer connection. Absent: 0, the first one. A receiver ignores an earlier epoch than its own,
    /// and replaces its peer connection when it receives a later one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub epoch: u32,
    /// The number of `signal`, from 1; 0 if there is none.
    #[serde(default)]
    pub seq: u32,
    /// The sender has every signal up to this number.
    #[serde(default)]
    pub ack: u32,
    /// The signal; absent if it is only an acknowledgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<PeerSignal>,
}

/// A signal between the ends of a peer connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum PeerSignal {
    /// A session description.
    Description {
        /// The description.
        description: SessionDescription,
        /// Maps media sections (`mid`) to the sender's publications.
        #[serde(default)]
        mids: BTreeMap<String, PublicationId>,
    },
    /// An ICE candidate (RFC 8838).
    Candidate { candidate: IceCandidate },
    /// The remote end's last description of this type cannot be used. The sender of an offer creates another
    /// one; the sender of an answer gets another offer.
    Refusal {
        /// The type of the description.
        #[serde(rename = "type")]
        sdp_type: SdpType,
        /// A human-readable reason.
        #[serde(default)]
        reason: String,
    },
    /// Requests an offer, from the end that makes none, in order to send something else or to restart ICE. The offer must
    /// have at least this many media sections of each kind.
    Ask {
        audio: u32,
        video: u32,
        /// The offer must restart ICE: the sender has lost the connection.
        #[serde(default, skip_serializing_if = "is_no")]
        restart: bool,
    },
    /// From the SFU: the publications that it sends in each media section (`mid`) from now on. Sections that are not
    /// named are free.
    Slots { slots: BTreeMap<String, Slot> },
    /// What is wanted of the remote end's publications, from now on; of an SFU, those of everyone. Those that are not
    /// named are wanted in full, or not at all.
    Wishes {
        wishes: Vec<Wish>,
        /// Whether those that are not named are wanted.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        others: bool,
    },
    /// A signal of a later version. Ignored.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// A message from the server to a client.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ServerMessage {
    /// The reply to `join`.
    Welcome(Welcome),
    /// A participant joined or changed. Sent to everyone, including that participant.
    Participant { revision: u64, participant: ParticipantInfo },
    /// A participant left the room.
    ParticipantLeft { revision: u64, participant_id: ParticipantId, reason: LeaveReason },
    /// The lobby changed: its waiting participants, or whether newcomers have to wait.
    Lobby { revision: u64, lobby: Lobby },
    /// The complete roster, in reply to `sync`.
    Roster(Roster),
    /// The reply to `join` when a host has to admit the client first.
    Waiting,
    /// A host asks to mute one of the client's publications.
    MuteRequested { from: ParticipantId, publication_id: PublicationId },
    /// A payload from another participant.
    Relay { from: ParticipantId, payload: RelayPayload },
    /// The reply to `ping`.
    Pong { revision: u64 },
    /// The STUN and TURN servers to use from now on instead of the previous ones, because credentials expire.
    IceServers { ice_servers: Vec<IceServer> },
    /// The server could not serve a request, or is about to close the connection.
    Error(ServerError),
    /// A message of a later version. Ignored.
    Unknown,
}

/// The body of `welcome`.
#[derive(Clone, Debug, PartialEq)]
pub struct Welcome {
    /// The protocol version of the server.
    pub version: u32,
    /// The client's participant id.
    pub participant_id: ParticipantId,
    /// All participants in the room, including the client.
    pub roster: Roster,
    /// The STUN and TURN servers to use.
    pub ice_servers: Vec<IceServer>,
    /// The token to send as [`Join::resume`] over a new connection when this one is cut. A secret. Present if the
    /// client can resume.
    pub resume_token: Option<String>,
    /// Milliseconds between two `ping`s. The server closes a connection after three without any message.
    pub heartbeat_ms: u32,
}

/// The participants of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct Roster {
    /// Incremented with each change of the roster.
    pub revision: u64,
    /// In the order of joining.
    pub participants: Vec<ParticipantInfo>,
    /// The lobby.
    pub lobby: Lobby,
}

/// Why a participant left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum LeaveReason {
    /// It sent `leave`.
    Left,
    /// Its connection to the server was lost.
    Disconnected,
    /// Nothing was received from it for too long.
    TimedOut,
    /// A host removed it.
    Removed,
    /// A reason of a later version.
    #[serde(other)]
    Unknown,
}

/// The body of `error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    /// The error code.
    pub code: ErrorCode,
    /// What is invalid and what is expected, for humans.
    pub message: String,
    /// The server closes the connection after this message.
    pub fatal: bool,
    /// The `request` of the message that could not be served, if it had one.
    pub request: Option<u32>,
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn is_no(value: &bool) -> bool {
    !*value
}

record! { Join {
    version: "version" required,
    room: "room" required,
    name: "name" required,
    metadata: "metadata" optional,
    attributes: "attributes" omitted_if "{}",
    topology: "topology" optional,
    role: "role" omitted_if "\"participant\"",
    token: "token" omitted_if "null",
    resume: "resume" omitted_if "null",
    attempt: "attempt" omitted_if "0",
    identity: "identity" omitted_if "null",
    publications: "publications" optional,
    relay: "relay" omitted_if "null",
} }

record! { RelayPayload {
    epoch: "epoch" omitted_if "0",
    seq: "seq" optional,
    ack: "ack" optional,
    signal: "signal" omitted_if "null",
} }

record! { Welcome {
    version: "version" required,
    participant_id: "participantId" required,
    roster: "roster" required,
    ice_servers: "iceServers" optional,
    resume_token: "resumeToken" omitted_if "null",
    heartbeat_ms: "heartbeatMs" required,
} }

record! { Roster {
    revision: "revision" required,
    participants: "participants" required,
    lobby: "lobby" omitted_if "{\"locked\":false,\"waiting\":[]}",
} }

record! { ServerError {
    code: "code" required,
    message: "message" required,
    fatal: "fatal" optional,
    request: "request" omitted_if "null",
} }

words! { LeaveReason {
    "left" Left,
    "disconnected" Disconnected,
    "timedOut" TimedOut,
    "removed" Removed,
} else "unknown" Unknown }

variants! { ClientMessage by "type" else Unknown;
    ["join" Join, "update" Update]
    "relay" Relay { to: "to" required, payload: "payload" required },
    "publish" Publish { publications: "publications" required },
    "sync" Sync {},
    "lock" Lock { locked: "locked" required },
    "admit" Admit { participant_id: "participantId" required },
    "remove" Remove { participant_id: "participantId" required },
    "mute" Mute { participant_id: "participantId" required, publication_id: "publicationId" required },
    "leave" Leave {},
    "ping" Ping {},
}

variants! { PeerSignal by "kind" else Unknown;
    []
    "description" Description { description: "description" required, mids: "mids" optional },
    "candidate" Candidate { candidate: "candidate" required },
    "refusal" Refusal { sdp_type: "type" required, reason: "reason" optional },
    "ask" Ask { audio: "audio" required, video: "video" required, restart: "restart" omitted_if "false" },
    "slots" Slots { slots: "slots" required },
    "wishes" Wishes { wishes: "wishes" required, others: "others" omitted_if "true" = true },
}

variants! { ServerMessage by "type" else Unknown;
    ["welcome" Welcome, "roster" Roster, "error" Error]
    "participant" Participant { revision: "revision" required, participant: "participant" required },
    "participantLeft" ParticipantLeft {
        revision: "revision" required,
        participant_id: "participantId" required,
        reason: "reason" required,
    },
    "lobby" Lobby { revision: "revision" required, lobby: "lobby" required },
    "waiting" Waiting {},
    "muteRequested" MuteRequested { from: "from" required, publication_id: "publicationId" required },
    "relay" Relay { from: "from" required, payload: "payload" required },
    "pong" Pong { revision: "revision" required },
    "iceServers" IceServers { ice_servers: "iceServers" required },
}

macro_rules! type_names {
    ($message:ty, $list:literal) => {
        impl $message {
            #[doc = $list]
            pub const TYPES: &[&str] = match Self::WORDS {
                [types @ .., _unknown] => types,
                [] => &[],
            };

            /// The type as in the JSON: fit for a log line, unlike the body.
            pub fn type_name(&self) -> &'static str {
                self.tag().map_or("", |(_, name)| name)
            }
        }
    };
}
type_names!(ClientMessage, "Every `type` of this version.");
type_names!(PeerSignal, "Every `kind` of this version.");
type_names!(ServerMessage, "Every `type` of this version.");
