//! One error type for everything, with a stable code for each cause.
//!
//! Errors from the browser are told apart by `DOMException.name`, never by their message, which differs
//! between browsers and changes between versions.

mod file_transfer;
mod refusal;
mod stream;

use moim_protocol::ErrorCode as ServerErrorCode;

pub use file_transfer::FileTransferError;
pub use refusal::Refusal;
pub use stream::StreamError;

/// What the SDK's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Anything that can go wrong. [`code`](Error::code) says which cause it was, in a stable form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Capture of a camera, a microphone or a display failed.
    #[error("{0}")]
    Media(#[from] MediaError),
    /// The offer/answer exchange with another participant failed.
    #[error("negotiation failed while {step}: {detail}")]
    Negotiation {
        /// What was being done, such as `"applying the remote description"`.
        step: &'static str,
        /// The browser's words.
        detail: String,
    },
    /// The signaling server could not be reached, or refused.
    #[error("{0}")]
    Signaling(#[from] SignalingError),
    /// A message could not be sent.
    #[error("{0}")]
    DataChannel(#[from] DataChannelError),
    /// A file did not arrive, or not whole.
    #[error("{0}")]
    FileTransfer(#[from] FileTransferError),
    /// A stream did not reach its end.
    #[error("{0}")]
    Stream(#[from] StreamError),
    /// A recording could not be made or finished.
    #[error("recording failed: {detail}")]
    Recorder {
        /// The browser's words.
        detail: String,
    },
    /// The call is not possible in the object's present state.
    #[error("cannot {action} while {state}")]
    InvalidState {
        /// What was asked for, such as `"publish"`.
        action: &'static str,
        /// The state that forbids it, such as `"the room is not joined"`.
        state: &'static str,
    },
    /// An argument or option is wrong.
    #[error("{detail}")]
    InvalidOptions {
        /// What was wrong and what was expected.
        detail: String,
    },
    /// The caller gave the call up: in JavaScript by an `AbortSignal`. In Rust its future is dropped.
    #[error("the call was aborted")]
    Aborted,
    /// Something took too long.
    #[error("{action} took longer than {after_ms} ms")]
    Timeout {
        /// What took too long.
        action: &'static str,
        /// The limit, in milliseconds.
        after_ms: u32,
    },
    /// The browser does not have the feature.
    #[error("this browser does not support {feature}")]
    Unsupported {
        /// The feature's name as the specifications spell it, such as `"getDisplayMedia"`.
        feature: &'static str,
    },
    /// An exception of the browser without a family of its own. Every call that asks the browser for something may give
    /// it: the `# Errors` of a function say so only where there is more to say.
    #[error("{name}: {detail}")]
    Browser {
        /// `DOMException.name`.
        name: String,
        /// The browser's words.
        detail: String,
    },
}

/// Why capture failed: <https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia>.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// `NotAllowedError`: the user, a permissions policy or the system refused.
    #[error("the {device} may not be used: {}", by.advice())]
    NotAllowed {
        /// `"camera"`, `"microphone"`, `"screen"` or `"speaker"`.
        device: &'static str,
        /// Who refused, as far as it can be known.
        by: Refusal,
    },
    /// `NotFoundError`: there is no such device.
    #[error("no {device} was found: connect one, then try again")]
    NotFound {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
    },
    /// `NotReadableError`: the device is there and gives nothing, mostly because another program uses it.
    #[error("the {device} cannot be read: close other programs that may use it, then try again")]
    NotReadable {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
    },
    /// `OverconstrainedError`: no device satisfies a constraint.
    #[error("no {device} satisfies the constraint `{constraint}`: relax it, or choose another device")]
    Overconstrained {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
        /// The constraint that failed, such as `"deviceId"`.
        constraint: String,
    },
    /// `AbortError`: the device failed for another reason.
    #[error("the {device} could not be started: {detail}")]
    Aborted {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
        /// The browser's words.
        detail: String,
    },
    /// The page is not in a secure context, so the browser offers no devices.
    #[error("devices need a secure page: open it by https:// or from http://localhost")]
    InsecureContext,
}

/// Why the signaling server is not there for us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignalingError {
    /// No connection could be opened.
    #[error("the signaling server at {url} cannot be reached: check the address and that the server runs")]
    Unreachable {
        /// The server's address, without its query.
        url: String,
    },
    /// The connection broke, or the server fell silent.
    #[error("the connection to the signaling server was lost: {detail}")]
    Lost {
        /// The reason of the close frame, or what was missing.
        detail: String,
    },
    /// The server sent something that is no message of its protocol. It was left out.
    #[error("the signaling server sent a message that makes no sense: {detail}")]
    Undecodable {
        /// What was wrong with it.
        detail: String,
    },
    /// The server refused what was asked.
    #[error("the signaling server refused: {detail} ({})", code.as_str())]
    Refused {
        /// The server's code.
        code: ServerErrorCode,
        /// The server's words.
        detail: String,
    },
}

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataChannelError {
    /// The message is longer than one data channel message may be.
    #[error("the message has {size} bytes, and at most {limit} can be sent")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Too many messages wait for a connection that is not open yet.
    #[error("too many messages wait for the connection to {participant}: wait until it is connected")]
    QueueFull {
        /// The participant's id.
        participant: String,
    },
    /// There is no such participant.
    #[error("there is no participant {participant} in the room")]
    UnknownParticipant {
        /// The id that was given.
        participant: String,
    },
    /// The browser could not send.
    #[error("the data channel failed: {detail}")]
    Failed {
        /// The browser's words.
        detail: String,
    },
    /// The channel closed before the message was sent, or before all of it had come.
    #[error("the data channel is closed, and what was not through by then is lost")]
    Closed,
    /// The reader was too slow, or fragments came too mixed up, and the oldest messages were dropped.
    #[error("{missed} messages were dropped: read the channel faster, or let its ends send less at once")]
    Lagged {
        /// How many.
        missed: u32,
    },
    /// The far end sent what is no frame of ours.
    #[error("the far end sent what makes no sense: open the channel with `framing: false` if it is not moim")]
    Malformed,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)+) => {
        /// The cause of an [`Error`] as a stable word, the same in Rust and in JavaScript.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as JavaScript sees it in `error.code`.
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
            $("\n  | \"", $text, "\"",)+ "\n  | InitErrorCode;\n"
        );
    };
}

