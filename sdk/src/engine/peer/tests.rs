//! Two ends, simulated browsers, and a transport for the signals.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;
use crate::engine::negotiation::SignalingState;
use crate::model::{IceCandidate, SdpType, SessionDescription};

/// One end with its browser: the SDP contains its creator's ICE generation, and the media.
struct End {
    peer: Peer,
    state: SignalingState,
    operation: Option<Command>,
    generation: u32,
    restart: bool,
    /// Of the remote end, by the current descriptions.
    far_generation: u32,
    /// Finds a candidate as soon as there is a local description.
    gathers: bool,
    agreed: bool,
    outbox: VecDeque<String>,
    recoveries: Vec<u32>,
    warnings: usize,
}

fn sdp(number: u32, generation: u32) -> String {
    format!("v=0\r\na=ice-ufrag:{number}-{generation}\r\n")
}

fn generation(sdp: &str) -> Option<u32> {
    sdp.trim().rsplit_once('-')?.1.parse().ok()
}

fn invalid_sdp() -> Error {
    Error::Negotiation { step: "applying the remote description", detail: "no".into() }
}

impl End {
    fn new(number: u32, polite: Option<bool>) -> Self {
        Self {
            peer: Peer::new(number, polite, true),
            state: SignalingState::Stable,
            operation: None,
            generation: 1,
            restart: false,
            far_generation: 0,
            gathers: true,
            agreed: false,
            outbox: VecDeque::new(),
            recoveries: Vec::new(),
            warnings: 0,
        }
    }

    fn input(&mut self, input: exchange::Input, now: Timestamp) {
        self.peer.handle_input(input, now);
        self.drain();
    }

    fn receive(&mut self, text: &str, now: Timestamp) {
        if let Ok(signal) = Signal::from_json(text) {
            let _ = self.peer.handle_signal(signal, now);
        }
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.peer.poll_output() {
            match output {
                Output::Signal(signal) => self.outbox.push_back(signal.to_json()),
                Output::Command(Command::RestartIce) => self.restart = true,
                Output::Command(Command::AddIceCandidate(_)) => {
                    assert!(self.far_generation > 0, "a candidate before its description");
                }
                Output::Command(operation) => {
                    assert!(self.operation.is_none(), "two operations at a time");
                    self.operation = Some(operation);
                }
                Output::Recovering(attempt) => self.recoveries.push(attempt),
                Output::Warning(_) => self.warnings += 1,
            }
        }
    }

    /// The operation in progress ends.
    fn complete(&mut self, now: Timestamp) {
        let input = match self.operation.take() {
            None => return,
            Some(Command::SetLocalDescription) => {
                let sdp_type = match self.state {
                    SignalingState::HaveRemoteOffer => SdpType::Answer,
                    _ => SdpType::Offer,
                };
                if std::mem::take(&mut self.restart) {
                    self.generation += 1;
                }
                self.state = match sdp_type {
                    SdpType::Offer => SignalingState::HaveLocalOffer,
                    SdpType::Answer => SignalingState::Stable,
                };
                self.agreed |= sdp_type == SdpType::Answer;
                let sdp = sdp(self.peer.number, self.generation);
                exchange::Input::LocalDescriptionSet(SessionDescription { sdp_type, sdp })
            }
            Some(Command::SetRemoteDescription(description)) => match generation(&description.sdp) {
                None => exchange::Input::OperationFailed { state: self.state, error: invalid_sdp() },
                Some(generation) => {
                    // The remote end's restart makes this end restart, too.
                    self.restart |= self.far_generation > 0
                        && generation != self.far_generation
                        && description.sdp_type == SdpType::Offer;
                    self.far_generation = generation;
                    self.state = match description.sdp_type {
                        SdpType::Offer => SignalingState::HaveRemoteOffer,
                        SdpType::Answer => SignalingState::Stable,
                    };
                    self.agreed |= description.sdp_type == SdpType::Answer;
                    exchange::Input::RemoteDescriptionSet
                }
            },
            Some(other) => unreachable!("{other:?} is not an operation"),
        };
        let is_local = matches!(input, exchange::Input::LocalDescriptionSet(_));
        self.input(input, now);
        if is_local && self.gathers {
            self.gather(now);
        }
        // As a browser does once the operations chain is empty.
        if self.state == SignalingState::Stable && self.operation.is_none() && self.restart {
            self.input(exchange::Input::NegotiationNeeded, now);
        }
    }

