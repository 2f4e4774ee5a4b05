//! Numbered, acknowledged, ordered delivery of signals between two ends: participants, or a participant and the SFU.
//!
//! A WebSocket is ordered and reliable while it is open; messages in flight are lost with it, and a
//! lost answer would stall a negotiation forever. So the two ends repeat what was not acknowledged. The layers
//! above receive each signal exactly once and in order.

use std::collections::VecDeque;

use crate::{
    PeerSignal, RelayPayload,
    signal::{is_replaced, size},
};

/// Milliseconds on a monotonic clock.
type Timestamp = u64;

/// Acknowledgements wait this long to be sent together with a signal.
const ACK_DELAY_MS: Timestamp = 200;
const FIRST_RESEND_MS: Timestamp = 1_000;
const LAST_RESEND_MS: Timestamp = 8_000;
/// Maximum total size of held signals, in bytes.
const MAX_EARLY_BYTES: usize = 1024 * 1024;
/// Signals that are accepted from a remote end that acknowledges none of those that wait for it. Its signals cause
/// others of this end, so a remote end that acknowledges nothing would make this end store them without limit.
const MAX_UNREQUITED: u32 = 256;
/// While more bytes than these wait for the remote end, it must acknowledge something for each signal of its own.
const MAX_UNACKNOWLEDGED_BYTES: usize = 1024 * 1024;
/// Signals that are repeated at a time, the oldest ones: an end that repeats everything exceeds its rate at the server.
const MAX_REPEATED: usize = 64;
/// Signals that arrive before an earlier one are held; beyond this number they are dropped and repeated by the sender.
const MAX_EARLY: usize = 256;

/// One end of an exchange.
#[derive(Clone, Debug)]
pub struct Reliable {
    epoch: u32,
    next_seq: u32,
    unacknowledged: VecDeque<(u32, Option<PeerSignal>)>,
    unacknowledged_bytes: usize,
    resend: Option<Resend>,
    received: u32,
    /// Signals received since the remote end last acknowledged one.
    unrequited: u32,
    /// Signals that arrived before an earlier one, at most [`MAX_EARLY`], in no order.
    early: Vec<(u32, Option<PeerSignal>)>,
    early_bytes: usize,
    ack_due: Option<Timestamp>,
    transmits: VecDeque<RelayPayload>,
}

#[derive(Clone, Copy, Debug)]
struct Resend {
    at: Timestamp,
    after: Timestamp,
}

impl Default for Reliable {
    fn default() -> Self {
        Self {
            epoch: 0,
            next_seq: 1,
            unacknowledged: VecDeque::new(),
            unacknowledged_bytes: 0,
            resend: None,
            received: 0,
            unrequited: 0,
            early: Vec::new(),
            early_bytes: 0,
            ack_due: None,
            transmits: VecDeque::new(),
        }
    }
}

impl Reliable {
    /// Begins an epoch. The remote end is informed of a later one than the first, even if there is no signal to send.
    pub fn begin(epoch: u32, now: Timestamp) -> Self {
        let mut reliable = Self { epoch, ..Self::default() };
        if epoch > 0 {
            reliable.enqueue(None, now);
        }
        reliable
    }

    /// The epoch of this exchange.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Sends a signal. Returns its number, for [`acknowledged`](Self::acknowledged). A later answer, refusal, request for an
    /// offer, assignment of sections or list of wishes replaces an earlier one, which need not arrive any more. Its number
    /// still does.
    pub fn send(&mut self, signal: PeerSignal, now: Timestamp) -> u32 {
        for (_, earlier) in &mut self.unacknowledged {
            if let Some(replaced) = earlier.take_if(|earlier| is_replaced(earlier, &signal)) {
                self.unacknowledged_bytes -= size(&replaced);
            }
        }
        self.enqueue(Some(signal), now)
    }

    fn enqueue(&mut self, signal: Option<PeerSignal>, now: Timestamp) -> u32 {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.unacknowledged_bytes += signal.as_ref().map_or(0, size);
        self.unacknowledged.push_back((seq, signal.clone()));
        self.transmit(seq, signal);
        self.resend.get_or_insert(Resend { at: now + FIRST_RESEND_MS, after: FIRST_RESEND_MS });
        seq
    }

