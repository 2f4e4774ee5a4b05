#![allow(clippy::unwrap_used, clippy::panic, reason = "tests; clippy does not see it behind `all`")]
//! Transfers whose connection is replaced: directly at both ends, or behind a server at one of them.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::engine::wires::{Replaced, Wires, replaced};

const ID: TransferId = TransferId([7; 16]);

type Outcome = Result<(), FileTransferError>;

/// A moment in the life of the two ends.
#[derive(Clone, Debug)]
enum Step {
    Sender,
    Receiver,
    /// The application accepts the file.
    Accept,
    Reject,
    CancelSender,
    CancelReceiver,
    Replaced(Replaced),
}

/// Both ends, as `platform/file` drives them.
struct Pair {
    file: Vec<u8>,
    sender: FileSender,
    receiver: Option<FileReceiver>,
    offer: Option<FileOffer>,
    ended: [EndedTransfers; 2],
    wires: Wires,
    on_disk: Vec<u8>,
    sent: Option<Outcome>,
    received: Option<Outcome>,
    /// How often the application was asked.
    asked: u32,
}

impl Pair {
    fn new(file: Vec<u8>, chunk: usize, resumes: bool) -> Self {
        let offer = FileOffer { name: "a".into(), size: file.len() as u64, resumes, ..FileOffer::default() };
        Self {
            sender: FileSender::new(offer, chunk),
            file,
            receiver: None,
            offer: None,
            ended: Default::default(),
            wires: Wires::default(),
            on_disk: Vec::new(),
            sent: None,
            received: None,
            asked: 0,
        }
    }

    fn send(&mut self, from: usize, message: TransferMessage) {
        self.ended[from].sent(ID, &message);
        self.wires.send(from, TransferFrame { id: ID, message }.encode());
    }

