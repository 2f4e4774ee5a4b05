//! What the hub wants done.

use moim_protocol::{ErrorCode, ParticipantId, Publication, RelayPayload, ServerMessage};

use super::{ConnectionId, SeatId};

/// Something for the owner of the hub to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send a message.
    Send {
        /// To whom.
        to: ConnectionId,
        /// What.
        message: ServerMessage,
    },
    /// Send what is under way, then close the connection. The hub has forgotten it already.
    Close {
        /// Which one.
        id: ConnectionId,
        /// Why.
        reason: CloseReason,
    },
    /// Tell the SFU.
    Media(MediaCommand),
    /// Start a mixer for this room, unless one is on its way: somebody waits for it.
    StartMixer(String),
    /// Stop the mixer that was started for this room: nobody is there any more.
    StopMixer(String),
}

/// What the SFU has to know of the rooms whose topology is `sfu`.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaCommand {
    /// A participant came in.
    Joined {
        /// Its seat.
        id: SeatId,
        /// Its room.
        room: String,
        /// Who it is.
        participant: ParticipantId,
        /// What it publishes.
        publications: Vec<Publication>,
    },
    /// A participant publishes these from now on: the complete list.
    Published {
        /// Its seat.
        id: SeatId,
        /// What it publishes.
        publications: Vec<Publication>,
    },
    /// A participant sent a payload to the SFU.
    Relay {
        /// Its seat.
        id: SeatId,
        /// What it sent.
        payload: RelayPayload,
    },
    /// A participant has a new connection to the server: what was sent over the one before may be lost.
    Resumed {
        /// Its seat.
        id: SeatId,
    },
    /// A participant is gone.
    Left {
        /// Its seat.
        id: SeatId,
    },
}

/// Why the hub closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The client said `leave`.
    Left,
    /// The SFU began anew. The client can come back at once.
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