    /// The last signal of this end that the remote end has acknowledged, with all before it.
    pub fn acknowledged(&self) -> u32 {
        self.unacknowledged.front().map_or(self.next_seq, |(seq, _)| *seq) - 1
    }

    /// The approximate size of what is held: what waits to be acknowledged, and what was received too early, in bytes.
    pub fn held_bytes(&self) -> usize {
        self.unacknowledged_bytes + self.early_bytes
    }

    /// Sends an acknowledgement immediately instead of with a signal, because the remote end waits for it.
    pub fn acknowledge_now(&mut self) {
        if self.ack_due.is_some() {
            self.transmit(0, None);
        }
    }

    /// Whether a payload can be from the remote end: it is of this epoch, acknowledges nothing that was not sent, and its
    /// signal has a number.
    pub fn is_plausible(&self, payload: &RelayPayload) -> bool {
        payload.epoch == self.epoch
            && payload.ack < self.next_seq
            && (payload.seq > 0 || payload.signal.is_none())
    }

    /// Handles a payload from the remote end, and returns the signals that can be processed in order. An
    /// [implausible](Self::is_plausible) payload is ignored.
    pub fn handle_payload(&mut self, payload: RelayPayload, now: Timestamp) -> Vec<PeerSignal> {
        if !self.is_plausible(&payload) {
            return Vec::new();
        }
        self.acknowledge(payload.ack, now);
        if payload.seq == 0 {
            return Vec::new();
        }
        self.ack_due.get_or_insert(now + ACK_DELAY_MS);
        if self.is_owed_too_much() {
            return Vec::new();
        }
        let bytes = payload.signal.as_ref().map_or(0, size);
        let has_room = self.early.len() < MAX_EARLY && self.early_bytes + bytes <= MAX_EARLY_BYTES;
        // The missing one is always accepted: it makes room.
        let is_due = payload.seq == self.received.saturating_add(1);
        let is_held = self.early.iter().any(|(seq, _)| *seq == payload.seq);
        if (is_due || (has_room && payload.seq > self.received)) && !is_held {
            self.early_bytes += bytes;
            self.early.push((payload.seq, payload.signal));
        }
        let mut due = Vec::new();
        while let Some(at) = self.early.iter().position(|(seq, _)| *seq == self.received + 1) {
            let (_, signal) = self.early.swap_remove(at);
            self.early_bytes -= signal.as_ref().map_or(0, size);
            self.received += 1;
            self.unrequited += 1;
            due.extend(signal);
        }
        due
    }

    /// Whether the remote end has to acknowledge something before it gets anything else. Never of two ends at once: what one
    /// accepts it acknowledges, and then the other accepts something.
    fn is_owed_too_much(&self) -> bool {
        let most = match self.unacknowledged_bytes > MAX_UNACKNOWLEDGED_BYTES {
            true => 1,
            false => MAX_UNREQUITED,
        };
        self.unrequited >= most && !self.unacknowledged.is_empty()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.ack_due.into_iter().chain(self.resend.map(|resend| resend.at)).min()
    }

