//! Fragments of messages: memory is bounded, and a message is complete when it is returned.

use moim::engine::framing::{Assembly, FrameKind, HEADER_BYTES, Reassembler};

use crate::lines::{bytes, steps};

const MAX_MESSAGE: usize = 64 * 1024;

struct Buffer {
    bytes: Vec<u8>,
    written: usize,
}

impl Assembly for Buffer {
    type Chunk = [u8];

    fn with_length(length: usize) -> Option<Self> {
        Some(Self { bytes: vec![0; length], written: 0 })
    }

    fn write(&mut self, offset: usize, chunk: &[u8]) {
        self.bytes[offset..offset + chunk.len()].copy_from_slice(chunk);
        self.written += chunk.len();
    }
}

pub(crate) fn run(input: &[u8]) {
    let mut reassembler = Reassembler::<Buffer>::new(MAX_MESSAGE);
    for (step, text) in steps(input) {
        let frame = bytes(&text);
        match FrameKind::read(&frame) {
            Some(FrameKind::Fragment(header)) => {
                // With `f`, the content has the length that the header wants.
                let wanted = header.range().len().min(MAX_MESSAGE);
                let chunk = if step == b'f' { vec![7; wanted] } else { frame[HEADER_BYTES..].to_vec() };
                if let Ok(Some((_, message))) = reassembler.insert(header, &chunk, chunk.len()) {
                    assert_eq!(message.written, message.bytes.len(), "each byte arrived once");
                    assert_eq!(message.bytes.len(), header.total as usize);
                }
            }
            None if step == b'x' => reassembler.clear(),
            _ => {}
        }
        assert!(reassembler.memory() <= 2 * MAX_MESSAGE + 4 * 256, "{} bytes", reassembler.memory());
        assert!(reassembler.incomplete() <= MAX_MESSAGE / 64);
        let _ = reassembler.take_given_up();
    }
}
