//! The two message enums and their JSON form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    DescriptionId, ErrorCode, IceCandidate, IceServer, ParticipantId, ParticipantInfo, Publication,
    PublicationId, SessionDescription, Topology,
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
    /// Changes this participant's name and metadata.
    Update { name: String, metadata: String },
    /// Asks for the complete roster, because a revision was missed.
    Sync,
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
    /// How media is to flow.
    #[serde(default)]
    pub topology: Topology,
    /// What the participant publishes from the start.
    #[serde(default)]
    pub publications: Vec<Publication>,
}

/// What two participants tell each other through the server, which does not look inside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RelayPayload {
    /// A session description.
    Description {
        /// Counts the offers of the sender; an answer repeats its offer's id.
        id: DescriptionId,
        /// The description.
        description: SessionDescription,
        /// Which media section (`mid`) carries which publication of the sender.
        #[serde(default)]
        mids: BTreeMap<String, PublicationId>,
    },
    /// An ICE candidate (RFC 8838).
    Candidate { candidate: IceCandidate },
    /// A payload of a later version. Ignored.
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
    /// The complete roster, in answer to `sync`.
    Roster(Roster),
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
}

/// A frame that is not a message of this protocol.
#[derive(Debug, thiserror::Error)]
#[error("not a valid message: {0}")]
pub struct DecodeError(#[from] serde_json::Error);

macro_rules! json {
    ($($message:ty),+) => {$(
        impl $message {
            /// Writes the message as JSON.
            pub fn encode(&self) -> String {
                encode(self)
            }

            /// Reads a message from JSON.
            ///
            /// # Errors
            /// Fails on text that is not JSON, and on a known message with a missing or mistyped member.
            /// An unknown message is `Unknown`, not an error.
            pub fn decode(text: &str) -> Result<Self, DecodeError> {
                decode(text)
            }
        }
    )+};
}
json!(ClientMessage, ServerMessage);

fn encode(message: &impl Serialize) -> String {
    // Serialization fails only for `Unknown`, which is never sent, and for maps without string keys.
    serde_json::to_string(message).unwrap_or_default()
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    Ok(serde_json::from_str(text)?)
}
