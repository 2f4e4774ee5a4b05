//! Files over a data channel, or through a room: the browser's side of [`engine::transfer`](crate::engine::transfer).

mod carrier;
mod incoming;
mod permit;
mod sink;
mod source;
mod task;
#[cfg(test)]
mod tests;
mod transfer;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::task::{Context, Poll};

use futures::channel::mpsc::UnboundedSender;

use super::wakers::Wakers;
use crate::collections::SortedSet;
use crate::engine::transfer::{
    EarlyMessages, EndedTransfers, FileOffer, TransferFrame, TransferId, TransferMessage,
};
pub(crate) use carrier::{Carrier, Limits, NotSent};
pub use incoming::IncomingFile;
use permit::Permits;
use task::Input;
pub(crate) use transfer::random_id;
pub use transfer::{FileDirection, FileOptions, FileTransfer, FileTransferProgress};

/// The most pending offers; further ones are declined.
const MAX_OFFERS: usize = 64;

/// The files of one carrier.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    /// Only a few.
    running: RefCell<Vec<Running>>,
    /// Offers that were not read yet.
    offers: RefCell<VecDeque<(TransferId, FileOffer)>>,
    /// Those, and the ones that were read but not answered yet.
    unanswered: RefCell<SortedSet<TransferId>>,
    ended: RefCell<EndedTransfers>,
    permits: Permits,
    waiting: Wakers,
    over: Cell<bool>,
}

#[derive(Debug)]
struct Running {
    id: TransferId,
    inputs: UnboundedSender<Input>,
    early: EarlyMessages,
}

impl Transfers {
    /// Handles a frame from the remote peer; returns `false` if it is malformed.
    pub(crate) fn handle_frame(&self, carrier: &dyn Carrier, frame: &[u8]) -> bool {
        let Some(TransferFrame { id, message }) = TransferFrame::decode(frame) else { return false };
        if let Some(running) = self.running.borrow_mut().iter_mut().find(|running| running.id == id) {
            if running.early.admits(&message) {
                let _ = running.inputs.unbounded_send(Input::Message(message));
            }
            return true;
        }
        if matches!(message, TransferMessage::Cancel { .. }) {
            self.take_offer(id);
            return true;
        }
        let answer = self.ended.borrow().reply(id, &message);
        match (answer, message) {
            (Some(answer), _) => reply(carrier, id, answer),
            (None, TransferMessage::Offer(offer)) => self.handle_offer(carrier, id, offer),
            (None, _) => {}
        }
        true
    }

    /// The transfer handles its messages from now on.
    fn handles(&self, id: TransferId) {
        if let Some(running) = self.running.borrow_mut().iter_mut().find(|running| running.id == id) {
            running.early.end();
        }
    }

    /// The connection is lost, and another one is expected.
    pub(crate) fn suspend(&self) {
        self.tell_all(|| Input::Suspended);
    }

    /// There is another connection, or the remote peer has another one.
    pub(crate) fn renew(&self) {
        self.tell_all(|| Input::Renewed);
    }

    fn tell_all(&self, input: impl Fn() -> Input) {
        for running in &*self.running.borrow() {
            let _ = running.inputs.unbounded_send(input());
        }
    }

    /// The carrier has closed.
    pub(crate) fn disconnect(&self) {
        self.over.set(true);
        self.offers.take();
        for running in self.running.take() {
            let _ = running.inputs.unbounded_send(Input::Disconnected);
        }
        self.waiting.wake();
    }

    /// Whether [`disconnect`](Self::disconnect) was called.
    pub(crate) fn is_over(&self) -> bool {
        self.over.get()
    }

    fn handle_offer(&self, carrier: &dyn Carrier, id: TransferId, offer: FileOffer) {
        if self.unanswered.borrow().contains(&id) {
            return;
        }
        if self.unanswered.borrow().len() >= MAX_OFFERS {
            let reason = "too many file offers are pending".to_owned();
            reply(carrier, id, TransferMessage::Reject { reason });
            return;
        }
        self.unanswered.borrow_mut().insert(id);
        self.offers.borrow_mut().push_back((id, offer));
        self.waiting.wake();
    }

    fn start(&self, id: TransferId, inputs: UnboundedSender<Input>) {
        match self.over.get() {
            true => drop(inputs.unbounded_send(Input::Disconnected)),
            false => self.running.borrow_mut().push(Running { id, inputs, early: EarlyMessages::default() }),
        }
    }

    fn finish(&self, id: TransferId) {
        self.running.borrow_mut().retain(|running| running.id != id);
    }

    /// The offer with this id, if it was not read yet.
    fn take_offer(&self, id: TransferId) -> Option<FileOffer> {
        let mut offers = self.offers.borrow_mut();
        let at = offers.iter().position(|(waiting, _)| *waiting == id)?;
        self.answered(id);
        offers.remove(at).map(|(_, offer)| offer)
    }

    fn next_offer(&self) -> Option<(TransferId, FileOffer)> {
        self.offers.borrow_mut().pop_front()
    }

    fn poll_offer(&self, context: &Context<'_>) -> Poll<Option<(TransferId, FileOffer)>> {
        if let Some(offer) = self.next_offer() {
            return Poll::Ready(Some(offer));
        }
        if self.over.get() {
            return Poll::Ready(None);
        }
        self.waiting.register(context);
        Poll::Pending
    }

    /// An offer was accepted, declined or withdrawn.
    fn answered(&self, id: TransferId) {
        self.unanswered.borrow_mut().remove(&id);
    }

    fn permits(&self) -> &Permits {
        &self.permits
    }
}

/// Replies to a message for which there is no transfer. If the queue is full, the reply is dropped: a remote peer that does
/// not read must not make this end store replies.
fn reply(carrier: &dyn Carrier, id: TransferId, message: TransferMessage) {
    carrier.transfers().ended.borrow_mut().sent(id, &message);
    let _ = carrier.send(TransferFrame { id, message }.encode());
}
