//! The hub's outputs.

use moim_protocol::{ErrorCode, ParticipantId, Publication, RelayPayload, RoomPermissions, ServerMessage};

use super::{ConnectionId, SeatId};

/// An action for the owner of the hub.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send a message.
    Send {
        /// The connection.
        to: ConnectionId,
        /// The message.
        message: ServerMessage,
    },
    /// Send what is queued, then close the connection. The hub has removed it already.
    Close {
        /// The connection.
        id: ConnectionId,
        /// The reason.
        reason: CloseReason,
    },
    /// Send a command to the SFU.
    Media(MediaCommand),
    /// Start a mixer for this room, unless one is starting: a client waits for it.
    StartMixer(String),
    /// Stop the mixer that was started for this room: it is no longer needed.
    StopMixer(String),
}

/// A command to the SFU about a room with the topology `sfu`.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaCommand {
    /// A participant joined.
    Joined {
        /// Its seat.
        id: SeatId,
        /// Its room.
        room: String,
        /// Its participant id.
        participant: ParticipantId,
        /// Its publications.
        publications: Vec<Publication>,
        /// What it may do.
        permissions: RoomPermissions,
    },
    /// What a participant may do changed.
    Permitted {
        /// Its seat.
        id: SeatId,
        /// What it may do from now on.
        permissions: RoomPermissions,
    },
    /// A participant's publications changed.
    Published {
        /// Its seat.
        id: SeatId,
        /// The complete list.
        publications: Vec<Publication>,
    },
    /// A participant sent a payload to the SFU.
    Relay {
        /// Its seat.
        id: SeatId,
        /// The payload.
        payload: RelayPayload,
    },
    /// A participant has a new connection to the server: data sent over the previous one may be lost.
    Resumed {
        /// Its seat.
        id: SeatId,
    },
    /// A participant left.
    Left {
        /// Its seat.
        id: SeatId,
    },
}

/// Why the hub closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The client sent `leave`.
    Left,
    /// The SFU was restarted. The client can join again at once.
    Restart,
    /// The client was sent this error, with `fatal` set.
    Error(ErrorCode),
}

impl CloseReason {
    /// The code of the close frame (RFC 6455, section 7.4.1, and the IANA registry).
    pub fn code(self) -> u16 {
        match self {
            Self::Left => 1000,
            Self::Restart => 1012,
            Self::Error(ErrorCode::ShuttingDown) => 1001,
            Self::Error(ErrorCode::MessageTooLarge) => 1009,
            Self::Error(ErrorCode::TooManyConnections) => 1013,
            Self::Error(_) => 1008,
        }
    }

    /// The reason of the close frame.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Restart => "restart",
            Self::Error(code) => code.as_str(),
        }
    }
}
