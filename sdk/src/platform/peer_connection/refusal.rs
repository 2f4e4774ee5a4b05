//! What browsers throw at a call that they refuse.

use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::platform::exception::Exception;

/// Sorts an exception by its name; `action` is what was asked for.
pub(super) fn refusal(action: &'static str) -> impl Fn(JsValue) -> Error {
    move |thrown| {
        let exception = Exception::from(thrown);
        match exception.name.as_str() {
            "InvalidStateError" => {
                let state = "the connection is closed, or the transceiver stopped or not negotiated yet";
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
