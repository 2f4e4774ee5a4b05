//! How transfers have ended, for a remote end that misses it with a lost connection.

use super::{CancelCause, TransferId, TransferMessage};
use crate::engine::last_messages::LastMessages;

/// The transfers of a remote end that have ended here.
#[derive(Clone, Debug, Default)]
pub struct EndedTransfers(LastMessages<TransferId, TransferMessage>);

impl EndedTransfers {
    /// A message was sent. It is remembered if it ends its transfer.
    pub fn sent(&mut self, id: TransferId, message: &TransferMessage) {
        let is_last = match message {
            TransferMessage::Reject { .. } | TransferMessage::Confirmed => true,
            TransferMessage::Cancel { cause, .. } => *cause != CancelCause::Lost,
            _ => false,
        };
        if is_last {
            self.0.remember(id, message.clone());
        }
    }

    /// The reply to a message about a transfer that does not exist here.
    pub fn reply(&self, id: TransferId, message: &TransferMessage) -> Option<TransferMessage> {
        let unknown = match message {
            TransferMessage::Offer(_) => None,
            TransferMessage::Accept { .. } => Some((CancelCause::Asked, "the sender cancelled it")),
            TransferMessage::Resume { .. }
            | TransferMessage::Acknowledge { .. }
            | TransferMessage::Verified => Some((CancelCause::Lost, "the transfer is not known")),
            // A frame that was in flight when the transfer ended here.
            _ => return None,
        };
        let cancel =
            |(cause, reason): (_, &str)| TransferMessage::Cancel { cause, reason: reason.to_owned() };
        self.0.get(&id).or_else(|| unknown.map(cancel))
    }
}