    fn gather(&mut self, now: Timestamp) {
        let candidate = IceCandidate {
            candidate: "candidate:1".into(),
            sdp_mid: Some("0".into()),
            sdp_m_line_index: None,
            username_fragment: Some(format!("{}-{}", self.peer.number, self.generation)),
        };
        self.input(exchange::Input::LocalCandidate(candidate), now);
    }
}

/// The next step.
#[derive(Clone, Debug)]
enum Step {
    Needed(usize),
    Complete(usize),
    /// Deliver the oldest signal, once or twice, or a corrupt copy before it.
    Deliver(usize, u8),
    Fail(usize),
    Wait(u16),
    Hostile(usize, String),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = 0..2_usize;
    let step = prop_oneof![
        2 => end.clone().prop_map(Step::Needed),
        6 => end.clone().prop_map(Step::Complete),
        6 => (end.clone(), 0..3_u8).prop_map(|(end, how)| Step::Deliver(end, how)),
        1 => end.clone().prop_map(Step::Fail),
        1 => any::<u16>().prop_map(Step::Wait),
        1 => (end, hostile()).prop_map(|(end, text)| Step::Hostile(end, text)),
    ];
    proptest::collection::vec(step, 0..80)
}

fn hostile() -> impl Strategy<Value = String> {
    let number = prop_oneof![Just(0_u32), Just(7), Just(u32::MAX), any::<u32>()];
    prop_oneof![
        ".*",
        (number.clone(), number).prop_map(|(seq, ack)| format!(
            r#"{{"from":3,"payload":{{"seq":{seq},"ack":{ack},"signal":{{"kind":"later"}}}}}}"#
        )),
    ]
}

fn timeouts(ends: &mut [End; 2], now: Timestamp) {
    for end in ends {
        if end.peer.poll_timeout().is_some_and(|due| due <= now) {
            end.peer.handle_timeout(now);
            end.drain();
        }
    }
}

/// Everything arrives and every operation ends, until nothing more happens.
fn settle(ends: &mut [End; 2], now: Timestamp) {
    for _ in 0..1_000 {
        for index in 0..2 {
            ends[index].complete(now);
            while let Some(text) = ends[index].outbox.pop_front() {
                ends[1 - index].receive(&text, now);
            }
        }
        if ends.iter().all(|end| end.operation.is_none() && end.outbox.is_empty()) {
            return;
        }
    }
    panic!("they never come to rest");
}

fn assert_agreed(ends: &[End; 2]) {
    for (index, end) in ends.iter().enumerate() {
        assert_eq!(end.state, SignalingState::Stable);
        assert!(end.peer.is_settled() && end.agreed);
        assert_eq!(end.far_generation, ends[1 - index].generation, "each knows the other's way");
    }
}

fn pair() -> [End; 2] {
    [End::new(1, None), End::new(2, None)]
}

