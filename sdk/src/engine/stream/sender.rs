//! The sending end of a stream.

use std::collections::VecDeque;

use super::{CHUNK_BYTES, StreamHeader, StreamKind, StreamMessage, WINDOW_BYTES};
use crate::engine::patience::Patience;
use crate::error::StreamError;

/// Sends one stream. Feed one input, then drain [`poll_output`](Self::poll_output).
#[derive(Clone, Debug)]
pub struct StreamSender {
    header: StreamHeader,
    phase: Phase,
    /// The application has ended the stream.
    is_closing: bool,
    written: u64,
    /// The next byte to send: less than `written` while data is sent again.
    sent: u64,
    /// The last bytes before `written`: those that the receiver may not have, if it can continue.
    kept: VecDeque<u8>,
    /// The offset up to which credit was granted.
    credit: u64,
    /// Whether the receiver can continue over another connection.
    is_resumable: bool,
    attempt: u32,
    /// The receiver has everything before this offset.
    acknowledged: u64,
    patience: Patience,
    outputs: VecDeque<StreamMessage>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// The receiver has not replied.
    Opening,
    Open,
    /// There is no connection; another one is expected.
    Suspended,
    /// The receiver was asked over another connection where it stands.
    Resuming,
    Over(Result<(), StreamError>),
}

impl StreamSender {
    /// Opens a stream.
    pub fn new(header: StreamHeader) -> Self {
        let outputs = VecDeque::from([StreamMessage::Open(header.clone())]);
        Self {
            header,
            phase: Phase::Opening,
            is_closing: false,
            written: 0,
            sent: 0,
            kept: VecDeque::new(),
            credit: 0,
            is_resumable: false,
            attempt: 0,
            acknowledged: 0,
            patience: Patience::default(),
            outputs,
        }
    }

