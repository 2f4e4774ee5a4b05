//! The sending end of a file transfer.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

use super::{
    ACKNOWLEDGE_BYTES, CHUNK_BYTES, CancelCause, FileOffer, FileTransferError, Output, TransferMessage,
    WINDOW_BYTES,
};
use crate::engine::patience::Patience;

/// Sends one file. Feed one input, then drain [`poll_output`](Self::poll_output).
#[derive(Clone, Debug)]
pub struct FileSender {
    offer: FileOffer,
    phase: Phase,
    chunk: usize,
    window: u64,
    /// An intermediary holds what is in flight, and may drop it.
    is_forwarded: bool,
    /// The next byte to send.
    position: u64,
    acknowledged: u64,
    /// The first byte that was not hashed. Less than `position` only when a new sender resumes an old transfer.
    hashed: u64,
    hasher: Sha256,
    reading: Option<(u64, usize)>,
    /// Whether the receiver can continue over another connection.
    is_resumable: bool,
    attempt: u32,
    patience: Patience,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Offered,
    Sending,
    Ended,
    /// There is no connection; another one is expected.
    Suspended,
    /// The receiver was asked over another connection where it stands.
    Resuming,
    Interrupted,
    Finished,
}

impl FileSender {
    /// Offers the file. `chunk` is the number of bytes in a message; at most [`CHUNK_BYTES`].
    pub fn new(offer: FileOffer, chunk: usize) -> Self {
        let outputs = VecDeque::from([Output::Send(TransferMessage::Offer(offer.clone()))]);
        Self {
            offer,
            phase: Phase::Offered,
            chunk: chunk.clamp(1, CHUNK_BYTES),
            window: WINDOW_BYTES,
            is_forwarded: false,
            position: 0,
            acknowledged: 0,
            hashed: 0,
            hasher: Sha256::new(),
            reading: None,
            is_resumable: false,
            attempt: 0,
            patience: Patience::default(),
            outputs,
        }
    }

    /// Limits how far it is ahead of the receiver to this many bytes, from [`ACKNOWLEDGE_BYTES`] to [`WINDOW_BYTES`]:
    /// for a path that holds data in an intermediary's memory. If that is less, it may be dropped there, and a receiver that
    /// is silent is asked.
    #[must_use]
    pub fn with_window(mut self, bytes: u64) -> Self {
        self.window = bytes.clamp(ACKNOWLEDGE_BYTES, WINDOW_BYTES);
        self.is_forwarded = self.window < WINDOW_BYTES;
        self
    }

    /// The file being sent.
    pub fn offer(&self) -> &FileOffer {
        &self.offer
    }

    /// Handles a message from the receiver.
    pub fn handle_message(&mut self, message: TransferMessage) {
        match (self.phase, message) {
            (Phase::Finished | Phase::Interrupted, _) => {}
            (Phase::Offered, TransferMessage::Accept { offset, attempt }) if offset <= self.offer.size => {
                self.is_resumable = attempt.is_some();
                self.send_from(offset);
            }
            (Phase::Resuming, TransferMessage::Accept { offset, attempt })
                if attempt == Some(self.attempt) && (self.acknowledged..=self.position).contains(&offset) =>
            {
                self.send_from(offset);
            }
            (Phase::Offered, TransferMessage::Reject { reason }) => {
                self.finish(Err(FileTransferError::Rejected { reason }));
            }
            (Phase::Sending | Phase::Ended | Phase::Resuming, TransferMessage::Acknowledge { offset })
                if offset <= self.position =>
            {
                if offset > self.acknowledged {
                    self.acknowledged = offset;
                    self.patience.renew();
                    self.outputs.push_back(Output::Progress(offset));
                }
                self.go_on();
            }
            (Phase::Ended, TransferMessage::Verified) => {
                self.outputs.push_back(Output::Send(TransferMessage::Confirmed));
                if self.acknowledged < self.offer.size {
                    self.outputs.push_back(Output::Progress(self.offer.size));
                }
                self.finish(Ok(()));
            }
            (_, TransferMessage::Cancel { cause: CancelCause::Lost, .. }) => self.handle_disconnect(),
            (_, TransferMessage::Cancel { cause, reason }) => self.finish(Err(cancelled(cause, reason))),
            // An intermediary has dropped what it has no room for.
            (Phase::Sending | Phase::Ended, TransferMessage::Resume { attempt })
                if self.is_resumable && attempt > self.attempt =>
            {
                self.window = (self.window / 2).max(ACKNOWLEDGE_BYTES);
                self.handle_renewed();
            }
            (_, TransferMessage::Resume { .. }) => {}
            // It was sent before the receiver knew of the new connection, or answers an earlier attempt.
            (Phase::Suspended | Phase::Resuming, TransferMessage::Accept { attempt: Some(_), .. })
            | (
                Phase::Offered | Phase::Suspended | Phase::Resuming,
                TransferMessage::Acknowledge { .. } | TransferMessage::Verified,
            ) => {}
            (Phase::Sending | Phase::Ended, TransferMessage::Accept { attempt: Some(attempt), .. })
                if attempt <= self.attempt => {}
            _ => self.fail(CancelCause::Asked, "the receiver violated the protocol"),
        }
    }

    /// Takes the data of [`Output::Read`].
    pub fn handle_read(&mut self, bytes: Vec<u8>) {
        let Some((offset, length)) = self.reading.take() else { return };
        if self.phase != Phase::Sending {
            return;
        }
        if bytes.len() != length {
            return self.handle_read_failed("the file became shorter while it was sent");
        }
        let end = offset + length as u64;
        if end > self.hashed {
            self.hasher.update(&bytes[(self.hashed - offset) as usize..]);
            self.hashed = end;
        }
        if offset == self.position {
            self.position = end;
            self.outputs.push_back(Output::Send(TransferMessage::Chunk { offset, bytes }));
        }
        self.go_on();
    }

