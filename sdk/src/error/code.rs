//! The stable code of each error.

use super::{
    DataChannelError, Error, FileTransferError, KurentoError, MediaError, RpcError, SignalingError,
    StreamError,
};
use crate::model::RefusalCode;

macro_rules! error_codes {
    ($(#[doc = $doc:literal] $name:ident => $text:literal,)+) => {
        /// The cause of an [`Error`] as a stable string, the same in Rust and in JavaScript.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = $doc] $name,)+
        }

        impl ErrorCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as in JavaScript's `error.code`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }

        /// The same codes for TypeScript.
        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_ERROR_CODE: &str = concat!(
            "/** The cause of a MoimError. */\nexport type ErrorCode =",
            $("\n  /**", $doc, " */\n  | \"", $text, "\"",)+ "\n  | InitErrorCode;\n"
        );
    };
}

error_codes! {
    /// The user, a permissions policy or the system denied capture.
    MediaNotAllowed => "ERR_MEDIA_NOT_ALLOWED",
    /// The device does not exist.
    MediaNotFound => "ERR_MEDIA_NOT_FOUND",
    /// The device is in use or broken.
    MediaNotReadable => "ERR_MEDIA_NOT_READABLE",
    /// No device satisfies a constraint.
    MediaOverconstrained => "ERR_MEDIA_OVERCONSTRAINED",
    /// The device failed to start.
    MediaAborted => "ERR_MEDIA_ABORTED",
    /// Devices require https or localhost.
    MediaInsecureContext => "ERR_MEDIA_INSECURE_CONTEXT",
    /// The offer/answer exchange failed.
    Negotiation => "ERR_NEGOTIATION",
    /// The signaling server cannot be reached.
    SignalingUnreachable => "ERR_SIGNALING_UNREACHABLE",
    /// The connection to the signaling server was lost.
    SignalingLost => "ERR_SIGNALING_LOST",
    /// The signaling server sent an invalid message.
    SignalingUndecodable => "ERR_SIGNALING_UNDECODABLE",
    /// The signaling server rejected a request, for another reason than those below.
    SignalingRefused => "ERR_SIGNALING_REFUSED",
    /// The room is full.
    RoomFull => "ERR_ROOM_FULL",
    /// The room has another topology, or the server does not support this one.
    RoomTopology => "ERR_ROOM_TOPOLOGY",
    /// The room needs a mixer, and has none.
    RoomNoMixer => "ERR_ROOM_NO_MIXER",
    /// The host did not admit this participant.
    RoomNotAdmitted => "ERR_ROOM_NOT_ADMITTED",
    /// The host removed this participant from the room.
    RoomRemoved => "ERR_ROOM_REMOVED",
    /// This participant has resumed over another connection, such as another tab's.
    RoomSuperseded => "ERR_ROOM_SUPERSEDED",
    /// The room already exists, and cannot be joined as its host.
    RoomHostRefused => "ERR_ROOM_HOST_REFUSED",
    /// The server requires a token to join.
    RoomTokenMissing => "ERR_ROOM_TOKEN_MISSING",
    /// The token is malformed, or not of this server.
    RoomTokenInvalid => "ERR_ROOM_TOKEN_INVALID",
    /// The token has expired.
    RoomTokenExpired => "ERR_ROOM_TOKEN_EXPIRED",
    /// The token is for another room.
    RoomTokenWrongRoom => "ERR_ROOM_TOKEN_WRONG_ROOM",
    /// This participant's token does not permit it.
    RoomNotPermitted => "ERR_ROOM_NOT_PERMITTED",
    /// A data message is too large.
    DataTooLarge => "ERR_DATA_TOO_LARGE",
    /// Too many data messages are queued for a connection.
    DataQueueFull => "ERR_DATA_QUEUE_FULL",
    /// No such participant.
    DataUnknownParticipant => "ERR_DATA_UNKNOWN_PARTICIPANT",
    /// The data channel failed.
    DataFailed => "ERR_DATA_FAILED",
    /// The data channel closed before a message was complete.
    DataClosed => "ERR_DATA_CLOSED",
    /// Messages that were not read in time were dropped.
    DataLagged => "ERR_DATA_LAGGED",
    /// The remote peer does not use moim's framing.
    DataMalformed => "ERR_DATA_MALFORMED",
    /// The remote peer declined the file.
    TransferRejected => "ERR_TRANSFER_REJECTED",
    /// Either peer cancelled the file.
    TransferCancelled => "ERR_TRANSFER_CANCELLED",
    /// The channel closed during the transfer, which can be resumed, or the remote peer left the room.
    TransferInterrupted => "ERR_TRANSFER_INTERRUPTED",
    /// The received bytes differ from those of the file.
    TransferCorrupt => "ERR_TRANSFER_CORRUPT",
    /// The file could not be read or written.
    TransferStorage => "ERR_TRANSFER_STORAGE",
    /// Either peer cancelled a stream.
    StreamCancelled => "ERR_STREAM_CANCELLED",
    /// The remote peer of a stream left, or a chunk was lost.
    StreamInterrupted => "ERR_STREAM_INTERRUPTED",
    /// The participant has no handler for the called method.
    RpcNoHandler => "ERR_RPC_NO_HANDLER",
    /// The handler of a call failed, for a reason that it did not give.
    RpcFailed => "ERR_RPC_FAILED",
    /// The handler of a call failed with an error of the application.
    RpcApplication => "ERR_RPC_APPLICATION",
    /// The called participant left before it responded.
    RpcParticipantLeft => "ERR_RPC_PARTICIPANT_LEFT",
    /// The connection was lost for good, or the room was left, before a called participant responded.
    RpcConnectionLost => "ERR_RPC_CONNECTION_LOST",
    /// The Kurento server no longer has the object: it was released, or the server was restarted.
    KurentoObjectLost => "ERR_KURENTO_OBJECT_LOST",
    /// The Kurento server refused a call.
    KurentoRefused => "ERR_KURENTO_REFUSED",
    /// Too many calls wait for the Kurento server.
    KurentoQueueFull => "ERR_KURENTO_QUEUE_FULL",
    /// A recording failed.
    Recorder => "ERR_RECORDER",
    /// The operation is not possible in this state.
    InvalidState => "ERR_INVALID_STATE",
    /// An argument or option is invalid.
    InvalidOptions => "ERR_INVALID_OPTIONS",
    /// The caller aborted the operation.
    Aborted => "ERR_ABORTED",
    /// An operation timed out.
    Timeout => "ERR_TIMEOUT",
    /// The browser, or the room's server, does not have the feature.
    Unsupported => "ERR_UNSUPPORTED",
    /// A part of the package that is fetched when it is first used is not served, or cannot be compiled.
    ChunkNotLoaded => "ERR_CHUNK_NOT_LOADED",
    /// Any other exception of the browser.
    Browser => "ERR_BROWSER",
}