error_codes! {
    /// The user, a permissions policy or the system refused capture.
    MediaNotAllowed => "ERR_MEDIA_NOT_ALLOWED",
    /// There is no such device.
    MediaNotFound => "ERR_MEDIA_NOT_FOUND",
    /// The device is in use or broken.
    MediaNotReadable => "ERR_MEDIA_NOT_READABLE",
    /// No device satisfies a constraint.
    MediaOverconstrained => "ERR_MEDIA_OVERCONSTRAINED",
    /// The device failed to start.
    MediaAborted => "ERR_MEDIA_ABORTED",
    /// Devices need https or localhost.
    MediaInsecureContext => "ERR_MEDIA_INSECURE_CONTEXT",
    /// The offer/answer exchange failed.
    Negotiation => "ERR_NEGOTIATION",
    /// The signaling server cannot be reached.
    SignalingUnreachable => "ERR_SIGNALING_UNREACHABLE",
    /// The connection to the signaling server broke.
    SignalingLost => "ERR_SIGNALING_LOST",
    /// The signaling server sent something that makes no sense.
    SignalingUndecodable => "ERR_SIGNALING_UNDECODABLE",
    /// The signaling server refused, for another reason than those below.
    SignalingRefused => "ERR_SIGNALING_REFUSED",
    /// The room has as many participants as it may have.
    RoomFull => "ERR_ROOM_FULL",
    /// The room has another topology, or the server does not offer this one.
    RoomTopology => "ERR_ROOM_TOPOLOGY",
    /// The room needs a mixer, and there is none.
    RoomNoMixer => "ERR_ROOM_NO_MIXER",
    /// The host did not let this participant in.
    RoomNotAdmitted => "ERR_ROOM_NOT_ADMITTED",
    /// The host put this participant out of the room.
    RoomRemoved => "ERR_ROOM_REMOVED",
    /// The room is open already, and cannot be joined as its host.
    RoomHostRefused => "ERR_ROOM_HOST_REFUSED",
    /// A data message is too large.
    DataTooLarge => "ERR_DATA_TOO_LARGE",
    /// Too many data messages wait for a connection.
    DataQueueFull => "ERR_DATA_QUEUE_FULL",
    /// No such participant.
    DataUnknownParticipant => "ERR_DATA_UNKNOWN_PARTICIPANT",
    /// The data channel failed.
    DataFailed => "ERR_DATA_FAILED",
    /// The data channel closed in the middle of a message.
    DataClosed => "ERR_DATA_CLOSED",
    /// Messages that nobody read in time were dropped.
    DataLagged => "ERR_DATA_LAGGED",
    /// The far end does not speak our framing.
    DataMalformed => "ERR_DATA_MALFORMED",
    /// The far end refused the file.
    TransferRejected => "ERR_TRANSFER_REJECTED",
    /// One end gave the file up.
    TransferCancelled => "ERR_TRANSFER_CANCELLED",
    /// The channel closed in the middle of the file, which can be resumed, or the far end left the room.
    TransferInterrupted => "ERR_TRANSFER_INTERRUPTED",
    /// The bytes that arrived are not those of the file.
    TransferCorrupt => "ERR_TRANSFER_CORRUPT",
    /// The file could not be read or written.
    TransferStorage => "ERR_TRANSFER_STORAGE",
    /// One end gave a stream up.
    StreamCancelled => "ERR_STREAM_CANCELLED",
    /// The far end of a stream left, or a part of it was lost.
    StreamInterrupted => "ERR_STREAM_INTERRUPTED",
    /// A recording failed.
    Recorder => "ERR_RECORDER",
    /// Not possible in this state.
    InvalidState => "ERR_INVALID_STATE",
    /// An argument or option is wrong.
    InvalidOptions => "ERR_INVALID_OPTIONS",
    /// The caller gave the call up.
    Aborted => "ERR_ABORTED",
    /// Something took too long.
    Timeout => "ERR_TIMEOUT",
    /// The browser does not have the feature.
    Unsupported => "ERR_UNSUPPORTED",
    /// Any other exception of the browser.
    Browser => "ERR_BROWSER",
}

