//! Exceptions of the browser, read without trusting their shape.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::Error;
use crate::engine::capture::Refusal;

/// Anything that was thrown or rejected: a `DOMException`, an `Error`, or any other value.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    /// `DOMException.name`, or `"Error"` for a value without a name.
    pub(crate) name: String,
    /// The browser's words.
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
        Self::Browser { name: exception.name, detail: exception.message }
    }
}

impl Exception {
    /// An exception of the offer/answer exchange; `step` is what was being done.
    pub(crate) fn into_negotiation(self, step: &'static str) -> Error {
        Error::Negotiation { step, detail: format!("{}: {}", self.name, self.message) }
    }

    /// Sorts an exception of capture; `device` is what was asked for, and `by` who refused, if it is that.
    pub(crate) fn into_capture(self, device: &'static str, by: Refusal) -> Failure {
        let constraint = self.constraint.as_deref();
        let error = Error::from_capture(device, &self.name, &self.message, constraint, by);
        Failure { error, cause: Some(self.raw) }
    }
}

/// An error together with the exception that it was made from, which JavaScript gets as `error.cause`.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    #[cfg_attr(not(feature = "js"), allow(dead_code, reason = "read by the JavaScript facade"))]
    pub(crate) cause: Option<JsValue>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, cause: None }
    }
}

impl From<Exception> for Failure {
    fn from(exception: Exception) -> Self {
        let cause = Some(exception.raw.clone());
        Self { error: exception.into(), cause }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}
