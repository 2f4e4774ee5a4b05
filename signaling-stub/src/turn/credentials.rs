//! Credentials that expire: the TURN REST scheme, as coturn takes it with `use-auth-secret`.
//!
//! The user name is `EXPIRY:ID`, with the expiry in seconds since 1970, and the credential is the base64 of its HMAC-SHA1.
//! See <https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00>.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// The secret that the signaling server and the TURN server share.
#[derive(Clone, PartialEq, Eq)]
pub struct TurnSecret(Vec<u8>);

impl std::fmt::Debug for TurnSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TurnSecret(..)")
    }
}

impl From<String> for TurnSecret {
    fn from(secret: String) -> Self {
        Self(secret.into_bytes())
    }
}

impl TurnSecret {
    /// Returns a new random secret.
    ///
    /// # Errors
    /// Fails if the system provides no random numbers.
    pub fn random() -> std::io::Result<Self> {
        let mut bytes = vec![0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Returns a user name that is valid until `expiry`, in seconds since 1970, and its credential.
    pub fn credentials(&self, expiry: u64, id: &str) -> (String, String) {
        let username = format!("{expiry}:{id}");
        let credential = self.credential(&username);
        (username, credential)
    }

    pub(super) fn credential(&self, username: &str) -> String {
        BASE64_STANDARD.encode(self.digest(&[username.as_bytes()]))
    }

    /// Returns the HMAC-SHA1 of the concatenated parts.
    pub(super) fn digest(&self, parts: &[&[u8]]) -> Vec<u8> {
        // An HMAC accepts keys of any length.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return Vec::new() };
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    }
}

/// Returns when the credentials of a user name expire, in seconds since 1970.
pub(super) fn expiry(username: &str) -> Option<u64> {
    username.split(':').next()?.parse().ok()
}

/// Returns the id in a user name, which is the same after a renewal.
pub(super) fn user(username: &str) -> &str {
    username.split_once(':').map_or(username, |(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_those_of_coturn() {
        // echo -n 1700000000:ana | openssl dgst -sha1 -hmac tea -binary | base64
        let (username, credential) = TurnSecret::from("tea".to_owned()).credentials(1_700_000_000, "ana");
        assert_eq!(username, "1700000000:ana");
        assert_eq!(credential, "likzV8tr05PkI01qPgNeCGDp8nI=");
        assert_eq!((expiry(&username), user(&username)), (Some(1_700_000_000), "ana"));
        assert_eq!((expiry("1700000000"), expiry("ana"), expiry("")), (Some(1_700_000_000), None, None));
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", TurnSecret::from("tea".to_owned())), "TurnSecret(..)");
        assert_ne!(TurnSecret::random().unwrap(), TurnSecret::random().unwrap());
    }
}
