//! Actions of a host, repeated until the server's roster shows their effect.

use crate::model::{Order, ParticipantId, Roster, Timestamp};

use super::REPEAT_MS;
use super::requests::{RequestId, Requests};

/// An action that has no effect after this many attempts was superseded.
const TIMES: u8 = 3;

/// The pending actions.
#[derive(Debug, Default)]
pub(super) struct Orders(Vec<Pending>);

#[derive(Debug)]
struct Pending {
    order: Order,
    /// As last sent.
    request: RequestId,
    repeat_at: Timestamp,
    left: u8,
}

impl Orders {
    /// Adds an action. One without an effect is not sent.
    pub(super) fn push(&mut self, order: Order, roster: &Roster, requests: &mut Requests, now: Timestamp) {
        if is_done(&order, roster) {
            return;
        }
        if let Order::Lock(_) = order {
            self.0.retain(|pending| !matches!(pending.order, Order::Lock(_)));
        }
        let request = requests.push_order(order.clone());
        self.0.push(Pending { order, request, repeat_at: now + REPEAT_MS, left: TIMES - 1 });
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Removes an action that the server has rejected.
    pub(super) fn refused(&mut self, request: RequestId) {
        self.0.retain(|pending| pending.request != request);
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.0.iter().map(|pending| pending.repeat_at).min()
    }

    /// Removes completed actions.
    pub(super) fn settle(&mut self, roster: &Roster) {
        self.0.retain(|pending| !is_done(&pending.order, roster));
    }

    /// Repeats pending actions.
    pub(super) fn handle_timeout(&mut self, requests: &mut Requests, now: Timestamp) {
        self.0.retain_mut(|pending| {
            if pending.repeat_at > now {
                return true;
            }
            if pending.left == 0 {
                return false;
            }
            pending.left -= 1;
            pending.repeat_at = now + REPEAT_MS;
            pending.request = requests.push_order(pending.order.clone());
            true
        });
    }
}

fn is_done(order: &Order, roster: &Roster) -> bool {
    let waits = |id: &ParticipantId| roster.lobby().waiting.iter().any(|waiting| waiting.id == *id);
    match order {
        Order::Lock(locked) => roster.lobby().locked == *locked,
        Order::Admit(id) => !waits(id),
        Order::Remove(id) => !waits(id) && roster.get(id).is_none(),
        Order::Mute(id, publication) => {
            let publications = roster.get(id).map(|owner| owner.publications.as_slice()).unwrap_or_default();
            publications.iter().find(|known| known.id == *publication).is_none_or(|known| known.muted)
        }
    }
}
