//! Offer/answer negotiation for one peer connection, as a sans-IO state machine.
//!
//! Implements [perfect negotiation] on top of JSEP (RFC 9429). Feed one input, then drain
//! [`poll_output`](Negotiation::poll_output) until it returns `None`. Descriptions must arrive in order, each
//! once: [`Reliable`](moim_protocol::Reliable) sees to that.
//!
//! One operation is with the browser at a time. What comes meanwhile waits, so there is no state in which the
//! browser and this machine disagree about the signaling state.
//!
//! [perfect negotiation]: https://www.w3.org/TR/webrtc/#perfect-negotiation-example

use std::collections::VecDeque;

use crate::model::{SdpType, SessionDescription};

/// Who gives way when both ends offer at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Politeness {
    /// Withdraws its own offer and takes the other's.
    Polite,
    /// Keeps its own offer and ignores the other's.
    Impolite,
}

/// What the browser or the far end did.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// The browser fired `negotiationneeded`.
    NegotiationNeeded,
    /// The far end sent a description.
    RemoteDescription(SessionDescription),
    /// `setLocalDescription` succeeded with this description.
    LocalDescriptionSet(SessionDescription),
    /// `setRemoteDescription` succeeded.
    RemoteDescriptionSet,
    /// The operation under way failed, and left the browser in this state.
    OperationFailed(SignalingState),
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// Call `setLocalDescription()`; the browser makes the offer or answer that its state asks for.
    SetLocalDescription,
    /// Call `setRemoteDescription(description)`. Rolls an offer of one's own back if need be.
    SetRemoteDescription(SessionDescription),
    /// Send the description to the far end.
    Send(SessionDescription),
}

/// `RTCSignalingState` without the provisional states: <https://www.w3.org/TR/webrtc/#rtcsignalingstate-enum>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignalingState {
    /// No exchange is under way.
    Stable,
    /// An offer of one's own waits for its answer.
    HaveLocalOffer,
    /// An offer of the far end waits for its answer.
    HaveRemoteOffer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Operation {
    SetLocal,
    SetRemote(SdpType),
}

/// The negotiation of one peer connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Negotiation {
    politeness: Politeness,
    state: SignalingState,
    operation: Option<Operation>,
    needed: bool,
    waits_for_offer: bool,
    /// A failure left an offer open that nothing will close by itself.
    stalled: bool,
    inbox: VecDeque<SessionDescription>,
    outputs: VecDeque<Output>,
}

impl Negotiation {
    /// A negotiation that offers as soon as the browser asks for it.
    pub fn new(politeness: Politeness) -> Self {
        Self {
            politeness,
            state: SignalingState::Stable,
            operation: None,
            needed: false,
            waits_for_offer: false,
            stalled: false,
            inbox: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// A negotiation that leaves the first offer to the far end, so that two ends that open a connection at the
    /// same time need one round and not two.
    pub fn answering_first(politeness: Politeness) -> Self {
        Self { waits_for_offer: true, ..Self::new(politeness) }
    }

    /// Settles who gives way, where that was not known from the start. Only before the first description of the far end.
    pub fn set_politeness(&mut self, politeness: Politeness) {
        self.politeness = politeness;
    }

    /// Takes one input.
    pub fn handle_input(&mut self, input: Input) {
        match input {
            Input::NegotiationNeeded => self.needed = true,
            Input::RemoteDescription(description) => self.inbox.push_back(description),
            Input::LocalDescriptionSet(description) => self.local_description_set(description),
            Input::RemoteDescriptionSet => self.remote_description_set(),
            Input::OperationFailed(state) => self.operation_failed(state),
        }
        self.proceed();
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The browser is making a description of this end.
    pub fn is_setting_local(&self) -> bool {
        self.operation == Some(Operation::SetLocal)
    }

    /// Nothing is under way and nothing waits.
    pub fn is_settled(&self) -> bool {
        self.state == SignalingState::Stable
            && self.operation.is_none()
            && self.inbox.is_empty()
            && (!self.needed || self.waits_for_offer)
    }

    /// The far end knows nothing of it. The next need is the occasion to try again, whoever was to go first.
    fn operation_failed(&mut self, state: SignalingState) {
        self.operation = None;
        self.state = state;
        self.stalled = state != SignalingState::Stable;
        self.waits_for_offer = false;
    }

    fn local_description_set(&mut self, description: SessionDescription) {
        if self.operation.take_if(|operation| *operation == Operation::SetLocal).is_none() {
            return;
        }
        self.stalled = false;
        self.state = match description.sdp_type {
            SdpType::Offer => SignalingState::HaveLocalOffer,
            SdpType::Answer => SignalingState::Stable,
        };
        self.outputs.push_back(Output::Send(description));
    }

    fn remote_description_set(&mut self) {
        let Some(Operation::SetRemote(sdp_type)) = self.operation.take() else { return };
        self.stalled = false;
        match sdp_type {
            SdpType::Answer => self.state = SignalingState::Stable,
            SdpType::Offer => {
                self.state = SignalingState::HaveRemoteOffer;
                self.waits_for_offer = false;
                // The answer may settle what was needed. If not, the browser fires the event again.
                self.needed = false;
                self.set_local();
            }
        }
    }

    fn proceed(&mut self) {
        while self.operation.is_none() {
            if let Some(description) = self.inbox.pop_front() {
                self.take(description);
            } else if self.needed && self.may_set_local() {
                self.needed = false;
                self.set_local();
            } else {
                return;
            }
        }
    }

    /// Whether it is this end's turn to make a description.
    fn may_set_local(&self) -> bool {
        self.stalled || (self.state == SignalingState::Stable && !self.waits_for_offer)
    }

    fn take(&mut self, description: SessionDescription) {
        let collides = self.state == SignalingState::HaveLocalOffer;
        let usable = match description.sdp_type {
            SdpType::Offer => !collides || self.politeness == Politeness::Polite,
            SdpType::Answer => collides,
        };
        if usable {
            self.operation = Some(Operation::SetRemote(description.sdp_type));
            self.outputs.push_back(Output::SetRemoteDescription(description));
        }
    }

    fn set_local(&mut self) {
        self.operation = Some(Operation::SetLocal);
        self.outputs.push_back(Output::SetLocalDescription);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description(sdp_type: SdpType) -> SessionDescription {
        SessionDescription { sdp_type, sdp: "v=0\r\n".into() }
    }

    fn drain(negotiation: &mut Negotiation) -> Vec<Output> {
        std::iter::from_fn(|| negotiation.poll_output()).collect()
    }

    fn with_local_offer(politeness: Politeness) -> Negotiation {
        let mut negotiation = Negotiation::new(politeness);
        negotiation.handle_input(Input::NegotiationNeeded);
        negotiation.handle_input(Input::LocalDescriptionSet(description(SdpType::Offer)));
        drain(&mut negotiation);
        negotiation
    }

    #[test]
    fn impolite_peer_ignores_colliding_offer() {
        let mut negotiation = with_local_offer(Politeness::Impolite);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
        assert_eq!(drain(&mut negotiation), [], "glare: the impolite peer keeps its own offer");
    }

    #[test]
    fn polite_peer_takes_colliding_offer_and_answers() {
        let mut negotiation = with_local_offer(Politeness::Polite);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
        assert_eq!(drain(&mut negotiation), [Output::SetRemoteDescription(description(SdpType::Offer))]);
        negotiation.handle_input(Input::RemoteDescriptionSet);
        assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription]);
        negotiation.handle_input(Input::LocalDescriptionSet(description(SdpType::Answer)));
        assert_eq!(drain(&mut negotiation), [Output::Send(description(SdpType::Answer))]);
        assert!(negotiation.is_settled());
    }

    #[test]
    fn an_offer_that_comes_while_the_own_offer_is_being_made_waits() {
        let mut negotiation = Negotiation::new(Politeness::Polite);
        negotiation.handle_input(Input::NegotiationNeeded);
        assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription]);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
        assert_eq!(drain(&mut negotiation), []);
        negotiation.handle_input(Input::LocalDescriptionSet(description(SdpType::Offer)));
        assert_eq!(
            drain(&mut negotiation),
            [
                Output::Send(description(SdpType::Offer)),
                Output::SetRemoteDescription(description(SdpType::Offer))
            ]
        );
    }

