//! The data channel that each connection of a room has, for chat and data.

use std::rc::Rc;

use futures::StreamExt;
use futures::future::{AbortHandle, abortable};
use wasm_bindgen_futures::spawn_local;
use web_sys::RtcPeerConnection;

use super::data_channel::{DataChannel, Message};
use crate::engine::connection::ConnectionInput;
use crate::engine::data::{Frame, MAX_MESSAGE_BYTES};
use crate::engine::topology::FarEnd;
use crate::{DataChannelOptions, MessageOptions, Result};

/// Both ends create the channel with this id, so that neither has to announce it (RFC 8832 is not needed).
const CHANNEL_ID: u16 = 0;

#[derive(Debug)]
pub(super) struct RoomChannel {
    channel: DataChannel,
    report: AbortHandle,
}

impl RoomChannel {
    pub(super) fn open(
        connection: &RtcPeerConnection,
        far_end: FarEnd,
        on_input: Rc<dyn Fn(ConnectionInput)>,
    ) -> Result<Self> {
        let options = DataChannelOptions {
            negotiated: true,
            id: Some(CHANNEL_ID),
            messages: MessageOptions {
                // The SFU reads each message by itself.
                framing: (far_end == FarEnd::Sfu).then_some(false),
                max_message_size: MAX_MESSAGE_BYTES as u32,
                ..MessageOptions::default()
            },
            ..DataChannelOptions::default()
        };
        let channel = DataChannel::create(connection, "moim", &options)?;
        let (task, report) = abortable(report(channel.clone(), on_input));
        spawn_local(async move {
            let _ = task.await;
        });
        Ok(Self { channel, report })
    }

    pub(super) fn send(&self, frame: &Frame) -> Result<()> {
        let message = match frame {
            Frame::Text(text) => Message::from(text.as_str()),
            Frame::Binary(bytes) => Message::from(bytes.as_slice()),
        };
        self.channel.enqueue(message.into(), None)
    }

    pub(super) fn close(&self) {
        self.channel.close();
    }
}

impl Drop for RoomChannel {
    fn drop(&mut self) {
        self.report.abort();
    }
}

/// Hands over what happens at the channel, until it is closed.
async fn report(mut channel: DataChannel, on_input: Rc<dyn Fn(ConnectionInput)>) {
    if channel.opened().await.is_ok() {
        on_input(ConnectionInput::ChannelOpen);
        while let Some(message) = channel.next().await {
            // What came wrong or too fast is left out, as the room's messages are.
            let frame = match message {
                Ok(Message::Text(text)) => Frame::Text(text),
                Ok(Message::Binary(bytes)) => Frame::Binary(bytes),
                Err(_) => continue,
            };
            on_input(ConnectionInput::ChannelMessage(frame));
        }
    }
    on_input(ConnectionInput::ChannelClosed);
}
