//! Maps errors to messages that advise the user, without the browser's error text.

use moim::{Error, ErrorCode, FileTransferError, SignalingError};

use crate::i18n::Words;

/// The action that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    Camera,
    Microphone,
    Share,
    Record,
    /// To send a file.
    File,
    /// Changing the resolution of the camera's video.
    Resolution,
    Call,
    /// No particular action: the call continues.
    Background,
}

/// The message for `error`.
pub(crate) fn sentence(words: &'static Words, attempt: Attempt, error: &Error) -> &'static str {
    let code = error.code();
    match attempt {
        _ if code == ErrorCode::MediaInsecureContext => words.insecure_page,
        _ if code == ErrorCode::RoomNotPermitted => words.not_permitted,
        Attempt::Camera => match code {
            ErrorCode::MediaNotAllowed => words.camera_denied,
            ErrorCode::MediaNotFound => words.camera_missing,
            ErrorCode::MediaNotReadable => words.camera_busy,
            ErrorCode::MediaOverconstrained => words.camera_gone,
            _ => words.camera_failed,
        },
        Attempt::Microphone => match code {
            ErrorCode::MediaNotAllowed => words.microphone_denied,
            ErrorCode::MediaNotFound => words.microphone_missing,
            ErrorCode::MediaNotReadable => words.microphone_busy,
            ErrorCode::MediaOverconstrained => words.microphone_gone,
            _ => words.microphone_failed,
        },
        Attempt::Share => match code {
            ErrorCode::MediaNotAllowed => words.share_cancelled,
            ErrorCode::Unsupported => words.share_unsupported,
            _ => words.share_failed,
        },
        Attempt::Record => match code {
            ErrorCode::Unsupported => words.recording_unsupported,
            _ => words.recording_failed,
        },
        Attempt::File => transfer_sentence(words, error),
        Attempt::Resolution => words.resolution_failed,
        Attempt::Call => call_sentence(words, error),
        Attempt::Background => match error {
            Error::DataChannel(_) => words.not_sent,
            _ if refusal(error) == Some("notHost") => words.host_only,
            _ => words.connection_trouble,
        },
    }
}

/// The message for a file that was not transferred.
pub(crate) fn transfer_sentence(words: &'static Words, error: &Error) -> &'static str {
    match error {
        Error::FileTransfer(FileTransferError::Rejected { .. }) => words.file_declined,
        Error::FileTransfer(FileTransferError::Cancelled { .. }) => words.file_cancelled,
        Error::FileTransfer(FileTransferError::Interrupted { .. }) => words.file_interrupted,
        Error::FileTransfer(FileTransferError::Corrupt) => words.file_damaged,
        _ => words.file_failed,
    }
}

/// The server's error code, if it rejected a request.
pub(crate) fn refusal(error: &Error) -> Option<&str> {
    match error {
        Error::Signaling(SignalingError::Refused { code, .. }) => Some(code.as_str()),
        _ => None,
    }
}

fn call_sentence(words: &'static Words, error: &Error) -> &'static str {
    match error {
        Error::Signaling(SignalingError::Unreachable { .. }) => words.server_unreachable,
        Error::Signaling(SignalingError::Refused { code, .. }) => match code.as_str() {
            "roomFull" => words.room_full,
            "noMixer" => words.no_mixer,
            "unsupportedTopology" => words.topology_refused,
            "invalidValue" | "messageTooLarge" => words.name_refused,
            "tooManyRooms" | "tooManyConnections" | "rateLimited" => words.too_busy,
            "idleTimeout" => words.idle_too_long,
            "shuttingDown" => words.server_closing,
            "hostRefused" => words.host_refused,
            "notHost" => words.host_only,
            "tokenMissing" | "tokenInvalid" | "tokenWrongRoom" => words.token_refused,
            "tokenExpired" => words.token_expired,
            "notAdmitted" => words.not_admitted,
            "removed" => words.removed,
            _ => words.server_refused,
        },
        Error::Signaling(_) => words.server_lost,
        Error::Timeout { .. } => words.server_timeout,
        Error::DataChannel(_) => words.not_sent,
        Error::Negotiation { .. } => words.connection_trouble,
        Error::InvalidOptions { .. } => words.name_refused,
        _ => words.something_failed,
    }
}

/// One message for both devices when they fail for the same common reason.
pub(crate) fn joint_sentence(
    words: &'static Words,
    camera: &Error,
    microphone: &Error,
) -> Option<&'static str> {
    match (camera.code(), microphone.code()) {
        (ErrorCode::MediaNotAllowed, ErrorCode::MediaNotAllowed) => Some(words.both_denied),
        (ErrorCode::MediaNotFound, ErrorCode::MediaNotFound) => Some(words.both_missing),
        (ErrorCode::MediaInsecureContext, ErrorCode::MediaInsecureContext) => Some(words.insecure_page),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use moim::model::RefusalCode;
    use moim::{MediaError, Refusal};

    use super::*;
    use crate::i18n::Language;

    const DENIED: Error = Error::Media(MediaError::NotAllowed { device: "camera", by: Refusal::User });
    const MISSING: Error = Error::Media(MediaError::NotFound { device: "camera" });

    #[test]
    fn the_same_code_reads_differently_for_each_attempt() {
        let words = Language::English.words();
        let sentences = [Attempt::Camera, Attempt::Microphone, Attempt::Share]
            .map(|attempt| sentence(words, attempt, &DENIED));
        assert_eq!(sentences, [words.camera_denied, words.microphone_denied, words.share_cancelled]);
    }

    #[test]
    fn two_devices_that_fail_alike_get_one_sentence() {
        let words = Language::English.words();
        assert_eq!(joint_sentence(words, &DENIED, &DENIED), Some(words.both_denied));
        assert_eq!(joint_sentence(words, &DENIED, &MISSING), None);
    }

    #[test]
    fn a_fault_in_the_background_does_not_end_the_call() {
        let words = Language::English.words();
        let error = Error::Signaling(SignalingError::Lost { detail: String::new() });
        assert_eq!(sentence(words, Attempt::Background, &error), words.connection_trouble);
        assert_eq!(sentence(words, Attempt::Call, &error), words.server_lost);
    }

    #[test]
    fn whoever_is_put_out_hears_by_whom() {
        let words = Language::English.words();
        let refused = |code| Error::Signaling(SignalingError::Refused { code, detail: String::new() });
        let of = |code| sentence(words, Attempt::Call, &refused(code));
        assert_eq!(of(RefusalCode::Removed), words.removed);
        assert_eq!(of(RefusalCode::NotAdmitted), words.not_admitted);
        assert_eq!(of(RefusalCode::HostRefused), words.host_refused);
        assert_eq!(sentence(words, Attempt::Background, &refused(RefusalCode::NotHost)), words.host_only);
    }

    #[test]
    fn a_file_says_what_became_of_it() {
        let words = Language::English.words();
        let rejected = Error::FileTransfer(FileTransferError::Rejected { reason: "no".into() });
        assert_eq!(transfer_sentence(words, &rejected), words.file_declined);
        let interrupted = Error::FileTransfer(FileTransferError::Interrupted { transferred: 1, size: 2 });
        assert_eq!(sentence(words, Attempt::File, &interrupted), words.file_interrupted);
    }

    #[test]
    fn an_unreachable_server_says_what_to_do() {
        let words = Language::Korean.words();
        let error = Error::Signaling(SignalingError::Unreachable { url: "ws://x".into() });
        assert_eq!(sentence(words, Attempt::Call, &error), words.server_unreachable);
    }
}
