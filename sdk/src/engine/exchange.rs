//! Descriptions and candidates of one peer connection, in the order that the browser wants them, whoever carries them
//! to the far end.
//!
//! Feed it what happened, then drain [`poll_output`](Exchange::poll_output). What is to be sent must arrive in order, each once:
//! [`Reliable`](moim_protocol::Reliable) sees to that.

use std::collections::VecDeque;

use super::candidates::Candidates;
use super::negotiation::{self, Negotiation, Politeness, SignalingState};
use super::negotiation_throttle::NegotiationThrottle;
use super::recovery::Recovery;
use crate::error::Error;
use crate::model::{ConnectionState, IceCandidate, SdpType, SessionDescription, Timestamp};

/// What the browser is to do. The first two are operations: each ends with an input that says how.
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

/// What the browser did.
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
        /// The state that the browser is in now.
        state: SignalingState,
        /// The error, for the application.
        error: Error,
    },
    /// The browser found a candidate.
    LocalCandidate(IceCandidate),
    /// `connectionstatechange`.
    StateChange(ConnectionState),
}

/// What follows, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// For the browser.
    Command(Command),
    /// Send the description to the far end.
    SendDescription(SessionDescription),
    /// Send the candidate to the far end.
    SendCandidate(IceCandidate),
    /// ICE is being restarted because the connection was lost: the number of the attempt.
    Recovering(u32),
    /// Something failed. The exchange goes on.
    Warning(Error),
}

/// The exchange of one peer connection.
#[derive(Clone, Debug)]
pub struct Exchange {
    politeness: Politeness,
    state: ConnectionState,
    negotiation: Negotiation,
    candidates: Candidates,
    recovery: Option<Recovery>,
    throttle: NegotiationThrottle,
    applying: Option<SessionDescription>,
    outputs: VecDeque<Output>,
}

impl Exchange {
    /// An exchange that offers as soon as the browser asks for it, or leaves the first offer to the far end.
    pub fn new(politeness: Politeness, offers_first: bool) -> Self {
        let negotiation = if offers_first {
            Negotiation::new(politeness)
        } else {
            Negotiation::answering_first(politeness)
        };
        Self {
            politeness,
            state: ConnectionState::New,
            negotiation,
            candidates: Candidates::default(),
            recovery: None,
            throttle: NegotiationThrottle::default(),
            applying: None,
            outputs: VecDeque::new(),
        }
    }

    /// Restarts ICE by itself when the connection is lost.
    pub fn recovering(self) -> Self {
        Self { recovery: Some(Recovery::default()), ..self }
    }

    /// Settles who gives way. Only before the first description of the far end.
    pub fn set_politeness(&mut self, politeness: Politeness) {
        self.politeness = politeness;
        self.negotiation.set_politeness(politeness);
    }

    /// Who gives way in a glare.
    pub fn politeness(&self) -> Politeness {
        self.politeness
    }

    /// The connection's state.
    pub fn state(&self) -> ConnectionState {
        self.state
    }

    /// Nothing is under way and nothing waits.
    pub fn is_settled(&self) -> bool {
        self.negotiation.is_settled()
    }

    /// Takes what the browser did.
    pub fn handle_input(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::NegotiationNeeded if self.throttle.holds_back(now) => {}
            Input::NegotiationNeeded => self.negotiate(negotiation::Input::NegotiationNeeded),
            Input::LocalDescriptionSet(description) => {
                if description.sdp_type == SdpType::Offer {
                    self.throttle.handle_offer(&description.sdp);
                }
                self.negotiate(negotiation::Input::LocalDescriptionSet(description));
                let held = self.candidates.take_local();
                self.outputs.extend(held.into_iter().map(Output::SendCandidate));
            }
            Input::RemoteDescriptionSet => {
                if let Some(description) = self.applying.take() {
                    self.candidates.remote_description_set(&description.sdp);
                    self.update_throttle(description.sdp_type, now);
                }
                self.negotiate(negotiation::Input::RemoteDescriptionSet);
            }
            Input::OperationFailed { state, error } => {
                self.applying = None;
                self.outputs.push_back(Output::Warning(error));
                self.negotiate(negotiation::Input::OperationFailed(state));
            }
            Input::LocalCandidate(candidate) if self.negotiation.is_setting_local() => {
                self.candidates.hold_local(candidate);
            }
            Input::LocalCandidate(candidate) => self.outputs.push_back(Output::SendCandidate(candidate)),
            Input::StateChange(state) => {
                self.state = state;
                if let Some(recovery) = &mut self.recovery {
                    recovery.handle_state(state, self.politeness, now);
                }
            }
        }
        self.release_remote_candidates();
    }

    /// Takes a description of the far end.
    pub fn handle_description(&mut self, description: SessionDescription) {
        self.negotiate(negotiation::Input::RemoteDescription(description));
        self.release_remote_candidates();
    }

    /// Takes a candidate of the far end.
    pub fn handle_candidate(&mut self, candidate: IceCandidate) {
        self.candidates.hold_remote(candidate);
        self.release_remote_candidates();
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let recovery = self.recovery.as_ref().and_then(Recovery::poll_timeout);
        recovery.into_iter().chain(self.throttle.poll_timeout()).min()
    }

    /// Lets time pass.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if self.throttle.handle_timeout(now) {
            self.negotiate(negotiation::Input::NegotiationNeeded);
        }
        let Some(attempt) = self.recovery.as_mut().and_then(|recovery| recovery.handle_timeout(now)) else {
            return;
        };
        self.outputs.push_back(Output::Recovering(attempt));
        self.command(Command::RestartIce);
        // The browser asks for it too, but not while an exchange is open that a failure has left so.
        self.negotiate(negotiation::Input::NegotiationNeeded);
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn update_throttle(&mut self, remote: SdpType, now: Timestamp) {
        match remote {
            SdpType::Offer => self.throttle.handle_remote_offer(),
            SdpType::Answer if self.throttle.handle_answer(now) => {
                let detail = "the browser asks for it again and again, to no effect".to_owned();
                self.outputs.push_back(Output::Warning(Error::Negotiation { step: "negotiating", detail }));
            }
            SdpType::Answer => {}
        }
    }

    fn command(&mut self, command: Command) {
        self.outputs.push_back(Output::Command(command));
    }

    fn negotiate(&mut self, input: negotiation::Input) {
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
            }
        }
    }

    fn release_remote_candidates(&mut self) {
        for candidate in self.candidates.take_remote() {
            self.command(Command::AddIceCandidate(candidate));
        }
    }
}
