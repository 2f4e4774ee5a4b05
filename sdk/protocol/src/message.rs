//! The two message enums and their JSON form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ErrorCode, IceCandidate, IceServer, Lobby, ParticipantId, ParticipantInfo, Profile, Publication,
    PublicationId, Role, SdpType, SessionDescription, Slot, Topology, Wish,
};

/// A message from a client to the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ClientMessage {
    /// Enters a room. The first message of a connection; answered by `welcome` or `error`.
    Join(Join),
    /// Hands `payload` to one other participant of the room.
    Relay { to: ParticipantId, payload: RelayPayload },
    /// Says what this participant publishes from now on: the complete list.
    Publish { publications: Vec<Publication> },
    /// Says who this participant is from now on.
    Update(Profile),
    /// Asks for the complete roster, because a revision was missed.
    Sync,
    /// As a host: whether newcomers have to wait until a host admits them.
    Lock { locked: bool },
    /// As a host: lets someone in who waits.
    Admit { participant_id: ParticipantId },
    /// As a host: puts someone out of the room, or sends someone away who waits.
    Remove { participant_id: ParticipantId },
    /// As a host: asks a participant to mute a publication.
    Mute { participant_id: ParticipantId, publication_id: PublicationId },
    /// Leaves the room and ends the connection.
    Leave,
    /// Keeps the connection alive; answered by `pong`.
    Ping,
    /// A message of a later version. Ignored.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// The body of `join`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Join {
    /// The protocol version that the client speaks.
    pub version: u32,
    /// The room's name. A room exists while someone is in it.
    pub room: String,
    /// The participant's name, for people to read; need not be unique.
    pub name: String,
    /// Whatever the application attaches to the participant.
    #[serde(default)]
    pub metadata: String,
    /// What the application attaches by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// How media is to flow.
    #[serde(default)]
    pub topology: Topology,
    /// What the participant is in the room for.
    #[serde(default, skip_serializing_if = "Role::is_default")]
    pub role: Role,
    /// What the server gave to whom it trusts, such as a mixer that it started itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The [`Welcome::resume_token`] of a connection that was cut: the participant goes on where it was. Empty in the first
    /// `join` of a client that can do so. Absent: the participant is gone as soon as its connection is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    /// What the participant publishes from the start.
    #[serde(default)]
    pub publications: Vec<Publication>,
    /// The first payload for the SFU, so that joining and publishing take one round trip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<RelayPayload>,
}

/// One step of the conversation between two participants, through the server, which does not look inside; or between a
/// participant and the server's SFU.
///
/// The two ends number their signals, repeat those that are not acknowledged, and put them in order, so that
/// a message lost when a connection to the server breaks is not lost to the negotiation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RelayPayload {
    /// The number of `signal`, from 1; 0 if there is none.
    #[serde(default)]
    pub seq: u32,
    /// The sender has every signal up to this number.
    #[serde(default)]
    pub ack: u32,
    /// What to tell; absent in a mere acknowledgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<PeerSignal>,
}