proptest! {
    #[test]
    fn whatever_happens_the_two_ends_agree_in_the_end(steps in steps()) {
        let mut ends = pair();
        let mut now = 0;
        for step in steps {
            now += 1;
            match step {
                Step::Needed(end) => ends[end].input(exchange::Input::NegotiationNeeded, now),
                Step::Complete(end) => ends[end].complete(now),
                Step::Deliver(from, how) => {
                    if let Some(text) = ends[from].outbox.pop_front() {
                        let far = &mut ends[1 - from];
                        if how == 2 {
                            far.receive(&text.replace("candidate", "nonsense").replace("seq", "sequence"), now);
                        }
                        far.receive(&text, now);
                        if how == 1 {
                            far.receive(&text, now);
                        }
                    }
                }
                Step::Fail(end) => ends[end].input(exchange::Input::StateChange(ConnectionState::Failed), now),
                Step::Wait(milliseconds) => {
                    now += u64::from(milliseconds);
                    timeouts(&mut ends, now);
                }
                // A stranger may send only after the two know each other.
                Step::Hostile(end, text) if ends[end].peer.far_number.is_some() => ends[end].receive(&text, now),
                Step::Hostile(..) => {}
            }
        }
        ends[0].input(exchange::Input::NegotiationNeeded, now);
        settle(&mut ends, now);
        assert_agreed(&ends);
    }
}

#[test]
fn both_ends_notice_a_failure_and_one_restart_mends_it() {
    let mut ends = pair();
    ends[0].input(exchange::Input::NegotiationNeeded, 0);
    settle(&mut ends, 0);
    for end in &mut ends {
        end.input(exchange::Input::StateChange(ConnectionState::Connected), 100);
        end.input(exchange::Input::StateChange(ConnectionState::Failed), 20_000);
    }
    timeouts(&mut ends, 20_000);
    settle(&mut ends, 20_000);
    assert_eq!(ends.iter().map(|end| end.recoveries.len()).sum::<usize>(), 1, "the polite end waits");
    assert_eq!((ends[0].generation, ends[1].generation), (2, 2));
    for end in &mut ends {
        end.input(exchange::Input::StateChange(ConnectionState::Connecting), 20_100);
        end.input(exchange::Input::StateChange(ConnectionState::Connected), 20_200);
        assert_eq!(end.peer.poll_timeout(), None);
    }
    assert_agreed(&ends);
}

#[test]
fn both_restarting_at_once_is_a_glare_like_any_other() {
    let mut ends = pair();
    ends[0].input(exchange::Input::NegotiationNeeded, 0);
    settle(&mut ends, 0);
    for end in &mut ends {
        end.restart = true;
        end.input(exchange::Input::NegotiationNeeded, 1);
        end.complete(1);
    }
    settle(&mut ends, 2);
    assert_agreed(&ends);
    assert!(ends.iter().all(|end| end.generation >= 2));
}

/// Chromium gathers no candidate ever again if it rolls back before the first one.
#[test]
fn an_offer_is_not_rolled_back_before_the_first_candidate_or_a_timeout() {
    for gathers_in_time in [true, false] {
        let mut ends = pair();
        ends[0].gathers = false;
        for end in &mut ends {
            end.input(exchange::Input::NegotiationNeeded, 0);
            end.complete(0);
        }
        while let Some(text) = ends[1].outbox.pop_front() {
            ends[0].receive(&text, 10);
        }
        assert_eq!(ends[0].operation, None, "the polite end waits");
        let due = ends[0].peer.poll_timeout().unwrap();
        timeouts(&mut ends, due - 1);
        assert_eq!(ends[0].operation, None);
        if gathers_in_time {
            ends[0].gather(due - 1);
        } else {
            timeouts(&mut ends, due);
        }
        assert!(matches!(ends[0].operation, Some(Command::SetRemoteDescription(_))));
        assert_eq!(ends[0].peer.poll_timeout(), None);
        settle(&mut ends, due);
        assert_agreed(&ends);
    }
}

#[test]
fn a_recovery_repeats_the_signals_that_were_lost() {
    let mut ends = pair();
    ends[0].input(exchange::Input::NegotiationNeeded, 0);
    ends[0].complete(0);
    let lost = std::mem::take(&mut ends[0].outbox);
    assert_eq!(lost.len(), 2, "an offer and a candidate");
    ends[0].input(exchange::Input::StateChange(ConnectionState::Failed), 15_000);
    timeouts(&mut ends, 20_000);
    assert_eq!(ends[0].recoveries, [1]);
    settle(&mut ends, 20_000);
    assert_agreed(&ends);
}