    /// Advances time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if let Some(resend) = self.resend.filter(|resend| resend.at <= now) {
            self.repeat();
            let after = (resend.after * 2).min(LAST_RESEND_MS);
            self.resend = Some(Resend { at: now + after, after });
        }
        if self.ack_due.is_some_and(|due| due <= now) {
            self.transmit(0, None);
        }
    }

    /// Repeats what is not acknowledged; of many signals the oldest ones.
    pub fn repeat(&mut self) {
        let oldest: Vec<_> = self.unacknowledged.iter().take(MAX_REPEATED).cloned().collect();
        for (seq, signal) in oldest {
            self.transmit(seq, signal);
        }
    }

    /// Repeats what is not acknowledged at the next [`handle_timeout`](Self::handle_timeout).
    pub fn repeat_soon(&mut self, now: Timestamp) {
        if let Some(resend) = &mut self.resend {
            resend.at = resend.at.min(now);
        }
    }

    /// The next payload to pass to the server.
    pub fn poll_transmit(&mut self) -> Option<RelayPayload> {
        self.transmits.pop_front()
    }

    fn transmit(&mut self, seq: u32, signal: Option<PeerSignal>) {
        self.ack_due = None;
        self.transmits.push_back(RelayPayload { epoch: self.epoch, seq, ack: self.received, signal });
    }

    fn acknowledge(&mut self, ack: u32, now: Timestamp) {
        let before = self.unacknowledged.len();
        while let Some((seq, signal)) = self.unacknowledged.front()
            && *seq <= ack
        {
            self.unacknowledged_bytes -= signal.as_ref().map_or(0, size);
            self.unacknowledged.pop_front();
        }
        if self.unacknowledged.len() < before {
            self.unrequited = 0;
        }
        if self.unacknowledged.is_empty() {
            self.resend = None;
        } else if self.unacknowledged.len() < before {
            self.resend = Some(Resend { at: now + FIRST_RESEND_MS, after: FIRST_RESEND_MS });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IceCandidate;

    fn signal(name: &str) -> PeerSignal {
        PeerSignal::Candidate {
            candidate: IceCandidate {
                candidate: name.into(),
                sdp_mid: None,
                sdp_m_line_index: None,
                username_fragment: None,
            },
        }
    }

    fn drain(end: &mut Reliable) -> Vec<RelayPayload> {
        std::iter::from_fn(|| end.poll_transmit()).collect()
    }

    #[test]
    fn signals_that_overtake_each_other_are_put_in_order() {
        let (mut a, mut b) = (Reliable::default(), Reliable::default());
        a.send(signal("1"), 0);
        a.send(signal("2"), 0);
        let [first, second] = drain(&mut a).try_into().unwrap();
        assert_eq!(b.handle_payload(second, 1), []);
        assert_eq!(b.handle_payload(first, 2), [signal("1"), signal("2")]);
    }

    #[test]
    fn a_lost_signal_is_repeated_until_it_is_acknowledged_and_delivered_once() {
        let (mut a, mut b) = (Reliable::default(), Reliable::default());
        a.send(signal("1"), 0);
        drain(&mut a);
        assert_eq!(a.poll_timeout(), Some(FIRST_RESEND_MS));
        a.handle_timeout(FIRST_RESEND_MS);
        let [repeated] = drain(&mut a).try_into().unwrap();
        assert_eq!(b.handle_payload(repeated.clone(), 1_100), [signal("1")]);
        assert_eq!(b.handle_payload(repeated, 1_100), [], "a repetition is not delivered again");
        b.handle_timeout(1_300);
        let [ack] = drain(&mut b).try_into().unwrap();
        assert_eq!((ack.seq, ack.ack), (0, 1));
        assert_eq!(a.acknowledged(), 0);
        a.handle_payload(ack, 1_400);
        assert_eq!(a.acknowledged(), 1);
        assert_eq!(a.poll_timeout(), None, "nothing is left to repeat");
    }

    #[test]
    fn who_acknowledges_what_was_not_sent_is_not_believed() {
        let mut a = Reliable::default();
        a.send(signal("1"), 0);
        let forged = RelayPayload { epoch: 0, seq: 1, ack: 2, signal: Some(signal("x")) };
        assert_eq!(a.handle_payload(forged, 1), []);
        let unnumbered = RelayPayload { epoch: 0, seq: 0, ack: 1, signal: Some(signal("x")) };
        assert_eq!(a.handle_payload(unnumbered, 2), []);
        assert_eq!(a.poll_timeout(), Some(FIRST_RESEND_MS), "the signal is still repeated");
    }

    #[test]
    fn an_acknowledgement_that_is_waited_for_goes_at_once() {
        let (mut a, mut b) = (Reliable::default(), Reliable::default());
        a.send(signal("1"), 0);
        a.send(signal("2"), 0);
        for payload in drain(&mut a) {
            b.handle_payload(payload, 10);
        }
        b.acknowledge_now();
        b.acknowledge_now();
        let [ack] = drain(&mut b).try_into().unwrap();
        a.handle_payload(ack, 11);
        assert_eq!(a.acknowledged(), 2);
    }

    #[test]
    fn an_acknowledgement_travels_with_an_answer() {
        let (mut a, mut b) = (Reliable::default(), Reliable::default());
        a.send(signal("offer"), 0);
        for payload in drain(&mut a) {
            b.handle_payload(payload, 10);
        }
        b.send(signal("answer"), 20);
        assert_eq!(drain(&mut b)[0].ack, 1);
        b.handle_timeout(10 + ACK_DELAY_MS);
        assert_eq!(drain(&mut b), []);
    }

    #[test]
    fn signals_that_come_too_early_are_held_up_to_so_many_bytes() {
        let mut end = Reliable::default();
        let long = signal(&"x".repeat(250_000));
        for seq in 2..=257 {
            end.handle_payload(RelayPayload { epoch: 0, seq, ack: 0, signal: Some(long.clone()) }, 0);
        }
        assert!(end.early_bytes <= MAX_EARLY_BYTES + 260_000, "{} bytes", end.early_bytes);
        let due = end.handle_payload(RelayPayload { epoch: 0, seq: 1, ack: 0, signal: Some(signal("1")) }, 0);
        assert!(due.len() > 1, "what was held is due, and the rest is repeated");
        assert_eq!(end.early_bytes, 0);
    }

    #[test]
    fn an_end_that_acknowledges_nothing_is_not_listened_to_for_ever() {
        let (mut a, mut b) = (Reliable::default(), Reliable::default());
        let mut answered = 0;
        for _ in 0..1_000 {
            b.send(signal("offer"), 0);
            let offer = RelayPayload { ack: 0, ..drain(&mut b).pop().unwrap() };
            for _ in a.handle_payload(offer, 0) {
                a.send(signal("refusal"), 0);
                answered += 1;
            }
        }
        assert_eq!(answered, MAX_UNREQUITED);
        drain(&mut a);
        a.repeat();
        assert_eq!(drain(&mut a).len(), MAX_REPEATED);

        // Once it acknowledges, everything goes on from where it stood.
        let mut arrived = 0;
        for _ in 0..1_000 {
            a.repeat();
            for payload in drain(&mut a) {
                arrived += b.handle_payload(payload, 0).len();
            }
            b.acknowledge_now();
            b.repeat();
            for payload in drain(&mut b) {
                for _ in a.handle_payload(payload, 0) {
                    a.send(signal("refusal"), 0);
                }
            }
        }
        assert_eq!(arrived, 1_000);
    }

    #[test]
    fn a_new_state_replaces_one_that_has_not_arrived() {
        let json = |signal: &str| serde_json::from_str::<PeerSignal>(signal).unwrap();
        let states = |number: u32| {
            [
                format!(r#"{{"kind":"description","description":{{"type":"answer","sdp":"{number}"}}}}"#),
                format!(r#"{{"kind":"refusal","type":"offer","reason":"{number}"}}"#),
                format!(r#"{{"kind":"refusal","type":"answer","reason":"{number}"}}"#),
                format!(r#"{{"kind":"ask","audio":{number},"video":0}}"#),
                format!(
                    r#"{{"kind":"slots","slots":{{"{number}":{{"participantId":"a","publicationId":"b"}}}}}}"#
                ),
                format!(r#"{{"kind":"wishes","wishes":[],"others":{}}}"#, number.is_multiple_of(2)),
            ]
            .map(|signal| json(&signal))
        };
        let others = |number: u32| {
            [
                signal(&number.to_string()),
                json(&format!(
                    r#"{{"kind":"description","description":{{"type":"offer","sdp":"{number}"}}}}"#
                )),
            ]
        };
        let (mut a, mut b) = (Reliable::default(), Reliable::default());
        for number in 1..=7 {
            for signal in states(number).into_iter().chain(others(number)) {
                a.send(signal, 0);
            }
        }
        drain(&mut a);
        a.repeat();
        let due: Vec<_> =
            drain(&mut a).into_iter().flat_map(|payload| b.handle_payload(payload, 0)).collect();
        let expected = (1..7).flat_map(others).chain(states(7)).chain(others(7));
        assert_eq!(due, expected.collect::<Vec<_>>());
        b.acknowledge_now();
        for ack in drain(&mut b) {
            a.handle_payload(ack, 1);
        }
        assert_eq!((a.acknowledged(), a.held_bytes()), (7 * 8, 0));
    }

    #[test]
    fn a_request_to_restart_is_not_replaced_by_one_without() {
        let ask = |restart| PeerSignal::Ask { audio: 0, video: 0, restart };
        let mut a = Reliable::default();
        for restart in [false, true, true, false, false] {
            a.send(ask(restart), 0);
        }
        drain(&mut a);
        a.repeat();
        let repeated: Vec<_> = drain(&mut a).into_iter().filter_map(|payload| payload.signal).collect();
        assert_eq!(repeated, [ask(true), ask(false)]);
    }

    #[test]
    fn an_end_that_acknowledges_nothing_causes_few_bytes() {
        let offer = signal(&"x".repeat(100_000));
        let mut a = Reliable::default();
        for seq in 1..=1_000 {
            for _ in a.handle_payload(RelayPayload { epoch: 0, seq, ack: 0, signal: Some(signal("ask")) }, 0)
            {
                a.send(offer.clone(), 0);
            }
            drain(&mut a);
        }
        assert!(a.held_bytes() <= MAX_UNACKNOWLEDGED_BYTES + 200_000, "{} bytes", a.held_bytes());
    }

    #[test]
    fn two_ends_that_have_much_to_send_get_everything() {
        let large = signal(&"x".repeat(250_000));
        let (mut a, mut b) = (Reliable::default(), Reliable::default());
        for _ in 0..20 {
            a.send(large.clone(), 0);
            b.send(large.clone(), 0);
        }
        let (mut at_a, mut at_b) = (0, 0);
        for now in (0..100_000).step_by(500) {
            a.handle_timeout(now);
            b.handle_timeout(now);
            at_b +=
                drain(&mut a).into_iter().map(|payload| b.handle_payload(payload, now).len()).sum::<usize>();
            at_a +=
                drain(&mut b).into_iter().map(|payload| a.handle_payload(payload, now).len()).sum::<usize>();
        }
        assert_eq!((at_a, at_b, a.held_bytes(), b.held_bytes()), (20, 20, 0, 0));
    }

    #[test]
    fn a_payload_of_another_epoch_changes_nothing() {
        let mut a = Reliable::default();
        a.send(signal("1"), 0);
        drain(&mut a);
        let mut b = Reliable::begin(1, 0);
        let [hello] = drain(&mut b).try_into().unwrap();
        assert_eq!((hello.epoch, hello.seq, &hello.signal), (1, 1, &None));
        let answer = RelayPayload { epoch: 1, seq: 2, ack: 1, signal: Some(signal("x")) };
        assert_eq!(a.handle_payload(answer.clone(), 10), []);
        assert_eq!(a.acknowledged(), 0);
        let old = RelayPayload { epoch: 0, seq: 1, ack: 1, signal: Some(signal("1")) };
        assert_eq!(b.handle_payload(old, 10), []);
        assert_eq!(b.acknowledged(), 0);

        let mut a = Reliable::begin(1, 20);
        drain(&mut a);
        assert_eq!(a.handle_payload(hello, 30), []);
        assert_eq!(a.handle_payload(answer, 30), [signal("x")]);
    }

    #[test]
    fn the_beginning_of_an_epoch_is_repeated_until_it_is_acknowledged() {
        let mut a = Reliable::begin(3, 0);
        drain(&mut a);
        a.handle_timeout(FIRST_RESEND_MS);
        assert_eq!(drain(&mut a), [RelayPayload { epoch: 3, seq: 1, ack: 0, signal: None }]);
        assert_eq!(Reliable::begin(0, 0).poll_transmit(), None);
    }
}
