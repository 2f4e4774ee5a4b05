//! Actions of a host, repeated until the roster shows the effect; and a host's requests to this participant.

use super::{Event, REPEAT_MS, Roster, Session};
use crate::model::{Order, ParticipantId, PublicationId, RequestId, SignalCommand, Timestamp};

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
    fn settle(&mut self, roster: &Roster) {
        self.0.retain(|pending| !is_done(&pending.order, roster));
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

impl Session {
    /// As a host: performs an action. It is not sent if it has no effect, or before the room is joined.
    pub fn order(&mut self, order: Order, now: Timestamp) {
        if self.own_id().is_none() || is_done(&order, &self.roster) {
            return;
        }
        if let Order::Lock(_) = order {
            self.orders.0.retain(|pending| !matches!(pending.order, Order::Lock(_)));
        }
        let request = self.next_request();
        self.signal(SignalCommand::Order(request, order.clone()));
        self.orders.0.push(Pending { order, request, repeat_at: now + REPEAT_MS, left: TIMES - 1 });
    }

    pub(super) fn settle_orders(&mut self) {
        self.orders.settle(&self.roster);
    }

    pub(super) fn repeat_orders(&mut self, now: Timestamp) {
        self.settle_orders();
        let mut orders = std::mem::take(&mut self.orders);
        orders.0.retain_mut(|pending| {
            if pending.repeat_at > now {
                return true;
            }
            if pending.left == 0 {
                return false;
            }
            pending.left -= 1;
            pending.repeat_at = now + REPEAT_MS;
            pending.request = self.next_request();
            self.signal(SignalCommand::Order(pending.request, pending.order.clone()));
            true
        });
        self.orders = orders;
    }

    /// Complies with a host's request to mute. Nobody can be unmuted remotely, so the application need not be asked.
    pub(super) fn mute_requested(&mut self, from: ParticipantId, id: PublicationId, now: Timestamp) {
        let Some(mut publication) = self.publications.iter().find(|known| known.id == id).cloned() else {
            return;
        };
        if publication.muted {
            return;
        }
        publication.muted = true;
        self.publish(publication, now);
        self.event(Event::MuteRequested(from, id));
    }
}
