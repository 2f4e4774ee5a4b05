//! Calls to other participants, and theirs to this one.

use super::{Event, Session};
use crate::engine::data::DataMessage;
use crate::engine::rpc::{self, Arrival};
use crate::error::{DataChannelError, RpcError};
use crate::model::{Channel, ParticipantId, RpcResult, Timestamp};

impl Session {
    /// Calls a method of another participant. [`Event::CallEnded`] follows, with this `id`, which must be random.
    ///
    /// # Errors
    /// `TooLarge`, `UnknownParticipant`, and `QueueFull` if too many calls to the participant have no result, or too much is
    /// queued. No event follows.
    pub fn call(
        &mut self,
        id: &str,
        to: &ParticipantId,
        (method, payload): (String, String),
        timeout_ms: u32,
        now: Timestamp,
    ) -> Result<(), DataChannelError> {
        rpc::check_payload(&payload)?;
        let message = self.calls.begin(id.to_owned(), to, (method, payload), timeout_ms, now)?;
        let sent = self.send(&message, Channel::Reliable, Some(to));
        if sent.is_err() {
            self.calls.cancel(id);
        }
        sent
    }

    /// Forgets a call whose result nobody waits for.
    pub fn cancel_call(&mut self, id: &str) {
        self.calls.cancel(id);
    }

    /// Responds to [`Event::Called`]. A caller that has left gets nothing.
    pub fn answer(&mut self, to: &ParticipantId, id: &str, result: RpcResult) {
        if let Some(response) = self.answers.answer(to, id, result) {
            self.respond(response, to);
        }
    }

    /// One that finds no participant is sent when the call is repeated.
    fn respond(&mut self, response: DataMessage, to: &ParticipantId) {
        if let Err(DataChannelError::QueueFull { .. }) = self.send(&response, Channel::Reliable, Some(to)) {
            self.answers.refused(to, response);
        }
    }

    /// Sends the responses that found the queue full.
    pub(super) fn respond_again(&mut self) {
        for (to, response) in self.answers.take_unsent() {
            self.respond(response, &to);
        }
    }

    /// A participant called, or repeats a call.
    pub(super) fn called(
        &mut self,
        from: ParticipantId,
        id: String,
        (method, payload): (String, String),
        timeout_ms: u32,
        now: Timestamp,
    ) {
        match self.answers.arrived(&from, &id, timeout_ms, now) {
            Arrival::New => self.event(Event::Called { from, id, method, payload, timeout_ms }),
            Arrival::Respond(response) => self.respond(response, &from),
            Arrival::Ignore => {}
        }
    }

    pub(super) fn answered(&mut self, from: &ParticipantId, id: &str, result: RpcResult) {
        self.calls.answered(id, from, result);
        self.emit_results();
    }

    /// Ends the calls to a participant; `None` for all.
    pub(super) fn fail_calls(&mut self, to: Option<&ParticipantId>, error: &RpcError) {
        self.calls.fail(to, error);
        self.emit_results();
    }

    pub(super) fn emit_results(&mut self) {
        while let Some((id, result)) = self.calls.poll_result() {
            self.event(Event::CallEnded(id, result));
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