impl Error {
    /// The cause as a stable word.
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
                SignalingError::Refused { code, .. } => refused(*code),
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
            Self::Recorder { .. } => ErrorCode::Recorder,
            Self::InvalidState { .. } => ErrorCode::InvalidState,
            Self::InvalidOptions { .. } => ErrorCode::InvalidOptions,
            Self::Aborted => ErrorCode::Aborted,
            Self::Timeout { .. } => ErrorCode::Timeout,
            Self::Unsupported { .. } => ErrorCode::Unsupported,
            Self::Browser { .. } => ErrorCode::Browser,
        }
    }

    /// The family: `error.name` in JavaScript.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Media(_) => "MediaError",
            Self::Negotiation { .. } => "NegotiationError",
            Self::Signaling(_) => "SignalingError",
            Self::DataChannel(_) => "DataChannelError",
            Self::FileTransfer(_) => "FileTransferError",
            Self::Stream(_) => "StreamError",
            Self::Recorder { .. } => "RecorderError",
            Self::InvalidState { .. } => "InvalidStateError",
            Self::InvalidOptions { .. } => "InvalidOptionsError",
            Self::Aborted => "AbortError",
            Self::Timeout { .. } => "TimeoutError",
            Self::Unsupported { .. } => "UnsupportedError",
            Self::Browser { .. } => "BrowserError",
        }
    }

    /// Sorts an exception of `getUserMedia` or `getDisplayMedia` by its name; `by` tells who refused, if it is that.
    #[cfg(any(target_arch = "wasm32", test))]
    pub(crate) fn from_capture(
        device: &'static str,
        name: &str,
        detail: &str,
        constraint: Option<&str>,
        by: Refusal,
    ) -> Self {
        let error = match name {
            "NotAllowedError" | "SecurityError" => MediaError::NotAllowed { device, by },
            "NotFoundError" => MediaError::NotFound { device },
            "NotReadableError" => MediaError::NotReadable { device },
            "OverconstrainedError" => {
                let constraint = constraint.unwrap_or("unknown").to_owned();
                MediaError::Overconstrained { device, constraint }
            }
            "AbortError" => MediaError::Aborted { device, detail: detail.to_owned() },
            "TypeError" => return Self::InvalidOptions { detail: detail.to_owned() },
            "InvalidStateError" => {
                let state = match device {
                    "screen" | "speaker" => "there was no click or key just now",
                    _ => "the page is not shown yet, or not any more",
                };
                return Self::InvalidState { action: "open a device or a display", state };
            }
            _ => return Self::Browser { name: name.to_owned(), detail: detail.to_owned() },
        };
        Self::Media(error)
    }
}

/// What an application may want to tell apart has a code of its own.
fn refused(code: ServerErrorCode) -> ErrorCode {
    match code {
        ServerErrorCode::RoomFull => ErrorCode::RoomFull,
        ServerErrorCode::UnsupportedTopology => ErrorCode::RoomTopology,
        ServerErrorCode::NoMixer => ErrorCode::RoomNoMixer,
        ServerErrorCode::NotAdmitted => ErrorCode::RoomNotAdmitted,
        ServerErrorCode::Removed => ErrorCode::RoomRemoved,
        ServerErrorCode::HostRefused => ErrorCode::RoomHostRefused,
        _ => ErrorCode::SignalingRefused,
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

    #[test]
    fn capture_errors_are_sorted_by_name_and_not_by_message() {
        let error = Error::from_capture("camera", "NotAllowedError", "device not found", None, Refusal::User);
        assert_eq!(error.code(), ErrorCode::MediaNotAllowed);
        let error =
            Error::from_capture("camera", "OverconstrainedError", "", Some("deviceId"), Refusal::User);
        assert!(error.to_string().contains("`deviceId`"));
    }
}
