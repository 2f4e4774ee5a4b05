//! Exchanges the descriptions and candidates of one peer connection in the order that the browser requires,
//! independently of how they are signaled.
//!
//! Pass each event to it, then drain [`poll_output`](Exchange::poll_output). Signals must arrive in order, each exactly
//! once: the signaling backend ensures that.

use std::collections::VecDeque;

use super::candidates::Candidates;
use super::negotiation::{self, Negotiation, Politeness, SignalingState};
use super::negotiation_retry::NegotiationRetry;
use super::negotiation_throttle::NegotiationThrottle;
use super::recovery::{Recovery, Step};
use crate::error::Error;
use crate::model::{ConnectionState, IceCandidate, SdpType, SessionDescription, Timestamp};

/// The longest reason why a description cannot be used, in bytes; longer ones are cut.
const MAX_REASON_BYTES: usize = 300;

/// How long an offer of the remote end waits for the first candidate, so that the local offer can be rolled back.
const GATHERING_MS: Timestamp = 5_000;

/// A call to make on the browser's connection. The first two are operations: each ends with an input that reports the
/// result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Call `setLocalDescription()`.
    SetLocalDescription,
    /// Call `setRemoteDescription`.
    SetRemoteDescription(SessionDescription),
    /// Call `addIceCandidate`.
    AddIceCandidate(IceCandidate),
    /// Call `restartIce()`.
    RestartIce,
}

/// An event from the browser's connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// `negotiationneeded` fired.
    NegotiationNeeded,
    /// `setLocalDescription` succeeded with this description.
    LocalDescriptionSet(SessionDescription),
    /// `setRemoteDescription` succeeded.
    RemoteDescriptionSet,
    /// Setting a description failed.
    OperationFailed {
        /// The browser's signaling state after the failure.
        state: SignalingState,
        /// The error to report to the application.
        error: Error,
    },
    /// The browser gathered a candidate.
    LocalCandidate(IceCandidate),
    /// `connectionstatechange`.
    StateChange(ConnectionState),
    /// `iceconnectionstatechange`: whether ICE is connected.
    IceConnected(bool),
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A call to make on the browser's connection.
    Command(Command),
    /// Send the description to the remote end.
    SendDescription(SessionDescription),
    /// Send the candidate to the remote end.
    SendCandidate(IceCandidate),
    /// Report to the remote end that its last description cannot be used.
    SendRefusal {
        /// Whether that was an offer or an answer.
        sdp_type: SdpType,
        /// A human-readable reason.
        reason: String,
    },
    /// Ask the remote end for an offer.
    SendAsk {
        /// The offer must restart ICE.
        restart: bool,
    },
    /// ICE is being restarted because the connection was lost; the number of the attempt.
    Recovering(u32),
    /// The connection could not be restored in time.
    GaveUp(Error),
    /// Something failed, locally or at the remote end. It will be retried.
    Warning(Error),
}

/// The signaling of one peer connection.
#[derive(Clone, Debug)]
pub struct Exchange {
    politeness: Politeness,
    offers: bool,
    state: ConnectionState,
    negotiation: Negotiation,
    candidates: Candidates,
    recovery: Option<Recovery>,
    /// The remote end, which makes all offers, has not replied to the last request for a restart.
    awaits_restart: bool,
    throttle: NegotiationThrottle,
    retry: NegotiationRetry,
    /// When a rollback waits for candidates no longer.
    rollback_due: Option<Timestamp>,
    /// Why the last operation failed.
    failure: String,
    applying: Option<SessionDescription>,
    outputs: VecDeque<Output>,
}

impl Exchange {
    /// Creates an exchange that either offers whenever the browser needs negotiation, or asks the remote end for all
    /// offers.
    pub fn new(politeness: Politeness, offers: bool) -> Self {
        let negotiation = if offers { Negotiation::new(politeness) } else { Negotiation::asking(politeness) };
        Self {
            politeness,
            offers,
            state: ConnectionState::New,
            negotiation,
            candidates: Candidates::default(),
            recovery: None,
            awaits_restart: false,
            throttle: NegotiationThrottle::default(),
            retry: NegotiationRetry::default(),
            rollback_due: None,
            failure: String::new(),
            applying: None,
            outputs: VecDeque::new(),
        }
    }

    /// Restarts ICE automatically when the connection is lost: by an offer, or by asking the remote end for one.
    pub fn recovering(self, recovery: Recovery) -> Self {
        Self { recovery: Some(recovery), ..self }
    }

