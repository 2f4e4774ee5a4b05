//! `DataChannel` for JavaScript.

use std::cell::{Cell, OnceCell};
use std::future::poll_fn;

use futures::{StreamExt, stream};
use js_sys::{JSON, Object, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    CustomEvent, CustomEventInit, MessageEvent, MessageEventInit, RtcDataChannel, RtcPeerConnection,
    WritableStream,
};

use super::abort::{self, NoOptions, abortable};
use super::event_target::{self, Method, Target};
use super::media::to_js;
use super::promise::future_to_promise;
use super::streams::{Values, async_iterator, readable_stream, writable_stream};
use super::{bytes, options};
use crate::platform::data_channel::{Payload, RawMessage};
use crate::{DataChannel, DataChannelError, Error, ListenerGuard, Result};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("data_channel.ts");

/// A channel for messages and files between two ends of a peer connection. It is open until `close()`, or until the
/// far end or the connection closes it. Arguments and options that are misspelt, of the wrong type or out of range give
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
    /// Where `open` and `close` are fired.
    states: Target,
    /// Where `message` and `messageerror` are fired.
    messages: Target,
    dispatching: Cell<bool>,
    readable: OnceCell<Object>,
    writable: OnceCell<WritableStream>,
}

impl JsDataChannel {
    /// The class for a channel. It keeps the channel open, even if JavaScript forgets it.
    pub(crate) fn new(channel: DataChannel) -> Result<Self, JsValue> {
        let (states, messages) = (Target::new()?, Target::new()?);
        let opened = states.clone();
        let listener = ListenerGuard::new(channel.as_raw(), "open", move |_| opened.fire_plain("open"));
        let (kept, over) = (channel.clone(), states.clone());
        spawn_local(async move {
            // Why it closed is told to whoever asks.
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

    /// Makes a channel on a connection of the browser. The far end gets a `datachannel` event, unless the channel is
    /// negotiated.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for options that make no sense, alone or together, and for what is no
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

    /// Wraps a channel of the browser, such as that of a `datachannel` event of `connection`: in the event itself, or its
    /// first messages are missed.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for options that make no sense, and for what is no `RTCDataChannel` or
    /// no `RTCPeerConnection`.
    #[wasm_bindgen(js_name = fromRtcDataChannel)]
    pub fn from_rtc_data_channel(
        #[wasm_bindgen(unchecked_param_type = "RTCDataChannel")] channel: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "RTCPeerConnection")] connection: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "MessageOptions")] options: Option<JsValue>,
    ) -> Result<Self, JsValue> {
        let raw = channel.dyn_ref::<RtcDataChannel>();
        let raw = raw.ok_or_else(|| invalid("channel: expected an RTCDataChannel".to_owned()))?;
        let options = options::parse(options, "message options")?;
        Self::new(DataChannel::from_raw(raw.clone(), raw_connection(connection)?, &options)?)
    }

    /// Sends a message. Fulfilled when all of it is handed to the browser: at once while there is room in its buffer,
    /// later when it is above the high-water mark or the channel is not open yet. Await it before you send more. Messages
    /// are sent in the order of the calls.
    /// @throws {MoimError} ERR_DATA_TOO_LARGE beyond `maxMessageSize`; ERR_DATA_CLOSED when the channel is closed, or
    /// closes first; ERR_DATA_FAILED when the channel or the browser fails; ERR_INVALID_OPTIONS for what is neither
    /// text nor bytes.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn send(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | ArrayBuffer | ArrayBufferView")] data: &JsValue,
    ) -> Promise {
        send(&self.channel, payload(data))
    }

    /// Sends a value as JSON text.
    /// @throws {MoimError} the codes of `send`; ERR_INVALID_OPTIONS for what JSON cannot say, such as a function, a
    /// `BigInt` or an object that holds itself.
    #[wasm_bindgen(js_name = sendJson, unchecked_return_type = "Promise<void>")]
    pub fn send_json(&self, #[wasm_bindgen(unchecked_param_type = "unknown")] value: &JsValue) -> Promise {
        let text = JSON::stringify(value).ok().and_then(|text| text.as_string());
        let text = text.ok_or_else(|| invalid("the value: JSON cannot say it".to_owned()));
        send(&self.channel, text.map(Payload::Text))
    }

    /// The messages: `for await (const message of channel.messages())`. Those that came before somebody read too. Ends
    /// when the channel is closed, and when messages did not come: call it again to go on. Each message goes to one
    /// reader only: an iterator, `readable`, or the listeners of `"message"`.
    /// @throws {MoimError} while it is read: ERR_DATA_LAGGED when messages were dropped that nobody read in time;
    /// ERR_DATA_TOO_LARGE for a message beyond this end's own limit; ERR_DATA_MALFORMED when the far end does not speak
    /// our framing; ERR_DATA_CLOSED when the channel closed in the middle of a message; ERR_DATA_FAILED when it failed.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<DataMessage>")]
    pub fn messages(&self) -> Object {
        async_iterator(values(&self.channel))
    }

    /// The messages as a Web Stream, always the same. What `messages()` throws ends it for good.
    #[wasm_bindgen(getter, unchecked_return_type = "ReadableStream<DataMessage>")]
    pub fn readable(&self) -> Object {
        self.readable.get_or_init(|| readable_stream(values(&self.channel), |_| {})).clone()
    }

    /// A Web Stream that sends what is written to it, always the same. Closing it sends all and closes the channel.
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
                move |chunk| send(&sender, payload(&chunk)),
                close,
                move |_| aborter.close(),
                &JsValue::UNDEFINED,
            )
        };
        self.writable.get_or_init(make).clone()
    }

    /// Fulfilled when the channel is open.
    /// @throws {MoimError} ERR_DATA_CLOSED when it closes without ever being open; ERR_DATA_FAILED when it fails; ERR_ABORTED when its
    /// `signal` is aborted, which ends the waiting alone.
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

    /// Fulfilled when the channel is closed, by whichever end.
    /// @throws {MoimError} ERR_DATA_FAILED when it did not close but fail; ERR_ABORTED when its
    /// `signal` is aborted, which ends the waiting alone.
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

    /// Fulfilled when everything is sent.
    /// @throws {MoimError} ERR_DATA_CLOSED when the channel closes first; ERR_DATA_FAILED when it fails; ERR_ABORTED when its
    /// `signal` is aborted, which ends the waiting alone.
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

    /// Closes the channel for both ends. What waits to be sent fails, files under way are interrupted. Closing again does
    /// nothing.
    pub fn close(&self) {
        self.channel.close();
    }

    /// The name that it was made with.
    #[wasm_bindgen(getter)]
    pub fn label(&self) -> String {
        self.channel.label()
    }

    /// What the application speaks over it.
    #[wasm_bindgen(getter)]
    pub fn protocol(&self) -> String {
        self.channel.protocol().to_owned()
    }

    /// Its id, from 0 to 65534, once the connection has given it one.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> Option<u16> {
        self.channel.id()
    }

    /// Where the channel is in its life.
    #[wasm_bindgen(getter, unchecked_return_type = "DataChannelState")]
    pub fn state(&self) -> Result<JsValue, JsValue> {
        to_js(&self.channel.state())
    }

    /// Whether long messages are sent in fragments, and files can be sent.
    #[wasm_bindgen(getter)]
    pub fn framing(&self) -> bool {
        self.channel.has_framing()
    }

    /// Bytes that wait to be sent, here and in the browser's buffer.
    #[wasm_bindgen(getter, js_name = bufferedAmount)]
    pub fn buffered_amount(&self) -> f64 {
        self.channel.buffered_amount() as f64
    }

    /// The longest message in bytes that can be sent now.
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

