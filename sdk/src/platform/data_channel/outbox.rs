//! Messages that wait for room in the browser's buffer: <https://www.w3.org/TR/webrtc/#dom-rtcdatachannel-send>.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;

use futures::channel::oneshot;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::RtcDataChannel;

use super::message::Message;
use crate::engine::framing::{Fragments, HEADER_BYTES, MAX_FRAME_BYTES, MessageKind, WHOLE};
use crate::error::{DataChannelError, Result};
use crate::platform::exception::Exception;

/// Shorter messages are within every connection's limit.
pub(super) const SHORT_BYTES: usize = 1024;

/// The content of a message.
#[derive(Debug)]
pub(crate) enum Payload {
    Text(String),
    Bytes(Vec<u8>),
    /// A JavaScript buffer.
    Js(Uint8Array),
    /// A single frame, encoded elsewhere.
    Frame(Vec<u8>),
}

impl From<Message> for Payload {
    fn from(message: Message) -> Self {
        match message {
            Message::Text(text) => Self::Text(text),
            Message::Binary(bytes) => Self::Bytes(bytes),
        }
    }
}

impl Payload {
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) | Self::Frame(bytes) => bytes.len(),
            Self::Js(bytes) => bytes.length() as usize,
        }
    }

    /// Copies a part after a header.
    fn copy(&self, range: Range<usize>, frame: &Uint8Array) {
        match self {
            Self::Text(text) => frame.copy_from(&text.as_bytes()[range]),
            Self::Bytes(bytes) | Self::Frame(bytes) => frame.copy_from(&bytes[range]),
            Self::Js(bytes) => frame.set(&bytes.subarray(range.start as u32, range.end as u32), 0),
        }
    }
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) payload: Payload,
    /// Messages of a `Sink` have no receiver. Dropping the future of a message cancels it, unless sending has started.
    pub(super) done: Option<oneshot::Sender<Result<()>>>,
    fragments: Option<Fragments>,
}

impl Entry {
    pub(super) fn new(payload: Payload, done: Option<oneshot::Sender<Result<()>>>) -> Self {
        Self { payload, done, fragments: None }
    }

    fn is_taken_back(&self) -> bool {
        self.fragments.is_none() && self.done.as_ref().is_some_and(oneshot::Sender::is_canceled)
    }

    pub(super) fn finish(self, result: Result<()>) {
        if let Some(done) = self.done {
            let _ = done.send(result);
        }
    }
}

/// The result of sending a frame.
pub(super) enum SendProgress {
    /// The message was sent completely.
    Through,
    /// More frames follow.
    More,
    /// The browser's buffer is full.
    NotNow,
    Failed(DataChannelError),
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: VecDeque<Entry>,
    /// The total size.
    size: usize,
    next_message: u32,
    /// The buffer in which a frame is assembled. Allocated when it is first needed.
    scratch: Option<Uint8Array>,
    /// The channel closed while messages without a receiver were queued.
    pub(super) lost: bool,
}

impl Outbox {
    pub(super) fn push(&mut self, entry: Entry) {
        self.size += entry.payload.size();
        self.queue.push_back(entry);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Bytes that are queued here, before the browser's buffer.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn pop(&mut self) -> Option<Entry> {
        while let Some(entry) = self.queue.pop_front() {
            self.size -= entry.payload.size();
            if !entry.is_taken_back() {
                return Some(entry);
            }
        }
        None
    }

    pub(super) fn put_back(&mut self, entry: Entry) {
        self.size += entry.payload.size();
        self.queue.push_front(entry);
    }

    /// A queued message must not change when JavaScript reuses its buffer.
    pub(super) fn own_last(&mut self) {
        if let Some(Entry { payload: Payload::Js(bytes), .. }) = self.queue.back_mut() {
            *bytes = bytes.slice(0, bytes.length());
        }
    }

    fn scratch(&mut self) -> Uint8Array {
        let allocate = || Uint8Array::new_with_length(MAX_FRAME_BYTES as u32);
        self.scratch.get_or_insert_with(allocate).clone()
    }

    fn next_message(&mut self) -> u32 {
        self.next_message = self.next_message.wrapping_add(1);
        self.next_message
    }
}

