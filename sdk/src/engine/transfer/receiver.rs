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
    /// The attempt of the sender to continue, until all that was received is written.
    resuming: Option<u32>,
    /// The highest attempt.
    attempt: u32,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Offered,
    Receiving,
    /// Something is missing, and the sender has not asked yet where this end stands.
    Suspended,
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
            resuming: None,
            attempt: 0,
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
            self.send_accept(0);
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
            (Phase::Receiving | Phase::Suspended | Phase::Verified, TransferMessage::Resume { attempt }) => {
                self.continue_for(attempt)
            }
            (_, TransferMessage::Cancel { cause: CancelCause::Lost, .. }) => self.handle_disconnect(),
            (_, TransferMessage::Cancel { cause, reason }) => self.finish(Err(cancelled(cause, reason))),
            // It was in flight when the connection, or what came before it, was lost.
            (Phase::Suspended, _) => {}
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
            let ahead = self.written.saturating_sub(self.acknowledged);
            if ahead >= ACKNOWLEDGE_BYTES || self.written == self.offer.size {
                self.acknowledged = self.written;
                self.outputs.push_back(Output::Send(TransferMessage::Acknowledge { offset: self.written }));
            }
            self.accept_again();
            self.close_if_written();
        }
    }

    /// The file was closed.
    pub fn handle_closed(&mut self) {
        self.closed = true;
        if self.phase == Phase::Receiving && self.whole {
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
            Phase::Offered | Phase::Receiving | Phase::Suspended => {
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

    /// The connection is lost, and another one is expected. With a sender that cannot continue it is interrupted.
    pub fn handle_suspended(&mut self) {
        match self.phase {
            _ if !self.offer.resumes => self.handle_disconnect(),
            Phase::Receiving => {
                self.phase = Phase::Suspended;
                self.resuming = None;
                self.outputs.retain(|output| !matches!(output, Output::Send(_)));
            }
            _ => {}
        }
    }

    /// There is another connection, or the sender has another one. A sender that has ended the transfer answers with its
    /// last message, any other one asks where this end stands.
    pub fn handle_renewed(&mut self) {
        let message = match self.phase {
            Phase::Receiving | Phase::Suspended => TransferMessage::Acknowledge { offset: self.written },
            Phase::Verified => TransferMessage::Verified,
            _ => return,
        };
        self.outputs.push_back(Output::Send(message));
    }

    fn continue_for(&mut self, attempt: u32) {
        self.phase = Phase::Receiving;
        self.whole = false;
        self.resuming = Some(attempt);
        self.attempt = self.attempt.max(attempt);
        self.accept_again();
    }

    /// The sender may be as far ahead of the accepted byte as ever, so that all before it has to be written.
    fn accept_again(&mut self) {
        if self.written == self.received
            && let Some(attempt) = self.resuming.take()
        {
            self.acknowledged = self.written;
            self.send_accept(attempt);
        }
    }

    fn send_accept(&mut self, attempt: u32) {
        let accept = TransferMessage::Accept { offset: self.received, attempt: Some(attempt) };
        self.outputs.push_back(Output::Send(accept));
    }

    /// A chunk was lost: by an SFU or a mixer without capacity, or by a page that is closing.
    fn miss(&mut self) {
        if self.offer.resumes {
            self.phase = Phase::Suspended;
            let attempt = self.attempt.saturating_add(1);
            return self.outputs.push_back(Output::Send(TransferMessage::Resume { attempt }));
        }
        self.handle_disconnect();
        let (cause, reason) = (CancelCause::Lost, "a part of the file was lost".to_owned());
        self.outputs.push_front(Output::Send(TransferMessage::Cancel { cause, reason }));
    }

    /// Continues when the sender offers the file again, if it is the same one: over another channel after an
    /// interruption or if the sender missed the confirmation, over another connection if it missed that it was accepted.
    /// Returns `false` otherwise.
    pub fn resume(&mut self, offer: &FileOffer) -> bool {
        let is_interrupted = matches!(self.phase, Phase::Interrupted | Phase::Completed);
        let is_accepted = offer.resumes && matches!(self.phase, Phase::Receiving | Phase::Suspended);
        if *offer != self.offer || !(is_interrupted || is_accepted) {
            return false;
        }
        self.continue_for(0);
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
