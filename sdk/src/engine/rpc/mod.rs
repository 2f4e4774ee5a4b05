//! Remote procedure calls between participants: at most one execution and one result for each call.
//!
//! Both ends know a call by its id, which is random. While a call has no result, its caller repeats it whenever something
//! may have been lost; whoever has executed it repeats the response instead.

mod answers;
mod calls;

pub use self::answers::{Answers, Arrival};
pub use self::calls::Calls;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::{DataChannelError, Error, Result, RpcError};

/// The longest payload of a call or a response, in bytes. The same as LiveKit's, so that it does not depend on the server.
pub const MAX_PAYLOAD_BYTES: usize = 15 * 1024;
/// The longest name of a method, in bytes.
pub const MAX_METHOD_BYTES: usize = 64;
/// The longest id of a call, in bytes. Longer ones are a stranger's.
const MAX_ID_BYTES: usize = 64;
/// The longest message of an error, in bytes.
const MAX_MESSAGE_BYTES: usize = 256;
/// The most calls to a participant that have no result yet, and the most of one participant that are executed.
const MAX_CALLS: usize = 64;

/// Checks the payload of a call.
///
/// # Errors
/// `TooLarge`.
pub fn check_payload(payload: &str) -> Result<(), DataChannelError> {
    match payload.len() {
        size if size > MAX_PAYLOAD_BYTES => {
            Err(DataChannelError::TooLarge { size, limit: MAX_PAYLOAD_BYTES })
        }
        _ => Ok(()),
    }
}

/// Checks the name of a method.
///
/// # Errors
/// `InvalidOptions`.
pub fn check_method(method: &str) -> Result<()> {
    if (1..=MAX_METHOD_BYTES).contains(&method.len()) {
        return Ok(());
    }
    let detail = format!("the name of a method must have 1 to {MAX_METHOD_BYTES} bytes");
    Err(Error::InvalidOptions { detail })
}

/// A payload as JSON.
///
/// # Errors
/// `Failed` for what JSON cannot express.
pub fn to_json(value: &impl Serialize) -> Result<String, RpcError> {
    serde_json::to_string(value).map_err(|error| RpcError::Failed { detail: format!("not JSON: {error}") })
}

/// The value of a payload. An empty one, JavaScript's `undefined`, is read as `null`, and one that is not JSON, as other clients
/// of LiveKit may send it, as a string.
///
/// # Errors
/// `Failed` for a value of another type.
pub fn from_json<T: DeserializeOwned>(payload: &str) -> Result<T, RpcError> {
    let payload = if payload.is_empty() { "null" } else { payload };
    let value = serde_json::from_str(payload).or_else(|error| match error.classify() {
        Category::Data => Err(error),
        _ => T::deserialize(serde_json::Value::from(payload)),
    });
    value.map_err(|error| RpcError::Failed { detail: format!("the payload has another type: {error}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_may_be_empty_or_text() {
        assert_eq!(from_json(&to_json(&(1, "a")).unwrap()), Ok((1, "a".to_owned())));
        assert_eq!(from_json(""), Ok(()));
        assert_eq!(from_json("hi x"), Ok("hi x".to_owned()));
        assert!(matches!(from_json::<u8>("[1]"), Err(RpcError::Failed { .. })));
        assert!(matches!(from_json::<u8>("hi"), Err(RpcError::Failed { .. })));
    }

    #[test]
    fn a_name_is_short_and_not_empty() {
        assert_eq!(check_method(&"x".repeat(MAX_METHOD_BYTES)), Ok(()));
        for wrong in ["", &"x".repeat(MAX_METHOD_BYTES + 1)] {
            assert!(check_method(wrong).is_err());
        }
    }
}