    /// Sets the politeness. Allowed only before the first remote description.
    pub fn set_politeness(&mut self, politeness: Politeness) {
        self.politeness = politeness;
        self.negotiation.set_politeness(politeness);
    }

    /// The politeness of this end.
    pub fn politeness(&self) -> Politeness {
        self.politeness
    }

    /// The connection state.
    pub fn state(&self) -> ConnectionState {
        self.state
    }

    /// Whether no operation is in progress and none is queued.
    pub fn is_settled(&self) -> bool {
        self.negotiation.is_settled()
    }

    /// Whether the browser is creating a local description.
    pub(super) fn is_setting_local(&self) -> bool {
        self.negotiation.is_setting_local()
    }

    /// Negotiates at once, because there is something new to agree on.
    pub fn request_negotiation(&mut self, now: Timestamp) {
        self.throttle.reset();
        self.negotiate(negotiation::Input::NegotiationNeeded, now);
        self.negotiate(negotiation::Input::Retry, now);
    }

    /// The remote end asks for an offer.
    pub fn handle_ask(&mut self, restart: bool, now: Timestamp) {
        if restart {
            return self.with_recovery(|recovery| recovery.handle_request(now), now);
        }
        self.throttle.reset();
        self.negotiate(negotiation::Input::NegotiationNeeded, now);
    }

    /// The network of this end changed.
    pub fn handle_network_change(&mut self, now: Timestamp) {
        self.with_recovery(|recovery| recovery.handle_network_change(now), now);
    }

    /// Restarts ICE at this time unless the connection is established by then.
    pub fn restart_unless_connected(&mut self, at: Timestamp, now: Timestamp) {
        self.with_recovery(|recovery| recovery.set_deadline(at), now);
    }