    /// Sends as much of `bytes` as the credit and one chunk allow; returns how many. Text is cut at character
    /// boundaries.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        if !self.has_credit() {
            return 0;
        }
        let credit = usize::try_from(self.credit - self.sent).unwrap_or(usize::MAX);
        let length = self.chunk_length(bytes, credit);
        let chunk = &bytes[..length];
        if self.is_resumable {
            self.kept.extend(chunk);
        }
        self.written += length as u64;
        if length > 0 {
            self.send(chunk.to_vec());
            self.forget_acknowledged();
        }
        length
    }

    /// Whether anything can be written now. A character of text may need more.
    pub fn has_credit(&self) -> bool {
        self.phase == Phase::Open && !self.is_closing && !self.is_behind() && self.sent < self.credit
    }

    /// Whether there is data to [send again](Self::send_again).
    pub fn is_behind(&self) -> bool {
        self.phase == Phase::Open && self.sent < self.written
    }

    /// Sends the next chunk of what was lost with a connection.
    pub fn send_again(&mut self) {
        if !self.is_behind() {
            return;
        }
        let missing = (self.written - self.sent) as usize;
        let rest = self.kept.range(self.kept.len().saturating_sub(missing)..);
        let mut chunk: Vec<_> = rest.copied().take(CHUNK_BYTES + 1).collect();
        // What the application wrote may not be text.
        let length = Some(self.chunk_length(&chunk, CHUNK_BYTES)).filter(|length| *length > 0);
        chunk.truncate(length.unwrap_or(CHUNK_BYTES));
        self.send(chunk);
        if self.is_closing && !self.is_behind() {
            self.send_end();
        }
    }

    /// Ends the stream. It has completed when the receiver confirms.
    pub fn close(&mut self) {
        if self.result().is_none() && !std::mem::replace(&mut self.is_closing, true) {
            let is_connected = matches!(self.phase, Phase::Opening | Phase::Open);
            if is_connected && !self.is_behind() {
                self.send_end();
            }
        }
    }

    /// Aborts the stream.
    pub fn abort(&mut self, reason: &str) {
        if self.result().is_none() {
            self.outputs.push_back(StreamMessage::Abort { reason: reason.to_owned() });
            self.end(Err(StreamError::Cancelled { by_remote: false, reason: reason.to_owned() }));
        }
    }

    /// Handles a message from the receiver.
    pub fn handle_message(&mut self, message: StreamMessage) {
        match (&self.phase, message) {
            (Phase::Over(_), _) => {}
            (_, StreamMessage::Received) if self.is_closing => self.end(Ok(())),
            (_, StreamMessage::Cancel { reason }) => {
                self.end(Err(StreamError::Cancelled { by_remote: true, reason }));
            }
            (_, StreamMessage::Lost) => self.handle_disconnect(),
            // The receiver cannot continue.
            (Phase::Opening, StreamMessage::Credit { offset }) => {
                self.phase = Phase::Open;
                self.grant(offset);
            }
            (_, StreamMessage::Credit { offset }) => self.grant(offset),
            (Phase::Opening, StreamMessage::Accept { attempt: 0, credit, .. }) => {
                (self.phase, self.is_resumable) = (Phase::Open, true);
                self.grant(credit);
            }
            (Phase::Resuming, StreamMessage::Accept { attempt, received, credit })
                if attempt == self.attempt =>
            {
                self.resume(received, credit);
            }
            // An intermediary has dropped what it has no room for.
            (Phase::Open, StreamMessage::Resume { attempt }) if attempt > self.attempt => {
                self.handle_renewed();
            }
            // It answers an earlier attempt.
            _ => {}
        }
    }

    /// The receiver has become unreachable.
    pub fn handle_disconnect(&mut self) {
        self.end(Err(StreamError::Interrupted { transferred: self.written }));
    }

    /// The connection is lost, and another one is expected. A receiver that cannot continue is interrupted.
    pub fn handle_suspended(&mut self) {
        match self.phase {
            // It is opened again.
            Phase::Opening | Phase::Over(_) => {}
            _ if self.is_resumable => {
                self.phase = Phase::Suspended;
                self.outputs.clear();
            }
            _ => self.handle_disconnect(),
        }
    }

    /// There is another connection, or the receiver has another one. What was in flight is lost.
    pub fn handle_renewed(&mut self) {
        match self.phase {
            Phase::Over(_) => {}
            Phase::Opening => {
                self.outputs.clear();
                self.outputs.push_back(StreamMessage::Open(self.header.clone()));
                if self.is_closing {
                    self.send_end();
                }
            }
            _ if self.is_resumable => {
                self.phase = Phase::Resuming;
                self.attempt = self.attempt.saturating_add(1);
                self.outputs.clear();
                self.outputs.push_back(StreamMessage::Resume { attempt: self.attempt });
            }
            _ => {}
        }
    }

    /// When [`handle_tick`](Self::handle_tick) is due again, in milliseconds; `None` at the end.
    pub fn tick_ms(&self) -> Option<u32> {
        self.result().is_none().then(|| self.patience.interval_ms())
    }

    /// Asks a receiver that is silent where it stands.
    pub fn handle_tick(&mut self) {
        let waits = match self.phase {
            Phase::Opening | Phase::Resuming => true,
            Phase::Open => self.is_resumable && (self.is_closing || self.acknowledged < self.sent),
            Phase::Suspended | Phase::Over(_) => false,
        };
        if self.patience.tick(waits) {
            self.handle_renewed();
        }
    }

    /// The result, if the stream has ended.
    pub fn result(&self) -> Option<&Result<(), StreamError>> {
        match &self.phase {
            Phase::Over(result) => Some(result),
            _ => None,
        }
    }

    /// Returns the next message to send.
    pub fn poll_output(&mut self) -> Option<StreamMessage> {
        self.outputs.pop_front()
    }

    /// How often the receiver was asked where it stands.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) fn attempts(&self) -> u32 {
        self.attempt
    }

    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) fn kept_bytes(&self) -> usize {
        self.kept.len()
    }

    fn chunk_length(&self, bytes: &[u8], credit: usize) -> usize {
        let mut length = bytes.len().min(credit).min(CHUNK_BYTES);
        if self.header.kind == StreamKind::Text {
            let is_inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
            while length > 0 && is_inside(length) {
                length -= 1;
            }
        }
        length
    }

    fn send(&mut self, bytes: Vec<u8>) {
        let offset = self.sent;
        self.sent += bytes.len() as u64;
        self.outputs.push_back(StreamMessage::Chunk { offset, bytes });
    }

    fn send_end(&mut self) {
        self.outputs.push_back(StreamMessage::End { size: self.written });
    }

    fn grant(&mut self, credit: u64) {
        self.credit = self.credit.max(credit);
        self.has_arrived(self.credit.saturating_sub(WINDOW_BYTES));
        self.forget_acknowledged();
    }

    /// The receiver has read all but a window of what it grants, and can continue after that.
    fn forget_acknowledged(&mut self) {
        let acknowledged = self.credit.saturating_sub(WINDOW_BYTES).min(self.sent);
        let needed = self.written - acknowledged;
        let kept = self.kept.len() as u64;
        self.kept.drain(..kept.saturating_sub(needed) as usize);
    }

    fn has_arrived(&mut self, offset: u64) {
        if offset > self.acknowledged {
            self.acknowledged = offset;
            self.patience.renew();
        }
    }

    fn resume(&mut self, received: u64, credit: u64) {
        let oldest = self.written - self.kept.len() as u64;
        if !(oldest..=self.written).contains(&received) {
            self.outputs.push_back(StreamMessage::Lost);
            return self.handle_disconnect();
        }
        (self.phase, self.sent) = (Phase::Open, received);
        self.has_arrived(received);
        self.grant(credit);
        if self.is_closing && !self.is_behind() {
            self.send_end();
        }
    }

    fn end(&mut self, result: Result<(), StreamError>) {
        if self.result().is_none() {
            self.kept = VecDeque::new();
            self.phase = Phase::Over(result);
        }
    }
}
