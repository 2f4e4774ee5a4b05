//! Offer/answer negotiation for one peer connection, as a sans-IO state machine.
//!
//! Implements [perfect negotiation] on top of JSEP (RFC 9429). Feed one input, then drain
//! [`poll_output`](Negotiation::poll_output) until it returns `None`. Descriptions and refusals must arrive in order,
//! each exactly once: the signaling backend ensures that.
//!
//! Only one browser operation is in progress at a time. Other inputs are queued, so the browser
//! and this machine never disagree about the signaling state.
//!
//! An end that cannot use a description reports this to the remote end. An offer that was refused, or whose answer
//! could not be applied, stays open in the browser and is replaced by the next one: a rollback would lose the `mid`s,
//! and in Chromium the data channels of a first offer. A failure is retried after [`Input::Retry`], never immediately.
//!
//! Nothing is rolled back before [`Input::Gathered`]: if Chromium rolls back its first offer while it waits for the list
//! of the networks, that connection never gathers a candidate, not even after an ICE restart.
//!
//! [perfect negotiation]: https://www.w3.org/TR/webrtc/#perfect-negotiation-example

use std::collections::VecDeque;

use crate::model::{SdpType, SessionDescription};

/// Which end gives way when both offer at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Politeness {
    /// Rolls its own offer back and takes the other's.
    Polite,
    /// Keeps its own offer and ignores the other's.
    Impolite,
}

/// An event from the browser or the remote end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// The browser fired `negotiationneeded`.
    NegotiationNeeded,
    /// The remote end sent a description.
    RemoteDescription(SessionDescription),
    /// The remote end could not use the last description of this type.
    Refused(SdpType),
    /// `setLocalDescription` succeeded with this description.
    LocalDescriptionSet(SessionDescription),
    /// `setRemoteDescription` succeeded.
    RemoteDescriptionSet,
    /// The operation in progress failed; this is the browser's signaling state afterwards.
    OperationFailed(SignalingState),
    /// A failure or refusal may be retried, if [`Negotiation::waits_to_retry`].
    Retry,
    /// The browser gathered a candidate, or did not for too long, if [`Negotiation::waits_to_roll_back`].
    Gathered,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// Call `setLocalDescription()`; the browser creates an offer or answer depending on its state.
    SetLocalDescription,
    /// Call `setRemoteDescription(description)`. It rolls back a local offer if necessary.
    SetRemoteDescription(SessionDescription),
    /// Send the description to the remote end.
    Send(SessionDescription),
    /// Report to the remote end that its last description, of this type, cannot be used.
    Refuse(SdpType),
    /// Ask the remote end for an offer.
    Ask,
}

/// `RTCSignalingState` without the provisional states: <https://www.w3.org/TR/webrtc/#rtcsignalingstate-enum>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignalingState {
    /// No exchange is under way.
    Stable,
    /// A local offer waits for its answer.
    HaveLocalOffer,
    /// A remote offer waits for its answer.
    HaveRemoteOffer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Operation {
    SetLocal,
    SetRemote(SdpType),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Message {
    Description(SessionDescription),
    Refusal(SdpType),
}

impl Message {
    fn kind(&self) -> (bool, SdpType) {
        match self {
            Self::Description(description) => (true, description.sdp_type),
            Self::Refusal(sdp_type) => (false, *sdp_type),
        }
    }
}

/// The negotiation of one peer connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Negotiation {
    politeness: Politeness,
    /// This end makes no offers, and asks the remote end for them.
    asks: bool,
    /// An offer has been requested or sent.
    has_asked: bool,
    state: SignalingState,
    operation: Option<Operation>,
    needed: bool,
    /// What needed negotiation before the remote offer was set.
    may_settle: bool,
    /// The open local offer was refused, or its answer could not be applied.
    is_void: bool,
    /// The next local offer waits for [`Input::Retry`].
    waits_to_retry: bool,
    has_gathered: bool,
    inbox: VecDeque<Message>,
    outputs: VecDeque<Output>,
}

