#![allow(clippy::unwrap_used, clippy::panic, reason = "tests; clippy does not see it behind `all`")]

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const ID: TransferId = TransferId([7; 16]);

type Outcome = Result<(), FileTransferError>;

/// Two ends and the channel between them. Every frame is encoded and decoded.
struct Pair {
    file: Vec<u8>,
    sender: FileSender,
    receiver: FileReceiver,
    to_receiver: VecDeque<Vec<u8>>,
    to_sender: VecDeque<Vec<u8>>,
    connected: bool,
    on_disk: Vec<u8>,
    closed: bool,
    sent: Option<Outcome>,
    received: Option<Outcome>,
    /// Number of chunk bytes sent over the channel.
    carried: usize,
}

impl Pair {
    fn new(file: Vec<u8>, chunk: usize) -> Self {
        let offer = FileOffer { name: "a.bin".into(), size: file.len() as u64, ..FileOffer::default() };
        let mut receiver = FileReceiver::new(offer.clone());
        receiver.accept();
        Self {
            sender: FileSender::new(offer, chunk),
            file,
            receiver,
            to_receiver: VecDeque::new(),
            to_sender: VecDeque::new(),
            connected: true,
            on_disk: Vec::new(),
            closed: false,
            sent: None,
            received: None,
            carried: 0,
        }
    }

    /// Performs the sender's next output, or delivers to it. Returns `false` if there was nothing to do.
    fn step_sender(&mut self) -> bool {
        match self.sender.poll_output() {
            Some(Output::Send(message)) => {
                if let TransferMessage::Chunk { bytes, .. } = &message {
                    self.carried += bytes.len();
                }
                if self.connected {
                    self.to_receiver.push_back(TransferFrame { id: ID, message }.encode());
                }
            }
            Some(Output::Read { offset, length }) => {
                let start = offset as usize;
                self.sender.handle_read(self.file[start..start + length].to_vec());
            }
            Some(Output::Finished(outcome)) => {
                assert_eq!(self.sent.replace(outcome), None, "it is over once");
            }
            Some(Output::Progress(bytes)) => assert!(bytes <= self.file.len() as u64),
            Some(other) => panic!("{other:?} of a sender"),
            None => match self.to_sender.pop_front() {
                Some(frame) => {
                    let frame = TransferFrame::decode(&frame).unwrap();
                    self.sender.handle_message(frame.message);
                }
                None => return false,
            },
        }
        true
    }

    fn step_receiver(&mut self) -> bool {
        match self.receiver.poll_output() {
            Some(Output::Send(message)) => {
                if self.connected {
                    self.to_sender.push_back(TransferFrame { id: ID, message }.encode());
                }
            }
            Some(Output::Write(bytes)) => {
                assert!(!self.closed, "nothing is written to a closed file");
                self.on_disk.extend(&bytes);
                self.receiver.handle_written(bytes.len());
            }
            Some(Output::Close) => {
                assert!(!self.closed);
                self.closed = true;
                self.receiver.handle_closed();
            }
            Some(Output::Finished(outcome)) => {
                assert_eq!(self.received.replace(outcome), None, "it is over once");
            }
            Some(Output::Progress(_)) => {}
            Some(other) => panic!("{other:?} of a receiver"),
            None => match self.to_receiver.pop_front() {
                Some(frame) => match TransferFrame::decode(&frame).unwrap().message {
                    // The platform passes offers to the application, or to `resume`.
                    TransferMessage::Offer(offer) => {
                        if self.receiver.resume(&offer) {
                            self.received = None;
                        }
                    }
                    message => self.receiver.handle_message(message),
                },
                None => return false,
            },
        }
        true
    }

    fn settle(&mut self) {
        while self.step_sender() | self.step_receiver() {}
    }

    /// Frames in flight are lost.
    fn cut(&mut self) {
        self.connected = false;
        self.to_receiver.clear();
        self.to_sender.clear();
        self.sender.handle_disconnect();
        self.receiver.handle_disconnect();
    }

    fn reconnect(&mut self) {
        self.connected = true;
        self.sent = None;
        if !self.sender.resume() {
            panic!("the sender was not interrupted");
        }
    }

    fn interrupted(outcome: &Option<Outcome>) -> bool {
        matches!(outcome, Some(Err(FileTransferError::Interrupted { .. })))
    }
}

fn pair() -> impl Strategy<Value = Pair> {
    (vec(any::<u8>(), 0..3000), 1_usize..400).prop_map(|(file, chunk)| Pair::new(file, chunk))
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pair of {} bytes", self.file.len())
    }
}

