//! A data channel as a byte stream.

use std::io::{Error as IoError, ErrorKind, Result as IoResult};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::io::{AsyncRead, AsyncWrite};

use super::outbox::Payload;
use super::{DataChannel, Message};
use crate::engine::framing::MAX_FRAME_BYTES;
use crate::error::{DataChannelError, Error};

/// A data channel as a byte stream: `AsyncRead` and `AsyncWrite` of the `futures` crate. Message
/// boundaries are not preserved. Created by [`DataChannel::into_io`].
#[derive(Debug)]
pub struct DataChannelIo {
    channel: DataChannel,
    unread: Vec<u8>,
    read: usize,
}

impl DataChannelIo {
    pub(super) fn new(channel: DataChannel) -> Self {
        Self { channel, unread: Vec::new(), read: 0 }
    }

    /// Returns the channel.
    pub fn channel(&self) -> &DataChannel {
        &self.channel
    }
}

impl AsyncRead for DataChannelIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<IoResult<usize>> {
        while self.read == self.unread.len() && !buffer.is_empty() {
            match ready!(self.channel.poll_message(context)) {
                Some(Ok(message)) => {
                    self.unread = Message::from(message).into_bytes();
                    self.read = 0;
                }
                Some(Err(error)) => return Poll::Ready(Err(io_error(error))),
                None => return Poll::Ready(Ok(0)),
            }
        }
        let rest = &self.unread[self.read..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.read += length;
        Poll::Ready(Ok(length))
    }
}

impl AsyncWrite for DataChannelIo {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<IoResult<usize>> {
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(self.channel.poll_capacity(context)).map_err(io_error)?;
        let frame = self.channel.max_frame_size().min(MAX_FRAME_BYTES).saturating_sub(1);
        let length = bytes.len().min(frame.max(1));
        let payload = Payload::Bytes(bytes[..length].to_vec());
        self.channel.enqueue(payload, None).map_err(io_error)?;
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        self.channel.poll_handed_over(context).map_err(io_error)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<()>> {
        self.channel.poll_close_after_sending(context).map_err(io_error)
    }
}

fn io_error(error: Error) -> IoError {
    let kind = match error {
        Error::DataChannel(DataChannelError::Closed) => ErrorKind::BrokenPipe,
        Error::DataChannel(DataChannelError::Malformed) => ErrorKind::InvalidData,
        _ => ErrorKind::Other,
    };
    IoError::new(kind, error)
}
