//! The chunks of a running recording.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc::UnboundedReceiver;
use futures::stream::{Stream, StreamExt};
use web_sys::Blob;

/// Returned by [`Recorder::chunks`](super::Recorder::chunks). Chunks are kept until they are read; browsers keep large
/// ones on disk.
#[derive(Debug)]
pub struct RecordingChunks(UnboundedReceiver<Blob>);

impl RecordingChunks {
    pub(super) fn new(receiver: UnboundedReceiver<Blob>) -> Self {
        Self(receiver)
    }
}

impl Stream for RecordingChunks {
    type Item = Blob;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Blob>> {
        self.0.poll_next_unpin(context)
    }
}
