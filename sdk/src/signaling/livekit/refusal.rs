//! Why LiveKit refuses something.

use super::HttpResponse;
use super::messages::reason;
use crate::model::{RefusalCode, ServerRefusal};

fn refusal(code: RefusalCode, detail: &str) -> ServerRefusal {
    ServerRefusal { code, detail: detail.to_owned(), retry: false }
}

/// The reason of `LeaveRequest`.
pub(super) fn of_leave(reason: u32) -> ServerRefusal {
    match reason {
        reason::DUPLICATE_IDENTITY => {
            refusal(RefusalCode::Superseded, "the same identity has joined over another connection")
        }
        reason::PARTICIPANT_REMOVED => refusal(RefusalCode::Removed, "removed from the room"),
        5 | 10 => refusal(RefusalCode::Other("roomClosed".into()), "the room was closed"),
        7 => {
            refusal(RefusalCode::Other("joinFailed".into()), "the server failed to let this participant join")
        }
        _ => refusal(RefusalCode::Other(format!("leave{reason}").into()), "the server ended the session"),
    }
}

/// The reason of `RequestResponse`.
pub(super) fn of_request(reason: u32) -> RefusalCode {
    match reason {
        2 => RefusalCode::NotPermitted,
        _ => RefusalCode::Other(format!("request{reason}").into()),
    }
}

/// Whether only another token helps.
pub(super) fn is_of_token(refusal: &ServerRefusal) -> bool {
    !matches!(refusal.code, RefusalCode::Other(_))
}

/// The response to `validate`. None: the request is valid, or the server is not available. The text is never
/// repeated, because it may contain the token.
pub(super) fn of_validate(response: &HttpResponse, token: &str) -> Option<ServerRefusal> {
    let says = |text| response.body.contains(text);
    Some(match response.status {
        401 | 403 if token.is_empty() => refusal(RefusalCode::TokenMissing, "the server requires a token"),
        401 | 403 if says("expired") || says("not valid yet") => {
            refusal(RefusalCode::TokenExpired, "the token has expired, or is not valid yet")
        }
        401 | 403 if says("permissions denied") => {
            refusal(RefusalCode::NotPermitted, "the token does not permit to join a room")
        }
        401 | 403 => refusal(RefusalCode::TokenInvalid, "the token is not valid for this server"),
        404 => refusal(
            RefusalCode::Other("notFound".into()),
            "the server has no `/rtc/v1`: a newer version of LiveKit is required",
        ),
        400 => refusal(RefusalCode::Other("badRequest".into()), "the server rejects the request to join"),
        _ => return None,
    })
}
