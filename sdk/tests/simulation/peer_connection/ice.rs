//! ICE of the simulated peer connection: restarts, and what a lost path does to its state
//! (<https://www.w3.org/TR/webrtc/#dom-rtcpeerconnection-restartice>).

use moim::engine::negotiation::SignalingState;
use moim::model::{ConnectionState, Timestamp};

use super::super::random::Random;
use super::{PeerConnection, PeerEvent};

/// How much later than that of ICE the state of the connection changes.
const STATE_AFTER_ICE_MS: Timestamp = 5;

/// The ICE state of a peer connection.
#[derive(Debug, Default)]
pub(crate) struct Ice {
    /// As reported last.
    pub(crate) state: ConnectionState,
    /// The path carries nothing.
    pub(crate) is_cut: bool,
    /// Neither media nor data flow: the path was cut, and has not been found again.
    pub(crate) is_down: bool,
    /// A packet could not be sent meanwhile, which ends DTLS in Firefox.
    pub(crate) is_broken: bool,
    /// The local and the remote generation that were checked last.
    checked: Option<(String, String)>,
    /// Of the planned changes: earlier ones are void.
    plan: u32,
    pub(crate) restarts: u64,
}

impl PeerConnection {
    /// The next description has another `ufrag`, and needs negotiation.
    pub(crate) fn restart_ice(&mut self) {
        self.ice.restarts += 1;
        self.replaces_credentials = self.local_ufrag.is_some();
        self.update_needed();
    }

    /// The `ufrag` of the description that is being created.
    pub(super) fn begin_generation(&mut self) {
        let is_restarted_by_far_end = self.state == SignalingState::HaveRemoteOffer
            && self.agreed_ufrag.is_some()
            && self.agreed_ufrag != self.remote_ufrag;
        let is_current = self.ufrag.is_some() && self.ufrag == self.local_ufrag;
        if self.ufrag.is_none() || (is_current && (self.replaces_credentials || is_restarted_by_far_end)) {
            self.generations += 1;
            self.ufrag = Some(format!("{}-{}", self.name, self.generations));
        }
    }

    /// Begins connectivity checks unless these generations were checked before.
    pub(crate) fn begin_checks(&mut self) -> bool {
        let Some(pair) = self.local_ufrag.clone().zip(self.remote_ufrag.clone()) else { return false };
        let is_new = self.ice.checked.as_ref() != Some(&pair);
        self.ice.checked = Some(pair);
        is_new
    }

    /// Plans the states of the connection, each with a delay, in place of earlier plans. As in Chromium, ICE is there first.
    pub(crate) fn plan_states(&mut self, states: &[(Timestamp, ConnectionState)]) {
        self.ice.plan += 1;
        for (after, state) in states {
            let is_connected = *state == ConnectionState::Connected;
            self.outputs.push((*after, PeerEvent::IceConnected(self.ice.plan, is_connected)));
            self.outputs.push((*after + STATE_AFTER_ICE_MS, PeerEvent::Ice(self.ice.plan, *state)));
        }
    }

    /// Plans that ICE connects, while the connection stays failed without DTLS.
    pub(crate) fn plan_ice_alone(&mut self, after: Timestamp) {
        self.plan_states(&[(0, ConnectionState::Failed)]);
        self.outputs.push((after, PeerEvent::IceConnected(self.ice.plan, true)));
    }

    /// A browser notices after some seconds that nothing arrives, and gives up later.
    pub(crate) fn path_lost(&mut self, breaks: bool, random: &mut Random) {
        (self.ice.is_cut, self.ice.is_down) = (true, true);
        self.ice.is_broken |= breaks && self.ice.state == ConnectionState::Connected;
        let disconnected = random.number(1_500..6_000);
        let failed = disconnected + random.number(4_000..20_000);
        match self.ice.state {
            ConnectionState::Connected => self.plan_states(&[
                (disconnected, ConnectionState::Disconnected),
                (failed, ConnectionState::Failed),
            ]),
            ConnectionState::Connecting => self.plan_states(&[(failed, ConnectionState::Failed)]),
            _ => {}
        }
    }

    pub(super) fn is_planned(&self, plan: u32) -> bool {
        plan == self.ice.plan
    }

    /// The planned change happens, unless there is another plan.
    pub(super) fn change_state(&mut self, plan: u32, state: ConnectionState) -> Option<ConnectionState> {
        let changes = self.is_planned(plan) && state != self.ice.state;
        self.ice.state = if changes { state } else { self.ice.state };
        changes.then_some(state)
    }
}
