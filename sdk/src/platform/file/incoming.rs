//! Files that the remote peer offers.

use std::cell::Cell;
use std::rc::Rc;
use std::task::{Context, Poll};

use js_sys::Object;
use web_sys::WritableStream;

use super::carrier::Carrier;
use super::reply;
use super::sink::Sink;
use super::task::Work;
use super::transfer::FileTransfer;
use crate::engine::transfer::{FileOffer, FileReceiver, TransferId, TransferMessage};
use crate::error::{Error, Result};
use crate::model::ParticipantId;

/// A file that the remote peer offers. Clones are handles to the same offer, which can be answered once. Dropping the
/// last one declines it.
#[derive(Clone, Debug)]
#[must_use = "a file is refused as soon as it is dropped"]
pub struct IncomingFile(Rc<Offered>);

#[derive(Debug)]
struct Offered {
    carrier: Rc<dyn Carrier>,
    id: TransferId,
    offer: FileOffer,
    answered: Cell<bool>,
    #[cfg_attr(not(feature = "js"), expect(dead_code, reason = "for the JavaScript API"))]
    identity: Object,
}

/// A handle to the same offer.
impl PartialEq for IncomingFile {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl IncomingFile {
    /// Returns the next pending offer.
    pub(crate) fn next(carrier: &Rc<dyn Carrier>) -> Option<Self> {
        let (id, offer) = carrier.transfers().next_offer()?;
        Some(Self::new(carrier.clone(), id, offer))
    }

    /// Waits for the next offer; `None` when the carrier has closed.
    pub(crate) fn poll_next(carrier: Rc<dyn Carrier>, context: &mut Context<'_>) -> Poll<Option<Self>> {
        let offer = carrier.transfers().poll_offer(context);
        offer.map(|offer| offer.map(|(id, offer)| Self::new(carrier, id, offer)))
    }

    fn new(carrier: Rc<dyn Carrier>, id: TransferId, offer: FileOffer) -> Self {
        Self(Rc::new(Offered { carrier, id, offer, answered: Cell::default(), identity: Object::new() }))
    }

    /// An object that is the same for all handles to this offer, and differs for each offer.
    #[cfg(feature = "js")]
    pub(crate) fn identity(&self) -> &Object {
        &self.0.identity
    }

    /// Accepts the file. It is kept in memory, or in the browser's storage of large Blobs, and returned by
    /// [`FileTransfer::finished`].
    ///
    /// # Errors
    /// `InvalidState` if the offer was already answered.
    pub fn accept(&self) -> Result<FileTransfer> {
        self.accept_into(|| Ok(Sink::memory()))
    }

    /// Accepts the file, and writes it to a stream as it arrives, for example to a file on disk. The stream is closed
    /// when the file is complete, and aborted if the transfer fails.
    ///
    /// # Errors
    /// `InvalidState` if the stream is locked, or if the offer was already answered.
    pub fn accept_to(&self, stream: &WritableStream) -> Result<FileTransfer> {
        self.accept_into(|| Sink::stream(stream))
    }

    /// Declines the file; the sender gets `reason`.
    ///
    /// # Errors
    /// `InvalidState` if the offer was already answered.
    pub fn reject(&self, reason: &str) -> Result<()> {
        self.0.expect_unanswered("reject the file")?;
        self.0.reject(reason);
        Ok(())
    }

    /// The sender, if the file was offered in a room.
    pub fn participant_id(&self) -> Option<&ParticipantId> {
        self.0.carrier.participant_id()
    }

    /// The transfer's id: the same at both peers, and kept when it is resumed.
    pub fn id(&self) -> String {
        self.0.id.to_string()
    }

    /// The file's name as given by the sender, cleaned so that it is safe to save under: at most 255 bytes, with its
    /// extension, and with `_` for characters that file systems refuse. The extension may not match the content.
    pub fn name(&self) -> &str {
        &self.0.offer.name
    }

    /// The file's size in bytes.
    pub fn size(&self) -> u64 {
        self.0.offer.size
    }

    /// The MIME type as given by the sender; may be empty.
    pub fn mime_type(&self) -> &str {
        &self.0.offer.mime_type
    }

    /// When the file was last modified, in milliseconds since 1970, as given by the sender; 0 if unknown.
    pub fn last_modified(&self) -> u64 {
        self.0.offer.last_modified
    }

    fn accept_into(&self, sink: impl FnOnce() -> Result<Sink>) -> Result<FileTransfer> {
        self.0.expect_unanswered("accept the file")?;
        let sink = sink()?;
        let Offered { carrier, id, offer, .. } = &*self.0;
        self.0.answer();
        let mut machine = FileReceiver::new(offer.clone());
        machine.accept();
        Ok(FileTransfer::start(carrier, *id, offer.clone(), Work::Receiving(machine, sink)))
    }
}

impl Offered {
    fn expect_unanswered(&self, action: &'static str) -> Result<()> {
        match self.answered.get() {
            true => Err(Error::InvalidState { action, state: "the offer was already answered" }),
            false => Ok(()),
        }
    }

    fn answer(&self) {
        self.answered.set(true);
        self.carrier.transfers().answered(self.id);
    }

    fn reject(&self, reason: &str) {
        self.answer();
        reply(&*self.carrier, self.id, TransferMessage::Reject { reason: reason.to_owned() });
    }
}

impl Drop for Offered {
    fn drop(&mut self) {
        if !self.answered.get() {
            self.reject("it was not accepted");
        }
    }
}
