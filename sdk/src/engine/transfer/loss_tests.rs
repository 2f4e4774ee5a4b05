#![allow(clippy::unwrap_used, reason = "tests; clippy does not see it behind `all`")]
//! Transfers through an SFU that is out of room, and drops what it was sent last.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// One file, its two ends, and what is in flight to its sender.
struct File {
    content: Vec<u8>,
    sender: FileSender,
    receiver: FileReceiver,
    to_sender: VecDeque<TransferMessage>,
    on_disk: Vec<u8>,
    sent: Option<Result<(), FileTransferError>>,
}

impl File {
    fn new(number: usize, size: usize) -> Self {
        let content: Vec<_> = (0..size).map(|at| (at / 7 + at % 251 + number) as u8).collect();
        let offer = FileOffer { size: size as u64, resumes: true, ..FileOffer::default() };
        let mut receiver = FileReceiver::new(offer.clone());
        receiver.accept();
        let sender = FileSender::new(offer, CHUNK_BYTES).with_window(2 * ACKNOWLEDGE_BYTES);
        Self { content, sender, receiver, to_sender: VecDeque::new(), on_disk: Vec::new(), sent: None }
    }

    /// What its sender sends next.
    fn next_sent(&mut self) -> Option<TransferMessage> {
        while self.sent.is_none() {
            match self.sender.poll_output() {
                Some(Output::Send(message)) => return Some(message),
                Some(Output::Read { offset, length }) => {
                    let start = offset as usize;
                    self.sender.handle_read(self.content[start..start + length].to_vec());
                }
                Some(Output::Finished(result)) => self.sent = Some(result),
                Some(_) => {}
                None => self.sender.handle_message(self.to_sender.pop_front()?),
            }
        }
        None
    }

    fn deliver(&mut self, message: TransferMessage, is_lost: &mut impl FnMut(&TransferMessage) -> bool) {
        if !matches!(message, TransferMessage::Offer(_)) {
            self.receiver.handle_message(message);
        }
        while let Some(output) = self.receiver.poll_output() {
            match output {
                Output::Send(accept @ TransferMessage::Accept { attempt: Some(0), .. }) => {
                    self.to_sender.push_back(accept);
                }
                Output::Send(message) if !is_lost(&message) => self.to_sender.push_back(message),
                Output::Write(bytes) => {
                    self.on_disk.extend(&bytes);
                    self.receiver.handle_written(bytes.len());
                }
                Output::Close => self.receiver.handle_closed(),
                _ => {}
            }
        }
    }
}

/// The queue of one receiver in an SFU: parts that do not fit are dropped, and of the rest so many as the test wants.
struct Queue<F> {
    frames: VecDeque<(usize, TransferMessage)>,
    bytes: usize,
    capacity: usize,
    dropped: usize,
    is_lost: F,
}

fn part_bytes(message: &TransferMessage) -> usize {
    match message {
        TransferMessage::Chunk { bytes, .. } => bytes.len(),
        _ => 0,
    }
}

impl<F: FnMut(&TransferMessage) -> bool> Queue<F> {
    fn push(&mut self, file: usize, message: TransferMessage) {
        let bytes = part_bytes(&message);
        let is_first = matches!(message, TransferMessage::Offer(_));
        if self.bytes + bytes > self.capacity || !is_first && (self.is_lost)(&message) {
            self.dropped += 1;
            return;
        }
        self.bytes += bytes;
        self.frames.push_back((file, message));
    }

    fn pop(&mut self) -> Option<(usize, TransferMessage)> {
        let next = self.frames.pop_front()?;
        self.bytes -= part_bytes(&next.1);
        Some(next)
    }
}

/// Sends the files at once. Returns how much was dropped, and the milliseconds without a message.
fn send_all(
    files: &mut [File],
    capacity: usize,
    is_lost: impl FnMut(&TransferMessage) -> bool,
) -> (usize, u32) {
    let mut queue = Queue { frames: VecDeque::new(), bytes: 0, capacity, dropped: 0, is_lost };
    let mut silence_ms = 0;
    loop {
        // The senders are faster than the receiver.
        for _ in 0..4 {
            for (number, file) in files.iter_mut().enumerate() {
                if let Some(message) = file.next_sent() {
                    queue.push(number, message);
                }
            }
        }
        if let Some((number, message)) = queue.pop() {
            files[number].deliver(message, &mut queue.is_lost);
        } else if let Some(ms) = files.iter().filter_map(|file| file.sender.tick_ms()).min() {
            silence_ms += ms;
            files.iter_mut().for_each(|file| file.sender.handle_tick());
        } else {
            return (queue.dropped, silence_ms);
        }
        assert!(silence_ms < 10_000_000, "they stall");
    }
}

