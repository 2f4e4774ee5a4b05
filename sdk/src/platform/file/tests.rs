//! Transfers over a carrier whose queue is full for a while.

use std::future::poll_fn;
use std::rc::Rc;

use futures::FutureExt;
use futures::future::{LocalBoxFuture, ready};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Blob;

use super::*;
use crate::engine::transfer::WINDOW_BYTES;
use crate::platform::clock::sleep;

#[derive(Debug, Default)]
struct Narrow {
    transfers: Transfers,
    is_full: Cell<bool>,
    sent: RefCell<Vec<TransferFrame>>,
    senders: Wakers,
}

impl Narrow {
    fn set_full(&self, is_full: bool) {
        self.is_full.set(is_full);
        self.senders.wake();
    }

    /// The messages since the last call.
    async fn sent(&self) -> Vec<TransferFrame> {
        sleep(0).await; // after all tasks
        self.sent.take()
    }
}

impl Carrier for Narrow {
    fn transfers(&self) -> &Transfers {
        &self.transfers
    }

    fn send(&self, frame: Vec<u8>) -> Result<(), NotSent> {
        if self.is_full.get() {
            return Err(NotSent::QueueFull);
        }
        self.sent.borrow_mut().extend(TransferFrame::decode(&frame));
        Ok(())
    }

    fn send_in_turn(&self, frame: Vec<u8>) -> LocalBoxFuture<'_, Result<(), NotSent>> {
        ready(self.send(frame)).boxed_local()
    }

    fn capacity(&self) -> LocalBoxFuture<'_, ()> {
        poll_fn(|context| {
            if !self.is_full.get() {
                return Poll::Ready(());
            }
            self.senders.register(context);
            Poll::Pending
        })
        .boxed_local()
    }

    fn limits(&self) -> Limits {
        Limits { frame_bytes: 1024, window_bytes: WINDOW_BYTES, files_at_once: 1 }
    }
}

#[wasm_bindgen_test]
async fn a_full_queue_is_waited_for_and_interrupts_nothing() {
    let narrow = Rc::new(Narrow::default());
    let carrier: Rc<dyn Carrier> = narrow.clone();
    narrow.set_full(true);
    let file = Blob::new_with_str_sequence(&js_sys::Array::of1(&"bytes".into())).expect("a blob");
    let transfer = FileTransfer::send(&carrier, &file, &FileOptions::default());
    assert_eq!(narrow.sent().await, []);
    assert!(!transfer.is_finished());

    narrow.set_full(false);
    let sent = narrow.sent().await;
    let [TransferFrame { id, message: TransferMessage::Offer(_) }] = sent.as_slice() else {
        panic!("no offer: {sent:?}");
    };

    narrow.set_full(true);
    let accept = TransferFrame { id: *id, message: TransferMessage::Accept { offset: 0, attempt: Some(0) } };
    assert!(narrow.transfers.handle_frame(&*carrier, &accept.encode()));
    assert_eq!(narrow.sent().await, []);
    assert!(!transfer.is_finished());

    narrow.set_full(false);
    let mut sent = narrow.sent().await;
    while sent.is_empty() {
        sent = narrow.sent().await; // the file is read
    }
    assert!(matches!(&sent[0].message, TransferMessage::Chunk { bytes, .. } if bytes == b"bytes"));
}