/// Sends the next frame of a message. `limit` returns the connection's limit in bytes.
pub(super) fn send_next(
    raw: &RtcDataChannel,
    entry: &mut Entry,
    framing: bool,
    limit: impl Fn() -> usize,
    outbox: &RefCell<Outbox>,
) -> SendProgress {
    let size = entry.payload.size();
    let mut scratch = || outbox.borrow_mut().scratch();
    if entry.fragments.is_none() {
        // Of thousands of messages in a second, most are short.
        let limit = if size < SHORT_BYTES { SHORT_BYTES } else { limit() };
        let frame_limit = if framing { limit.min(MAX_FRAME_BYTES) } else { limit };
        let (kind, length) = match &entry.payload {
            Payload::Text(_) => (MessageKind::Text, size),
            Payload::Bytes(_) | Payload::Js(_) if framing => (MessageKind::Binary, size + 1),
            Payload::Bytes(_) | Payload::Js(_) | Payload::Frame(_) => (MessageKind::Binary, size),
        };
        let can_be_cut = framing && !matches!(entry.payload, Payload::Frame(_));
        match length <= frame_limit {
            true => return through(raw, send_whole(raw, &entry.payload, framing, &mut scratch)),
            false if !can_be_cut => return SendProgress::Failed(DataChannelError::TooLarge { size, limit }),
            false => match Fragments::new(kind, outbox.borrow_mut().next_message(), size, frame_limit) {
                Ok(fragments) => entry.fragments = Some(fragments),
                Err(error) => return SendProgress::Failed(error),
            },
        }
    }
    let Some(fragments) = entry.fragments.as_mut() else { return SendProgress::Through };
    let before = fragments.clone();
    let Some(header) = fragments.next() else { return SendProgress::Through };
    let range = header.range();
    let end = (HEADER_BYTES + range.len()) as u32;
    let is_last = range.end == size;
    let scratch = scratch();
    scratch.subarray(0, HEADER_BYTES as u32).copy_from(&header.to_bytes());
    entry.payload.copy(range, &scratch.subarray(HEADER_BYTES as u32, end));
    match through(raw, raw.send_with_array_buffer_view(&scratch.subarray(0, end))) {
        SendProgress::Through if !is_last => SendProgress::More,
        SendProgress::NotNow => {
            *fragments = before;
            SendProgress::NotNow
        }
        sent => sent,
    }
}

fn send_whole(
    raw: &RtcDataChannel,
    payload: &Payload,
    framing: bool,
    scratch: &mut dyn FnMut() -> Uint8Array,
) -> Result<(), JsValue> {
    match payload {
        Payload::Text(text) => raw.send_with_str(text),
        Payload::Frame(bytes) => raw.send_with_u8_array(bytes),
        Payload::Bytes(bytes) if !framing => raw.send_with_u8_array(bytes),
        Payload::Js(bytes) if !framing => raw.send_with_array_buffer_view(bytes),
        Payload::Bytes(bytes) => {
            let mut frame = Vec::with_capacity(bytes.len() + 1);
            frame.push(WHOLE);
            frame.extend_from_slice(bytes);
            raw.send_with_u8_array(&frame)
        }
        Payload::Js(_) => {
            let scratch = scratch();
            let end = payload.size() + 1;
            scratch.set_index(0, WHOLE);
            payload.copy(0..payload.size(), &scratch.subarray(1, end as u32));
            raw.send_with_array_buffer_view(&scratch.subarray(0, end as u32))
        }
    }
}

fn through(raw: &RtcDataChannel, sent: Result<(), JsValue>) -> SendProgress {
    let Err(thrown) = sent else { return SendProgress::Through };
    let exception = Exception::from(thrown);
    match exception.name.as_str() {
        "OperationError" if raw.buffered_amount() > 0 => SendProgress::NotNow,
        "InvalidStateError" => SendProgress::Failed(DataChannelError::Closed),
        _ => {
            let error = DataChannelError::Failed { detail: exception.message.clone() };
            exception.as_cause_of(error.clone().into());
            SendProgress::Failed(error)
        }
    }
}
