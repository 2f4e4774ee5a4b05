//! The calls of other participants: those that are executed, and the last responses.

use std::collections::VecDeque;

use super::{MAX_CALLS, MAX_ID_BYTES, MAX_MESSAGE_BYTES, MAX_PAYLOAD_BYTES};
use crate::collections::SortedMap;
use crate::engine::data::DataMessage;
use crate::error::RpcError;
use crate::model::{ParticipantId, RpcFailure, RpcResult, Timestamp};

/// The most callers that are remembered. Most of them have left.
const MAX_CALLERS: usize = 512;
/// The most executed calls of a participant that are remembered: more than its calls that can have no result yet.
const MAX_DONE: usize = 4 * MAX_CALLS;
/// The most responses that wait until there is room for them.
const MAX_UNSENT: usize = 4 * MAX_CALLS;
/// The most bytes of responses to a participant that are kept. A call whose response is not kept is not executed again.
const MAX_KEPT_BYTES: usize = 256 * 1024;

/// What to do with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Execute it.
    New,
    /// Send this response.
    Respond(DataMessage),
    /// Nothing.
    Ignore,
}

/// The calls of other participants.
#[derive(Debug, Default)]
pub struct Answers {
    callers: SortedMap<ParticipantId, Caller>,
    /// Responses that found the queue full.
    unsent: VecDeque<(ParticipantId, DataMessage)>,
}

#[derive(Debug, Default)]
struct Caller {
    has_left: bool,
    /// The ids of the calls that are executed, and until when the caller waits.
    running: SortedMap<String, Timestamp>,
    /// The ids of the last executed calls, and their responses as far as they are kept.
    done: VecDeque<(String, Option<RpcResult>)>,
    kept_bytes: usize,
}

impl Answers {
    /// Handles a call, which may be a repetition.
    pub fn arrived(&mut self, from: &ParticipantId, id: &str, timeout_ms: u32, now: Timestamp) -> Arrival {
        if id.len() > MAX_ID_BYTES {
            return Arrival::Ignore;
        }
        if self.callers.len() == MAX_CALLERS && !self.callers.contains_key(from) {
            let gone = self.callers.iter().find(|(_, caller)| caller.has_left).map(|(id, _)| id.clone());
            match gone {
                Some(id) => drop(self.callers.remove(&id)),
                None => drop(self.callers.pop_first()),
            }
        }
        let caller = self.callers.get_or_insert_with(from.clone(), Caller::default);
        caller.has_left = false;
        if caller.running.contains_key(id) {
            return Arrival::Ignore;
        }
        if let Some((_, response)) = caller.done.iter().find(|(done, _)| done == id) {
            let lost = || RpcError::Failed { detail: "the response was lost".to_owned() };
            let result = response.clone().unwrap_or_else(|| Err(lost().into()));
            return Arrival::Respond(DataMessage::Response { id: id.to_owned(), result });
        }
        if caller.running.len() >= MAX_CALLS {
            caller.give_up_late(now);
        }
        if caller.running.len() >= MAX_CALLS {
            let error = RpcError::Failed { detail: "too many calls at the same time".to_owned() };
            let result = Err(error.into());
            return Arrival::Respond(DataMessage::Response { id: id.to_owned(), result });
        }
        caller.running.insert(id.to_owned(), now + Timestamp::from(timeout_ms));
        Arrival::New
    }

    /// A call was executed. Returns the response to send, unless the caller is not known any more.
    pub fn answer(&mut self, to: &ParticipantId, id: &str, result: RpcResult) -> Option<DataMessage> {
        let caller = self.callers.get_mut(to)?;
        caller.running.remove(id)?;
        let result = limited(result);
        caller.keep(id, Some(&result));
        Some(DataMessage::Response { id: id.to_owned(), result })
    }

    /// A participant left. It may come back under the same id, and repeat a call.
    pub fn left(&mut self, who: &ParticipantId) {
        self.unsent.retain(|(to, _)| to != who);
        if let Some(caller) = self.callers.get_mut(who) {
            caller.has_left = true;
            caller.done.iter_mut().for_each(|(_, response)| *response = None);
            caller.kept_bytes = 0;
        }
    }

