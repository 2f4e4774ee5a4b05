//! Maps exceptions of peer connection methods.

use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::platform::exception::Exception;

/// Classifies an exception by its name; `action` is the operation.
pub(super) fn refusal(action: &'static str) -> impl Fn(JsValue) -> Error {
    move |thrown| {
        let exception = Exception::from(thrown);
        match exception.name.as_str() {
            "InvalidStateError" => {
                let state = "the connection is closed, or the transceiver is stopped or not negotiated yet";
                exception.as_cause_of(Error::InvalidState { action, state })
            }
            "TypeError"
            | "RangeError"
            | "InvalidAccessError"
            | "InvalidModificationError"
            | "InvalidCharacterError"
            | "OperationError" => {
                let detail = format!("cannot {action}: {}", exception.message);
                exception.as_cause_of(Error::InvalidOptions { detail })
            }
            _ => {
                let (name, detail) =
                    (exception.name.clone(), format!("cannot {action}: {}", exception.message));
                exception.as_cause_of(Error::Browser { name, detail })
            }
        }
    }
}