impl Negotiation {
    /// Creates a negotiation that offers whenever the browser needs negotiation.
    pub fn new(politeness: Politeness) -> Self {
        Self {
            politeness,
            asks: false,
            has_asked: false,
            state: SignalingState::Stable,
            operation: None,
            needed: false,
            may_settle: false,
            is_void: false,
            waits_to_retry: false,
            has_gathered: false,
            inbox: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Creates a negotiation that asks the remote end for all offers except the first, which comes unasked.
    pub fn asking(politeness: Politeness) -> Self {
        Self { asks: true, has_asked: true, ..Self::new(politeness) }
    }

    /// Sets the politeness, if it was not known from the start. Allowed only before the first remote description.
    pub fn set_politeness(&mut self, politeness: Politeness) {
        self.politeness = politeness;
    }

    /// Handles one input.
    pub fn handle_input(&mut self, input: Input) {
        match input {
            Input::NegotiationNeeded => self.needed = true,
            Input::RemoteDescription(description) => {
                self.has_asked = false;
                self.queue(Message::Description(description));
            }
            Input::Refused(sdp_type) => self.queue(Message::Refusal(sdp_type)),
            Input::LocalDescriptionSet(description) => self.local_description_set(description),
            Input::RemoteDescriptionSet => self.remote_description_set(),
            Input::OperationFailed(state) => self.operation_failed(state),
            Input::Retry => self.waits_to_retry = false,
            Input::Gathered => self.has_gathered = true,
        }
        self.proceed();
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Whether a failure or refusal waits for [`Input::Retry`].
    pub fn waits_to_retry(&self) -> bool {
        self.waits_to_retry
    }

    /// Whether an offer from the remote end waits for [`Input::Gathered`].
    pub fn waits_to_roll_back(&self) -> bool {
        let Some(Message::Description(description)) = self.inbox.front() else { return false };
        !self.has_gathered
            && self.operation.is_none()
            && self.state == SignalingState::HaveLocalOffer
            && description.sdp_type == SdpType::Offer
            && self.can_use(description)
    }

    /// Whether the browser is creating a local description.
    pub fn is_setting_local(&self) -> bool {
        self.operation == Some(Operation::SetLocal)
    }

    /// Whether no operation is in progress and nothing is queued.
    pub fn is_settled(&self) -> bool {
        self.state == SignalingState::Stable
            && self.operation.is_none()
            && self.inbox.is_empty()
            && !self.needed
    }

    fn operation_failed(&mut self, state: SignalingState) {
        let before = std::mem::replace(&mut self.state, state);
        match self.operation.take() {
            // Both ends have an open offer, or only this end: the local one is void, as its answer or its replacement
            // is not coming.
            Some(Operation::SetRemote(sdp_type)) => {
                self.outputs.push_back(Output::Refuse(sdp_type));
                if before == SignalingState::HaveLocalOffer {
                    self.try_again_later();
                }
            }
            Some(Operation::SetLocal) if before == SignalingState::HaveRemoteOffer => {
                self.needed |= self.may_settle;
                self.outputs.push_back(Output::Refuse(SdpType::Offer));
            }
            Some(Operation::SetLocal) => self.try_again_later(),
            None => {}
        }
    }

    fn try_again_later(&mut self) {
        self.is_void = self.state == SignalingState::HaveLocalOffer;
        self.needed = true;
        self.waits_to_retry = true;
    }

    fn local_description_set(&mut self, description: SessionDescription) {
        if self.operation.take_if(|operation| *operation == Operation::SetLocal).is_none() {
            return;
        }
        self.is_void = false;
        self.state = match description.sdp_type {
            SdpType::Offer => SignalingState::HaveLocalOffer,
            SdpType::Answer => SignalingState::Stable,
        };
        self.outputs.push_back(Output::Send(description));
    }

    fn remote_description_set(&mut self) {
        let Some(Operation::SetRemote(sdp_type)) = self.operation.take() else { return };
        self.is_void = false;
        match sdp_type {
            SdpType::Answer => self.state = SignalingState::Stable,
            SdpType::Offer => {
                self.state = SignalingState::HaveRemoteOffer;
                // The answer may settle what needed negotiation. If not, the browser fires the event again.
                self.may_settle = std::mem::take(&mut self.needed);
                self.waits_to_retry = false;
                self.set_local();
            }
        }
    }

    fn proceed(&mut self) {
        while self.operation.is_none() && !self.waits_to_roll_back() {
            match self.inbox.pop_front() {
                Some(Message::Description(description)) => self.take(description),
                Some(Message::Refusal(sdp_type)) => self.refused(sdp_type),
                None if self.needed && self.asks => {
                    self.needed = false;
                    if !std::mem::replace(&mut self.has_asked, true) {
                        self.outputs.push_back(Output::Ask);
                    }
                }
                None if self.needed && self.may_offer() => {
                    self.needed = false;
                    self.set_local();
                }
                None => return,
            }
        }
    }

    /// A newer message replaces one of its kind: the remote end has given up that offer, and there is one answer to each.
    fn queue(&mut self, message: Message) {
        self.inbox.retain(|queued| queued.kind() != message.kind());
        self.inbox.push_back(message);
    }

    fn may_offer(&self) -> bool {
        !self.waits_to_retry && (self.is_void || self.state == SignalingState::Stable)
    }

    fn can_use(&self, description: &SessionDescription) -> bool {
        let awaits_answer = self.state == SignalingState::HaveLocalOffer && !self.is_void;
        match description.sdp_type {
            SdpType::Offer => !awaits_answer || self.politeness == Politeness::Polite,
            SdpType::Answer => awaits_answer,
        }
    }

    fn take(&mut self, description: SessionDescription) {
        if self.can_use(&description) {
            self.operation = Some(Operation::SetRemote(description.sdp_type));
            self.outputs.push_back(Output::SetRemoteDescription(description));
        }
    }

    /// A refused answer leads to another offer from the remote end.
    fn refused(&mut self, sdp_type: SdpType) {
        if sdp_type == SdpType::Offer && self.state == SignalingState::HaveLocalOffer && !self.is_void {
            self.try_again_later();
        }
    }

    fn set_local(&mut self) {
        self.operation = Some(Operation::SetLocal);
        self.outputs.push_back(Output::SetLocalDescription);
    }
}

#[cfg(test)]
mod tests;