    /// A response found the queue full. It is sent later.
    pub fn refused(&mut self, to: &ParticipantId, response: DataMessage) {
        if self.unsent.len() == MAX_UNSENT {
            self.unsent.pop_front();
        }
        self.unsent.push_back((to.clone(), response));
    }

    /// Takes the responses that found the queue full.
    pub fn take_unsent(&mut self) -> VecDeque<(ParticipantId, DataMessage)> {
        std::mem::take(&mut self.unsent)
    }
}

impl Caller {
    /// Nobody waits for these calls, whose handlers have not returned yet. They are not executed again.
    fn give_up_late(&mut self, now: Timestamp) {
        let late = self.running.iter().filter(|(_, until)| **until <= now);
        for id in late.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.running.remove(&id);
            self.keep(&id, None);
        }
    }

    fn keep(&mut self, id: &str, result: Option<&RpcResult>) {
        if self.done.len() == MAX_DONE
            && let Some((_, Some(response))) = self.done.pop_front()
        {
            self.kept_bytes -= size(&response);
        }
        self.done.push_back((id.to_owned(), result.cloned()));
        self.kept_bytes += result.map_or(0, size);
        for (_, response) in &mut self.done {
            if self.kept_bytes <= MAX_KEPT_BYTES {
                break;
            }
            self.kept_bytes -= response.take().map_or(0, |response| size(&response));
        }
    }
}

fn size(result: &RpcResult) -> usize {
    match result {
        Ok(payload) => payload.len(),
        Err(RpcFailure { message, data, .. }) => message.len() + data.len(),
    }
}

