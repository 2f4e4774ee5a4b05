//! The codes of the server's `error` message.

use serde::{Deserialize, Serialize};

macro_rules! server_error_codes {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)+) => {
        /// Why the server refused a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
            /// A code of a later version.
            #[serde(other)]
            Unknown,
        }

        impl ErrorCode {
            /// Every code of this version.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as it stands in the message.
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
    /// The frame is longer than the server takes.
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
    /// The server does not offer this topology.
    UnsupportedTopology => "unsupportedTopology",
    /// The room's topology needs a mixer, and there is none; the message says how to start one.
    NoMixer => "noMixer",
    /// A member has a value outside its limits; the message names it.
    InvalidValue => "invalidValue",
    /// The room has as many participants as it may have.
    RoomFull => "roomFull",
    /// The server has as many rooms as it may have.
    TooManyRooms => "tooManyRooms",
    /// The server has as many connections as it may have.
    TooManyConnections => "tooManyConnections",
    /// `relay` names a participant that is not in the room.
    UnknownParticipant => "unknownParticipant",
    /// Only the room's host may do that.
    NotHost => "notHost",
    /// Only the first participant of a room can join it as its host.
    HostRefused => "hostRefused",
    /// What was asked for needs a token, and the one that came is missing or wrong.
    Unauthorized => "unauthorized",
    /// A host did not let this participant in.
    NotAdmitted => "notAdmitted",
    /// A host put this participant out of the room.
    Removed => "removed",
    /// No participant of the room has this resume token, or not any more: `join` without it.
    ResumeRefused => "resumeRefused",
    /// Another connection has resumed this participant.
    Superseded => "superseded",
    /// The SFU could not use what it was sent; the message says why.
    MediaRefused => "mediaRefused",
    /// Nothing came from this connection for too long.
    IdleTimeout => "idleTimeout",
    /// The server is going down.
    ShuttingDown => "shuttingDown",
}
