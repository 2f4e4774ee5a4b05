//! Maps exceptions of the browser's recorder.

use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::platform::exception::Exception;

/// Classifies an exception for tracks or options that the browser cannot record.
pub(super) fn refused(thrown: JsValue) -> Error {
    let exception = Exception::from(thrown);
    match exception.name.as_str() {
        "NotSupportedError" | "InvalidModificationError" | "TypeError" => {
            let detail =
                format!("this browser cannot record these tracks with these options: {}", exception.message);
            exception.as_cause_of(Error::InvalidOptions { detail })
        }
        _ => recorder_error(exception),
    }
}

pub(super) fn recorder_error(thrown: impl Into<Exception>) -> Error {
    let exception = thrown.into();
    let detail = format!("{}: {}", exception.name, exception.message);
    exception.as_cause_of(Error::Recorder { detail })
}
