//! What [`Reliable`](crate::Reliable) has to know of a signal.

use crate::{PeerSignal, SdpType, Slot, Wish};

/// The memory that an element takes besides its texts, roughly.
const ITEM: usize = 64;

/// The approximate size of a signal in bytes. Each text of the remote end counts, whichever kind carries it.
pub(crate) fn size(signal: &PeerSignal) -> usize {
    let texts = match signal {
        PeerSignal::Description { description, mids } => {
            let mids = mids.iter().map(|(mid, id)| mid.len() + id.as_str().len() + ITEM);
            description.sdp.len() + mids.sum::<usize>()
        }
        PeerSignal::Candidate { candidate } => {
            let optional = [&candidate.sdp_mid, &candidate.username_fragment].into_iter().flatten();
            candidate.candidate.len() + optional.map(String::len).sum::<usize>()
        }
        PeerSignal::Refusal { reason, .. } => reason.len(),
        PeerSignal::Slots { slots } => {
            let ids = |slot: &Slot| slot.participant_id.as_str().len() + slot.publication_id.as_str().len();
            slots.iter().map(|(mid, slot)| mid.len() + ids(slot) + ITEM).sum()
        }
        PeerSignal::Wishes { wishes, .. } => {
            let ids = |wish: &Wish| wish.participant_id.as_str().len() + wish.publication_id.as_str().len();
            wishes.iter().map(|wish| ids(wish) + ITEM).sum()
        }
        PeerSignal::Ask { .. } | PeerSignal::Unknown => 0,
    };
    texts + ITEM
}

/// Whether `earlier` need not arrive any more when `later` does.
pub(crate) fn is_replaced(earlier: &PeerSignal, later: &PeerSignal) -> bool {
    match (earlier, later) {
        // The remote end has given up the offer that `earlier` answers.
        (
            PeerSignal::Description { description: earlier, .. },
            PeerSignal::Description { description: later, .. },
        ) => earlier.sdp_type == SdpType::Answer && later.sdp_type == SdpType::Answer,
        (PeerSignal::Refusal { sdp_type: earlier, .. }, PeerSignal::Refusal { sdp_type: later, .. }) => {
            earlier == later
        }
        (PeerSignal::Ask { restart: earlier, .. }, PeerSignal::Ask { restart: later, .. }) => {
            *later || !*earlier
        }
        (PeerSignal::Slots { .. }, PeerSignal::Slots { .. })
        | (PeerSignal::Wishes { .. }, PeerSignal::Wishes { .. }) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text that can be long, in a signal of its own.
    #[test]
    fn each_text_of_each_kind_counts() {
        const LONG: usize = 10_000;
        let long = "x".repeat(LONG);
        let candidate = r#""candidate":{"candidate":"""#;
        let id = r#""participantId":"a","publicationId":"b","wanted":true"#;
        for json in [
            format!(r#"{{"kind":"description","description":{{"type":"offer","sdp":"{long}"}}}}"#),
            format!(
                r#"{{"kind":"description","description":{{"type":"offer","sdp":""}},"mids":{{"{long}":"a"}}}}"#
            ),
            format!(
                r#"{{"kind":"description","description":{{"type":"offer","sdp":""}},"mids":{{"a":"{long}"}}}}"#
            ),
            format!(r#"{{"kind":"candidate","candidate":{{"candidate":"{long}"}}}}"#),
            format!(r#"{{"kind":"candidate",{candidate},"sdpMid":"{long}"}}}}"#),
            format!(r#"{{"kind":"candidate",{candidate},"usernameFragment":"{long}"}}}}"#),
            format!(r#"{{"kind":"refusal","type":"offer","reason":"{long}"}}"#),
            format!(r#"{{"kind":"slots","slots":{{"0":{{"participantId":"{long}","publicationId":"b"}}}}}}"#),
            format!(r#"{{"kind":"slots","slots":{{"0":{{"participantId":"a","publicationId":"{long}"}}}}}}"#),
            format!(r#"{{"kind":"slots","slots":{{"{long}":{{"participantId":"a","publicationId":"b"}}}}}}"#),
            format!(
                r#"{{"kind":"wishes","wishes":[{{{}}}]}}"#,
                id.replace(":\"a\"", &format!(":\"{long}\""))
            ),
            format!(
                r#"{{"kind":"wishes","wishes":[{{{}}}]}}"#,
                id.replace(":\"b\"", &format!(":\"{long}\""))
            ),
        ] {
            let signal: PeerSignal = serde_json::from_str(&json)
                .unwrap_or_else(|error| panic!("{error}: {}", json.replace(&long, "…")));
            assert!(size(&signal) >= LONG, "{}", json.replace(&long, "…"));
        }
    }

    #[test]
    fn each_element_counts_even_if_it_has_no_text() {
        let empty = r#"{"participantId":"","publicationId":"","wanted":false}"#;
        let json = format!(r#"{{"kind":"wishes","wishes":[{}]}}"#, vec![empty; 1_000].join(","));
        let signal: PeerSignal = serde_json::from_str(&json).unwrap();
        assert!(size(&signal) >= 1_000 * size_of::<Wish>(), "{}", size(&signal));
    }
}
