//! Messages: chat, with receipts, and application data.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::oneshot;
use serde::Serialize;

use super::{Room, RoomState};
use crate::engine::data::DataMessage;
use crate::engine::session::Receipt;
use crate::error::Result;
use crate::model::{Channel, ParticipantId};
use crate::options::{ChatOptions, DataOptions};
use crate::platform::clock;

/// The receipts of a chat message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ChatReceipt {
    /// The participants who have received it.
    pub delivered_to: Vec<ParticipantId>,
    /// The participants who left or did not acknowledge it within 30 seconds. They may have received it nevertheless.
    pub missed_by: Vec<ParticipantId>,
}

impl From<Receipt> for ChatReceipt {
    fn from(Receipt { delivered_to, missed_by, .. }: Receipt) -> Self {
        Self { delivered_to, missed_by }
    }
}

/// Resolves when all receivers of a chat message have acknowledged it or become unreachable.
#[derive(Debug)]
pub struct ChatDelivery(pub(super) oneshot::Receiver<ChatReceipt>);

impl Future for ChatDelivery {
    type Output = ChatReceipt;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ChatReceipt> {
        Pin::new(&mut self.0).poll(context).map(std::result::Result::unwrap_or_default)
    }
}

impl Room {
    /// Sends a chat message to everyone, or to one participant. Each participant receives the messages of another in
    /// order. The future resolves with its receipts; the message is sent without awaiting it.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `DataChannel` if the text is too long, if no participant has this id,
    /// or if a receiver's queue is full.
    pub fn send_chat(&self, text: &str, options: &ChatOptions) -> Result<ChatDelivery> {
        self.expect_state("send", &[RoomState::Joined])?;
        let driver = self.driver();
        driver.with_session(|session| {
            let id = session.send_chat(text, options.to.as_ref(), clock::now())?;
            let (sender, receipt) = oneshot::channel();
            driver.receipts.borrow_mut().insert(id, sender);
            Ok(ChatDelivery(receipt))
        })
    }

    /// Sends binary data. Reliable data may have, including the topic, at most 1 MiB in a mesh, and 65024 bytes through
    /// an SFU or a mixer; unreliable data 16 KiB.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `DataChannel` if no participant has this id, the message is too long,
    /// or too many are queued.
    pub fn send_data(&self, payload: &[u8], options: &DataOptions) -> Result<()> {
        let message = DataMessage::Data { topic: options.topic.clone(), payload: payload.to_vec() };
        let channel = if options.reliable { Channel::Reliable } else { Channel::Lossy };
        self.expect_state("send", &[RoomState::Joined])?;
        let to = options.to.as_ref();
        Ok(self.driver().with_session(|session| session.send(&message, channel, to))?)
    }
}
