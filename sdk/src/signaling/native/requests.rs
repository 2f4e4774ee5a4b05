//! Numbered requests, to associate errors with them.

use std::collections::VecDeque;

use moim_protocol::ClientMessage;

use crate::model::Order;

/// The number of a request that the server may reject.
pub(super) type RequestId = u32;

/// The requests to send.
#[derive(Debug, Default)]
pub(super) struct Requests {
    last: RequestId,
    waiting: VecDeque<(RequestId, ClientMessage)>,
}

impl Requests {
    /// Returns the number of the request.
    pub(super) fn push(&mut self, message: ClientMessage) -> RequestId {
        self.last = self.last.wrapping_add(1);
        self.waiting.push_back((self.last, message));
        self.last
    }

    pub(super) fn push_order(&mut self, order: Order) -> RequestId {
        self.push(match order {
            Order::Lock(locked) => ClientMessage::Lock { locked },
            Order::Admit(participant_id) => ClientMessage::Admit { participant_id },
            Order::Remove(participant_id) => ClientMessage::Remove { participant_id },
            Order::Mute(participant_id, publication_id) => {
                ClientMessage::Mute { participant_id, publication_id }
            }
        })
    }

    pub(super) fn pop(&mut self) -> Option<(RequestId, ClientMessage)> {
        self.waiting.pop_front()
    }
}
