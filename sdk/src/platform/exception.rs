//! Reads browser exceptions without trusting their shape: <https://webidl.spec.whatwg.org/#idl-DOMException>.

use std::cell::RefCell;
use std::collections::VecDeque;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::error::{Error, Refusal};

/// A thrown or rejected value: a `DOMException`, an `Error`, or any other value.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    /// `DOMException.name`, or `"Error"` for a value without a name.
    pub(crate) name: String,
    /// The browser's error message.
    pub(crate) message: String,
    /// `OverconstrainedError.constraint`.
    pub(crate) constraint: Option<String>,
    raw: JsValue,
}

impl From<JsValue> for Exception {
    fn from(raw: JsValue) -> Self {
        let text = |key: &str| {
            let value = Reflect::get(&raw, &JsValue::from_str(key)).ok()?;
            value.as_string().filter(|text| !text.is_empty())
        };
        let name = text("name").unwrap_or_else(|| "Error".to_owned());
        let message = text("message").or_else(|| raw.as_string()).unwrap_or_else(|| "no details".to_owned());
        Self { name, message, constraint: text("constraint"), raw }
    }
}

impl From<Exception> for Error {
    fn from(exception: Exception) -> Self {
        let (name, detail) = (exception.name.clone(), exception.message.clone());
        exception.as_cause_of(Self::Browser { name, detail })
    }
}

impl Exception {
    /// An exception of the offer/answer exchange; `step` is the step that failed.
    pub(crate) fn into_negotiation(self, step: &'static str) -> Error {
        let detail = format!("{}: {}", self.name, self.message);
        self.as_cause_of(Error::Negotiation { step, detail })
    }

    /// Classifies an exception of a capture; `device` is the requested device, and `by` who denied it, if denied.
    pub(crate) fn into_capture(self, device: &'static str, by: Refusal) -> Error {
        let error = Error::from_capture(device, &self.name, &self.message, self.constraint.as_deref(), by);
        self.as_cause_of(error)
    }

    /// Makes this the [cause](cause_of) of an error.
    #[expect(clippy::wrong_self_convention, reason = "it becomes the cause and is consumed")]
    pub(crate) fn as_cause_of(self, error: Error) -> Error {
        remember(&error, self.raw);
        error
    }
}

/// The number of exceptions that are kept. An error reaches JavaScript soon after it was created, or never.
const REMEMBERED: usize = 16;

thread_local! {
    /// The latest exceptions, with the errors created from them. An [`Error`] does not hold its own: unlike a
    /// JavaScript value it can be compared, and sent to another thread.
    static CAUSES: RefCell<VecDeque<(Error, JsValue)>> = const { RefCell::new(VecDeque::new()) };
}

fn remember(error: &Error, cause: JsValue) {
    if !cfg!(feature = "js") {
        return;
    }
    CAUSES.with_borrow_mut(|causes| {
        causes.truncate(REMEMBERED - 1);
        causes.push_front((error.clone(), cause));
    });
}

/// The exception that an error was created from.
#[cfg_attr(not(feature = "js"), allow(dead_code, reason = "for the JavaScript facade"))]
pub(crate) fn cause_of(error: &Error) -> Option<JsValue> {
    CAUSES.with_borrow(|causes| causes.iter().find(|(told, _)| told == error).map(|(_, cause)| cause.clone()))
}

/// Replaces an error with another one that has the same cause.
pub(crate) fn retold(error: &Error, words: Error) -> Error {
    if let Some(cause) = cause_of(error) {
        remember(&words, cause);
    }
    words
}
