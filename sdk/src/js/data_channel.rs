//! `DataChannel` for JavaScript.

use std::cell::{Cell, OnceCell};
use std::future::poll_fn;

use futures::{StreamExt, stream};
use js_sys::{JSON, Object, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessageEventInit, RtcDataChannel, RtcPeerConnection, WritableStream};

use super::abort::{self, NoOptions, abortable};
use super::event_target::{self, Method, Target};
use super::media::to_js;
use super::options::expected;
use super::promise::future_to_promise;
use super::streams::{Values, async_iterator, readable_stream, writable_stream};
use super::{bytes, options};
use crate::platform::data_channel::{Payload, RawMessage};
use crate::platform::task::spawn_local;
use crate::{DataChannel, DataChannelError, ListenerGuard, Result};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("data_channel.ts");

/// A channel for messages and files between two peers. It stays open until `close()` is called, or until the
/// remote peer or the connection closes it. Misspelt options, and arguments of the wrong type or out of range result in
/// `ERR_INVALID_OPTIONS`.
/// @see https://www.w3.org/TR/webrtc/#rtcdatachannel
/// @example
/// const channel = connection.createDataChannel("notes");
/// await channel.send("hello");
/// for await (const message of channel.messages()) console.log(message);
#[derive(Debug)]
#[wasm_bindgen(js_name = DataChannel)]
pub struct JsDataChannel {
    channel: DataChannel,
    /// Target of `open` and `close`.
    states: Target,
    /// Target of `message` and `messageerror`.
    messages: Target,
    dispatching: Cell<bool>,
    readable: OnceCell<Object>,
    writable: OnceCell<WritableStream>,
}

impl JsDataChannel {
    /// The class for a channel. It keeps the channel open, even if JavaScript drops all references.
    pub(crate) fn new(channel: DataChannel) -> Result<Self, JsValue> {
        let (states, messages) = (Target::new()?, Target::new()?);
        let opened = states.clone();
        let listener = ListenerGuard::new(channel.as_raw(), "open", move |_| opened.fire_plain("open"));
        let (kept, over) = (channel.clone(), states.clone());
        spawn_local(async move {
            // Callers of other methods get the reason.
            let _ = kept.closed().await;
            drop(listener);
            over.fire_plain("close");
            over.end();
        });
        Ok(Self::with(channel, states, messages))
    }

    fn with(channel: DataChannel, states: Target, messages: Target) -> Self {
        let (readable, writable) = (OnceCell::new(), OnceCell::new());
        Self { channel, states, messages, dispatching: Cell::default(), readable, writable }
    }

    /// The channel behind the JavaScript object.
    pub(crate) fn handle(&self) -> DataChannel {
        self.channel.clone()
    }

    fn target_of(&self, event: &JsValue) -> Result<(&Target, String)> {
        let event = event_target::event_name(event, &["open", "close", "message", "messageerror"])?;
        let is_state = matches!(event.as_str(), "open" | "close");
        Ok((if is_state { &self.states } else { &self.messages }, event))
    }
}

#[wasm_bindgen(js_class = DataChannel)]
impl JsDataChannel {
    /// For `class::handle`.
    #[wasm_bindgen(js_name = __handle, skip_typescript)]
    pub fn js_handle(&self) -> Self {
        Self::with(self.handle(), self.states.clone(), self.messages.clone())
    }

    /// Creates a channel on a browser's connection. The remote peer gets a `datachannel` event, unless the channel is
    /// negotiated.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for invalid or conflicting options, and if it is not an
    /// `RTCPeerConnection`; ERR_INVALID_STATE when the connection is closed.
    pub fn create(
        #[wasm_bindgen(unchecked_param_type = "RTCPeerConnection")] connection: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] label: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "DataChannelOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let connection = raw_connection(connection)?;
        let label: String = options::parse_value(label, "label")?;
        let options = options::parse(options, "data channel options")?;
        Self::new(DataChannel::create(connection, &label, &options)?)
    }

    /// Wraps a browser's channel, such as that of a `datachannel` event of `connection`. Call it synchronously in the
    /// event handler, or the first messages are missed.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for invalid options, and if an argument is not an `RTCDataChannel` or
    /// an `RTCPeerConnection`.
    #[wasm_bindgen(js_name = fromRtcDataChannel)]
    pub fn from_rtc_data_channel(
        #[wasm_bindgen(unchecked_param_type = "RTCDataChannel")] channel: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "RTCPeerConnection")] connection: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "MessageOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let raw = channel.dyn_ref::<RtcDataChannel>();
        let raw = raw.ok_or_else(|| expected("channel", "an RTCDataChannel", channel))?;
        let options = options::parse(options, "message options")?;
        Self::new(DataChannel::from_raw(raw.clone(), raw_connection(connection)?, &options)?)
    }

