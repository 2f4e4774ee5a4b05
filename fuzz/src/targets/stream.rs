//! A stream with a hostile other end.

use std::task::Poll;

use moim::engine::stream::{
    StreamFrame, StreamHeader, StreamKind, StreamMessage, StreamReceiver, StreamSender, WINDOW_BYTES,
};

use crate::lines::{bytes, number, steps};

pub(crate) fn run(input: &[u8]) {
    let mut receiver = StreamReceiver::new(StreamHeader::default());
    let mut sender = StreamSender::new(StreamHeader::default());
    for (step, text) in steps(input) {
        match step {
            b'r' => {
                if let Poll::Ready(Some(Ok(bytes))) = receiver.read() {
                    assert!(bytes.len() as u64 <= WINDOW_BYTES, "{} bytes were held", bytes.len());
                    assert!(
                        receiver.header().kind != StreamKind::Text || std::str::from_utf8(&bytes).is_ok()
                    );
                }
            }
            b'c' => receiver.cancel(&text),
            b'x' => receiver.handle_disconnect(),
            b'w' => {
                let bytes = vec![7; number(&text).0 as usize % 100_000];
                assert!(sender.write(&bytes) <= bytes.len());
            }
            b'e' => sender.close(),
            b's' => {
                receiver.handle_suspended();
                sender.handle_suspended();
            }
            b'n' => {
                receiver.handle_renewed();
                sender.handle_renewed();
            }
            b'g' => sender.send_again(),
            b'a' => sender.abort(&text),
            _ => {
                let Some(frame) = StreamFrame::decode(&bytes(&text)) else { continue };
                let again = StreamFrame::decode(&frame.clone().encode());
                assert_eq!(again.as_ref(), Some(&frame));
                match frame.message {
                    StreamMessage::Open(header) if step == b'O' => receiver = StreamReceiver::new(header),
                    message => {
                        if message.is_for_receiver() {
                            receiver.handle_message(message.clone());
                        }
                        if message.is_for_sender() {
                            sender.handle_message(message);
                        }
                    }
                }
            }
        }
        while receiver.poll_output().is_some() {}
        while sender.poll_output().is_some() {}
        let _ = (receiver.is_over(), receiver.is_done(), sender.result());
    }
}
