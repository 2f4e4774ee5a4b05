//! The receiving end of a file transfer.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

use super::sender::cancelled;
use super::{
    ACKNOWLEDGE_BYTES, CancelCause, FileOffer, FileTransferError, Output, TransferMessage, WINDOW_BYTES,
};

/// Receives one file. Feed one input, then drain [`poll_output`](Self::poll_output).
#[derive(Clone, Debug)]
pub struct FileReceiver {
    offer: FileOffer,
    phase: Phase,
    /// Number of bytes received. All of them are written, or queued in an output.
    received: u64,
    written: u64,
    acknowledged: u64,
    hasher: Sha256,
    /// The sender has sent everything, and the SHA-256 matches.
    whole: bool,
    closed: bool,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Offered,
    Receiving,
    /// The file is complete and closed; only the sender's confirmation is missing.
    Verified,
    Interrupted,
    Completed,
    Failed,
}

impl FileReceiver {
    /// Creates a receiver for an offer.
    pub fn new(offer: FileOffer) -> Self {
        Self {
            offer,
            phase: Phase::Offered,
            received: 0,
            written: 0,
            acknowledged: 0,
            hasher: Sha256::new(),
            whole: false,
            closed: false,
            outputs: VecDeque::new(),
        }
    }

    /// The offered file.
    pub fn offer(&self) -> &FileOffer {
        &self.offer
    }

    /// Accepts the offer.
    pub fn accept(&mut self) {
        if self.phase == Phase::Offered {
            self.phase = Phase::Receiving;
            self.outputs.push_back(Output::Send(TransferMessage::Accept { offset: self.received }));
        }
    }

    /// Handles a message from the sender.
    pub fn handle_message(&mut self, message: TransferMessage) {
        match (self.phase, message) {
            (Phase::Interrupted | Phase::Completed | Phase::Failed, _) => {}
            (Phase::Receiving, TransferMessage::Chunk { offset, bytes }) if self.expects(offset, &bytes) => {
                self.hasher.update(&bytes);
                self.received += bytes.len() as u64;
                self.outputs.push_back(Output::Write(bytes));
            }
            (Phase::Receiving, TransferMessage::Chunk { offset, .. }) if offset > self.received => {
                self.miss()
            }
            (Phase::Receiving, TransferMessage::End { .. }) if self.received < self.offer.size => self.miss(),
            (Phase::Receiving, TransferMessage::End { hash }) if self.received == self.offer.size => {
                let actual: [u8; 32] = self.hasher.clone().finalize().into();
                if actual == hash {
                    self.whole = true;
                    self.close_if_written();
                } else {
                    self.fail(CancelCause::Corrupt, "the SHA-256 differs");
                }
            }
            (Phase::Verified, TransferMessage::Confirmed) => self.finish(Ok(())),
            (_, TransferMessage::Cancel { cause: CancelCause::Lost, .. }) => self.handle_disconnect(),
            (_, TransferMessage::Cancel { cause, reason }) => self.finish(Err(cancelled(cause, reason))),
            _ => self.fail(CancelCause::Asked, "the sender violated the protocol"),
        }
    }

    /// The bytes of one [`Output::Write`] were written.
    pub fn handle_written(&mut self, length: usize) {
        self.written += length as u64;
        if matches!(self.phase, Phase::Completed | Phase::Failed) {
            return;
        }
        self.outputs.push_back(Output::Progress(self.written));
        if self.phase == Phase::Receiving {
            let ahead = self.written - self.acknowledged;
            if ahead >= ACKNOWLEDGE_BYTES || self.written == self.offer.size {
                self.acknowledged = self.written;
                self.outputs.push_back(Output::Send(TransferMessage::Acknowledge { offset: self.written }));
            }
            self.close_if_written();
        }
    }

    /// The file was closed.
    pub fn handle_closed(&mut self) {
        self.closed = true;
        if self.phase == Phase::Receiving {
            self.phase = Phase::Verified;
            self.outputs.push_back(Output::Send(TransferMessage::Verified));
        }
    }

    /// The file could not be written or closed.
    pub fn handle_write_failed(&mut self, detail: &str) {
        self.fail(CancelCause::Storage, detail);
    }

    /// The channel closed.
    pub fn handle_disconnect(&mut self) {
        match self.phase {
            Phase::Verified => self.finish(Ok(())),
            Phase::Offered | Phase::Receiving => {
                let (transferred, size) = (self.received, self.offer.size);
                // Received data is still written: the next channel continues after it.
                self.outputs.retain(|output| matches!(output, Output::Write(_)));
                self.outputs
                    .push_back(Output::Finished(Err(FileTransferError::Interrupted { transferred, size })));
                self.phase = Phase::Interrupted;
            }
            Phase::Interrupted | Phase::Completed | Phase::Failed => {}
        }
    }

    /// A chunk was lost: by an SFU or a mixer without capacity, or by a page that is closing.
    fn miss(&mut self) {
        self.handle_disconnect();
        let (cause, reason) = (CancelCause::Lost, "a part of the file was lost".to_owned());
        self.outputs.push_front(Output::Send(TransferMessage::Cancel { cause, reason }));
    }

    /// Continues over another channel, if `offer` is the same file and the transfer was interrupted, or if the sender
    /// missed the confirmation of a completed one. Returns `false` otherwise.
    pub fn resume(&mut self, offer: &FileOffer) -> bool {
        if *offer != self.offer || !matches!(self.phase, Phase::Interrupted | Phase::Completed) {
            return false;
        }
        self.phase = Phase::Receiving;
        self.whole = false;
        self.acknowledged = self.received;
        self.outputs.push_back(Output::Send(TransferMessage::Accept { offset: self.received }));
        true
    }

    /// Cancels the transfer. Has no effect once the file is complete and closed.
    pub fn cancel(&mut self, reason: &str) {
        self.fail(CancelCause::Asked, reason);
    }

    /// Whether it failed permanently: nothing more is written.
    pub fn has_failed(&self) -> bool {
        self.phase == Phase::Failed
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn expects(&self, offset: u64, bytes: &[u8]) -> bool {
        // After an interruption the sender counts from the received data, and writing may lag behind it by a window.
        let ahead = (self.received - self.written) + bytes.len() as u64;
        offset == self.received
            && !bytes.is_empty()
            && bytes.len() as u64 <= self.offer.size - self.received
            && ahead <= 2 * WINDOW_BYTES + bytes.len() as u64
    }

    fn close_if_written(&mut self) {
        if self.whole && self.written == self.offer.size {
            if self.closed {
                self.handle_closed();
            } else {
                self.outputs.push_back(Output::Close);
            }
        }
    }

    fn fail(&mut self, cause: CancelCause, reason: &str) {
        if matches!(self.phase, Phase::Verified | Phase::Completed | Phase::Failed) {
            return;
        }
        let connected = self.phase != Phase::Interrupted;
        self.outputs.clear();
        if connected {
            let reason = reason.to_owned();
            self.outputs.push_back(Output::Send(TransferMessage::Cancel { cause, reason }));
        }
        let reason = reason.to_owned();
        self.finish(Err(match cause {
            CancelCause::Asked => FileTransferError::Cancelled { by_remote: false, reason },
            _ => cancelled(cause, reason),
        }));
    }

    fn finish(&mut self, result: Result<(), FileTransferError>) {
        if result.is_err() {
            self.outputs.retain(|output| matches!(output, Output::Send(TransferMessage::Cancel { .. })));
        }
        self.phase = if result.is_ok() { Phase::Completed } else { Phase::Failed };
        self.outputs.push_back(Output::Finished(result));
    }
}
