#![allow(clippy::unwrap_used, clippy::panic, reason = "tests; clippy does not see it behind `all`")]
//! Streams whose connection is replaced: directly at both ends, or behind a server at one of them.

use std::collections::VecDeque;
use std::task::Poll;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::engine::wires::{Replaced, Wires, replaced};
use crate::error::StreamError;

const ID: StreamId = StreamId([7; 16]);

type Outcome = Result<(), StreamError>;

/// A moment in the life of the two ends.
#[derive(Clone, Debug)]
enum Step {
    /// Delivers a message to an end.
    Sender,
    Receiver,
    /// The application writes so much at most, or sends again what was lost.
    Write(usize),
    Read,
    Close,
    Abort,
    Cancel,
    Replaced(Replaced),
}

/// Both ends, as `room/streams` drives them.
struct Pair {
    text: Vec<u8>,
    written: usize,
    sender: StreamSender,
    receiver: Option<StreamReceiver>,
    ended: [EndedStreams; 2],
    wires: Wires,
    read: Vec<u8>,
    received: Option<Outcome>,
    /// How often the application got the stream.
    opened: u32,
}

impl Pair {
    fn new(text: Vec<u8>, resumes: bool) -> Self {
        let header = StreamHeader { kind: StreamKind::Text, resumes, ..StreamHeader::default() };
        let mut pair = Self {
            text,
            written: 0,
            sender: StreamSender::new(header),
            receiver: None,
            ended: Default::default(),
            wires: Wires::default(),
            read: Vec::new(),
            received: None,
            opened: 0,
        };
        pair.send_all();
        pair
    }

    fn send(&mut self, from: usize, message: StreamMessage) {
        self.ended[from].sent(ID, &message);
        self.wires.send(from, StreamFrame { id: ID, message }.encode());
    }

    fn send_all(&mut self) {
        while let Some(message) = self.sender.poll_output() {
            self.send(0, message);
        }
        while let Some(message) = self.receiver.as_mut().and_then(StreamReceiver::poll_output) {
            self.send(1, message);
        }
    }

    fn step(&mut self, step: &Step) -> bool {
        let moved = self.perform(step);
        self.send_all();
        moved
    }

    fn perform(&mut self, step: &Step) -> bool {
        match step {
            Step::Sender => return self.deliver_to_sender(),
            Step::Receiver => return self.deliver_to_receiver(),
            Step::Write(most) => return self.write(*most),
            Step::Read => return self.read(),
            Step::Close => self.sender.close(),
            Step::Abort => self.sender.abort("enough"),
            Step::Cancel => self.receiver.iter_mut().for_each(|receiver| receiver.cancel("enough")),
            Step::Replaced(replaced) => {
                for end in self.wires.replace(*replaced) {
                    self.suspend(end);
                }
            }
        }
        true
    }

