//! `RTCDataChannel`: <https://www.w3.org/TR/webrtc/#rtcdatachannel>, the one that each connection has.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, RtcDataChannel, RtcDataChannelInit, RtcDataChannelType, RtcPeerConnection};

use super::exception::Exception;
use super::listener::ListenerGuard;
use crate::engine::connection::ConnectionInput;
use crate::engine::data::Frame;
use crate::error::{DataChannelError, Result};

/// Both ends create the channel with this id, so that neither has to announce it (RFC 8832 is not needed).
const CHANNEL_ID: u16 = 0;

#[derive(Debug)]
pub(super) struct DataChannel {
    _listeners: [ListenerGuard; 3],
    raw: RtcDataChannel,
}

impl DataChannel {
    pub(super) fn open(connection: &RtcPeerConnection, on_input: Rc<dyn Fn(ConnectionInput)>) -> Self {
        let init = RtcDataChannelInit::new();
        init.set_negotiated(true);
        init.set_id(CHANNEL_ID);
        let raw = connection.create_data_channel_with_data_channel_dict("moim", &init);
        raw.set_binary_type(RtcDataChannelType::Arraybuffer);
        let (opened, closed) = (on_input.clone(), on_input.clone());
        let listeners = [
            ListenerGuard::new(&raw, "open", move |_| opened(ConnectionInput::ChannelOpen)),
            ListenerGuard::new(&raw, "close", move |_| closed(ConnectionInput::ChannelClosed)),
            ListenerGuard::new(&raw, "message", move |event| {
                let data = event.unchecked_into::<MessageEvent>().data();
                let frame = match data.dyn_into::<ArrayBuffer>() {
                    Ok(buffer) => Frame::Binary(Uint8Array::new(&buffer).to_vec()),
                    Err(data) => Frame::Text(data.as_string().unwrap_or_default()),
                };
                on_input(ConnectionInput::ChannelMessage(frame));
            }),
        ];
        Self { _listeners: listeners, raw }
    }

    pub(super) fn send(&self, frame: &Frame) -> Result<()> {
        let sent = match frame {
            Frame::Text(text) => self.raw.send_with_str(text),
            Frame::Binary(bytes) => self.raw.send_with_u8_array(bytes),
        };
        sent.map_err(|value| DataChannelError::Failed { detail: Exception::from(value).message }.into())
    }

    pub(super) fn close(&self) {
        self.raw.close();
    }
}