proptest! {
    #[test]
    fn however_often_the_channel_breaks_the_file_arrives_whole(
        mut pair in pair(),
        cuts in vec(vec(any::<bool>(), 0..200), 0..6),
    ) {
        for steps in cuts {
            for sender in steps {
                if sender { pair.step_sender() } else { pair.step_receiver() };
            }
            pair.cut();
            pair.settle();
            match &pair.sent {
                Some(Ok(())) => {
                    prop_assert_eq!(&pair.received, &Some(Ok(())), "a sender that completed is right");
                    prop_assert_eq!(&pair.on_disk, &pair.file);
                    return Ok(());
                }
                outcome => prop_assert!(Pair::interrupted(outcome), "{outcome:?}"),
            }
            match &pair.received {
                Some(Ok(())) => prop_assert_eq!(&pair.on_disk, &pair.file, "complete means identical"),
                outcome => prop_assert!(Pair::interrupted(outcome), "{outcome:?}"),
            }
            prop_assert!(pair.file.starts_with(&pair.on_disk));
            pair.reconnect();
        }
        pair.settle();
        prop_assert_eq!(pair.sent, Some(Ok(())));
        prop_assert_eq!(pair.received, Some(Ok(())));
        prop_assert!(pair.closed);
        prop_assert_eq!(pair.on_disk, pair.file);
    }

    #[test]
    fn cancelling_at_any_moment_ends_both(
        mut pair in pair(),
        steps in vec(any::<bool>(), 0..300),
        by_sender: bool,
    ) {
        for sender in steps {
            if sender { pair.step_sender() } else { pair.step_receiver() };
        }
        if by_sender { pair.sender.cancel("enough") } else { pair.receiver.cancel("enough") }
        pair.settle();
        match (&pair.sent, &pair.received) {
            (Some(Ok(())), Some(Ok(()))) => prop_assert_eq!(&pair.on_disk, &pair.file, "it came too late"),
            (Some(Err(FileTransferError::Cancelled { by_remote: a, .. })),
             Some(Err(FileTransferError::Cancelled { by_remote: b, .. }))) => {
                prop_assert_eq!((*a, *b), (!by_sender, by_sender));
            }
            both => prop_assert!(false, "{both:?}"),
        }
    }

    #[test]
    fn whatever_the_far_end_says_a_machine_goes_on_and_ends_once(
        file in vec(any::<u8>(), 0..100),
        frames in vec((0..13_u8, vec(any::<u8>(), 0..50)), 0..60),
    ) {
        let mut pair = Pair::new(file, 10);
        for (kind, body) in frames {
            let mut frame = vec![3, kind];
            frame.extend(ID.0);
            frame.extend(match kind { 1 | 3 | 4 => &[0; 7][..], _ => &[] });
            frame.extend(body);
            let Some(frame) = TransferFrame::decode(&frame) else { continue };
            pair.receiver.handle_message(frame.message.clone());
            pair.sender.handle_message(frame.message);
            while pair.sender.poll_output().is_some_and(|output| {
                if let Output::Read { length, .. } = output { pair.sender.handle_read(vec![0; length]); }
                true
            }) {}
            while pair.receiver.poll_output().is_some_and(|output| {
                if let Output::Write(bytes) = output { pair.receiver.handle_written(bytes.len()); }
                true
            }) {}
        }
    }

    #[test]
    fn no_bytes_panic(frame in vec(any::<u8>(), 0..100)) {
        let _ = TransferFrame::decode(&frame);
        let _ = TransferFrame::decode(&[&[3, 0][..], &[0; 16], &frame].concat());
    }

    #[test]
    fn names_of_the_far_end_are_harmless(name in ".*") {
        let offer = FileOffer { name, ..FileOffer::default() };
        let frame = TransferFrame { id: ID, message: TransferMessage::Offer(offer) }.encode();
        let TransferMessage::Offer(offer) = TransferFrame::decode(&frame).unwrap().message else { panic!() };
        prop_assert!(!offer.name.is_empty() && offer.name.len() <= 255);
        prop_assert!(!offer.name.contains(['/', '\\', '\0']) && offer.name != "..");
    }
}

#[test]
fn a_name_arrives_cleaned_and_with_its_extension() {
    for (name, arrives) in [
        ("x".repeat(1000) + ".txt", "x".repeat(251) + ".txt"),
        ("3/8/22 in Honolulu.mp4".to_owned(), "3_8_22 in Honolulu.mp4".to_owned()),
        (String::new(), "file".to_owned()),
    ] {
        let offer = FileOffer { name, ..FileOffer::default() };
        let frame = TransferFrame { id: ID, message: TransferMessage::Offer(offer) }.encode();
        let TransferMessage::Offer(offer) = TransferFrame::decode(&frame).unwrap().message else { panic!() };
        assert_eq!(offer.name, arrives);
    }
}