#[test]
fn the_ends_settle_who_is_polite() {
    for (one, other, expected) in [
        (None, None, Ok([Politeness::Polite, Politeness::Impolite])),
        (Some(false), None, Ok([Politeness::Impolite, Politeness::Polite])),
        (None, Some(true), Ok([Politeness::Impolite, Politeness::Polite])),
        (Some(true), Some(false), Ok([Politeness::Polite, Politeness::Impolite])),
        (Some(true), Some(true), Err("both ends")),
        (Some(false), Some(false), Err("neither end")),
    ] {
        let mut ends = [End::new(1, one), End::new(2, other)];
        let mut met = Ok(());
        for index in 0..2 {
            let payload = RelayPayload { epoch: 0, seq: 1, ack: 0, signal: Some(PeerSignal::Unknown) };
            let signal = ends[1 - index].peer.signal(payload);
            met = met.and(ends[index].peer.handle_signal(signal, 0));
        }
        match expected {
            Ok(roles) => {
                assert_eq!(met, Ok(()));
                assert_eq!(ends.map(|end| end.peer.exchange.politeness()), roles);
            }
            Err(words) => assert!(met.unwrap_err().to_string().contains(words)),
        }
    }
}

#[test]
fn what_is_no_signal_binds_the_connection_to_nobody() {
    let mut ends = pair();
    for text in [
        r#"{"from":9,"payload":{}}"#,
        r#"{"from":9,"payload":{"seq":1}}"#,
        r#"{"from":9,"payload":{"ack":1}}"#,
        r#"{"from":0,"payload":{"seq":1,"signal":{"kind":"later"}}}"#,
        r#"{"from":9,"payload":{"seq":0,"signal":{"kind":"later"}}}"#,
        r#"{"from":9,"payload":{"seq":1,"signal":{"kind":"description","description":{"type":"offer","sdp":""}}}}"#,
    ] {
        let error = ends[0].peer.handle_signal(Signal::from_json(text).unwrap(), 0).unwrap_err();
        assert!(error.to_string().contains("unchanged"), "{text}: {error}");
    }
    ends[1].input(exchange::Input::NegotiationNeeded, 0);
    settle(&mut ends, 0);
    assert_agreed(&ends);
}

#[test]
fn a_refused_offer_is_told_at_both_ends_and_made_again_ever_more_rarely() {
    let mut ends = pair();
    ends[0].input(exchange::Input::NegotiationNeeded, 0);
    let (mut now, mut waits) = (0, Vec::new());
    for _ in 0..4 {
        ends[0].complete(now);
        for text in ends[0].outbox.iter_mut().filter(|text| text.contains("\"offer\"")) {
            *text = text.replace("1-1", "nonsense");
        }
        settle(&mut ends, now);
        let due = ends[0].peer.poll_timeout().unwrap();
        waits.push(due - now);
        now = due;
        timeouts(&mut ends, now);
    }
    assert_eq!(waits, [500, 1_000, 2_000, 4_000]);
    assert_eq!((ends[0].warnings, ends[1].warnings), (4, 4));
    settle(&mut ends, now);
    assert_agreed(&ends);
}

#[test]
fn signals_of_oneself_and_of_strangers_change_nothing() {
    let mut ends = pair();
    ends[0].input(exchange::Input::NegotiationNeeded, 0);
    ends[0].complete(0);
    let own = ends[0].outbox[0].clone();
    ends[0].receive(&own, 0);
    assert!(ends[0].operation.is_none(), "an echo");
    settle(&mut ends, 0);
    let stranger = Signal::from_json(&own.replace("\"from\":1", "\"from\":9")).unwrap();
    assert!(ends[1].peer.handle_signal(stranger, 0).unwrap_err().to_string().contains("another connection"));
    assert_agreed(&ends);
}
