//! Both ends of a stream, with the path between them.

use std::collections::VecDeque;
use std::task::Poll;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::error::StreamError;

const ID: StreamId = StreamId([7; 16]);

struct Pair {
    sender: StreamSender,
    receiver: Option<StreamReceiver>,
    /// Frames in flight, as bytes.
    to_receiver: VecDeque<Vec<u8>>,
    to_sender: VecDeque<Vec<u8>>,
    read: Vec<u8>,
    end: Option<Result<(), StreamError>>,
}

impl Pair {
    fn new(kind: StreamKind) -> Self {
        let header = StreamHeader { kind, topic: "log".into(), ..StreamHeader::default() };
        Self {
            sender: StreamSender::new(header),
            receiver: None,
            to_receiver: VecDeque::new(),
            to_sender: VecDeque::new(),
            read: Vec::new(),
            end: None,
        }
    }

    /// Moves sent frames into the path, and delivers those in it.
    fn carry(&mut self) {
        loop {
            while let Some(message) = self.sender.poll_output() {
                self.to_receiver.push_back(StreamFrame { id: ID, message }.encode());
            }
            let frame = self.to_receiver.pop_front();
            let message = frame.as_deref().map(|frame| StreamFrame::decode(frame).unwrap().message);
            let moved = message.is_some();
            match (message, &mut self.receiver) {
                (Some(StreamMessage::Open(header)), receiver) => {
                    *receiver = Some(StreamReceiver::new(header))
                }
                (Some(message), Some(receiver)) => receiver.handle_message(message),
                _ => {}
            }
            while let Some(message) = self.receiver.as_mut().and_then(StreamReceiver::poll_output) {
                self.to_sender.push_back(StreamFrame { id: ID, message }.encode());
            }
            let answer = self.to_sender.pop_front();
            if let Some(frame) = &answer {
                self.sender.handle_message(StreamFrame::decode(frame).unwrap().message);
            }
            if !moved && answer.is_none() {
                break;
            }
        }
    }

    fn read(&mut self) {
        match self.receiver.as_mut().unwrap().read() {
            Poll::Ready(Some(Ok(bytes))) => self.read.extend(bytes),
            Poll::Ready(Some(Err(error))) => self.end = Some(Err(error)),
            Poll::Ready(None) => self.end = Some(Ok(())),
            Poll::Pending => {}
        }
    }
}

#[test]
fn a_slow_reader_holds_the_writer() {
    let mut pair = Pair::new(StreamKind::Bytes);
    let bytes: Vec<u8> = (0..2_000_000_u32).map(|n| n as u8).collect();
    let mut written = 0;
    let mut most = 0;
    while pair.read.len() < bytes.len() {
        loop {
            pair.carry();
            match pair.sender.write(&bytes[written..]) {
                0 => break,
                length => written += length,
            }
        }
        most = most.max(written - pair.read.len());
        pair.read();
    }
    assert_eq!(most as u64, WINDOW_BYTES, "so much was under way, and never more");
    assert!(pair.read == bytes);
    pair.sender.close();
    pair.carry();
    pair.read();
    assert_eq!((pair.sender.result(), &pair.end), (Some(&Ok(())), &Some(Ok(()))));
}

#[test]
fn either_end_gives_up_with_a_reason() {
    let mut pair = Pair::new(StreamKind::Bytes);
    pair.carry();
    pair.sender.write(b"some");
    pair.sender.abort("enough");
    pair.carry();
    pair.read();
    assert_eq!(pair.read, b"some", "what has arrived is read first");
    pair.read();
    let by_remote = |reason: &str| StreamError::Cancelled { by_remote: true, reason: reason.into() };
    assert_eq!(pair.end, Some(Err(by_remote("enough"))));

    let mut pair = Pair::new(StreamKind::Bytes);
    pair.carry();
    pair.receiver.as_mut().unwrap().cancel("not mine");
    pair.carry();
    assert_eq!(pair.sender.result(), Some(&Err(by_remote("not mine"))));
    assert_eq!(pair.sender.write(b"more"), 0);
}

