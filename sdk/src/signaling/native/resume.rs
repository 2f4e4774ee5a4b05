//! Coming back over a new connection: by resuming, or by joining again under the same id.

use moim_protocol::{ClientMessage, ErrorCode, Join, Role, ServerError};

use super::REPEAT_MS;
use super::own::Own;
use crate::model::{ParticipantId, Timestamp};

/// What is needed to join again.
#[derive(Debug)]
pub(super) struct Stay {
    /// The first request to join.
    join: Join,
    token: Option<String>,
    /// How many times it was attempted to come back.
    attempts: u32,
    /// The server has refused to resume, or replied nonsense: the next attempt joins again instead.
    joins_afresh: bool,
}

/// An attempt to come back.
#[derive(Debug)]
pub(super) struct Return {
    pub(super) own_id: ParticipantId,
    /// It joins again instead of resuming.
    pub(super) is_afresh: bool,
    role: Role,
    pub(super) repeat_at: Timestamp,
}

/// What follows from an error during an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Send a different request at once.
    AskAgain,
    /// Repeat the request later.
    Wait,
    /// Use another connection.
    Reconnect,
    /// End the session.
    End,
}

impl Stay {
    pub(super) fn new(join: Join) -> Self {
        Self { join, token: None, attempts: 0, joins_afresh: false }
    }

    /// The room was joined, or joined again.
    pub(super) fn joined(&mut self, token: Option<String>) {
        (self.token, self.joins_afresh) = (token, false);
    }

    /// Joins again at the next attempt, instead of resuming.
    pub(super) fn join_afresh(&mut self) {
        self.joins_afresh = true;
    }

    /// Begins an attempt.
    pub(super) fn attempt(&mut self, own_id: ParticipantId, role: Role, now: Timestamp) -> Return {
        self.attempts = self.attempts.saturating_add(1);
        let is_afresh = self.token.is_none() || self.joins_afresh;
        Return { own_id, is_afresh, role, repeat_at: now + REPEAT_MS }
    }

    /// The request of an attempt.
    pub(super) fn request(&self, attempt: &Return, own: &Own) -> ClientMessage {
        let (resume, identity) = match (&self.token, attempt.is_afresh) {
            (Some(token), false) => (Some(token.clone()), None),
            (token, _) => (self.join.resume.clone(), token.clone()),
        };
        ClientMessage::Join(Join {
            name: own.profile.name.clone(),
            metadata: own.profile.metadata.clone(),
            attributes: own.profile.attributes.clone(),
            publications: own.publications.clone(),
            role: attempt.role,
            resume,
            attempt: self.attempts,
            identity,
            relay: None,
            ..self.join.clone()
        })
    }
}

impl Return {
    /// Whether the request has to be repeated.
    pub(super) fn is_due(&mut self, now: Timestamp) -> bool {
        let is_due = self.repeat_at <= now;
        if is_due {
            self.repeat_at = now + REPEAT_MS;
        }
        is_due
    }

    pub(super) fn refused(&mut self, error: &ServerError) -> Next {
        match error.code {
            // The reply to a repetition.
            ErrorCode::ResumeRefused if self.is_afresh => Next::Wait,
            ErrorCode::ResumeRefused => {
                self.is_afresh = true;
                Next::AskAgain
            }
            // There is another host by now.
            ErrorCode::HostRefused if self.role == Role::Host => {
                self.role = Role::Participant;
                Next::AskAgain
            }
            ErrorCode::HostRefused => Next::Wait,
            code if is_loss(code) => Next::Reconnect,
            _ if error.fatal => Next::End,
            ErrorCode::RoomFull
            | ErrorCode::TooManyRooms
            | ErrorCode::NoMixer
            | ErrorCode::RateLimited
            | ErrorCode::NotJoined
            | ErrorCode::UnknownParticipant => Next::Wait,
            _ => Next::End,
        }
    }
}

/// Whether a fatal error concerns only the connection, so that another one may succeed.
pub(super) fn is_loss(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::IdleTimeout | ErrorCode::ShuttingDown | ErrorCode::TooManyConnections)
}
