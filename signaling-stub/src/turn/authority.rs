//! What all clients of the TURN server share: authentication, allowed targets and quotas.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use super::{
    TurnLimits, TurnSecret, credentials,
    nonce::Nonces,
    quota::Quota,
    targets::{Network, Targets},
};

/// The time, on the monotonic clock and on the wall clock of credentials.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    /// Seconds since 1970.
    pub(crate) unix: u64,
}

/// Decides who may use the TURN server, and for what.
#[derive(Debug)]
pub(crate) struct Authority {
    secret: TurnSecret,
    nonces: Nonces,
    pub(super) targets: Targets,
    pub(crate) quota: Arc<Quota>,
}

impl Authority {
    /// Accepts credentials of `secret`. Nonces are signed with `nonces`, which is not shared.
    pub(crate) fn new(
        secret: TurnSecret,
        nonces: TurnSecret,
        allowed: Vec<Network>,
        limits: TurnLimits,
    ) -> Arc<Self> {
        let targets = Targets::new(allowed);
        Arc::new(Self { secret, nonces: Nonces::new(nonces), targets, quota: Quota::new(limits) })
    }

    pub(super) fn limits(&self) -> TurnLimits {
        self.quota.limits()
    }

    /// Returns a nonce for the next request of a client.
    pub(super) fn nonce(&self, client: SocketAddr, now: Now) -> String {
        self.nonces.issue(client, now.unix)
    }

    pub(super) fn knows_nonce(&self, nonce: &str, client: SocketAddr, now: Now) -> bool {
        self.nonces.is_valid(nonce, client, now.unix)
    }

    /// Returns the credential of a user name; `None` if it has expired, unless an allocation uses it already.
    pub(super) fn credential(&self, username: &str, now: Now, is_in_use: bool) -> Option<String> {
        let expiry = credentials::expiry(username)?;
        (is_in_use || expiry > now.unix).then(|| self.secret.credential(username))
    }
}
