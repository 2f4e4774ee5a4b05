//! One error type, with a stable code for each cause.
//!
//! Browser errors are distinguished by `DOMException.name`, never by their message, which differs
//! between browsers and changes between versions.

mod code;
mod data_channel;
mod denial;
mod file_transfer;
mod kurento;
mod media;
mod rpc;
mod signaling;
mod stream;

pub use code::ErrorCode;
#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub(crate) use code::TYPESCRIPT_ERROR_CODE;
pub use data_channel::DataChannelError;
pub use denial::Refusal;
pub use file_transfer::FileTransferError;
pub use kurento::KurentoError;
pub use media::MediaError;
pub use rpc::RpcError;
pub use signaling::SignalingError;
pub use stream::StreamError;

use crate::model::RoomPermission;

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
    /// A call to another participant has no result.
    #[error("{0}")]
    Rpc(#[from] RpcError),
    /// A Kurento Media Server did not perform a call.
    #[error("{0}")]
    Kurento(#[from] KurentoError),
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
    /// This participant's token does not permit the operation.
    #[error("cannot {action}: the token does not permit `{}`", permission.as_str())]
    NotPermitted {
        /// The operation, such as `"publish"`.
        action: &'static str,
        /// The missing permission.
        permission: RoomPermission,
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
    /// The room's server does not have the feature.
    #[error("the server type \"{server}\" does not support `{feature}`: see `room.capabilities`")]
    UnsupportedByServer {
        /// The kind of server.
        server: &'static str,
        /// The feature's name in the room's capabilities.
        feature: &'static str,
    },
    /// A part of the npm package that is fetched when it is first used is not served, or cannot be compiled. Does not
    /// occur in Rust.
    #[error("{detail}")]
    ChunkNotLoaded {
        /// Which part, and why.
        detail: String,
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

impl Error {
    /// The error family: `error.name` in JavaScript.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Media(_) => "MediaError",
            Self::Negotiation { .. } => "NegotiationError",
            Self::Signaling(_) => "SignalingError",
            Self::DataChannel(_) => "DataChannelError",
            Self::FileTransfer(_) => "FileTransferError",
            Self::Stream(_) => "StreamError",
            Self::Rpc(RpcError::Application { .. }) => "RpcError",
            Self::Rpc(_) => "CallError",
            Self::Kurento(_) => "KurentoError",
            Self::Recorder { .. } => "RecorderError",
            Self::InvalidState { .. } => "InvalidStateError",
            Self::NotPermitted { .. } => "NotPermittedError",
            Self::InvalidOptions { .. } => "InvalidOptionsError",
            Self::Aborted => "AbortError",
            Self::Timeout { .. } => "TimeoutError",
            Self::Unsupported { .. } | Self::UnsupportedByServer { .. } => "UnsupportedError",
            Self::ChunkNotLoaded { .. } => "InitError",
            Self::Browser { .. } => "BrowserError",
        }
    }
}
