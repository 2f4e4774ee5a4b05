#![allow(clippy::unwrap_used, clippy::panic, reason = "tests; clippy does not see it behind `all`")]

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

impl Assembly for Vec<u8> {
    type Chunk = [u8];

    fn with_length(length: usize) -> Option<Self> {
        Some(vec![0; length])
    }

    fn write(&mut self, offset: usize, chunk: &[u8]) {
        self[offset..offset + chunk.len()].copy_from_slice(chunk);
    }
}

const MAX: usize = 4096;

/// The frames of a message as sent.
fn frames(kind: MessageKind, id: u32, message: &[u8], limit: usize) -> Vec<Vec<u8>> {
    Fragments::new(kind, id, message.len(), limit)
        .unwrap()
        .map(|header| [&header.to_bytes()[..], &message[header.range()]].concat())
        .collect()
}

fn receive(
    reassembler: &mut Reassembler<Vec<u8>>,
    frame: &[u8],
) -> Result<Option<(MessageKind, Vec<u8>)>, DataChannelError> {
    match FrameKind::read(frame) {
        Some(FrameKind::Fragment(header)) => {
            let chunk = &frame[HEADER_BYTES..];
            reassembler.insert(header, chunk, chunk.len())
        }
        _ => Err(DataChannelError::Malformed),
    }
}

fn kind() -> impl Strategy<Value = MessageKind> {
    prop_oneof![Just(MessageKind::Text), Just(MessageKind::Binary)]
}

proptest! {
    #[test]
    fn a_reliable_channel_delivers_every_message(
        messages in vec((kind(), vec(any::<u8>(), 1..MAX)), 1..20),
        limit in HEADER_BYTES + 1..5000,
    ) {
        let mut reassembler = Reassembler::new(MAX);
        for (id, (kind, message)) in messages.iter().enumerate() {
            let frames = frames(*kind, id as u32, message, limit);
            prop_assert!(frames.iter().all(|frame| frame.len() <= limit));
            let (last, first) = frames.split_last().unwrap();
            for frame in first {
                prop_assert_eq!(receive(&mut reassembler, frame), Ok(None));
            }
            prop_assert_eq!(receive(&mut reassembler, last), Ok(Some((*kind, message.clone()))));
        }
        prop_assert_eq!((reassembler.memory(), reassembler.incomplete()), (0, 0));
    }

    #[test]
    fn loss_reordering_and_repetition_leave_messages_whole_or_absent(
        messages in vec((kind(), vec(any::<u8>(), 1..MAX)), 1..20),
        limit in HEADER_BYTES + 30..2000,
        fates in vec((0..8_u8, any::<u16>()), 200),
    ) {
        let mut wire: Vec<(usize, Vec<u8>)> = Vec::new();
        let mut position = 0;
        for (id, (kind, message)) in messages.iter().enumerate() {
            for frame in frames(*kind, id as u32, message, limit) {
                let (fate, delay) = fates[position % fates.len()];
                position += 1;
                // One in eight is lost, one in eight is duplicated; the rest may be reordered by up to sixteen.
                let copies = match fate { 0 => 0, 1 => 2, _ => 1 };
                wire.extend((0..copies).map(|copy| (position + copy + usize::from(delay % 16), frame.clone())));
            }
        }
        wire.sort_by_key(|(at, _)| *at);
        let mut reassembler = Reassembler::new(MAX);
        for (_, frame) in wire {
            if let Some((kind, message)) = receive(&mut reassembler, &frame).unwrap() {
                prop_assert!(messages.contains(&(kind, message)), "a message that nobody sent");
            }
            prop_assert!(reassembler.memory() <= 2 * MAX + 1024);
        }
    }

    #[test]
    fn no_bytes_panic_and_memory_stays_bounded(wire in vec(vec(any::<u8>(), 0..40), 0..200)) {
        let mut reassembler = Reassembler::new(MAX);
        for mut frame in wire {
            // Most random frames are unrelated; make them collide.
            for (at, byte) in frame.iter_mut().enumerate().take(HEADER_BYTES) {
                *byte = match at { 0 => *byte % 5, 1..=3 | 5..=6 | 9..=11 | 13..=15 => 0, _ => *byte % 32 };
            }
            let _ = receive(&mut reassembler, &frame);
            prop_assert!(reassembler.memory() <= 2 * MAX + 1024);
        }
    }

    #[test]
    fn raw_bytes_never_panic(frame in vec(any::<u8>(), 0..60)) {
        let _ = receive(&mut Reassembler::new(MAX), &frame);
    }
}

#[test]
fn a_message_beyond_the_limit_is_refused_once_with_both_numbers() {
    let mut reassembler = Reassembler::new(100);
    let sent = frames(MessageKind::Binary, 7, &[1; 101], 60);
    assert_eq!(
        receive(&mut reassembler, &sent[0]),
        Err(DataChannelError::TooLarge { size: 101, limit: 100 })
    );
    for frame in &sent[1..] {
        assert_eq!(receive(&mut reassembler, frame), Ok(None), "one message, one error");
    }
    assert_eq!(reassembler.memory(), 0);
}

#[test]
fn the_oldest_incomplete_message_makes_room() {
    let mut reassembler = Reassembler::new(1000);
    for id in 0..5 {
        receive(&mut reassembler, &frames(MessageKind::Binary, id, &[id as u8; 1000], 600)[0]).unwrap();
    }
    assert_eq!(reassembler.incomplete(), 2);
    assert_eq!(reassembler.take_given_up(), 3);
    let rest = &frames(MessageKind::Binary, 4, &[4; 1000], 600)[1];
    assert_eq!(receive(&mut reassembler, rest), Ok(Some((MessageKind::Binary, vec![4; 1000]))));
}

#[test]
fn a_limit_without_room_for_a_header_is_an_error() {
    let error = Fragments::new(MessageKind::Binary, 0, 10, HEADER_BYTES).unwrap_err();
    assert_eq!(error, DataChannelError::TooLarge { size: 10, limit: HEADER_BYTES });
}

#[test]
fn the_mark_is_taken_off_again() {
    assert_eq!(unmarked(&marked("chat")), ("chat", true));
    assert_eq!(unmarked("chat"), ("chat", false));
}