/// What one end of a peer connection tells the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum PeerSignal {
    /// A session description.
    Description {
        /// The description.
        description: SessionDescription,
        /// Which media section (`mid`) carries which publication of the sender.
        #[serde(default)]
        mids: BTreeMap<String, PublicationId>,
    },
    /// An ICE candidate (RFC 8838).
    Candidate { candidate: IceCandidate },
    /// The last description of this type, which the far end sent, cannot be used. The sender of an offer makes another
    /// one; the sender of an answer gets another offer.
    Refusal {
        /// Whether that was an offer or an answer.
        #[serde(rename = "type")]
        sdp_type: SdpType,
        /// Why, for people to read.
        #[serde(default)]
        reason: String,
    },
    /// A wish for an offer, from the end that makes none: it wants to send something else. The offer is to have at least
    /// so many media sections of each kind in which it can.
    Ask { audio: u32, video: u32 },
    /// From the SFU: what it sends in which media section (`mid`) from now on. Sections that are not named are free.
    Slots { slots: BTreeMap<String, Slot> },
    /// What is wanted of the far end's publications, from now on; of an SFU, those of everyone. Those that are not
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ServerMessage {
    /// The answer to `join`.
    Welcome(Welcome),
    /// Someone came into the room, or changed. Sent to everyone, that participant included.
    Participant { revision: u64, participant: ParticipantInfo },
    /// Someone left the room.
    ParticipantLeft { revision: u64, participant_id: ParticipantId, reason: LeaveReason },
    /// Who waits to be let in, or whether newcomers have to, changed.
    Lobby { revision: u64, lobby: Lobby },
    /// The complete roster, in answer to `sync`.
    Roster(Roster),
    /// The answer to `join` when a host has to let the client in first.
    Waiting,
    /// A host asks to mute one of the client's publications.
    MuteRequested { from: ParticipantId, publication_id: PublicationId },
    /// Another participant's payload.
    Relay { from: ParticipantId, payload: RelayPayload },
    /// The answer to `ping`.
    Pong { revision: u64 },
    /// The server could not do what was asked, or is about to close the connection.
    Error(ServerError),
    /// A message of a later version. Ignored.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// The body of `welcome`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// The protocol version that the server speaks.
    pub version: u32,
    /// Who the client is in this room.
    pub participant_id: ParticipantId,
    /// Everyone in the room, the client included.
    pub roster: Roster,
    /// STUN and TURN servers to use.
    #[serde(default)]
    pub ice_servers: Vec<IceServer>,
    /// What the client sends as [`Join::resume`] over a new connection when this one is cut. A secret. Present if the client
    /// can resume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_token: Option<String>,
    /// Milliseconds between two `ping`s. The server gives a client up after three without any message.
    pub heartbeat_ms: u32,
}

/// Everyone in a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Roster {
    /// Rises by one with each change of the roster.
    pub revision: u64,
    /// In the order in which they joined.
    pub participants: Vec<ParticipantInfo>,
    /// Who waits to be let in.
    #[serde(default, skip_serializing_if = "Lobby::is_default")]
    pub lobby: Lobby,
}

/// Why a participant is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum LeaveReason {
    /// It said `leave`.
    Left,
    /// Its connection to the server broke.
    Disconnected,
    /// Nothing came from it for too long.
    TimedOut,
    /// A host removed it.
    Removed,
    /// A reason of a later version.
    #[serde(other)]
    Unknown,
}

/// The body of `error`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerError {
    /// What kind of fault.
    pub code: ErrorCode,
    /// What was wrong and what was expected, for a person to read.
    pub message: String,
    /// The server closes the connection after this message.
    #[serde(default)]
    pub fatal: bool,
    /// The `request` of the message that could not be served, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<u32>,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

macro_rules! type_names {
    ($message:ty, $list:literal, $($variant:pat => $name:literal),+ $(,)?) => {
        impl $message {
            #[doc = $list]
            pub const TYPES: &[&str] = &[$($name),+];

            /// The type as it stands in the JSON: fit for a log line, which the body is not.
            pub fn type_name(&self) -> &'static str {
                match self {
                    $($variant => $name,)+
                    Self::Unknown => "unknown",
                }
            }
        }
    };
}

type_names! {
    ClientMessage, "Every `type` of this version.",
    Self::Join(_) => "join",
    Self::Relay { .. } => "relay",
    Self::Publish { .. } => "publish",
    Self::Update(_) => "update",
    Self::Sync => "sync",
    Self::Lock { .. } => "lock",
    Self::Admit { .. } => "admit",
    Self::Remove { .. } => "remove",
    Self::Mute { .. } => "mute",
    Self::Leave => "leave",
    Self::Ping => "ping",
}
type_names! {
    PeerSignal, "Every `kind` of this version.",
    Self::Description { .. } => "description",
    Self::Candidate { .. } => "candidate",
    Self::Refusal { .. } => "refusal",
    Self::Ask { .. } => "ask",
    Self::Slots { .. } => "slots",
    Self::Wishes { .. } => "wishes",
}
type_names! {
    ServerMessage, "Every `type` of this version.",
    Self::Welcome(_) => "welcome",
    Self::Participant { .. } => "participant",
    Self::ParticipantLeft { .. } => "participantLeft",
    Self::Lobby { .. } => "lobby",
    Self::Roster(_) => "roster",
    Self::Waiting => "waiting",
    Self::MuteRequested { .. } => "muteRequested",
    Self::Relay { .. } => "relay",
    Self::Pong { .. } => "pong",
    Self::Error(_) => "error",
}
