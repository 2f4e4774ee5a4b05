//! What the server's error codes mean.

use std::borrow::Cow;

use moim_protocol::{ErrorCode, ServerError};

use crate::model::{RefusalCode, ServerRefusal};

/// That someone has just left is no fault, and a dropped message is repeated, `join` too.
pub(super) fn is_passing(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::UnknownParticipant | ErrorCode::RateLimited | ErrorCode::NotJoined)
}

/// The request would be refused again.
pub(super) fn is_final(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::InvalidValue | ErrorCode::MessageTooLarge)
}

/// The error in words that every server has.
pub(super) fn refusal(error: ServerError) -> ServerRefusal {
    let code = match error.code {
        ErrorCode::RoomFull => RefusalCode::RoomFull,
        ErrorCode::UnsupportedTopology => RefusalCode::UnsupportedTopology,
        ErrorCode::NoMixer => RefusalCode::NoMixer,
        ErrorCode::NotAdmitted => RefusalCode::NotAdmitted,
        ErrorCode::Removed => RefusalCode::Removed,
        ErrorCode::HostRefused => RefusalCode::HostRefused,
        ErrorCode::NotHost => RefusalCode::NotHost,
        code => RefusalCode::Other(Cow::Borrowed(code.as_str())),
    };
    let retry = matches!(
        error.code,
        ErrorCode::RoomFull
            | ErrorCode::TooManyRooms
            | ErrorCode::TooManyConnections
            | ErrorCode::IdleTimeout
            | ErrorCode::ShuttingDown
    );
    ServerRefusal { code, detail: error.message, retry }
}
