//! The calls of this participant that have no result yet.

use std::collections::VecDeque;

use super::MAX_CALLS;
use crate::collections::SortedMap;
use crate::engine::data::DataMessage;
use crate::error::{DataChannelError, Error, Result, RpcError};
use crate::model::{ParticipantId, RpcResult, Timestamp};

/// The calls that have no result yet, and the results that were not taken.
#[derive(Debug, Default)]
pub struct Calls {
    pending: SortedMap<String, Pending>,
    results: VecDeque<(String, Result<String>)>,
}

#[derive(Debug)]
struct Pending {
    to: ParticipantId,
    method: String,
    payload: String,
    timeout_ms: u32,
    deadline: Timestamp,
}

impl Calls {
    /// Begins a call. Returns the message to send.
    ///
    /// # Errors
    /// `QueueFull` if too many calls to this participant have no result.
    pub fn begin(
        &mut self,
        id: String,
        to: &ParticipantId,
        (method, payload): (String, String),
        timeout_ms: u32,
        now: Timestamp,
    ) -> Result<DataMessage, DataChannelError> {
        if self.pending.values().filter(|call| call.to == *to).count() >= MAX_CALLS {
            return Err(DataChannelError::QueueFull { participant: to.to_string() });
        }
        let deadline = now + Timestamp::from(timeout_ms);
        let call = Pending { to: to.clone(), method, payload, timeout_ms, deadline };
        let message = call.message(&id);
        self.pending.insert(id, call);
        Ok(message)
    }

    /// Forgets a call: nobody waits for its result.
    pub fn cancel(&mut self, id: &str) {
        self.pending.remove(id);
    }

    /// Handles a response. One that is doubled, too late or of another participant has no effect.
    pub fn answered(&mut self, id: &str, from: &ParticipantId, result: RpcResult) {
        if self.pending.get(id).is_some_and(|call| call.to == *from)
            && let Some(Pending { method, .. }) = self.pending.remove(id)
        {
            let result = result.map_err(|failure| RpcError::of(failure, &method).into());
            self.results.push_back((id.to_owned(), result));
        }
    }

    /// The messages of the calls to a participant, to repeat them.
    pub fn repeated(&self, to: &ParticipantId) -> impl Iterator<Item = DataMessage> {
        let calls = self.pending.iter().filter(move |(_, call)| call.to == *to);
        calls.map(|(id, call)| call.message(id))
    }

    /// Ends the calls to a participant with an error; `None` for all calls.
    pub fn fail(&mut self, to: Option<&ParticipantId>, error: &RpcError) {
        self.end(|call| to.is_none_or(|to| call.to == *to), |_| error.clone().into());
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.pending.values().map(|call| call.deadline).min()
    }

    /// Ends the calls whose time has passed.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        let error = |call: &Pending| Error::Timeout { action: "the call", after_ms: call.timeout_ms };
        self.end(|call| call.deadline <= now, error);
    }

    /// The next result.
    pub fn poll_result(&mut self) -> Option<(String, Result<String>)> {
        self.results.pop_front()
    }

    fn end(&mut self, is_over: impl Fn(&Pending) -> bool, error: impl Fn(&Pending) -> Error) {
        let over = self.pending.iter().filter(|(_, call)| is_over(call));
        for id in over.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            if let Some(call) = self.pending.remove(&id) {
                self.results.push_back((id, Err(error(&call))));
            }
        }
    }
}

impl Pending {
    fn message(&self, id: &str) -> DataMessage {
        let Self { method, payload, timeout_ms, .. } = self;
        DataMessage::Call {
            id: id.to_owned(),
            method: method.clone(),
            payload: payload.clone(),
            timeout_ms: *timeout_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RpcFailure;

    fn begin(calls: &mut Calls, id: &str, to: &str) -> Result<DataMessage, DataChannelError> {
        calls.begin(id.to_owned(), &to.into(), ("add".to_owned(), "[1,2]".to_owned()), 100, 0)
    }

    fn results(calls: &mut Calls) -> Vec<(String, Result<String>)> {
        std::iter::from_fn(|| calls.poll_result()).collect()
    }

    #[test]
    fn a_call_has_one_result_and_only_from_whom_was_called() {
        let mut calls = Calls::default();
        begin(&mut calls, "1", "b").unwrap();
        assert_eq!(calls.repeated(&"b".into()).count(), 1);
        assert_eq!(calls.repeated(&"c".into()).count(), 0);
        for from in ["c", "b", "b"] {
            calls.answered("1", &from.into(), Ok(from.to_owned()));
        }
        calls.answered("2", &"b".into(), Ok(String::new()));
        calls.handle_timeout(1_000);
        calls.fail(None, &RpcError::ConnectionLost);
        assert_eq!(results(&mut calls), [("1".to_owned(), Ok("b".to_owned()))]);
        assert_eq!(calls.repeated(&"b".into()).count(), 0);
    }

    #[test]
    fn an_error_is_one_of_moim_s_own_or_the_application_s() {
        let mut calls = Calls::default();
        let application =
            RpcError::Application { code: 7, message: "no".into(), data: Some("[1]".to_owned()) };
        let errors = [
            RpcError::NoHandler { method: "add".into() },
            RpcError::Failed { detail: "no".into() },
            application,
        ];
        for error in errors {
            begin(&mut calls, "1", "b").unwrap();
            calls.answered("1", &"b".into(), Err(RpcFailure::from(error.clone())));
            assert_eq!(results(&mut calls), [("1".to_owned(), Err(error.into()))]);
        }
    }

    #[test]
    fn whom_is_gone_or_silent_is_not_waited_for() {
        let mut calls = Calls::default();
        for (id, to) in [("1", "a"), ("2", "b"), ("3", "b")] {
            begin(&mut calls, id, to).unwrap();
        }
        calls.fail(Some(&"a".into()), &RpcError::ParticipantLeft);
        assert_eq!(results(&mut calls), [("1".to_owned(), Err(RpcError::ParticipantLeft.into()))]);
        calls.cancel("2");
        calls.handle_timeout(99);
        assert_eq!(results(&mut calls), []);
        calls.handle_timeout(calls.poll_timeout().unwrap());
        let error = Error::Timeout { action: "the call", after_ms: 100 };
        assert_eq!(results(&mut calls), [("3".to_owned(), Err(error))]);
        assert_eq!(calls.poll_timeout(), None);
    }

    #[test]
    fn the_calls_to_each_participant_are_limited() {
        let mut calls = Calls::default();
        for id in 0..MAX_CALLS {
            begin(&mut calls, &id.to_string(), "b").unwrap();
        }
        assert!(matches!(begin(&mut calls, "x", "b"), Err(DataChannelError::QueueFull { .. })));
        assert!(begin(&mut calls, "y", "c").is_ok());
        calls.answered("3", &"b".into(), Ok(String::new()));
        assert!(begin(&mut calls, "x", "b").is_ok());
    }
}
