//! `RTCDataChannel`: <https://www.w3.org/TR/webrtc/#rtcdatachannel>.

mod events;
mod files;
mod flow;
mod inbox;
mod io;
mod message;
mod outbox;
mod stream;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use js_sys::{Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use web_sys::{
    RtcDataChannel, RtcDataChannelInit, RtcDataChannelState, RtcDataChannelType, RtcPeerConnection,
};

use super::bindings::data_channel as bindings;
use super::exception::Exception;
use super::file::Transfers;
use super::listener::ListenerGuard;
use super::wakers::Wakers;
use crate::engine::framing::{Reassembler, marked, unmarked};
use crate::error::{DataChannelError, Error, Result};
use crate::options::{DataChannelOptions, DataChannelPriority, MessageOptions};
pub use files::IncomingFiles;
use inbox::Inbox;
pub use io::DataChannelIo;
use message::AssembledBytes;
pub use message::Message;
pub(crate) use message::RawMessage;
use outbox::Outbox;
pub(crate) use outbox::Payload;

/// The maximum message size if the remote description has none: RFC 8841, section 6.1.
const DEFAULT_MAX_MESSAGE_SIZE: f64 = 65_536.0;

/// The state of a channel: <https://www.w3.org/TR/webrtc/#dom-rtcdatachannelstate>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum DataChannelState {
    /// The channel is being opened. Messages are queued.
    Connecting,
    /// Messages can be sent and received.
    Open,
    /// The channel is being closed.
    Closing,
    /// The channel is closed.
    Closed,
}

/// A channel for messages and files between two peers.
///
/// Clones are handles to the same channel. Dropping the last one closes the channel; a file transfer in progress holds
/// one.
///
/// The channel is a `Stream` of received [`Message`]s. [`send`](Self::send) waits while the browser's buffer is
/// above the high-water mark; the channel is a `Sink`, too.
#[derive(Clone, Debug)]
pub struct DataChannel(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Kept until the channel is closed: JavaScript may hold a channel indefinitely.
    listeners: RefCell<Option<[ListenerGuard; 5]>>,
    raw: RtcDataChannel,
    connection: RtcPeerConnection,
    options: MessageOptions,
    framing: bool,
    protocol: String,
    /// Whether the channel is reliable and ordered.
    reliable: bool,
    ordered: bool,
    inbox: RefCell<Inbox>,
    reassembler: RefCell<Reassembler<AssembledBytes>>,
    outbox: RefCell<Outbox>,
    readers: Wakers,
    writers: Wakers,
    watchers: Wakers,
    failure: RefCell<Option<Error>>,
    over: Cell<bool>,
    transfers: Transfers,
}

impl DataChannel {
    /// Creates a channel. The remote peer gets a `datachannel` event, unless the channel is negotiated.
    ///
    /// # Errors
    /// `InvalidOptions` for invalid or conflicting options; `InvalidState` when the connection is closed.
    pub fn create(connection: &RtcPeerConnection, label: &str, options: &DataChannelOptions) -> Result<Self> {
        options.check()?;
        if label.len() > usize::from(u16::MAX) {
            let detail = "label is too long: expected less than 64 KiB of UTF-8".to_owned();
            return Err(Error::InvalidOptions { detail });
        }
        let framing = options.messages.framing.unwrap_or(true);
        let init = raw_init(options, framing);
        let raw = bindings::create_data_channel(connection, label, &init).map_err(|thrown| {
            let exception = Exception::from(thrown);
            match exception.name.as_str() {
                "InvalidStateError" => {
                    let state = "the connection is closed";
                    exception.as_cause_of(Error::InvalidState { action: "create a data channel", state })
                }
                "TypeError" | "OperationError" => {
                    let detail = exception.message.clone();
                    exception.as_cause_of(Error::InvalidOptions { detail })
                }
                _ => exception.into(),
            }
        })?;
        Ok(Self::new(raw, connection, options.messages.clone(), framing))
    }

    /// Wraps a browser's channel, such as that of a `datachannel` event of `connection`. Call it synchronously in the
    /// event handler, or the first messages are missed.
    ///
    /// # Errors
    /// `InvalidOptions` for invalid options.
    pub fn from_raw(
        raw: RtcDataChannel,
        connection: &RtcPeerConnection,
        options: &MessageOptions,
    ) -> Result<Self> {
        options.check()?;
        let framing = options.framing.unwrap_or_else(|| unmarked(&bindings::protocol(&raw)).1);
        Ok(Self::new(raw, connection, options.clone(), framing))
    }

    fn new(
        raw: RtcDataChannel,
        connection: &RtcPeerConnection,
        options: MessageOptions,
        framing: bool,
    ) -> Self {
        raw.set_binary_type(RtcDataChannelType::Arraybuffer);
        raw.set_buffered_amount_low_threshold(options.low_water_mark);
        let inner = Rc::new_cyclic(|weak| Inner {
            listeners: RefCell::new(Some(events::listen(&raw, weak))),
            connection: connection.clone(),
            framing,
            protocol: unmarked(&bindings::protocol(&raw)).0.to_owned(),
            reliable: raw.max_packet_life_time().is_none() && raw.max_retransmits().is_none(),
            ordered: bindings::ordered(&raw),
            inbox: RefCell::new(Inbox::new(options.max_unread as usize)),
            reassembler: RefCell::new(Reassembler::new(options.max_message_size as usize)),
            options,
            raw,
            outbox: RefCell::default(),
            readers: Wakers::default(),
            writers: Wakers::default(),
            watchers: Wakers::default(),
            failure: RefCell::default(),
            over: Cell::default(),
            transfers: Transfers::default(),
        });
        let channel = Self(inner);
        if channel.state() == DataChannelState::Closed {
            channel.0.end();
        }
        channel
    }

