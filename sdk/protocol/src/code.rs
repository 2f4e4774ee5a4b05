//! The codes of the server's `error` message.

use serde::{Deserialize, Serialize};

use crate::words;

macro_rules! server_error_codes {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)+) => {
        /// Why the server rejected a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
            /// A code of a later version.
            #[serde(other)]
            Unknown,
        }

        words! { ErrorCode { $($text $name,)+ } else "unknown" Unknown }

        impl ErrorCode {
            /// All codes of this version.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as in the message.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Unknown => "unknown",
                }
            }
        }
    };
}

server_error_codes! {
    /// The frame is not JSON, or a member is missing or has the wrong type.
    Malformed => "malformed",
    /// The frame exceeds the server's limit.
    MessageTooLarge => "messageTooLarge",
    /// The frame is binary; the protocol is text.
    BinaryFrame => "binaryFrame",
    /// Too many messages in a short time; this one was dropped.
    RateLimited => "rateLimited",
    /// The first message must be `join`.
    NotJoined => "notJoined",
    /// This connection has already joined another room.
    AlreadyJoined => "alreadyJoined",
    /// The server does not speak this protocol version.
    UnsupportedVersion => "unsupportedVersion",
    /// The server does not support this topology.
    UnsupportedTopology => "unsupportedTopology",
    /// The room's topology needs a mixer, and it has none; the message tells how to start one.
    NoMixer => "noMixer",
    /// A member has a value outside its limits; the message names it.
    InvalidValue => "invalidValue",
    /// The room is full.
    RoomFull => "roomFull",
    /// The server's limit of rooms is reached.
    TooManyRooms => "tooManyRooms",
    /// The server's limit of connections is reached.
    TooManyConnections => "tooManyConnections",
    /// `relay` names a participant that is not in the room.
    UnknownParticipant => "unknownParticipant",
    /// Only the room's host may do that.
    NotHost => "notHost",
    /// Only the first participant of a room can join it as its host.
    HostRefused => "hostRefused",
    /// The request needs a token, which is missing or wrong.
    Unauthorized => "unauthorized",
    /// The server admits only participants with a token, and there is none.
    TokenMissing => "tokenMissing",
    /// The token is not one of this server: it is malformed, or its signature is invalid.
    TokenInvalid => "tokenInvalid",
    /// The token has expired, or is not valid yet.
    TokenExpired => "tokenExpired",
    /// The token is for another room.
    TokenWrongRoom => "tokenWrongRoom",
    /// The token does not permit this; the message names the missing permission.
    NotPermitted => "notPermitted",
    /// A host did not admit this participant.
    NotAdmitted => "notAdmitted",
    /// A host removed this participant from the room.
    Removed => "removed",
    /// No participant of the room has this resume token, or no longer: `join` without it.
    ResumeRefused => "resumeRefused",
    /// Another connection has resumed this participant.
    Superseded => "superseded",
    /// The SFU could not use a payload; the message has the reason.
    MediaRefused => "mediaRefused",
    /// Nothing was received from this connection for too long.
    IdleTimeout => "idleTimeout",
    /// The server is shutting down.
    ShuttingDown => "shuttingDown",
}
