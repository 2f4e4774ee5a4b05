//! Detects that a connection is damaged in a way that no ICE restart restores, so that it has to be replaced.
//!
//! Either DTLS has failed: the connection is `failed` although ICE is connected. Or the association of the data channels
//! has ended, because the path was lost for too long, or because the remote end has lost DTLS, which only Chromium at this
//! end notices: both ends may be `connected` then, and nothing arrives.
//!
//! Browsers report states one after the other. In Chromium ICE is connected a moment before the connection is no longer
//! `failed`, and the channels of a participant who leaves close before the server says so. So the states count only once
//! they have stayed as they are.

use crate::model::{ConnectionState, Timestamp};

/// How long the states have to stay, in milliseconds.
const SETTLED_MS: Timestamp = 500;

/// The states of a peer connection, of its ICE transport and of its data channels.
#[derive(Clone, Debug, Default)]
pub(super) struct Damage {
    state: ConnectionState,
    is_ice_connected: bool,
    /// A channel that was open has closed.
    has_lost_channel: bool,
    /// When the connection counts as damaged.
    due: Option<Timestamp>,
}

impl Damage {
    /// `connectionstatechange`.
    pub(super) fn handle_state(&mut self, state: ConnectionState, now: Timestamp) {
        self.state = state;
        self.update(now);
    }

    /// `iceconnectionstatechange`.
    pub(super) fn handle_ice(&mut self, is_connected: bool, now: Timestamp) {
        self.is_ice_connected = is_connected;
        self.update(now);
    }

    /// A channel that was open has closed. The platform does not report those that this end closes.
    pub(super) fn handle_lost_channel(&mut self, now: Timestamp) {
        self.has_lost_channel = true;
        self.update(now);
    }

    fn update(&mut self, now: Timestamp) {
        let is_damaged =
            self.is_ice_connected && (self.state == ConnectionState::Failed || self.has_lost_channel);
        self.due = is_damaged.then(|| self.due.unwrap_or(now + SETTLED_MS));
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.due
    }

    /// It may not be replaced before this time.
    pub(super) fn wait(&mut self, at: Timestamp) {
        self.update(at);
        self.due = self.due.map(|_| at);
    }

    /// Advances time. Returns whether the connection is damaged, once.
    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> bool {
        self.due.take_if(|due| *due <= now).is_some()
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use ConnectionState::{Connected, Failed};

    #[test]
    fn a_connection_that_stays_failed_while_ice_is_connected_has_lost_dtls() {
        for ice_is_first in [true, false] {
            let mut damage = Damage::default();
            damage.handle_ice(ice_is_first, 0);
            damage.handle_state(Failed, 100);
            damage.handle_ice(true, 200);
            let due = if ice_is_first { 100 } else { 200 } + SETTLED_MS;
            assert_eq!(damage.poll_timeout(), Some(due));
            assert_eq!([due - 1, due, due].map(|now| damage.handle_timeout(now)), [false, true, false]);
        }
    }

    #[test]
    fn a_state_that_follows_a_moment_later_counts() {
        let mut damage = Damage::default();
        damage.handle_ice(false, 0);
        damage.handle_state(Failed, 0);
        damage.handle_ice(true, 10_000);
        damage.handle_state(Connected, 10_000 + SETTLED_MS - 1);
        assert_eq!(damage.poll_timeout(), None);

        damage.handle_ice(false, 20_000);
        damage.handle_state(Failed, 20_001);
        assert_eq!(damage.poll_timeout(), None, "ICE has failed, too");
    }

    #[test]
    fn a_channel_that_closes_damages_the_connection_as_soon_as_there_is_a_path() {
        let mut damage = Damage::default();
        damage.handle_ice(true, 0);
        damage.handle_state(Connected, 0);
        damage.handle_lost_channel(1_000);
        damage.handle_lost_channel(1_100);
        assert_eq!(damage.poll_timeout(), Some(1_000 + SETTLED_MS));

        damage.handle_ice(false, 1_200);
        assert_eq!(damage.poll_timeout(), None, "a restart comes first");
        damage.handle_ice(true, 9_000);
        assert!(damage.handle_timeout(9_000 + SETTLED_MS));
    }
}