    fn write(&mut self, most: usize) -> bool {
        if self.sender.is_behind() {
            self.sender.send_again();
            return true;
        }
        let mut end = self.text.len().min(self.written.saturating_add(most));
        while self.text.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
            end += 1;
        }
        let length = self.sender.write(&self.text[self.written..end]);
        self.written += length;
        length > 0
    }

    fn read(&mut self) -> bool {
        let Some(receiver) = self.receiver.as_mut().filter(|_| self.received.is_none()) else { return false };
        match receiver.read() {
            Poll::Ready(Some(Ok(bytes))) => self.read.extend(bytes),
            Poll::Ready(Some(Err(error))) => self.received = Some(Err(error)),
            Poll::Ready(None) => self.received = Some(Ok(())),
            Poll::Pending => return false,
        }
        true
    }

    fn suspend(&mut self, end: usize) {
        match (end, &mut self.receiver) {
            (0, _) => self.sender.handle_suspended(),
            (_, Some(receiver)) => receiver.handle_suspended(),
            (_, None) => {}
        }
    }

    /// The next connection is there.
    fn connect(&mut self, end: usize) -> bool {
        if !self.wires.connect(end) {
            return false;
        }
        match (end, &mut self.receiver) {
            (0, _) => self.sender.handle_renewed(),
            (_, Some(receiver)) => receiver.handle_renewed(),
            (_, None) => {}
        }
        self.send_all();
        true
    }

    fn deliver_to_sender(&mut self) -> bool {
        let Some(frame) = self.wires.take(0) else { return false };
        let message = StreamFrame::decode(&frame).unwrap().message;
        match self.sender.result() {
            None => self.sender.handle_message(message),
            Some(_) => {
                let reply = self.ended[0].reply(ID, &message);
                reply.into_iter().for_each(|reply| self.send(0, reply));
            }
        }
        true
    }

    fn deliver_to_receiver(&mut self) -> bool {
        let Some(frame) = self.wires.take(1) else { return false };
        let message = StreamFrame::decode(&frame).unwrap().message;
        match self.receiver.as_mut().filter(|receiver| !receiver.is_over()) {
            Some(receiver) => receiver.handle_message(message),
            None => match (self.ended[1].reply(ID, &message), message) {
                (Some(reply), _) => self.send(1, reply),
                (None, StreamMessage::Open(header)) => {
                    self.opened += 1;
                    self.receiver = Some(StreamReceiver::new(header));
                }
                (None, _) => {}
            },
        }
        true
    }

    fn settle(&mut self) {
        let steps = [Step::Sender, Step::Receiver, Step::Write(usize::MAX), Step::Read];
        while (self.connect(0) | self.connect(1)) || steps.iter().any(|step| self.step(step)) {}
    }
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pair of {} bytes", self.text.len())
    }
}

fn pair() -> impl Strategy<Value = Pair> {
    let times = prop_oneof![4 => 0_usize..9, 1 => 2_000_usize..4_000];
    ("(.|가|👍){0,40}", times).prop_map(|(part, times)| Pair::new(part.repeat(times).into_bytes(), true))
}

fn steps(most: usize) -> impl Strategy<Value = Vec<(Step, [bool; 2])>> {
    let step = prop_oneof![
        20 => Just(Step::Sender),
        20 => Just(Step::Receiver),
        9 => (1_usize..40).prop_map(Step::Write),
        9 => Just(Step::Write(usize::MAX)),
        9 => Just(Step::Read),
        2 => replaced().prop_map(Step::Replaced),
    ];
    vec((step, any::<[bool; 2]>()), 0..most)
}

fn run(pair: &mut Pair, steps: Vec<(Step, [bool; 2])>) {
    for (step, connects) in steps {
        pair.step(&step);
        for end in [0, 1].into_iter().filter(|end| connects[*end]) {
            pair.connect(end);
        }
    }
}

proptest! {
    #[test]
    fn however_often_a_connection_is_replaced_the_stream_arrives_whole(
        mut pair in pair(),
        before in steps(300),
        after in steps(60),
    ) {
        run(&mut pair, before);
        pair.settle();
        prop_assert_eq!(pair.written, pair.text.len());
        pair.step(&Step::Close);
        run(&mut pair, after);
        pair.settle();
        prop_assert_eq!(pair.sender.result(), Some(&Ok(())));
        prop_assert_eq!(&pair.received, &Some(Ok(())));
        prop_assert!(pair.read == pair.text);
        prop_assert_eq!(pair.opened, 1, "the application gets it once");
    }

    #[test]
    fn whatever_ends_it_ends_both(
        mut pair in pair(),
        before in steps(200),
        end in prop_oneof![Just(Step::Abort), Just(Step::Cancel)],
        after in steps(60),
    ) {
        run(&mut pair, before.into_iter().chain([(end, [false; 2])]).chain(after).collect());
        pair.settle();
        match (pair.sender.result(), &pair.received) {
            (Some(Err(StreamError::Cancelled { .. })), Some(Err(StreamError::Cancelled { .. }))) => {}
            // It was aborted before the receiver knew of it.
            (Some(Err(_)), None) => prop_assert_eq!(pair.opened, 0),
            // There was nothing to cancel.
            (None, None) => {}
            both => prop_assert!(false, "{both:?}"),
        }
        prop_assert!(pair.opened <= 1);
        prop_assert!(pair.text.starts_with(&pair.read));
    }
}

