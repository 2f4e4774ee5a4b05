//! The messages of the data channel, with and without an address: what is accepted, is also written.

use moim::engine::data::{DataMessage, Frame};
use moim_protocol::Routed;

use crate::lines::{bytes, steps};

pub(crate) fn run(input: &[u8]) {
    for (step, text) in steps(input) {
        if step == b't' {
            decode(Frame::Text(text.into_owned()));
            continue;
        }
        let bytes = bytes(&text);
        if let Some(routed) = Routed::decode(&bytes) {
            assert_eq!(routed.encode().as_ref(), Some(&bytes));
        }
        if let Some((from, frame)) = Frame::Binary(bytes.clone()).unrouted() {
            assert!(from.as_str().len() <= 255);
            decode(frame);
        }
        decode(Frame::Binary(bytes));
    }
}

fn decode(frame: Frame) {
    if let Some(message) = DataMessage::decode(frame)
        && let Ok(again) = message.encode()
    {
        assert_eq!(DataMessage::decode(again), Some(message));
    }
}