fn assert_arrived(files: &[File]) {
    for (number, file) in files.iter().enumerate() {
        assert_eq!(file.sent, Some(Ok(())), "{number}");
        assert!(file.on_disk == file.content, "{number}");
    }
}

#[test]
fn files_of_many_senders_arrive_whole_though_an_sfu_drops_what_does_not_fit() {
    let mut files: Vec<_> = (0..8).map(|number| File::new(number, 2_000_000)).collect();
    let (dropped, silence_ms) = send_all(&mut files, 1_000_000, |_| false);
    assert!(dropped > 20, "{dropped}");
    assert!(silence_ms < 30_000, "gaps are reported: {silence_ms} ms");
    assert_arrived(&files);
}

#[test]
fn what_fits_is_neither_dropped_nor_asked_for() {
    let mut files: Vec<_> = (0..4).map(|number| File::new(number, 2_000_000)).collect();
    assert_eq!(send_all(&mut files, 3 * 1024 * 1024, |_| false), (0, 0));
    assert_arrived(&files);
}

#[test]
fn a_sender_of_a_lost_last_part_asks_where_the_receiver_stands() {
    let mut files = [File::new(0, 600_000)];
    let mut is_sent_again = false;
    let (dropped, silence_ms) = send_all(&mut files, usize::MAX, |message| match message {
        TransferMessage::Chunk { offset, .. } => *offset > 500_000 && !is_sent_again,
        TransferMessage::End { .. } => !is_sent_again,
        TransferMessage::Resume { .. } => std::mem::replace(&mut is_sent_again, true),
        _ => false,
    });
    assert!(dropped > 1, "{dropped}");
    assert_eq!(silence_ms, 4_000);
    assert_arrived(&files);
}

#[test]
fn a_receiver_that_writes_slowly_is_asked_and_its_progress_is_reported() {
    let offer = FileOffer { size: 10_000_000, resumes: true, ..FileOffer::default() };
    let window = 3 * ACKNOWLEDGE_BYTES;
    let mut sender = FileSender::new(offer, CHUNK_BYTES).with_window(window);
    sender.handle_message(TransferMessage::Accept { offset: 0, attempt: Some(0) });
    let outputs = |sender: &mut FileSender| {
        let mut outputs = Vec::new();
        while let Some(output) = sender.poll_output() {
            match output {
                Output::Read { length, .. } => sender.handle_read(vec![0; length]),
                other => outputs.push(other),
            }
        }
        outputs
    };
    outputs(&mut sender);
    sender.handle_tick();
    sender.handle_tick();
    assert_eq!(outputs(&mut sender), [Output::Send(TransferMessage::Resume { attempt: 1 })]);
    let before_ms = sender.tick_ms();
    for offset in [ACKNOWLEDGE_BYTES, 2 * ACKNOWLEDGE_BYTES] {
        sender.handle_message(TransferMessage::Acknowledge { offset });
        assert_eq!(outputs(&mut sender), [Output::Progress(offset)]);
    }
    assert!(sender.tick_ms() < before_ms, "there is no silence");
    sender.handle_message(TransferMessage::Accept { offset: window, attempt: Some(1) });
    assert!(outputs(&mut sender).contains(&Output::Progress(window)));
}

proptest! {
    #[test]
    fn whatever_is_lost_after_the_offer_files_arrive_whole(
        sizes in proptest::collection::vec(0_usize..400_000, 1..4),
        lost in proptest::collection::vec(any::<bool>(), 0..60),
    ) {
        let mut files: Vec<_> = sizes.iter().enumerate().map(|(number, size)| File::new(number, *size)).collect();
        let mut lost = lost.into_iter();
        send_all(&mut files, usize::MAX, |_| lost.next().unwrap_or_default());
        assert_arrived(&files);
    }
}
