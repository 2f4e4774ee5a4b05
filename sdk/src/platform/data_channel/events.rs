//! Handles the browser's events of a channel: <https://www.w3.org/TR/webrtc/#rtcdatachannel>.

use std::rc::{Rc, Weak};

use js_sys::{ArrayBuffer, JsString, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, RtcDataChannel};

use super::message::AssembledBytes;
use super::{DataChannel, Inner, RawMessage};
use crate::engine::framing::{FragmentHeader, FrameKind, HEADER_BYTES, MessageKind};
use crate::error::{DataChannelError, Result};
use crate::platform::exception::Exception;
use crate::platform::listener::ListenerGuard;

/// `RTCError.sctpCauseCode` when the remote peer closed its connection, which is not a failure.
const USER_INITIATED_ABORT: f64 = 12.0;

pub(super) fn listen(raw: &RtcDataChannel, weak: &Weak<Inner>) -> [ListenerGuard; 5] {
    let listen = |event: &'static str, handle: fn(&Rc<Inner>, Event)| {
        let weak = weak.clone();
        ListenerGuard::new(raw, event, move |event| {
            if let Some(inner) = weak.upgrade() {
                handle(&inner, event);
            }
        })
    };
    [
        listen("open", |inner, _| {
            inner.watchers.wake();
            inner.writers.wake();
            inner.pump();
        }),
        listen("bufferedamountlow", |inner, _| {
            inner.raw.set_buffered_amount_low_threshold(inner.options.low_water_mark);
            inner.pump();
            inner.writers.wake();
        }),
        listen("message", |inner, event| {
            inner.handle_message(event.unchecked_into::<MessageEvent>().data());
        }),
        listen("error", |inner, event| {
            let error = Reflect::get(&event, &"error".into()).unwrap_or(JsValue::UNDEFINED);
            let cause = Reflect::get(&error, &"sctpCauseCode".into()).ok().and_then(|code| code.as_f64());
            if cause != Some(USER_INITIATED_ABORT) {
                let exception = Exception::from(error);
                let detail = exception.message.clone();
                inner
                    .failure
                    .replace(Some(exception.as_cause_of(DataChannelError::Failed { detail }.into())));
            }
        }),
        listen("close", |inner, _| inner.end()),
    ]
}

fn utf16_length(text: &JsValue) -> usize {
    text.dyn_ref::<JsString>().map_or(0, |text| text.length() as usize)
}

impl Inner {
    fn handle_message(self: &Rc<Self>, data: JsValue) {
        if self.over.get() {
            return;
        }
        let message = match data.dyn_into::<ArrayBuffer>() {
            Err(text) => Some(self.limited(RawMessage::Text(text))),
            Ok(buffer) if self.framing => self.handle_frame(Uint8Array::new(&buffer)),
            Ok(buffer) => Some(self.limited(RawMessage::Binary(Uint8Array::new(&buffer)))),
        };
        if self.reliable {
            let given_up = self.reassembler.borrow_mut().take_given_up();
            self.inbox.borrow_mut().miss(given_up);
        }
        if let Some(message) = message {
            self.inbox.borrow_mut().push(message);
            self.readers.wake();
        }
    }

    /// Returns the message that a frame completes.
    fn handle_frame(self: &Rc<Self>, frame: Uint8Array) -> Option<Result<RawMessage>> {
        let length = frame.length();
        let mut start = [0; HEADER_BYTES];
        let start = &mut start[..HEADER_BYTES.min(length as usize)];
        frame.subarray(0, start.len() as u32).copy_to(start);
        match FrameKind::read(start) {
            Some(FrameKind::Whole) => Some(self.limited(RawMessage::Binary(frame.subarray(1, length)))),
            Some(FrameKind::Fragment(header)) => {
                let chunk = frame.subarray(HEADER_BYTES as u32, length);
                self.handle_fragment(header, &chunk).transpose()
            }
            Some(FrameKind::Transfer) if self.reliable && self.ordered => {
                let channel = DataChannel(self.clone());
                let understood = self.transfers.handle_frame(&channel, &frame.to_vec());
                (!understood).then_some(Err(DataChannelError::Malformed.into()))
            }
            Some(FrameKind::Transfer) | None => Some(Err(DataChannelError::Malformed.into())),
        }
    }

    /// Returns the message unless it is too long. A fragmented one is rejected before it is reassembled.
    fn limited(&self, message: RawMessage) -> Result<RawMessage> {
        let limit = self.options.max_message_size as usize;
        let size = match &message {
            RawMessage::Binary(bytes) => bytes.length() as usize,
            // A UTF-16 code unit takes at most three bytes in UTF-8.
            RawMessage::Text(text) if 3 * utf16_length(text) <= limit => return Ok(message),
            RawMessage::Text(text) => text.as_string().map_or(0, |text| text.len()),
        };
        if size > limit { Err(DataChannelError::TooLarge { size, limit }.into()) } else { Ok(message) }
    }

    fn handle_fragment(&self, header: FragmentHeader, chunk: &Uint8Array) -> Result<Option<RawMessage>> {
        let whole = self.reassembler.borrow_mut().insert(header, chunk, chunk.length() as usize)?;
        Ok(match whole {
            Some((MessageKind::Binary, AssembledBytes(bytes))) => Some(RawMessage::Binary(bytes)),
            Some((MessageKind::Text, AssembledBytes(bytes))) => {
                let text = String::from_utf8(bytes.to_vec()).map_err(|_| DataChannelError::Malformed)?;
                Some(RawMessage::Text(text.into()))
            }
            None => None,
        })
    }
}