    /// Sends a message. Resolves when all of it is in the browser's buffer: immediately while there is room,
    /// later when the buffer is above the high-water mark or the channel is not open yet. Await it before sending more.
    /// Messages are sent in the order of the calls.
    /// @throws {MoimError} ERR_DATA_TOO_LARGE if it exceeds `maxMessageSize`; ERR_DATA_CLOSED when the channel is
    /// closed, or closes first; ERR_DATA_FAILED when the channel or the browser fails; ERR_INVALID_OPTIONS if it is not
    /// a string or a `BufferSource`; ERR_ABORTED when its `signal` is aborted: then it is not sent, unless the browser's
    /// buffer already has a part of it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn send(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | ArrayBuffer | ArrayBufferView")] data: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        send(&self.channel, payload(data), options)
    }

    /// Sends a value as JSON text.
    /// @throws {MoimError} the codes of `send`; ERR_INVALID_OPTIONS if the value cannot be serialized, such as a
    /// function, a `BigInt` or a cyclic object.
    #[wasm_bindgen(js_name = sendJson, unchecked_return_type = "Promise<void>")]
    pub fn send_json(
        &self,
        #[wasm_bindgen(unchecked_param_type = "unknown")] value: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        let text = JSON::stringify(value).ok().and_then(|text| text.as_string());
        let text = text.ok_or_else(|| expected("value", "a value that can be serialized as JSON", value));
        send(&self.channel, text.map(Payload::Text), options)
    }

    /// The received messages: `for await (const message of channel.messages())`. Includes those that arrived before the
    /// first call. Ends when the channel is closed, and throws when messages were lost: call it again to continue. Each
    /// message is delivered to one reader only: an iterator, `readable`, or the listeners of `"message"`.
    /// @throws {MoimError} during iteration: ERR_DATA_LAGGED when messages were dropped because they were not read in
    /// time; ERR_DATA_TOO_LARGE for a message that exceeds this peer's limit; ERR_DATA_MALFORMED when the remote peer
    /// does not use moim's framing; ERR_DATA_CLOSED when the channel closed before a message was complete;
    /// ERR_DATA_FAILED when it failed.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<DataMessage>")]
    pub fn messages(&self) -> Object {
        async_iterator(values(&self.channel))
    }

    /// The received messages as a `ReadableStream`, always the same object. An error that `messages()` throws ends it
    /// permanently.
    #[wasm_bindgen(getter, unchecked_return_type = "ReadableStream<DataMessage>")]
    pub fn readable(&self) -> Object {
        self.readable.get_or_init(|| readable_stream(values(&self.channel), |_| {})).clone()
    }

    /// A `WritableStream` that sends what is written to it, always the same object. Closing it sends all queued
    /// messages and closes the channel.
    #[wasm_bindgen(getter, unchecked_return_type = "WritableStream<string | ArrayBuffer | ArrayBufferView>")]
    pub fn writable(&self) -> WritableStream {
        let make = || {
            let (sender, closer, aborter) = (self.handle(), self.handle(), self.handle());
            let close = move || {
                let channel = closer.clone();
                future_to_promise(async move {
                    channel.flushed().await?;
                    channel.close();
                    Ok(JsValue::UNDEFINED)
                })
            };
            writable_stream(
                move |chunk| send(&sender, payload(&chunk), None),
                close,
                move |_| aborter.close(),
                &JsValue::UNDEFINED,
            )
        };
        self.writable.get_or_init(make).clone()
    }

    /// Resolves when the channel is open.
    /// @throws {MoimError} ERR_DATA_CLOSED when it closes without having been open; ERR_DATA_FAILED when it fails;
    /// ERR_ABORTED when its `signal` is aborted, which does not affect the channel.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn opened(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        let channel = self.handle();
        abortable(abort::parse(options, "options"), |NoOptions {}| async move {
            Ok(channel.opened().await.map(|()| JsValue::UNDEFINED)?)
        })
    }

    /// Resolves when the channel is closed by either peer.
    /// @throws {MoimError} ERR_DATA_FAILED when it failed; ERR_ABORTED when its
    /// `signal` is aborted, which does not affect the channel.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn closed(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        let channel = self.handle();
        abortable(abort::parse(options, "options"), |NoOptions {}| async move {
            Ok(channel.closed().await.map(|()| JsValue::UNDEFINED)?)
        })
    }

    /// Resolves when everything was sent.
    /// @throws {MoimError} ERR_DATA_CLOSED when the channel closes first; ERR_DATA_FAILED when it fails; ERR_ABORTED
    /// when its `signal` is aborted, which does not affect the channel.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn flushed(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortOptions")] options: Option<JsValue>,
    ) -> Promise {
        let channel = self.handle();
        abortable(abort::parse(options, "options"), |NoOptions {}| async move {
            Ok(channel.flushed().await.map(|()| JsValue::UNDEFINED)?)
        })
    }

    /// Closes the channel for both peers. Queued messages fail, file transfers are interrupted. Idempotent.
    pub fn close(&self) {
        self.channel.close();
    }

    /// The label.
    #[wasm_bindgen(getter)]
    pub fn label(&self) -> String {
        self.channel.label()
    }

    /// The application's subprotocol.
    #[wasm_bindgen(getter)]
    pub fn protocol(&self) -> String {
        self.channel.protocol().to_owned()
    }

    /// The id, from 0 to 65534, once assigned.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> Option<u16> {
        self.channel.id()
    }

    /// The channel's state.
    #[wasm_bindgen(getter, unchecked_return_type = "DataChannelState")]
    pub fn state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.channel.state())
    }

    /// Whether long messages are fragmented, which also allows sending files.
    #[wasm_bindgen(getter)]
    pub fn framing(&self) -> bool {
        self.channel.has_framing()
    }

    /// Bytes that are queued to be sent, here and in the browser's buffer.
    #[wasm_bindgen(getter, js_name = bufferedAmount)]
    pub fn buffered_amount(&self) -> f64 {
        self.channel.buffered_amount() as f64
    }

    /// The longest message in bytes that can currently be sent.
    #[wasm_bindgen(getter, js_name = maxMessageSize)]
    pub fn max_message_size(&self) -> f64 {
        self.channel.max_message_size() as f64
    }

    /// The browser's object.
    #[wasm_bindgen(getter, js_name = rtcDataChannel)]
    pub fn rtc_data_channel(&self) -> RtcDataChannel {
        self.channel.as_raw().clone()
    }

    #[wasm_bindgen(js_name = addEventListener, skip_typescript)]
    pub fn add_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        let (target, event) = self.target_of(event)?;
        target.call(Method::Add, &event, listener, options)?;
        if matches!(event.as_str(), "message" | "messageerror") && !self.dispatching.replace(true) {
            spawn_local(dispatch(self.handle(), self.messages.clone()));
        }
        Ok(())
    }

    #[wasm_bindgen(js_name = removeEventListener, skip_typescript)]
    pub fn remove_event_listener(
        &self,
        event: &JsValue,
        listener: &JsValue,
        options: &JsValue,
    ) -> Result<(), JsValue> {
        let (target, event) = self.target_of(event)?;
        target.call(Method::Remove, &event, listener, options)
    }
}

