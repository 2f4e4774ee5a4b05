//! The rules of the negotiation, one at a time.

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
    negotiation.handle_input(Input::Gathered);
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
    assert_eq!(drain(&mut negotiation), [Output::Send(description(SdpType::Offer))]);
    assert!(negotiation.waits_to_roll_back(), "nor is the own offer rolled back before there is a candidate");
    negotiation.handle_input(Input::Gathered);
    assert_eq!(drain(&mut negotiation), [Output::SetRemoteDescription(description(SdpType::Offer))]);
}

#[test]
fn what_needs_no_rollback_waits_for_no_candidate() {
    for (politeness, sdp_type) in
        [(Politeness::Polite, SdpType::Answer), (Politeness::Impolite, SdpType::Offer)]
    {
        let mut negotiation = Negotiation { has_gathered: false, ..with_local_offer(politeness) };
        negotiation.handle_input(Input::RemoteDescription(description(sdp_type)));
        assert!(!negotiation.waits_to_roll_back());
        assert_eq!(drain(&mut negotiation).len(), usize::from(sdp_type == SdpType::Answer));
    }
    let mut idle = Negotiation::new(Politeness::Polite);
    idle.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
    assert_eq!(drain(&mut idle), [Output::SetRemoteDescription(description(SdpType::Offer))]);
}

#[test]
fn of_offers_that_come_while_the_browser_is_busy_the_last_one_counts() {
    let mut negotiation = Negotiation::new(Politeness::Polite);
    negotiation.handle_input(Input::NegotiationNeeded);
    drain(&mut negotiation);
    let offer = |number: u32| SessionDescription { sdp_type: SdpType::Offer, sdp: format!("s={number}\r\n") };
    for number in 1..=1_000 {
        negotiation.handle_input(Input::RemoteDescription(offer(number)));
    }
    assert_eq!(negotiation.inbox.len(), 1);
    negotiation.handle_input(Input::LocalDescriptionSet(description(SdpType::Offer)));
    negotiation.handle_input(Input::Gathered);
    assert_eq!(drain(&mut negotiation)[1..], [Output::SetRemoteDescription(offer(1_000))]);
}

#[test]
fn an_end_that_makes_no_offers_asks_once_until_one_comes() {
    let mut negotiation = Negotiation::asking(Politeness::Impolite);
    negotiation.handle_input(Input::NegotiationNeeded);
    assert_eq!(drain(&mut negotiation), [], "the first offer comes unasked");
    negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
    negotiation.handle_input(Input::RemoteDescriptionSet);
    negotiation.handle_input(Input::LocalDescriptionSet(description(SdpType::Answer)));
    assert_eq!(drain(&mut negotiation).len(), 3, "the offer, its answer, and the answer sent");
    negotiation.handle_input(Input::NegotiationNeeded);
    negotiation.handle_input(Input::NegotiationNeeded);
    assert_eq!(drain(&mut negotiation), [Output::Ask]);
    assert!(negotiation.is_settled());
}

#[test]
fn an_answer_that_nobody_asked_for_is_ignored() {
    let mut negotiation = Negotiation::new(Politeness::Polite);
    negotiation.handle_input(Input::RemoteDescription(description(SdpType::Answer)));
    assert_eq!(drain(&mut negotiation), []);
    assert!(negotiation.is_settled());
}

#[test]
fn an_offer_that_cannot_be_applied_is_refused() {
    let mut negotiation = Negotiation::new(Politeness::Polite);
    negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
    drain(&mut negotiation);
    negotiation.handle_input(Input::OperationFailed(SignalingState::Stable));
    assert_eq!(drain(&mut negotiation), [Output::Refuse(SdpType::Offer)]);
    assert!(!negotiation.waits_to_retry(), "this end has nothing to offer");
    negotiation.handle_input(Input::NegotiationNeeded);
    assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription]);
}

#[test]
fn an_answer_that_cannot_be_made_is_a_refusal_of_the_offer() {
    let mut negotiation = Negotiation::new(Politeness::Polite);
    negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
    negotiation.handle_input(Input::RemoteDescriptionSet);
    drain(&mut negotiation);
    negotiation.handle_input(Input::OperationFailed(SignalingState::HaveRemoteOffer));
    assert_eq!(drain(&mut negotiation), [Output::Refuse(SdpType::Offer)]);
    negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
    assert_eq!(drain(&mut negotiation), [Output::SetRemoteDescription(description(SdpType::Offer))]);
}

#[test]
fn a_refused_offer_is_made_again_later_and_not_at_once() {
    let mut negotiation = with_local_offer(Politeness::Impolite);
    negotiation.handle_input(Input::Refused(SdpType::Offer));
    negotiation.handle_input(Input::NegotiationNeeded);
    assert_eq!(drain(&mut negotiation), []);
    assert!(negotiation.waits_to_retry());
    negotiation.handle_input(Input::Retry);
    assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription], "another offer");
}

#[test]
fn who_was_refused_gives_way_to_an_offer_of_the_far_end() {
    let mut negotiation = with_local_offer(Politeness::Impolite);
    negotiation.handle_input(Input::Refused(SdpType::Offer));
    negotiation.handle_input(Input::RemoteDescription(description(SdpType::Offer)));
    assert_eq!(drain(&mut negotiation), [Output::SetRemoteDescription(description(SdpType::Offer))]);
}

#[test]
fn an_answer_that_cannot_be_applied_leads_to_another_offer() {
    let mut negotiation = with_local_offer(Politeness::Polite);
    negotiation.handle_input(Input::RemoteDescription(description(SdpType::Answer)));
    drain(&mut negotiation);
    negotiation.handle_input(Input::OperationFailed(SignalingState::HaveLocalOffer));
    assert_eq!(drain(&mut negotiation), [Output::Refuse(SdpType::Answer)]);
    negotiation.handle_input(Input::Retry);
    assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription]);
}

#[test]
fn an_offer_that_cannot_be_made_is_made_later() {
    let mut negotiation = Negotiation::new(Politeness::Polite);
    negotiation.handle_input(Input::NegotiationNeeded);
    drain(&mut negotiation);
    negotiation.handle_input(Input::OperationFailed(SignalingState::Stable));
    assert_eq!(drain(&mut negotiation), []);
    negotiation.handle_input(Input::Retry);
    assert_eq!(drain(&mut negotiation), [Output::SetLocalDescription]);
}
