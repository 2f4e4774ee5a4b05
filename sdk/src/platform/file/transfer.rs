//! The handle of a file transfer.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::Stream;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use js_sys::{Math, Reflect, Uint8Array};
use moim_protocol::options;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{Blob, File};

use super::carrier::Carrier;
use super::source::Source;
use super::task::{Input, Work, start};
use crate::engine::transfer::{
    CHUNK_HEADER_BYTES, FileOffer, FileProgress, FileSender, TransferId, TransferMessage,
};
use crate::error::{Error, FileTransferError, Result};
use crate::model::ParticipantId;
use crate::platform::task::spawn_local;
use crate::platform::wakers::Wakers;

/// Options for sending a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct FileOptions {
    /// The name. Default: that of the `File`; `"file"` for a `Blob`.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub name: Option<String>,
    /// The MIME type. Default: that of the `Blob`.
    #[cfg_attr(feature = "js", tsify(type = "string | null"))]
    pub mime_type: Option<String>,
}

options! { FileOptions { name: "name", mime_type: "mimeType" } }

/// The direction of a file transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum FileDirection {
    /// To the remote peer.
    Send,
    /// From the remote peer.
    Receive,
}

/// A file transfer. Clones are handles to the same transfer, which continues without any.
#[derive(Clone, Debug)]
pub struct FileTransfer(Rc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) id: TransferId,
    pub(super) offer: FileOffer,
    direction: FileDirection,
    participant_id: Option<ParticipantId>,
    inputs: UnboundedSender<Input>,
    transferred: Cell<u64>,
    outcome: RefCell<Option<Result<Option<File>>>>,
    /// What is needed to resume over another channel.
    parked: RefCell<Option<Work>>,
    watchers: Wakers,
}

impl FileTransfer {
    /// Offers a file to the remote peer of a carrier.
    pub(crate) fn send(carrier: &Rc<dyn Carrier>, file: &Blob, options: &FileOptions) -> Self {
        let named = file.dyn_ref::<File>();
        let own_name = || named.map_or_else(|| "file".to_owned(), File::name);
        let offer = FileOffer {
            name: options.name.clone().unwrap_or_else(own_name),
            size: file.size() as u64,
            mime_type: options.mime_type.clone().unwrap_or_else(|| file.type_()),
            last_modified: named.map_or(0, |file| file.last_modified() as u64),
            resumes: true,
        }
        .sanitized();
        let limits = carrier.limits();
        let chunk = limits.frame_bytes.saturating_sub(CHUNK_HEADER_BYTES);
        let machine = FileSender::new(offer.clone(), chunk).with_window(limits.window_bytes);
        let work = Work::Sending(machine, Source::new(file.clone()));
        Self::start(carrier, TransferId(random_id()), offer, work)
    }

    pub(super) fn start(carrier: &Rc<dyn Carrier>, id: TransferId, offer: FileOffer, work: Work) -> Self {
        let direction = match &work {
            Work::Sending(..) => FileDirection::Send,
            Work::Receiving(..) => FileDirection::Receive,
        };
        let (inputs, incoming) = unbounded();
        carrier.transfers().start(id, inputs.clone());
        let shared = Rc::new(Shared {
            id,
            offer,
            direction,
            participant_id: carrier.participant_id().cloned(),
            inputs,
            transferred: Cell::default(),
            outcome: RefCell::default(),
            parked: RefCell::default(),
            watchers: Wakers::default(),
        });
        spawn_local(start(work, carrier.clone(), incoming, shared.clone()));
        Self(shared)
    }

    /// Resolves when the transfer has ended. `Ok` means, at both peers, that the receiver has the complete file with a
    /// matching SHA-256. The receiver gets it as the result, unless it is written to a stream.
    ///
    /// # Errors
    /// [`FileTransferError`]. After `Interrupted`, [`resume`](Self::resume) continues.
    pub async fn finished(&self) -> Result<Option<File>> {
        poll_fn(|context| match &*self.0.outcome.borrow() {
            Some(outcome) => Poll::Ready(outcome.clone()),
            None => {
                self.0.watchers.register(context);
                Poll::Pending
            }
        })
        .await
    }

    /// A stream of the progress, starting with the current one. Ends with the transfer.
    pub fn progress(&self) -> FileTransferProgress {
        FileTransferProgress { shared: self.0.clone(), last: None }
    }

