//! What a browser's refusal means.

use wasm_bindgen::JsValue;

use crate::Error;
use crate::platform::exception::Exception;

/// What a browser throws at tracks and options that it cannot record.
pub(super) fn refused(thrown: JsValue) -> Error {
    let exception = Exception::from(thrown);
    match exception.name.as_str() {
        "NotSupportedError" | "InvalidModificationError" | "TypeError" => Error::InvalidOptions {
            detail: format!("this browser cannot record these tracks so: {}", exception.message),
        },
        name => Error::Recorder { detail: format!("{name}: {}", exception.message) },
    }
}

pub(super) fn recorder_error(exception: JsValue) -> Error {
    let Exception { name, message, .. } = exception.into();
    Error::Recorder { detail: format!("{name}: {message}") }
}
