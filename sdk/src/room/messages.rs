//! Messages: chat, with receipts, and application data.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::oneshot;
use serde::Serialize;

use super::driver::Driver;
use super::{Room, RoomState};
use crate::engine::data::DataMessage;
use crate::engine::session::Receipt;
use crate::error::Result;
use crate::model::{Channel, ParticipantId, RoomPermission};
use crate::options::{ChatOptions, DataOptions};
use crate::platform::clock;

/// The receipts of a chat message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ChatReceipt {
    /// The participants who have received it.
    pub delivered_to: Vec<ParticipantId>,
    /// The participants who left or did not acknowledge it within 30 seconds, while they were connected. They may have
    /// received it nevertheless.
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

/// Waits until there is room for more data.
#[derive(Debug)]
pub struct DataCapacity(Option<oneshot::Receiver<()>>);

impl DataCapacity {
    /// Whether there is no need to wait.
    pub fn is_ready(&self) -> bool {
        self.0.is_none()
    }
}

impl Future for DataCapacity {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            // A room that is left has nobody to wait for.
            Some(capacity) => Pin::new(capacity).poll(context).map(drop),
            None => Poll::Ready(()),
        }
    }
}

/// A caller that waits until more can be sent.
#[derive(Debug)]
pub(super) struct WaitingSender {
    channel: Channel,
    to: Option<ParticipantId>,
    capacity: oneshot::Sender<()>,
}

impl Driver {
    /// Waits until one participant, or everyone, can be sent more.
    pub(super) fn capacity(&self, channel: Channel, to: Option<&ParticipantId>) -> DataCapacity {
        if self.session.borrow().has_capacity(channel, to) {
            return DataCapacity(None);
        }
        let (sender, capacity) = oneshot::channel();
        self.senders.borrow_mut().push(WaitingSender { channel, to: to.cloned(), capacity: sender });
        DataCapacity(Some(capacity))
    }

    /// There may be room for more data.
    pub(super) fn wake_senders(&self) {
        let senders = self.senders.take();
        let session = self.session.borrow();
        let has_capacity = |sender: &WaitingSender| session.has_capacity(sender.channel, sender.to.as_ref());
        let (ready, waiting): (Vec<_>, Vec<_>) = senders.into_iter().partition(has_capacity);
        drop(session);
        self.senders.borrow_mut().extend(waiting);
        for sender in ready {
            let _ = sender.capacity.send(());
        }
    }
}

impl Room {
    /// Sends a chat message to everyone, or to one participant. Each participant receives the messages of another in
    /// order. The future resolves with its receipts; the message is sent without awaiting it.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `NotPermitted` without [`RoomPermission::Data`]; `DataChannel` if the text is too long, if no participant has this id,
    /// or if a receiver's queue is full.
    pub fn send_chat(&self, text: &str, options: &ChatOptions) -> Result<ChatDelivery> {
        self.expect_data(Channel::Reliable, options.to.as_ref())?;
        self.expect_state("send a chat message", &[RoomState::Joined])?;
        self.expect_permitted("send a chat message", RoomPermission::Data)?;
        let driver = self.driver();
        driver.with_session(|session| {
            let id = session.send_chat(text, options.to.as_ref(), clock::now())?;
            let (sender, receipt) = oneshot::channel();
            driver.receipts.borrow_mut().insert(id, sender);
            Ok(ChatDelivery(receipt))
        })
    }

    /// Sends bytes to everyone, or to one participant. Reliable messages have, with the topic, at most 1 MiB in a mesh, and
    /// 65024 bytes through an SFU or a mixer; unreliable ones 16 KiB.
    ///
    /// The bytes are queued at once, so messages keep the order of the calls. The future resolves when there is room for more:
    /// when less than 512 KiB are on their way to each receiver. A receiver without a response for 30 seconds is ignored.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `NotPermitted` without [`RoomPermission::Data`]; `DataChannel` if there is no such participant, if the message is too large, or
    /// if too much waits already because the futures of earlier calls were not awaited: 16 MiB in a mesh, and then the other
    /// participants get the message; 3 MiB through an SFU or a mixer, and then nobody gets it; 256 messages while a connection
    /// is being established.
    pub fn send_data(&self, payload: &[u8], options: &DataOptions) -> Result<DataCapacity> {
        self.send_bytes(payload.to_vec(), options)
    }

    pub(crate) fn send_bytes(&self, payload: Vec<u8>, options: &DataOptions) -> Result<DataCapacity> {
        let message = DataMessage::Data { topic: options.topic.clone(), payload };
        let channel = if options.reliable { Channel::Reliable } else { Channel::Lossy };
        self.expect_data(channel, options.to.as_ref())?;
        self.expect_state("send data", &[RoomState::Joined])?;
        self.expect_permitted("send data", RoomPermission::Data)?;
        let (driver, to) = (self.driver(), options.to.as_ref());
        driver.with_session(|session| session.send_data(&message, channel, to, clock::now()))?;
        Ok(driver.capacity(channel, to))
    }
}