/// The call itself determines the order; only its result is awaited.
fn send(channel: &DataChannel, payload: Result<Payload>, options: Option<JsValue>) -> Promise {
    let message = payload.and_then(|payload| {
        let (NoOptions {}, signals) = abort::parse(options, "options")?;
        Ok((payload, signals))
    });
    abortable(message, |payload| {
        let through = channel.queue(payload);
        async move {
            through?.await.unwrap_or(Err(DataChannelError::Closed.into()))?;
            Ok(JsValue::UNDEFINED)
        }
    })
}

fn payload(data: &JsValue) -> Result<Payload> {
    if let Some(text) = data.as_string() {
        return Ok(Payload::Text(text));
    }
    let wrong = || expected("data", "a string, an ArrayBuffer or a view of one", data);
    bytes::view(data).map(Payload::Js).ok_or_else(wrong)
}

fn values(channel: &DataChannel) -> Values {
    let channel = channel.clone();
    stream::poll_fn(move |context| {
        channel.poll_message(context).map(|message| message.map(|message| Ok(value(message?))))
    })
    .boxed_local()
}

fn value(message: RawMessage) -> JsValue {
    match message {
        RawMessage::Text(text) => text,
        RawMessage::Binary(bytes) => bytes.into(),
    }
}

/// Fires an event for each message at the target.
async fn dispatch(channel: DataChannel, target: Target) {
    while let Some(message) = poll_fn(|context| channel.poll_message(context)).await {
        match message {
            Ok(message) => {
                let init = MessageEventInit::new();
                init.set_data(&value(message));
                if let Ok(event) = MessageEvent::new_with_event_init_dict("message", &init) {
                    target.fire(&event);
                }
            }
            Err(error) => target.fire_detail("messageerror", &error.into()),
        }
    }
    target.end();
}

fn raw_connection(connection: &JsValue) -> Result<&RtcPeerConnection> {
    connection.dyn_ref().ok_or_else(|| expected("connection", "an RTCPeerConnection", connection))
}
