//! Maps the server's error codes.

use std::borrow::Cow;

use moim_protocol::{ErrorCode, ServerError};

use crate::model::{RefusalCode, ServerRefusal};

/// A participant may just have left, and a dropped message is repeated, including `join`.
pub(super) fn is_passing(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::UnknownParticipant
            | ErrorCode::RateLimited
            | ErrorCode::NotJoined
            | ErrorCode::ResumeRefused
    )
}

/// Whether the request would be rejected again.
pub(super) fn is_final(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::InvalidValue | ErrorCode::MessageTooLarge | ErrorCode::NotPermitted)
}

/// The error as a code that is independent of the server.
pub(super) fn refusal(error: ServerError) -> ServerRefusal {
    let code = match error.code {
        ErrorCode::RoomFull => RefusalCode::RoomFull,
        ErrorCode::UnsupportedTopology => RefusalCode::UnsupportedTopology,
        ErrorCode::NoMixer => RefusalCode::NoMixer,
        ErrorCode::NotAdmitted => RefusalCode::NotAdmitted,
        ErrorCode::Removed => RefusalCode::Removed,
        ErrorCode::Superseded => RefusalCode::Superseded,
        ErrorCode::HostRefused => RefusalCode::HostRefused,
        ErrorCode::NotHost => RefusalCode::NotHost,
        ErrorCode::TokenMissing => RefusalCode::TokenMissing,
        ErrorCode::TokenInvalid => RefusalCode::TokenInvalid,
        ErrorCode::TokenExpired => RefusalCode::TokenExpired,
        ErrorCode::TokenWrongRoom => RefusalCode::TokenWrongRoom,
        ErrorCode::NotPermitted => RefusalCode::NotPermitted,
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
