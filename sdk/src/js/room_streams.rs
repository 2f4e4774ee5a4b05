//! Streams of a room as Web Streams: <https://streams.spec.whatwg.org/>.

use futures::StreamExt;
use js_sys::{Object, Reflect, Uint8Array};
use serde::Serializer;
use serde_wasm_bindgen::preserve;
use wasm_bindgen::prelude::*;
use web_sys::WritableStream;

use super::bytes;
use super::convert::attributes_object;
use super::options;
use super::promise::future_to_promise;
use super::room::{JsRoom, participant_id};
use super::streams::{readable_stream, writable_stream};
use crate::engine::stream::{StreamHeader, StreamKind};
use crate::error::Error;
use crate::platform::exception::Exception;
use crate::room::{IncomingStream, OutgoingStream};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("room_streams.ts");

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    #[wasm_bindgen(js_name = openStream, skip_typescript)]
    pub fn open_stream(&self, to: JsValue, options: Option<JsValue>) -> Result<WritableStream, JsValue> {
        let (to, options) = (participant_id(to)?, options::parse(options, "stream options")?);
        Ok(writable(self.handle().open_stream(&to, &options)?))
    }
}

fn writable(stream: OutgoingStream) -> WritableStream {
    let ended = stream.ended();
    let failed = future_to_promise(async move { Ok(ended.await.map(|()| JsValue::UNDEFINED)?) });
    let (writer, closer) = (stream.share(), stream.share());
    let write = move |chunk: JsValue| {
        let stream = writer.share();
        future_to_promise(async move {
            let written = match payload(&chunk, stream.kind()) {
                Ok(bytes) => stream.write(bytes).await,
                Err(error) => Err(error),
            };
            if let Err(error) = &written {
                // A JavaScript stream does not abort when a write fails.
                stream.abort(&error.to_string());
            }
            Ok(written.map(|()| JsValue::UNDEFINED)?)
        })
    };
    let close = move || {
        let stream = closer.share();
        future_to_promise(async move { Ok(stream.close().await.map(|()| JsValue::UNDEFINED)?) })
    };
    writable_stream(write, close, move |reason| stream.abort(&Exception::from(reason).message), &failed)
}

fn payload(chunk: &JsValue, kind: StreamKind) -> Result<Vec<u8>, Error> {
    let (bytes, expected) = match kind {
        StreamKind::Text => (chunk.as_string().map(String::into_bytes), "a string"),
        StreamKind::Bytes => {
            (bytes::view(chunk).map(|bytes| bytes.to_vec()), "an ArrayBuffer or a view of one")
        }
    };
    bytes.ok_or_else(|| options::expected("chunk", expected, chunk))
}

/// For the event `streamopened`.
pub(crate) fn incoming<S: Serializer>(stream: &IncomingStream, serializer: S) -> Result<S::Ok, S::Error> {
    let StreamHeader { kind, topic, attributes, size, .. } = stream.header();
    let kind = *kind;
    let object = Object::new();
    // Setting a property of a new object cannot fail.
    let set = |object: &Object, key: &str, value: &JsValue| drop(Reflect::set(object, &key.into(), value));
    set(&object, "kind", &if kind == StreamKind::Text { "text" } else { "bytes" }.into());
    set(&object, "topic", &topic.into());
    set(&object, "attributes", &attributes_object(attributes));
    if let Some(size) = size {
        set(&object, "size", &(*size as f64).into());
    }
    let value = move |bytes: Vec<u8>| match kind {
        StreamKind::Text => String::from_utf8_lossy(&bytes).as_ref().into(),
        StreamKind::Bytes => Uint8Array::from(bytes.as_slice()).into(),
    };
    let cancelled = stream.clone();
    let values = stream.clone().map(move |bytes| Ok(value(bytes?))).boxed_local();
    let readable = readable_stream(values, move |reason| cancelled.cancel(&Exception::from(reason).message));
    set(&object, "readable", &readable);
    preserve::serialize(&object, serializer)
}