proptest! {
    #[test]
    fn whatever_an_sfu_drops_the_stream_arrives_whole(
        mut pair in pair(),
        lost in vec(any::<bool>(), 0..60),
    ) {
        let mut lost = lost.into_iter();
        let (mut is_closed, mut ticks) = (false, 0);
        while ticks < 1_000 {
            let moves = [Step::Sender, Step::Receiver, Step::Write(usize::MAX), Step::Read];
            let moved = moves.iter().any(|step| {
                let before = pair.wires.to.each_ref().map(VecDeque::len);
                let moved = pair.step(step);
                for (to, before) in pair.wires.to.iter_mut().zip(before) {
                    if to.len() > before && lost.next() == Some(true) {
                        to.pop_back();
                    }
                }
                moved
            });
            if pair.sender.result().is_some() && !moved {
                break;
            }
            if !moved && pair.written == pair.text.len() && !std::mem::replace(&mut is_closed, true) {
                pair.step(&Step::Close);
            } else if !moved {
                ticks += 1;
                pair.sender.handle_tick();
                pair.send_all();
            }
        }
        prop_assert_eq!(pair.sender.result(), Some(&Ok(())));
        prop_assert_eq!(&pair.received, &Some(Ok(())));
        prop_assert!(pair.read == pair.text);
        prop_assert_eq!(pair.opened, 1);
    }
}

/// A stream of 1 MB that its reader has accepted, and of which the first window is under way.
fn window_under_way() -> Pair {
    let mut pair = Pair::new(vec![b'a'; 1_000_000], true);
    while pair.step(&Step::Receiver) || pair.step(&Step::Sender) {}
    while pair.step(&Step::Write(usize::MAX)) {}
    assert_eq!(pair.written as u64, WINDOW_BYTES);
    pair
}

/// The intervals of the next ticks, each before `between`.
fn intervals(pair: &mut Pair, between: impl Fn(&mut Pair)) -> Vec<u32> {
    let mut intervals = Vec::new();
    for _ in 0..40 {
        between(pair);
        intervals.extend(pair.sender.tick_ms());
        pair.sender.handle_tick();
        pair.send_all();
    }
    intervals.dedup();
    intervals
}

#[test]
fn a_first_window_that_is_lost_is_sent_again() {
    let mut pair = window_under_way();
    pair.wires.to[1].clear();
    let mut waited_ms = 0;
    while pair.wires.to[1].is_empty() {
        waited_ms += pair.sender.tick_ms().unwrap();
        pair.sender.handle_tick();
        pair.send_all();
    }
    assert_eq!(waited_ms, 4_000);
    pair.settle();
    pair.step(&Step::Close);
    pair.settle();
    assert_eq!((pair.sender.result(), &pair.received), (Some(&Ok(())), &Some(Ok(()))));
    assert!(pair.read == pair.text);
}

#[test]
fn a_reader_that_does_not_read_is_asked_once() {
    let mut pair = window_under_way();
    let carried =
        intervals(&mut pair, |pair| while pair.step(&Step::Sender) || pair.step(&Step::Receiver) {});
    assert_eq!(carried, [2_000]);
    assert_eq!(pair.wires.to[1].len(), 0);
    assert_eq!(pair.sender.attempts(), 1);
}

#[test]
fn a_reader_that_does_not_answer_is_asked_less_and_less() {
    let mut pair = window_under_way();
    let lost = intervals(&mut pair, |pair| pair.wires.to[1].clear());
    assert_eq!(lost, [2_000, 4_000, 8_000, 16_000, 32_000]);
}