#[test]
fn a_resumed_file_is_not_sent_twice() {
    let mut pair = Pair::new((0..100_000_u32).flat_map(u32::to_le_bytes).collect(), CHUNK_BYTES);
    while pair.on_disk.len() < 200_000 {
        assert!(pair.step_sender() | pair.step_receiver());
    }
    pair.cut();
    pair.settle();
    let before = pair.on_disk.len();
    pair.carried = 0;
    pair.reconnect();
    pair.settle();
    assert_eq!(pair.carried, pair.file.len() - before);
    assert_eq!((&pair.sent, &pair.received), (&Some(Ok(())), &Some(Ok(()))));
}

#[test]
fn a_new_sender_can_finish_the_transfer_of_one_that_is_gone() {
    let mut pair = Pair::new(vec![5; 3000], 100);
    while pair.on_disk.len() < 1000 {
        pair.step_sender();
        pair.step_receiver();
    }
    pair.cut();
    pair.settle();
    pair.sender = FileSender::new(pair.sender.offer().clone(), 100);
    (pair.connected, pair.sent) = (true, None);
    pair.settle();
    assert_eq!((&pair.sent, &pair.received), (&Some(Ok(())), &Some(Ok(()))));
    assert_eq!(pair.on_disk, pair.file);
}

#[test]
fn a_part_that_is_lost_interrupts_both_ends_and_can_be_sent_again() {
    for lost in 1..=10 {
        let mut pair = Pair::new((0..1000).map(|byte| byte as u8).collect(), 100);
        pair.step_receiver();
        while pair.step_sender() {}
        assert_eq!(pair.to_receiver.len(), 12, "the offer, ten chunks and the end");
        pair.to_receiver.remove(lost);
        pair.settle();
        assert!(Pair::interrupted(&pair.sent), "{lost}: {:?}", pair.sent);
        assert!(Pair::interrupted(&pair.received), "{lost}: {:?}", pair.received);
        pair.reconnect();
        pair.settle();
        assert_eq!((&pair.sent, &pair.received), (&Some(Ok(())), &Some(Ok(()))), "{lost}");
        assert_eq!(pair.on_disk, pair.file, "{lost}");
    }
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_noticed() {
    let mut pair = Pair::new(vec![1; 1000], 100);
    while pair.on_disk.len() < 500 {
        pair.step_sender();
        pair.step_receiver();
    }
    pair.cut();
    pair.settle();
    // The receiver's partial file is damaged, or of another file.
    let Pair { receiver, file, .. } = &mut pair;
    *receiver = FileReceiver::new(receiver.offer().clone());
    receiver.accept();
    let _ = receiver.poll_output();
    receiver.handle_message(TransferMessage::Chunk { offset: 0, bytes: vec![2; 500] });
    while let Some(output) = receiver.poll_output() {
        if let Output::Write(bytes) = output {
            receiver.handle_written(bytes.len());
        }
    }
    receiver.handle_disconnect();
    while receiver.poll_output().is_some() {}
    assert_eq!(file.len(), 1000);
    pair.reconnect();
    pair.settle();
    assert_eq!(pair.sent, Some(Err(FileTransferError::Corrupt)));
    assert_eq!(pair.received, Some(Err(FileTransferError::Corrupt)));
    assert!(!pair.closed, "a damaged file is never finished");
}

#[test]
fn the_sender_is_never_further_ahead_than_the_window() {
    for (asked, window) in [(u64::MAX, WINDOW_BYTES), (2 * ACKNOWLEDGE_BYTES, 2 * ACKNOWLEDGE_BYTES)] {
        let size = 3 * WINDOW_BYTES;
        let offer = FileOffer { size, ..FileOffer::default() };
        let mut sender = FileSender::new(offer, CHUNK_BYTES).with_window(asked);
        sender.handle_message(TransferMessage::Accept { offset: 0, attempt: None });
        let mut sent = 0;
        while let Some(output) = sender.poll_output() {
            match output {
                Output::Read { length, .. } => sender.handle_read(vec![0; length]),
                Output::Send(TransferMessage::Chunk { bytes, .. }) => sent += bytes.len() as u64,
                _ => {}
            }
        }
        assert!((window..window + CHUNK_BYTES as u64).contains(&sent), "{sent} of {window}");
    }
}

#[test]
fn the_smallest_window_is_large_enough_to_go_on() {
    let mut pair = Pair::new(vec![7; 5 * ACKNOWLEDGE_BYTES as usize + 1], CHUNK_BYTES);
    pair.sender = pair.sender.with_window(1);
    pair.settle();
    assert_eq!((pair.sent, pair.received), (Some(Ok(())), Some(Ok(()))));
    assert_eq!(pair.on_disk.len(), pair.file.len());
}