    /// The file could not be read.
    pub fn handle_read_failed(&mut self, detail: &str) {
        self.fail(CancelCause::Storage, detail);
    }

    /// The channel closed.
    pub fn handle_disconnect(&mut self) {
        if !matches!(self.phase, Phase::Finished | Phase::Interrupted) {
            let (transferred, size) = (self.acknowledged, self.offer.size);
            self.outputs.clear();
            self.outputs
                .push_back(Output::Finished(Err(FileTransferError::Interrupted { transferred, size })));
            self.phase = Phase::Interrupted;
        }
    }

    /// The connection is lost, and another one is expected. A receiver that cannot continue is interrupted.
    pub fn handle_suspended(&mut self) {
        match self.phase {
            Phase::Sending | Phase::Ended | Phase::Resuming if self.is_resumable => {
                self.phase = Phase::Suspended;
                self.discard_messages();
            }
            // It is offered again.
            Phase::Offered | Phase::Suspended => {}
            _ => self.handle_disconnect(),
        }
    }

    /// There is another connection, or the receiver has another one. What was in flight is lost.
    pub fn handle_renewed(&mut self) {
        match self.phase {
            Phase::Offered => {
                self.discard_messages();
                self.outputs.push_back(Output::Send(TransferMessage::Offer(self.offer.clone())));
            }
            Phase::Sending | Phase::Ended | Phase::Suspended | Phase::Resuming if self.is_resumable => {
                self.phase = Phase::Resuming;
                self.attempt = self.attempt.saturating_add(1);
                self.discard_messages();
                let attempt = self.attempt;
                self.outputs.push_back(Output::Send(TransferMessage::Resume { attempt }));
            }
            _ => {}
        }
    }

    /// When [`handle_tick`](Self::handle_tick) is due, in milliseconds, unless there is another input before.
    pub fn tick_ms(&self) -> Option<u32> {
        self.waits().then(|| self.patience.interval_ms())
    }

    /// Asks a receiver that is silent where it stands.
    pub fn handle_tick(&mut self) {
        if self.patience.tick(self.waits()) {
            self.handle_renewed();
        }
    }

    /// Whether the receiver owes a message.
    fn waits(&self) -> bool {
        let owes = match self.phase {
            Phase::Sending => self.position > self.acknowledged,
            Phase::Ended | Phase::Resuming => true,
            _ => false,
        };
        owes && self.is_resumable && self.is_forwarded
    }

    /// Offers the file again, over another channel. Returns `false` if the transfer was not interrupted.
    pub fn resume(&mut self) -> bool {
        if self.phase != Phase::Interrupted {
            return false;
        }
        self.phase = Phase::Offered;
        self.reading = None;
        self.outputs.push_back(Output::Send(TransferMessage::Offer(self.offer.clone())));
        true
    }

    /// Cancels the transfer.
    pub fn cancel(&mut self, reason: &str) {
        self.fail(CancelCause::Asked, reason);
    }

    /// Whether it is finished or interrupted: nothing more is sent.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Finished | Phase::Interrupted)
    }

    /// Returns the next output.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// What is being read is kept: its result is expected.
    fn discard_messages(&mut self) {
        self.outputs.retain(|output| !matches!(output, Output::Send(_)));
    }

    fn send_from(&mut self, offset: u64) {
        self.position = offset;
        self.phase = Phase::Sending;
        if offset > self.acknowledged {
            self.patience.renew();
            self.outputs.push_back(Output::Progress(offset));
        }
        self.acknowledged = offset;
        self.go_on();
    }

    /// Requests the next bytes, unless a request is pending or the window is full.
    fn go_on(&mut self) {
        if self.phase != Phase::Sending || self.reading.is_some() {
            return;
        }
        let size = self.offer.size;
        let offset = self.position.min(self.hashed);
        if offset == size {
            let hash = self.hasher.clone().finalize().into();
            self.outputs.push_back(Output::Send(TransferMessage::End { hash }));
            self.phase = Phase::Ended;
            return;
        }
        let end = if offset < self.position { self.position } else { size };
        if offset < self.position || self.position - self.acknowledged < self.window {
            let length = (end - offset).min(self.chunk as u64) as usize;
            self.reading = Some((offset, length));
            self.outputs.push_back(Output::Read { offset, length });
        }
    }

    fn fail(&mut self, cause: CancelCause, reason: &str) {
        if self.phase == Phase::Finished {
            return;
        }
        self.outputs.clear();
        if self.phase != Phase::Interrupted {
            let reason = reason.to_owned();
            self.outputs.push_back(Output::Send(TransferMessage::Cancel { cause, reason }));
        }
        self.finish(Err(match cause {
            CancelCause::Asked => {
                FileTransferError::Cancelled { by_remote: false, reason: reason.to_owned() }
            }
            _ => cancelled(cause, reason.to_owned()),
        }));
    }

    fn finish(&mut self, result: Result<(), FileTransferError>) {
        if result.is_err() {
            // Pending data and reads are dropped; messages about the end are kept.
            self.outputs.retain(|output| matches!(output, Output::Send(TransferMessage::Cancel { .. })));
        }
        self.phase = Phase::Finished;
        self.outputs.push_back(Output::Finished(result));
    }
}

/// The error that the remote end's `Cancel` causes here.
pub(super) fn cancelled(cause: CancelCause, reason: String) -> FileTransferError {
    match cause {
        CancelCause::Asked | CancelCause::Lost => FileTransferError::Cancelled { by_remote: true, reason },
        CancelCause::Corrupt => FileTransferError::Corrupt,
        CancelCause::Storage => FileTransferError::Storage { detail: reason },
    }
}
