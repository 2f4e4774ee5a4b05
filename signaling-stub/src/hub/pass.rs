//! Room tokens: who may join a room, and what they may do there.

use std::fmt;

use moim_protocol::{ErrorCode, Join, Profile, Publication, Role, RoomPermission, RoomPermissions};

use super::{ConnectionId, Hub, MediaCommand, Output, SeatId, shorten};

/// Maximum length of a token in bytes. Longer ones are not even verified.
const MAX_TOKEN_BYTES: usize = 4096;

/// The claims of a room token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomToken {
    /// The room that it admits to.
    pub room: String,
    /// Who has it.
    pub identity: String,
    /// The participant's name. `None`: the participant chooses it.
    pub name: Option<String>,
    /// `Participant`, or a role that it allows in addition.
    pub role: Role,
    /// What the participant may do.
    pub permissions: RoomPermissions,
}

/// Why a token is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// It is malformed, or its signature is invalid. The text is for humans.
    Invalid(&'static str),
    /// It has expired, or is not valid yet.
    Expired,
}

/// Verifies the signature and the time of tokens.
pub trait TokenVerifier: fmt::Debug + Send {
    /// Returns the claims of a token.
    ///
    /// # Errors
    /// If the token is not valid.
    fn verify(&self, token: &str) -> Result<RoomToken, TokenFault>;
}

/// What a participant may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// Proven by its token.
    pub(super) identity: Option<String>,
    name: Option<String>,
    pub(super) may_host: bool,
    pub(super) may_mix: bool,
    pub(super) permissions: RoomPermissions,
}

impl Pass {
    /// That of a server without tokens. The mixers' token is another one.
    fn open() -> Self {
        Self {
            identity: None,
            name: None,
            may_host: true,
            may_mix: false,
            permissions: RoomPermissions::default(),
        }
    }

    /// Removes what it does not permit.
    pub(super) fn restrict(&self, join: &mut Join) {
        if let Some(name) = &self.name {
            join.name.clone_from(name);
        }
        if !self.permissions.allows(RoomPermission::Metadata) {
            join.metadata.clear();
            join.attributes.clear();
        }
        join.publications.retain(|publication| self.may_publish(publication));
    }

    /// Whether it permits a publication. A source that promises a kind of media must have it: a token for microphones
    /// is none for cameras.
    pub(super) fn may_publish(&self, publication: &Publication) -> bool {
        use moim_protocol::{MediaKind::Audio, MediaKind::Video, TrackSource};
        let is_honest = match publication.source {
            TrackSource::Camera | TrackSource::Screen => publication.kind == Video,
            TrackSource::Microphone | TrackSource::ScreenAudio => publication.kind == Audio,
            _ => true,
        };
        self.permissions.is_everything() || is_honest && self.permissions.allows(publication.source)
    }

    /// Why it does not permit a change of the profile, if it does not.
    pub(super) fn check_update(&self, before: &Profile, profile: &Profile) -> Result<(), String> {
        match &self.name {
            Some(name) if profile.name != *name => {
                Err(format!("the token sets the name `{}`", shorten(name.clone())))
            }
            _ if before != profile && !self.permissions.allows(RoomPermission::Metadata) => {
                Err(missing(RoomPermission::Metadata))
            }
            _ => Ok(()),
        }
    }
}

/// The message of `notPermitted`.
pub(crate) fn missing(permission: RoomPermission) -> String {
    format!("the token does not permit `{}`", permission.as_str())
}

impl Hub {
    /// Requires a token of everyone who joins, except for the server's own mixers.
    #[must_use]
    pub fn with_token_verifier(mut self, verifier: impl TokenVerifier + 'static) -> Self {
        self.verifier = Some(Box::new(verifier));
        self
    }

    /// What a request to join `room` is permitted; if it is not permitted to join, why.
    pub(super) fn pass(&self, room: &str, join: &Join) -> Result<Pass, (ErrorCode, String)> {
        let Some(verifier) = &self.verifier else { return Ok(Pass::open()) };
        if join.role == Role::Mixer && self.mixer_token.is_some() && join.token == self.mixer_token {
            return Ok(Pass::open());
        }
        let Some(token) = join.token.as_deref().filter(|token| !token.is_empty()) else {
            let message = "this server requires a token to join: see `JoinOptions.token`";
            return Err((ErrorCode::TokenMissing, message.to_owned()));
        };
        let invalid = |why: &str| (ErrorCode::TokenInvalid, format!("the token is not valid: {why}"));
        if token.len() > MAX_TOKEN_BYTES {
            return Err(invalid("it is too long"));
        }
        let claims = verifier.verify(token).map_err(|fault| match fault {
            TokenFault::Invalid(why) => invalid(why),
            TokenFault::Expired => {
                let message = "the token has expired, or is not valid yet: request another one";
                (ErrorCode::TokenExpired, message.to_owned())
            }
        })?;
        if claims.room != room {
            return Err((ErrorCode::TokenWrongRoom, "the token is for another room".to_owned()));
        }
        let pass = Pass {
            identity: Some(claims.identity),
            name: claims.name,
            may_host: claims.role == Role::Host,
            may_mix: claims.role == Role::Mixer,
            permissions: claims.permissions,
        };
        match join.role {
            Role::Host if !pass.may_host => {
                Err((ErrorCode::NotPermitted, "the token does not permit the role `host`".to_owned()))
            }
            Role::Mixer if !pass.may_mix => {
                Err((ErrorCode::NotPermitted, "the token does not permit the role `mixer`".to_owned()))
            }
            _ => Ok(pass),
        }
    }

    /// Applies the token of a participant who is in the room already, if it is valid and of the same identity. Otherwise
    /// nothing changes: a token that has expired does not end a call.
    pub(super) fn renew_pass(&mut self, name: &str, seat: SeatId, join: &Join) {
        if self.verifier.is_none() {
            return;
        }
        let join = Join { role: Role::Participant, ..join.clone() };
        let Ok(pass) = self.pass(name, &join) else { return };
        let Some(known) = self.rooms.get_mut(name).and_then(|room| room.seat_mut(seat)) else { return };
        if known.pass.identity != pass.identity || known.pass == pass {
            return;
        }
        known.pass = pass.clone();
        let permissions = pass.permissions;
        let Some(room) = self.rooms.get_mut(name) else { return };
        let changed = room.change(seat, |info| {
            info.permissions = permissions;
            info.publications.retain(|publication| pass.may_publish(publication));
        });
        if changed && self.is_sfu(name) {
            self.outputs.push_back(Output::Media(MediaCommand::Permitted { id: seat, permissions }));
            self.media_published(seat, name);
        }
    }

    /// What the participant of a connection may do.
    pub(super) fn pass_of(&self, id: ConnectionId, room: &str) -> Option<&Pass> {
        self.rooms.get(room)?.seat_of(id).map(|seat| &seat.pass)
    }
}