/// The response, or an error in place of one that is too long.
fn limited(result: RpcResult) -> RpcResult {
    match result {
        Ok(payload) if payload.len() > MAX_PAYLOAD_BYTES => {
            let detail = format!("the response is longer than {MAX_PAYLOAD_BYTES} bytes");
            Err(RpcError::Failed { detail }.into())
        }
        Err(mut failure) => {
            let message = &mut failure.message;
            let fits = |end: &usize| *end <= message.len() && message.is_char_boundary(*end);
            message.truncate((0..=MAX_MESSAGE_BYTES).rev().find(fits).unwrap_or(0));
            if failure.data.len() > MAX_PAYLOAD_BYTES {
                failure.data.clear();
            }
            Err(failure)
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT_MS: u32 = 15_000;

    fn response(id: &str, payload: &str) -> DataMessage {
        DataMessage::Response { id: id.to_owned(), result: Ok(payload.to_owned()) }
    }

    fn is_failure(arrival: &Arrival) -> bool {
        matches!(arrival, Arrival::Respond(DataMessage::Response { result: Err(_), .. }))
    }

    #[test]
    fn a_repeated_call_is_not_executed_again() {
        let (mut answers, from) = (Answers::default(), "a".into());
        assert_eq!(answers.arrived(&from, "1", TIMEOUT_MS, 0), Arrival::New);
        assert_eq!(answers.arrived(&from, "1", TIMEOUT_MS, 0), Arrival::Ignore, "it is executed");
        assert_eq!(answers.arrived(&"b".into(), "1", TIMEOUT_MS, 0), Arrival::New, "another's");
        assert_eq!(answers.answer(&from, "1", Ok("3".into())), Some(response("1", "3")));
        assert_eq!(answers.answer(&from, "1", Ok("4".into())), None);
        assert_eq!(answers.arrived(&from, "1", TIMEOUT_MS, 0), Arrival::Respond(response("1", "3")));
        answers.left(&from);
        assert!(is_failure(&answers.arrived(&from, "1", TIMEOUT_MS, 0)));
        assert_eq!(answers.answer(&"c".into(), "1", Ok("3".into())), None);
    }

    #[test]
    fn a_response_that_is_not_kept_is_an_error_and_not_another_execution() {
        let (mut answers, from) = (Answers::default(), "a".into());
        let payload = "x".repeat(MAX_PAYLOAD_BYTES);
        for id in 0..MAX_DONE {
            let id = id.to_string();
            assert_eq!(answers.arrived(&from, &id, TIMEOUT_MS, 0), Arrival::New);
            answers.answer(&from, &id, Ok(payload.clone()));
        }
        assert!(is_failure(&answers.arrived(&from, "0", TIMEOUT_MS, 0)));
        let last = (MAX_DONE - 1).to_string();
        assert_eq!(answers.arrived(&from, &last, TIMEOUT_MS, 0), Arrival::Respond(response(&last, &payload)));
        assert!(answers.callers.get(&from).unwrap().kept_bytes <= MAX_KEPT_BYTES);
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let (mut answers, from) = (Answers::default(), "a".into());
        for id in 0..MAX_CALLS {
            assert_eq!(answers.arrived(&from, &id.to_string(), TIMEOUT_MS, 0), Arrival::New);
        }
        assert!(is_failure(&answers.arrived(&from, "more", TIMEOUT_MS, 0)));
        assert_eq!(answers.arrived(&from, &"x".repeat(MAX_ID_BYTES + 1), TIMEOUT_MS, 0), Arrival::Ignore);
        for caller in 0..2 * MAX_CALLERS {
            answers.arrived(&caller.to_string().as_str().into(), "1", TIMEOUT_MS, 0);
        }
        assert_eq!(answers.callers.len(), MAX_CALLERS);
    }

    #[test]
    fn a_response_that_is_too_long_is_an_error() {
        let (mut answers, from) = (Answers::default(), "a".into());
        let long = "ß".repeat(MAX_PAYLOAD_BYTES);
        let failure = RpcFailure { code: 1, message: long.clone(), data: long.clone() };
        for (id, result) in [("1", Ok(long)), ("2", Err(failure))] {
            answers.arrived(&from, id, TIMEOUT_MS, 0);
            let Some(DataMessage::Response { result: Err(failure), .. }) = answers.answer(&from, id, result)
            else {
                panic!("no error")
            };
            assert!(failure.message.len() <= MAX_MESSAGE_BYTES && failure.data.is_empty());
        }
    }

    #[test]
    fn handlers_that_never_return_do_not_block_a_caller_for_ever() {
        let (mut answers, from) = (Answers::default(), "a".into());
        for id in 0..MAX_CALLS {
            answers.arrived(&from, &id.to_string(), TIMEOUT_MS, 0);
        }
        let later = Timestamp::from(TIMEOUT_MS);
        assert!(is_failure(&answers.arrived(&from, "more", TIMEOUT_MS, later - 1)));
        assert_eq!(answers.arrived(&from, "again", TIMEOUT_MS, later), Arrival::New);
        assert!(is_failure(&answers.arrived(&from, "0", TIMEOUT_MS, later)), "it was executed");
        assert_eq!(answers.answer(&from, "0", Ok("late".into())), None);
    }

    #[test]
    fn who_has_left_is_forgotten_before_who_is_here() {
        let mut answers = Answers::default();
        let id = |caller: usize| ParticipantId::from(format!("{caller:04}").as_str());
        for caller in 0..MAX_CALLERS {
            answers.arrived(&id(caller), "1", TIMEOUT_MS, 0);
        }
        answers.left(&id(100));
        answers.arrived(&id(MAX_CALLERS), "1", TIMEOUT_MS, 0);
        assert!(answers.answer(&id(0), "1", Ok("3".into())).is_some());
        assert_eq!(answers.answer(&id(100), "1", Ok("3".into())), None);
    }

    #[test]
    fn responses_that_wait_are_bounded_and_leave_with_their_caller() {
        let mut answers = Answers::default();
        for number in 0..2 * MAX_UNSENT {
            answers.refused(&"a".into(), response(&number.to_string(), ""));
        }
        answers.refused(&"b".into(), response("1", ""));
        answers.left(&"a".into());
        assert_eq!(answers.take_unsent(), [("b".into(), response("1", ""))]);
        assert!(answers.take_unsent().is_empty());
    }
}
