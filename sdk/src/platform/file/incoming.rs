//! Files that the far end offers.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use web_sys::WritableStream;

use super::send;
use super::sink::Sink;
use super::task::Work;
use super::transfer::FileTransfer;
use crate::engine::transfer::{FileOffer, FileReceiver, TransferId, TransferMessage};
use crate::platform::data_channel::DataChannel;
use crate::{Error, Result};

/// A file that the far end offers. Dropping it refuses it.
#[derive(Debug)]
#[must_use = "a file is refused as soon as it is dropped"]
pub struct IncomingFile {
    channel: DataChannel,
    id: TransferId,
    offer: FileOffer,
    answered: Cell<bool>,
}

/// The files that the far end offers, in order. Ends when the channel is closed. Made by [`DataChannel::files`].
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct IncomingFiles(DataChannel);

impl DataChannel {
    /// The files that the far end offers, those that it offered before too. Each goes to one of several readers.
    pub fn files(&self) -> IncomingFiles {
        IncomingFiles(self.clone())
    }
}

impl Stream for IncomingFiles {
    type Item = IncomingFile;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<IncomingFile>> {
        self.0.transfers().poll_offer(context).map(|offer| {
            offer.map(|(id, offer)| IncomingFile {
                channel: self.0.clone(),
                id,
                offer,
                answered: Cell::default(),
            })
        })
    }
}

impl IncomingFile {
    /// Takes the file. It is kept in memory, or where the browser keeps large Blobs, and handed over by
    /// [`FileTransfer::finished`].
    ///
    /// # Errors
    /// `InvalidState` if the offer is answered already.
    pub fn accept(&self) -> Result<FileTransfer> {
        self.accept_into(|| Ok(Sink::memory()))
    }

    /// Takes the file, and writes it to a stream as it comes: that of a file on disk, for example. The stream is closed
    /// when the file is whole, and aborted when it will never be.
    ///
    /// # Errors
    /// `InvalidState` if somebody else writes to the stream, or if the offer is answered already.
    pub fn accept_to(&self, stream: &WritableStream) -> Result<FileTransfer> {
        self.accept_into(|| Sink::stream(stream))
    }

    /// Refuses the file; `reason` is for the sender to read. Does nothing once the offer is answered.
    pub fn reject(&self, reason: &str) {
        if !self.answered.replace(true) {
            send(&self.channel, self.id, TransferMessage::Reject { reason: reason.to_owned() });
        }
    }

    /// The transfer's name: the same at both ends, and when it is resumed.
    pub fn id(&self) -> String {
        self.id.to_string()
    }

    /// The file's name as the far end says, without a path. It may lie about the type.
    pub fn name(&self) -> &str {
        &self.offer.name
    }

    /// The file's size in bytes.
    pub fn size(&self) -> u64 {
        self.offer.size
    }

    /// The MIME type as the far end says; may be empty.
    pub fn mime_type(&self) -> &str {
        &self.offer.mime_type
    }

    /// When the file was last changed, in milliseconds since 1970, as the far end says; 0 if that is not known.
    pub fn last_modified(&self) -> u64 {
        self.offer.last_modified
    }

    fn accept_into(&self, sink: impl FnOnce() -> Result<Sink>) -> Result<FileTransfer> {
        if self.answered.get() {
            let state = "the offer is answered already";
            return Err(Error::InvalidState { action: "accept the file", state });
        }
        let sink = sink()?;
        self.answered.set(true);
        let mut machine = FileReceiver::new(self.offer.clone());
        machine.accept();
        let work = Work::Receiving(machine, sink);
        Ok(FileTransfer::start(&self.channel, self.id, self.offer.clone(), work))
    }
}

impl Drop for IncomingFile {
    fn drop(&mut self) {
        self.reject("nobody took it");
    }
}
