//! Why a call to another participant has no result.

use serde::Serialize;

use crate::model::RpcFailure;

/// Why a call to another participant has no result. A handler returns [`Application`](Self::Application), which the caller
/// gets unchanged, or [`Failed`](Self::Failed).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RpcError {
    /// The participant has no handler for the method.
    #[error("the participant has no handler for `{method}`")]
    NoHandler {
        /// The name of the method.
        method: String,
    },
    /// The handler failed, for a reason that it did not give.
    #[error("the call failed at the other participant: {detail}")]
    Failed {
        /// What is known of it.
        detail: String,
    },
    /// The handler failed with an error of the application.
    #[error("{message}")]
    Application {
        /// The application's code. Those from 1001 to 1999 are LiveKit's and moim's own.
        code: u32,
        /// The application's message. At most 256 bytes are sent.
        message: String,
        /// More about it, as JSON. At most 15 KiB, or it is not sent.
        data: Option<String>,
    },
    /// The participant left. It may have executed the call.
    #[error("the participant has left")]
    ParticipantLeft,
    /// This participant left, or the connection was lost for good. The other one may have executed the call.
    #[error("the connection was lost")]
    ConnectionLost,
}

/// The codes are those of LiveKit.
const NO_HANDLER: u32 = 1400;
const FAILED: u32 = 1500;
const RESPONSE_TOO_LARGE: u32 = 1504;
const LEFT: u32 = 1503;
const LOST: u32 = 1505;

impl RpcError {
    /// An error of the application.
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self::Application { code, message: message.into(), data: None }
    }

    /// An error of the application with more about it.
    pub fn with_data(code: u32, message: impl Into<String>, data: &impl Serialize) -> Self {
        Self::Application { code, message: message.into(), data: serde_json::to_string(data).ok() }
    }

    /// The error in a response.
    pub(crate) fn of(RpcFailure { code, message, data }: RpcFailure, method: &str) -> Self {
        match code {
            NO_HANDLER => Self::NoHandler { method: method.to_owned() },
            FAILED | RESPONSE_TOO_LARGE => Self::Failed { detail: message },
            code => Self::Application { code, message, data: (!data.is_empty()).then_some(data) },
        }
    }
}

impl From<RpcError> for RpcFailure {
    fn from(error: RpcError) -> Self {
        let (code, message, data) = match error {
            RpcError::NoHandler { .. } => {
                (NO_HANDLER, "Method not supported at destination".to_owned(), None)
            }
            RpcError::Failed { detail } => (FAILED, detail, None),
            RpcError::Application { code, message, data } => (code, message, data),
            RpcError::ParticipantLeft => (LEFT, error.to_string(), None),
            RpcError::ConnectionLost => (LOST, error.to_string(), None),
        };
        Self { code, message, data: data.unwrap_or_default() }
    }
}