    /// Sends a message. Resolves when all of it is in the browser's buffer: immediately while there is room, later
    /// when the buffer is above the high-water mark or the channel is not open yet. Messages are sent in the order of
    /// the first polls; dropping the future cancels its message, unless sending has started.
    ///
    /// # Errors
    /// `TooLarge` if the message exceeds `max_message_size`, or without framing the limit of the connection; `Closed`
    /// if the channel closes first; `Failed` if the browser cannot send.
    pub async fn send(&self, message: impl Into<Message>) -> Result<()> {
        self.queue(Payload::from(message.into()))?.await.unwrap_or(Err(DataChannelError::Closed.into()))
    }

    /// Sends a JavaScript buffer, without a copy in the module's memory, which can only grow.
    ///
    /// # Errors
    /// The errors of [`send`](Self::send).
    pub async fn send_array(&self, bytes: &Uint8Array) -> Result<()> {
        self.queue(Payload::Js(bytes.clone()))?.await.unwrap_or(Err(DataChannelError::Closed.into()))
    }

    /// Sends a value as JSON text. Parse it with [`Message::json`].
    ///
    /// # Errors
    /// The errors of [`send`](Self::send), and [`Error::InvalidOptions`] if the value cannot be serialized.
    pub async fn send_json<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.send(Message::from_json(value)?).await
    }

    /// Resolves when the channel is open.
    ///
    /// # Errors
    /// `Closed` if it closes first; `Failed`, with the browser's error message, if it fails.
    pub async fn opened(&self) -> Result<()> {
        poll_fn(|context| {
            if self.0.over.get() {
                return Poll::Ready(Err(self.closed_error()));
            }
            if self.state() == DataChannelState::Open {
                return Poll::Ready(Ok(()));
            }
            self.0.watchers.register(context);
            Poll::Pending
        })
        .await
    }

    /// Resolves when the channel is closed by either peer.
    ///
    /// # Errors
    /// `Failed`, with the browser's error message, if it failed.
    pub async fn closed(&self) -> Result<()> {
        poll_fn(|context| {
            if self.0.over.get() {
                let failure = self.0.failure.borrow().clone();
                return Poll::Ready(failure.map_or(Ok(()), Err));
            }
            self.0.watchers.register(context);
            Poll::Pending
        })
        .await
    }

    /// Resolves when everything was sent: no message is queued here or in the browser's buffer.
    ///
    /// # Errors
    /// `Closed` if the channel closes first; `Failed`, with the browser's error message, if it fails.
    pub async fn flushed(&self) -> Result<()> {
        poll_fn(|context| self.poll_sent(context)).await
    }

    /// Closes the channel for both peers. Queued messages fail, file transfers are interrupted. Idempotent.
    pub fn close(&self) {
        self.0.raw.close();
        self.0.end();
    }

    /// Returns the channel as a byte stream.
    pub fn into_io(self) -> DataChannelIo {
        DataChannelIo::new(self)
    }

    /// The channel's state.
    pub fn state(&self) -> DataChannelState {
        match self.0.raw.ready_state() {
            _ if self.0.over.get() => DataChannelState::Closed,
            RtcDataChannelState::Connecting => DataChannelState::Connecting,
            RtcDataChannelState::Open => DataChannelState::Open,
            RtcDataChannelState::Closing => DataChannelState::Closing,
            _ => DataChannelState::Closed,
        }
    }

    /// The label.
    pub fn label(&self) -> String {
        self.0.raw.label()
    }

    /// The application's subprotocol.
    pub fn protocol(&self) -> &str {
        &self.0.protocol
    }

    /// The id, once assigned.
    pub fn id(&self) -> Option<u16> {
        self.0.raw.id()
    }

    /// Whether long messages are fragmented, which also allows sending files.
    pub fn has_framing(&self) -> bool {
        self.0.framing
    }

    /// Whether the channel is reliable and ordered.
    pub fn is_reliable_and_ordered(&self) -> bool {
        self.0.reliable && self.0.ordered
    }

    /// Bytes that are queued to be sent, here and in the browser's buffer.
    pub fn buffered_amount(&self) -> usize {
        self.0.outbox.borrow().size() + self.0.raw.buffered_amount() as usize
    }

    /// The longest message in bytes that can currently be sent.
    pub fn max_message_size(&self) -> usize {
        let own = self.0.options.max_message_size as usize;
        if self.0.framing { own } else { own.min(self.max_frame_size()) }
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &RtcDataChannel {
        &self.0.raw
    }

    /// `RTCSctpTransport.maxMessageSize` of the connection, in bytes.
    pub(crate) fn max_frame_size(&self) -> usize {
        self.0.max_frame_size()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.raw.close();
    }
}

fn raw_init(options: &DataChannelOptions, framing: bool) -> RtcDataChannelInit {
    let init = RtcDataChannelInit::new();
    init.set_ordered(options.ordered);
    if let Some(milliseconds) = options.max_packet_life_time {
        init.set_max_packet_life_time(milliseconds);
    }
    if let Some(times) = options.max_retransmits {
        init.set_max_retransmits(times);
    }
    if framing {
        init.set_protocol(&marked(&options.protocol));
    } else {
        init.set_protocol(&options.protocol);
    }
    init.set_negotiated(options.negotiated);
    if let Some(id) = options.id {
        init.set_id(id);
    }
    if let Some(priority) = options.priority {
        let name = match priority {
            DataChannelPriority::VeryLow => "very-low",
            DataChannelPriority::Low => "low",
            DataChannelPriority::Medium => "medium",
            DataChannelPriority::High => "high",
        };
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&init, &"priority".into(), &JsValue::from_str(name));
    }
    init
}
