//! Errors for JavaScript: `Error` objects with a stable `code`.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::rpc::application_error;
use crate::error::{Error, MediaError, RpcError, TYPESCRIPT_ERROR_CODE};
use crate::platform::cause_of;

#[wasm_bindgen(typescript_custom_section)]
const ERROR_CODE: &str = TYPESCRIPT_ERROR_CODE;
// The dead code lint does not see uses in the section.
const _: &str = TYPESCRIPT_ERROR_CODE;

#[wasm_bindgen(typescript_custom_section)]
const MOIM_ERROR: &str = r#"
/** Why the package is not initialized. See `init`. */
export type InitErrorCode =
  /** `init` was not called, or it failed. */
  | "ERR_NOT_INITIALIZED"
  /** The module is not served, or cannot be compiled. */
  | "ERR_INIT_FAILED"
  /** The page's Content-Security-Policy forbids WebAssembly. */
  | "ERR_INIT_BLOCKED";

/**
 * The error that every function of this package throws or rejects with. Each function documents its codes. In addition,
 * any function that calls a browser API may fail with `ERR_BROWSER`: an exception that has no code of its own, with the
 * exception as `cause`.
 */
export interface MoimError extends Error {
  /** The cause as a stable string: distinguish errors by it, not by the message. */
  readonly code: ErrorCode;
  /** The browser's exception, if there is one. */
  readonly cause?: unknown;
  /** With `ERR_MEDIA_OVERCONSTRAINED`: the constraint that no device satisfies, such as `"deviceId"`. */
  readonly constraint?: string;
  /** With `ERR_MEDIA_NOT_ALLOWED`: who denied it, as far as it is known. */
  readonly refusedBy?: Refusal;
}
"#;

impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        if let Error::Rpc(RpcError::Application { code, message, data }) = &error {
            return application_error(*code, message, data.as_deref());
        }
        let object = js_sys::Error::new(&error.to_string());
        object.set_name(error.name());
        // Setting a property of a new object cannot fail.
        let set = |key: &str, value: &JsValue| Reflect::set(&object, &key.into(), value);
        let _ = set("code", &error.code().as_str().into());
        if let Some(cause) = cause_of(&error) {
            let _ = set("cause", &cause);
        }
        if let Error::Media(MediaError::Overconstrained { constraint, .. }) = &error {
            let _ = set("constraint", &constraint.into());
        }
        if let Error::Media(MediaError::NotAllowed { by, .. }) = &error {
            let _ = set("refusedBy", &by.as_str().into());
        }
        object.into()
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen::JsCast;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::error::Refusal;
    use crate::platform::exception::Exception;

    fn property(value: &JsValue, key: &str) -> JsValue {
        Reflect::get(value, &key.into()).expect("an object")
    }

    #[wasm_bindgen_test]
    fn errors_are_error_objects_with_a_code() {
        let value = JsValue::from(Error::Unsupported { feature: "getDisplayMedia" });

        let error: &js_sys::Error = value.dyn_ref().expect("instanceof Error");
        assert_eq!(error.name(), "UnsupportedError");
        assert_eq!(error.message(), "this browser does not support getDisplayMedia");
        assert_eq!(property(&value, "code"), "ERR_UNSUPPORTED");
        assert!(!Reflect::has(&value, &"cause".into()).expect("an object"));
    }

    #[wasm_bindgen_test]
    fn errors_keep_the_exception_as_their_cause() {
        let exception = js_sys::Error::new("no");
        exception.set_name("OverconstrainedError");
        Reflect::set(&exception, &"constraint".into(), &"deviceId".into()).expect("an object");
        let value = JsValue::from(
            Exception::from(JsValue::from(exception.clone())).into_capture("camera", Refusal::Unknown),
        );

        assert_eq!(property(&value, "code"), "ERR_MEDIA_OVERCONSTRAINED");
        assert_eq!(property(&value, "constraint"), "deviceId");
        assert_eq!(property(&value, "cause"), JsValue::from(exception));
    }

    #[wasm_bindgen_test]
    fn anything_can_be_thrown() {
        for (thrown, name, message) in [
            (JsValue::from("words"), "Error", "words"),
            (JsValue::NULL, "Error", "no details"),
            (JsValue::from(js_sys::TypeError::new("wrong")), "TypeError", "wrong"),
        ] {
            let exception = Exception::from(thrown);
            assert_eq!((exception.name.as_str(), exception.message.as_str()), (name, message));
        }
    }
}