#[test]
fn a_lost_part_interrupts_both_ends() {
    let mut pair = Pair::new(StreamKind::Bytes);
    pair.carry();
    pair.sender.write(b"lost");
    assert!(pair.sender.poll_output().is_some());
    pair.sender.write(b"next");
    pair.carry();
    pair.read();
    assert_eq!(pair.end, Some(Err(StreamError::Interrupted { transferred: 0 })));
    assert_eq!(pair.sender.result(), Some(&Err(StreamError::Interrupted { transferred: 8 })));

    let mut pair = Pair::new(StreamKind::Bytes);
    pair.carry();
    pair.sender.write(b"last");
    assert!(pair.sender.poll_output().is_some());
    pair.sender.close();
    pair.carry();
    assert_eq!(pair.sender.result(), Some(&Err(StreamError::Interrupted { transferred: 4 })));
}

#[test]
fn who_sends_more_than_was_granted_or_other_than_text_is_stopped() {
    let mut receiver = StreamReceiver::new(StreamHeader::default());
    let bytes = vec![0; WINDOW_BYTES as usize + 1];
    receiver.handle_message(StreamMessage::Chunk { offset: 0, bytes });
    assert!(receiver.is_over() && matches!(receiver.read(), Poll::Ready(Some(Err(_)))));
    let header = StreamHeader { kind: StreamKind::Text, ..StreamHeader::default() };
    let mut receiver = StreamReceiver::new(header);
    receiver.handle_message(StreamMessage::Chunk { offset: 0, bytes: vec![0xe2, 0x82] });
    assert!(receiver.is_over());
}

#[test]
fn what_has_arrived_before_the_far_end_left_is_read_first() {
    let mut pair = Pair::new(StreamKind::Bytes);
    pair.carry();
    pair.sender.write(b"all");
    pair.carry();
    pair.receiver.as_mut().unwrap().handle_disconnect();
    let is_done = |pair: &Pair| pair.receiver.as_ref().unwrap().is_done();
    assert!(!is_done(&pair), "it holds bytes");
    pair.read();
    assert!(is_done(&pair));
    pair.read();
    assert_eq!(pair.read, b"all");
    assert_eq!(pair.end, Some(Err(StreamError::Interrupted { transferred: 3 })));
}

#[test]
fn a_header_that_is_too_long_is_refused() {
    let header = StreamHeader { topic: "x".repeat(10_000), ..StreamHeader::default() };
    assert!(header.check().is_err());
    let frame = StreamFrame { id: ID, message: StreamMessage::Open(header) }.encode();
    assert_eq!(StreamFrame::decode(&frame), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(frame in vec(any::<u8>(), 0..100)) {
        let _ = StreamFrame::decode(&frame);
        let _ = StreamFrame::decode(&[&[crate::engine::framing::STREAM, 0][..], &[0; 16], &frame].concat());
    }

    #[test]
    fn text_arrives_whole_and_in_whole_characters(part in "(.|가|👍){1,40}", times in 0_usize..4000) {
        let text = part.repeat(times);
        let mut pair = Pair::new(StreamKind::Text);
        pair.carry();
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            rest = &rest[pair.sender.write(rest)..];
            pair.carry();
            pair.read();
            prop_assert!(std::str::from_utf8(&pair.read).is_ok());
        }
        prop_assert!(pair.read == text.as_bytes());
    }

    #[test]
    fn frames_survive(topic in ".{0,50}", size: Option<u64>, attempt: u32, offset: u64, bytes: Vec<u8>, reason in ".{0,50}") {
        let header = StreamHeader { topic, size, ..StreamHeader::default() };
        for message in [
            StreamMessage::Open(header),
            StreamMessage::Chunk { offset, bytes },
            StreamMessage::End { size: offset },
            StreamMessage::Abort { reason: reason.clone() },
            StreamMessage::Credit { offset },
            StreamMessage::Received,
            StreamMessage::Cancel { reason },
            StreamMessage::Lost,
            StreamMessage::Resume { attempt },
            StreamMessage::Accept { attempt, received: offset, credit: offset },
        ] {
            let frame = StreamFrame { id: ID, message };
            prop_assert_eq!(StreamFrame::decode(&frame.clone().encode()), Some(frame));
        }
    }
}
