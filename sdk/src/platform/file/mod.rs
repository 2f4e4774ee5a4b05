//! Files over a data channel: the browser's side of [`engine::transfer`](crate::engine::transfer).

mod incoming;
mod sink;
mod source;
mod task;
mod transfer;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::task::{Context, Poll};

use futures::channel::mpsc::UnboundedSender;

use super::data_channel::{DataChannel, Payload, Wakers};
use crate::engine::transfer::{CancelCause, FileOffer, TransferFrame, TransferId, TransferMessage};
pub use incoming::{IncomingFile, IncomingFiles};
use task::Input;
pub use transfer::{FileDirection, FileOptions, FileTransfer, FileTransferProgress};

/// Offers beyond this many are refused.
const MAX_OFFERS: usize = 64;

/// The files of one channel.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    /// A handful at most.
    running: RefCell<Vec<(TransferId, UnboundedSender<Input>)>>,
    offers: RefCell<VecDeque<(TransferId, FileOffer)>>,
    waiting: Wakers,
    over: Cell<bool>,
}

impl Transfers {
    /// Takes a frame of the far end; `false` if it makes no sense.
    pub(super) fn handle_frame(&self, channel: &DataChannel, frame: &[u8]) -> bool {
        let Some(TransferFrame { id, message }) = TransferFrame::decode(frame) else { return false };
        let running = self.running.borrow().iter().find(|(other, _)| *other == id).cloned();
        match (running, message) {
            (Some((_, inputs)), message) => {
                let _ = inputs.unbounded_send(Input::Message(message));
            }
            (None, TransferMessage::Offer(offer)) => {
                if self.offers.borrow().len() < MAX_OFFERS {
                    self.offers.borrow_mut().push_back((id, offer));
                    self.waiting.wake();
                } else {
                    let reason = "too many files wait for an answer".to_owned();
                    send(channel, id, TransferMessage::Reject { reason });
                }
            }
            (None, TransferMessage::Cancel { .. }) => {
                self.take_offer(id);
            }
            (None, TransferMessage::Accept { .. }) => {
                let reason = "the sender has given it up".to_owned();
                send(channel, id, TransferMessage::Cancel { cause: CancelCause::Asked, reason });
            }
            // What was under way when the transfer ended here.
            (None, _) => {}
        }
        true
    }

    /// The channel is over.
    pub(super) fn disconnect(&self) {
        self.over.set(true);
        self.offers.take();
        for (_, inputs) in self.running.take() {
            let _ = inputs.unbounded_send(Input::Disconnected);
        }
        self.waiting.wake();
    }

    fn start(&self, id: TransferId, inputs: UnboundedSender<Input>) {
        match self.over.get() {
            true => drop(inputs.unbounded_send(Input::Disconnected)),
            false => self.running.borrow_mut().push((id, inputs)),
        }
    }

    fn finish(&self, id: TransferId) {
        self.running.borrow_mut().retain(|(other, _)| *other != id);
    }

    /// The offer with this id, if it waits for an answer.
    fn take_offer(&self, id: TransferId) -> Option<FileOffer> {
        let mut offers = self.offers.borrow_mut();
        let at = offers.iter().position(|(waiting, _)| *waiting == id)?;
        offers.remove(at).map(|(_, offer)| offer)
    }

    fn poll_offer(&self, context: &Context<'_>) -> Poll<Option<(TransferId, FileOffer)>> {
        if let Some(offer) = self.offers.borrow_mut().pop_front() {
            return Poll::Ready(Some(offer));
        }
        if self.over.get() {
            return Poll::Ready(None);
        }
        self.waiting.register(context);
        Poll::Pending
    }
}

/// Sends without waiting for room: for what is short and seldom. `false` if the channel is closed.
fn send(channel: &DataChannel, id: TransferId, message: TransferMessage) -> bool {
    channel.enqueue(Payload::Frame(TransferFrame { id, message }.encode()), None).is_ok()
}
