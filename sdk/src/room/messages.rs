//! Messages: chat, of which it is known who has it, and the application's own data.

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

/// Who has a line of chat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ChatReceipt {
    /// Who has it.
    pub delivered_to: Vec<ParticipantId>,
    /// Who left, or said nothing for half a minute. They may have it all the same.
    pub missed_by: Vec<ParticipantId>,
}

impl From<Receipt> for ChatReceipt {
    fn from(Receipt { delivered_to, missed_by, .. }: Receipt) -> Self {
        Self { delivered_to, missed_by }
    }
}

/// Waits till everyone has a line of chat, or is given up.
#[derive(Debug)]
pub struct ChatDelivery(pub(super) oneshot::Receiver<ChatReceipt>);

impl Future for ChatDelivery {
    type Output = ChatReceipt;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ChatReceipt> {
        Pin::new(&mut self.0).poll(context).map(std::result::Result::unwrap_or_default)
    }
}

impl Room {
    /// Writes to everyone, or to one participant. Each participant gets the lines of another in order. The future says who
    /// has it; the line is on its way without it.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `DataChannel` if the text is too long, if there is no such participant,
    /// or if somebody's queue is full.
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

    /// Sends bytes. If they are to arrive, they are, with the topic, at most 1 MiB in a mesh, and 65024 bytes through an SFU or
    /// a mixer; if they may be lost, 16 KiB.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `DataChannel` if there is no such participant, the message is too long, or
    /// too many wait.
    pub fn send_data(&self, payload: &[u8], options: &DataOptions) -> Result<()> {
        let message = DataMessage::Data { topic: options.topic.clone(), payload: payload.to_vec() };
        let channel = if options.reliable { Channel::Reliable } else { Channel::Lossy };
        self.expect_state("send", &[RoomState::Joined])?;
        let to = options.to.as_ref();
        Ok(self.driver().with_session(|session| session.send(&message, channel, to))?)
    }
}
