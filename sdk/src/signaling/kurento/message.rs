//! Requests, and what the server sends.

use moim_protocol::json::write_text;
use serde_json::{Map, Value};

use crate::error::{Error, KurentoError, Result};

/// The largest request, in bytes. The server passes 1 MiB, and cuts the connection at some larger size.
const MAX_REQUEST_BYTES: usize = 1 << 20;

/// The longest message of the server in an error, in bytes.
const MAX_DETAIL_BYTES: usize = 300;

/// The code of `connect` with a session that the server does not know.
pub(super) const INVALID_SESSION: i64 = 40_007;

/// The code of a call of an object that does not exist.
const OBJECT_NOT_FOUND: i64 = 40_101;

/// The members of an object.
pub(crate) type Params = Map<String, Value>;

/// A call of the server, without the session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(super) method: &'static str,
    pub(super) params: Params,
}

impl Request {
    /// A request with any parameters.
    pub(crate) fn new(method: &'static str, params: Params) -> Self {
        Self { method, params }
    }

    /// Creates an object. Resolves with its id.
    pub(crate) fn create(kind: &str, options: Params) -> Self {
        Self::new("create", params(vec![("type", kind.into()), ("constructorParams", options.into())]))
    }

    /// Calls an operation of an object. Resolves with its result.
    pub(crate) fn invoke(object: &str, operation: &str, arguments: Params) -> Self {
        let call = vec![
            ("object", object.into()),
            ("operation", operation.into()),
            ("operationParams", arguments.into()),
        ];
        Self::new("invoke", params(call))
    }

    /// Requests the events of a type from an object. Resolves with the subscription's id.
    pub(crate) fn subscribe(object: &str, kind: &str) -> Self {
        Self::new("subscribe", params(vec![("type", kind.into()), ("object", object.into())]))
    }

    /// Ends a subscription.
    pub(crate) fn unsubscribe(object: &str, subscription: &str) -> Self {
        Self::new(
            "unsubscribe",
            params(vec![("object", object.into()), ("subscription", subscription.into())]),
        )
    }

    /// Releases an object and what is in it, for every session. Succeeds for one that does not exist, too.
    pub(crate) fn release(object: &str) -> Self {
        Self::new("release", params(vec![("object", object.into())]))
    }

    pub(super) fn ping(interval_ms: u64) -> Self {
        Self::new("ping", params(vec![("interval", interval_ms.into())]))
    }

    /// Whether a successful reply means that the server knows the session: it does from the first object on.
    pub(super) fn makes_session_known(&self) -> bool {
        self.method == "create" || self.params.contains_key("object")
    }

    /// The request as text, or an error if it is too large.
    pub(super) fn to_text(&self, id: u64, session: Option<&str>) -> Result<String> {
        let mut text =
            format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"{}\",\"params\":{{", self.method);
        for (name, value) in &self.params {
            write_text(name, &mut text);
            text.push(':');
            write_value(value, &mut text);
            text.push(',');
        }
        if let Some(session) = session {
            text.push_str("\"sessionId\":");
            write_text(session, &mut text);
        } else if text.ends_with(',') {
            text.pop();
        }
        text.push_str("}}");
        if text.len() > MAX_REQUEST_BYTES {
            let detail = format!("the call has {} bytes: Kurento accepts {MAX_REQUEST_BYTES}", text.len());
            return Err(Error::InvalidOptions { detail });
        }
        Ok(text)
    }

    /// The texts in the parameters that may contain credentials, such as the URL of a TURN server.
    fn secrets(&self) -> Vec<&str> {
        let arguments = self.params.get("operationParams").or_else(|| self.params.get("constructorParams"));
        let values = arguments.and_then(Value::as_object).into_iter().flat_map(Map::values);
        values.filter_map(Value::as_str).filter(|text| text.contains('@')).collect()
    }

    /// The error of this request, without the session and what may be secret in the parameters.
    pub(super) fn refusal(&self, error: &Value, session: Option<&str>) -> Error {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut detail = text(error.get("message"));
        for secret in self.secrets().into_iter().chain(session).filter(|secret| !secret.is_empty()) {
            detail = detail.replace(secret, "…");
        }
        shorten(&mut detail);
        let mut kind = text(error.get("data").and_then(|data| data.get("type")));
        shorten(&mut kind);
        let code = error.get("code").and_then(Value::as_i64).unwrap_or_default();
        match code {
            OBJECT_NOT_FOUND => KurentoError::ObjectLost { detail },
            _ => KurentoError::Refused { code, kind, detail },
        }
        .into()
    }
}

fn shorten(text: &mut String) {
    let mut end = MAX_DETAIL_BYTES.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

/// Parameters with these members. Inserted one by one: `collect` would sort them, with kilobytes of code.
pub(crate) fn params(members: Vec<(&str, Value)>) -> Params {
    let mut params = Params::new();
    for (name, value) in members {
        params.insert(name.to_owned(), value);
    }
    params
}

/// Appends a value as JSON. `serde_json`'s writer would be another few kilobytes.
fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(text, out),
        Value::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(element, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(name, out);
                out.push(':');
                write_value(value, out);
            }
            out.push('}');
        }
    }
}

/// What the server sent.
#[derive(Debug)]
pub(super) enum Received {
    Reply { id: u64, result: Result<Value, Value> },
    Event { object: String, kind: String, data: Value },
}

impl Received {
    /// Reads a frame. `None` if it is neither, such as an error without an id: that of a request that was not understood.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let Value::Object(mut message) = serde_json::from_str(text).ok()? else { return None };
        if message.get("method").and_then(Value::as_str) == Some("onEvent") {
            let mut value = message.get_mut("params")?.get_mut("value")?.take();
            let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
            let (object, kind) = (text("object")?, text("type")?);
            let data = value.get_mut("data").map(Value::take).unwrap_or_default();
            return Some(Self::Event { object, kind, data });
        }
        let id = message.get("id")?.as_u64()?;
        let error = message.get_mut("error").map(Value::take);
        let result = match (error, message.get_mut("result").map(Value::take)) {
            (Some(error), _) => Err(error),
            (None, Some(result)) => Ok(result),
            (None, None) => return None,
        };
        Some(Self::Reply { id, result })
    }
}

/// The JSON text of a value.
pub(crate) fn value_to_text(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, &mut text);
    text
}
