//! A file transfer with a hostile other end.

use moim::engine::transfer::{
    FileOffer, FileReceiver, FileSender, Output, TransferFrame, TransferMessage, WINDOW_BYTES,
};

use crate::lines::{bytes, number, steps};

pub(crate) fn run(input: &[u8]) {
    let offer = FileOffer {
        name: "a.txt".into(),
        size: 9,
        mime_type: "text/plain".into(),
        last_modified: 1,
        ..FileOffer::default()
    };
    let mut receiving =
        Receiving { receiver: FileReceiver::new(offer.clone()), unwritten: Vec::new(), total: 0 };
    let mut sender = FileSender::new(offer, 4);
    for (step, text) in steps(input) {
        match step {
            b'a' => receiving.receiver.accept(),
            b'x' => receiving.receiver.handle_disconnect(),
            b'X' => sender.handle_disconnect(),
            b'r' => drop(sender.resume()),
            b'w' => receiving.write(number(&text).0 as usize),
            b'c' => receiving.receiver.cancel(&text),
            b'e' => receiving.receiver.handle_write_failed(&text),
            _ => {
                let Some(TransferFrame { message, .. }) = decode(&bytes(&text)) else { continue };
                if let TransferMessage::Offer(offer) = &message {
                    assert!(offer.name.len() <= 1_024 && offer.mime_type.len() <= 1_024);
                    if !receiving.receiver.resume(offer) && step == b'O' {
                        receiving.receiver = FileReceiver::new(offer.clone());
                        (receiving.unwritten, receiving.total) = (Vec::new(), 0);
                    }
                } else if step == b's' {
                    sender.handle_message(message);
                } else {
                    receiving.receiver.handle_message(message);
                }
            }
        }
        receiving.drain();
        drain_sender(&mut sender);
    }
}

fn decode(frame: &[u8]) -> Option<TransferFrame> {
    let frame = TransferFrame::decode(frame)?;
    let again = TransferFrame::decode(&frame.encode());
    assert_eq!(again.as_ref(), Some(&frame));
    Some(frame)
}

struct Receiving {
    receiver: FileReceiver,
    unwritten: Vec<usize>,
    total: u64,
}

impl Receiving {
    fn write(&mut self, count: usize) {
        let count = count.min(self.unwritten.len());
        for length in self.unwritten.drain(..count).collect::<Vec<_>>() {
            self.receiver.handle_written(length);
            self.drain();
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.receiver.poll_output() {
            match output {
                Output::Write(bytes) => {
                    self.total += bytes.len() as u64;
                    self.unwritten.push(bytes.len());
                    assert!(self.total <= self.receiver.offer().size, "more than was offered");
                    let waiting = self.unwritten.iter().sum::<usize>() as u64;
                    assert!(waiting <= 2 * WINDOW_BYTES + 64 * 1024, "{waiting} bytes wait to be written");
                }
                Output::Close => self.receiver.handle_closed(),
                Output::Progress(written) => assert!(written <= self.receiver.offer().size),
                Output::Finished(Ok(())) => assert_eq!(self.total, self.receiver.offer().size),
                Output::Send(_) | Output::Finished(Err(_)) => {}
                Output::Read { .. } => panic!("a receiver reads nothing"),
            }
        }
    }
}

fn drain_sender(sender: &mut FileSender) {
    while let Some(output) = sender.poll_output() {
        match output {
            Output::Read { offset, length } => {
                assert!(offset + length as u64 <= sender.offer().size, "read {length} bytes at {offset}");
                sender.handle_read(vec![7; length]);
            }
            Output::Progress(written) => assert!(written <= sender.offer().size),
            _ => {}
        }
    }
}
