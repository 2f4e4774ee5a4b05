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

/// What a connection takes that does not say: RFC 8841, section 6.1.
const DEFAULT_MAX_MESSAGE_SIZE: f64 = 65_536.0;

/// Where a channel is in its life: <https://www.w3.org/TR/webrtc/#dom-rtcdatachannelstate>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum DataChannelState {
    /// It is being opened. What is sent waits.
    Connecting,
    /// Messages flow.
    Open,
    /// One end closes it.
    Closing,
    /// It is over.
    Closed,
}

/// A channel for messages and files between two ends of a peer connection.
///
/// A clone is another handle. Dropping the last one closes the channel; a file under way keeps one.
///
/// Reading: the channel is a `Stream` of [`Message`]s. Sending: [`send`](Self::send) waits while the browser's buffer is
/// above the high-water mark; the channel is a `Sink`, too.
#[derive(Clone, Debug)]
pub struct DataChannel(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Until it is over: JavaScript may hold a channel for as long as it likes.
    listeners: RefCell<Option<[ListenerGuard; 5]>>,
    raw: RtcDataChannel,
    connection: RtcPeerConnection,
    options: MessageOptions,
    framing: bool,
    protocol: String,
    /// Whether a message that was sent arrives, as long as the channel is open.
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
    /// Makes a channel. The far end gets a `datachannel` event, unless the channel is negotiated.
    ///
    /// # Errors
    /// `InvalidOptions` for options that make no sense, alone or together; `InvalidState` when the connection is closed.
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

    /// Wraps a channel of the browser, such as that of a `datachannel` event of `connection`: in the event itself, or
    /// its first messages are missed.
    ///
    /// # Errors
    /// `InvalidOptions` for options that make no sense.
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

    /// Sends a message. Ready when all of it is handed to the browser: at once while there is room in its buffer, later
    /// when it is above the high-water mark or the channel is not open yet. Messages are sent in the order of the calls'
    /// first polls; a call that is dropped takes its message back, unless it was begun.
    ///
    /// # Errors
    /// `TooLarge` for a message beyond `max_message_size`, or without framing beyond that of the connection; `Closed`
    /// when the channel closes first; `Failed` when the browser cannot send.
    pub async fn send(&self, message: impl Into<Message>) -> Result<()> {
        self.queue(Payload::from(message.into()))?.await.unwrap_or(Err(DataChannelError::Closed.into()))
    }

    /// Sends bytes that are JavaScript's, without a copy in the module's memory, which can only grow.
    ///
    /// # Errors
    /// Those of [`send`](Self::send).
    pub async fn send_array(&self, bytes: &Uint8Array) -> Result<()> {
        self.queue(Payload::Js(bytes.clone()))?.await.unwrap_or(Err(DataChannelError::Closed.into()))
    }

    /// Sends a value as JSON text. Read it with [`Message::json`].
    ///
    /// # Errors
    /// Those of [`send`](Self::send), and [`Error::InvalidOptions`] for what JSON cannot say.
    pub async fn send_json<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.send(Message::from_json(value)?).await
    }

    /// Waits until the channel is open.
    ///
    /// # Errors
    /// `Closed` if that never happens; `Failed`, with the browser's words, if it told why.
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

    /// Waits until the channel is closed, by whichever end.
    ///
    /// # Errors
    /// `Failed`, with the browser's words, when it did not close but fail.
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

    /// Waits until everything is sent: nothing waits here, nor in the browser's buffer.
    ///
    /// # Errors
    /// `Closed` when the channel closes first; `Failed`, with the browser's words, when it fails.
    pub async fn flushed(&self) -> Result<()> {
        poll_fn(|context| self.poll_sent(context)).await
    }

    /// Closes the channel for both ends. What waits to be sent fails, files under way are interrupted. Closing again
    /// does nothing.
    pub fn close(&self) {
        self.0.raw.close();
        self.0.end();
    }

    /// The channel as a byte stream.
    pub fn into_io(self) -> DataChannelIo {
        DataChannelIo::new(self)
    }

    /// Where the channel is in its life.
    pub fn state(&self) -> DataChannelState {
        match self.0.raw.ready_state() {
            _ if self.0.over.get() => DataChannelState::Closed,
            RtcDataChannelState::Connecting => DataChannelState::Connecting,
            RtcDataChannelState::Open => DataChannelState::Open,
            RtcDataChannelState::Closing => DataChannelState::Closing,
            _ => DataChannelState::Closed,
        }
    }

    /// The name that it was made with.
    pub fn label(&self) -> String {
        self.0.raw.label()
    }

    /// What the application speaks over it.
    pub fn protocol(&self) -> &str {
        &self.0.protocol
    }

    /// Its id, once the connection has given it one.
    pub fn id(&self) -> Option<u16> {
        self.0.raw.id()
    }

    /// Whether long messages are sent in fragments, and files can be sent.
    pub fn has_framing(&self) -> bool {
        self.0.framing
    }

    /// Whether nothing is lost and order kept.
    pub fn is_reliable_and_ordered(&self) -> bool {
        self.0.reliable && self.0.ordered
    }

    /// Bytes that wait to be sent: those of messages that wait for room, and those in the browser's buffer.
    pub fn buffered_amount(&self) -> usize {
        self.0.outbox.borrow().size() + self.0.raw.buffered_amount() as usize
    }

    /// The longest message in bytes that can be sent now.
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
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&init, &"priority".into(), &JsValue::from_str(name));
    }
    init
}
