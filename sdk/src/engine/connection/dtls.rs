//! Detects that DTLS has failed: the connection is `failed` although ICE is connected. No ICE restart restores that.
//!
//! Browsers report the two states one after the other. In Chromium ICE is connected a moment before the connection is no
//! longer `failed`, so the states count only once they have stayed as they are.

use crate::model::{ConnectionState, Timestamp};

/// How long both states have to stay, in milliseconds.
const SETTLED_MS: Timestamp = 500;

/// The states of a peer connection and of its ICE transport.
#[derive(Clone, Debug, Default)]
pub(super) struct Dtls {
    state: ConnectionState,
    is_ice_connected: bool,
    /// When DTLS counts as failed.
    due: Option<Timestamp>,
}

impl Dtls {
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

    fn update(&mut self, now: Timestamp) {
        let differ = self.state == ConnectionState::Failed && self.is_ice_connected;
        self.due = differ.then(|| self.due.unwrap_or(now + SETTLED_MS));
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.due
    }

    /// Advances time. Returns whether DTLS has failed, once.
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
            let mut dtls = Dtls::default();
            dtls.handle_ice(ice_is_first, 0);
            dtls.handle_state(Failed, 100);
            dtls.handle_ice(true, 200);
            let due = if ice_is_first { 100 } else { 200 } + SETTLED_MS;
            assert_eq!(dtls.poll_timeout(), Some(due));
            assert_eq!([due - 1, due, due].map(|now| dtls.handle_timeout(now)), [false, true, false]);
        }
    }

    #[test]
    fn a_state_that_follows_a_moment_later_counts() {
        let mut dtls = Dtls::default();
        dtls.handle_ice(false, 0);
        dtls.handle_state(Failed, 0);
        dtls.handle_ice(true, 10_000);
        dtls.handle_state(Connected, 10_000 + SETTLED_MS - 1);
        assert_eq!(dtls.poll_timeout(), None);

        dtls.handle_ice(false, 20_000);
        dtls.handle_state(Failed, 20_001);
        assert_eq!(dtls.poll_timeout(), None, "ICE has failed, too");
    }
}
