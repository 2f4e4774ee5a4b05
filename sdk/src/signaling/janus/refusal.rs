//! Why Janus refuses something.

use crate::model::{RefusalCode, ServerRefusal};

/// The session or the handle is gone.
pub(super) const NO_SESSION: u32 = 458;
pub(super) const NO_HANDLE: u32 = 459;
/// Errors of the VideoRoom.
pub(super) const NO_ROOM: u32 = 426;
pub(super) const ROOM_EXISTS: u32 = 427;
pub(super) const BAD_ELEMENT: u32 = 430;
pub(super) const ID_EXISTS: u32 = 436;

/// A refused request: the code of the core or of the VideoRoom, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: u32,
    pub(super) text: String,
}

/// The reason for a refused request, of a client with a token or without one.
pub(super) fn of(failure: &Failure, has_token: bool) -> ServerRefusal {
    let other = |code: &'static str| RefusalCode::Other(code.into());
    let (code, detail) = match failure.code {
        403 if has_token => {
            (RefusalCode::TokenInvalid, "the token or the API secret is not valid for this server")
        }
        403 => (RefusalCode::TokenMissing, "the server requires a token or an API secret"),
        405 => (RefusalCode::NotPermitted, "the token does not permit the VideoRoom plugin"),
        460 => (other("noVideoRoom"), "the server has no VideoRoom plugin"),
        472 => (other("notAccepting"), "the server accepts no new sessions"),
        429 | 433 => (
            RefusalCode::NotPermitted,
            "the `pin` or the `roomSecret` is missing or wrong, or the token is not valid for this room",
        ),
        432 => (RefusalCode::RoomFull, "the room has as many publishers as it may have"),
        NO_ROOM => (
            other("noSuchRoom"),
            "there is no such room: create it at the server, or pass `createRoom: true`",
        ),
        BAD_ELEMENT => (other("badRoom"), "the server's rooms have numbers: pass one as the `room`"),
        code => {
            let mut text = failure.text.clone();
            moim_protocol::shorten(&mut text, 200);
            let code = RefusalCode::Other(format!("janus{code}").into());
            return ServerRefusal { code, detail: text, retry: false };
        }
    };
    ServerRefusal { code, detail: detail.to_owned(), retry: false }
}