    fn step(&mut self, step: &Step) -> bool {
        match step {
            Step::Sender => return self.step_sender(),
            Step::Receiver => return self.step_receiver(),
            Step::Accept => return self.accept(),
            Step::Reject => {
                if self.offer.take().is_some() {
                    self.received = Some(Err(FileTransferError::Rejected { reason: "no".into() }));
                    self.send(1, TransferMessage::Reject { reason: "no".into() });
                }
            }
            Step::CancelSender => self.sender.cancel("enough"),
            Step::CancelReceiver => self.receiver.iter_mut().for_each(|receiver| receiver.cancel("enough")),
            Step::Replaced(replaced) => {
                for end in self.wires.replace(*replaced) {
                    self.suspend(end);
                }
            }
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

    fn renew(&mut self, end: usize) {
        match (end, &mut self.receiver) {
            (0, _) => self.sender.handle_renewed(),
            (_, Some(receiver)) => receiver.handle_renewed(),
            (_, None) => {}
        }
    }

    /// The next connection is there.
    fn connect(&mut self, end: usize) -> bool {
        let is_renewed = self.wires.connect(end);
        if is_renewed {
            self.renew(end);
        }
        is_renewed
    }

    fn accept(&mut self) -> bool {
        let Some(offer) = self.offer.take() else { return false };
        let mut receiver = FileReceiver::new(offer);
        receiver.accept();
        self.receiver = Some(receiver);
        true
    }

    fn step_sender(&mut self) -> bool {
        if self.sent.is_none() {
            match self.sender.poll_output() {
                Some(Output::Send(message)) => self.send(0, message),
                Some(Output::Read { offset, length }) => {
                    let start = offset as usize;
                    self.sender.handle_read(self.file[start..start + length].to_vec());
                }
                Some(Output::Finished(outcome)) => self.sent = Some(outcome),
                Some(_) => {}
                None => match self.wires.take(0) {
                    Some(frame) => self.sender.handle_message(TransferFrame::decode(&frame).unwrap().message),
                    None => return false,
                },
            }
            return true;
        }
        let Some(frame) = self.wires.take(0) else { return false };
        let reply = self.ended[0].reply(ID, &TransferFrame::decode(&frame).unwrap().message);
        reply.into_iter().for_each(|reply| self.send(0, reply));
        true
    }

    fn step_receiver(&mut self) -> bool {
        let running = self.receiver.as_mut().filter(|_| self.received.is_none());
        match running.and_then(FileReceiver::poll_output) {
            Some(Output::Send(message)) => self.send(1, message),
            Some(Output::Write(bytes)) => {
                self.on_disk.extend(&bytes);
                self.receiver.as_mut().unwrap().handle_written(bytes.len());
            }
            Some(Output::Close) => self.receiver.as_mut().unwrap().handle_closed(),
            Some(Output::Finished(outcome)) => self.received = Some(outcome),
            Some(_) => {}
            None => match self.wires.take(1) {
                Some(frame) => self.deliver(TransferFrame::decode(&frame).unwrap().message),
                None => return false,
            },
        }
        true
    }

    fn deliver(&mut self, message: TransferMessage) {
        let running = self.receiver.as_mut().filter(|_| self.received.is_none());
        match (running, message) {
            (Some(receiver), TransferMessage::Offer(offer)) => {
                if !receiver.resume(&offer) {
                    receiver.cancel("it differs");
                }
            }
            (Some(receiver), message) => receiver.handle_message(message),
            (None, TransferMessage::Cancel { .. }) => {
                if self.offer.take().is_some() {
                    let error = FileTransferError::Cancelled { by_remote: true, reason: String::new() };
                    self.received = Some(Err(error));
                }
            }
            (None, message) => {
                let reply = self.ended[1].reply(ID, &message);
                match (reply, message) {
                    (Some(reply), _) => self.send(1, reply),
                    (None, TransferMessage::Offer(offer)) if self.offer.is_none() => {
                        self.asked += 1;
                        self.offer = Some(offer);
                    }
                    (None, _) => {}
                }
            }
        }
    }

    fn settle(&mut self) {
        loop {
            let connected = self.connect(0) | self.connect(1);
            let moved = self.step_sender() | self.step_receiver();
            if !connected && !moved && !self.accept() {
                return;
            }
        }
    }
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pair of {} bytes", self.file.len())
    }
}

fn pair() -> impl Strategy<Value = Pair> {
    (vec(any::<u8>(), 0..3000), 1_usize..400).prop_map(|(file, chunk)| Pair::new(file, chunk, true))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => Just(Step::Sender),
        20 => Just(Step::Receiver),
        3 => Just(Step::Accept),
        1 => replaced().prop_map(Step::Replaced),
    ]
}

proptest! {
    #[test]
    fn however_often_a_connection_is_replaced_the_file_arrives_whole(
        mut pair in pair(),
        steps in vec((step(), any::<[bool; 2]>()), 0..400),
    ) {
        for (step, connects) in steps {
            pair.step(&step);
            for end in [0, 1].into_iter().filter(|end| connects[*end]) {
                pair.connect(end);
            }
        }
        pair.settle();
        prop_assert_eq!(&pair.sent, &Some(Ok(())));
        prop_assert_eq!(&pair.received, &Some(Ok(())));
        prop_assert_eq!(&pair.on_disk, &pair.file);
        prop_assert_eq!(pair.asked, 1, "an offer is an offer once");
    }

    #[test]
    fn whatever_ends_it_ends_both(
        mut pair in pair(),
        before in vec((step(), any::<[bool; 2]>()), 0..200),
        end in prop_oneof![Just(Step::Reject), Just(Step::CancelSender), Just(Step::CancelReceiver)],
        after in vec((step(), any::<[bool; 2]>()), 0..60),
    ) {
        for (step, connects) in before.into_iter().chain([(end, [false; 2])]).chain(after) {
            pair.step(&step);
            for end in [0, 1].into_iter().filter(|end| connects[*end]) {
                pair.connect(end);
            }
        }
        pair.settle();
        match (&pair.sent, &pair.received) {
            (Some(Ok(())), Some(Ok(()))) => prop_assert_eq!(&pair.on_disk, &pair.file),
            (Some(Err(_)), Some(Err(_))) => {}
            // It was withdrawn before the receiver knew of it.
            (Some(Err(_)), None) => prop_assert_eq!(pair.asked, 0),
            both => prop_assert!(false, "{both:?}"),
        }
        prop_assert!(pair.asked <= 1);
    }
}

