//! The keys of room tokens: JSON Web Tokens (RFC 7519) with HS256.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use chrono::DateTime;
use jwt_compact::{
    AlgorithmExt, Claims, Header, UntrustedToken,
    alg::{Hs256, Hs256Key},
};
use moim_protocol::{Role, RoomPermission};
use serde::{Deserialize, Serialize};

use crate::{RoomToken, TokenFault, TokenVerifier};

/// RFC 7518, section 3.2.
const MIN_KEY_BYTES: usize = 32;
const MAX_KEYS: usize = 4;
const MAX_IDENTITY_CHARS: usize = 256;
/// How much the clocks of this server and of the one that issues tokens may differ.
const LEEWAY_SECONDS: i64 = 30;

/// The keys that sign room tokens. The first one signs; all of them verify, so that a key can be replaced while tokens of
/// the one before are in use.
#[derive(Clone)]
pub struct TokenKeys(Vec<Hs256Key>);

/// Why text is not a list of keys. It never contains a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no key.
    #[error("there is no token key")]
    Empty,
    /// A key is too short.
    #[error("the token key in line {line} has {bytes} bytes, at least {MIN_KEY_BYTES} are required")]
    Short {
        /// The line, from 1.
        line: usize,
        /// Its length.
        bytes: usize,
    },
    /// There are too many keys.
    #[error("there are more than {MAX_KEYS} token keys")]
    Many,
}

/// The claims, besides `exp`, `nbf` and `iat`.
#[derive(Serialize, Deserialize)]
struct RoomClaims {
    sub: String,
    room: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Role::is_default")]
    role: Role,
    /// Absent: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grants: Option<Vec<String>>,
}

impl TokenKeys {
    /// Reads keys, one a line. Whitespace around them and empty lines are ignored.
    ///
    /// # Errors
    /// Without a key, with more than 4, and with one of less than 32 bytes.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let lines = text.lines().enumerate().map(|(line, key)| (line + 1, key.trim()));
        let mut keys = Vec::new();
        for (line, key) in lines.filter(|(_, key)| !key.is_empty()) {
            match key.len() {
                bytes if bytes < MIN_KEY_BYTES => return Err(KeyError::Short { line, bytes }),
                _ if keys.len() == MAX_KEYS => return Err(KeyError::Many),
                _ => keys.push(Hs256Key::new(key)),
            }
        }
        if keys.is_empty() { Err(KeyError::Empty) } else { Ok(Self(keys)) }
    }

    /// Issues a token that expires after `lifetime`.
    ///
    /// # Errors
    /// If the time is out of range.
    pub fn issue(&self, token: &RoomToken, lifetime: Duration) -> Result<String, TokenFault> {
        let fault = TokenFault::Invalid("the time of expiry is out of range");
        let seconds = i64::try_from(lifetime.as_secs()).ok().and_then(|lifetime| now().checked_add(lifetime));
        let expiry = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).ok_or(fault.clone())?;
        let grants = (!token.permissions.is_everything())
            .then(|| token.permissions.iter().map(|permission| permission.as_str().to_owned()).collect());
        let mut claims = Claims::new(RoomClaims {
            sub: token.identity.clone(),
            room: token.room.clone(),
            name: token.name.clone(),
            role: token.role,
            grants,
        });
        claims.expiration = Some(expiry);
        let key = self.0.first().ok_or(fault.clone())?;
        Hs256.token(&Header::empty().with_token_type("JWT"), &claims, key).map_err(|_| fault)
    }
}

impl TokenVerifier for TokenKeys {
    fn verify(&self, token: &str) -> Result<RoomToken, TokenFault> {
        let invalid = |why| move || TokenFault::Invalid(why);
        let token = UntrustedToken::new(token).map_err(|_| invalid("it is not a JWT")())?;
        if token.algorithm() != "HS256" {
            return Err(TokenFault::Invalid("it is not signed with HS256"));
        }
        let mut claims = Err(TokenFault::Invalid("its signature is not of this server's key"));
        for key in &self.0 {
            match Hs256.validator::<RoomClaims>(key).validate(&token) {
                Ok(valid) => {
                    claims = Ok(valid.into_parts().1);
                    break;
                }
                Err(jwt_compact::ValidationError::MalformedClaims(_)) => {
                    claims = Err(TokenFault::Invalid("a claim is missing or has the wrong type"));
                }
                Err(_) => {}
            }
        }
        let Claims { expiration, not_before, custom, .. } = claims?;
        let now = now();
        let expiry = expiration.ok_or_else(invalid("it has no `exp`"))?.timestamp();
        if expiry.saturating_add(LEEWAY_SECONDS) <= now
            || not_before.is_some_and(|at| at.timestamp().saturating_sub(LEEWAY_SECONDS) > now)
        {
            return Err(TokenFault::Expired);
        }
        let RoomClaims { sub, room, name, role, grants } = custom;
        if sub.is_empty() || sub.chars().count() > MAX_IDENTITY_CHARS {
            return Err(TokenFault::Invalid("`sub` is empty or too long"));
        }
        if role == Role::Unknown {
            return Err(TokenFault::Invalid("`role` is unknown"));
        }
        let permissions = match grants {
            // One that is unknown would otherwise be taken for nothing, and its issuer would not learn of it.
            Some(grants) => grants
                .iter()
                .map(|grant| RoomPermission::of(grant))
                .collect::<Option<_>>()
                .ok_or_else(invalid("`grants` has an unknown permission"))?,
            None => Default::default(),
        };
        Ok(RoomToken { room, identity: sub, name, role, permissions })
    }
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenKeys").field(&self.0.len()).finish()
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;

