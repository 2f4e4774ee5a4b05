//! The last messages about transfers that have ended, for a remote end that misses them with a lost connection.

use std::collections::VecDeque;

use super::{CancelCause, TransferId, TransferMessage};

/// The maximum number of transfers that are remembered.
const MAX_ENDED: usize = 64;

/// The transfers of a remote end that have ended here, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct EndedTransfers(VecDeque<(TransferId, TransferMessage)>);

impl EndedTransfers {
    /// A message was sent. It is remembered if it ends its transfer.
    pub fn sent(&mut self, id: TransferId, message: &TransferMessage) {
        let is_last = match message {
            TransferMessage::Reject { .. } | TransferMessage::Confirmed => true,
            TransferMessage::Cancel { cause, .. } => *cause != CancelCause::Lost,
            _ => false,
        };
        if !is_last {
            return;
        }
        self.0.retain(|(ended, _)| *ended != id);
        if self.0.len() == MAX_ENDED {
            self.0.pop_front();
        }
        self.0.push_back((id, message.clone()));
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
        let last = self.0.iter().rev().find(|(ended, _)| *ended == id);
        let cancel =
            |(cause, reason): (_, &str)| TransferMessage::Cancel { cause, reason: reason.to_owned() };
        last.map(|(_, message)| message.clone()).or_else(|| unknown.map(cancel))
    }
}