impl Error {
    /// The cause as a stable string.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Media(error) => match error {
                MediaError::NotAllowed { .. } => ErrorCode::MediaNotAllowed,
                MediaError::NotFound { .. } => ErrorCode::MediaNotFound,
                MediaError::NotReadable { .. } => ErrorCode::MediaNotReadable,
                MediaError::Overconstrained { .. } => ErrorCode::MediaOverconstrained,
                MediaError::Aborted { .. } => ErrorCode::MediaAborted,
                MediaError::InsecureContext => ErrorCode::MediaInsecureContext,
            },
            Self::Negotiation { .. } => ErrorCode::Negotiation,
            Self::Signaling(error) => match error {
                SignalingError::Unreachable { .. } => ErrorCode::SignalingUnreachable,
                SignalingError::Lost { .. } => ErrorCode::SignalingLost,
                SignalingError::Undecodable { .. } => ErrorCode::SignalingUndecodable,
                SignalingError::Refused { code, .. } => refused(code),
            },
            Self::DataChannel(error) => match error {
                DataChannelError::TooLarge { .. } => ErrorCode::DataTooLarge,
                DataChannelError::QueueFull { .. } => ErrorCode::DataQueueFull,
                DataChannelError::UnknownParticipant { .. } => ErrorCode::DataUnknownParticipant,
                DataChannelError::Failed { .. } => ErrorCode::DataFailed,
                DataChannelError::Closed => ErrorCode::DataClosed,
                DataChannelError::Lagged { .. } => ErrorCode::DataLagged,
                DataChannelError::Malformed => ErrorCode::DataMalformed,
            },
            Self::FileTransfer(error) => match error {
                FileTransferError::Rejected { .. } => ErrorCode::TransferRejected,
                FileTransferError::Cancelled { .. } => ErrorCode::TransferCancelled,
                FileTransferError::Interrupted { .. } => ErrorCode::TransferInterrupted,
                FileTransferError::Corrupt => ErrorCode::TransferCorrupt,
                FileTransferError::Storage { .. } => ErrorCode::TransferStorage,
            },
            Self::Stream(error) => match error {
                StreamError::Cancelled { .. } => ErrorCode::StreamCancelled,
                StreamError::Interrupted { .. } => ErrorCode::StreamInterrupted,
            },
            Self::Rpc(error) => match error {
                RpcError::NoHandler { .. } => ErrorCode::RpcNoHandler,
                RpcError::Failed { .. } => ErrorCode::RpcFailed,
                RpcError::Application { .. } => ErrorCode::RpcApplication,
                RpcError::ParticipantLeft => ErrorCode::RpcParticipantLeft,
                RpcError::ConnectionLost => ErrorCode::RpcConnectionLost,
            },
            Self::Kurento(error) => match error {
                KurentoError::ObjectLost { .. } => ErrorCode::KurentoObjectLost,
                KurentoError::Refused { .. } => ErrorCode::KurentoRefused,
                KurentoError::QueueFull { .. } => ErrorCode::KurentoQueueFull,
            },
            Self::Recorder { .. } => ErrorCode::Recorder,
            Self::InvalidState { .. } => ErrorCode::InvalidState,
            Self::NotPermitted { .. } => ErrorCode::RoomNotPermitted,
            Self::InvalidOptions { .. } => ErrorCode::InvalidOptions,
            Self::Aborted => ErrorCode::Aborted,
            Self::Timeout { .. } => ErrorCode::Timeout,
            Self::Unsupported { .. } | Self::UnsupportedByServer { .. } => ErrorCode::Unsupported,
            Self::ChunkNotLoaded { .. } => ErrorCode::ChunkNotLoaded,
            Self::Browser { .. } => ErrorCode::Browser,
        }
    }
}

