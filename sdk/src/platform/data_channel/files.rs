//! Files sent over a channel, alongside its messages.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::future::LocalBoxFuture;
use futures::{FutureExt, Stream};
use web_sys::Blob;

use super::{DataChannel, DataChannelState, Payload};
use crate::engine::framing::MAX_FRAME_BYTES;
use crate::engine::transfer::WINDOW_BYTES;
use crate::error::{DataChannelError, Error, Result};
use crate::platform::file::{Carrier, FileOptions, FileTransfer, IncomingFile, Limits, NotSent, Transfers};

/// A stream of the files that the remote peer offers, in order. Ends when the channel is closed. Created by
/// [`DataChannel::files`].
#[derive(Debug)]
#[must_use = "a stream does nothing unless it is read"]
pub struct IncomingFiles(DataChannel);

impl DataChannel {
    /// Offers a file to the remote peer, and sends it when it is accepted. Several files may be transferred at once,
    /// and messages between them.
    ///
    /// # Errors
    /// `InvalidState` on a channel that is unreliable, unordered, or without framing; `Closed` on a
    /// closed one.
    pub fn send_file(&self, file: &Blob, options: &FileOptions) -> Result<FileTransfer> {
        self.check_for_files()?;
        Ok(FileTransfer::send(&(Rc::new(self.clone()) as Rc<dyn Carrier>), file, options))
    }

    fn check_for_files(&self) -> Result<()> {
        let action = "transfer files";
        if !self.has_framing() {
            return Err(Error::InvalidState { action, state: "the channel has no framing" });
        }
        if !self.is_reliable_and_ordered() {
            let state = "the channel is unreliable or unordered";
            return Err(Error::InvalidState { action, state });
        }
        if matches!(self.state(), DataChannelState::Closing | DataChannelState::Closed) {
            return Err(DataChannelError::Closed.into());
        }
        Ok(())
    }

    /// Returns the files that the remote peer offers, including pending ones. Each is delivered to only one of several
    /// readers.
    pub fn files(&self) -> IncomingFiles {
        IncomingFiles(self.clone())
    }
}

impl FileTransfer {
    /// Continues over another channel, after the previous one closed too early. Both peers have to call it, in either
    /// order. The returned handle replaces the old one.
    ///
    /// # Errors
    /// `InvalidState` unless the transfer is interrupted, and the errors of [`DataChannel::send_file`].
    pub fn resume(&self, channel: &DataChannel) -> Result<Self> {
        channel.check_for_files()?;
        self.resume_over(&(Rc::new(channel.clone()) as Rc<dyn Carrier>))
    }
}

impl Stream for IncomingFiles {
    type Item = IncomingFile;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<IncomingFile>> {
        IncomingFile::poll_next(Rc::new(self.0.clone()), context)
    }
}

impl Carrier for DataChannel {
    fn transfers(&self) -> &Transfers {
        &self.0.transfers
    }

    fn send(&self, frame: Vec<u8>) -> Result<(), NotSent> {
        self.enqueue(Payload::Frame(frame), None).map_err(|_| NotSent::Closed)
    }

    fn send_in_turn(&self, frame: Vec<u8>) -> LocalBoxFuture<'_, Result<(), NotSent>> {
        let through = self.queue(Payload::Frame(frame));
        async move {
            match through {
                Ok(through) => through.await.ok().and_then(Result::ok).ok_or(NotSent::Closed),
                Err(_) => Err(NotSent::Closed),
            }
        }
        .boxed_local()
    }

    fn limits(&self) -> Limits {
        let frame_bytes = self.max_frame_size().min(MAX_FRAME_BYTES);
        Limits { frame_bytes, window_bytes: WINDOW_BYTES, files_at_once: usize::MAX }
    }
}
