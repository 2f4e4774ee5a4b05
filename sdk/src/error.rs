//! One error type, with a stable code for each cause.
//!
//! Browser errors are distinguished by `DOMException.name`, never by their message, which differs
//! between browsers and changes between versions.

mod denial;
mod file_transfer;
mod stream;

use crate::model::{RefusalCode, ServerRefusal};

pub use denial::Refusal;
pub use file_transfer::FileTransferError;
pub use stream::StreamError;

/// The result type of the SDK's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any failure. [`code`](Error::code) returns its cause as a stable code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Capture of a camera, a microphone or a display failed.
    #[error("{0}")]
    Media(#[from] MediaError),
    /// The offer/answer exchange with another participant failed.
    #[error("negotiation failed while {step}: {detail}")]
    Negotiation {
        /// The step that failed, such as `"applying the remote description"`.
        step: &'static str,
        /// The browser's error message.
        detail: String,
    },
    /// The signaling server could not be reached, or refused a request.
    #[error("{0}")]
    Signaling(#[from] SignalingError),
    /// A message could not be sent.
    #[error("{0}")]
    DataChannel(#[from] DataChannelError),
    /// A file was not transferred, or not completely.
    #[error("{0}")]
    FileTransfer(#[from] FileTransferError),
    /// A stream did not reach its end.
    #[error("{0}")]
    Stream(#[from] StreamError),
    /// A recording could not be made or finished.
    #[error("recording failed: {detail}")]
    Recorder {
        /// The browser's error message.
        detail: String,
    },
    /// The operation is not possible in the object's current state.
    #[error("cannot {action} while {state}")]
    InvalidState {
        /// The operation, such as `"publish"`.
        action: &'static str,
        /// The state that prevents it, such as `"the room is not joined"`.
        state: &'static str,
    },
    /// An argument or option is invalid.
    #[error("{detail}")]
    InvalidOptions {
        /// What is invalid, and what is expected.
        detail: String,
    },
    /// The caller aborted the operation: in JavaScript with an `AbortSignal`. In Rust, the future is dropped instead.
    #[error("the call was aborted")]
    Aborted,
    /// An operation timed out.
    #[error("{action} took longer than {after_ms} ms")]
    Timeout {
        /// The operation.
        action: &'static str,
        /// The limit, in milliseconds.
        after_ms: u32,
    },
    /// The browser does not have the feature.
    #[error("this browser does not support {feature}")]
    Unsupported {
        /// The feature's name in the specification, such as `"getDisplayMedia"`.
        feature: &'static str,
    },
    /// Another exception of the browser. Every function that calls a browser API may return
    /// it: `# Errors` sections mention it only where there is more to say.
    #[error("{name}: {detail}")]
    Browser {
        /// `DOMException.name`.
        name: String,
        /// The browser's error message.
        detail: String,
    },
}

/// Why capture failed: <https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia>.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// `NotAllowedError`: the user, a permissions policy or the system denied it.
    #[error("{}", by.message(device))]
    NotAllowed {
        /// `"camera"`, `"microphone"`, `"screen"` or `"speaker"`.
        device: &'static str,
        /// Who denied it, as far as it is known.
        by: Refusal,
    },
    /// `NotFoundError`: there is no such device.
    #[error("no {} was found: connect one, then try again", device.replace(" and ", " or "))]
    NotFound {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
    },
    /// `NotReadableError`: the device exists but cannot be read, usually because another program uses it.
    #[error(
        "the {device} cannot be read: close other programs that may use {}, then try again",
        denial::them(device)
    )]
    NotReadable {
        /// `"camera"`, `"microphone"` or `"screen"`.
        device: &'static str,
    },
    /// `OverconstrainedError`: no device satisfies a constraint.
    #[error("no {} satisfies the constraint `{constraint}`: relax it, or choose another device", device.replace(" and ", " or "))]
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
        /// The browser's error message.
        detail: String,
    },
    /// The page is not in a secure context, where browsers provide no devices.
    #[error("devices require a secure context: open the page with https:// or from http://localhost")]
    InsecureContext,
}

/// Why signaling failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignalingError {
    /// No connection could be opened.
    #[error(
        "the signaling server at {url} cannot be reached: check the URL, that the server is running, and that it \
         accepts pages from {}",
        origin()
    )]
    Unreachable {
        /// The server's URL, without its query.
        url: String,
    },
    /// The connection was closed, or the server stopped responding.
    #[error("the connection to the signaling server was lost: {detail}")]
    Lost {
        /// The reason of the close frame, or what was missing.
        detail: String,
    },
    /// The server sent a message that is not part of the protocol. It was ignored.
    #[error("the signaling server sent an invalid message: {detail}")]
    Undecodable {
        /// What is invalid about it.
        detail: String,
    },
    /// The server rejected a request.
    #[error("the signaling server rejected the request: {detail} ({}){}", code.as_str(), advice(code))]
    Refused {
        /// The reason, for programs.
        code: RefusalCode,
        /// The server's error message.
        detail: String,
    },
}

