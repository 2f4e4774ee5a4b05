//! `Reliable`: whatever the remote end sends, signals are delivered once, in order and without a gap.

use std::collections::BTreeMap;

use moim_protocol::{IceCandidate, PeerSignal, RelayPayload, Reliable, SdpType, SessionDescription};

use crate::lines::{number, steps};

/// The most that an end holds of what it received too early, in bytes.
const MAX_EARLY_BYTES: usize = 1024 * 1024;
const MAX_ANSWER: usize = 300_000;

pub(crate) fn run(input: &[u8]) {
    let mut end = Reliable::default();
    let (mut now, mut delivered, mut sent) = (0_u64, 0_u32, 0_u32);
    for (step, text) in steps(input) {
        let (first, rest) = number(&text);
        match step {
            // A payload: its number, what it acknowledges, its epoch, and the length of its signal, 0 if it has none.
            b'p' => {
                let (ack, rest) = number(rest);
                let (epoch, rest) = number(rest);
                let (length, _) = number(rest);
                let seq = first as u32;
                let signal = (length > 0).then(|| signal(seq, length as usize % 4_096));
                let payload = RelayPayload { epoch: epoch as u32, seq, ack: ack as u32, signal };
                for due in end.handle_payload(payload, now) {
                    let PeerSignal::Candidate { candidate } = due else { panic!("{due:?}") };
                    let seq = candidate.sdp_m_line_index.map(u32::from).expect("it has one");
                    assert!(seq > delivered & 0xFFFF, "{seq} after {delivered}");
                    delivered = seq;
                }
            }
            b's' => {
                sent += 1;
                assert_eq!(end.send(signal(sent, 10), now), sent);
            }
            // An answer, which replaces earlier ones.
            b'S' => {
                sent += 1;
                assert_eq!(end.send(answer(first as usize % MAX_ANSWER), now), sent);
            }
            b'a' => end.acknowledge_now(),
            b'r' => end.repeat(),
            b'R' => end.repeat_soon(now),
            b'w' => {
                now = now.saturating_add(first % 100_000);
                end.handle_timeout(now);
            }
            _ => {}
        }
        assert!(end.acknowledged() <= sent);
        let own = sent as usize * 80 + MAX_ANSWER;
        assert!(end.held_bytes() <= MAX_EARLY_BYTES + own, "{} bytes", end.held_bytes());
        let transmits = std::iter::from_fn(|| end.poll_transmit()).count();
        assert!(transmits <= 64 + 2, "{transmits} at once");
    }
}

fn signal(seq: u32, length: usize) -> PeerSignal {
    PeerSignal::Candidate {
        candidate: IceCandidate {
            candidate: "x".repeat(length),
            sdp_mid: None,
            sdp_m_line_index: Some(seq as u16),
            username_fragment: None,
        },
    }
}

fn answer(length: usize) -> PeerSignal {
    let description = SessionDescription { sdp_type: SdpType::Answer, sdp: "x".repeat(length) };
    PeerSignal::Description { description, mids: BTreeMap::new() }
}
