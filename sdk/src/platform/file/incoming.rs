//! Files that the far end offers.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::Stream;
use web_sys::WritableStream;

use super::send;
use super::sink::Sink;
use super::task::Work;
use super::transfer::FileTransfer;
use crate::Result;
use crate::engine::transfer::{FileOffer, FileReceiver, TransferId, TransferMessage};
use crate::platform::data_channel::DataChannel;

/// A file that the far end offers. Dropping it refuses it.
#[derive(Debug)]
#[must_use = "a file is refused as soon as it is dropped"]
pub struct IncomingFile {
    channel: DataChannel,
    id: TransferId,
    offer: FileOffer,
    answered: bool,
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
            offer.map(|(id, offer)| IncomingFile { channel: self.0.clone(), id, offer, answered: false })
        })
    }
}

impl IncomingFile {
    /// Takes the file. It is kept in memory, or where the browser keeps large Blobs, and handed over by
    /// [`FileTransfer::finished`].
    pub fn accept(self) -> FileTransfer {
        self.accept_into(Sink::memory())
    }

    /// Takes the file, and writes it to a stream as it comes: that of a file on disk, for example. The stream is closed
    /// when the file is whole, and aborted when it will never be.
    ///
    /// # Errors
    /// `InvalidState` if somebody else writes to the stream; the file is refused then.
    pub fn accept_to(self, stream: &WritableStream) -> Result<FileTransfer> {
        let sink = Sink::stream(stream)?;
        Ok(self.accept_into(sink))
    }

    /// Refuses the file; `reason` is for the sender to read.
    pub fn reject(mut self, reason: &str) {
        self.refuse(reason);
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

    fn accept_into(mut self, sink: Sink) -> FileTransfer {
        self.answered = true;
        let mut machine = FileReceiver::new(self.offer.clone());
        machine.accept();
        FileTransfer::start(&self.channel, self.id, self.offer.clone(), Work::Receiving(machine, sink))
    }

    fn refuse(&mut self, reason: &str) {
        if !std::mem::replace(&mut self.answered, true) {
            send(&self.channel, self.id, TransferMessage::Reject { reason: reason.to_owned() });
        }
    }
}

impl Drop for IncomingFile {
    fn drop(&mut self) {
        self.refuse("nobody took it");
    }
}
