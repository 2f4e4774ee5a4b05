//! Who has a line of chat.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::oneshot;
use serde::Serialize;

use crate::engine::session::Receipt;
use crate::model::ParticipantId;

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
        Pin::new(&mut self.0).poll(context).map(Result::unwrap_or_default)
    }
}