/// A code that an application may want to distinguish.
fn refused(code: &RefusalCode) -> ErrorCode {
    match code {
        RefusalCode::RoomFull => ErrorCode::RoomFull,
        RefusalCode::UnsupportedTopology => ErrorCode::RoomTopology,
        RefusalCode::NoMixer => ErrorCode::RoomNoMixer,
        RefusalCode::NotAdmitted => ErrorCode::RoomNotAdmitted,
        RefusalCode::Removed => ErrorCode::RoomRemoved,
        RefusalCode::Superseded => ErrorCode::RoomSuperseded,
        RefusalCode::HostRefused => ErrorCode::RoomHostRefused,
        RefusalCode::TokenMissing => ErrorCode::RoomTokenMissing,
        RefusalCode::TokenInvalid => ErrorCode::RoomTokenInvalid,
        RefusalCode::TokenExpired => ErrorCode::RoomTokenExpired,
        RefusalCode::TokenWrongRoom => ErrorCode::RoomTokenWrongRoom,
        RefusalCode::NotPermitted => ErrorCode::RoomNotPermitted,
        RefusalCode::NotHost | RefusalCode::Other(_) => ErrorCode::SignalingRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut codes: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert!(codes.iter().all(|code| code.starts_with("ERR_")));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
    }
}
