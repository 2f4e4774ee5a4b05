//! `Reliable`: whatever the remote end sends, signals are delivered once, in order and without a gap.

use moim_protocol::{IceCandidate, PeerSignal, RelayPayload, Reliable};

use crate::lines::{number, steps};

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
            b'S' => {
                sent += 1;
                end.send_state(signal(sent, 10), now);
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
