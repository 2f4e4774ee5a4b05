//! Why signaling failed.

use crate::model::{RefusalCode, ServerRefusal};

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

impl From<ServerRefusal> for SignalingError {
    fn from(ServerRefusal { code, detail, .. }: ServerRefusal) -> Self {
        Self::Refused { code, detail }
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
        RefusalCode::TokenMissing
        | RefusalCode::TokenInvalid
        | RefusalCode::TokenExpired
        | RefusalCode::TokenWrongRoom
        | RefusalCode::NotPermitted
        | RefusalCode::NotAdmitted
        | RefusalCode::Removed
        | RefusalCode::Superseded
        | RefusalCode::Other(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
