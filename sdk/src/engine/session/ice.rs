//! The STUN and TURN servers of a session: its own ones, and those of the signaling server.

use crate::model::{IceServer, IceTransportPolicy, Timestamp};

/// A connection that was created before the servers were known is restarted if it is not connected after this time.
pub(super) const RESTART_AFTER_MS: Timestamp = 4_000;

/// The ICE settings of connections.
#[derive(Debug, Default)]
pub(super) struct Ice {
    own: Vec<IceServer>,
    named: Vec<IceServer>,
    policy: IceTransportPolicy,
}

impl Ice {
    pub(super) fn new(own: Vec<IceServer>) -> Self {
        Self { own, ..Self::default() }
    }

    pub(super) fn set_policy(&mut self, policy: IceTransportPolicy) {
        self.policy = policy;
    }

    /// Returns all servers.
    pub(super) fn servers(&self) -> Vec<IceServer> {
        self.own.iter().chain(&self.named).cloned().collect()
    }

    /// Replaces the servers of the signaling server. Returns whether they differ.
    pub(super) fn name(&mut self, servers: Vec<IceServer>) -> bool {
        let changes = self.named != servers;
        self.named = servers;
        changes
    }

    /// Whether no connection can have candidates before the signaling server has named its servers.
    pub(super) fn needs_named(&self) -> bool {
        let is_relay = |server: &IceServer| server.urls.iter().any(|url| url.starts_with("turn"));
        self.policy == IceTransportPolicy::Relay && !self.own.iter().any(is_relay)
    }
}