    const KEY: &str = "a key of at least 32 bytes for tests";
    const OTHER: &str = "another key of 32 bytes for the tests";

    fn keys(text: &str) -> TokenKeys {
        TokenKeys::parse(text).unwrap()
    }

    fn alice() -> RoomToken {
        RoomToken {
            room: "tea".into(),
            identity: "alice".into(),
            name: Some("Alice".into()),
            role: Role::Host,
            permissions: [RoomPermission::Microphone, RoomPermission::Subscribe].into_iter().collect(),
        }
    }

    fn base64(value: &Value) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
    }

    /// A token with these claims and a valid signature.
    fn signed(claims: Value) -> String {
        let claims: Claims<Value> = serde_json::from_value(claims).unwrap();
        Hs256.token(&Header::empty(), &claims, &keys(KEY).0[0]).unwrap()
    }

    fn verify(token: &str) -> Result<RoomToken, TokenFault> {
        keys(KEY).verify(token)
    }

    #[test]
    fn what_is_issued_is_verified() {
        let hour = Duration::from_secs(3600);
        let token = keys(KEY).issue(&alice(), hour).unwrap();
        assert_eq!(verify(&token), Ok(alice()));
        assert_eq!(keys(&format!("{OTHER}\n\n {KEY} \n")).verify(&token), Ok(alice()), "a key was replaced");
        let open =
            RoomToken { permissions: Default::default(), name: None, role: Role::Participant, ..alice() };
        assert_eq!(verify(&keys(KEY).issue(&open, hour).unwrap()), Ok(open));
    }

    #[test]
    fn the_format_is_that_of_the_readme() {
        let claims = json!({
            "sub": "alice", "room": "tea", "name": "Alice", "role": "host",
            "grants": ["microphone", "subscribe"], "exp": now() + 60, "iss": "ignored",
        });
        assert_eq!(verify(&signed(claims)), Ok(alice()));
        let least = json!({ "sub": "alice", "room": "tea", "exp": now() + 60 });
        let open =
            RoomToken { permissions: Default::default(), name: None, role: Role::Participant, ..alice() };
        assert_eq!(verify(&signed(least)), Ok(open));
    }

    #[test]
    fn forged_tokens_are_invalid() {
        let token = keys(KEY).issue(&alice(), Duration::from_secs(3600)).unwrap();
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
        let more = json!({ "sub": "alice", "room": "tea", "role": "host", "exp": now() + 60 });
        let none = base64(&json!({ "alg": "none", "typ": "JWT" }));
        let other_algorithm = base64(&json!({ "alg": "HS512", "typ": "JWT" }));
        for forged in [
            format!("{header}.{}.{signature}", base64(&more)),
            format!("{none}.{claims}."),
            format!("{none}.{}.", base64(&more)),
            format!("{none}.{claims}.{signature}"),
            format!("{other_algorithm}.{claims}.{signature}"),
            format!("{header}.{claims}."),
            format!("{header}.{claims}"),
            keys(OTHER).issue(&alice(), Duration::from_secs(3600)).unwrap(),
            "null".to_owned(),
            "..".to_owned(),
            String::new(),
        ] {
            assert!(matches!(verify(&forged), Err(TokenFault::Invalid(_))), "{forged}");
        }
    }

    #[test]
    fn tokens_are_valid_in_their_time_only() {
        let at = |exp: i64, nbf: i64| {
            verify(&signed(json!({ "sub": "a", "room": "tea", "exp": now() + exp, "nbf": now() + nbf })))
        };
        assert!(at(60, -60).is_ok() && at(-LEEWAY_SECONDS / 2, 0).is_ok());
        assert_eq!(at(-60, -120), Err(TokenFault::Expired));
        assert_eq!(at(120, 60), Err(TokenFault::Expired));
        assert!(keys(KEY).issue(&alice(), Duration::MAX).is_err());
    }

    #[test]
    fn claims_are_complete_and_of_their_type() {
        let good = json!({ "sub": "alice", "room": "tea", "exp": now() + 60 });
        for (member, value) in [
            ("exp", Value::Null),
            ("sub", Value::Null),
            ("sub", "".into()),
            ("sub", "x".repeat(257).into()),
            ("room", Value::Null),
            ("room", 7.into()),
            ("role", "king".into()),
            ("grants", "subscribe".into()),
            ("grants", json!(["subscribe", "hologram"])),
        ] {
            let mut claims = good.clone();
            claims[member] = value;
            claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            assert!(matches!(verify(&signed(claims)), Err(TokenFault::Invalid(_))), "{member}");
        }
    }

    #[test]
    fn keys_are_long_and_never_shown() {
        assert_eq!(TokenKeys::parse(" \n").unwrap_err(), KeyError::Empty);
        assert_eq!(
            TokenKeys::parse(&format!("{KEY}\nshort")).unwrap_err(),
            KeyError::Short { line: 2, bytes: 5 }
        );
        assert_eq!(TokenKeys::parse(&format!("{KEY}\n").repeat(5)).unwrap_err(), KeyError::Many);
        assert_eq!(format!("{:?}", keys(KEY)), "TokenKeys(1)");
    }
}