/// Sends a part of a text.
fn begun(resumes: bool) -> Pair {
    let mut pair = Pair::new("가".repeat(200_000).into_bytes(), resumes);
    while pair.read.len() < 200_000 {
        let steps = [Step::Sender, Step::Receiver, Step::Write(usize::MAX), Step::Read];
        assert!(steps.iter().any(|step| pair.step(step)));
    }
    pair
}

fn is_interrupted(outcome: Option<&Outcome>) -> bool {
    matches!(outcome, Some(Err(StreamError::Interrupted { .. })))
}

#[test]
fn only_what_is_missing_is_sent_again() {
    let mut pair = begun(true);
    while pair.step(&Step::Sender) || pair.step(&Step::Write(usize::MAX)) {}
    while pair.wires.to[1].len() > 3 {
        pair.step(&Step::Receiver);
    }
    pair.step(&Step::Replaced(Replaced::Both));
    pair.connect(0);
    pair.connect(1);
    while pair.step(&Step::Receiver) || pair.step(&Step::Sender) {}
    let mut again = 0;
    while pair.sender.is_behind() {
        pair.step(&Step::Write(usize::MAX));
        again += 1;
    }
    assert_eq!(again, 3);
}

#[test]
fn an_end_that_cannot_continue_interrupts_both() {
    let mut pair = begun(false);
    pair.step(&Step::Replaced(Replaced::Both));
    pair.settle();
    assert!(is_interrupted(pair.sender.result()) && is_interrupted(pair.received.as_ref()));

    // An older receiver grants credit instead of accepting.
    let mut sender = StreamSender::new(StreamHeader { resumes: true, ..StreamHeader::default() });
    sender.handle_message(StreamMessage::Credit { offset: 10 });
    assert_eq!(sender.write(b"some"), 4);
    sender.handle_suspended();
    assert!(is_interrupted(sender.result()));
}

#[test]
fn a_far_end_that_does_not_know_the_stream_ends_it() {
    for forgets in [0, 1] {
        let mut pair = begun(true);
        match forgets {
            0 => pair.sender.handle_disconnect(),
            _ => pair.receiver.as_mut().unwrap().handle_disconnect(),
        }
        pair.step(&Step::Replaced(Replaced::Both));
        pair.settle();
        assert!(is_interrupted(pair.sender.result()) && is_interrupted(pair.received.as_ref()), "{forgets}");
    }
}

#[test]
fn a_receiver_that_lies_about_what_it_has_ends_it() {
    for received in [0, WINDOW_BYTES + 2] {
        let mut sender = StreamSender::new(StreamHeader { resumes: true, ..StreamHeader::default() });
        sender.handle_message(StreamMessage::Accept { attempt: 0, received: 0, credit: WINDOW_BYTES });
        assert_eq!(sender.write(b"a"), 1);
        sender.handle_message(StreamMessage::Credit { offset: WINDOW_BYTES + 1 });
        sender.handle_renewed();
        sender.handle_message(StreamMessage::Accept { attempt: 1, received, credit: u64::MAX });
        assert!(is_interrupted(sender.result()), "{received}");
        assert_eq!(std::iter::from_fn(|| sender.poll_output()).last(), Some(StreamMessage::Lost));
    }
}

#[test]
fn what_is_kept_is_no_more_than_the_window_whatever_is_granted() {
    let mut sender = StreamSender::new(StreamHeader { resumes: true, ..StreamHeader::default() });
    sender.handle_message(StreamMessage::Accept { attempt: 0, received: 0, credit: u64::MAX });
    for _ in 0..100 {
        assert_eq!(sender.write(&[0; CHUNK_BYTES]), CHUNK_BYTES);
        sender.handle_message(StreamMessage::Credit { offset: u64::MAX });
        assert!(sender.kept_bytes() as u64 <= WINDOW_BYTES);
    }
}