/// The call itself decides the order; only what comes of it is waited for.
fn send(channel: &DataChannel, payload: Result<Payload>) -> Promise {
    let through = payload.and_then(|payload| channel.queue(payload));
    future_to_promise(async move {
        through?.await.unwrap_or(Err(DataChannelError::Closed.into()))?;
        Ok(JsValue::UNDEFINED)
    })
}

fn payload(data: &JsValue) -> Result<Payload> {
    if let Some(text) = data.as_string() {
        return Ok(Payload::Text(text));
    }
    let wrong = || invalid("data: expected a string, an ArrayBuffer or a view of one".to_owned());
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

/// Fires each message at the target.
async fn dispatch(channel: DataChannel, target: Target) {
    while let Some(message) = poll_fn(|context| channel.poll_message(context)).await {
        let event = match message {
            Ok(message) => {
                let init = MessageEventInit::new();
                init.set_data(&value(message));
                MessageEvent::new_with_event_init_dict("message", &init).map(JsCast::unchecked_into)
            }
            Err(error) => {
                let init = CustomEventInit::new();
                init.set_detail(&error.into());
                CustomEvent::new_with_event_init_dict("messageerror", &init).map(JsCast::unchecked_into)
            }
        };
        if let Ok(event) = event {
            target.fire(&event);
        }
    }
    target.end();
}

fn raw_connection(connection: &JsValue) -> Result<&RtcPeerConnection> {
    connection.dyn_ref().ok_or_else(|| invalid("connection: expected an RTCPeerConnection".to_owned()))
}

pub(super) fn invalid(detail: String) -> Error {
    Error::InvalidOptions { detail }
}