    /// Handles an event from the browser.
    pub fn handle_input(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::NegotiationNeeded if self.throttle.holds_back(now) => {}
            Input::NegotiationNeeded => self.negotiate(negotiation::Input::NegotiationNeeded, now),
            Input::LocalDescriptionSet(description) => {
                let sdp_type = description.sdp_type;
                if self.offers == (sdp_type == SdpType::Offer) {
                    self.throttle.handle_offer(&description.sdp);
                }
                self.negotiate(negotiation::Input::LocalDescriptionSet(description), now);
                let held = self.candidates.take_local();
                self.outputs.extend(held.into_iter().map(Output::SendCandidate));
                self.agreed(sdp_type, !self.offers, now);
            }
            Input::RemoteDescriptionSet => {
                let applied = self.applying.take();
                if let Some(description) = &applied {
                    self.candidates.remote_description_set(&description.sdp);
                }
                self.negotiate(negotiation::Input::RemoteDescriptionSet, now);
                if let Some(description) = applied {
                    self.agreed(description.sdp_type, self.offers, now);
                }
            }
            Input::OperationFailed { state, error } => {
                self.applying = None;
                self.failure = shortened(&error.to_string());
                self.outputs.push_back(Output::Warning(error));
                self.negotiate(negotiation::Input::OperationFailed(state), now);
            }
            Input::LocalCandidate(candidate) => {
                if self.negotiation.is_setting_local() {
                    self.candidates.hold_local(candidate);
                } else {
                    self.outputs.push_back(Output::SendCandidate(candidate));
                }
                self.negotiate(negotiation::Input::Gathered, now);
            }
            Input::StateChange(state) => {
                self.state = state;
                self.awaits_restart = false;
                let politeness = self.politeness;
                self.with_recovery(|recovery| recovery.handle_state(state, politeness, now), now);
            }
            // For those who can replace the connection.
            Input::IceConnected(_) => {}
        }
        self.release_remote_candidates();
    }

    /// Handles a description from the remote end.
    pub fn handle_description(&mut self, description: SessionDescription, now: Timestamp) {
        self.awaits_restart = false;
        self.negotiate(negotiation::Input::RemoteDescription(description), now);
        self.release_remote_candidates();
    }

    /// The remote end cannot use the last description of this type.
    pub fn handle_refusal(&mut self, sdp_type: SdpType, reason: &str, now: Timestamp) {
        let step = match sdp_type {
            SdpType::Offer => "applying the offer at the remote end",
            SdpType::Answer => "applying the answer at the remote end",
        };
        self.outputs.push_back(Output::Warning(Error::Negotiation { step, detail: shortened(reason) }));
        self.negotiate(negotiation::Input::Refused(sdp_type), now);
    }

    /// Handles a candidate from the remote end.
    pub fn handle_candidate(&mut self, candidate: IceCandidate) {
        self.candidates.hold_remote(candidate);
        self.release_remote_candidates();
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let recovery = self.recovery.as_ref().and_then(Recovery::poll_timeout);
        [recovery, self.throttle.poll_timeout(), self.retry.poll_timeout(), self.rollback_due]
            .into_iter()
            .flatten()
            .min()
    }

    /// Advances time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if self.throttle.handle_timeout(now) {
            self.negotiate(negotiation::Input::NegotiationNeeded, now);
        }
        if self.retry.handle_timeout(now) {
            self.negotiate(negotiation::Input::Retry, now);
        }
        if self.rollback_due.is_some_and(|due| due <= now) {
            self.negotiate(negotiation::Input::Gathered, now);
        }
        self.with_recovery(|_| {}, now);
    }

    /// Changes the recovery, then takes the step that is due.
    fn with_recovery(&mut self, change: impl FnOnce(&mut Recovery), now: Timestamp) {
        let awaits_reply = self.awaits_restart || (self.offers && !self.is_settled());
        let Some(recovery) = &mut self.recovery else { return };
        change(recovery);
        match recovery.handle_timeout(awaits_reply, now) {
            None => {}
            Some(Step::GiveUp) => {
                let after_ms = u32::try_from(recovery.give_up_after_ms()).unwrap_or(u32::MAX);
                let error = Error::Timeout { action: "restoring a connection", after_ms };
                self.outputs.push_back(Output::GaveUp(error));
            }
            Some(Step::Restart(attempt)) => {
                self.outputs.push_back(Output::Recovering(attempt));
                self.restart(now);
            }
        }
    }

    fn restart(&mut self, now: Timestamp) {
        if self.offers {
            self.command(Command::RestartIce);
            // The browser fires the event again too, but not while a failure has left an exchange open.
            self.request_negotiation(now);
        } else if !std::mem::replace(&mut self.awaits_restart, true) {
            self.outputs.push_back(Output::SendAsk { restart: true });
        }
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// A description has been set. An answer ends a round; the throttle limits the rate of `counted` rounds.
    fn agreed(&mut self, sdp_type: SdpType, counted: bool, now: Timestamp) {
        if sdp_type == SdpType::Answer {
            self.retry.reset();
        }
        match sdp_type {
            SdpType::Answer if counted && self.throttle.handle_answer(now) => {
                let detail = "the browser keeps asking for it without any change".to_owned();
                self.outputs.push_back(Output::Warning(Error::Negotiation { step: "negotiating", detail }));
            }
            SdpType::Offer if counted => self.throttle.reset(),
            _ => {}
        }
    }

    fn command(&mut self, command: Command) {
        self.outputs.push_back(Output::Command(command));
    }

    fn negotiate(&mut self, input: negotiation::Input, now: Timestamp) {
        self.negotiation.handle_input(input);
        while let Some(output) = self.negotiation.poll_output() {
            match output {
                negotiation::Output::SetLocalDescription => self.command(Command::SetLocalDescription),
                negotiation::Output::SetRemoteDescription(description) => {
                    self.applying = Some(description.clone());
                    self.command(Command::SetRemoteDescription(description));
                }
                negotiation::Output::Send(description) => {
                    self.outputs.push_back(Output::SendDescription(description));
                }
                negotiation::Output::Refuse(sdp_type) => {
                    let reason = self.failure.clone();
                    self.outputs.push_back(Output::SendRefusal { sdp_type, reason });
                }
                negotiation::Output::Ask => self.outputs.push_back(Output::SendAsk { restart: false }),
            }
        }
        self.retry.set_waiting(self.negotiation.waits_to_retry(), now);
        let due = self.rollback_due.unwrap_or(now + GATHERING_MS);
        self.rollback_due = self.negotiation.waits_to_roll_back().then_some(due);
    }

    /// Not while a description is being applied: it decides which candidates belong to the connection.
    fn release_remote_candidates(&mut self) {
        if self.applying.is_some() {
            return;
        }
        for candidate in self.candidates.take_remote() {
            self.command(Command::AddIceCandidate(candidate));
        }
    }
}

fn shortened(reason: &str) -> String {
    let mut reason = reason.to_owned();
    moim_protocol::shorten(&mut reason, MAX_REASON_BYTES);
    reason
}