/// Why a message was not sent or received.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataChannelError {
    /// The message exceeds the maximum message size.
    #[error("the message has {size} bytes, and at most {limit} can be sent")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Too much data is queued: the connection is not open yet, or it is slower than the sender.
    #[error("too much data is queued for {participant}: await each send before the next")]
    QueueFull {
        /// The participant's id.
        participant: String,
    },
    /// No participant has this id.
    #[error("there is no participant {participant} in the room")]
    UnknownParticipant {
        /// The id that was given.
        participant: String,
    },
    /// The browser could not send.
    #[error("the data channel failed: {detail}")]
    Failed {
        /// The browser's error message.
        detail: String,
    },
    /// The channel closed before the message was sent or received completely.
    #[error("the data channel is closed; messages that were not delivered by then are lost")]
    Closed,
    /// The reader was too slow, or too many fragments were interleaved, and the oldest messages were dropped.
    #[error("{missed} messages were dropped: read the channel faster, or send less at once")]
    Lagged {
        /// The number of dropped messages.
        missed: u32,
    },
    /// The remote peer sent a frame that is not in moim's format.
    #[error(
        "the remote peer sent an invalid frame: open the channel with `framing: false` if it does not use moim"
    )]
    Malformed,
}

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
    /// The browser does not have the feature.
    Unsupported => "ERR_UNSUPPORTED",
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
            Self::Recorder { .. } => ErrorCode::Recorder,
            Self::InvalidState { .. } => ErrorCode::InvalidState,
            Self::InvalidOptions { .. } => ErrorCode::InvalidOptions,
            Self::Aborted => ErrorCode::Aborted,
            Self::Timeout { .. } => ErrorCode::Timeout,
            Self::Unsupported { .. } => ErrorCode::Unsupported,
            Self::Browser { .. } => ErrorCode::Browser,
        }
    }

    /// The error family: `error.name` in JavaScript.
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

    /// Classifies an exception of `getUserMedia` or `getDisplayMedia` by its name; `by` tells who denied it.
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
                    "screen" | "speaker" => "there is no recent user gesture",
                    _ => "the page is not fully active",
                };
                return Self::InvalidState { action: "open a device or a display", state };
            }
            _ => return Self::Browser { name: name.to_owned(), detail: detail.to_owned() },
        };
        Self::Media(error)
    }
}

/// The origin of this page. A server that rejects it looks to the page like one that is not there.
fn origin() -> String {
    #[cfg(target_arch = "wasm32")]
    if let Some(origin) = crate::platform::page::origin() {
        return origin;
    }
    "this origin".to_owned()
}

/// What to do, where the server's message does not say it.
fn advice(code: &RefusalCode) -> &'static str {
    match code {
        RefusalCode::RoomFull => ": try again later, or join another room",
        RefusalCode::UnsupportedTopology => {
            ": pass the `topology` that the first participant of the room has chosen, and that the server supports"
        }
        RefusalCode::NoMixer => ": let the server start one, or join first with the role \"mixer\"",
        RefusalCode::HostRefused => ": join with the role \"participant\"",
        RefusalCode::NotHost => ": `role` says whether this participant is the host",
        RefusalCode::NotAdmitted | RefusalCode::Removed | RefusalCode::Superseded | RefusalCode::Other(_) => {
            ""
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
        RefusalCode::NotHost | RefusalCode::Other(_) => ErrorCode::SignalingRefused,
    }
}

impl From<ServerRefusal> for SignalingError {
    fn from(ServerRefusal { code, detail, .. }: ServerRefusal) -> Self {
        Self::Refused { code, detail }
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
    fn a_refusal_comes_with_advice() {
        for (code, advice) in [
            (RefusalCode::UnsupportedTopology, "pass the `topology`"),
            (RefusalCode::RoomFull, "another room"),
            (RefusalCode::NoMixer, "role \"mixer\""),
            (RefusalCode::HostRefused, "role \"participant\""),
        ] {
            let error = SignalingError::Refused { code, detail: "no".to_owned() }.to_string();
            assert!(error.contains(advice), "{error}");
        }
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