    /// Cancels the transfer at both peers; the remote peer gets `reason`. Has no effect once it has ended.
    pub fn cancel(&self, reason: &str) {
        match self.0.parked.take() {
            Some(work) => work.abort(reason),
            None => drop(self.0.inputs.unbounded_send(Input::Cancel(reason.to_owned()))),
        }
    }

    /// Continues over another carrier.
    pub(crate) fn resume_over(&self, carrier: &Rc<dyn Carrier>) -> Result<Self> {
        let not_interrupted =
            || Error::InvalidState { action: "resume the file transfer", state: "it is not interrupted" };
        let mut work = self.0.parked.take().ok_or_else(not_interrupted)?;
        if let Work::Sending(machine, _) = &mut work {
            machine.resume();
        }
        let waiting = carrier.transfers().take_offer(self.0.id);
        let resumed = Self::start(carrier, self.0.id, self.0.offer.clone(), work);
        resumed.0.transferred.set(self.0.transferred.get());
        if let Some(offer) = waiting {
            let _ = resumed.0.inputs.unbounded_send(Input::Message(TransferMessage::Offer(offer)));
        }
        Ok(resumed)
    }

    /// The id: the same at both peers, and kept when it is resumed.
    pub fn id(&self) -> String {
        self.0.id.to_string()
    }

    /// The remote participant, if the file is sent through a room.
    pub fn participant_id(&self) -> Option<&ParticipantId> {
        self.0.participant_id.as_ref()
    }

    /// The direction.
    pub fn direction(&self) -> FileDirection {
        self.0.direction
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.0.offer.name
    }

    /// The file's MIME type; may be empty.
    pub fn mime_type(&self) -> &str {
        &self.0.offer.mime_type
    }

    /// The file's size in bytes.
    pub fn size(&self) -> u64 {
        self.0.offer.size
    }

    /// Bytes that the receiver has written, as far as is known locally.
    pub fn transferred(&self) -> u64 {
        self.0.transferred.get()
    }

    /// Whether the transfer has ended, successfully or not.
    pub fn is_finished(&self) -> bool {
        self.0.outcome.borrow().is_some()
    }
}

impl Shared {
    pub(super) fn progress(&self, bytes: u64) {
        self.transferred.set(bytes);
        self.watchers.wake();
    }

    pub(super) fn finish(&self, outcome: Result<Option<File>>, work: Work) {
        let interrupted = matches!(&outcome, Err(Error::FileTransfer(FileTransferError::Interrupted { .. })));
        // A completed receiver may still have to confirm to a sender that missed it.
        if interrupted || (outcome.is_ok() && self.direction == FileDirection::Receive) {
            self.parked.replace(Some(work));
        }
        self.outcome.replace(Some(outcome));
        self.watchers.wake();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let (Some(work), Some(Err(_))) = (self.parked.take(), self.outcome.take()) {
            work.abort("it was not resumed");
        }
    }
}

/// A stream of the progress of a transfer. Created by [`FileTransfer::progress`].
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct FileTransferProgress {
    shared: Rc<Shared>,
    last: Option<u64>,
}

impl Stream for FileTransferProgress {
    type Item = FileProgress;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<FileProgress>> {
        let transferred = self.shared.transferred.get();
        if self.last != Some(transferred) {
            self.last = Some(transferred);
            return Poll::Ready(Some(FileProgress { transferred, size: self.shared.offer.size }));
        }
        if self.shared.outcome.borrow().is_some() {
            return Poll::Ready(None);
        }
        self.shared.watchers.register(context);
        Poll::Pending
    }
}

/// A random id. It need not be secret, only unique.
pub(crate) fn random_id<const N: usize>() -> [u8; N] {
    let bytes = Uint8Array::new_with_length(N as u32);
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok();
    let filled = crypto
        .and_then(|crypto| crypto.dyn_into::<web_sys::Crypto>().ok())
        .and_then(|crypto| crypto.get_random_values_with_array_buffer_view(&bytes).ok());
    let mut id = [0; N];
    match filled {
        Some(_) => bytes.copy_to(&mut id),
        None => id.fill_with(|| (Math::random() * 256.0) as u8),
    }
    id
}