/// Sends a part of a file.
fn begun(resumes: bool) -> Pair {
    let mut pair = Pair::new((0..100_000_u32).flat_map(u32::to_le_bytes).collect(), CHUNK_BYTES, resumes);
    while pair.on_disk.len() < 200_000 {
        assert!(pair.step_sender() | pair.step_receiver() | pair.accept());
    }
    pair
}

fn is_interrupted(outcome: &Option<Outcome>) -> bool {
    matches!(outcome, Some(Err(FileTransferError::Interrupted { .. })))
}

#[test]
fn only_what_is_missing_is_sent_again() {
    let mut pair = begun(true);
    pair.step(&Step::Replaced(Replaced::Both));
    while pair.step_sender() | pair.step_receiver() {}
    let missing = pair.file.len() - pair.on_disk.len();
    pair.connect(0);
    pair.connect(1);
    let mut carried = 0;
    while pair.step_sender() | pair.step_receiver() {
        let Some(frame) = pair.wires.to[1].back() else { continue };
        if let TransferMessage::Chunk { bytes, .. } = TransferFrame::decode(frame).unwrap().message {
            carried += bytes.len();
            pair.step_receiver();
        }
    }
    assert_eq!((&pair.sent, &pair.received), (&Some(Ok(())), &Some(Ok(()))));
    assert!(carried <= missing, "{carried} of {missing}");
}

#[test]
fn an_end_that_cannot_continue_interrupts_both() {
    let mut pair = begun(false);
    pair.step(&Step::Replaced(Replaced::Both));
    while pair.step_receiver() {}
    assert!(is_interrupted(&pair.received), "{:?}", pair.received);

    let mut sender = FileSender::new(FileOffer { size: 9, resumes: true, ..FileOffer::default() }, 1);
    sender.handle_message(TransferMessage::Accept { offset: 0, attempt: None });
    sender.handle_suspended();
    let outputs: Vec<_> = std::iter::from_fn(|| sender.poll_output()).collect();
    let interrupted = FileTransferError::Interrupted { transferred: 0, size: 9 };
    assert_eq!(outputs, [Output::Finished(Err(interrupted))]);
}

#[test]
fn a_far_end_that_does_not_know_the_transfer_ends_it() {
    for forgets in [0, 1] {
        let mut pair = begun(true);
        match forgets {
            0 => pair.sent = Some(Ok(())),
            _ => pair.received = Some(Ok(())),
        }
        pair.step(&Step::Replaced(Replaced::Both));
        pair.settle();
        let known = if forgets == 0 { &pair.received } else { &pair.sent };
        assert!(is_interrupted(known), "{known:?}");
    }
}

#[test]
fn a_file_that_was_declined_is_not_offered_again() {
    let mut pair = Pair::new(vec![1; 10], 3, true);
    while pair.step_sender() | pair.step_receiver() {}
    pair.step(&Step::Reject);
    pair.step(&Step::Replaced(Replaced::Both));
    pair.settle();
    assert_eq!(pair.sent, Some(Err(FileTransferError::Rejected { reason: "no".into() })));
    assert_eq!(pair.asked, 1);
}

#[test]
fn strangers_cannot_fill_the_memory() {
    let mut ended = EndedTransfers::default();
    let id = |number: u32| TransferId([number.to_be_bytes(); 4].concat().try_into().unwrap());
    for number in 0..1000 {
        ended.sent(id(number), &TransferMessage::Confirmed);
    }
    let reply = |number| ended.reply(id(number), &TransferMessage::Verified);
    assert_eq!(reply(999), Some(TransferMessage::Confirmed));
    assert!(matches!(reply(0), Some(TransferMessage::Cancel { cause: CancelCause::Lost, .. })));
}
