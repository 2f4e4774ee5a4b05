//! The data channels of each connection of a room: for reliable messages, for unreliable ones, and for files.

use std::rc::Rc;
use std::task::{Context, Poll};

use futures::StreamExt;
use futures::future::{AbortHandle, abortable};
use web_sys::RtcPeerConnection;

use super::data_channel::{DataChannel, Message};
use crate::engine::connection::ConnectionInput;
use crate::engine::data::{Frame, MAX_FRAME_BYTES};
use crate::error::Result;
use crate::model::{Channel, LinkProfile};
use crate::options::{DataChannelOptions, MessageOptions};
use crate::platform::task::spawn_local;

/// Buffered bytes above which unreliable messages are dropped: they would arrive too late.
const MAX_LOSSY_WAITING: usize = 64 * 1024;
#[derive(Debug)]
pub(super) struct RoomChannel {
    /// The limit of buffered bytes.
    max_waiting: usize,
    channel: DataChannel,
    report: AbortHandle,
}

impl RoomChannel {
    pub(super) fn open(
        kind: Channel,
        connection: &RtcPeerConnection,
        profile: &LinkProfile,
        on_input: Rc<dyn Fn(ConnectionInput)>,
    ) -> Result<Self> {
        let label = profile.label(kind);
        let options = DataChannelOptions {
            negotiated: label.is_none(),
            id: label.is_none().then(|| kind.id()),
            ordered: kind.is_reliable(),
            max_retransmits: (!kind.is_reliable()).then_some(0),
            messages: MessageOptions {
                // The messages of the other channels are short enough.
                framing: (!profile.framing || kind != Channel::Reliable).then_some(false),
                max_message_size: MAX_FRAME_BYTES as u32,
                ..MessageOptions::default()
            },
            ..DataChannelOptions::default()
        };
        let max_waiting = if kind.is_reliable() { profile.max_waiting } else { MAX_LOSSY_WAITING };
        let channel = DataChannel::create(connection, label.unwrap_or(kind.label()), &options)?;
        let kinds = profile.channels.iter().copied().filter(|one| profile.carrier(*one) == kind).collect();
        let (task, report) = abortable(report(kind, kinds, channel.clone(), on_input));
        spawn_local(async move {
            let _ = task.await;
        });
        Ok(Self { max_waiting, channel, report })
    }

    /// Sends a message. Returns whether the channel is full now.
    pub(super) fn send(&self, frame: Frame) -> Result<bool> {
        let message = match frame {
            Frame::Text(text) => Message::Text(text),
            Frame::Binary(bytes) => Message::Binary(bytes),
        };
        self.channel.enqueue(message.into(), None)?;
        Ok(self.channel.buffered_amount() > self.max_waiting)
    }

    /// Whether a message can be sent without waiting.
    pub(super) fn poll_capacity(&self, context: &Context<'_>) -> Poll<Result<()>> {
        self.channel.poll_capacity(context)
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

/// Passes the channel's events on, until it is closed. Not from within a browser's event: a listener that lets the browser
/// continue, as `alert` does in Firefox, would fall further behind than the receipts tell the sender.
async fn report(
    kind: Channel,
    kinds: Vec<Channel>,
    mut channel: DataChannel,
    on_input: Rc<dyn Fn(ConnectionInput)>,
) {
    if channel.opened().await.is_ok() {
        kinds.iter().for_each(|kind| on_input(ConnectionInput::ChannelOpen(*kind)));
        while let Some(message) = channel.next().await {
            // Malformed and excessive messages are dropped, like the room's messages.
            let frame = match message {
                Ok(Message::Text(text)) => Frame::Text(text),
                Ok(Message::Binary(bytes)) => Frame::Binary(bytes),
                Err(_) => continue,
            };
            on_input(ConnectionInput::ChannelMessage(kind, frame));
        }
    }
    kinds.iter().for_each(|kind| on_input(ConnectionInput::ChannelClosed(*kind)));
}
