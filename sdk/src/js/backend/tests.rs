use std::collections::BTreeMap;

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::ErrorCode;
use crate::model::LeaveReason;
use crate::signaling::{LinkId, LinkProfile, LinkSignal, Slot};

fn event(expression: &str) -> Result<SignalEvent> {
    parsed(&js_sys::eval(&format!("({expression})")).expect("an expression"), "the signaling event")
}

#[wasm_bindgen_test]
fn the_members_of_an_event_may_have_any_order() {
    let left = SignalEvent::ParticipantLeft { participant_id: "ada".into(), reason: LeaveReason::Left };
    let slot = Slot { participant_id: "ada".into(), publication_id: "cam".into() };
    let slots = SignalEvent::Signal {
        link: LinkId::Participant("ada".into()),
        signal: LinkSignal::Slots(BTreeMap::from([("0".to_owned(), slot)])),
    };
    for (expression, expected) in [
        ("{ type: 'waiting' }", SignalEvent::Waiting),
        ("{ type: 'participantLeft', detail: { participantId: 'ada', reason: 'left' } }", left.clone()),
        ("{ detail: { reason: 'left', participantId: 'ada' }, type: 'participantLeft' }", left),
        (
            "{ detail: { signal: { detail: { 0: { publicationId: 'cam', participantId: 'ada' } }, type: 'slots' },
                link: { participant: 'ada' } }, type: 'signal' }",
            slots,
        ),
    ] {
        assert_eq!(event(expression), Ok(expected));
    }
}

#[wasm_bindgen_test]
fn what_is_not_an_event_is_refused() {
    for (expression, named) in [
        ("undefined", "expected an object"),
        ("{}", "missing field `type`"),
        ("{ type: 'gone' }", "unknown variant `gone`"),
        ("{ type: 'lost', detail: { detail: 7 } }", "expected a string"),
        ("{ type: 'participantLeft', detail: { reason: 'left' } }", "missing field `participantId`"),
    ] {
        let error = event(expression).expect_err("no event");
        assert_eq!(error.code(), ErrorCode::InvalidOptions);
        let text = error.to_string();
        assert!(text.starts_with("the signaling event: ") && text.contains(named), "{text}");
    }
}

#[wasm_bindgen_test]
fn what_a_backend_in_javascript_cannot_do_is_refused() {
    let capabilities = |profile: &str| {
        let lanes = format!("({{ lanes: [{{ lane: 'both', offerer: 'us', profile: {profile} }}] }})");
        let value = js_sys::eval(&lanes).expect("an expression");
        parsed::<Capabilities>(&value, "backend.capabilities")
    };
    let lanes = capabilities("{ oneWay: false }").expect("capabilities").lanes;
    assert_eq!(lanes[0].profile, LinkProfile { one_way: false, ..LinkProfile::server() });
    // It has no methods that encode and decode messages.
    let error = capabilities("{ labels: ['_reliable', '_lossy', '_files'] }").expect_err("not supported");
    assert!(error.to_string().contains("labels"), "{error}");
}