    #[test]
    fn the_answering_end_holds_its_own_offer_until_the_first_one_came() {
        let mut negotiation = Negotiation::answering_first(Politeness::Impolite);
        negotiation.handle_input(Input::NegotiationNeeded);
        assert_eq!(drain(&mut negotiation), []);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
        negotiation.handle_input(Input::RemoteDescriptionSet);
        negotiation.handle_input(Input::LocalDescriptionSet(description(SdpType::Answer)));
        assert_eq!(drain(&mut negotiation).len(), 3, "the offer, its answer, and the answer sent");
        negotiation.handle_input(Input::NegotiationNeeded);
        assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription], "its own turn");
    }

    #[test]
    fn an_answer_that_nobody_asked_for_is_ignored() {
        let mut negotiation = Negotiation::new(Politeness::Polite);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Answer)));
        assert_eq!(drain(&mut negotiation), []);
        assert!(negotiation.is_settled());
    }

    #[test]
    fn a_refused_offer_leaves_the_machine_ready_for_the_next() {
        let mut negotiation = Negotiation::new(Politeness::Polite);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
        drain(&mut negotiation);
        negotiation.handle_input(Input::OperationFailed(SignalingState::Stable));
        negotiation.handle_input(Input::NegotiationNeeded);
        assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription]);
    }

    #[test]
    fn the_answering_end_offers_itself_once_it_could_not_take_the_first_offer() {
        let mut negotiation = Negotiation::answering_first(Politeness::Impolite);
        negotiation.handle_input(Input::NegotiationNeeded);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
        drain(&mut negotiation);
        negotiation.handle_input(Input::OperationFailed(SignalingState::Stable));
        assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription]);
    }

    #[test]
    fn a_refused_answer_and_one_that_could_not_be_made_are_asked_for_again() {
        let mut negotiation = with_local_offer(Politeness::Polite);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Answer)));
        drain(&mut negotiation);
        negotiation.handle_input(Input::OperationFailed(SignalingState::HaveLocalOffer));
        assert_eq!(drain(&mut negotiation), [], "what failed is not repeated without an occasion");
        negotiation.handle_input(Input::NegotiationNeeded);
        assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription], "another offer");

        let mut negotiation = Negotiation::new(Politeness::Polite);
        negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
        negotiation.handle_input(Input::RemoteDescriptionSet);
        drain(&mut negotiation);
        negotiation.handle_input(Input::OperationFailed(SignalingState::HaveRemoteOffer));
        negotiation.handle_input(Input::NegotiationNeeded);
        assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription], "the answer that is owed");
    }
}
