use std::collections::BTreeMap;

use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::ErrorCode;
use crate::model::LeaveReason;
use crate::signaling::{LinkId, LinkSignal, Slot};

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
